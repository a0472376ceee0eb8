"""Every row of contract.md's exit codes, in every format, by the program as engines run it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.etree import ElementTree

import pytest
from prometheus_client.parser import text_string_to_metric_families

from portalcheck.report.formats.format import Format
from tests.contract.reading import ends

Ran = tuple[int, str, str]

ROWS: Mapping[str, tuple[list[str], str]] = {
    "ok": (["demo"], "ok"),
    "warn": (["demo", "--fault", "clock-wrong-slightly"], "warn"),
    "fail": (["demo", "--fault", "portal-error"], "fail"),
    "usage": (["demo", "--nope"], "usage"),
    "settings": (["demo", "--timeout", "soon"], "usage"),
    "unwritable": (["demo", "--only", "system", "--jsonl", "no/such/folder.jsonl"], "usage"),
    "unknown": (["demo", "--fault", "dns-down", "--timeout", "0.05"], "unknown"),
    "bug": (["demo"], "bug"),
    "interrupted": (["demo", "--fault", "dns-down"], "interrupted"),
    "help": (["demo", "--help"], "help, version"),
    "version": (["demo", "--version"], "help, version"),
}
"""What is run, and the row of contract.md's table that its end is; formats without a column have the code of text."""
ENDS = ends()
WITH_REPORT = ("ok", "warn", "fail", "unknown")
ASKED_FOR = ("help", "version")
QUICK = ("usage", "settings", "help", "version")
MARKS: dict[str, tuple[pytest.MarkDecorator, ...]] = {
    **dict.fromkeys(QUICK, ()),
    "interrupted": (pytest.mark.slow, pytest.mark.not_on_windows("posix", "SIGINT for one process")),
}


def code_of(row: str, form: str) -> int:
    return ENDS[ROWS[row][1]][{"nagios": 1, "intune": 2, "jamf": 3}.get(form, 0)]


def a_bug(folder: Path) -> dict[str, str]:
    """A fault in the core itself: an installed package breaks a function of ours when it is loaded."""
    (folder / "breaking.py").write_text(
        "from portalcheck.diagnosis import runner\n"
        "def broken(*args, **named):\n"
        "    raise AttributeError('/home/secret-name/x')\n"
        "runner.run = broken\n"
        "CHECKS = ()\n"
    )
    info = folder / "breaking-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: breaking\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[portalcheck.checks]\nbreaking = breaking:CHECKS\n")
    return {"PYTHONPATH": str(folder)}


def interrupted(arguments: list[str], folder: Path, after: float = 1.5) -> Ran:
    """Ctrl-C in the middle of a run, however long the program takes to start."""
    told, telling = os.pipe()
    start = (
        "import os, sys, portalcheck.cli\n"
        "from portalcheck.cli.interrupt import Interrupt\n"
        "room = sys.modules['portalcheck.cli.main']\n"
        "listen = Interrupt.listen\n"
        f"Interrupt.listen = lambda: (listen(), os.write({telling}, b'.'))\n"
        "room.entry()"
    )
    started = subprocess.Popen(
        [sys.executable, "-c", start, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        pass_fds=[telling],
    )
    os.close(telling)
    assert os.read(told, 1) == b"."
    os.close(told)
    time.sleep(after)
    started.send_signal(signal.SIGINT)
    out, err = started.communicate(timeout=30)
    return started.returncode, out, err


def ran(row: str, form: str, folder: Path, *, by_variable: bool = False) -> Ran:
    asked = [] if by_variable else ["-f", form]
    arguments = [*ROWS[row][0], *asked]
    if row == "interrupted":
        return interrupted(arguments, folder)
    command = [sys.executable, "-m", "portalcheck", *arguments]
    environment = {**os.environ, **(a_bug(folder) if row == "bug" else {})}
    if by_variable:
        environment["PORTALCHECK_FORMAT"] = form
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, cwd=folder, env=environment, check=False
    )
    return done.returncode, done.stdout, done.stderr


def nagios(row: str, out: str, err: str) -> None:
    """Monitoring Plugins Development Guidelines: the state on one line of stdout; help may have more lines."""
    assert err == ""
    if row in ASKED_FOR:
        assert out
        return
    state = {0: "OK", 1: "WARNING", 2: "CRITICAL", 3: "UNKNOWN"}[code_of(row, "nagios")]
    assert re.fullmatch(rf"PORTAL {state}: [^|\n]+( \| [^|\n]+)?\n", out)
    assert len(out.partition(" | ")[0].rstrip("\n")) < 80


def intune(row: str, out: str, err: str) -> None:
    assert err == ""
    assert re.fullmatch(r"[^\n]+\n", out)
    assert len(out) <= 2048


def jamf(row: str, out: str, err: str) -> None:
    assert err == ""
    assert re.fullmatch(r"<result>[^<>&\n]+</result>\n", out)
    assert row in ASKED_FOR or out.startswith("<result>unknown") == (row not in ("ok", "warn", "fail"))


