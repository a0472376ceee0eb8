"""What a VPN keeps people from."""

from __future__ import annotations

from portalcheck.api import Cause, Layer, Owner, behind
from portalcheck_checks.network import reasons as network
from portalcheck_checks.tls import reasons as tls
from portalcheck_checks.vpn import reasons

_VPN_BREAKS = Cause(
    "vpn-breaks",
    "step-6",
    Owner.YOU,
    code_number=5,
    all={reasons.BREAKS},
    explains=behind(Layer.PROXY) | {tls.HELLO_BLOCKED},
    at=Layer.NAME,
)

CAUSES = (
    _VPN_BREAKS.when(all={reasons.KILL_SWITCH}, explains=behind(Layer.TUNNEL)),
    _VPN_BREAKS.when(
        all={reasons.BREAKS, network.NO_WAY_OUT}, explains=behind(Layer.TUNNEL), at=Layer.TUNNEL
    ),
    _VPN_BREAKS.when(all={reasons.DNS_DEAD}, at=Layer.NAME, before="dns-down"),
    _VPN_BREAKS,
    Cause("vpn-active", note=True, all={reasons.ACTIVE}),
)
