"""Tunnels through a proxy: CONNECT (RFC 9110, 9.3.6), SOCKS 5 (RFC 1928) and SOCKS 4, without credentials."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from portalcheck.facts import Failure, ProxyStep
from portalcheck.probe.deadline import Deadline, elapsed_ms
from portalcheck.probe.failures import of_os_error
from portalcheck.probe.limits import TUNNEL_S
from portalcheck.probe.streams import Transport

_MAX_HEAD = 64 * 1024
_MOST_INTERIM = 100
_SOCKS = ("socks", "socks5", "socks5h", "socks4", "socks4a")
_PORTS = {"http": 80, "https": 443, **dict.fromkeys(_SOCKS, 1080)}
_SCHEME = re.compile(r"(?:^|,)\s*([A-Za-z][A-Za-z0-9!#$&^_.+-]*)(?=\s|,|$)")
_KNOWN_SCHEMES = {"basic", "digest", "negotiate", "ntlm", "bearer", "kerberos"}
_PROXY_AUTHENTICATION_REQUIRED = 407
_SOCKS_VERSION, _NO_LOGIN = 5, 0
_SOCKS_4_GRANTED, _SOCKS_4_REFUSALS, _SOCKS_4_REPLY = 0x5A, range(0x5B, 0x5E), 8
_NOBODY = b"\0"
_NAME_FOLLOWS = b"\0\0\0\1"
_ADDRESS_SIZES = {1: 4, 4: 16}
_DOMAIN_NAME = 3

_Said = tuple[int, tuple[str, ...], Failure | None]


def proxy_endpoint(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of a proxy URL; raises ValueError if it has none, or another scheme."""
    parts = urlsplit(url)
    if not parts.hostname or parts.scheme not in _PORTS:
        raise ValueError("not a proxy URL")
    return parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme]


def tunnel(below: Transport, url: str, host: str, port: int, deadline: Deadline) -> ProxyStep:
    """Ask the proxy at `url`, to which `below` is connected, for a tunnel to host and port, within `TUNNEL_S`."""
    scheme, _, _ = proxy_endpoint(url)
    since = time.monotonic()
    wire = _Wire(below, since + deadline.limit(TUNNEL_S))
    speak = _SPEAKERS.get(scheme)
    if speak is None:
        return ProxyStep(url=url, failure=Failure.OTHER)
    try:
        status, schemes, failure = speak(wire, host, port)
    except OSError as error:
        status, schemes, failure = 0, (), of_os_error(error)
    return ProxyStep(url=url, failure=failure, status=status, schemes=schemes, ms=elapsed_ms(since))


class _Wire:
    """A connection whose reads and writes all end by one moment of the monotonic clock (TimeoutError)."""

    def __init__(self, below: Transport, end: float) -> None:
        self._below, self._end = below, end

    def send(self, data: bytes) -> None:
        self._below.settimeout(self._left())
        self._below.sendall(data)

    def some(self, most: int = 4096) -> bytes:
        """Up to `most` bytes that come next, b"" at the end."""
        self._below.settimeout(self._left())
        return self._below.recv(most)

    def exactly(self, count: int) -> bytes:
        """Exactly `count` bytes; raises EOFError if the stream ends before."""
        data = bytearray()
        while len(data) < count:
            more = self.some(count - len(data))
            if not more:
                raise EOFError
            data += more
        return bytes(data)

    def _left(self) -> float:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


# ---- HTTP --------------------------------------------------------------------------------------


