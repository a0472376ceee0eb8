"""Does what failed fail every time? A host that has too much to do, or a weak link, fails now and then.

A way that works beside one that failed proves something only where the failing one fails again afterwards.
"""

from __future__ import annotations

import msgspec

from portalcheck.api import Context, Route, Trace, is_proven

SECOND = 2
"""The try that checks share; later ones are made anew."""


def retry(route: Route, attempt: int = SECOND) -> Route:
    """The same way, tried once more."""
    return msgspec.structs.replace(route, repeat=attempt)


def fails_again(ctx: Context, trace: Trace, attempt: int = SECOND) -> bool:
    """Whether the same way ends at the same host, in the same layer, by a failure, once more."""
    second = ctx.trace(retry(trace.route, attempt))
    if second is None or second.last.failure is None:
        return False
    return (second.last.host, second.last.layer) == (trace.last.host, trace.last.layer)


def stays_away(ctx: Context, trace: Trace) -> bool:
    """Whether no page that proves itself comes the second time either."""
    return not is_proven(ctx, ctx.trace(retry(trace.route)))
