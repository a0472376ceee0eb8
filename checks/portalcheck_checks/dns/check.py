"""Does the portal's name lead to the portal's address?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from portalcheck.api import (
    DIRECT,
    Canaries,
    Check,
    Context,
    DnsAnswer,
    DnsHealth,
    Failure,
    Finding,
    Hello,
    Link,
    Resolution,
    Trace,
    fail,
    is_address,
    is_proven,
    note,
    ok,
    reasons_in,
    skip,
)
from portalcheck_checks.dns import reasons
from portalcheck_checks.dns.causes import CAUSES
from portalcheck_checks.dns.failure import judge_failure
from portalcheck_checks.dns.filters import is_vouched_for_here_alone, judge_stranger, leads_to_block_page
from portalcheck_checks.dns.hosts import judge_hosts_file
from portalcheck_checks.dns.lookup import (
    MISSING,
    NameOnRoute,
    answered,
    further_hops,
    is_authentic,
    is_sinkhole,
)
from portalcheck_checks.shared.handshakes import takes_hello

SLOW_SERVER_MS = 2000
_NO_ADDRESS = {reasons.MISSING, reasons.MISSING_EVERYWHERE, reasons.UNSETTLED}
_LAME = {reasons.ERROR_HERE, reasons.SILENT_HERE, reasons.LATE, reasons.SYSTEM_SILENT}
"""What servers of a zone that was given up do; it stops nobody where the page is there."""
_OF_THE_PORTAL_ITSELF = {reasons.RESOLVES, reasons.SLOW_SERVER}


def dns(ctx: Context) -> Iterable[Finding]:
    """The names on the route as the browser resolves them, as DNS servers answer them, and in the hosts file."""
    if not ctx.contactable:
        return [skip(reasons.NOT_ASKED)]
    if ctx.proxy_plan().candidates[0] != DIRECT:
        return [skip(reasons.LEFT_TO_PROXY)]
    names, trace = ctx.names(), ctx.trace()
    if names is None or trace is None or is_address(names.host):
        return [skip(reasons.NOT_NEEDED)]
    loaded = is_proven(ctx, trace)
    found = list(_judge_name(ctx, NameOnRoute(names, ctx.url, trace), loaded=loaded))
    for lookup in _further_names(ctx, trace, loaded=loaded):
        of_host = _judge_name(ctx, lookup, loaded=loaded)
        found += [finding for finding in of_host if finding.reason not in _OF_THE_PORTAL_ITSELF]
    for beside in ctx.sign_in_traces():
        found += _judge_sign_in_name(ctx, beside)
    canaries = ctx.third_parties.canaries()
    if not loaded and canaries is not None and canaries.other_dns is DnsHealth.ANSWERS:
        # The proof that it is this computer's servers that do not answer.
        found.append(ok(reasons.OTHER_ANSWERS))
    if canaries is not None and canaries.rewrites_nxdomain:
        found.append(note(reasons.REWRITES_MISSING))
    return found


def _further_names(ctx: Context, trace: Trace, *, loaded: bool) -> Iterator[NameOnRoute]:
    """The names of sign-in beside the portal's own that something may be wrong with.

    That at which a failing walk ended, and those with an entry of the hosts file or a server that is a stranger's.
    """
    hosts_file = ctx.machine.hosts_file
    for hop, url in further_hops(trace):
        failed = not loaded and hop.host == trace.last.host
        odd = failed or hosts_file(hop.host) or is_vouched_for_here_alone(ctx, hop)
        if odd and (names := ctx.names(hop.host)) is not None:
            yield NameOnRoute(names, url, trace)


def _judge_sign_in_name(ctx: Context, beside: Trace) -> list[Finding]:
    """The name of a host of sign-in that no redirect led to.

    That it has no address may be an old profile's fault, unless others know it.
    """
    names = ctx.names(beside.last.host) if beside.last.proxy is None else None
    if names is None or is_address(names.host):
        return []
    judged = _judge_name(ctx, NameOnRoute(names, beside.route.url, beside), loaded=False)
    found = [finding for finding in judged if finding.reason not in _OF_THE_PORTAL_ITSELF]
    given = {finding.reason for finding in found}
    unfound = _NO_ADDRESS | (_LAME if is_proven(ctx, ctx.trace()) else set())
    if reasons.FOUND_ELSEWHERE in given or not given & unfound:
        return found
    return [*(each for each in found if each.reason not in unfound), note(reasons.SIGN_IN_MISSING)]


def _judge_name(ctx: Context, lookup: NameOnRoute, *, loaded: bool) -> Iterator[Finding]:
    if lookup.names.hosts_file:
        yield resolves(lookup.names)
        yield from judge_hosts_file(ctx, lookup)
    elif loaded or (lookup.hop is not None and is_authentic(ctx, lookup.hop)):
        yield from judge_working(lookup.names)
        yield from judge_stranger(ctx, lookup)
    else:
        yield from _judge_trouble(ctx, lookup)


def resolves(names: Resolution) -> Finding:
    """The finding that a name has addresses."""
    addresses = names.system.addresses or answered(names.servers)
    return ok(
        reasons.RESOLVES,
        count=len(addresses),
        ipv4=any("." in a for a in addresses),
        ipv6=any(":" in a for a in addresses),
        ms=names.system.ms,
        addresses=addresses,
        servers=tuple(a.server.address for a in names.servers if a.server is not None),
    )


def judge_working(names: Resolution) -> Iterator[Finding]:
    """The page loads, so the name is right whatever its addresses are (CDN, split DNS, NAT64)."""
    yield resolves(names)
    first_silent = bool(names.servers) and names.servers[0].failure is Failure.TIMED_OUT
    if first_silent or names.system.ms > SLOW_SERVER_MS:
        yield note(reasons.SLOW_SERVER)


# ---- trouble -----------------------------------------------------------------------------------


def _judge_trouble(ctx: Context, lookup: NameOnRoute) -> Iterator[Finding]:
    names, canaries = lookup.names, ctx.third_parties.canaries()
    addresses = names.system.addresses
    rewritten = canaries is not None and is_rewritten_nxdomain(names, canaries)
    elsewhere, caught = _heard_elsewhere(ctx, lookup)
    compared = list(_compare(ctx, lookup, elsewhere, rewritten=rewritten)) if elsewhere is not None else []
    if (by_now := ctx.names(names.host)) is not None and by_now.answered_late:
        yield fail(reasons.LATE)
    elif names.system.failure is not None:
        yield from _judge_missing(ctx, lookup, elsewhere)
    elif any(map(is_sinkhole, addresses)):
        yield fail(reasons.SINKHOLE, addresses=addresses)
    elif _is_captured(ctx, lookup):
        yield resolves(names)
        yield fail(reasons.CAPTURED)
    elif rewritten:
        yield fail(reasons.MADE_UP, addresses=addresses)
    else:
        yield resolves(names)
        if not compared and _neutral_hosts_prove_themselves(ctx) and leads_to_block_page(ctx, lookup):
            yield fail(reasons.BLOCK_PAGE)
    yield from compared
    if caught:
        yield note(reasons.CAUGHT)
    if elsewhere is None and (
        rewritten or (names.system.failure is not None and any(a.failure in MISSING for a in names.servers))
    ):
        yield note(reasons.UNSETTLED)


def _heard_elsewhere(ctx: Context, lookup: NameOnRoute) -> tuple[list[DnsAnswer] | None, bool]:
    """What independent servers say of the name, None if they may not be asked; whether all DNS is caught on the way.

    Where they say nothing else than this computer's own, they may be no others: then only HTTPS tells.
    """
    found = ctx.third_parties.names(lookup.names.host)
    if found is None:
        return None, False
    others = set(answered(found)) - set(lookup.names.system.addresses)
    if others or not ctx.third_parties.dns_is_caught():
        return list(found), False
    return [answer for answer in found if answer.server is not None and answer.server.url], True


def _neutral_hosts_prove_themselves(ctx: Context) -> bool:
    """Whether a canary does, be it to a plainer ClientHello than the browsers' alone."""
    return takes_hello(ctx, Hello.BROWSER) or takes_hello(ctx, Hello.PLAIN)


