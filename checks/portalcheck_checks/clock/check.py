"""Is this computer's clock right? Measured against authenticated servers, never against a time service."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from portalcheck.api import Check, Context, Finding, Link, TrueTime, fail, note, ok, reasons_in, unknown, warn
from portalcheck_checks.clock import reasons
from portalcheck_checks.clock.causes import CAUSES

CORRECT_S = 60
LAST_MOMENT = 9_223_372_036
"""April 2262: no clock that is right shows a later time, and no later one can be read."""


def clock(ctx: Context) -> Iterable[Finding]:
    """The difference to the time that the portal, or canaries, are shown to have."""
    if ctx.machine.now() >= LAST_MOMENT:
        yield fail(reasons.BEYOND)
    yield from judge(ctx.true_time())


def judge(time: TrueTime) -> Iterator[Finding]:
    """Up to a minute is right; beyond what sign-in systems tolerate it is wrong."""
    if time.skew_s is None:
        yield unknown(reasons.UNKNOWN)
        return
    if time.disputed:
        yield note(reasons.DISPUTED)
    if abs(time.skew_s) <= CORRECT_S:
        yield ok(reasons.CORRECT, skew_s=time.skew_s)
    elif not time.is_wrong:
        yield note(reasons.OFF, skew_s=time.skew_s)
    else:
        yield warn(reasons.WRONG, skew_s=time.skew_s)


CHECK = Check(
    "clock",
    run=clock,
    reasons=reasons_in(reasons),
    causes=CAUSES,
    words="portalcheck_checks.clock",
    link=Link.YOU,
    code_number=4,
)
