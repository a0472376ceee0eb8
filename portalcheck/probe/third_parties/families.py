"""Neutral hosts at each kind of address by itself: IPv4, IPv6, and IPv4 through a translator (NAT64).

Happy eyeballs show that some way works, never that one is dead: the portal may have addresses of that one alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from functools import partial

import msgspec

from portalcheck.address.nat64 import TELLING_NAME, WELL_KNOWN, embedded, is_translated, prefix_in
from portalcheck.facts import Failure, Reach
from portalcheck.probe.connect.happy_eyeballs import dial, source_address
from portalcheck.probe.deadline import Deadline
from portalcheck.probe.http.location import url_of
from portalcheck.probe.limits import FAMILIES_ROOM_S, NEXT_SERVER_S
from portalcheck.probe.policy import Network, Role
from portalcheck.probe.threads import Future, gather
from portalcheck.probe.trace import Tracer

_ENOUGH_ADDRESSES = 2
_HTTPS = 443


def reaching(tracer: Tracer, address: str, port: int) -> str:
    """The address by which a neutral host is reached: behind the translator, if this computer has no way for IPv4."""
    if ":" in address or _has_way(tracer, address, port):
        return address
    return embedded(address, _shown_prefix(tracer) or WELL_KNOWN)


def _has_way(tracer: Tracer, address: str, port: int) -> bool:
    return source_address(tracer.machine, address, port) is not Failure.NETWORK_UNREACHABLE


def _shown_prefix(tracer: Tracer) -> str:
    """The prefix of the network's translator, as the DNS server shows it (RFC 7050); `` if it shows none."""
    shown = Future(partial(tracer.names, TELLING_NAME, 6)).get(tracer.deadline.limit(NEXT_SERVER_S))
    addresses = shown.addresses if shown is not None else ()
    return next((prefix for one in addresses if ":" in one and (prefix := prefix_in(one))), "")


class _Host(msgspec.Struct, frozen=True):
    name: str
    port: int
    addresses: tuple[str, ...]

    def of(self, kind: str, prefix: str) -> list[str]:
        """The addresses of a kind; those behind the translator are made where no server gives them."""
        ipv4 = [one for one in self.addresses if ":" not in one]
        translated = [one for one in self.addresses if ":" in one and is_translated(one, prefix)]
        if kind == "translated":
            return translated or [embedded(one, prefix) for one in ipv4 if prefix]
        return ipv4 if kind == "ipv4" else [one for one in self.addresses if one not in (*ipv4, *translated)]


def ask_by_family(
    tracer: Tracer, network: Network, addresses_of: Callable[[str], tuple[str, ...]]
) -> dict[str, str | Reach]:
    """The fields of `facts.Canaries` for each kind of address; nothing is sent over the connections.

    `addresses_of` gives those of a neutral host.
    """
    deadline = tracer.deadline
    urls = [url for text in (*network.canaries, *network.captive) if (url := url_of(text)) is not None]
    ports = dict.fromkeys((url.host, url.port) for url in urls)
    given = gather([partial(addresses_of, host) for host, _ in ports], deadline.remaining())
    hosts = [_Host(*host, one) for host, one in zip(ports, given, strict=True) if one is not None]
    ways = [(address, host.port) for host in hosts for address in host.addresses if ":" not in address]
    prefix = _shown_prefix(tracer) or ("" if any(_has_way(tracer, *way) for way in ways) else WELL_KNOWN)
    kinds = ("ipv4", "ipv6", "translated")
    tries = [
        (kind, host, found[:_ENOUGH_ADDRESSES])
        for kind in kinds
        for host in hosts
        if (found := host.of(kind, prefix))
    ]
    spare = deadline.part(max(0.0, deadline.remaining() / deadline.scale - FAMILIES_ROOM_S))
    connecting = [partial(_endings, tracer, host, addresses, spare) for _, host, addresses in tries]
    answers = list(zip(tries, gather(connecting, deadline.remaining()), strict=True))
    return {
        "nat64": prefix,
        **{
            kind: _reach([(host.port, said) for (own, host, _), said in answers if own == kind])
            for kind in kinds
        },
    }


def _reach(answers: Sequence[tuple[int, Set[Failure | None] | None]]) -> Reach:
    """What ports, and how the connections to them ended, make."""
    return Reach(
        asked=len(answers),
        answered=sum(bool({None, Failure.REFUSED} & (said or set())) for _, said in answers),
        https_asked=sum(port == _HTTPS for port, _ in answers),
        https_ok=sum(port == _HTTPS and None in (said or ()) for port, said in answers),
    )


def _endings(
    tracer: Tracer, host: _Host, addresses: Sequence[str], deadline: Deadline
) -> Set[Failure | None]:
    """How connections to the addresses ended."""
    tracer.ledger.record(Role.NEUTRAL, host.name)
    sock, step = dial(tracer.machine, addresses, host.port, deadline)
    if sock is not None:
        sock.close()
    return {attempt.failure for attempt in step.attempts}
