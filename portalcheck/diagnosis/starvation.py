"""Whether this program was awake and could listen: who sleeps through an answer must not take it for silence.

A computer under heavy load, one that was suspended, and a program that was stopped have one thing in common: a
thread that wants to wake up soon wakes up late. How late is measured while the checks run. Where the system has no
further open file or memory to give, libraries may say that nobody answered; so that is looked at, too.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Sequence
from types import TracebackType

import msgspec

from portalcheck.api.declarations import Reason, unknown
from portalcheck.diagnosis.registry import CRASHED, NO_RESOURCES, STARVED, Installed
from portalcheck.model import CheckResult, Ended
from portalcheck.probe.limits import BUSY_S, JUMPED_S, PAUSED_S, STARVED_S, STARVED_SHARE, TICK_S
from portalcheck.shortage import ShortageError, is_short, start

_log = logging.getLogger(__name__)


def _now() -> float:
    """Seconds on a clock that goes on while the computer is suspended, where there is one (clock_gettime(2))."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


class Watchdog:
    """Measures, while it is entered, for how long this program was kept from running.

    `short` says whether the system was seen to be short of memory, open files or threads.
    """

    def __init__(self) -> None:
        self._over = threading.Event()
        self._since = _now()
        # Both at once, as another thread reads them.
        self._lost_until = (0.0, self._since)
        self.short = False
        self._longest = 0.0
        self._ahead = time.time() - self._since

    def __enter__(self) -> Watchdog:
        try:
            start(threading.Thread(target=self._beat, name="pulse", daemon=True))
        except ShortageError:
            self.short = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        _log.debug("this program was kept from running for %.2f s", self.lost)

    def _beat(self) -> None:
        while not self._over.wait(TICK_S):
            self._longest = max(self._longest, _now() - self._lost_until[1] - TICK_S)
            self._lost_until = self._measure()
            self.short = self.short or is_short()

    def _measure(self) -> tuple[float, float]:
        lost, last = self._lost_until
        now = _now()
        late = now - last - TICK_S
        return lost + (late if late > BUSY_S else 0.0), now

    @property
    def lost(self) -> float:
        """Seconds so far in which this program should have run and did not."""
        return self._measure()[0]

    @property
    def paused(self) -> bool:
        """Whether this program was once stopped as a whole (a signal, a computer that slept), and went on."""
        return max(self._longest, _now() - self._lost_until[1] - TICK_S) > PAUSED_S

    @property
    def jumped(self) -> bool:
        """Whether the wall clock was set meanwhile, so that dates were judged by two clocks."""
        return abs(time.time() - _now() - self._ahead) > JUMPED_S

    @property
    def starved(self) -> bool:
        """Whether so much was lost that an answer may have been missed, or given up for late."""
        return self.lost > max(STARVED_S, STARVED_SHARE * (_now() - self._since))

    def judge(
        self, results: tuple[CheckResult, ...], installed: Installed
    ) -> tuple[tuple[CheckResult, ...], bool]:
        """The results with what is unsure marked, and whether a stop, or the clock that was set, spoilt any of them."""
        if self.short:
            results = tuple(map(_short_of_something, results))
        why = NO_RESOURCES if self.short else STARVED if self.starved else None
        marked = results if why is None else mark_starved(results, installed, why)
        late = any(result.ended is Ended.TIMED_OUT for result in results)
        return marked, self.jumped or (self.paused and (late or marked != results))


def _short_of_something(result: CheckResult) -> CheckResult:
    """The result where a check that broke off, while the system was short, is not taken to be at fault."""
    broke, lacked = unknown(CRASHED), unknown(NO_RESOURCES)
    findings = tuple(lacked if finding == broke else finding for finding in result.findings)
    return msgspec.structs.replace(result, findings=findings)


def mark_starved(
    results: Sequence[CheckResult], installed: Installed, why: Reason = STARVED
) -> tuple[CheckResult, ...]:
    """The same results of a program that could not hear all meanwhile: what rests on silence is unsure."""
    doubt = unknown(why)
    silent = {code for code, reason in installed.reasons.items() if reason.rests_on_silence}
    return tuple(
        msgspec.structs.replace(result, findings=(*result.findings, doubt))
        if any(finding.reason in silent for finding in result.findings)
        else result
        for result in results
    )
