"""Does the portal's name lead to the portal's address?"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Sequence

from portalcheck.api import (
    DIRECT,
    Context,
    Failure,
    Finding,
    Local,
    NameAnswer,
    Names,
    Neutral,
    Route,
    Trace,
    check,
    fail,
    note,
    ok,
    skip,
)

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


@check(
    "dns",
    reasons=[
        "dns.resolves",
        "dns.not-asked",
        "dns.not-needed",
        "dns.left-to-proxy",
        "dns.no-server",
        "dns.silent",
        "dns.errors",
        "dns.signatures-fail",
        "dns.error-here",
        "dns.missing",
        "dns.missing-everywhere",
        "dns.found-elsewhere",
        "dns.sinkhole",
        "dns.block-page",
        "dns.false-address",
        "dns.system-fails",
        "dns.other-answers",
        "dns.hosts-override",
        "dns.hosts-entry",
        "dns.unsettled",
        "dns.slow-server",
        "dns.rewrites-missing",
    ],
)
def dns(ctx: Context) -> Iterable[Finding]:
    """The name as the browser sees it, as the DNS servers answer it, and as the hosts file has it."""
    if not ctx.contactable:
        return [skip("dns.not-asked")]
    if ctx.proxy_plan().candidates[0] != DIRECT:
        return [skip("dns.left-to-proxy")]
    names = ctx.names()
    if names is None or _is_literal(names.host):
        return [skip("dns.not-needed")]
    trace = ctx.trace()
    loaded = ctx.proven(trace)
    if names.hosts_file:
        return list(_judge_hosts_file(ctx, names, trace, loaded=loaded))
    found = list(judge_working(names) if loaded else _judge_trouble(ctx, names, trace))
    neutral = ctx.neutral()
    if neutral is not None and neutral.rewrites_missing:
        found.append(note("dns.rewrites-missing"))
    return found


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_sinkhole(address: str) -> bool:
    """Whether an address is one that filters answer with: unspecified or loopback (RFC 1122, RFC 4291)."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return parsed.is_unspecified or parsed.is_loopback


def _answered(answers: Sequence[NameAnswer]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(address for answer in answers for address in answer.addresses))


def resolves(names: Names) -> Finding:
    """The name has addresses."""
    addresses = names.system.addresses or _answered(names.servers)
    return ok(
        "dns.resolves",
        count=len(addresses),
        ipv4=any("." in a for a in addresses),
        ipv6=any(":" in a for a in addresses),
        ms=names.system.ms,
        addresses=Local("address", addresses),
        servers=Local("address", tuple(a.server.address for a in names.servers if a.server is not None)),
    )


def judge_working(names: Names) -> Iterator[Finding]:
    """The page loads, so the name is right whatever its addresses are (CDN, split DNS, NAT64)."""
    yield resolves(names)
    first_silent = bool(names.servers) and names.servers[0].failure is Failure.TIMED_OUT
    if first_silent or names.system.ms > SLOW_SERVER_MS:
        yield note("dns.slow-server")


# ---- the hosts file ----------------------------------------------------------------------------


def _judge_hosts_file(ctx: Context, names: Names, trace: Trace | None, *, loaded: bool) -> Iterator[Finding]:
    """An entry is to blame where the page fails with it, and does not fail alike without."""
    yield resolves(names)
    real = _answered(names.servers)
    if loaded or set(names.hosts_file) & set(real):
        yield note("dns.hosts-entry", addresses=Local("address", names.hosts_file))
        return
    without = ctx.trace(Route(url=ctx.url, addresses=real, proxy=DIRECT)) if real else None
    same_fault = (
        trace is not None
        and without is not None
        and not ctx.proven(without)
        and (trace.end, trace.last.failure, trace.last.layer)
        == (without.end, without.last.failure, without.last.layer)
    )
    entry = Local("address", names.hosts_file)
    yield (
        note("dns.hosts-entry", addresses=entry)
        if same_fault
        else fail("dns.hosts-override", count=len(names.hosts_file), addresses=entry)
    )


# ---- trouble -----------------------------------------------------------------------------------


def _judge_trouble(ctx: Context, names: Names, trace: Trace | None) -> Iterator[Finding]:
    neutral = ctx.neutral()
    addresses = names.system.addresses
    if names.system.failure is not None:
        yield from judge_failure(names, neutral)
    elif any(map(is_sinkhole, addresses)):
        yield fail("dns.sinkhole", addresses=Local("address", addresses))
    else:
        yield resolves(names)
    if neutral is not None and neutral.other_dns == "answers":
        # The proof that it is this computer's servers that do not answer.
        yield ok("dns.other-answers")
    elsewhere = ctx.names_elsewhere()
    if elsewhere is not None:
        yield from _compare(ctx, names, elsewhere, trace)
    elif names.system.failure is not None and any(a.failure in _MISSING for a in names.servers):
        yield note("dns.unsettled")


def judge_failure(names: Names, neutral: Neutral | None) -> Iterator[Finding]:
    """No address at all: by the own servers' answers for this name, and for neutral ones."""
    if _answered(names.servers):
        yield fail("dns.system-fails")
        return
    failures = [answer.failure for answer in names.servers if answer.failure is not None]
    own = neutral.own_dns if neutral is not None else "not-asked"
    if not names.servers:
        yield fail("dns.no-server")
    elif own != "answers" and all(failure in _SILENT for failure in failures):
        yield fail("dns.silent", servers=len(failures))
    else:
        failure = next((failure for failure in failures if failure not in _SILENT), failures[0])
        if own == "errors":
            yield fail("dns.errors", rcode=failure.value)
            if neutral is not None and neutral.own_dns_unchecked == "answers":
                yield note("dns.signatures-fail")
        elif failure in _MISSING:
            yield fail("dns.missing", kind=failure.value)
        else:
            yield fail("dns.error-here", rcode=failure.value)


def _compare(
    ctx: Context, names: Names, elsewhere: Sequence[NameAnswer], trace: Trace | None
) -> Iterator[Finding]:
    """The same name at independent servers, asked only with leave; their addresses must prove themselves."""
    theirs = tuple(a for a in _answered(elsewhere) if not is_sinkhole(a))
    missing = [a for a in elsewhere if a.failure in _MISSING]
    if not theirs:
        if missing and names.system.failure is not None and any(a.failure in _MISSING for a in names.servers):
            yield fail("dns.missing-everywhere", kind=str(missing[0].failure))
        return
    if set(theirs) & set(names.system.addresses):
        return
    if not ctx.proven(ctx.trace(Route(url=ctx.url, addresses=theirs, proxy=DIRECT))):
        return
    if names.system.failure is not None or all(map(is_sinkhole, names.system.addresses)):
        yield fail("dns.found-elsewhere")
    elif _is_block_page(ctx, trace):
        yield fail("dns.block-page")
    else:
        yield fail("dns.false-address")


def _is_block_page(ctx: Context, trace: Trace | None) -> bool:
    """Whether the false address shows a certificate that is genuine, but another's: a filter's own page."""
    chain = ctx.chain(trace.first) if trace is not None else None
    return chain is not None and not chain.name_matches and bool(chain.trusted_by)
