"""What is wrong with the handshake, or with the certificate that it brings."""

from __future__ import annotations

from collections.abc import Sequence

from portalcheck.api import INCONCLUSIVE, Cause, Explained, Finding, Layer, Owner
from portalcheck_checks.shared.inspection import is_on_this_computer
from portalcheck_checks.tls import reasons

_WHAT_A_STRANGER_SAYS: Explained = {reasons.DATES_UNCLEAR, Layer.SERVICE}


def _interceptor(findings: Sequence[Finding]) -> Owner | None:
    """Who opens connections by a program on this computer can stop it there."""
    here = any(is_on_this_computer(finding.args.get("product")) for finding in findings)
    return Owner.YOU if here else None


TLS_BLOCKED = Cause(
    "tls-blocked",
    "step-6",
    Owner.NETWORK,
    code_number=20,
    all={reasons.BLOCKED},
    explains={Layer.HANDSHAKE, Layer.SERVICE},
)
_TOO_OLD = Cause(
    "tls-too-old",
    "step-10",
    Owner.PORTAL,
    code_number=28,
    any={reasons.TOO_OLD, reasons.NOTHING_IN_COMMON},
    explains={reasons.BROKEN},
    at=Layer.CERTIFICATE,
)

CAUSES = (
    TLS_BLOCKED,
    # Another browser may send what passes.
    TLS_BLOCKED.when(all={reasons.HELLO_BLOCKED}, then=("step-5",), at=Layer.HANDSHAKE),
    Cause(
        "intercept-untrusted",
        "step-6",
        Owner.NETWORK,
        owner_by=_interceptor,
        unsafe=True,
        code_number=22,
        all={reasons.INTERCEPTED, reasons.UNTRUSTED},
        explains={Layer.CERTIFICATE, Layer.SERVICE},
    ),
    Cause("os-roots-stale", "step-7", Owner.YOU, code_number=23, all={reasons.ROOTS_STALE}),
    Cause(
        "cert-wrong-name",
        "step-1",
        Owner.PORTAL,
        code_number=24,
        all={reasons.WRONG_NAME},
        explains=_WHAT_A_STRANGER_SAYS,
    ),
    Cause(
        "cert-untrusted",
        "step-1",
        Owner.PORTAL,
        code_number=25,
        all={reasons.UNTRUSTED},
        none={reasons.INTERCEPTED},
        explains=_WHAT_A_STRANGER_SAYS,
    ),
    # What a server says whose key may be in other hands tells nothing of the portal.
    Cause(
        "cert-revoked",
        "step-10",
        Owner.PORTAL,
        code_number=26,
        all={reasons.REVOKED},
        explains=_WHAT_A_STRANGER_SAYS,
    ),
    Cause(
        "cert-expired", "step-10", Owner.PORTAL, code_number=27, any={reasons.EXPIRED, reasons.NOT_YET_VALID}
    ),
    _TOO_OLD,
    _TOO_OLD.when(all={reasons.HELLO_REFUSED}, then=("step-5",), at=Layer.CERTIFICATE),
    INCONCLUSIVE.when(
        any={
            reasons.BROKEN,
            reasons.NO_ANSWER,
            reasons.NOT_TLS,
            reasons.UNREADABLE,
            reasons.DATES_UNCLEAR,
            reasons.IDENTITY_UNCLEAR,
            reasons.ISSUER_MISSING,
        },
        at=Layer.APART,
    ),
    Cause(
        "intercept-trusted",
        note=True,
        all={reasons.INTERCEPTED},
        none={reasons.UNTRUSTED},
        after="proxy-active",
    ),
    Cause("cert-chain-incomplete", note=True, all={reasons.CHAIN_INCOMPLETE}, after="slow-network"),
)
