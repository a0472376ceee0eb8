"""Does the portal's name lead to the portal's address?"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from portalcheck.api import (
    DIRECT,
    Canaries,
    Check,
    Context,
    DnsAnswer,
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
from portalcheck_checks.shared.other_name import differs_by_sni

SLOW_SERVER_MS = 2000
_MISSING = {Failure.NXDOMAIN, Failure.NODATA}
_SILENT = {
    Failure.TIMED_OUT,
    Failure.REFUSED,
    Failure.RESET,
    Failure.NETWORK_UNREACHABLE,
    Failure.HOST_UNREACHABLE,
    Failure.DENIED,
}


def dns(ctx: Context) -> Iterable[Finding]:
    """The names on the way as the browser sees them, as DNS servers answer them, and as the hosts file has them."""
    if not ctx.contactable:
        return [skip(reasons.NOT_ASKED)]
    if ctx.proxy_plan().candidates[0] != DIRECT:
        return [skip(reasons.LEFT_TO_PROXY)]
    names, trace = ctx.names(), ctx.trace()
    if names is None or trace is None or is_address(names.host):
        return [skip(reasons.NOT_NEEDED)]
    loaded = is_proven(ctx, trace)
    found = list(_judge_name(ctx, Place(names, ctx.url, trace), loaded=loaded))
    if not loaded:
        found += _judge_further(ctx, names.host, trace)
        found += _whose_fault(ctx.third_parties.hosts())
    elif (neutral := ctx.third_parties.hosts()) is not None and neutral.rewrites_missing:
        found.append(note(reasons.REWRITES_MISSING))
    return found


class Place(msgspec.Struct, frozen=True):
    """A name on the way to the sign-in page, an address there, and the walk that led to it."""

    names: Resolution
    url: str
    trace: Trace

    @property
    def hop(self) -> Hop | None:
        """The last request to the name, None where none was made."""
        return next((hop for hop in reversed(self.trace.hops) if hop.host == self.names.host), None)


def _judge_further(ctx: Context, first: str, trace: Trace) -> list[Finding]:
    """The name that a failing walk came to last, where it is not the portal's own: sign-in needs it as much."""
    last = trace.last
    if not last.host or last.host == first or last.proxy is not None or is_address(last.host):
        return []
    names = ctx.names(last.host)
    if names is None:
        return []
    host = f"{last.host}:{last.port}"
    found = _judge_name(ctx, Place(names, f"{last.scheme}://{host}/", trace), loaded=False)
    return [finding for finding in found if finding.reason != reasons.RESOLVES]


def _judge_name(ctx: Context, place: Place, *, loaded: bool) -> Iterator[Finding]:
    shown = loaded or (place.hop is not None and _shows_itself(ctx, place.hop))
    if place.names.hosts_file:
        yield from _judge_hosts_file(ctx, place, shown=shown)
    elif shown:
        yield from judge_working(place.names)
    else:
        yield from _judge_trouble(ctx, place)


def _whose_fault(neutral: Canaries | None) -> Iterator[Finding]:
    if neutral is None:
        return
    if neutral.other_dns == "answers":
        # The proof that it is this computer's servers that do not answer.
        yield ok(reasons.OTHER_ANSWERS)
    if neutral.rewrites_missing:
        yield note(reasons.REWRITES_MISSING)


def _shows_itself(ctx: Context, hop: Hop) -> bool:
    """Whether a server is shown to be the one that its name says, whatever its dates and its answer."""
    chain = ctx.chain(hop)
    return chain is not None and chain.proves_host


