"""The DNS servers of the settings, asked at the same time, over port 53 or over HTTPS."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Callable, Sequence
from functools import partial

import msgspec

from portalcheck.facts import Chain, DnsAnswer, DnsServer, Hop
from portalcheck.probe.dns.resolution import ask_server
from portalcheck.probe.policy import Role
from portalcheck.probe.third_parties.doh import ask_over_https, https_server
from portalcheck.probe.third_parties.families import reaching
from portalcheck.probe.threads import gather
from portalcheck.probe.trace import Tracer

_log = logging.getLogger(__name__)

_HIGHEST_PORT = 65_535


def plain_server(text: str) -> DnsServer | None:
    """A resolver setting (`address`, `address:port`, `[v6]:port`) as a server; None for any other text.

    A zone (RFC 4007) has printable ASCII only, which Python's reader of addresses does not ask for.
    """
    if not text.isascii() or not text.isprintable():
        return None
    try:
        return DnsServer(str(ipaddress.ip_address(text)))
    except ValueError:
        pass
    host, _, port = text.rpartition(":")
    number = int(port) if port.isascii() and port.isdigit() and len(port) <= 5 else 0
    try:
        address = str(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        return None
    return DnsServer(address, number) if 0 < number <= _HIGHEST_PORT else None


class Resolvers:
    """Asks DNS servers; each contact is recorded. `chain_of` judges the certificates of a hop."""

    def __init__(self, tracer: Tracer, chain_of: Callable[[Hop], Chain | None]) -> None:
        self._tracer, self._chain_of = tracer, chain_of

    def independent(self, settings: Sequence[str]) -> tuple[DnsServer, ...]:
        """The servers that the setting `network.resolvers` names; texts that name none are passed over."""
        return tuple(
            server for text in settings if (server := plain_server(text) or https_server(text)) is not None
        )

    def ask(
        self,
        questions: Sequence[tuple[DnsServer, str]],
        role: Role,
        *,
        interface: str = "",
        unchecked: bool = False,
    ) -> tuple[DnsAnswer, ...]:
        """The answer of each server for its name, without those that did not come in time.

        `interface` names an interface to ask through; servers that are asked over HTTPS are left out then.
        `unchecked` asks not to check signatures (RFC 4035, 3.2.2).
        """
        if interface:
            questions = [(server, name) for server, name in questions if not server.url]
        for server, name in questions:
            # A request over HTTPS is recorded where its connection is made.
            if not server.url:
                self._tracer.ledger.record(role, server.address, name)
        works = [
            partial(self._ask, server, name, role, interface=interface, unchecked=unchecked)
            for server, name in questions
        ]
        answers = gather(works, self._tracer.deadline.remaining())
        return tuple(answer for answer in answers if answer is not None)

    def _ask(self, server: DnsServer, host: str, role: Role, *, interface: str, unchecked: bool) -> DnsAnswer:
        tracer = self._tracer
        if server.url:
            answer = ask_over_https(tracer, server, host, self._chain_of, role)
        else:
            where = server
            if role is Role.NEUTRAL_RESOLVER and not interface:
                address = reaching(tracer, server.address, server.port)
                where = server if address == server.address else DnsServer(address, server.port)
            if where is not server:
                tracer.ledger.record(role, where.address, host)
            found = ask_server(
                tracer.machine, where, host, tracer.deadline, interface=interface, unchecked=unchecked
            )
            answer = msgspec.structs.replace(found, server=server)
        told = tracer.ledger.aliases.told
        _log.debug("%s: %s", told(host, interface), told(answer))
        return answer
