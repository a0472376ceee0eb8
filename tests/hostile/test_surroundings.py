"""A home that is none, streams that are closed, signals, many runs at once: the right exit code, and what was there."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

pytestmark = pytest.mark.not_on_windows("posix", "signals, shells, modes of folders")

PROGRAM = (sys.executable, "-m", "portalcheck")
HOST = "optvm.com"
"""An imitation, which is never contacted: exit 1."""


def shell(script: str, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", script, "sh", *PROGRAM, *arguments],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        env={**os.environ, **env},
    )


# ---- the home ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "home",
    ["", "/proc/nonexistent/x", "/etc/passwd", "relative", "/dev/null", "/proc/self", "/tmp/a\nb\x1b[2J"],
)
def test_a_home_that_is_none_is_no_trouble_and_nothing_is_made_where_one_stands(
    home: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [*PROGRAM, HOST, "--only", "domain,cookies"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "HOME": home, "XDG_DATA_HOME": "", "XDG_CONFIG_HOME": ""},
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert list(tmp_path.iterdir()) == []


def test_without_a_home_at_all_there_is_a_report() -> None:
    done = shell('unset HOME; exec "$@"', HOST, "-f", "json", "--only", "domain,cookies")
    assert (done.returncode, done.stderr, json.loads(done.stdout)["cause"]) == (1, "", "lookalike")


@pytest.mark.parametrize("variable", ["XDG_DATA_HOME", "XDG_CONFIG_HOME"])
@pytest.mark.parametrize("place", ["relative", "/proc", "/dev/null"])
def test_folders_of_the_desktop_that_are_none_are_no_trouble(
    variable: str, place: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [*PROGRAM, HOST, "--only", "domain"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, variable: place},
    )
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="root alone can become somebody else"
)
def test_a_home_that_may_not_be_written_to_keeps_nothing_and_is_no_trouble() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(stat.S_IRUSR | stat.S_IXUSR | stat.S_IROTH | stat.S_IXOTH)
        may = "+dac_read_search"
        who = ("setpriv", "--reuid", "64998", "--clear-groups", f"--inh-caps={may}", f"--ambient-caps={may}")
        done = subprocess.run(
            [*who, *PROGRAM, HOST, "--only", "domain"],
            capture_output=True,
            text=True,
            env={**os.environ, "HOME": folder},
        )
        assert (done.returncode, done.stderr) == (1, "")
        assert list(Path(folder).iterdir()) == []


# ---- streams -------------------------------------------------------------------------------------------

_CLOSED = ("<&-", ">&-", "2>&-", "<&- >&-", ">&- 2>&-", "<&- >&- 2>&-")


@pytest.mark.parametrize("closed", _CLOSED)
def test_streams_that_are_closed_from_the_start_change_no_exit_code_and_no_file(
    closed: str, tmp_path: Path
) -> None:
    """What is opened then gets the number of one that was closed, and must not be written to in its place."""
    one, lines = tmp_path / "one.json", tmp_path / "lines.jsonl"
    done = shell(
        f'exec "$@" {closed}', HOST, "--only", "domain", "-o", f"json:{one}", "-o", "-", "--jsonl", str(lines)
    )
    assert done.returncode == 1
    assert json.loads(one.read_text())["run_id"] == json.loads(lines.read_text())["run_id"]
    assert bool(done.stdout) is (">&-" not in closed.replace("2>&-", ""))


# ---- signals -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "code", "says"),
    [
        (signal.SIGINT, 130, "Stopped.\n"),
        (signal.SIGTERM, -signal.SIGTERM, ""),
        (signal.SIGHUP, -signal.SIGHUP, ""),
        (signal.SIGPIPE, 1, None),
        (signal.SIGWINCH, 1, None),
    ],
)
def test_a_signal_ends_the_run_as_it_ends_any_program_and_leaves_nothing(
    tmp_path: Path, number: int, code: int, says: str | None
) -> None:
    """At a moment of which the run itself tells; the two that a program need not mind change nothing."""
    report, pipe = tmp_path / "report.json", tmp_path / "events"
    os.mkfifo(pipe)
    descriptor = os.open(pipe, os.O_RDWR)  # opened for both, a pipe does not wait for its other end
    told = threading.Event()

    def listen() -> None:
        with os.fdopen(descriptor, encoding="utf-8", closefd=False) as events:
            for line in events:
                if "check domain begins" in line:
                    told.set()
                if line == "the end\n":
                    return

    listener = threading.Thread(target=listen)
    listener.start()
    arguments = ["demo", "--fault", "portal-error", "--no-input", "-o", str(report), "--debug", str(pipe)]
    with subprocess.Popen([*PROGRAM, *arguments], stderr=subprocess.PIPE, text=True) as run:
        assert told.wait(60)
        run.send_signal(number)
        _, err = run.communicate()
    os.write(descriptor, b"the end\n")
    listener.join()
    os.close(descriptor)
    assert run.returncode == code
    assert says is None or err == says
    assert {path.name for path in tmp_path.iterdir()} == {"events"} | (
        {"report.json"} if code == 1 else set()
    )
