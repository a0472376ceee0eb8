"""Why a row of causes held, or nearly did, in one line each."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence, Set

from portalcheck.api.declarations import Cause

_log = logging.getLogger(__name__)

Lacking = tuple[str, Set[str]]
"""What a row lacks: how (`not found`, ...), and which reasons."""


def tell_row(cause: Cause, found: Set[str], lacking: Sequence[Lacking], claimed: Mapping[str, str]) -> None:
    """Log a row that holds, that one piece of evidence keeps from holding, or whose evidence is explained already.

    `found` are all reasons that were found, and `claimed` those of them that a cause explains, with that cause.
    """
    if not _log.isEnabledFor(logging.DEBUG) or not cause.evidence & found:
        return
    what = f"{'note' if cause.note else 'row'} {cause.id}"
    present = _listed(cause.evidence & (found - claimed.keys()))
    open_ones = [(how, reasons) for how, reasons in lacking if not reasons & claimed.keys()]
    if not lacking:
        _log.debug("%s holds: found %s", what, present)
    elif not open_ones:
        taken = {reason for _, reasons in lacking for reason in reasons & claimed.keys()}
        why = ", ".join(sorted(f"{reason} is explained by {claimed[reason]}" for reason in taken))
        _log.debug("%s would hold, but %s", what, why)
    elif len(lacking) == 1:
        _log.debug(
            "%s nearly holds: found %s, but %s %s", what, present, open_ones[0][0], _listed(open_ones[0][1])
        )


def _listed(reasons: Set[str]) -> str:
    return ", ".join(sorted(map(str, reasons)))
