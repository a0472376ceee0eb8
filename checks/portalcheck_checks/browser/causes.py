"""What browsers' own settings and age do to a sign-in."""

from __future__ import annotations

from collections.abc import Sequence

from portalcheck.api import Cause, Finding, Owner
from portalcheck_checks.browser import reasons
from portalcheck_checks.cookies import reasons as cookies
from portalcheck_checks.system import reasons as system


def _who_set_it(findings: Sequence[Finding]) -> Owner | None:
    """A policy is set by whoever manages the computer, and cannot be undone by the person at it."""
    return Owner.EMPLOYER if any(finding.args.get("by") == "policy" for finding in findings) else None


BROWSER_BLOCKS = Cause(
    "browser-blocks",
    "step-5",
    Owner.YOU,
    then=("step-6", "step-4"),
    owner_by=_who_set_it,
    code_number=39,
    any={reasons.FORBIDS, reasons.OWN_PROXY_FAILS, reasons.OWN_DNS_FAILS},
    before="cookies-stale",
)
COOKIES_BLOCKED = Cause(
    "cookies-blocked",
    "step-6",
    Owner.YOU,
    then=("step-5",),
    owner_by=_who_set_it,
    code_number=34,
    all={reasons.BLOCKS_COOKIES},
    before="cookies-stale",
)
SOFTWARE_OUTDATED = Cause(
    "software-outdated", "step-7", Owner.YOU, code_number=36, any={reasons.VERSION, system.OUTDATED}
)
CAUSES = (
    BROWSER_BLOCKS,
    COOKIES_BLOCKED,
    SOFTWARE_OUTDATED,
    Cause("browser-unread", note=True, any={cookies.UNREADABLE, reasons.UNREADABLE}),
)
