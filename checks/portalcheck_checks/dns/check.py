"""Does the portal's name lead to the portal's address?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from portalcheck.api import (
    DIRECT,
    Canaries,
    Check,
    Context,
    DnsAnswer,
    DnsHealth,
    Failure,
    Finding,
    Hop,
    Link,
    Resolution,
    Route,
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
from portalcheck_checks.shared.block_pages import is_block_page
from portalcheck_checks.shared.handshakes import differs_by_sni
from portalcheck_checks.shared.literals import literal

SLOW_SERVER_MS = 2000
_MISSING = {Failure.NXDOMAIN, Failure.NODATA}
_NO_ADDRESS = {reasons.MISSING, reasons.MISSING_EVERYWHERE, reasons.UNSETTLED}
_SILENT = {
    Failure.TIMED_OUT,
    Failure.REFUSED,
    Failure.RESET,
    Failure.NETWORK_UNREACHABLE,
    Failure.HOST_UNREACHABLE,
    Failure.DENIED,
}


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
    if not loaded:
        found += _judge_last_name(ctx, names.host, trace)
    for beside in ctx.sign_in_traces():
        found += _judge_sign_in_name(_judge_last_name(ctx, names.host, beside))
    canaries = ctx.third_parties.canaries()
    if not loaded and canaries is not None and canaries.other_dns is DnsHealth.ANSWERS:
        # The proof that it is this computer's servers that do not answer.
        found.append(ok(reasons.OTHER_ANSWERS))
    if canaries is not None and canaries.rewrites_nxdomain:
        found.append(note(reasons.REWRITES_MISSING))
    return found


class NameOnRoute(msgspec.Struct, frozen=True):
    """A name on the route to the sign-in page, a URL there, and the walk that led to it."""

    names: Resolution
    url: str
    trace: Trace

    @property
    def hop(self) -> Hop | None:
        """The last request to the host, None if none was made."""
        return next((hop for hop in reversed(self.trace.hops) if hop.host == self.names.host), None)

    def at(self, addresses: tuple[str, ...]) -> Route:
        """The same URL at other addresses."""
        return Route(url=self.url, addresses=addresses, proxy=DIRECT, request=self.trace.route.request)


def _judge_last_name(ctx: Context, first: str, trace: Trace) -> list[Finding]:
    """The name that a failing walk reached last, if it is not the portal's own: sign-in needs it as much."""
    last = trace.last
    if not last.host or last.host == first or last.proxy is not None or is_address(last.host):
        return []
    names = ctx.names(last.host)
    if names is None:
        return []
    host = f"{last.host}:{last.port}"
    found = _judge_name(ctx, NameOnRoute(names, f"{last.scheme}://{host}/", trace), loaded=False)
    return [finding for finding in found if finding.reason != reasons.RESOLVES]


def _judge_sign_in_name(found: list[Finding]) -> list[Finding]:
    """That a host which the profile names has no address may be an old profile's fault, unless others know it."""
    given = {finding.reason for finding in found}
    if reasons.FOUND_ELSEWHERE in given or not given & _NO_ADDRESS:
        return found
    return [*(each for each in found if each.reason not in _NO_ADDRESS), note(reasons.SIGN_IN_MISSING)]


def _judge_name(ctx: Context, lookup: NameOnRoute, *, loaded: bool) -> Iterator[Finding]:
    shown = loaded or (lookup.hop is not None and _is_authentic(ctx, lookup.hop))
    if lookup.names.hosts_file:
        yield from _judge_hosts_file(ctx, lookup, shown=shown)
    elif shown:
        yield from judge_working(lookup.names)
    else:
        yield from _judge_trouble(ctx, lookup)


def _is_authentic(ctx: Context, hop: Hop) -> bool:
    """Whether a certificate proves the server to be the host, whatever its dates and its answer."""
    chain = ctx.chain(hop)
    return chain is not None and chain.proves_host


def is_sinkhole(address: str) -> bool:
    """Whether an address is one that filters answer with: unspecified or loopback (RFC 1122, RFC 4291)."""
    parsed = literal(address)
    return parsed is not None and (parsed.is_unspecified or parsed.is_loopback)


