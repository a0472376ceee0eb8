"""Does the portal's traffic go through a VPN, and would it get there without?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from portalcheck.api import (
    DIRECT,
    CaptiveAnswer,
    Check,
    Context,
    DnsServer,
    Failure,
    Finding,
    Hello,
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
from portalcheck_checks.shared.literals import literal
from portalcheck_checks.shared.retries import gets_further, retry, still_fails
from portalcheck_checks.shared.tunnels import bypassing, carrying, tunnels
from portalcheck_checks.shared.ways import way_in_question
from portalcheck_checks.vpn import reasons
from portalcheck_checks.vpn.causes import CAUSES

_UNKNOWN_PRODUCT = "unknown"


def vpn(ctx: Context) -> Iterable[Finding]:
    """Tunnels by the route that traffic really takes: an interface that exists is not yet a VPN in use."""
    interfaces = ctx.machine.interfaces()
    found = tunnels(interfaces)
    if not found:
        return [ok(reasons.NONE_ON)]
    walk = ctx.trace()
    trace = way_in_question(ctx, walk) if walk is not None else None
    addresses = _portal_addresses(trace)
    sources = map(ctx.egress.source_address, addresses)
    portal_sources = {source for source in sources if not isinstance(source, Failure)}
    world_sources = ctx.egress.addresses()
    findings = list(judge(found, portal_sources, world_sources))
    in_use = carrying(found, portal_sources or world_sources)
    if not is_proven(ctx, trace):
        outside = bypassing(interfaces)
        if in_use and trace is not None:
            findings += _judge_trouble(ctx, trace, in_use[0], outside)
        if not any(finding.reason in (reasons.BREAKS, reasons.DNS_DEAD) for finding in findings):
            findings += _judge_kill_switch(ctx, (in_use or found)[0], outside if in_use else [""])
    return findings


def _judge_kill_switch(ctx: Context, tunnel: Interface, outside: Sequence[str]) -> list[Finding]:
    """A VPN that leads nowhere, and this computer itself lets nothing out beside it (`outside`: interfaces).

    Where no VPN is in use, nor known by its product, it may be any firewall of this computer.
    """
    if not tunnel.product and [*outside] == [""]:
        return []
    canaries = ctx.third_parties.canaries()
    if canaries is None or canaries.internet_works or canaries.tcp_ok or canaries.is_captive:
        return []
    stopped = bool(outside) and all(ctx.egress.blocked_here(name) for name in outside)
    return [fail(reasons.KILL_SWITCH, product=tunnel.product or _UNKNOWN_PRODUCT)] if stopped else []


def _judge_trouble(ctx: Context, trace: Trace, tunnel: Interface, outside: Sequence[str]) -> list[Finding]:
    """A walk to the portal outside the tunnel; if the portal has no address, whether anything answers outside it."""
    addresses = _portal_addresses(trace)
    if addresses:
        # Where the tunnel lets no hello come to the portal, what one meets outside it is another matter.
        hellos = (trace.route.hello, Hello.PLAIN) if trace.last.tls is None else (trace.route.hello,)
        # A page may take longer than there is time, where a handshake shows enough.
        page = len(trace.hops) > 1 or trace.last.http is not None
        outside_it = msgspec.structs.replace(trace.route, proxy=DIRECT, addresses=addresses, request=page)
        beside = [
            msgspec.structs.replace(outside_it, interface=one, hello=hello)
            for one in outside
            for hello in hellos
        ]
        nobody = [_to_nobody(outside_it, one) for one in outside]
        # At once, with the retry: what is silent is waited for no more than once.
        tried = ctx.traces([*beside, *nobody, retry(trace.route)])
        works = any(
            gets_further(ctx, other, trace) or _is_let_in_outside(ctx, other, trace)
            for other in tried[: len(beside)]
        )
        return [_breaks(tunnel)] if works and still_fails(ctx, trace) else []
    canaries, names = ctx.third_parties.canaries(), ctx.names()
    if canaries is None or names is None:
        return []
    if not canaries.internet_works:
        works = any(
            ctx.egress.dns_over(name) or ctx.egress.probe_over(name) is CaptiveAnswer.OPEN for name in outside
        )
        return [_breaks(tunnel)] if works else []
    inside = [_is_inside(ctx, tunnel, answer.server) for answer in names.servers]
    silent = [answer.failure is Failure.TIMED_OUT for answer in names.servers]
    dead = bool(inside) and all(inside) and all(silent) and not names.answered_late
    return [fail(reasons.DNS_DEAD, product=tunnel.product or _UNKNOWN_PRODUCT)] if dead else []


def _to_nobody(route: Route, interface: str) -> Route:
    """A connection to an address of nobody (RFC 5737), which only what takes every connection accepts."""
    return msgspec.structs.replace(
        route, interface=interface, addresses=("198.51.100.77",), hello=Hello.BROWSER, request=False
    )


def _is_let_in_outside(ctx: Context, other: Trace | None, failed: Trace) -> bool:
    """Whether a connection is made outside the tunnel, and not inside, in a network that lets neutral hosts through.

    What takes connections in the place of others, as a satellite's accelerator does, would show nothing.
    """
    if other is None or (len(other.hops), other.last.host) != (len(failed.hops), failed.last.host):
        return False
    inside, outside = failed.last.connect, other.last.connect
    if inside is None or outside is None or outside.failure or not inside.failure:
        return False
    nobody = ctx.trace(_to_nobody(other.route, other.route.interface))
    if nobody is None or nobody.first.connect is None or nobody.first.connect.failure is None:
        return False
    return ctx.egress.probe_over(other.route.interface) is CaptiveAnswer.OPEN


def _is_inside(ctx: Context, tunnel: Interface, server: DnsServer | None) -> bool:
    """Whether a DNS server has an address of no public network, and is reached through the tunnel: the VPN's own."""
    address = literal(server.address) if server is not None else None
    if server is None or address is None or address.is_global:
        return False
    return ctx.egress.source_address(server.address) in tunnel.addresses


def _portal_addresses(trace: Trace | None) -> tuple[str, ...]:
    """The addresses that the portal's traffic goes to first: the portal's, or a proxy's."""
    if trace is None:
        return ()
    hop = trace.first
    if hop.connect is not None and hop.connect.address:
        return (hop.connect.address,)
    return hop.names.addresses if hop.names is not None else ()


def judge(
    found: Sequence[Interface], portal_sources: set[str], world_sources: frozenset[str]
) -> Iterator[Finding]:
    """Active if the portal's traffic, or the world's, leaves through a tunnel (by its local addresses); else idle."""
    for_portal, for_world = carrying(found, portal_sources), carrying(found, world_sources)
    if not for_portal and not for_world:
        yield ok(reasons.IDLE if any(tunnel.up for tunnel in found) else reasons.NONE_ON)
        return
    everything = bool(for_portal or not portal_sources) and bool(for_world or not world_sources)
    tunnel = (for_portal or for_world)[0]
    yield note(
        reasons.ACTIVE,
        split=not everything,
        product=tunnel.product or _UNKNOWN_PRODUCT,
        interface=tunnel.name,
    )


def _breaks(tunnel: Interface) -> Finding:
    return fail(reasons.BREAKS, product=tunnel.product or _UNKNOWN_PRODUCT)


CHECK = Check(
    "vpn",
    run=vpn,
    reasons=reasons_in(reasons),
    causes=CAUSES,
    words="portalcheck_checks.vpn",
    link=Link.VPN,
    code_number=6,
)
