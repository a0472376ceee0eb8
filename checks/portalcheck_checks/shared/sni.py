"""The same address with another server name in the handshake (SNI): is the portal's name treated differently?"""

from __future__ import annotations

from urllib.parse import urlsplit

from portalcheck.api import DIRECT, Chain, Context, Hop, Route, Trace

OTHER_SERVER_NAME = "www.example.com"
"""Sent instead of the portal's name (RFC 2606 keeps it free)."""


def with_other_sni(ctx: Context, hop: Hop, attempt: int = 1) -> Trace | None:
    """A walk to a hop's address with another server name (RFC 6066, 3); None behind a proxy or without a connection."""
    if hop.connect is None or not hop.connect.address or hop.proxy is not None:
        return None
    own = urlsplit(ctx.url).hostname == hop.host
    route = Route(
        url=ctx.url if own else f"{hop.scheme}://{hop.host}:{hop.port}/",
        addresses=(hop.connect.address,),
        server_name=OTHER_SERVER_NAME,
        proxy=DIRECT,
        follow=False,
        repeat=attempt,
    )
    return ctx.trace(route)


def differs_by_sni(ctx: Context, hop: Hop, chain: Chain | None) -> bool:
    """Whether a certificate that no store trusts comes for the portal's name, and the portal's own for another name."""
    if chain is None or not chain.readable or chain.trusted_by or chain.name_matches or chain.incomplete:
        return False
    other = with_other_sni(ctx, hop)
    genuine = ctx.chain(other.first) if other is not None else None
    return genuine is not None and genuine.name_matches and genuine.trusted
