"""What is wrong with the link, egress, one family of addresses, or the size of packets."""

from __future__ import annotations

from collections.abc import Sequence

from portalcheck.api import Cause, Explained, Finding, Layer, Owner, behind
from portalcheck_checks.dns import reasons as dns
from portalcheck_checks.network import reasons
from portalcheck_checks.proxy import reasons as proxy
from portalcheck_checks.service import reasons as service
from portalcheck_checks.tls import reasons as tls

_HURT_BY_LOSS: Explained = {Layer.HANDSHAKE, service.SLOW, service.CUT_OFF, service.BROKEN}


def _whose_firewall(findings: Sequence[Finding]) -> Owner | None:
    """What this computer itself keeps back is not the network's to mend."""
    here = {reasons.BLOCKED_HERE, reasons.STOPPED_HERE}
    return Owner.YOU if any(finding.reason in here for finding in findings) else None


_TCP_BLOCKED = Cause(
    "tcp-blocked",
    "step-6",
    Owner.NETWORK,
    owner_by=_whose_firewall,
    code_number=19,
    any={reasons.PORT_BLOCKED, reasons.STOPPED_HERE},
    none={reasons.RECOVERED},
    explains={Layer.CONNECTION, tls.NOT_TLS, tls.BROKEN, tls.NO_ANSWER},
    at=Layer.CONNECTION,
)

CAUSES = (
    Cause("no-link", "error-4", Owner.YOU, code_number=4, all={reasons.NO_LINK}, explains=behind(Layer.LINK)),
    # A firewall of this computer's own, or a kill switch whose product is not known.
    _TCP_BLOCKED.when(all={reasons.BLOCKED_HERE}, explains=behind(Layer.TUNNEL), at=Layer.EGRESS),
    Cause(
        "no-internet",
        "error-4",
        Owner.NETWORK,
        code_number=6,
        all={reasons.NO_WAY_OUT},
        explains=behind(Layer.PROXY) | {Layer.EGRESS, proxy.REFUSES},
        at=Layer.EGRESS,
    ),
    Cause(
        "captive-portal",
        "error-4",
        Owner.YOU,
        unsafe=True,
        code_number=7,
        all={reasons.CAPTIVE},
        explains=behind(Layer.TUNNEL),
    ),
    Cause(
        "route-conflict",
        "step-6",
        Owner.YOU,
        code_number=38,
        all={reasons.ROUTE_CONFLICT},
        explains=behind(Layer.NAME),
        before="vpn-breaks",
    ),
    Cause(
        "ipv6-broken",
        "error-4",
        Owner.NETWORK,
        code_number=17,
        any={reasons.IPV6_BROKEN, reasons.IPV6_MISSING, reasons.IPV6_DEAD},
        explains={Layer.CONNECTION, reasons.MTU, *_HURT_BY_LOSS},
    ),
    Cause(
        "ipv4-broken",
        "error-4",
        Owner.NETWORK,
        code_number=37,
        any={reasons.IPV4_MISSING, reasons.IPV4_DEAD, reasons.IPV4_UNTRANSLATED},
        explains={Layer.CONNECTION, reasons.MTU, *_HURT_BY_LOSS},
    ),
    Cause(
        "mtu",
        "error-4",
        Owner.NETWORK,
        code_number=18,
        all={reasons.MTU},
        explains={service.NO_ANSWER, tls.HELLO_BLOCKED, *_HURT_BY_LOSS},
    ),
    _TCP_BLOCKED,
    Cause("flaky-network", note=True, all={reasons.RECOVERED}, after="intercept-trusted"),
    Cause("ipv6-fallback", note=True, all={reasons.IPV6_FALLBACK}, after="intercept-trusted"),
    Cause(
        "slow-network",
        note=True,
        any={reasons.SLOW, dns.SLOW_SERVER},
        none={service.SLOW},
        after="ipv6-fallback",
    ),
)