def is_sinkhole(address: str) -> bool:
    """Whether an address is one that filters answer with: unspecified or loopback (RFC 1122, RFC 4291)."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return parsed.is_unspecified or parsed.is_loopback


def _answered(answers: Sequence[DnsAnswer]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(address for answer in answers for address in answer.addresses))


def resolves(names: Resolution) -> Finding:
    """The name has addresses."""
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


def _judge_hosts_file(ctx: Context, place: Place, *, shown: bool) -> Iterator[Finding]:
    """An entry that leads to the portal is right, whatever DNS says; one that differs from DNS is to blame."""
    names = place.names
    yield resolves(names)
    entry = names.hosts_file
    real = _addresses_without_entry(ctx, names)
    if shown or set(names.hosts_file) & set(real):
        yield note(reasons.HOSTS_ENTRY, addresses=entry)
    elif real:
        same = _fails_alike(ctx, place, real)
        yield (
            note(reasons.HOSTS_ENTRY, addresses=entry)
            if same
            else fail(reasons.HOSTS_OVERRIDE, count=len(names.hosts_file), addresses=entry)
        )
    elif all(map(is_sinkhole, names.hosts_file)) or any(a.failure in _MISSING for a in names.servers):
        # Neither is a comparison needed to see that it leads nowhere, nor with a name that DNS denies.
        yield fail(reasons.HOSTS_OVERRIDE, count=len(names.hosts_file), addresses=entry)
    else:
        yield fail(reasons.HOSTS_UNCLEAR, count=len(names.hosts_file), addresses=entry)
        yield from _why_unclear(names, ctx.third_parties.hosts())


def _addresses_without_entry(ctx: Context, names: Resolution) -> tuple[str, ...]:
    """What DNS has in the entry's place: by the own servers, else by independent ones that may be asked."""
    own = tuple(a for a in _answered(names.servers) if not is_sinkhole(a))
    if own or any(answer.failure in _MISSING for answer in names.servers):
        return own
    return tuple(a for a in _answered(ctx.third_parties.names(names.host) or ()) if not is_sinkhole(a))


def _fails_alike(ctx: Context, place: Place, addresses: tuple[str, ...]) -> bool:
    """Whether the same way fails in the same manner without the entry."""
    without = ctx.trace(Route(url=place.url, addresses=addresses, proxy=DIRECT))
    hop, other = place.hop, without.first if without is not None else None
    if hop is None or other is None or _shows_itself(ctx, other):
        return False
    return (hop.failure, hop.layer) == (other.failure, other.layer)


def _why_unclear(names: Resolution, neutral: Canaries | None) -> Iterator[Finding]:
    """Why DNS says nothing that the entry could be compared with."""
    if any(map(is_sinkhole, _answered(names.servers))):
        yield fail(reasons.SINKHOLE, addresses=_answered(names.servers))
    else:
        yield from judge_failure(names, neutral)


# ---- trouble -----------------------------------------------------------------------------------


def _judge_trouble(ctx: Context, place: Place) -> Iterator[Finding]:
    names, neutral = place.names, ctx.third_parties.hosts()
    addresses = names.system.addresses
    nxdomain_addresses = neutral is not None and is_made_up(names, neutral)
    elsewhere = ctx.third_parties.names(names.host)
    compared = (
        list(_compare(ctx, place, elsewhere, nxdomain_addresses=nxdomain_addresses))
        if elsewhere is not None
        else []
    )
    if (by_now := ctx.names(names.host)) is not None and by_now.answered_late:
        yield fail(reasons.LATE)
    elif names.system.failure is not None:
        yield from judge_failure(names, neutral, elsewhere)
    elif any(map(is_sinkhole, addresses)):
        yield fail(reasons.SINKHOLE, addresses=addresses)
    elif nxdomain_addresses:
        yield fail(reasons.MADE_UP, addresses=addresses)
    else:
        yield resolves(names)
        if not compared and neutral is not None and neutral.verified and _leads_to_block_page(ctx, place):
            yield fail(reasons.BLOCK_PAGE)
    yield from compared
    if elsewhere is None and (
        nxdomain_addresses
        or (names.system.failure is not None and any(a.failure in _MISSING for a in names.servers))
    ):
        yield note(reasons.UNSETTLED)


def is_made_up(names: Resolution, neutral: Canaries) -> bool:
    """Whether all addresses are those that the own server has for names that nobody can have (RFC 8020)."""
    addresses = set(names.system.addresses)
    return bool(addresses) and addresses <= set(neutral.nxdomain_addresses)


