"""Does the portal's traffic go through a VPN, and would it get there without?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from portalcheck.api import (
    DIRECT,
    Context,
    Failure,
    Finding,
    Interface,
    InterfaceKind,
    Local,
    Route,
    Trace,
    check,
    fail,
    note,
    ok,
)

_UNKNOWN_PRODUCT = "unknown"
_BYPASS_KINDS = (InterfaceKind.ETHERNET, InterfaceKind.WIFI, InterfaceKind.OTHER)


@check("vpn", reasons=["vpn.none", "vpn.idle", "vpn.active", "vpn.breaks"])
def vpn(ctx: Context) -> Iterable[Finding]:
    """Tunnels by the route that traffic really takes: an interface that exists is not yet a VPN in use."""
    interfaces = ctx.machine.interfaces()
    tunnels = [i for i in interfaces if i.kind is InterfaceKind.TUNNEL and i.up and i.addresses]
    if not tunnels:
        return [ok("vpn.none")]
    trace = ctx.trace()
    addresses = _portal_addresses(trace)
    portal_ways = {way for a in addresses if not isinstance(way := ctx.way_to(a), Failure)}
    world_ways = ctx.ways_out()
    findings = list(judge(tunnels, portal_ways, world_ways))
    used = _used(tunnels, portal_ways or world_ways)
    if used and addresses and not ctx.proven(trace):
        around = any(ctx.proven(_around(ctx, i, addresses)) for i in interfaces if _can_bypass(i))
        findings += judge_bypass(used[0], works_around=around)
    return findings


def _portal_addresses(trace: Trace | None) -> tuple[str, ...]:
    """Where the portal's traffic goes first: to the portal, or to the proxy on the way."""
    if trace is None:
        return ()
    hop = trace.first
    if hop.connect is not None and hop.connect.address:
        return (hop.connect.address,)
    return hop.names.addresses if hop.names is not None else ()


def _used(tunnels: Sequence[Interface], ways: Iterable[str]) -> list[Interface]:
    leaving = set(ways)
    return [tunnel for tunnel in tunnels if leaving & set(tunnel.addresses)]


def judge(
    tunnels: Sequence[Interface], portal_ways: set[str], world_ways: frozenset[str]
) -> Iterator[Finding]:
    """Active where the portal's traffic, or the world's, leaves through a tunnel; else idle."""
    by_portal, by_world = _used(tunnels, portal_ways), _used(tunnels, world_ways)
    if not by_portal and not by_world:
        yield ok("vpn.idle")
        return
    everything = bool(by_portal or not portal_ways) and bool(by_world or not world_ways)
    tunnel = (by_portal or by_world)[0]
    yield note(
        "vpn.active",
        split=not everything,
        product=tunnel.product or _UNKNOWN_PRODUCT,
        interface=Local("network", tunnel.name),
    )


def _can_bypass(interface: Interface) -> bool:
    return interface.up and interface.kind in _BYPASS_KINDS and bool(interface.addresses)


def _around(ctx: Context, interface: Interface, addresses: tuple[str, ...]) -> Trace | None:
    return ctx.trace(Route(url=ctx.url, proxy=DIRECT, source=interface.name, addresses=addresses))


def judge_bypass(tunnel: Interface, *, works_around: bool) -> Iterator[Finding]:
    """Blamed only where the same portal answers on a way around the tunnel."""
    if works_around:
        yield fail("vpn.breaks", product=tunnel.product or _UNKNOWN_PRODUCT)
