"""What is wrong at the portal's front door."""

from __future__ import annotations

from portalcheck.api import INCONCLUSIVE, Cause, Layer, Owner
from portalcheck_checks.dns import reasons as dns
from portalcheck_checks.network import reasons as network
from portalcheck_checks.proxy import reasons as proxy
from portalcheck_checks.service import reasons
from portalcheck_checks.tls import reasons as tls
from portalcheck_checks.tls.causes import TLS_BLOCKED
from portalcheck_checks.vpn import reasons as vpn

_REFUSALS = {reasons.REFUSES, reasons.CHALLENGE, reasons.WANTS_CERTIFICATE}
# What a server that wants a client certificate leaves of the handshake in TLS 1.2.
_BLOCKED = Cause(
    "blocked-by-server", "step-10", Owner.PORTAL, code_number=29, any=_REFUSALS, explains={tls.BROKEN}
)
_PORTAL_ERROR = Cause(
    "portal-error",
    "error-4",
    Owner.PORTAL,
    then=("step-10",),
    code_number=30,
    all={reasons.ANNOUNCED},
    explains={Layer.CONNECTION, Layer.SERVICE, tls.BROKEN, tls.NO_ANSWER, tls.NOT_TLS},
    at=Layer.SERVICE,
)

CAUSES = (
    _BLOCKED.when(all={vpn.ACTIVE}, any=_REFUSALS, ref="step-6", then=("step-10",)),
    _BLOCKED.when(all={proxy.USED}, any=_REFUSALS, ref="step-6", then=("step-10",)),
    _BLOCKED,
    _PORTAL_ERROR,
    _PORTAL_ERROR.when(
        any={reasons.ERROR, reasons.NO_SIGN_IN, reasons.HTTP_2_BROKEN}, all=frozenset(), explains=frozenset()
    ),
    TLS_BLOCKED.when(all={reasons.HTTP_2_BLOCKED}, at=Layer.HANDSHAKE),
    Cause(
        "redirect-problem",
        "step-10",
        Owner.PORTAL,
        code_number=31,
        any={reasons.REDIRECT_LOOP, reasons.REDIRECT_BROKEN},
    ),
    Cause(
        "portal-unreachable",
        "error-4",
        Owner.PORTAL,
        then=("step-10",),
        code_number=32,
        all={network.WAY_OUT},
        any={
            reasons.REFUSED_CONNECTION,
            reasons.NO_CONNECTION,
            reasons.NO_ANSWER,
            tls.NO_ANSWER,
            proxy.CANNOT_REACH,
        },
        # Nor where the check of names did not get so far as to say whose addresses they are.
        none={network.RECOVERED, dns.SINKHOLE, dns.FALSE_ADDRESS},
        at=Layer.SERVICE,
    ),
    INCONCLUSIVE.when(
        any={
            reasons.REFUSED_CONNECTION,
            reasons.NO_CONNECTION,
            reasons.NO_ANSWER,
            reasons.NEXT_NAME,
            reasons.INSIDE,
            reasons.BROKEN,
            reasons.CUT_OFF,
        },
        at=Layer.APART,
    ),
    Cause("insecure-hop", note=True, all={reasons.INSECURE_HOP}, after="ipv6-fallback"),
    Cause("slow", "error-4", Owner.NETWORK, code_number=33, all={reasons.SLOW}),
)
