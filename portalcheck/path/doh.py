"""A DNS server asked over HTTPS (RFC 8484): the answer counts only from a server that proves itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from portalcheck.facts import Chain, DnsServer, Failure, Hop, NameAnswer
from portalcheck.path.location import url_of
from portalcheck.path.names import RECORD_TYPES, join_families, read_message
from portalcheck.path.policy import Role
from portalcheck.path.request import HEAD_OF_BODY
from portalcheck.path.waiting import elapsed_ms, side_by_side

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
    return join_families(server, parts, elapsed_ms(since))


def _query(
    walker: Walker, server: DnsServer, host: str, kind: str, chain_of: Callable[[Hop], Chain | None]
) -> NameAnswer:
    import dns.exception
    import dns.message
    import dns.name
    import httpx

    from portalcheck.path.client import Connections, client
    from portalcheck.path.datagrams import read_response

    try:
        # A fixed id, so that the answer can be cached on the way (RFC 8484, 4.1).
        question = dns.message.make_query(dns.name.from_text(host), kind, id=0)
    except (dns.exception.DNSException, UnicodeError):
        return NameAnswer(server=server, failure=Failure.NXDOMAIN)
    connections = Connections(walker, Role.NEUTRAL_RESOLVER, keep=HEAD_OF_BODY, told=host)
    try:
        with client(connections) as asking:
            answer = asking.post(
                server.url,
                headers={"Accept": _MEDIA_TYPE, "Content-Type": _MEDIA_TYPE},
                content=question.to_wire(),
            )
    except (httpx.HTTPError, httpx.InvalidURL):
        failures = [hop.failure for hop in connections.hops if hop.failure is not None]
        return NameAnswer(server=server, failure=failures[0] if failures else Failure.OTHER)
    chain = chain_of(connections.hops[-1])
    if chain is None or not chain.proves_host or answer.status_code != httpx.codes.OK:
        return NameAnswer(server=server, failure=Failure.OTHER)
    response = read_response(question, answer.content)
    if response is None:
        return NameAnswer(server=server, failure=Failure.MALFORMED)
    return read_message(server, response)


def https_server(text: str) -> DnsServer | None:
    """A resolver setting that is an https URL as a server; None for any other text."""
    url = url_of(text) if text.lower().startswith("https://") else None
    return None if url is None else DnsServer(url.host, 443, text)
