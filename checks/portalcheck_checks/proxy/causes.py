"""What a proxy does instead of letting people through."""

from __future__ import annotations

from portalcheck.api import INCONCLUSIVE, Cause, Layer, Owner, behind
from portalcheck_checks.network import reasons as network
from portalcheck_checks.proxy import reasons

_THE_WAY = behind(Layer.PROXY) | {Layer.EGRESS}

CAUSES = (
    Cause(
        "proxy-mismatch",
        "step-6",
        Owner.YOU,
        code_number=8,
        all={reasons.MISMATCH},
        explains={Layer.PROXY, network.NO_WAY_OUT},
    ),
    Cause(
        "proxy-auth",
        "step-6",
        Owner.YOU,
        code_number=9,
        all={reasons.WANTS_LOGIN},
        explains=_THE_WAY | {reasons.REFUSES, reasons.DOWN},
    ),
    Cause(
        "proxy-blocks",
        "step-6",
        Owner.NETWORK,
        code_number=10,
        any={reasons.REFUSES, reasons.INSPECTOR_REFUSES, reasons.NO_GATEWAY, reasons.OWN_PAGE},
        explains=_THE_WAY | {reasons.DOWN},
    ),
    Cause(
        "proxy-down",
        "step-6",
        Owner.NETWORK,
        code_number=11,
        any={reasons.DOWN, reasons.PAC_UNREACHABLE},
        explains=_THE_WAY,
    ),
    INCONCLUSIVE.when(any={reasons.CANNOT_REACH, reasons.UNSTEADY}, at=Layer.APART),
    Cause("proxy-active", note=True, all={reasons.USED}),
)
