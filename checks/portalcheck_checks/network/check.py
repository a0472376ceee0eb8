"""Is there a network, and does it lead anywhere?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from portalcheck.api import (
    DIRECT,
    Canaries,
    CaptiveAnswer,
    Check,
    ConnectStep,
    Context,
    Failure,
    Finding,
    Hello,
    Hop,
    Interface,
    InterfaceKind,
    Link,
    Reach,
    Reason,
    Route,
    Trace,
    embedded,
    fail,
    is_proven,
    is_translated,
    note,
    ok,
    reasons_in,
    skip,
    warn,
)
from portalcheck_checks.network import reasons
from portalcheck_checks.network.causes import CAUSES
from portalcheck_checks.shared.handshakes import OTHER_NAMES, route_to, shakes_hands, some_hello_passes
from portalcheck_checks.shared.literals import literal
from portalcheck_checks.shared.retries import fails_again, gets_further, retry
from portalcheck_checks.shared.tunnels import other_interfaces
from portalcheck_checks.shared.ways import way_in_question

SLOW_PAGE_MS = 4000
_UNANSWERED = {Failure.TIMED_OUT, Failure.NETWORK_UNREACHABLE, Failure.HOST_UNREACHABLE}


def network(ctx: Context) -> Iterable[Finding]:
    """The link, egress as the canaries show it, and both families of addresses."""
    if ctx.late():
        # Whatever may yet explain it, at once: there is no time for one after the other.
        own = Route(url=ctx.url)
        ctx.traces((retry(own), _in_small_packets(own), Route(url=ctx.url, hello=Hello.HTTP_1)))
    trace = ctx.trace()
    loaded = is_proven(ctx, trace)
    way = way_in_question(ctx, trace) if trace is not None else None
    arrived = loaded and way is trace
    retries = _retry_all(ctx, way, loaded=arrived) if way is not None else Retries()
    routed = bool(ctx.egress.addresses())
    yield judge_link(ctx.machine.interfaces(), routed=routed, answered=loaded or _anybody_answers(ctx, trace))
    if trace is None or way is None:
        yield skip(reasons.NOT_ASKED)
        return
    canaries = ctx.third_parties.canaries()
    if canaries is None:
        yield ok(reasons.WELL) if loaded else skip(reasons.NOT_ASKED)
    else:
        stuck = not (canaries.internet_works or canaries.is_captive)
        beside = map(ctx.egress.probe_over, other_interfaces(ctx) if stuck else ())
        yield from judge_egress(
            trace,
            canaries,
            loaded=loaded and not _is_replaced_by_now(ctx, trace),
            captive=CaptiveAnswer.CAPTIVE in beside,
            in_place=_is_in_place(ctx, trace, canaries),
            blocked_here=stuck and ctx.egress.blocked_here(),
            some_hello_passes=_fails_to_shake_hands(trace) and some_hello_passes(ctx, trace.first),
        )
    routed = arrived or _is_routed(ctx, way)
    conflict = None if arrived or retries.again else _judge_routes(ctx, way, canaries)
    stopped = not routed and (conflict is not None or _is_blocked_here(ctx, way))
    if conflict is not None or stopped:
        yield conflict or fail(reasons.STOPPED_HERE)
    yield from _judge_families(ctx, way, canaries, only_ipv4=retries.ipv4_only, routed=routed or stopped)
    if retries.again or way.recovered:
        yield note(reasons.RECOVERED)  # so that nothing is proved
    elif retries.small_packets:
        yield fail(reasons.MTU)
    elif loaded and _large_request_vanishes(ctx, trace):
        yield warn(reasons.MTU)
    yield from judge_speed(trace, loaded=loaded)


def _anybody_answers(ctx: Context, trace: Trace | None) -> bool:
    """Whether anything outside this computer answered at all."""
    steps = [hop.connect for hop in trace.hops if hop.connect is not None] if trace is not None else []
    if any(step.failure is None and _usable(step.address) for step in steps):
        return True
    canaries = ctx.third_parties.canaries()
    return canaries is not None and (canaries.internet_works or canaries.is_captive or canaries.tcp_ok > 0)


def judge_link(interfaces: Sequence[Interface], *, routed: bool, answered: bool) -> Finding:
    """Whether an interface is up with an address that leads somewhere; any answer from outside settles it."""
    usable = [
        i
        for i in interfaces
        if i.up and i.kind is not InterfaceKind.LOOPBACK and any(map(_usable, i.addresses))
    ]
    if answered or (usable and routed):
        kind = min((i.kind.value for i in usable), default=InterfaceKind.OTHER.value)
        return ok(reasons.UP, kind=kind, interfaces=tuple(i.name for i in usable))
    return fail(reasons.NO_LINK)


def _usable(address: str) -> bool:
    parsed = literal(address.partition("%")[0])
    if parsed is None:
        return False
    kept_back = parsed.version == 4 and parsed.is_reserved  # RFC 1112, 4; of IPv6 that is nearly all
    nowhere = parsed.is_loopback or parsed.is_unspecified or parsed.is_multicast or kept_back
    return not (parsed.is_link_local or nowhere)


def judge_egress(
    trace: Trace,
    canaries: Canaries,
    *,
    loaded: bool,
    captive: bool = False,
    in_place: bool = False,
    blocked_here: bool = False,
    some_hello_passes: bool = False,
) -> Iterator[Finding]:
    """What the canaries prove. Errors of a probe never mean a captive portal (RFC 8952 leaves them open).

    `captive`: one shows beside the tunnel; `in_place`: one stands in the portal's place; `blocked_here`: this computer
    itself lets nothing out; `some_hello_passes`: a handshake succeeds, though not with what browsers send.
    """
    proxied = _proxy_spoke(trace.first)
    signs = canaries.is_captive or canaries.one_certificate or captive
    if ((signs and canaries.verified == 0) or in_place) and not loaded and not proxied:
        yield fail(reasons.CAPTIVE)
        return
    if canaries.is_captive:
        yield note(reasons.CAPTIVE_ELSEWHERE)
    if loaded or canaries.verified or CaptiveAnswer.OPEN in canaries.captive:
        yield ok(reasons.WAY_OUT, reached=canaries.verified, asked=canaries.asked)
    elif blocked_here and not _opened(trace) and canaries.tcp_ok == 0:
        yield fail(reasons.BLOCKED_HERE)
    elif not (_answered(trace) or canaries.answered):
        yield fail(reasons.NO_WAY_OUT)
    if _port_blocked(trace, canaries) and trace.first.proxy is None and not some_hello_passes:
        yield fail(reasons.PORT_BLOCKED, port=trace.first.port)


def _is_in_place(ctx: Context, trace: Trace, canaries: Canaries) -> bool:
    """Whether a Wi-Fi sign-in page is in the portal's place alone: its plain HTTP leads there, and no TLS is its own.

    A filter that goes by names, which may have such a page as well, lets another name pass at the same address.
    """
    connect = trace.last.connect
    if (
        canaries.portal_plain is not CaptiveAnswer.CAPTIVE
        or connect is None
        or connect.failure is Failure.REFUSED
    ):
        return False
    chain = ctx.chain(trace.last)
    if chain is not None:
        return not chain.proves_host
    return not shakes_hands(ctx, route_to(ctx, trace.last, server_name=OTHER_NAMES[0]), alert=True)


def _proxy_spoke(hop: Hop) -> bool:
    """Whether there is a proxy, and it answered, so that it is its words that count."""
    spoke = {None, Failure.PROXY_AUTH, Failure.PROXY_REFUSED}
    return hop.proxy is not None and hop.proxy.failure in spoke


def _opened(trace: Trace) -> bool:
    """Whether the portal's side took a connection, or a proxy did more than tell of its own trouble."""
    return any(
        hop.connect is not None and hop.connect.failure is None
        if hop.proxy is None
        else hop.proxy.failure in (None, Failure.PROXY_AUTH) or hop.proxy.forbids
        for hop in trace.hops
    )


