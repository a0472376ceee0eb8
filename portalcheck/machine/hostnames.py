"""Host names in the one form in which they are compared: A-labels, lower case, no final dot (RFC 5890)."""

from __future__ import annotations

import ipaddress
import re

_ASCII_NAME = re.compile(r"(?!.{254})[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")

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