def _answered(answers: Sequence[DnsAnswer]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(address for answer in answers for address in answer.addresses))


def resolves(names: Resolution) -> Finding:
    """The finding that a name has addresses."""
    addresses = names.system.addresses or _answered(names.servers)
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


# ---- the hosts file ----------------------------------------------------------------------------


def _judge_hosts_file(ctx: Context, lookup: NameOnRoute, *, shown: bool) -> Iterator[Finding]:
    """An entry that leads to the portal is right, whatever DNS says; one that differs from DNS is to blame."""
    names = lookup.names
    yield resolves(names)
    entry = names.hosts_file
    real = _addresses_without_entry(ctx, names)
    if shown or set(entry) & set(real) or (real and _fails_alike(ctx, lookup, real)):
        yield note(reasons.HOSTS_ENTRY, addresses=entry)
    elif real or all(map(is_sinkhole, entry)) or any(a.failure in _MISSING for a in names.servers):
        # No comparison is needed to see that a sinkhole leads nowhere, nor for a name that DNS denies.
        yield fail(reasons.HOSTS_OVERRIDE, count=len(entry), addresses=entry)
    else:
        yield fail(reasons.HOSTS_UNCLEAR, count=len(entry), addresses=entry)
        # Why DNS has no answer that the entry could be compared with.
        if any(map(is_sinkhole, _answered(names.servers))):
            yield fail(reasons.SINKHOLE, addresses=_answered(names.servers))
        else:
            yield from judge_failure(names, ctx.third_parties.canaries())


def _addresses_without_entry(ctx: Context, names: Resolution) -> tuple[str, ...]:
    """The addresses by DNS instead of the entry: by the own servers, else by independent ones if they may be asked."""
    own = tuple(a for a in _answered(names.servers) if not is_sinkhole(a))
    if own or any(answer.failure in _MISSING for answer in names.servers):
        return own
    return tuple(a for a in _answered(ctx.third_parties.names(names.host) or ()) if not is_sinkhole(a))


def _fails_alike(ctx: Context, lookup: NameOnRoute, addresses: tuple[str, ...]) -> bool:
    """Whether the same route fails in the same way without the entry."""
    without = ctx.trace(lookup.at(addresses))
    hop, other = lookup.hop, without.first if without is not None else None
    if hop is None or other is None or _is_authentic(ctx, other):
        return False
    return (hop.failure, hop.layer) == (other.failure, other.layer)


# ---- trouble -----------------------------------------------------------------------------------


def _judge_trouble(ctx: Context, lookup: NameOnRoute) -> Iterator[Finding]:
    names, canaries = lookup.names, ctx.third_parties.canaries()
    addresses = names.system.addresses
    rewritten = canaries is not None and is_rewritten_nxdomain(names, canaries)
    elsewhere = ctx.third_parties.names(names.host)
    compared = list(_compare(ctx, lookup, elsewhere, rewritten=rewritten)) if elsewhere is not None else []
    if (by_now := ctx.names(names.host)) is not None and by_now.answered_late:
        yield fail(reasons.LATE)
    elif names.system.failure is not None:
        yield from judge_failure(names, canaries, elsewhere)
    elif any(map(is_sinkhole, addresses)):
        yield fail(reasons.SINKHOLE, addresses=addresses)
    elif rewritten:
        yield fail(reasons.MADE_UP, addresses=addresses)
    else:
        yield resolves(names)
        if not compared and canaries is not None and canaries.verified and _leads_to_block_page(ctx, lookup):
            yield fail(reasons.BLOCK_PAGE)
    yield from compared
    if elsewhere is None and (
        rewritten or (names.system.failure is not None and any(a.failure in _MISSING for a in names.servers))
    ):
        yield note(reasons.UNSETTLED)


def is_rewritten_nxdomain(names: Resolution, canaries: Canaries) -> bool:
    """Whether all addresses are those that the own DNS server has for a name that does not exist (RFC 8020)."""
    addresses = set(names.system.addresses)
    return bool(addresses) and addresses <= set(canaries.nxdomain_addresses)


