"""The reasons of findings on proxies."""

from __future__ import annotations

from portalcheck.api import Layer, Reason

NONE_SET = Reason("proxy.none")
USED = Reason(
    "proxy.used",
    layer=Layer.PROXY,
    args={"kind": str, "scope": str},
    local={"proxies": "url"},
    in_use=True,
    fleet=("proxy", "kind"),
)
BYPASSED = Reason("proxy.bypassed")
DOWN = Reason("proxy.down", layer=Layer.PROXY, args={"kind": str}, rests_on_silence=True)
WANTS_LOGIN = Reason("proxy.wants-login", layer=Layer.PROXY, args={"kind": str, "schemes": tuple})
REFUSES = Reason("proxy.refuses", layer=Layer.PROXY, args={"kind": str, "status": int})
INSPECTOR_REFUSES = Reason("proxy.inspector-refuses", layer=Layer.PROXY, args={"status": int})
NO_GATEWAY = Reason("proxy.no-gateway", layer=Layer.PROXY, args={"status": int})
OWN_PAGE = Reason("proxy.own-page", layer=Layer.PROXY, args={"kind": str})
CANNOT_REACH = Reason("proxy.cannot-reach", layer=Layer.CONNECTION, args={"status": int})
UNSTEADY = Reason("proxy.unsteady", layer=Layer.PROXY, args={"kind": str}, rests_on_silence=True)
MISMATCH = Reason("proxy.mismatch", layer=Layer.PROXY, rests_on_silence=True)
DIRECT_WORKS = Reason("proxy.direct-works", layer=Layer.PROXY)
PAC_UNREACHABLE = Reason("proxy.pac-unreachable", layer=Layer.PROXY, rests_on_silence=True)
PAC_UNREAD = Reason("proxy.pac-unread", layer=Layer.PROXY)
