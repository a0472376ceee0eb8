"""On a terminal: progress, questions, colour; elsewhere none of them."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

if sys.platform != "win32":
    import pty

pytestmark = pytest.mark.not_on_windows("posix", "pseudo-terminals")

ESCAPE = "\x1b["


def on_terminal(
    *arguments: str, typed: str = "", asked: str = "> ", env: dict[str, str] | None = None, cwd: Path
) -> str:
    """What a person sees who runs the tool on a terminal and types that when `asked`."""
    ours, theirs = pty.openpty()
    program = subprocess.Popen(
        [sys.executable, "-m", "portalcheck", *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=cwd,
        env={**os.environ, "TERM": "xterm-256color", **(env or {})},
        close_fds=True,
    )
    os.close(theirs)
    seen = b""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        ready, _, _ = select.select([ours], [], [], 0.2)
        if not ready:
            continue
        try:
            data = os.read(ours, 65536)
        except OSError:
            break
        if not data:
            break
        seen += data
        if typed and asked.encode() in seen:
            os.write(ours, typed.encode())
            typed = ""
    program.wait(10)
    os.close(ours)
    return seen.decode().replace("\r\n", "\n")


def test_each_check_has_its_line_in_order_before_the_report(tmp_path: Path) -> None:
    seen = on_terminal("demo", "--no-input", cwd=tmp_path)
    progress = seen.split("\n\n")[0].splitlines()

    assert progress[0] == "Checking Practice portal. This takes a few seconds."
    assert [line.partition(":")[0].strip() for line in progress[1:]] == [
        "Address",
        "Network",
        "Name lookup",
        "Certificate",
        "Clock",
        "Proxy",
        "VPN",
        "Sign-in page",
        "Cookies",
        "Browser",
        "System",
    ]


@pytest.mark.slow
def test_after_three_seconds_the_check_that_is_waited_for_is_named(tmp_path: Path) -> None:
    seen = on_terminal("demo", "--fault", "dns-down", "--no-input", cwd=tmp_path)

    assert re.search(r"still waiting for \w+", seen.split("\n\n")[0])


def test_the_question_is_asked_once_and_its_answer_orders_the_steps(tmp_path: Path) -> None:
    seen = on_terminal("demo", typed="2\n", cwd=tmp_path)

    assert seen.count("What does the sign-in page say?") == 1
    assert "(step-8)" in seen.split("Do this first")[1].split("\n\n")[0]


def test_enter_skips_the_question(tmp_path: Path) -> None:
    seen = on_terminal("demo", typed="\n", cwd=tmp_path)

    assert "(step-2)" in seen.split("Do this first")[1].split("\n\n")[0]


@pytest.mark.parametrize(
    "arguments",
    [("--no-input",), ("-q",), ("--symptom", "error-1"), ("-f", "json"), ("--fault", "portal-error")],
)
def test_nobody_is_asked_without_need(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert "What does the sign-in page say?" not in on_terminal("demo", *arguments, cwd=tmp_path)


def test_status_words_are_coloured_on_a_terminal(tmp_path: Path) -> None:
    assert ESCAPE in on_terminal("demo", "--no-input", cwd=tmp_path)


@pytest.mark.parametrize(
    "env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"ACCESSIBLE": "1"}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}]
)
def test_no_colour_where_it_is_not_wanted(tmp_path: Path, env: dict[str, str]) -> None:
    assert ESCAPE not in on_terminal("demo", "--no-input", env=env, cwd=tmp_path)


def test_the_option_turns_colour_off(tmp_path: Path) -> None:
    assert ESCAPE not in on_terminal("demo", "--no-input", "--no-color", cwd=tmp_path)


def piped(*arguments: str, env: dict[str, str] | None = None, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "portalcheck", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        timeout=30,
    )


def test_piped_there_is_the_report_and_nothing_else(tmp_path: Path) -> None:
    done = piped("demo", cwd=tmp_path)

    assert done.stderr == ""
    assert ESCAPE not in done.stdout
    assert done.stdout.startswith("Nothing that was checked")


def test_colour_can_be_forced_into_a_pipe(tmp_path: Path) -> None:
    assert ESCAPE in piped("demo", env={"FORCE_COLOR": "1"}, cwd=tmp_path).stdout


def test_lines_are_no_wider_than_a_terminal(tmp_path: Path) -> None:
    for lang in ("en", "es"):
        text = piped("demo", "--fault", "captive-portal", "--lang", lang, cwd=tmp_path).stdout
        assert max(map(len, text.splitlines())) <= 78
        block = text.split("BEGIN PORTALCHECK REPORT")[1].split("END PORTALCHECK REPORT")[0]
        assert max(map(len, block.splitlines())) <= 64
        assert block.isascii()


@pytest.mark.parametrize("columns", [40, 200])
@pytest.mark.parametrize("lang", ["en", "es"])
def test_words_are_not_cut_at_the_edge_of_a_terminal(tmp_path: Path, lang: str, columns: int) -> None:
    seen = on_terminal(
        "demo", "--lang", lang, "--no-color", typed="\n", env={"COLUMNS": str(columns)}, cwd=tmp_path
    )
    told = [line for line in seen.split("BEGIN PORTALCHECK REPORT")[0].splitlines() if ": " not in line]

    assert len(told) > 20
    assert max(map(len, told)) <= min(columns, 80)


def test_the_english_report_is_ascii(tmp_path: Path) -> None:
    assert piped("demo", "-v", cwd=tmp_path).stdout.isascii()


def test_a_machine_without_a_clipboard_says_so(tmp_path: Path) -> None:
    done = piped("demo", "--copy", env={"DISPLAY": "", "WAYLAND_DISPLAY": "", "PATH": ""}, cwd=tmp_path)

    assert done.returncode == 0
    assert done.stderr == "There is no clipboard here. Copy the lines above by hand, or use -o FILE.\n"


NAMESPACE = ["unshare", "--net"]


def has_namespaces() -> bool:
    try:
        return subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


@pytest.mark.not_on_windows("linux", "namespaces")
@pytest.mark.skipif(not has_namespaces(), reason="needs root and unshare for a network of its own")
def test_a_bare_run_without_any_network_ends_in_time_in_plain_words_and_remembers(tmp_path: Path) -> None:
    environment = {**os.environ, "HOME": str(tmp_path)}
    command = [*NAMESPACE, sys.executable, "-m", "portalcheck"]
    runs = [
        subprocess.run(command, capture_output=True, text=True, env=environment, timeout=15, cwd=tmp_path)
        for _ in range(2)
    ]

    assert [done.returncode for done in runs] == [1, 1]
    assert runs[0].stdout.startswith("This computer is not on any network.\n")
    assert "Since the last run:\n" not in runs[0].stdout
    assert "Since the last run:\n  The last run had the same result.\n" in runs[1].stdout


@pytest.mark.not_on_windows("linux", "namespaces")
@pytest.mark.skipif(not has_namespaces(), reason="needs root and unshare for a network of its own")
def test_the_memory_can_be_turned_off(tmp_path: Path) -> None:
    environment = {**os.environ, "HOME": str(tmp_path), "PORTALCHECK_HISTORY_KEEP": "false"}
    command = [*NAMESPACE, sys.executable, "-m", "portalcheck"]
    subprocess.run(command, capture_output=True, env=environment, timeout=15, cwd=tmp_path)

    assert list(tmp_path.rglob("last-report*")) == []