def _answered(trace: Trace) -> bool:
    """Whether the portal's side answered at all, be it by a refusal, which no dead network can fake.

    This computer's own refusal, where a name is led to it, tells nothing of the network.
    """
    attempts = [a for hop in trace.hops if hop.proxy is None and hop.connect for a in hop.connect.attempts]
    return _opened(trace) or any(a.failure is Failure.REFUSED and _usable(a.address) for a in attempts)


def _fails_to_shake_hands(trace: Trace) -> bool:
    return trace.first.tls is not None and trace.first.tls.failure is not None


def _port_blocked(trace: Trace, canaries: Canaries) -> bool:
    """HTTPS leads nowhere, or is broken off, to every host, while other things pass; or every host refuses it."""
    connect = trace.first.connect
    if canaries.asked < 2 or connect is None:
        return False
    if connect.failure is Failure.REFUSED:
        return canaries.tcp_ok == 0 and canaries.cut_off == canaries.asked
    if not (CaptiveAnswer.OPEN in canaries.captive or (canaries.internet_works and canaries.unopened)):
        return False
    if connect.failure is not None:
        by_family = [_reach(canaries, attempt.address).lacks_https for attempt in connect.attempts]
        nobody = canaries.tcp_ok == 0 and not canaries.answered_on_retry
        return nobody or (bool(by_family) and all(by_family))
    # Silence of a connection that opened may have other reasons, such as the size of packets.
    step = trace.first.tls
    broken_off = step is not None and step.failure in (Failure.RESET, Failure.CLOSED)
    return broken_off and canaries.cut_off == canaries.asked


