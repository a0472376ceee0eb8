"""The page of a filter in the portal's place: by its words, its certificate, or by who vouches for it."""

from __future__ import annotations

from collections.abc import Iterator

from portalcheck.api import DIRECT, Chain, Context, Finding, Hop, HttpStep, Kind, Route, fail, note
from portalcheck_checks.dns import reasons
from portalcheck_checks.dns.lookup import MISSING, NameOnRoute, answered
from portalcheck_checks.shared.block_pages import is_block_page
from portalcheck_checks.shared.handshakes import differs_by_sni


def leads_to_block_page(ctx: Context, lookup: NameOnRoute) -> bool:
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
    return is_block_page(chain, _pages_from(lookup, hop))


def _pages_from(lookup: NameOnRoute, hop: Hop) -> list[HttpStep]:
    after = lookup.trace.hops[lookup.trace.hops.index(hop) :]
    return [one.http for one in after if one.http is not None]


def is_vouched_for_here_alone(ctx: Context, hop: Hop) -> bool:
    """Whether only a root of this computer's own vouches for a server, and the profile knows of none."""
    chain = ctx.chain(hop)
    if chain is None or not (chain.trusted and chain.name_matches) or chain.known_root:
        return False
    return not (ctx.portal.issuers and chain.expected_issuer)


def judge_stranger(ctx: Context, lookup: NameOnRoute) -> Iterator[Finding]:
    """A server that this computer's own roots alone vouch for: a filter's, or the portal behind inspection?

    It is a filter's where the name leads elsewhere by independent servers, and a public root vouches for the host
    there. Where they may not be asked, and neutral hosts have other roots, its own words may tell.
    """
    hop = lookup.hop
    if hop is None or not lookup.connected or not is_vouched_for_here_alone(ctx, hop):
        return
    elsewhere = ctx.third_parties.names(lookup.names.host)
    theirs = answered(elsewhere or ())
    denied = not theirs and any(answer.failure in MISSING for answer in elsewhere or ())
    if denied or lookup.connected in theirs or _leads_on_to_the_portal(ctx, lookup, hop):
        return
    if theirs and (public := _chain_at(ctx, lookup, theirs)) is not None and _is_public(public):
        yield fail(reasons.BLOCK_PAGE)
        return
    canaries = ctx.third_parties.canaries()
    if canaries is None or not canaries.verified or canaries.same_issuer:
        return
    pages = _pages_from(lookup, hop)
    if any(page.is_block_page for page in pages):
        yield fail(reasons.BLOCK_PAGE)
    elif any(page.is_error or page.challenge for page in pages):
        yield fail(reasons.UNPROVED)
        if elsewhere is None:
            yield note(reasons.UNSETTLED)


def _leads_on_to_the_portal(ctx: Context, lookup: NameOnRoute, hop: Hop) -> bool:
    """Whether a redirect led on to a host of the portal's that a public root vouches for, as no filter's would."""
    after = lookup.trace.hops[lookup.trace.hops.index(hop) + 1 :]
    return any(
        ctx.judge_address(f"https://{one.host}/").kind is Kind.OFFICIAL
        and (chain := ctx.chain(one)) is not None
        and _is_public(chain)
        for one in after
    )


def _chain_at(ctx: Context, lookup: NameOnRoute, addresses: tuple[str, ...]) -> Chain | None:
    other = ctx.trace(Route(url=lookup.url, addresses=addresses, proxy=DIRECT, follow=False))
    return ctx.chain(other.first) if other is not None else None


def _is_public(chain: Chain) -> bool:
    return chain.known_root and chain.name_matches
