"""A computer without memory, open files or threads to spare: what could be checked is, and nobody is blamed for it."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from itertools import chain

import pytest

from portalcheck import shortage
from portalcheck.api import Check, Context, Finding, Reason, ok, unknown
from portalcheck.diagnosis import runner
from portalcheck.diagnosis.starvation import Watchdog
from portalcheck.model import CheckResult, Ended, Status
from portalcheck.probe.failures import TlsError, of_os_error
from tests.declared import INSTALLED, diagnose, mark_starved
from tests.diagnosis.test_pulse import SILENCE, result

MESSAGE = (
    "portalcheck: this computer is short of memory, open files or programs. Close some, and try again.\n"
)
FILES = (5, 12, 16, 18, 20, 22, 26, 40)
MEMORY_KIB = (60_000, 76_000, 100_000, 108_000, 112_000, 120_000, 400_000)

pytestmark = pytest.mark.not_on_windows("posix", "limits of a process")


def limited(what: str, to: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A run on the practice portal, whose servers are a part of the same process, under a limit of the shell's."""
    command = (sys.executable, "-m", "portalcheck", "demo", "--no-input", *arguments)
    script = f'ulimit -{what} {to}; exec "$@"'
    return subprocess.run(["sh", "-c", script, "sh", *command], capture_output=True, text=True, timeout=60)


def wrong(done: subprocess.CompletedProcess[str], right: set[str]) -> list[str]:
    """What a run that lacked something must not do."""
    found = [] if done.stderr in ("", MESSAGE) else [done.stderr[:2000]]
    if not done.stdout:
        return found + ([] if (done.returncode, done.stderr) == (3, MESSAGE) else [f"exit {done.returncode}"])
    report = json.loads(done.stdout)
    reasons = {finding["reason"] for check in report["checks"] for finding in check["findings"]}
    sure = report["outcome"] != "unknown"
    found += ["a check crashed"] * ("run.crashed" in reasons)
    found += [f"blames {report['cause']}"] * (
        report["cause"] not in (right if sure else {"none", "inconclusive"})
    )
    return found + [f"exit {done.returncode}"] * (done.returncode != report["exit_code"])


@pytest.mark.parametrize("to", [5, 8])
def test_without_open_files_to_spare_one_sentence_says_so(to: int) -> None:
    done = limited("n", to, "-f", "json")
    assert (done.returncode, done.stdout, done.stderr) == (3, "", MESSAGE)


@pytest.mark.parametrize(
    ("form", "code", "begins"), [("nagios", 3, "PORTAL UNKNOWN"), ("intune", 1, "unknown")]
)
def test_formats_of_one_line_say_so_in_theirs(form: str, code: int, begins: str) -> None:
    done = limited("n", 8, "-f", form)
    assert (done.returncode, done.stderr, done.stdout.count("\n")) == (code, "", 1)
    assert done.stdout.startswith(begins)
    assert "short of memory" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("what", "limits"), [("n", FILES), ("v", MEMORY_KIB)])
@pytest.mark.parametrize(("fault", "right"), [("none", "none"), ("dns-filtered", "dns-filtered")])
def test_whatever_lacks_nobody_is_blamed_for_it(
    what: str, limits: tuple[int, ...], fault: str, right: str
) -> None:
    """Little gives a sentence, enough gives the truth."""
    chosen = () if fault == "none" else ("--fault", fault)
    runs = {to: limited(what, to, "-f", "json", *chosen) for to in limits}
    assert {to: faults for to, done in runs.items() if (faults := wrong(done, {right}))} == {}
    assert not runs[limits[0]].stdout
    assert any(done.stdout and json.loads(done.stdout)["cause"] == right for done in runs.values())


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("setpriv"),
    reason="root's processes are not limited; setpriv makes another user of them",
)
@pytest.mark.slow
def test_without_processes_to_spare_nobody_is_blamed_for_it() -> None:
    who = ("--reuid", "64999", "--clear-groups", "--bounding-set=-sys_resource,-sys_admin")
    may = ("--inh-caps=+dac_override,+dac_read_search", "--ambient-caps=+dac_override,+dac_read_search")
    for to in (1, 2, 8, 20):
        command = [sys.executable, "-m", "portalcheck", "demo", "--no-input", "-f", "json"]
        done = subprocess.run(
            ["setpriv", *who, *may, "prlimit", f"--nproc={to}", *command], capture_output=True, text=True
        )
        assert wrong(done, {"none"}) == [], to