class Retries(msgspec.Struct, frozen=True, kw_only=True):
    """Which retries got further: over IPv4 alone, with small packets, and just `again`."""

    ipv4_only: bool = False
    small_packets: bool = False
    again: bool = False


def _retry_all(ctx: Context, trace: Trace, *, loaded: bool) -> Retries:
    """The counterfactuals of a connection that fails, all at once: whatever works once more was not broken."""
    hop = trace.last
    if loaded or hop.failure is None or hop.connect is None or hop.proxy is not None:
        return Retries()
    own, change = trace.route, msgspec.structs.replace
    ipv4 = change(own, family=4, proxy=DIRECT) if _ipv6_is_suspect(hop) else None
    small = _in_small_packets(own) if _size_is_suspect(hop) else None
    second = retry(own)
    routes = [route for route in (ipv4, small, second) if route is not None]
    found = zip(routes, ctx.traces(routes), strict=True)
    worked = {route: gets_further(ctx, tried, trace) for route, tried in found}
    ipv4_only = ipv4 is not None and worked[ipv4] and not worked[second]
    if ipv4 is not None and ipv4_only and hop.failure is not Failure.TIMED_OUT:
        # What fails at once may fail by chance: there is time to see it once more.
        third, fourth = ctx.traces((retry(own, 3), retry(ipv4)))
        ipv4_only = not gets_further(ctx, third, trace) and gets_further(ctx, fourth, trace)
    return Retries(
        ipv4_only=ipv4_only,
        small_packets=small is not None and worked[small],
        again=worked[second],
    )


def _large_request(ctx: Context, walk: Trace) -> Trace | None:
    """The trace of the request as large as that of a sign-in, if one was made beside the walk."""
    route = next((route for route in walk.beside if route.filler_bytes), None)
    return ctx.trace(route) if route is not None else None


def _is_replaced_by_now(ctx: Context, walk: Trace) -> bool:
    """Whether another server is met in the portal's place by a request that was made after the walk's first."""
    trace = _large_request(ctx, walk)
    chain = ctx.chain(trace.first) if trace is not None else None
    return chain is not None and not chain.name_matches


def _large_request_vanishes(ctx: Context, walk: Trace) -> bool:
    """Whether a request as large as that of a sign-in is lost, and comes through in small packets."""
    trace = _large_request(ctx, walk)
    if trace is None or trace.last.failure is not Failure.TIMED_OUT:
        return False
    small = msgspec.structs.replace(trace.route, small_packets=True)
    found, _ = ctx.traces((small, retry(trace.route)))
    return found is not None and found.last.failure is None and fails_again(ctx, trace)


def _in_small_packets(route: Route) -> Route:
    return msgspec.structs.replace(route, small_packets=True, proxy=DIRECT)


def _ipv6_is_suspect(hop: Hop) -> bool:
    """Whether IPv6 was tried while there is an IPv4 address that was not seen to fail."""
    addresses = hop.names.addresses if hop.names else ()
    attempts = hop.connect.attempts if hop.connect else ()
    ipv6_tried = any(":" in attempt.address for attempt in attempts)
    ipv4_failed = any("." in attempt.address and attempt.failure is not None for attempt in attempts)
    return ipv6_tried and not ipv4_failed and any("." in address for address in addresses)


