"""The portal over HTTP/2 (RFC 9113): floods of frames, streams that never end, tables that burst."""

from __future__ import annotations

from functools import partial

from portalcheck.demo import tls
from portalcheck.demo.certificates import server_context
from portalcheck.demo.servers import Peer, Serve
from tests.hostile.behaviour import Behaviour
from tests.hostile.stage import Stage
from tests.lab import names

_DATA, _HEADERS, _RESET, _SETTINGS, _PUSH, _PING, _GO_AWAY, _WINDOW, _CONTINUATION = 0, 1, 3, 4, 5, 6, 7, 8, 9
_ACK, _END_HEADERS = 1, 4
_OK = b"\x88"
"""`:status: 200`, of HPACK's static table (RFC 7541, A)."""


def frame(kind: int, flags: int, stream: int, body: bytes = b"") -> bytes:
    """One frame (RFC 9113, 4.1)."""
    return len(body).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + body


_GREETING = frame(_SETTINGS, 0, 0) + frame(_SETTINGS, _ACK, 0)


def _floods(again: bytes, first: bytes = b"") -> Serve:
    """Greet as HTTP/2 does, hear the request, say `first`, and then `again` for as long as anybody listens."""

    def serve(peer: Peer) -> None:
        peer.socket.sendall(_GREETING)
        peer.socket.recv(64 * 1024)
        peer.socket.sendall(first)
        while not peer.stopping.is_set() and again:
            peer.socket.sendall(again)
        peer.ignore()

    return serve


def _literal(name: bytes, value: bytes) -> bytes:
    """A field that goes into the table (RFC 7541, 6.2.1), of a short name and a value of up to 126 + 127 bytes."""
    size = len(value)
    length = bytes([size]) if size < 127 else bytes([127, size - 127])
    return b"\x40" + bytes([len(name)]) + name + length + value


_BOMB = frame(_HEADERS, _END_HEADERS, 1, _OK + _literal(b"a", b"x" * 250) + b"\xbe" * 16_000)
"""One field that is named sixteen thousand times, a byte each: four megabytes."""
_ROWS: dict[str, tuple[str, Serve]] = {
    "settings": ("settings without end", _floods(frame(_SETTINGS, 0, 0, b"\0\3\0\0\0\1") * 500)),
    "pings": ("pings without end", _floods(frame(_PING, 0, 0, b"x" * 8) * 500)),
    "resets": (
        "resets of streams that were never opened without end",
        _floods(b"".join(frame(_RESET, 0, 1 + 2 * at, b"\0\0\0\7") for at in range(1, 500))),
    ),
    "headers": (
        "one head in pieces without end",
        _floods(frame(_CONTINUATION, 0, 1, _literal(b"a", b"x" * 90)) * 200, frame(_HEADERS, 0, 1, _OK)),
    ),
    "bomb": ("a head that bursts when its table is read", _floods(b"", _BOMB)),
    "never-closed": (
        "a page that begins and never ends",
        _floods(b"", frame(_HEADERS, _END_HEADERS, 1, _OK)),
    ),
    "empty-data": (
        "empty pieces of a page without end",
        _floods(frame(_DATA, 0, 1) * 500, frame(_HEADERS, _END_HEADERS, 1, _OK)),
    ),
    "pushes": (
        "promises of what nobody asked for",
        _floods(frame(_PUSH, _END_HEADERS, 1, b"\0\0\0\2" + _OK) * 100),
    ),
}


def _portal(serve: Serve, stage: Stage) -> None:
    """The portal speaks nothing but HTTP/2. In a context of its own, as the others are met by those who come after."""
    world = stage.world
    context = server_context(world.pki.leaf(names.PORTAL, names.IDENTITY))
    context.set_alpn_protocols(["h2"])
    world.portal.around = lambda _: partial(tls.serve, context, serve)


HTTP_2 = tuple(
    Behaviour(
        id=f"http2-{name}",
        who="portal (HTTP/2)",
        what=what,
        steps=(partial(_portal, serve),),
        # As over HTTP/1.1: the head is there, and of the page enough was read.
        cause=frozenset({"portal-error", "portal-unreachable", "slow", "inconclusive"})
        | ({"none"} if name == "empty-data" else set()),
    )
    for name, (what, serve) in _ROWS.items()
)
