"""The value of a Jamf extension attribute: first codes, for smart groups in every language, then words."""

from __future__ import annotations

from portalcheck.api.declarations import NONE
from portalcheck.model import Report
from portalcheck.report import guidance
from portalcheck.words.catalog import Catalog
from portalcheck.words.text import clean

LONGEST = 250
"""Characters of the value; longer ones are cut in Jamf's lists."""

_SAFE = str.maketrans({"<": "(", ">": ")", "&": "+"})
"""Jamf takes what stands between the tags as it is, and shows a reference such as `&lt;` as five letters."""


def render(report: Report, catalog: Catalog) -> str:
    """`<result>outcome cause step: verdict</result>`; a step only if there is something to do."""
    steps = report.likely_steps if report.cause != NONE.id else ()
    codes = " ".join([report.outcome.value, report.cause, *(step.ref for step in steps[:1])])
    value = f"{codes}: {guidance.verdict(report, catalog)[0]}"
    return f"<result>{clean(value.translate(_SAFE), LONGEST)}</result>\n"


def message(text: str, state: str) -> str:
    """What ended without a report, in the place of one."""
    line = " ".join((f"{state}: {text}" if state else text).translate(_SAFE).split())
    return f"<result>{clean(line, LONGEST)}</result>\n"
