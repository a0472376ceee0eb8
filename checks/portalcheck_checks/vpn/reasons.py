"""The reasons of findings on tunnels."""

from __future__ import annotations

from portalcheck.api import Layer, Reason

NONE_ON = Reason("vpn.none")
IDLE = Reason("vpn.idle")
ACTIVE = Reason(
    "vpn.active",
    layer=Layer.TUNNEL,
    args={"split": bool, "product": str},
    local={"interface": "network"},
    in_use=True,
    fleet=("vpn", "product"),
)
BREAKS = Reason("vpn.breaks", layer=Layer.TUNNEL, args={"product": str}, rests_on_silence=True)
DNS_DEAD = Reason("vpn.dns-dead", layer=Layer.TUNNEL, args={"product": str}, rests_on_silence=True)
KILL_SWITCH = Reason("vpn.kill-switch", layer=Layer.TUNNEL, args={"product": str}, rests_on_silence=True)
