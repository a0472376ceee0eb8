"""An HTTP proxy: CONNECT tunnels and plain requests (RFC 9110, 7.6 and 9.3.6), or its refusals."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable
from email.utils import formatdate

from portalcheck.demo.plan import ProxyMode
from portalcheck.demo.servers import Endpoint, Peer

_MAX_HEAD = 64 * 1024
_CONNECT_S = 5.0
_TURN_S = 0.25
_IDLE_S = 20.0
_DEFAULT_PORTS = {"http": 80, "https": 443}

Find = Callable[[str, int], Endpoint | None]
"""Where a host and port really are; None where the proxy knows no such name."""

_REFUSALS = {
    ProxyMode.WANTS_LOGIN: (
        407,
        "Proxy Authentication Required",
        'Proxy-Authenticate: Basic realm="practice"\r\n',
    ),
    ProxyMode.BLOCKS: (403, "Forbidden", ""),
}


def serve(mode: ProxyMode, find: Find, peer: Peer) -> None:
    """Serve one client: one tunnel, or one plain request, or refusals for as long as it asks."""
    head, rest = _head(peer.socket, b"")
    while head:
        method, target = _request_line(head)
        if mode in _REFUSALS:
            status, words, header = _REFUSALS[mode]
            _say(peer.socket, status, words, header)
            head, rest = _head(peer.socket, rest)
            continue
        if method == "CONNECT":
            _tunnel(peer, find, target, rest)
        else:
            _forward(peer, find, target, head, rest)
        return


def _head(sock: socket.socket, data: bytes) -> tuple[bytes, bytes]:
    """The next request's head and what came after it; both empty at the end, or beyond the limit."""
    while b"\r\n\r\n" not in data:
        more = sock.recv(4096)
        if not more or len(data) > _MAX_HEAD:
            return b"", b""
        data += more
    head, mark, rest = data.partition(b"\r\n\r\n")
    return head + mark, rest


def _request_line(head: bytes) -> tuple[str, str]:
    parts = head.partition(b"\r\n")[0].decode("latin-1").split(" ")
    return (parts[0], parts[1]) if len(parts) == 3 else ("", "")


def _split(authority: str, default: int) -> tuple[str, int]:
    """Host and port of an authority (RFC 3986, 3.2); port 0 where it is none."""
    if authority.endswith("]") or ":" not in authority:
        host, port = authority, str(default)
    else:
        host, _, port = authority.rpartition(":")
    number = int(port) if port.isascii() and port.isdigit() and len(port) <= 5 else 0
    return host.strip("[]").lower(), number


def _say(sock: socket.socket, status: int, words: str, header: str = "") -> None:
    date = formatdate(time.time(), usegmt=True)
    sock.sendall(
        f"HTTP/1.1 {status} {words}\r\nDate: {date}\r\n{header}Content-Length: 0\r\n\r\n".encode("ascii")
    )


def _open(peer: Peer, find: Find, host: str, port: int) -> socket.socket | None:
    where = find(host, port)
    if where is None:
        _say(peer.socket, 502, "Bad Gateway")
        return None
    try:
        return socket.create_connection(where, timeout=_CONNECT_S)
    except OSError:
        _say(peer.socket, 502, "Bad Gateway")
        return None


def _tunnel(peer: Peer, find: Find, target: str, early: bytes) -> None:
    upstream = _open(peer, find, *_split(target, 0))
    if upstream is None:
        return
    with upstream:
        # A 2xx to CONNECT has no Content-Length (RFC 9110, 9.3.6).
        peer.socket.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        upstream.sendall(early)
        _relay(peer, upstream)


def _forward(peer: Peer, find: Find, target: str, head: bytes, rest: bytes) -> None:
    """Pass on one request in absolute form; what follows it goes to the same server."""
    scheme, mark, after = target.partition("://")
    authority, slash, path = after.partition("/")
    if not mark or scheme.lower() != "http":
        _say(peer.socket, 400, "Bad Request")
        return
    upstream = _open(peer, find, *_split(authority, _DEFAULT_PORTS["http"]))
    if upstream is None:
        return
    method = head.partition(b" ")[0]
    _, _, headers = head.partition(b"\r\n")
    with upstream:
        upstream.sendall(method + f" {slash or '/'}{path} HTTP/1.1\r\n".encode("latin-1") + headers + rest)
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
