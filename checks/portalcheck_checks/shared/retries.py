"""Does what failed fail every time? An overloaded host, or a weak link, fails now and then.

A route that works beside one that failed proves something only if the failing one fails again afterwards.
"""

from __future__ import annotations

import msgspec

from portalcheck.api import CaptiveAnswer, Context, Hop, Route, Trace, is_proven

_LAYERS = ("name", "connect", "proxy", "tls", "http")
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
    """Whether a retry of the walk gets no further either."""
    return not gets_further(ctx, ctx.trace(retry(trace.route)), trace)


def gets_further(ctx: Context, other: Trace | None, failed: Trace) -> bool:
    """Whether a walk passes where another one failed, with servers that nobody has put in the portal's place.

    What is wrong behind that place is another fault, and takes nothing from the proof.
    """
    if other is None or is_proven(ctx, other):
        return other is not None
    if failed.last.failure is None or _depth(other) <= _depth(failed):
        return False
    return all(hop.scheme == "http" or _is_no_gateway(ctx, hop, other.route) for hop in other.hops)


def _depth(trace: Trace) -> tuple[int, int, bool]:
    """How far a walk got: its hops, the layer of the last one, and whether that worked."""
    return len(trace.hops), _LAYERS.index(trace.last.layer), trace.last.failure is None


def _is_no_gateway(ctx: Context, hop: Hop, route: Route) -> bool:
    """Whether a server's certificate has its name; or is a public one, in a network without a sign-in page."""
    chain = ctx.chain(hop)
    if chain is None or chain.name_matches or not chain.known_root:
        return chain is not None and chain.name_matches
    if route.interface:
        return ctx.egress.probe_over(route.interface) is CaptiveAnswer.OPEN
    canaries = ctx.third_parties.canaries()
    return canaries is not None and not canaries.is_captive
