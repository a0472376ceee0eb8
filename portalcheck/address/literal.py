"""IP literals as they stand in a host (RFC 3986, 3.2.2), without brackets."""

from __future__ import annotations

import ipaddress


def is_address(host: str) -> bool:
    """Whether a host is an IPv4 or IPv6 literal; a zone (RFC 4007, 11) may follow an IPv6 one."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