def _size_is_suspect(hop: Hop) -> bool:
    """Whether the connection opened, which takes small packets, and then fell silent, which may be for large ones."""
    step = hop.http if hop.tls is None or hop.tls.failure is None else hop.tls
    return hop.connect is not None and step is not None and step.failure is Failure.TIMED_OUT


def _is_routed(ctx: Context, trace: Trace) -> bool:
    """Whether this computer has a route to any address that failed last; a router's refusal is none of its own."""
    attempts = trace.last.connect.attempts if trace.last.connect is not None else ()
    return any(not isinstance(ctx.egress.source_address(attempt.address), Failure) for attempt in attempts)


def _is_blocked_here(ctx: Context, trace: Trace) -> bool:
    """Whether this computer, without a route to the host that was wanted, has one of that family to the world."""
    hop = trace.last
    if hop.connect is None or hop.proxy is not None:
        return False
    world = {":" in address for address in ctx.egress.addresses()}
    wanted = [attempt.address for attempt in hop.connect.attempts]
    return all(map(_usable, wanted)) and any((":" in address) in world for address in wanted)


def _judge_families(
    ctx: Context, trace: Trace, canaries: Canaries | None, *, only_ipv4: bool, routed: bool
) -> list[Finding]:
    """As `judge_families`, and whether a name server that shows the way through the translator is all that lacks."""
    loaded = is_proven(ctx, trace)
    found = list(judge_families(trace, canaries, loaded=loaded, only_ipv4=only_ipv4, routed=routed))
    missing = any(finding.reason == reasons.IPV4_MISSING for finding in found)
    if missing and canaries is not None and _needs_translation(ctx, trace.last, canaries):
        return [fail(reasons.IPV4_UNTRANSLATED)]
    return found


def _judge_routes(ctx: Context, trace: Trace, canaries: Canaries | None) -> Finding | None:
    """This computer's own routes lead to a host another way than to the world, and nothing answers there.

    What a tunnel carries may be silent for reasons of the portal's own, and is left to the check of VPNs.
    """
    hop = trace.last
    attempts = hop.connect.attempts if hop.connect is not None and hop.proxy is None else ()
    addresses = tuple(attempt.address for attempt in attempts if _usable(attempt.address))
    detours = [way for address in addresses if (way := ctx.egress.detour(address)) is not None]
    if canaries is None or not canaries.internet_works or not detours or len(detours) < len(attempts):
        return None
    interfaces = ctx.machine.interfaces()
    way = detours[0]
    six = ":" in addresses[0]
    beside = [
        i.name
        for i in interfaces
        if i.up and i.name != way.interface and any(_usable(a) and (":" in a) == six for a in i.addresses)
    ]
    carried = any(i.name == way.interface and i.kind is InterfaceKind.TUNNEL for i in interfaces)
    failures = {attempt.failure for attempt in attempts}
    silent = failures <= ({*_UNANSWERED, Failure.DENIED} - ({Failure.TIMED_OUT} if carried else set()))
    same = any(i.name == way.interface and ctx.egress.addresses() & set(i.addresses) for i in interfaces)
    # Asked first, as what is dead there is soon known, and what is not leaves time for the proof.
    doubtful = Failure.TIMED_OUT in failures and not (same or carried)
    alive = doubtful and ctx.egress.dns_over(way.interface)
    proven = bool(beside) and (alive or not doubtful) and _proves_itself(ctx, hop, addresses, *beside)
    if None in failures or (carried and proven) or not (silent or proven):
        return None
    if alive and not proven:
        return None  # that way is alive, and the portal is not
    tunnelled = any(i.kind is InterfaceKind.TUNNEL and i.addresses for i in interfaces)
    if same and not way.gateway and not (proven or tunnelled):
        return None  # a host of this very network that is down
    kind = "gateway" if way.gateway and same else "on-link" if same else "interface"
    return fail(reasons.ROUTE_CONFLICT, kind=kind if way.interface else "nowhere", interface=way.interface)


