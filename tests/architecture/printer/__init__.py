"""A check of somebody else, with words of its own."""

from __future__ import annotations

from collections.abc import Iterable

from portalcheck.api import Cause, Check, Context, Finding, Owner, Reason, fail

JAM = Reason("printer.jam", args={"page": int, "x": str})
DRY = Reason("printer.dry")
STUCK = Cause(id="printer.stuck", ref="step-10", owner=Owner.EMPLOYER, any={JAM, DRY})


def printer(_: Context) -> Iterable[Finding]:
    """A sheet is stuck."""
    yield fail(JAM, page=3, x="y")


CHECK = Check("printer", run=printer, reasons=[JAM, DRY], causes=[STUCK], words="tests.architecture.printer")
