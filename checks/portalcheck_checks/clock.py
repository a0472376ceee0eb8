"""Is this computer's clock right? Measured against authenticated servers, never against a time service."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from portalcheck.api import Context, Finding, TrueTime, check, note, ok, unknown, warn

CORRECT_S = 60
TOLERABLE_S = 300


@check(
    "clock",
    reasons=["clock.correct", "clock.off", "clock.wrong", "clock.unknown", "clock.disputed"],
)
def clock(ctx: Context) -> Iterable[Finding]:
    """The difference to the time that the portal, or neutral hosts, are shown to have."""
    yield from judge(ctx.true_time())


def judge(time: TrueTime) -> Iterator[Finding]:
    """Up to a minute is right; sign-in systems tolerate a few (RFC 7519, 4.1.4); beyond five it is wrong."""
    if time.skew_s is None:
        yield unknown("clock.unknown")
        return
    if time.disputed:
        yield note("clock.disputed")
    off = abs(time.skew_s)
    if off <= CORRECT_S:
        yield ok("clock.correct", skew_s=time.skew_s)
    elif off <= TOLERABLE_S:
        yield note("clock.off", skew_s=time.skew_s)
    else:
        yield warn("clock.wrong", skew_s=time.skew_s)
