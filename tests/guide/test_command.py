"""The command: who may have the page, how it is opened without giving its address away, and how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from portalcheck.cli import frozen
from portalcheck.guide import events as guide_events
from portalcheck.guide.access import Purpose
from portalcheck.guide.events import CLOSED_S, IDLE_S
from portalcheck.guide.opening import browser_is_there
from portalcheck.guide.site import Site
from tests.declared import catalog_of
from tests.guide.conftest import GivenLine
from tests.guide.test_server import Client, Opened, events

ALONE = ("--only", "system")
"""A check that contacts nobody."""
pytestmark = pytest.mark.not_on_windows("posix", "signals, modes, and a browser that is a script")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text("guide.enabled = false\n")
    return path


@pytest.fixture
def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A browser that writes down what it is to open; where."""
    opened = tmp_path / "opened"
    script = tmp_path / "browser"
    script.write_text(
        f'#!/bin/sh\necho "$1" >> {opened}\ncp "${{1#file://}}" {tmp_path}/copy.html 2>/dev/null\n'
        f'ls -l "${{1#file://}}" > {tmp_path}/listed 2>/dev/null\nexit 0\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("BROWSER", f"{script} %s")
    return opened


class Process:
    """The program, as a process of its own."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "portalcheck", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def line(self) -> str:
        assert self.process.stderr is not None
        return self.process.stderr.readline()

    def end(self, number: int = signal.SIGINT) -> tuple[int, str, str]:
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out, err


@pytest.fixture
def process() -> Iterator[Callable[..., Process]]:
    begun: list[Process] = []

    def begin(*arguments: str) -> Process:
        begun.append(Process(*arguments))
        return begun[-1]

    yield begin
    for each in begun:
        if each.process.poll() is None:
            each.process.kill()
        each.process.communicate()


def wait(ready: Callable[[], object], seconds: float = 20.0) -> None:
    until = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.parametrize("arguments", [("guide", "--no-open"), ("guide",)])
def test_where_the_settings_forbid_it_nothing_is_served_and_it_says_who(
    config: Path, browser: Path, arguments: tuple[str, ...]
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "portalcheck", *arguments, "--config", str(config)],
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert "guide.enabled = false" in done.stderr
    assert "config.toml" in done.stderr
    assert not browser.exists()


def test_a_click_shows_the_report_where_the_page_is_forbidden(config: Path, browser: Path) -> None:
    assert frozen._BY_CLICK == ("guide", "--or-report")
    done = subprocess.run(
        [sys.executable, "-m", "portalcheck", *frozen._BY_CLICK, *ALONE, "--config", str(config)],
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0
    wait(browser.exists)
    assert browser.read_text().strip().endswith("last-report.html")


@pytest.mark.parametrize(
    ("environ", "there"),
    [
        ({}, False),
        ({"BROWSER": "/bin/true"}, True),
        ({"BROWSER": "lynx"}, False),
        ({"DISPLAY": ":0", "BROWSER": "w3m"}, False),
        ({"SSH_CONNECTION": "a", "BROWSER": "/bin/true"}, False),
        ({"SSH_CONNECTION": "a", "DISPLAY": ":0", "BROWSER": "/bin/true"}, True),
    ],
)
def test_a_browser_that_shows_pages_is_told_from_none(
    environ: dict[str, str], there: bool, tmp_path: Path
) -> None:
    for name in ("lynx", "w3m"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    code = "import os; from portalcheck.guide.opening import browser_is_there as b; print(b(os.environ))"
    kept = {name: value for name, value in os.environ.items() if name in ("PYTHONPATH", "HOME", "LANG")}
    path = f"{tmp_path}:{os.environ['PATH']}"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**kept, "PATH": path, **environ}, capture_output=True, text=True
    )

    assert done.stdout.strip() == str(there), done.stderr
    assert callable(browser_is_there)


def test_without_a_browser_it_says_so_and_does_what_run_does(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    done = subprocess.run(
        [sys.executable, "-m", "portalcheck", "guide", *ALONE], capture_output=True, text=True
    )

    assert done.returncode == 0
    assert "There is no browser here that can show the page." in done.stderr
    assert "Phone code" in done.stdout


def test_the_browser_is_led_by_a_file_that_is_the_persons_alone(
    browser: Path, process: Callable[..., Process], tmp_path: Path
) -> None:
    running = process("guide", *ALONE, "-f", "json", "--symptom", "error-1")
    assert "Close this window when you are done" in running.line()
    wait(lambda: (tmp_path / "listed").exists() and (tmp_path / "listed").read_text())

    opened = browser.read_text().strip()
    assert re.fullmatch(r"file:///\S+/portalcheck-start-[0-9a-f]{8}\.html", opened)
    assert (tmp_path / "listed").read_text().startswith("-rw-------")
    address = re.search(r"url=(http://127\.0\.0\.1:\d+/s/[\w-]{43})\"", (tmp_path / "copy.html").read_text())
    assert address is not None
    arguments = Path(f"/proc/{running.process.pid}/cmdline").read_bytes().decode()
    assert address[1].rpartition("/")[2] not in arguments
    wait((Path(os.environ["HOME"]) / ".local/share/portalcheck/last-report.json").exists)
    code, out, _ = running.end()
    report: dict[str, Any] = json.loads(out)

    assert (code, report["symptoms"], report["exit_code"]) == (0, ["error-1"], 0)
    assert not Path(opened.removeprefix("file://")).exists()


@pytest.mark.parametrize("how", ["SIGINT", "SIGKILL"])
def test_nothing_is_left_running_or_lying(process: Callable[..., Process], how: str) -> None:
    running = process("guide", "--no-open", *ALONE)
    found = re.search(r"127\.0\.0\.1:(\d+)/s/", running.line())
    assert found is not None
    wait(lambda: (Path(os.environ["HOME"]) / ".local/share/portalcheck/last-report.json").exists())
    running.end(signal.Signals[how])

    with pytest.raises(OSError):
        HTTPConnection("127.0.0.1", int(found[1]), timeout=5).request("GET", "/")
    kept = Path(os.environ["HOME"]) / ".local/share/portalcheck"
    assert [each.name for each in kept.iterdir()] == ["last-report.json"]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700


def test_two_at_once_have_each_a_page_of_its_own(process: Callable[..., Process]) -> None:
    addresses = [process("guide", "--no-open", *ALONE).line() for _ in range(2)]

    ports = {re.search(r":(\d+)/", line)[1] for line in addresses}  # type: ignore[index]  # there is one in each
    assert len(ports) == 2


# ---- the end -----------------------------------------------------------------------------------


def ended(line: GivenLine, monkeypatch: pytest.MonkeyPatch, work: Callable[[Site], None]) -> bool:
    """Whether the page ends by itself soon after some work, with limits of the tenth of seconds."""
    import threading

    monkeypatch.setattr(guide_events, "CLOSED_S", 0.4)
    site = Site(line, catalog_of("en"), None, ())
    site.start()
    over = threading.Event()

    def wait_for_end() -> None:
        site.controller.wait_for_end()
        over.set()

    threading.Thread(target=wait_for_end, daemon=True).start()
    work(site)
    came = over.wait(3.0)
    site.end(0.0)
    return came


def test_it_ends_a_while_after_the_last_page_was_closed(
    line: GivenLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def close(site: Site) -> None:
        client = Client(site)
        stream = events(client, Opened(client, site.pages.address(Purpose.HERE)))
        next(stream)
        stream.close()  # type: ignore[attr-defined]  # a generator

    assert ended(line, monkeypatch, close)


def test_it_does_not_end_where_no_page_has_come_yet_or_one_is_open(
    line: GivenLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not ended(line, monkeypatch, lambda site: None)
    kept: list[Any] = []

    def keep_open(site: Site) -> None:
        client = Client(site)
        kept.append(events(client, Opened(client, site.pages.address(Purpose.HERE))))
        next(kept[0])

    assert not ended(line, monkeypatch, keep_open)
    kept[0].close()


def test_it_ends_where_nobody_does_anything_for_long(
    line: GivenLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guide_events, "IDLE_S", 0.4)

    assert ended(line, monkeypatch, lambda site: None)
    assert (IDLE_S, CLOSED_S) == (1800.0, 60.0)  # contract.md, The page
