"""Walks where one host is served."""

from __future__ import annotations

from portalcheck.demo.servers import Serve
from portalcheck.facts import Route, Trace, TraceEnd
from tests.probe.world import ADDRESS, OTHER, URL, World, computer, walk

LOGIN = f"https://{OTHER}/login"


def ends(trace: Trace) -> tuple[TraceEnd, int]:
    return trace.end, len(trace.hops)


def walk_one(world: World, serve: Serve, route: Route | str = URL, *, seconds: float = 2.0) -> Trace:
    """A walk where HOST alone is served."""
    return walk(computer({(ADDRESS, 443): world.tls(serve)}), route, seconds=seconds)
