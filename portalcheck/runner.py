"""Runs checks: a daemon thread each, all at once, shown in fixed order, bounded in time.

A check that raises, hangs, or gives what it did not declare becomes an `unknown` finding; the others go on.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import msgspec

from portalcheck.api import Check, Context
from portalcheck.model import CheckResult, Ended, Finding, Status, gravest

MAX_FINDINGS = 200
_HEARTBEAT_S = 0.2


class Crash(msgspec.Struct, frozen=True):
    """A check's exception, for `-v`: never part of the report."""

    check: str
    error: BaseException


class _Job:
    def __init__(self, check: Check, context: Context) -> None:
        self.check, self._context = check, context
        self.started = time.monotonic()
        self.ended: float | None = None
        self.findings: list[Finding] = []
        self.error: BaseException | None = None
        self.done = threading.Event()

    def work(self) -> None:
        try:
            for finding in self.check(self._context):
                self.findings.append(finding)
                if len(self.findings) >= MAX_FINDINGS:
                    break
        except BaseException as error:
            # A check is another person's code: whatever it raises must not end the run.
            self.error = error
        finally:
            self.ended = time.monotonic()
            self.done.set()

    def result(self, late: type[BaseException]) -> CheckResult:
        findings, ended = tuple(self.findings), Ended.FINISHED
        if not self.done.is_set() or isinstance(self.error, late):
            findings, ended = (*findings, _unknown("run.timed-out")), Ended.TIMED_OUT
        elif self.error is not None or not all(isinstance(f, Finding) for f in findings):
            sound = tuple(f for f in findings if isinstance(f, Finding))
            findings, ended = (*sound, _unknown("run.crashed")), Ended.CRASHED
        findings = tuple(self._declared(finding) for finding in findings)
        duration = (self.ended or time.monotonic()) - self.started
        return CheckResult(
            check=self.check.id,
            status=gravest(tuple(finding.status for finding in findings)),
            duration_ms=round(duration * 1000),
            findings=findings,
            ended=ended,
            declared=self.check.reasons,
        )

    def _declared(self, finding: Finding) -> Finding:
        known = finding.reason in self.check.reasons or finding.reason.startswith("run.")
        return (
            finding
            if known
            else Finding(reason="run.undeclared", status=Status.UNKNOWN, args={"reason": finding.reason})
        )


def _unknown(reason: str) -> Finding:
    return Finding(reason=reason, status=Status.UNKNOWN)


def run(
    checks: Sequence[Check],
    context: Context,
    until: float,
    *,
    late: type[BaseException] = TimeoutError,
    on_result: Callable[[CheckResult], None] = lambda _: None,
    on_wait: Callable[[Check], None] = lambda _: None,
) -> tuple[tuple[CheckResult, ...], tuple[Crash, ...]]:
    """Run all checks; the results in the order of `checks`, at the latest at `until` (monotonic clock).

    `on_result` is called in that order as soon as each is there, `on_wait` again and again while one is
    awaited. `late` is what a check raises when the context ran out of time: a time-out, not a crash.
    """
    jobs = [_Job(check, context) for check in checks]
    for job in jobs:
        threading.Thread(target=job.work, name=f"check-{job.check.id}", daemon=True).start()
    results = []
    for job in jobs:
        while not job.done.wait(max(0.0, min(_HEARTBEAT_S, until - time.monotonic()))):
            if time.monotonic() >= until:
                break
            on_wait(job.check)
        result = job.result(late)
        results.append(result)
        on_result(result)
    crashes = tuple(
        Crash(job.check.id, job.error)
        for job in jobs
        if job.error is not None and not isinstance(job.error, late)
    )
    return tuple(results), crashes
