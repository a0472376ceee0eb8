"""One line for Nagios and all that read its plugins (Monitoring Plugins Development Guidelines).

`PORTAL STATE: cause - words | 'label'=value;warn;crit;min;max`, with fewer than 80 characters before the bar.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from portalcheck.api.declarations import NONE
from portalcheck.model import Outcome, Report, Status
from portalcheck.report import guidance
from portalcheck.report.formats import wording as words
from portalcheck.words.catalog import Catalog
from portalcheck.words.text import clean

LONGEST = 79
"""Characters of the text before the bar."""

_STATES = {Outcome.OK: "OK", Outcome.WARN: "WARNING", Outcome.FAIL: "CRITICAL", Outcome.UNKNOWN: "UNKNOWN"}
_COUNTED = (Status.FAIL, Status.WARN, Status.UNKNOWN)
_SAFE = str.maketrans(dict.fromkeys("`~$&<>\\", "?") | {"|": "/", '"': "'"})
"""The bar begins the performance data; the others are special to the shells that Nagios hands the text to."""


def render(report: Report, catalog: Catalog) -> str:
    """The state, the cause and its verdict, and performance data."""
    verdict = guidance.verdict(report, catalog)[0]
    cause = "" if report.cause == NONE.id else f"{report.cause} - "
    text = clean(f"PORTAL {_STATES[report.outcome]}: {cause}{verdict}".translate(_SAFE))
    return f"{textwrap.shorten(text, LONGEST, placeholder='...')} | {' '.join(_data(report))}\n"


def message(text: str, state: str) -> str:
    """What ended without a report, in the place of one."""
    line = clean(f"PORTAL {state.upper()}: {text}".translate(_SAFE))
    return f"{textwrap.shorten(line, LONGEST, placeholder='...')}\n"


def _data(report: Report) -> Iterator[str]:
    """Seconds of the run, how many checks say what, and the clock's error; all without thresholds."""
    yield f"'time'={report.duration_ms / 1000:.3f}s;;;0"
    for status in _COUNTED:
        count = sum(check.status is status for check in report.checks)
        yield f"'{status.value}'={count};;;0;{len(report.checks)}"
    skew = words.clock_skew(report)
    if skew is not None:
        yield f"'clock_skew'={round(skew)}s"