def _judge_missing(
    ctx: Context, lookup: NameOnRoute, elsewhere: Sequence[DnsAnswer] | None
) -> Iterator[Finding]:
    """A name without an address here, which one of this computer's own servers may know all the same."""
    names = lookup.names
    denied = next((answer.failure for answer in names.servers if answer.failure in MISSING), None)
    known = tuple(address for address in answered(names.servers) if not is_sinkhole(address))
    if denied is None or not known:
        yield from judge_failure(names, ctx.third_parties.canaries(), elsewhere)
    elif not answered(elsewhere or ()) and _proves_itself_at(ctx, lookup, known):
        yield fail(reasons.DISAGREE)
    else:
        yield fail(reasons.MISSING, kind=denied.value)


def _proves_itself_at(ctx: Context, lookup: NameOnRoute, addresses: tuple[str, ...]) -> bool:
    """Whether the host is shown to be at other addresses."""
    other = ctx.trace(lookup.at(addresses))
    return other is not None and any(
        is_authentic(ctx, hop) for hop in other.hops if hop.host == lookup.names.host
    )


def _is_captured(ctx: Context, lookup: NameOnRoute) -> bool:
    """Whether this computer takes the name for another one, with a search suffix behind it (resolv.conf(5)).

    With a final dot, which forbids that, it finds the host elsewhere; in capitals, which are asked for anew, it finds
    the same as before, so that it is no chance which of a host's addresses come.
    """
    names = lookup.names
    mine, real = set(names.system.addresses), set(answered(names.servers))
    if not real or mine & real or names.host.endswith("."):
        return False
    absolute, again = ctx.names(f"{names.host}."), ctx.names(names.host.upper())
    if absolute is None or again is None or not mine & set(again.system.addresses):
        return False
    real |= {*absolute.system.addresses, *answered(absolute.servers)}
    return not mine & real and _proves_itself_at(ctx, lookup, tuple(real))


