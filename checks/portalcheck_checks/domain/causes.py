"""What is wrong with the address itself."""

from __future__ import annotations

from portalcheck.api import Cause, Layer, Owner
from portalcheck_checks.domain import reasons
from portalcheck_checks.service import reasons as service

NAME_WRONG = Cause("name-wrong", "step-1", Owner.YOU, code_number=3, all={reasons.INVALID})

CAUSES = (
    Cause(
        "lookalike",
        "step-1",
        Owner.YOU,
        code_number=2,
        any={reasons.LOOKALIKE, reasons.REDIRECT_LOOKALIKE},
        explains={service.REDIRECT_BROKEN},
    ),
    NAME_WRONG,
    Cause("address-not-listed", note=True, all={reasons.UNRELATED}, at=Layer.ADDRESS),
)