def _proves_itself(ctx: Context, hop: Hop, addresses: tuple[str, ...], *interfaces: str) -> bool:
    """Whether the host of a hop shows its certificate at these addresses, over one of the interfaces or any."""
    route = Route(
        url=f"{hop.scheme}://{hop.host}:{hop.port}/", addresses=addresses, proxy=DIRECT, follow=False
    )
    routes = [msgspec.structs.replace(route, interface=name) for name in interfaces or ("",)]
    chains = [ctx.chain(walk.first) for walk in ctx.traces(routes) if walk is not None]
    return any(chain is not None and chain.proves_host for chain in chains)


def judge_families(
    trace: Trace,
    canaries: Canaries | None = None,
    *,
    loaded: bool,
    only_ipv4: bool,
    routed: bool = False,
) -> Iterator[Finding]:
    """A family of addresses that fails: a note if the page loads over the other, else a cause."""
    if only_ipv4 and not loaded:
        yield fail(reasons.IPV6_BROKEN)
        return
    connect = trace.last.connect
    if connect is not None and not (loaded or routed) and (missing := _missing_family(connect)):
        yield fail(missing)
        return
    if canaries is not None and not loaded and (dead := _dead_family(trace.last, canaries)) is not None:
        yield dead
        return
    connect = trace.first.connect
    if connect is None or connect.failure is not None or ":" in connect.address:
        return
    if any(":" in attempt.address and attempt.failure is not None for attempt in connect.attempts):
        yield note(reasons.IPV6_FALLBACK)


def _missing_family(connect: ConnectStep) -> Reason | None:
    """The reason that a host has addresses of one family alone, and this computer not even a route for them."""
    if any(attempt.failure is not Failure.NETWORK_UNREACHABLE for attempt in connect.attempts):
        return None
    six = {":" in attempt.address for attempt in connect.attempts}
    if len(six) != 1:
        return None
    return reasons.IPV6_MISSING if True in six else reasons.IPV4_MISSING


def _dead_family(hop: Hop, canaries: Canaries) -> Finding | None:
    """The family that a host has alone, and by which neutral hosts do not answer either, though they do otherwise."""
    attempts = hop.connect.attempts if hop.connect is not None and hop.proxy is None else ()
    if not attempts or any(attempt.failure not in _UNANSWERED for attempt in attempts):
        return None
    reached = [_reach(canaries, attempt.address) for attempt in attempts]
    others = [reach for reach in (canaries.ipv4, canaries.ipv6, canaries.translated) if reach not in reached]
    if not all(reach.is_dead for reach in reached) or not any(reach.answered for reach in others):
        return None
    translated = [is_translated(attempt.address, canaries.nat64) for attempt in attempts]
    six = [":" in attempt.address for attempt in attempts]
    if all(six) and not any(translated):
        return fail(reasons.IPV6_DEAD)
    return fail(reasons.IPV4_DEAD, translated=any(translated)) if six == translated else None


def _reach(canaries: Canaries, address: str) -> Reach:
    """How neutral hosts answer at this kind of address."""
    if ":" not in address:
        return canaries.ipv4
    return canaries.translated if is_translated(address, canaries.nat64) else canaries.ipv6


def _needs_translation(ctx: Context, hop: Hop, canaries: Canaries) -> bool:
    """Whether a host proves itself behind the network's translator, which its DNS server does not lead to (DNS64)."""
    attempts = hop.connect.attempts if hop.connect is not None else ()
    if not (canaries.translated.answered and canaries.nat64):
        return False
    addresses = tuple(embedded(attempt.address, canaries.nat64) for attempt in attempts)
    return _proves_itself(ctx, hop, addresses)


def judge_speed(trace: Trace, *, loaded: bool) -> Iterator[Finding]:
    """A page that loads, but slowly."""
    took = sum(hop.http.total_ms for hop in trace.hops if hop.http is not None)
    took += sum(hop.connect.ms for hop in trace.hops if hop.connect is not None and not hop.reused)
    took += sum(hop.names.ms for hop in trace.hops if hop.names is not None and not hop.reused)
    if loaded and took > SLOW_PAGE_MS:
        yield note(reasons.SLOW, ms=took)


CHECK = Check(
    "network",
    run=network,
    reasons=reasons_in(reasons),
    causes=CAUSES,
    words="portalcheck_checks.network",
    link=Link.NETWORK,
    code_number=1,
)
