"""A program that was kept from running knows it, and takes no silence of that time for the network's."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from portalcheck.diagnosis.starvation import Watchdog
from portalcheck.model import CheckResult, Finding, Outcome, Status
from tests.declared import INSTALLED, diagnose, mark_starved

SILENCE = [code for code, reason in INSTALLED.reasons.items() if reason.rests_on_silence]

STOPPED_S = 1.5
PROGRAM = """
import json, sys, time
from portalcheck.diagnosis.starvation import Watchdog
with Watchdog() as pulse:
    print("up", flush=True)
    sys.stdin.readline()
    print(json.dumps([pulse.lost, pulse.starved]), flush=True)
"""


def told(*, stopped: bool) -> tuple[float, bool]:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        assert program.stdout.readline() == "up\n"
        time.sleep(0.2)
        if stopped:
            os.kill(program.pid, signal.SIGSTOP)
        time.sleep(STOPPED_S)
        if stopped:
            os.kill(program.pid, signal.SIGCONT)
        program.stdin.write("\n")
        program.stdin.flush()
        lost, starved = json.loads(program.stdout.readline())
    return lost, starved


@pytest.mark.not_on_windows("posix", "SIGSTOP")
def test_a_program_that_was_stopped_knows_for_how_long() -> None:
    lost, starved = told(stopped=True)

    assert starved
    assert lost == pytest.approx(STOPPED_S, abs=0.5)


@pytest.mark.not_on_windows("posix", "compared with one that is stopped by SIGSTOP")
def test_a_program_that_only_waits_loses_less_than_one_that_was_stopped() -> None:
    assert told(stopped=False)[0] < STOPPED_S / 2


def test_a_pulse_leaves_no_thread() -> None:
    before = threading.active_count()
    for _ in range(20):
        with Watchdog():
            pass
    end = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < end:
        time.sleep(0.02)

    assert threading.active_count() == before


def result(reason: str, status: Status) -> CheckResult:
    return CheckResult(
        check=reason.partition(".")[0],
        status=status,
        duration_ms=1,
        findings=(Finding(reason=reason, status=status),),
    )


@pytest.mark.parametrize("reason", sorted(SILENCE))
@pytest.mark.parametrize("status", [Status.FAIL, Status.WARN])
def test_what_rests_on_silence_is_no_cause_where_the_program_slept(reason: str, status: Status) -> None:
    found = diagnose(mark_starved([result(reason, status)]))

    assert (found.cause, found.outcome) == ("inconclusive", Outcome.UNKNOWN)


def test_what_rests_on_an_answer_is_a_cause_all_the_same() -> None:
    results = mark_starved([result("service.error", Status.FAIL), result("dns.resolves", Status.OK)])

    assert diagnose(results).cause == "portal-error"
    assert results == (result("service.error", Status.FAIL), result("dns.resolves", Status.OK))


def test_a_page_that_loaded_is_fine_however_long_the_program_slept() -> None:
    found = diagnose(mark_starved([result(f"{name}.ok", Status.OK) for name in ("dns", "tls", "service")]))

    assert (found.cause, found.outcome) == ("none", Outcome.OK)


def test_the_doubt_is_told_beside_what_it_concerns() -> None:
    (doubtful,) = mark_starved([result("dns.silent", Status.FAIL)])

    assert [finding.reason for finding in doubtful.findings] == ["dns.silent", "run.starved"]
    assert doubtful.status is Status.FAIL
