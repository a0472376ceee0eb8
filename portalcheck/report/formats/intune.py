"""One line for the detection script of an Intune remediation, which keeps 2,048 characters of it."""

from __future__ import annotations

from collections.abc import Iterator

from portalcheck.api.declarations import NONE
from portalcheck.model import Report, Status
from portalcheck.report import guidance
from portalcheck.report.formats import wording as words
from portalcheck.words.catalog import Catalog
from portalcheck.words.text import clean

LONGEST = 2048
"""Bytes in UTF-8, the line's end included: as many characters at most, however they are counted."""

_CUT = " ..."
_TOLD = frozenset({Status.FAIL, Status.WARN, Status.UNKNOWN})


def render(report: Report, catalog: Catalog) -> str:
    """Outcome and cause as codes, then words, parts divided by bars, the least important last."""
    parts = (clean(part, LONGEST).replace("|", "/") for part in _parts(report, catalog))
    return _shortened(" | ".join(parts), LONGEST - 1) + "\n"


def message(text: str, state: str) -> str:
    """What ended without a report, in the place of one."""
    line = " ".join(clean(text, 4 * LONGEST).replace("|", "/").split())
    return _shortened(f"{state} | {line}" if state else line, LONGEST - 1) + "\n"


def _parts(report: Report, catalog: Catalog) -> Iterator[str]:
    yield f"{report.outcome.value} {report.cause}"
    yield guidance.verdict(report, catalog)[0]
    if report.likely_steps and report.cause != NONE.id:
        yield f"{catalog.ui('heading.first')}: {guidance.title(report.likely_steps[0], catalog)}"
    if report.also:
        yield f"{catalog.ui('heading.also')}: {', '.join(report.also)}"
    yield catalog.ui("report.code", code=report.code)
    yield f"{report.tool.name} {report.tool.version}"
    for check in report.checks:
        for finding in check.findings:
            if finding.status in _TOLD and not finding.blocked_by:
                yield f"{finding.reason}: {words.sentence(finding, catalog)}"


def _shortened(text: str, longest: int) -> str:
    """At most `longest` bytes in UTF-8, without half a character."""
    encoded = text.encode()
    if len(encoded) <= longest:
        return text
    return encoded[: longest - len(_CUT)].decode(errors="ignore") + _CUT
