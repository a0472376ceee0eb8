"""A program that is stopped in the middle of a run, as by a computer that sleeps: what that spoilt is tried again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from portalcheck.diagnosis.starvation import Watchdog
from tests.declared import INSTALLED

pytestmark = pytest.mark.not_on_windows("posix", "signals")

STOPPED_S = 3.0
_END = "the end\n"


def stopped_after(event: str, folder: Path, *arguments: str) -> tuple[dict[str, Any], int, float]:
    """The report of a run that was stopped for some seconds after an event, its exit code, and how long it took.

    It is on the practice portal, whose servers are a part of it, and are stopped with it.
    """
    os.mkfifo(folder / "events")
    told = threading.Event()
    # Opened for both, a pipe does not wait for its other end.
    descriptor = os.open(folder / "events", os.O_RDWR)

    def listen() -> None:
        with os.fdopen(descriptor, encoding="utf-8", closefd=False) as events:
            for line in events:
                if event in line:
                    told.set()
                if line == _END:
                    return

    listener = threading.Thread(target=listen)
    listener.start()
    command = [sys.executable, "-m", "portalcheck", "demo", "--no-input", "-f", "json", *arguments]
    since = time.monotonic()
    with subprocess.Popen(
        [*command, "--debug", str(folder / "events")], stdout=subprocess.PIPE, text=True
    ) as run:
        assert told.wait(60)
        run.send_signal(signal.SIGSTOP)
        time.sleep(STOPPED_S)
        run.send_signal(signal.SIGCONT)
        out, _ = run.communicate()
        took = time.monotonic() - since
    os.write(descriptor, _END.encode())
    listener.join()
    os.close(descriptor)
    return json.loads(out), run.returncode, took


@pytest.mark.slow
@pytest.mark.parametrize(
    ("event", "fault", "cause", "code"),
    [("tcp to", "", "none", 0), ("contact portal", "dns-filtered", "dns-filtered", 1)],
)
def test_a_run_that_was_stopped_once_says_what_it_would_have_said(
    tmp_path: Path, event: str, fault: str, cause: str, code: int
) -> None:
    report, ended, took = stopped_after(event, tmp_path, *(("--fault", fault) if fault else ()))
    assert (report["cause"], ended) == (cause, code)
    assert took < 10.5 + STOPPED_S


@pytest.mark.slow
def test_where_no_time_is_left_it_is_said_that_it_is_not_sure(tmp_path: Path) -> None:
    report, ended, took = stopped_after("contact portal", tmp_path, "--timeout", "3")
    assert (report["outcome"], ended) in (("unknown", 3), ("ok", 0))
    assert took < 3.5 + STOPPED_S


def test_a_stop_is_told_from_a_computer_that_is_merely_busy() -> None:
    with Watchdog() as pulse:
        for _ in range(6):
            pulse._lost_until = (pulse.lost + 0.3, pulse._lost_until[1])
        assert (pulse.starved, pulse.paused) == (True, False)


@pytest.mark.parametrize(("by_s", "jumped"), [(0, False), (5, False), (86_400, True), (-3600, True)])
def test_a_wall_clock_that_is_set_in_the_middle_spoils_the_run(
    monkeypatch: pytest.MonkeyPatch, by_s: int, jumped: bool
) -> None:
    now = time.time
    with Watchdog() as pulse:
        monkeypatch.setattr(time, "time", lambda: now() + by_s)
        assert pulse.judge((), INSTALLED) == ((), jumped)
