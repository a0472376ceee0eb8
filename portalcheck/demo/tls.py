"""TLS in front of a site: certificates by server name, and boxes that dislike a name (RFC 8446, 6066)."""

from __future__ import annotations

import socket
import ssl
import time
import warnings
from collections.abc import Mapping

from portalcheck.demo.servers import Peer, Serve

_HELLO_S = 2.0
_POLL_S = 0.005
_MAX_HELLO = 16 * 1024
_RECORD_HEAD = 5


def chosen_by_name(contexts: Mapping[str, ssl.SSLContext]) -> ssl.SSLContext:
    """A context that hands each connection to the one for its server name, the first for every other or none."""
    first = next(iter(contexts.values()))

    def choose(sock: ssl.SSLSocket | ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        sock.context = contexts.get((name or "").lower(), first)

    first.sni_callback = choose
    return first


def only_old(context: ssl.SSLContext) -> ssl.SSLContext:
    """Limit a context to TLS 1.0 and 1.1 (RFC 8996 forbids them); a modern client gets an alert."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that these versions are deprecated is the point
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers(
        "ALL:@SECLEVEL=0"
    )  # OpenSSL 3 refuses the SHA-1 signatures of TLS 1.0 and 1.1 above level 0
    return context


def serve(context: ssl.SSLContext, inner: Serve, peer: Peer) -> None:
    """Shake hands, then serve what is inside."""
    peer.socket = secured = context.wrap_socket(peer.socket, server_side=True, do_handshake_on_connect=False)
    try:
        secured.do_handshake()
    except ssl.SSLError:
        peer.linger()  # so that the alert arrives
        return
    inner(peer)


def unless_named(name: str, refuse: Serve, inner: Serve, peer: Peer) -> None:
    """A filter in the way: a ClientHello that carries the name is refused, every other goes through."""
    if name.encode() in first_record(peer):
        refuse(peer)
    else:
        inner(peer)


def first_record(peer: Peer) -> bytes:
    """The first TLS record, left in the socket for the real server; whatever came within two seconds."""
    end = time.monotonic() + _HELLO_S
    while True:
        seen = peer.socket.recv(_MAX_HELLO, socket.MSG_PEEK)
        whole = len(seen) >= _RECORD_HEAD and len(seen) >= _RECORD_HEAD + int.from_bytes(seen[3:_RECORD_HEAD])
        if whole or not seen or time.monotonic() > end or peer.stopping.wait(_POLL_S):
            return seen