# ---- its parts -------------------------------------------------------------------------------------


def from_a_lack() -> BaseException:
    try:
        try:
            raise OSError(errno.EMFILE, "")
        except OSError as error:
            raise ValueError from error
    except ValueError as error:
        return error


@pytest.mark.parametrize(
    ("error", "lack"),
    [
        (MemoryError(), True),
        (OSError(errno.ENFILE, ""), True),
        (OSError(errno.ENOSPC, ""), True),
        (shortage.ShortageError(errno.EAGAIN, ""), True),
        (from_a_lack(), True),
        (OSError(errno.ENOENT, ""), False),
        (OSError(errno.EAGAIN, ""), False),
        (ImportError(), False),
        (RuntimeError("can't start new thread"), False),
    ],
)
def test_a_lack_is_known_by_class_and_number(error: BaseException, lack: bool) -> None:
    assert shortage.is_shortage(error) is lack


@pytest.mark.parametrize("error", [OSError(errno.EMFILE, ""), OSError(errno.ENOBUFS, "")])
def test_a_lack_is_no_failure_of_a_connection(error: OSError) -> None:
    with pytest.raises(shortage.ShortageError):
        of_os_error(error)


def test_what_a_library_says_without_a_number_is_a_lack_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert of_os_error(TlsError()).value == "malformed"
    monkeypatch.setattr(shortage, "is_short", lambda: True)
    with pytest.raises(shortage.ShortageError):
        of_os_error(TlsError())


@pytest.mark.parametrize("reason", sorted(SILENCE))
def test_what_rests_on_silence_is_no_cause_where_something_lacked(reason: str) -> None:
    found = diagnose(mark_starved([result(reason, Status.FAIL)], why=INSTALLED.reasons["run.no-resources"]))
    assert (found.cause, found.outcome.value) == ("inconclusive", "unknown")


FINE = Reason("fine.fine")


def few_threads(monkeypatch: pytest.MonkeyPatch, free: Callable[[int], bool]) -> None:
    """Threads of checks can be had only if `free` says so of the number of starts so far."""
    starts, real = [0], threading.Thread.start

    def start(thread: threading.Thread) -> None:
        starts[0] += 1
        if not free(starts[0]):
            raise RuntimeError
        real(thread)

    monkeypatch.setattr(threading.Thread, "start", start)


def checks(count: int) -> tuple[Check, ...]:
    def run(_: Context) -> Iterable[Finding]:
        return [ok(FINE)]

    return tuple(Check(f"fine{at}", run=run, reasons=[FINE]) for at in range(count))


@pytest.mark.parametrize(
    ("free", "done"), [(lambda at: at not in (2, 3), 3), (lambda at: at == 1, 1), (lambda at: False, 0)]
)
def test_a_check_without_a_thread_is_tried_again_when_others_have_ended(
    monkeypatch: pytest.MonkeyPatch, free: Callable[[int], bool], done: int
) -> None:
    few_threads(monkeypatch, free)
    results, _ = runner.run(checks(3), (), None, float("inf"))  # type: ignore[arg-type]  # no check of these asks for anything
    assert [found.ended for found in results] == [Ended.FINISHED] * done + [Ended.CRASHED] * (3 - done)
    reasons = chain.from_iterable(found.findings for found in results)
    assert [finding.reason for finding in reasons] == ["fine.fine"] * done + ["run.no-resources"] * (3 - done)


def test_a_check_that_breaks_off_while_the_system_is_short_is_not_at_fault() -> None:
    """What a library raises then may tell nothing of it, and a moment later there may be files again."""
    broke = unknown(INSTALLED.reasons["run.crashed"])
    crashed = CheckResult(check="tls", status=Status.UNKNOWN, duration_ms=1, findings=(broke,))
    with Watchdog() as pulse:
        assert pulse.judge((crashed,), INSTALLED)[0] == (crashed,)
        pulse.short = True
        (told,), _ = pulse.judge((crashed,), INSTALLED)
    assert [finding.reason for finding in told.findings] == ["run.no-resources"]
