"""Boxes in the way, and servers, that dislike what a ClientHello offers (RFC 8446, 4.1.2)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec

from portalcheck.demo import tls
from portalcheck.demo.servers import Peer, Serve
from tests.lab import names
from tests.lab.row import Step
from tests.lab.world import World

ONE_PACKET = 1400
_SUPPORTED_VERSIONS, _ALPN, _RANDOM_END = 43, 16, 43
_TLS_1_3 = b"\x03\x04"


class Offered(msgspec.Struct, frozen=True):
    """What a hello offers: its size with the record's head, its ciphers, and its extensions by number."""

    size: int
    ciphers: bytes
    extensions: dict[int, bytes]

    @property
    def is_large(self) -> bool:
        """Whether it fills more than one packet."""
        return self.size > ONE_PACKET

    @property
    def has_tls_1_3(self) -> bool:
        """Whether TLS 1.3 is offered."""
        return _TLS_1_3 in _pairs(self.extensions.get(_SUPPORTED_VERSIONS, b"")[1:])

    @property
    def has_http_2(self) -> bool:
        """Whether HTTP/2 is offered."""
        return b"\x02h2" in self.extensions.get(_ALPN, b"")

    @property
    def has_reserved(self) -> bool:
        """Whether there is a reserved value (GREASE, RFC 8701) among the ciphers."""
        return any(pair[0] == pair[1] and pair[0] & 0x0F == 0x0A for pair in _pairs(self.ciphers))


def _pairs(data: bytes) -> list[bytes]:
    return [data[at : at + 2] for at in range(0, len(data), 2)]


def read(record: bytes) -> Offered:
    """A whole ClientHello in its record."""
    at = _RANDOM_END
    at += 1 + record[at]
    size = int.from_bytes(record[at : at + 2])
    ciphers = record[at + 2 : at + 2 + size]
    at += 2 + size
    at += 1 + record[at] + 2
    found = {}
    while at + 4 <= len(record):
        length = int.from_bytes(record[at + 2 : at + 4])
        found[int.from_bytes(record[at : at + 2])] = record[at + 4 : at + 4 + length]
        at += 4 + length
    return Offered(len(record), ciphers, found)


Dislikes = Callable[[Offered], bool]


def _unless(dislikes: Dislikes, how: Serve, inner: Serve, peer: Peer) -> None:
    record = tls.first_record(peer)
    (how if len(record) > _RANDOM_END and dislikes(read(record)) else inner)(peer)


def box(dislikes: Dislikes, how: Serve, *, spared: tuple[str, ...] = ()) -> Step:
    """A box in the way of every server, but for those at the addresses spared."""

    def step(world: World) -> None:
        spare = {id(world.servers.sites[address]) for address in spared}
        for site in world.servers.sites.values():
            if id(site) not in spare:
                site.around = lambda serve: partial(_unless, dislikes, how, serve)

    return step


def portal(dislikes: Dislikes, how: Serve) -> Step:
    """The portal's own servers dislike it."""

    def step(world: World) -> None:
        world.portal.around = lambda serve: partial(_unless, dislikes, how, serve)

    return step


def alert(number: int) -> Serve:
    """A fatal alert (RFC 8446, 6)."""

    def serve(peer: Peer) -> None:
        peer.socket.recv(16 * 1024)
        peer.socket.sendall(bytes((21, 3, 3, 0, 2, 2, number)))
        peer.linger()

    return serve


def not_tls(peer: Peer) -> None:
    """Plain HTTP."""
    peer.socket.recv(16 * 1024)
    peer.socket.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    peer.linger()


def close(peer: Peer) -> None:
    """An end without a word."""
    peer.socket.recv(16 * 1024)


def only(**limits: str) -> Step:
    """The portal's TLS, limited by OpenSSL's own words: `groups`, `ciphers`."""

    def step(world: World) -> None:
        for context in (*world.portal.contexts.values(), world.portal.otherwise):
            if "groups" in limits:
                context.set_ecdh_curve(limits["groups"])
            if "ciphers" in limits:
                context.set_ciphers(limits["ciphers"])

    return step


PORTAL_ADDRESSES = (names.PORTAL_4, names.PORTAL_6, names.IDENTITY_4, names.IDENTITY_6)
