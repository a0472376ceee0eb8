"""A DNS server asked over HTTPS (RFC 8484): the answer counts only from a server that proves itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

from portalcheck.facts import DIRECT, Chain, DnsServer, Failure, Hop, NameAnswer, Route
from portalcheck.path.names import RECORD_TYPES, join_families, read_message
from portalcheck.path.policy import Role
from portalcheck.path.request import HEADERS
from portalcheck.path.waiting import side_by_side

if TYPE_CHECKING:
    from portalcheck.path.walk import Walker

_MEDIA_TYPE = "application/dns-message"


def ask_over_https(
    walker: Walker, server: DnsServer, host: str, chain_of: Callable[[Hop], Chain | None]
) -> NameAnswer:
    """What a DNS-over-HTTPS server answers for a name, A and AAAA together."""
    since = time.monotonic()
    parts = side_by_side(
        [lambda kind=kind: _query(walker, server, host, kind, chain_of) for kind in RECORD_TYPES],  # type: ignore[misc]  # mypy cannot type a lambda's default
        walker.deadline.remaining(),
    )
    return join_families(server, parts, round((time.monotonic() - since) * 1000))


def _query(
    walker: Walker, server: DnsServer, host: str, kind: str, chain_of: Callable[[Hop], Chain | None]
) -> NameAnswer:
    import dns.exception
    import dns.message
    import dns.name

    try:
        question = dns.message.make_query(dns.name.from_text(host), kind, id=0)
    except (dns.exception.DNSException, UnicodeError):
        return NameAnswer(server=server, failure=Failure.NXDOMAIN)
    headers = {**HEADERS, "Accept": _MEDIA_TYPE, "Content-Type": _MEDIA_TYPE}
    request = httpx.Request("POST", server.url, headers=headers, content=question.to_wire())
    hop, exchange = walker.fetch(
        Route(url=server.url, proxy=DIRECT, follow=False), Role.NEUTRAL_RESOLVER, request
    )
    chain = chain_of(hop)
    proven = chain is not None and chain.name_matches and bool(chain.trusted_by)
    if exchange is None or exchange.step.failure is not None:
        return NameAnswer(server=server, failure=hop.failure or Failure.OTHER)
    if not proven or exchange.step.status != 200:
        return NameAnswer(server=server, failure=Failure.OTHER)
    try:
        return read_message(server, dns.message.from_wire(exchange.body))
    except (dns.exception.DNSException, ValueError, EOFError):
        return NameAnswer(server=server, failure=Failure.MALFORMED)


def https_server(url: str) -> DnsServer | None:
    """A resolver setting that is an https URL as a server; None for any other text."""
    parts = urlsplit(url)
    return DnsServer(parts.hostname, 443, url) if parts.scheme == "https" and parts.hostname else None
