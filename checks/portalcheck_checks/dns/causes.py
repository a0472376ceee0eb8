"""What is wrong with a name on the route: the hosts file, the DNS servers, a filter, a false answer."""

from __future__ import annotations

from collections.abc import Sequence

from portalcheck.api import INCONCLUSIVE, Cause, Finding, Layer, Owner, behind
from portalcheck_checks.dns import reasons
from portalcheck_checks.domain.causes import NAME_WRONG
from portalcheck_checks.network import reasons as network

_THE_NAME = behind(Layer.PROXY)
_THE_NAME_OR_THE_TUNNEL = _THE_NAME | {Layer.TUNNEL}

_DNS_DOWN = Cause(
    "dns-down",
    "error-4",
    Owner.NETWORK,
    code_number=13,
    all={reasons.OTHER_ANSWERS},
    any={reasons.SILENT, reasons.NO_SERVER},
    explains=_THE_NAME_OR_THE_TUNNEL,
)


def _whose_name_server(findings: Sequence[Finding]) -> Owner | None:
    """A name that fails at every DNS server is the portal's to mend; names that only this computer loses are not."""
    if any(finding.reason in (reasons.SYSTEM_FAILS, reasons.DISAGREE) for finding in findings):
        return Owner.YOU
    everywhere = any(finding.args.get("everywhere") is True for finding in findings)
    return Owner.PORTAL if everywhere else None


_DNS_BROKEN = Cause(
    "dns-broken",
    "error-4",
    Owner.NETWORK,
    code_number=14,
    owner_by=_whose_name_server,
    all={reasons.ERRORS},
    explains=_THE_NAME_OR_THE_TUNNEL,
)

_DNS_HIJACKED = Cause(
    "dns-hijacked",
    "step-1",
    Owner.NETWORK,
    code_number=16,
    all={reasons.FALSE_ADDRESS},
    explains=_THE_NAME,
)

CAUSES = (
    Cause(
        "hosts-override",
        "step-1",
        Owner.YOU,
        code_number=12,
        all={reasons.HOSTS_OVERRIDE},
        explains=behind(Layer.NAME),
        at=Layer.NAME,
    ),
    _DNS_DOWN,
    # Where nobody else may be asked for names: the network works, by what needs none.
    _DNS_DOWN.when(all={network.WAY_OUT}, any={reasons.SILENT, reasons.NO_SERVER}),
    _DNS_BROKEN,
    _DNS_BROKEN.when(any={reasons.ERROR_HERE, reasons.SYSTEM_FAILS, reasons.DISAGREE}),
    NAME_WRONG.when(all={reasons.MISSING_EVERYWHERE}, explains=_THE_NAME),
    Cause(
        "dns-filtered",
        "step-6",
        Owner.NETWORK,
        code_number=15,
        any={reasons.SINKHOLE, reasons.FOUND_ELSEWHERE, reasons.BLOCK_PAGE},
        explains=_THE_NAME,
    ),
    _DNS_HIJACKED,
    # Where every name is captured, all lead to one server, as on a Wi-Fi that wants a sign-in.
    _DNS_HIJACKED.when(all={reasons.CAPTURED}, explains=behind(Layer.TUNNEL), before="captive-portal"),
    INCONCLUSIVE.when(
        any={reasons.HOSTS_UNCLEAR, reasons.MADE_UP, reasons.UNPROVED}, explains=_THE_NAME_OR_THE_TUNNEL
    ),
    INCONCLUSIVE.when(
        any={reasons.MISSING, reasons.LATE, reasons.SILENT_HERE, reasons.SYSTEM_SILENT}, at=Layer.APART
    ),
    Cause(
        "nxdomain-rewritten",
        note=True,
        all={reasons.REWRITES_MISSING},
        none={network.CAPTIVE},
        after="clock-off",
    ),
)
