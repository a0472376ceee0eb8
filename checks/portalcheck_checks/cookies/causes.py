"""What stored cookies do to a sign-in."""

from __future__ import annotations

from portalcheck.api import Cause, Owner
from portalcheck_checks.cookies import reasons

CAUSES = (
    Cause(
        "cookies-stale",
        "step-4",
        Owner.YOU,
        then=("step-5",),
        code_number=35,
        any={reasons.DUPLICATES, reasons.TOO_LARGE, reasons.REFUSED_WHEN_LARGE},
    ),
    Cause("cookies-none", note=True, all={reasons.NONE_KEPT}),
    Cause("cookies-expired", note=True, all={reasons.EXPIRED}),
)