def _connect(wire: _Wire, host: str, port: int) -> _Said:
    import h11

    target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MAX_HEAD)
    wire.send(
        connection.send(h11.Request(method="CONNECT", target=target, headers=[("Host", target)])) or b""
    )
    connection.send(h11.EndOfMessage())
    heard = interim = 0
    try:
        while interim < _MOST_INTERIM:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                # What follows the head is never lost: nobody behind the proxy speaks before we do.
                data = wire.some()
                if not data and not heard:
                    return 0, (), Failure.CLOSED
                heard += len(data)
                connection.receive_data(data)
            elif isinstance(event, h11.Response):
                return _verdict(event.status_code, [(bytes(n), bytes(v)) for n, v in event.headers])
            elif not isinstance(event, h11.InformationalResponse):
                return 0, (), Failure.CLOSED
            else:
                interim += 1
    except h11.RemoteProtocolError:
        pass
    return 0, (), Failure.MALFORMED


def _verdict(status: int, headers: list[tuple[bytes, bytes]]) -> _Said:
    if 200 <= status < 300:
        return status, (), None
    if status == _PROXY_AUTHENTICATION_REQUIRED:
        offered = [value.decode("latin-1") for name, value in headers if name == b"proxy-authenticate"]
        found = {match.lower() for match in _SCHEME.findall(",".join(offered))}
        return status, tuple(sorted(found & _KNOWN_SCHEMES)), Failure.PROXY_AUTH
    return status, (), Failure.PROXY_REFUSED


# ---- SOCKS 5 -----------------------------------------------------------------------------------


def _socks5(wire: _Wire, host: str, port: int) -> _Said:
    """Method, then request (RFC 1928, 3-6). Replies are read whole, however they were cut into pieces."""
    from socksio import socks5

    connection = socks5.SOCKS5Connection()
    connection.send(socks5.SOCKS5AuthMethodsRequest([socks5.SOCKS5AuthMethod.NO_AUTH_REQUIRED]))
    wire.send(connection.data_to_send())
    try:
        method = wire.exactly(2)
        if method[0] != _SOCKS_VERSION:
            return 0, (), Failure.MALFORMED
        if method[1] != _NO_LOGIN:
            return 0, (), Failure.PROXY_AUTH
        connection.receive_data(method)
        wanted = socks5.SOCKS5CommandRequest.from_address(socks5.SOCKS5Command.CONNECT, (host, port))
        connection.send(wanted)
        wire.send(connection.data_to_send())
        version, code, _, kind = wire.exactly(4)
        if version != _SOCKS_VERSION:
            return 0, (), Failure.MALFORMED
        if code:
            return code, (), Failure.PROXY_REFUSED
        size = wire.exactly(1)[0] if kind == _DOMAIN_NAME else _ADDRESS_SIZES.get(kind)
        if size is None:
            return 0, (), Failure.MALFORMED
        wire.exactly(size + 2)
    except EOFError:
        return 0, (), Failure.CLOSED
    return 0, (), None


# ---- SOCKS 4 -----------------------------------------------------------------------------------


def _socks4(wire: _Wire, host: str, port: int) -> _Said:
    """One request, without a user (SOCKS: A protocol for TCP proxy across firewalls), or with a name (SOCKS 4A)."""
    from ipaddress import AddressValueError, IPv4Address

    try:
        where, name = IPv4Address(host).packed, b""
    except AddressValueError:
        where, name = _NAME_FOLLOWS, host.encode("ascii") + b"\0"
    wire.send(b"\4\1" + port.to_bytes(2) + where + _NOBODY + name)
    try:
        version, code = wire.exactly(_SOCKS_4_REPLY)[:2]
    except EOFError:
        return 0, (), Failure.CLOSED
    if version or not (code == _SOCKS_4_GRANTED or code in _SOCKS_4_REFUSALS):
        return 0, (), Failure.MALFORMED
    return (0, (), None) if code == _SOCKS_4_GRANTED else (code, (), Failure.PROXY_REFUSED)


_SPEAKERS: dict[str, Callable[[_Wire, str, int], _Said]] = {
    "http": _connect,
    "https": _connect,
    "socks": _socks5,
    "socks5": _socks5,
    "socks5h": _socks5,
    "socks4": _socks4,
    "socks4a": _socks4,
}
