"""Findings that may come by the thousand, one for each profile of a browser."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from portalcheck.api import Finding

MOST = 8
"""Of the same reason and status: more are read by nobody, and fill the report."""


def bounded(findings: Iterable[Finding], more: Callable[[int], Finding]) -> Iterator[Finding]:
    """The first findings of each reason and status, and what `more` says of how many were left out."""
    told: Counter[tuple[str, str]] = Counter()
    for finding in findings:
        kind = (str(finding.reason), str(finding.status))
        told[kind] += 1
        if told[kind] <= MOST:
            yield finding
    left_out = sum(max(count - MOST, 0) for count in told.values())
    if left_out:
        yield more(left_out)
