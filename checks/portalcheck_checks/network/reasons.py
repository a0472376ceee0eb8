"""The reasons of findings on the link, egress, and both families of addresses."""

from __future__ import annotations

from portalcheck.api import Layer, Reason

UP = Reason("network.up", layer=Layer.LINK, args={"kind": str}, local={"interfaces": "network"})
NO_LINK = Reason("network.no-link", layer=Layer.LINK)
WELL = Reason("network.well")
NOT_ASKED = Reason("network.not-asked")
WAY_OUT = Reason("network.way-out", layer=Layer.EGRESS, args={"reached": int, "asked": int})
NO_WAY_OUT = Reason("network.no-way-out", layer=Layer.EGRESS, rests_on_silence=True)
BLOCKED_HERE = Reason("network.blocked-here", layer=Layer.EGRESS)
CAPTIVE = Reason("network.captive", layer=Layer.EGRESS)
CAPTIVE_ELSEWHERE = Reason("network.captive-elsewhere", layer=Layer.EGRESS)
PORT_BLOCKED = Reason(
    "network.port-blocked", layer=Layer.CONNECTION, args={"port": int}, rests_on_silence=True
)
ROUTE_CONFLICT = Reason(
    "network.route-conflict", layer=Layer.CONNECTION, args={"kind": str}, local={"interface": "network"}
)
STOPPED_HERE = Reason("network.stopped-here", layer=Layer.CONNECTION)
IPV6_FALLBACK = Reason("network.ipv6-fallback", layer=Layer.PACKETS)
IPV6_BROKEN = Reason("network.ipv6-broken", layer=Layer.PACKETS, rests_on_silence=True)
IPV6_MISSING = Reason("network.ipv6-missing", layer=Layer.PACKETS, rests_on_silence=True)
IPV4_MISSING = Reason("network.ipv4-missing", layer=Layer.PACKETS, rests_on_silence=True)
IPV6_DEAD = Reason("network.ipv6-dead", layer=Layer.PACKETS, rests_on_silence=True)
IPV4_DEAD = Reason("network.ipv4-dead", layer=Layer.PACKETS, args={"translated": bool}, rests_on_silence=True)
IPV4_UNTRANSLATED = Reason("network.ipv4-untranslated", layer=Layer.PACKETS)
MTU = Reason("network.mtu", layer=Layer.PACKETS, rests_on_silence=True)
RECOVERED = Reason("network.recovered", layer=Layer.PACKETS)
SLOW = Reason("network.slow", layer=Layer.PACKETS, args={"ms": int})
