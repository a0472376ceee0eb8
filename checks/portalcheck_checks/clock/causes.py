"""What a wrong clock breaks."""

from __future__ import annotations

from portalcheck.api import Cause, Layer, Owner, behind
from portalcheck_checks.clock import reasons
from portalcheck_checks.dns import reasons as dns
from portalcheck_checks.tls import reasons as tls

_CLOCK_WRONG = Cause(
    "clock-wrong",
    "step-7",
    Owner.YOU,
    code_number=21,
    all={reasons.WRONG},
    explains={tls.DATES_FIT_TRUE_TIME, tls.DATES_UNCLEAR},
    at=Layer.HANDSHAKE,
)

CAUSES = (
    # Signatures have dates, as certificates do (RFC 4035, 5.3.1).
    _CLOCK_WRONG.when(
        all={reasons.WRONG, dns.ERRORS, dns.SIGNATURES_FAIL},
        explains=behind(Layer.PROXY) | {Layer.TUNNEL},
        at=Layer.NAME,
        before="dns-broken",
    ),
    _CLOCK_WRONG,
    _CLOCK_WRONG.when(all={reasons.BEYOND}, at=Layer.HANDSHAKE),
    # Off by less than is wrong, and yet the certificate holds at the true time alone.
    _CLOCK_WRONG.when(all={tls.DATES_FIT_TRUE_TIME}, any={reasons.OFF, reasons.CORRECT}, at=Layer.HANDSHAKE),
    Cause("clock-off", note=True, all={reasons.OFF}, after="cert-chain-incomplete"),
)
