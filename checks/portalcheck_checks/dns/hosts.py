"""The hosts file: does an entry lead to the host that it names?"""

from __future__ import annotations

from collections.abc import Iterator

from portalcheck.api import Context, Finding, Hop, Resolution, Trace, fail, is_proven, note
from portalcheck_checks.dns import reasons
from portalcheck_checks.dns.failure import judge_failure
from portalcheck_checks.dns.lookup import MISSING, NameOnRoute, answered, is_authentic, is_sinkhole


def judge_hosts_file(ctx: Context, lookup: NameOnRoute) -> Iterator[Finding]:
    """An entry that leads on well is right, whatever DNS says; of one that differs from DNS, what fails is its fault.

    Whatever it is that fails: without the entry the same way must end otherwise.
    """
    names, entry = lookup.names, lookup.names.hosts_file
    real = _addresses_without_entry(ctx, names) if not _is_well(ctx, lookup.trace) else entry
    if set(entry) <= set(real) or (_ends_alike(ctx, lookup, real) if real else _is_genuine(ctx, lookup)):
        yield note(reasons.HOSTS_ENTRY, addresses=entry)
        return
    if real or all(map(is_sinkhole, entry)) or any(a.failure in MISSING for a in names.servers):
        # No comparison is needed to see that a sinkhole leads nowhere, nor for a name that DNS denies.
        yield fail(reasons.HOSTS_OVERRIDE, count=len(entry), addresses=entry)
    else:
        yield fail(reasons.HOSTS_UNCLEAR, count=len(entry), addresses=entry)
    if any(map(is_sinkhole, answered(names.servers))):
        yield fail(reasons.SINKHOLE, addresses=answered(names.servers))
    elif not answered(names.servers):
        # Why DNS has no answer that the entry could be compared with.
        yield from judge_failure(names, ctx.third_parties.canaries())


def _is_well(ctx: Context, trace: Trace) -> bool:
    """Whether a walk ended at a page that nothing is wrong with, by the true time."""
    page = trace.last.http
    if page is None or page.is_error or page.challenge or not is_proven(ctx, trace):
        return False
    return all(_dates_hold(ctx, hop) for hop in trace.hops)


def _is_genuine(ctx: Context, lookup: NameOnRoute) -> bool:
    """Whether the entry leads to the host itself, whatever it answers."""
    return lookup.hop is not None and is_authentic(ctx, lookup.hop) and _dates_hold(ctx, lookup.hop)


def _dates_hold(ctx: Context, hop: Hop) -> bool:
    """Whether the certificates of a hop, if it has any, are valid by the true time."""
    chain = ctx.chain(hop)
    return chain is None or chain.valid_at(ctx.machine.now() - (ctx.true_time().skew_s or 0))


def _addresses_without_entry(ctx: Context, names: Resolution) -> tuple[str, ...]:
    """The addresses by DNS instead of the entry: by the own servers, else by independent ones if they may be asked."""
    own = tuple(a for a in answered(names.servers) if not is_sinkhole(a))
    if own or any(answer.failure in MISSING for answer in names.servers):
        return own
    return tuple(a for a in answered(ctx.third_parties.names(names.host) or ()) if not is_sinkhole(a))


def _ends_alike(ctx: Context, lookup: NameOnRoute, addresses: tuple[str, ...]) -> bool:
    """Whether the same way ends in the same manner without the entry."""
    without = ctx.trace(lookup.at(addresses))
    return without is not None and _manner(ctx, without) == _manner(ctx, lookup.trace)


def _manner(ctx: Context, trace: Trace) -> tuple[object, ...]:
    """How a walk ended: where, in which layer, with which status, and what its certificates are worth."""
    last, now = trace.last, ctx.machine.now()
    chains = [chain for hop in trace.hops if (chain := ctx.chain(hop)) is not None]
    return (
        *(trace.end, last.host, last.layer, last.failure),
        last.http.status if last.http is not None else 0,
        all(chain.name_matches for chain in chains),
        all(chain.trusted for chain in chains),
        all(chain.valid_at(now) for chain in chains),
    )
