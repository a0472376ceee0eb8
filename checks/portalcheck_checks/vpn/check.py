"""Does the portal's traffic go through a VPN, and would it get there without?"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Sequence

from portalcheck.api import (
    DIRECT,
    CaptiveAnswer,
    Check,
    Context,
    DnsServer,
    Failure,
    Finding,
    Interface,
    Link,
    Route,
    Trace,
    fail,
    is_proven,
    note,
    ok,
    reasons_in,
)
from portalcheck_checks.shared.repeated import stays_away
from portalcheck_checks.shared.tunnels import others, tunnels, used
from portalcheck_checks.vpn import reasons
from portalcheck_checks.vpn.causes import CAUSES

_UNKNOWN_PRODUCT = "unknown"


def vpn(ctx: Context) -> Iterable[Finding]:
    """Tunnels by the route that traffic really takes: an interface that exists is not yet a VPN in use."""
    interfaces = ctx.machine.interfaces()
    found = tunnels(interfaces)
    if not found:
        return [ok(reasons.NONE_ON)]
    trace = ctx.trace()
    addresses = _portal_addresses(trace)
    portal_ways = {way for a in addresses if not isinstance(way := ctx.egress.source_address(a), Failure)}
    world_ways = ctx.egress.addresses()
    findings = list(judge(found, portal_ways, world_ways))
    carrying = used(found, portal_ways or world_ways)
    if not is_proven(ctx, trace):
        names = others(interfaces)
        if carrying and trace is not None:
            findings += _judge_trouble(ctx, trace, carrying[0], names)
        if not any(finding.reason in (reasons.BREAKS, reasons.DNS_DEAD) for finding in findings):
            findings += _judge_kill_switch(ctx, (carrying or found)[0], names if carrying else [""])
    return findings


def _judge_kill_switch(ctx: Context, tunnel: Interface, around: Sequence[str]) -> list[Finding]:
    """Nothing gets out, and this computer itself lets nothing pass beside a tunnel that leads nowhere."""
    neutral = ctx.third_parties.hosts()
    if neutral is None or neutral.internet_works or neutral.tcp_ok or neutral.is_captive:
        return []
    stopped = bool(around) and all(ctx.egress.blocked_here(name) for name in around)
    return [fail(reasons.KILL_SWITCH, product=tunnel.product or _UNKNOWN_PRODUCT)] if stopped else []


def _judge_trouble(ctx: Context, trace: Trace, tunnel: Interface, around: Sequence[str]) -> list[Finding]:
    """The portal itself on a way around the tunnel; where it has no address, what can be had around it at all."""
    addresses = _portal_addresses(trace)
    if addresses:
        walks = (_around(ctx, name, addresses) for name in around)
        works = any(is_proven(ctx, walk) for walk in walks) and stays_away(ctx, trace)
        return list(judge_bypass(tunnel, works_around=works))
    neutral, names = ctx.third_parties.hosts(), ctx.names()
    if neutral is None or names is None:
        return []
    if not neutral.internet_works:
        works = any(
            ctx.egress.dns_over(name) or ctx.egress.probe_over(name) is CaptiveAnswer.OPEN for name in around
        )
        return list(judge_bypass(tunnel, works_around=works))
    inside = [_is_inside(ctx, tunnel, answer.server) for answer in names.servers]
    silent = [answer.failure is Failure.TIMED_OUT for answer in names.servers]
    dead = bool(inside) and all(inside) and all(silent) and not names.answered_late
    return list(judge_own_dns(tunnel, dead=dead))


def _is_inside(ctx: Context, tunnel: Interface, server: DnsServer | None) -> bool:
    """Whether a DNS server has an address of no public network, and is reached through the tunnel: the VPN's own."""
    if server is None:
        return False
    try:
        public = ipaddress.ip_address(server.address).is_global
    except ValueError:
        return False
    return not public and ctx.egress.source_address(server.address) in tunnel.addresses


def _portal_addresses(trace: Trace | None) -> tuple[str, ...]:
    """Where the portal's traffic goes first: to the portal, or to the proxy on the way."""
    if trace is None:
        return ()
    hop = trace.first
    if hop.connect is not None and hop.connect.address:
        return (hop.connect.address,)
    return hop.names.addresses if hop.names is not None else ()


def judge(found: Sequence[Interface], portal_ways: set[str], world_ways: frozenset[str]) -> Iterator[Finding]:
    """Active where the portal's traffic, or the world's, leaves through a tunnel; else idle."""
    by_portal, by_world = used(found, portal_ways), used(found, world_ways)
    if not by_portal and not by_world:
        yield ok(reasons.IDLE if any(tunnel.up for tunnel in found) else reasons.NONE_ON)
        return
    everything = bool(by_portal or not portal_ways) and bool(by_world or not world_ways)
    tunnel = (by_portal or by_world)[0]
    yield note(
        reasons.ACTIVE,
        split=not everything,
        product=tunnel.product or _UNKNOWN_PRODUCT,
        interface=tunnel.name,
    )


def _around(ctx: Context, interface: str, addresses: tuple[str, ...]) -> Trace | None:
    return ctx.trace(Route(url=ctx.url, proxy=DIRECT, interface=interface, addresses=addresses))


def judge_bypass(tunnel: Interface, *, works_around: bool) -> Iterator[Finding]:
    """Blamed only where the same portal answers on a way around the tunnel."""
    if works_around:
        yield fail(reasons.BREAKS, product=tunnel.product or _UNKNOWN_PRODUCT)


def judge_own_dns(tunnel: Interface, *, dead: bool) -> Iterator[Finding]:
    """The tunnel carries other traffic, and every DNS server inside it is silent."""
    if dead:
        yield fail(reasons.DNS_DEAD, product=tunnel.product or _UNKNOWN_PRODUCT)


CHECK = Check(
    "vpn",
    run=vpn,
    reasons=reasons_in(reasons),
    causes=CAUSES,
    words="portalcheck_checks.vpn",
    link=Link.VPN,
    code_number=6,
)
