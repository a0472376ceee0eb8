"""Does what failed fail every time? An overloaded host, or a weak link, fails now and then.

A route that works beside one that failed proves something only if the failing one fails again afterwards.
"""

from __future__ import annotations

import msgspec

from portalcheck.api import Context, Route, Trace, is_proven

SECOND = 2
"""The number of the retry that all checks share."""


def retry(route: Route, attempt: int = SECOND) -> Route:
    """The same route, tried once more; `attempt` numbers the tries from 1."""
    return msgspec.structs.replace(route, repeat=attempt)


def fails_again(ctx: Context, trace: Trace, attempt: int = SECOND) -> bool:
    """Whether a retry of the walk fails at the same host and in the same layer."""
    second = ctx.trace(retry(trace.route, attempt))
    if second is None or second.last.failure is None:
        return False
    return (second.last.host, second.last.layer) == (trace.last.host, trace.last.layer)


def still_fails(ctx: Context, trace: Trace) -> bool:
    """Whether a retry of the walk does not end at a proven page either (`is_proven`)."""
    return not is_proven(ctx, ctx.trace(retry(trace.route)))
