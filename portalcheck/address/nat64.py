"""IPv4 addresses inside IPv6 ones, by which a network with IPv6 alone reaches IPv4 (NAT64; RFC 6052, RFC 7050)."""

from __future__ import annotations

import ipaddress

WELL_KNOWN = "64:ff9b::/96"
"""The prefix of translators that have none of their own (RFC 6052, 2.1)."""
TELLING_NAME = "ipv4only.arpa"
"""Its addresses are IPv4 ones that everybody knows, so that an IPv6 one shows the network's prefix (RFC 7050, 3)."""

_KNOWN = {ipaddress.IPv4Address("192.0.0.170").packed, ipaddress.IPv4Address("192.0.0.171").packed}
_PREFIXES = (ipaddress.IPv6Network(WELL_KNOWN), ipaddress.IPv6Network("64:ff9b:1::/48"))
_LENGTHS = (96, 64, 56, 48, 40, 32)


def embedded(address: str, prefix: str) -> str:
    """The IPv6 address that stands for an IPv4 address behind a prefix."""
    network = ipaddress.IPv6Network(prefix)
    raw = bytearray(network.network_address.packed)
    for place, octet in zip(_places(network.prefixlen), ipaddress.IPv4Address(address).packed, strict=True):
        raw[place] = octet
    return str(ipaddress.IPv6Address(bytes(raw)))


def prefix_in(address: str) -> str:
    """The prefix that an address of `TELLING_NAME` shows; `` if it shows none."""
    raw = ipaddress.IPv6Address(address.partition("%")[0]).packed
    for length in _LENGTHS:
        if bytes(raw[place] for place in _places(length)) in _KNOWN:
            return str(ipaddress.IPv6Network((raw, length), strict=False))
    return ""


def is_translated(address: str, prefix: str) -> bool:
    """Whether an address leads through the translator with that prefix, or with the well-known one."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    return any(one and parsed in ipaddress.ip_network(one) for one in (prefix, WELL_KNOWN))


def translated(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that one behind a prefix for translators stands for (RFC 6052, RFC 8215); None for any other."""
    if not any(address in prefix for prefix in _PREFIXES):
        return None
    return ipaddress.IPv4Address(address.packed[-4:])


def _places(length: int) -> list[int]:
    """Where the four octets are behind a prefix of so many bits: after it, but never in the ninth (RFC 6052, 2.2)."""
    return [place for place in range(length // 8, 16) if place != 8][:4]