def document(parse: Callable[[str], object]) -> Callable[[str, str, str], None]:
    """One document on stdout where there is a report, else nothing, and a message on stderr."""

    def judge(row: str, out: str, err: str) -> None:
        if row in WITH_REPORT:
            assert parse(out)
            assert err == ""
        elif row not in ASKED_FOR:
            assert out == ""
            assert err.strip()

    return judge


SHAPES: Mapping[str, Callable[[str, str, str], None]] = {
    "text": document(str.strip),
    "json": document(json.loads),
    "html": document(lambda text: text.startswith("<!") and text.rstrip().endswith("</html>")),
    "junit": document(lambda text: ElementTree.fromstring(text).tag == "testsuites"),
    "prometheus": document(lambda text: list(text_string_to_metric_families(text))),
    "nagios": nagios,
    "intune": intune,
    "jamf": jamf,
}


@pytest.mark.parametrize("form", [*Format])
@pytest.mark.parametrize("row", [pytest.param(row, marks=MARKS.get(row, pytest.mark.slow)) for row in ROWS])
def test_a_run_ends_as_the_reader_of_its_format_expects(row: str, form: str, tmp_path: Path) -> None:
    code, out, err = ran(row, form, tmp_path)

    assert code == code_of(row, form)
    assert "Traceback" not in out + err
    assert "secret-name" not in out + err
    SHAPES[form](row, out, err)


IGNORING = """
import sys, time, weakref
import portalcheck.cli
from portalcheck.cli.interrupt import Interrupt
Interrupt.listen()
class Held:
    pass
def callback(_):
    print("here", flush=True)
    time.sleep(20)
held = Held()
reference = weakref.ref(held, callback)
try:
    del held
    time.sleep(20)
except KeyboardInterrupt:
    Interrupt.taken = True
    print("heard", flush=True)
"""
SWALLOWING = """
import os, sys, time
import portalcheck.cli
room = sys.modules["portalcheck.cli.main"]
def swallow(*_, **__):
    try:
        print("here", flush=True)
        time.sleep(20)
    except BaseException:
        pass
    time.sleep(20)
room.group.main = swallow
room.entry(["demo"])
"""


def stopped_where_it_says(code: str) -> Ran:
    """What a program does that gets Ctrl-C where it prints `here`."""
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "here\n"
        program.send_signal(signal.SIGINT)
        out, err = program.communicate(timeout=15)
    return program.returncode, out, err


@pytest.mark.not_on_windows("posix", "SIGINT for one process")
def test_ctrl_c_where_python_ignores_exceptions_is_heard_all_the_same() -> None:
    """As in the import of a module, whose locks are weakly referred to."""
    assert stopped_where_it_says(IGNORING) == (0, "heard\n", "")


@pytest.mark.not_on_windows("posix", "SIGINT for one process")
def test_ctrl_c_that_a_library_swallowed_ends_the_program_all_the_same() -> None:
    assert stopped_where_it_says(SWALLOWING) == (130, "", "Stopped.\n")


@pytest.mark.parametrize("form", ["nagios", "intune", "jamf"])
@pytest.mark.parametrize("after", [0.0, 0.1, 0.3])
@pytest.mark.not_on_windows("posix", "SIGINT for one process")
def test_ctrl_c_as_soon_as_the_program_listens_is_told_as_well(
    form: str, after: float, tmp_path: Path
) -> None:
    code, out, err = interrupted([*ROWS["interrupted"][0], "-f", form], tmp_path, after)

    assert code == code_of("interrupted", form)
    SHAPES[form]("interrupted", out, err)


@pytest.mark.parametrize("form", ["nagios", "intune", "jamf"])
def test_a_format_that_the_environment_asks_for_has_its_exit_codes_too(form: str, tmp_path: Path) -> None:
    code, out, err = ran("usage", form, tmp_path, by_variable=True)

    assert code == code_of("usage", form)
    SHAPES[form]("usage", out, err)


@pytest.mark.parametrize(
    "arguments",
    [
        ["-fnagios", "--nope"],
        ["--nope", "-f", "nagios"],
        ["-qf", "nagios", "--nope"],
        ["--format=nagios", "--nope"],
        ["-f", "json", "-f", "nagios", "--nope"],
        ["demo", "--symptom", "-f", "-f", "nagios", "--timeout", "soon"],
        ["run", "--portal", "no-such-portal", "-vf", "nagios"],
    ],
)
def test_the_format_is_found_in_wrong_arguments(arguments: list[str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "portalcheck", *arguments], capture_output=True, text=True, cwd=tmp_path
    )

    assert done.returncode == 3
    assert done.stdout.startswith("PORTAL UNKNOWN: ")


@pytest.mark.parametrize(
    "arguments", [["read", "no-such-file.txt"], ["fleet", "-f", "nagios", "x"], ["explain", "nagios"]]
)
def test_another_command_keeps_its_own_codes_whatever_the_environment_says(
    arguments: list[str], tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "portalcheck", *arguments],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PORTALCHECK_FORMAT": "nagios"},
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("portalcheck: ")