def is_rewritten_nxdomain(names: Resolution, canaries: Canaries) -> bool:
    """Whether all addresses are those that the own DNS server has for a name that does not exist (RFC 8020)."""
    addresses = set(names.system.addresses)
    return bool(addresses) and addresses <= set(canaries.nxdomain_addresses)


def _compare(
    ctx: Context, lookup: NameOnRoute, elsewhere: Sequence[DnsAnswer], *, rewritten: bool
) -> Iterator[Finding]:
    """The same name at independent servers, asked only with leave; their addresses must prove themselves."""
    names = lookup.names
    theirs = tuple(a for a in answered(elsewhere) if not is_sinkhole(a))
    missing = [a for a in elsewhere if a.failure in MISSING]
    denied = names.system.failure is not None and any(a.failure in MISSING for a in names.servers)
    if not theirs:
        known = answered(names.servers)
        if missing and ((denied and not known) or rewritten):
            yield fail(reasons.MISSING_EVERYWHERE, kind=str(missing[0].failure))
        return
    # One family's address may be right where the other's is not.
    if set(theirs) & ({lookup.connected} if lookup.connected else set(names.system.addresses)):
        return
    if not denied and not _proves_itself_at(ctx, lookup, theirs):
        return
    if names.system.failure is not None and not denied:
        return  # a failure or silence here does not show that somebody keeps the name back
    if names.system.failure is not None or rewritten or all(map(is_sinkhole, names.system.addresses)):
        yield fail(reasons.FOUND_ELSEWHERE)
    elif leads_to_block_page(ctx, lookup):
        yield fail(reasons.BLOCK_PAGE)
    else:
        yield fail(reasons.FALSE_ADDRESS)


CHECK = Check(
    "dns",
    run=dns,
    reasons=reasons_in(reasons),
    causes=CAUSES,
    words="portalcheck_checks.dns",
    needed=True,
    link=Link.NAME,
    code_number=2,
)
