"""Runs checks: a daemon thread each, all at once, shown in fixed order, bounded in time.

A check that raises, hangs, or gives what it did not declare becomes an `unknown` finding; the others go on.
"""

from __future__ import annotations

import gc
import logging
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from types import FrameType, TracebackType
from typing import NamedTuple

import msgspec

from portalcheck.api.declarations import AuthorError, Check, Reason, finding, unknown
from portalcheck.api.protocols import Context
from portalcheck.diagnosis.guests import contained
from portalcheck.diagnosis.registry import (
    CRASHED,
    NO_FINDINGS,
    NO_RESOURCES,
    TIMED_OUT,
    TOO_MANY,
    UNDECLARED,
    Broken,
    is_ours,
)
from portalcheck.model import CheckResult, Ended, Finding, Status, gravest
from portalcheck.probe.limits import HEARTBEAT_S
from portalcheck.shortage import ShortageError, is_shortage, start

_log = logging.getLogger(__name__)

MAX_FINDINGS = 200


class FindingsError(AuthorError):
    """A check gave something else than findings that it declares."""


class Crash(msgspec.Struct, frozen=True):
    """What a check's author needs to know, for `-v`: never part of the report.

    `package` is the entry point of a check that cannot be used.
    """

    check: str
    error: BaseException
    package: str = ""


class _Job:
    def __init__(self, check: Check, context: Context, ended: queue.SimpleQueue[_Job]) -> None:
        self.check, self._context, self._ended = check, context, ended
        self.started = time.monotonic()
        self.ended: float | None = None
        self.findings: list[Finding] = []
        self.error: BaseException | None = None
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._work, name=f"check-{check.id}", daemon=True)

    def start(self) -> None:
        """Begin, unless the system gives no further thread; then whoever waits for it may try once more."""
        try:
            start(self.thread)
        except ShortageError as error:
            self.error = error

    def start_again(self) -> None:
        """Begin after others have ended, if it could not before; if it still cannot, it has ended."""
        if self.error is not None and not self.thread.ident and not self.done.is_set():
            self.error, self.started = None, time.monotonic()
            self.start()
            if self.error is not None:
                self.done.set()
                self._ended.put(self)

    def _work(self) -> None:
        _log.debug("check %s begins", self.check.id)
        try:
            found = self.check.run(self._context)
            if isinstance(found, Finding) or not isinstance(found, Iterable):
                raise FindingsError(
                    f"a check gives findings one by one or as a list, not a {type(found).__name__}"
                )
            for finding in found:
                if not isinstance(finding, Finding):
                    raise FindingsError(f"a check gives findings, not a {type(finding).__name__}")
                self.findings.append(finding)
                if len(self.findings) > MAX_FINDINGS:
                    break
        except BaseException as error:
            # A check is another person's code: whatever it raises must not end the run.
            self.error = error
        finally:
            self.ended = time.monotonic()
            why = "" if self.error is None else f" with {type(self.error).__name__}"
            _log.debug("check %s ends after %d ms%s", self.check.id, (self.ended - self.started) * 1000, why)
            self.done.set()
            self._ended.put(self)

    def result(self, late: type[BaseException]) -> CheckResult:
        """What it found so far; `error` then tells its author what is wrong with it, if anything is."""
        finished, raised = self.done.is_set(), self.error
        findings = [self._declared(finding) for finding in self.findings[:MAX_FINDINGS]]
        ended = Ended.FINISHED
        if not finished:
            self.error = TimeoutError().with_traceback(_where(self.thread))
        if not finished or isinstance(raised, late):
            findings, ended = [*findings, unknown(TIMED_OUT)], Ended.TIMED_OUT
        elif len(self.findings) > MAX_FINDINGS:
            findings, ended = [*findings, unknown(TOO_MANY)], Ended.CRASHED
        elif raised is not None:
            findings, ended = [*findings, unknown(_why(raised))], Ended.CRASHED
        for each in findings:
            told = "".join(f" {name}={value}" for name, value in each.args.items())
            _log.debug("check %s found %s: %s%s", self.check.id, each.reason, each.status, told)
        duration = (self.ended or time.monotonic()) - self.started
        return CheckResult(
            check=self.check.id,
            status=gravest(tuple(finding.status for finding in findings)),
            duration_ms=round(duration * 1000),
            findings=tuple(findings),
            ended=ended,
            declared=frozenset(map(str, self.check.reasons)),
            needed=self.check.needed,
        )

    def _declared(self, found: Finding) -> Finding:
        """The finding as its reason's declaration has it; where it, or a part of it, is not declared, that instead."""
        try:
            reason = next(reason for reason in self.check.reasons if reason == found.reason)
            evidence = {**found.args, **{name: local.value for name, local in found.local.items()}}
            return finding(Status(found.status), reason, evidence)
        except Exception as error:
            # Whoever makes a finding by hand may put anything into it.
            told = (
                error
                if isinstance(error, AuthorError)
                else FindingsError("a finding that it does not declare")
            )
            self.error = self.error or told
            return unknown(UNDECLARED)


