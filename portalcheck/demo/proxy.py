"""An HTTP proxy that lets everything through: CONNECT tunnels and plain requests (RFC 9110, 7.6 and 9.3.6)."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable
from email.utils import formatdate
from urllib.parse import urlsplit

from portalcheck.demo.servers import Endpoint, Peer

_MAX_HEAD = 64 * 1024
_CONNECT_S = 5.0
_TURN_S = 0.25
_IDLE_S = 20.0
_END = b"\r\n\r\n"

Find = Callable[[str, int], Endpoint]
"""Where a host and port really are. Raises KeyError where the proxy knows no such name."""


def serve(find: Find, peer: Peer) -> None:
    """Serve one client: one tunnel, or one plain request in absolute form and what follows it to the same server."""
    sent = b""
    while _END not in sent and len(sent) <= _MAX_HEAD and (more := peer.socket.recv(4096)):
        sent += more
    method, _, line = sent.partition(b" ")
    target = line.partition(b" ")[0].decode("latin-1")
    tunnel = method == b"CONNECT"
    try:
        url = urlsplit(f"//{target}" if tunnel else target)
        where = find(url.hostname or "", url.port or 80)
        upstream = socket.create_connection(where, timeout=_CONNECT_S)
    except (KeyError, ValueError, OSError):
        date = formatdate(time.time(), usegmt=True)
        said = f"HTTP/1.1 502 Bad Gateway\r\nDate: {date}\r\nContent-Length: 0\r\n\r\n"
        peer.socket.sendall(said.encode("ascii"))
        return
    with upstream:
        if tunnel:
            # A 2xx to CONNECT has no Content-Length (RFC 9110, 9.3.6).
            peer.socket.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        upstream.sendall(sent.partition(_END)[2] if tunnel else sent)
        _relay(peer, upstream)


def _relay(peer: Peer, upstream: socket.socket) -> None:
    """Copy both ways until either side ends, or nothing was said for long."""
    ends = (peer.socket, upstream)
    idle_since = time.monotonic()
    with selectors.DefaultSelector() as selector:
        for pair in (ends, ends[::-1]):
            selector.register(pair[0], selectors.EVENT_READ, pair)
        while not peer.stopping.is_set() and time.monotonic() - idle_since < _IDLE_S:
            for key, _ in selector.select(_TURN_S):
                source, target = key.data
                data = source.recv(16 * 1024)
                if not data:
                    return
                target.sendall(data)
                idle_since = time.monotonic()
