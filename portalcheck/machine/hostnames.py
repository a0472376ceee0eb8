"""Host names in the one form in which they are compared: A-labels, lower case, no final dot (RFC 5890)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec

_ASCII_NAME = re.compile(r"(?!.{254})[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")

DEFAULT_PORTS: Mapping[str, int] = {
    "http": 80,
    "https": 443,
    "socks": 1080,
    "socks4": 1080,
    "socks4a": 1080,
    "socks5": 1080,
    "socks5h": 1080,
}

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def a_label(host: str) -> str:
    """The A-label form of a host name, or `""` if it could not be asked for."""
    name = host.strip().removesuffix(".")
    if not name.isascii():
        import idna

        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            return ""
    name = name.lower()
    return name if _ASCII_NAME.fullmatch(name) else ""


def address(text: str) -> IPAddress | None:
    """The address that a text is, in brackets or not, or None; a zone (RFC 4007) has printable ASCII only."""
    if not text.isascii() or not text.isprintable():
        return None
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


class Destination(msgspec.Struct, frozen=True):
    """Where a URL leads to: its scheme, host (A-labels, no brackets) and port."""

    scheme: str
    host: str
    port: int

    @property
    def address(self) -> IPAddress | None:
        """The host as an IP address, None if it is a name."""
        return address(self.host)


def destination_of(url: str) -> Destination | None:
    """Where a URL leads to, or None if it has no host; the port is 0 if neither URL nor scheme gives one."""
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        return None
    name = host if address(host) else a_label(host)
    return (
        Destination(parts.scheme, name, DEFAULT_PORTS.get(parts.scheme, 0) if port is None else port)
        if name
        else None
    )