def judge_failure(
    names: Resolution, canaries: Canaries | None, elsewhere: Sequence[DnsAnswer] | None = None
) -> Iterator[Finding]:
    """A name without addresses: by how the computer's own servers answer for it, and for other names."""
    if (answered := _answered(names.servers)) and all(map(is_sinkhole, answered)):
        yield fail(reasons.SINKHOLE, addresses=answered)
        return
    if answered:
        # Whoever says that there is no such name has answered; anything else may have been lost on the way.
        denied = names.system.failure is Failure.NOT_FOUND
        yield fail(reasons.SYSTEM_FAILS if denied else reasons.SYSTEM_SILENT)
        return
    failures = [answer.failure for answer in names.servers if answer.failure is not None]
    own = canaries.system_dns if canaries is not None else DnsHealth.NOT_ASKED
    if not names.servers:
        yield fail(reasons.NO_SERVER)
    elif own is not DnsHealth.ANSWERS and all(failure in _SILENT for failure in failures):
        yield fail(reasons.SILENT, servers=len(failures))
    else:
        failure = next((failure for failure in failures if failure not in _SILENT), failures[0])
        if own is DnsHealth.ERRORS:
            yield fail(reasons.ERRORS, rcode=failure.value)
            if canaries is not None and canaries.system_dns_unchecked is DnsHealth.ANSWERS:
                yield note(reasons.SIGNATURES_FAIL)
        elif failure in _MISSING:
            yield fail(reasons.MISSING, kind=failure.value)
        elif failure in _SILENT:
            yield fail(reasons.SILENT_HERE)
        else:
            yield fail(reasons.ERROR_HERE, rcode=failure.value, everywhere=_fails_everywhere(elsewhere))


def _fails_everywhere(elsewhere: Sequence[DnsAnswer] | None) -> bool | None:
    """Whether independent servers have errors for the name as well; None if none was asked or none answered."""
    answered = [answer for answer in elsewhere or () if answer.failure not in _SILENT]
    return all(answer.failure not in {None, *_MISSING} for answer in answered) if answered else None


def _compare(
    ctx: Context, lookup: NameOnRoute, elsewhere: Sequence[DnsAnswer], *, rewritten: bool
) -> Iterator[Finding]:
    """The same name at independent servers, asked only with leave; their addresses must prove themselves."""
    names = lookup.names
    theirs = tuple(a for a in _answered(elsewhere) if not is_sinkhole(a))
    missing = [a for a in elsewhere if a.failure in _MISSING]
    denied = names.system.failure is not None and any(a.failure in _MISSING for a in names.servers)
    if not theirs:
        if missing and (denied or rewritten):
            yield fail(reasons.MISSING_EVERYWHERE, kind=str(missing[0].failure))
        return
    if set(theirs) & set(names.system.addresses):
        return
    other = ctx.trace(lookup.at(theirs))
    if other is None or not any(_is_authentic(ctx, h) for h in other.hops if h.host == names.host):
        return
    if names.system.failure is not None and not denied:
        return  # a failure or silence here does not show that somebody keeps the name back
    if names.system.failure is not None or rewritten or all(map(is_sinkhole, names.system.addresses)):
        yield fail(reasons.FOUND_ELSEWHERE)
    elif _leads_to_block_page(ctx, lookup):
        yield fail(reasons.BLOCK_PAGE)
    else:
        yield fail(reasons.FALSE_ADDRESS)


def _leads_to_block_page(ctx: Context, lookup: NameOnRoute) -> bool:
    """Whether the name leads to the block page of a filter, by its words or its certificate."""
    hop = lookup.hop
    if hop is None or hop.connect is None:
        return False
    if hop.connect.failure is not None:
        # Such pages are often there for plain HTTP alone.
        plain = ctx.trace(Route(url=f"http://{lookup.names.host}/", proxy=DIRECT, follow=False))
        page = plain.first.http if plain is not None else None
        return page is not None and page.is_block_page
    chain = ctx.chain(hop)
    if chain is None or chain.name_matches or differs_by_sni(ctx, hop, chain):
        return False
    after = lookup.trace.hops[lookup.trace.hops.index(hop) :]
    return is_block_page(chain, [one.http for one in after if one.http is not None])


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
