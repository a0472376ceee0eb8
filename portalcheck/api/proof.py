"""Is the page that a walk ended at shown to be the portal's, whatever else is wrong with it?"""

from __future__ import annotations

from itertools import zip_longest

from portalcheck.api.protocols import Context
from portalcheck.facts import Hop, Trace


def is_proven(ctx: Context, trace: Trace | None) -> bool:
    """Whether a walk came to its end, and every server on it is shown to be who it should be, dates aside."""
    if trace is None or not trace.arrived:
        return False
    return all(_is_shown(ctx, hop, after) for hop, after in zip_longest(trace.hops, trace.hops[1:]))


def _is_shown(ctx: Context, hop: Hop, after: Hop | None) -> bool:
    """Whether a hop's server proves itself. A plain one cannot, but may send to its own host's https."""
    if hop.scheme != "https":
        return after is not None and after.scheme == "https" and after.host == hop.host
    chain = ctx.chain(hop)
    return chain is not None and chain.trusted and chain.name_matches
