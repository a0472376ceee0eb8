"""IP addresses as the facts write them."""

from __future__ import annotations

import ipaddress


def literal(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a text is, None for any other text, such as a host name."""
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
