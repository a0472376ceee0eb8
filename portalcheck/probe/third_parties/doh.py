"""A DNS server asked over HTTPS (RFC 8484): the answer counts only from a server that proves itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from portalcheck.facts import Chain, DnsAnswer, DnsServer, Failure, Hello, Hop
from portalcheck.probe.deadline import elapsed_ms
from portalcheck.probe.dns.resolution import RECORD_TYPES, join_families, read_message
from portalcheck.probe.http.location import url_of
from portalcheck.probe.http.request import HEAD_OF_BODY
from portalcheck.probe.policy import Role
from portalcheck.probe.threads import gather

if TYPE_CHECKING:
    from portalcheck.probe.trace import Tracer

_MEDIA_TYPE = "application/dns-message"
_OK = 200


def ask_over_https(
    tracer: Tracer, server: DnsServer, host: str, chain_of: Callable[[Hop], Chain | None], role: Role
) -> DnsAnswer:
    """What a DNS-over-HTTPS server answers for a name, A and AAAA together; a browser's own is asked as it asks."""
    since = time.monotonic()
    parts = gather(
        [lambda kind=kind: _query(tracer, server, host, kind, chain_of, role) for kind in RECORD_TYPES],  # type: ignore[misc]  # mypy cannot type a lambda's default
        tracer.deadline.remaining(),
    )
    return join_families(server, parts, elapsed_ms(since))


def _query(
    tracer: Tracer,
    server: DnsServer,
    host: str,
    kind: str,
    chain_of: Callable[[Hop], Chain | None],
    role: Role,
) -> DnsAnswer:
    import dns.exception
    import dns.message
    import dns.name

    from portalcheck.probe.dns.exchange import read_response
    from portalcheck.probe.third_parties.client import read

    try:
        # A fixed id, so that the answer can be cached on the way (RFC 8484, 4.1).
        question = dns.message.make_query(dns.name.from_text(host), kind, id=0)
    except (dns.exception.DNSException, UnicodeError):
        return DnsAnswer(server=server, failure=Failure.NXDOMAIN)
    answer = read(
        tracer,
        server.url,
        role,
        limit=HEAD_OF_BODY,
        headers={"Accept": _MEDIA_TYPE, "Content-Type": _MEDIA_TYPE},
        question=question.to_wire(),
        told=host,
        hello=Hello.BROWSER if role is Role.RESOLVER else Hello.PLAIN,
    )
    if isinstance(answer, Failure):
        return DnsAnswer(server=server, failure=answer)
    chain = chain_of(answer.hops[-1])
    if chain is None or not chain.proves_host or answer.status != _OK:
        return DnsAnswer(server=server, failure=Failure.OTHER)
    response = read_response(question, answer.body)
    if response is None:
        return DnsAnswer(server=server, failure=Failure.MALFORMED)
    return read_message(server, response)


def https_server(text: str) -> DnsServer | None:
    """A resolver setting that is an https URL as a server; None for any other text."""
    url = url_of(text) if text.lower().startswith("https://") else None
    return None if url is None else DnsServer(url.host, 443, text)