def _why(raised: BaseException) -> Reason:
    """The reason of a check that raised something."""
    if isinstance(raised, FindingsError):
        return NO_FINDINGS
    return NO_RESOURCES if is_shortage(raised) else CRASHED


def _where(thread: threading.Thread) -> TracebackType | None:
    """The places that a thread has come through so far, as an exception raised there would have them."""
    frame, places = _frames().get(thread.ident or 0), None
    while frame is not None:
        # A frame that is between two lines, or of code without any, has no line.
        places = TracebackType(places, frame, frame.f_lasti, frame.f_lineno or 0)
        frame = frame.f_back
    return places


def _frames() -> dict[int, FrameType]:
    """What each thread is at. Python may hang or crash if it collects garbage just then (python/cpython#106883)."""
    collects = gc.isenabled()
    gc.disable()
    try:
        return sys._current_frames()
    finally:
        if collects:
            gc.enable()


def unusable(broken: Broken) -> CheckResult:
    """The row of a check that cannot be used."""
    return CheckResult(
        check=broken.id,
        status=Status.UNKNOWN,
        duration_ms=0,
        findings=(unknown(broken.reason),),
        ended=Ended.CRASHED,
        needed=broken.needed,
    )


def run(
    checks: Sequence[Check],
    broken: Sequence[Broken],
    context: Context,
    until: float,
    *,
    late: type[BaseException] = TimeoutError,
    on_end: Callable[[CheckResult], None] = lambda _: None,
    on_result: Callable[[CheckResult], None] = lambda _: None,
    on_wait: Callable[[Check], None] = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
) -> tuple[tuple[CheckResult, ...], tuple[Crash, ...]]:
    """Run all checks; the results in the order of `checks`, at the latest at `until` (monotonic clock).

    Those that cannot be used follow, each with its row. `on_end` is called as soon as each has ended, `on_result` in
    the order of `checks` as soon as each is there, `on_wait` again and again while one is awaited. `late` is what a
    check raises when the context ran out of time: a time-out, not a crash. When `stopped` says so, nothing more is
    waited for, as if the time were up.
    """
    ended: queue.SimpleQueue[_Job] = queue.SimpleQueue()
    jobs = [_Job(check, context, ended) for check in checks]
    told = _Told(on_end, on_result, on_wait, stopped)
    with contained(present=not all(is_ours(check) for check in checks)):
        results = _results(jobs, ended, until, late, told)
    for each in broken:
        results.append(unusable(each))
        on_end(results[-1])
        on_result(results[-1])
    crashes = [
        Crash(job.check.id, job.error) for job in jobs if job.error and not isinstance(job.error, late)
    ]
    return tuple(results), (*crashes, *(Crash(each.id, each.error, each.package) for each in broken))


class _Told(NamedTuple):
    """Whom a run tells of its checks, and who may stop it."""

    end: Callable[[CheckResult], None]
    result: Callable[[CheckResult], None]
    wait: Callable[[Check], None]
    stopped: Callable[[], bool]


def _results(
    jobs: Sequence[_Job],
    ended: queue.SimpleQueue[_Job],
    until: float,
    late: type[BaseException],
    told: _Told,
) -> list[CheckResult]:
    """Start all jobs; their results in order, as soon as each is there."""
    for job in jobs:
        job.start()
    found: dict[_Job, CheckResult] = {}
    results: list[CheckResult] = []
    while len(results) < len(jobs):
        awaited = jobs[len(results)]
        awaited.start_again()
        if awaited in found:
            results.append(found[awaited])
            told.result(results[-1])
        elif told.stopped() or time.monotonic() >= until:
            found[awaited] = awaited.result(late)
        elif (job_ended := _next(ended, until)) is not None:
            found[job_ended] = job_ended.result(late)
            told.end(found[job_ended])
        else:
            told.wait(awaited.check)
    return results


def _next(ended: queue.SimpleQueue[_Job], until: float) -> _Job | None:
    """The next that ends, None if none does for a while."""
    try:
        return ended.get(timeout=max(0.0, min(HEARTBEAT_S, until - time.monotonic())))
    except queue.Empty:
        return None