def judge_failure(
    names: Resolution, neutral: Canaries | None, elsewhere: Sequence[DnsAnswer] | None = None
) -> Iterator[Finding]:
    """No address at all: by the own servers' answers for this name, and for neutral ones."""
    if (answered := _answered(names.servers)) and all(map(is_sinkhole, answered)):
        yield fail(reasons.SINKHOLE, addresses=answered)
        return
    if answered:
        # Whoever says that there is no such name has answered; anything else may have been lost on the way.
        denied = names.system.failure is Failure.NOT_FOUND
        yield fail(reasons.SYSTEM_FAILS if denied else reasons.SYSTEM_SILENT)
        return
    failures = [answer.failure for answer in names.servers if answer.failure is not None]
    own = neutral.system_dns if neutral is not None else "not-asked"
    if not names.servers:
        yield fail(reasons.NO_SERVER)
    elif own != "answers" and all(failure in _SILENT for failure in failures):
        yield fail(reasons.SILENT, servers=len(failures))
    else:
        failure = next((failure for failure in failures if failure not in _SILENT), failures[0])
        if own == "errors":
            yield fail(reasons.ERRORS, rcode=failure.value)
            if neutral is not None and neutral.system_dns_unchecked == "answers":
                yield note(reasons.SIGNATURES_FAIL)
        elif failure in _MISSING:
            yield fail(reasons.MISSING, kind=failure.value)
        elif failure in _SILENT:
            yield fail(reasons.SILENT_HERE)
        else:
            yield fail(reasons.ERROR_HERE, rcode=failure.value, everywhere=_fails_everywhere(elsewhere))


def _fails_everywhere(elsewhere: Sequence[DnsAnswer] | None) -> bool | None:
    """Whether independent servers have errors for the name as well; None where none was asked, or answered."""
    heard = [answer for answer in elsewhere or () if answer.failure not in _SILENT]
    return all(_is_error(answer) for answer in heard) if heard else None


def _is_error(answer: DnsAnswer) -> bool:
    return answer.failure is not None and answer.failure not in _SILENT | _MISSING


def _compare(
    ctx: Context, place: Place, elsewhere: Sequence[DnsAnswer], *, nxdomain_addresses: bool
) -> Iterator[Finding]:
    """The same name at independent servers, asked only with leave; their addresses must prove themselves."""
    names = place.names
    theirs = tuple(a for a in _answered(elsewhere) if not is_sinkhole(a))
    missing = [a for a in elsewhere if a.failure in _MISSING]
    denied = names.system.failure is not None and any(a.failure in _MISSING for a in names.servers)
    if not theirs:
        if missing and (denied or nxdomain_addresses):
            yield fail(reasons.MISSING_EVERYWHERE, kind=str(missing[0].failure))
        return
    if set(theirs) & set(names.system.addresses):
        return
    other = ctx.trace(Route(url=place.url, addresses=theirs, proxy=DIRECT))
    if other is None or not any(_shows_itself(ctx, h) for h in other.hops if h.host == names.host):
        return
    if names.system.failure is not None and not denied:
        return  # a failure or silence here does not show that somebody keeps the name back
    if (
        names.system.failure is not None
        or nxdomain_addresses
        or all(map(is_sinkhole, names.system.addresses))
    ):
        yield fail(reasons.FOUND_ELSEWHERE)
    elif _leads_to_block_page(ctx, place):
        yield fail(reasons.BLOCK_PAGE)
    else:
        yield fail(reasons.FALSE_ADDRESS)


def _leads_to_block_page(ctx: Context, place: Place) -> bool:
    """Whether the name leads to a page that says of itself to be a filter's, by its words or its certificate."""
    hop = place.hop
    if hop is None or hop.connect is None:
        return False
    if hop.connect.failure is not None:
        # Such pages are often there for plain HTTP alone.
        plain = ctx.trace(Route(url=f"http://{place.names.host}/", proxy=DIRECT, follow=False))
        page = plain.first.http if plain is not None else None
        return page is not None and page.is_block_page
    chain = ctx.chain(hop)
    if chain is None or chain.name_matches or differs_by_sni(ctx, hop, chain):
        return False
    after = place.trace.hops[place.trace.hops.index(hop) :]
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
