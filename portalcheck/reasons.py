"""Groups of reason codes by what they speak of, for the table of causes: data only."""

from __future__ import annotations


def group(*reasons: str | frozenset[str]) -> frozenset[str]:
    """Reasons, and groups of them, as one group."""
    return frozenset().union(*({r} if isinstance(r, str) else r for r in reasons))


NAMES = group(
    "dns.no-server",
    "dns.silent",
    "dns.late",
    "dns.errors",
    "dns.error-here",
    "dns.missing",
    "dns.missing-everywhere",
    "dns.found-elsewhere",
    "dns.made-up",
    "dns.hosts-unclear",
    "dns.sinkhole",
    "dns.block-page",
    "dns.false-address",
    "dns.system-fails",
)
CONNECTION = group(
    "service.refused-connection",
    "service.no-connection",
    "service.no-answer",
    "service.next-name",
    "proxy.cannot-reach",
    "network.port-blocked",
    "network.stopped-here",
)
DATES = group("tls.dates-fit-true-time", "tls.dates-unclear")
TRUST = group(
    "tls.untrusted", "tls.issuer-missing", "tls.roots-stale", "tls.intercepted", "tls.unexpected-issuer"
)
NAME_ON_CERTIFICATE = group("tls.wrong-name", "tls.identity-unclear")
HANDSHAKE = group(
    "tls.broken", "tls.no-answer", "tls.blocked", "tls.not-tls", "tls.too-old", "tls.unreadable"
)
CERTIFICATE = group(DATES, TRUST, NAME_ON_CERTIFICATE, "tls.expired", "tls.not-yet-valid", "tls.revoked")
SERVICE = group(
    "service.error",
    "service.refuses",
    "service.challenge",
    "service.wants-certificate",
    "service.redirect-loop",
    "service.redirect-broken",
    "service.broken",
    "service.cut-off",
    "service.slow",
    "service.odd-status",
)
FAMILY = group("network.ipv6-broken", "network.ipv6-missing", "network.ipv4-missing")
BEHIND_THE_LINK = group(
    NAMES,
    CONNECTION,
    HANDSHAKE,
    CERTIFICATE,
    SERVICE,
    "network.no-way-out",
    "network.blocked-here",
    "network.captive",
    "network.mtu",
    FAMILY,
)
BEHIND_THE_NAME = group(CONNECTION, HANDSHAKE, CERTIFICATE, SERVICE, FAMILY, "network.mtu")
PROXY = group(
    "proxy.down",
    "proxy.wants-login",
    "proxy.refuses",
    "proxy.inspector-refuses",
    "proxy.pac-unreachable",
    "proxy.unsteady",
)
VPN = group("vpn.breaks", "vpn.dns-dead", "vpn.kill-switch")
BLOCKED = group("service.refuses", "service.challenge", "service.wants-certificate")
REFUSED_HANDSHAKE = group("tls.broken")
"""What a server that wants a client certificate leaves of the handshake in TLS 1.2."""

SILENCE = group(
    "dns.silent",
    "dns.system-fails",
    "dns.error-here",
    "dns.hosts-unclear",
    "network.no-way-out",
    FAMILY,
    "network.mtu",
    "network.port-blocked",
    "proxy.down",
    "proxy.pac-unreachable",
    "proxy.unsteady",
    "proxy.mismatch",
    "service.broken",
    "service.cut-off",
    "service.next-name",
    "service.no-answer",
    "service.no-connection",
    "service.slow",
    "tls.blocked",
    "tls.broken",
    "tls.no-answer",
    VPN,
)
"""What rests on an answer that did not come, or came late: a program that slept meanwhile cannot say so."""
