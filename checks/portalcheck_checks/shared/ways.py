"""Which way to judge: the walk to the sign-in page, or one to a host that sign-in leads on to by script."""

from __future__ import annotations

from portalcheck.api import Context, Trace, is_proven


def way_in_question(ctx: Context, walk: Trace) -> Trace:
    """The walk, unless it came to a proven page: then the first host of sign-in that has an address and fails."""
    if not is_proven(ctx, walk):
        return walk
    failing = (way for way in ctx.sign_in_traces() if way.last.connect is not None and not way.arrived)
    return next(failing, walk)
