"""Speaking to the user's own proxy: CONNECT (RFC 9110, 9.3.6) and SOCKS 5 (RFC 1928), no credentials ever."""

from __future__ import annotations

import re
import socket
import time
from urllib.parse import urlsplit

from portalcheck.facts import Failure, ProxyStep
from portalcheck.path.classify import of_os_error
from portalcheck.path.waiting import Deadline

TUNNEL_LIMIT_S = 4.0
_MAX_HEAD = 64 * 1024
_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080, "socks": 1080, "socks4": 1080}
_SCHEME = re.compile(r"(?:^|,)\s*([A-Za-z][A-Za-z0-9!#$&^_.+-]*)(?=\s|,|$)")
_KNOWN_SCHEMES = {"basic", "digest", "negotiate", "ntlm", "bearer", "kerberos"}
_PROXY_AUTHENTICATION_REQUIRED = 407


def proxy_endpoint(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of a proxy URL; raises ValueError where it has no host or no such port."""
    parts = urlsplit(url)
    if not parts.hostname or parts.scheme not in _PORTS:
        raise ValueError("not a proxy URL")
    return parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme]


def tunnel(sock: socket.socket, url: str, host: str, port: int, deadline: Deadline) -> ProxyStep:
    """Ask the proxy at the other end of `sock` for a way to host and port."""
    scheme, _, _ = proxy_endpoint(url)
    since = time.monotonic()
    sock.settimeout(deadline.limit(TUNNEL_LIMIT_S))
    speak = _connect if scheme == "http" else _socks5 if scheme.startswith("socks5") else None
    if speak is None:
        return ProxyStep(url=url, failure=Failure.OTHER)
    try:
        status, schemes, failure = speak(sock, host, port, since + deadline.limit(TUNNEL_LIMIT_S))
    except OSError as error:
        status, schemes, failure = 0, (), of_os_error(error)
    return ProxyStep(
        url=url, failure=failure, status=status, schemes=schemes, ms=round((time.monotonic() - since) * 1000)
    )


_Said = tuple[int, tuple[str, ...], Failure | None]


def _connect(sock: socket.socket, host: str, port: int, end: float) -> _Said:
    import h11

    target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MAX_HEAD)
    request = connection.send(h11.Request(method="CONNECT", target=target, headers=[("Host", target)]))
    sock.sendall(request or b"")
    connection.send(h11.EndOfMessage())
    try:
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                if time.monotonic() > end:
                    return 0, (), Failure.TIMED_OUT
                # One byte at a time would be safest for what follows the head; a proxy sends nothing before we do.
                connection.receive_data(sock.recv(4096))
            elif isinstance(event, h11.Response):
                return _verdict(event.status_code, [(bytes(n), bytes(v)) for n, v in event.headers])
            elif not isinstance(event, h11.InformationalResponse):
                return 0, (), Failure.CLOSED
    except h11.RemoteProtocolError:
        return 0, (), Failure.MALFORMED


def _verdict(status: int, headers: list[tuple[bytes, bytes]]) -> _Said:
    if 200 <= status < 300:
        return status, (), None
    if status == _PROXY_AUTHENTICATION_REQUIRED:
        offered = ",".join(
            value.decode("latin-1") for name, value in headers if name == b"proxy-authenticate"
        )
        found = {match.lower() for match in _SCHEME.findall(offered)}
        return status, tuple(sorted(found & _KNOWN_SCHEMES)), Failure.PROXY_AUTH
    return status, (), Failure.PROXY_REFUSED


def _socks5(sock: socket.socket, host: str, port: int, end: float) -> _Said:
    from socksio import ProtocolError, socks5

    connection = socks5.SOCKS5Connection()
    connection.send(socks5.SOCKS5AuthMethodsRequest([socks5.SOCKS5AuthMethod.NO_AUTH_REQUIRED]))
    try:
        sock.sendall(connection.data_to_send())
        reply = connection.receive_data(_some(sock, end))
        if not isinstance(reply, socks5.SOCKS5AuthReply):
            return 0, (), Failure.MALFORMED
        if reply.method is not socks5.SOCKS5AuthMethod.NO_AUTH_REQUIRED:
            return 0, (), Failure.PROXY_AUTH
        connection.send(socks5.SOCKS5CommandRequest.from_address(socks5.SOCKS5Command.CONNECT, (host, port)))
        sock.sendall(connection.data_to_send())
        answer = connection.receive_data(_some(sock, end))
    except (ProtocolError, ValueError, IndexError, KeyError):
        return 0, (), Failure.MALFORMED
    if not isinstance(answer, socks5.SOCKS5Reply):
        return 0, (), Failure.MALFORMED
    accepted = answer.reply_code is socks5.SOCKS5ReplyCode.SUCCEEDED
    return 0, (), None if accepted else Failure.PROXY_REFUSED


def _some(sock: socket.socket, end: float) -> bytes:
    sock.settimeout(max(0.001, end - time.monotonic()))
    data = sock.recv(4096)
    if not data:
        raise ConnectionResetError
    return data
