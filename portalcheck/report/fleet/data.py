"""A summary of many reports for programs: as JSON, and as CSV (RFC 4180) for a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator

import msgspec

from portalcheck.report.fleet import Summary
from portalcheck.words.catalog import Catalog

_COLUMNS = ("group", "value", "outcome", "reports", "share")
_COUNTS = (
    *(
        "reports",
        "duplicates",
        "in_part",
        "changed",
        "unproved",
        "damaged",
        "left_out",
        "without",
        "other_text",
    ),
    *("undated", "earlier", "earlier_failing"),
)
_OF_A_REPORT = ("file", "line", "run_id", "started", "outcome", "as")
_FORMULA = re.compile("(^|[;,|])(?=\\s*[=+\\-@\uff0b\uff0d\uff1d\uff20])")
"""Where a spreadsheet would take what follows for a formula: at a cell's beginning, or after what some
countries' spreadsheets take for the end of a cell."""


def render_json(summary: Summary, _catalog: Catalog) -> str:
    """One indented document of ASCII that ends with a newline."""
    return json.dumps(msgspec.to_builtins(summary), indent=2) + "\n"


def render_csv(summary: Summary, _catalog: Catalog) -> str:
    """One row for each count; `share` is empty for counts that are no part of the reports.

    The groups are those of the summary, `day` (once for all reports and once for each outcome), `by KIND` (for
    each value once for all, once for each outcome, and once for each cause), and the counts of `_COUNTS`. Where the
    reports of a cause were asked for, a row for each of them instead. A value that could be a formula has an
    apostrophe before it.
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerows(_listed(summary) if summary.asked else _counted(summary))
    return text.getvalue()


def _listed(summary: Summary) -> Iterator[tuple[object, ...]]:
    yield _OF_A_REPORT
    for told in summary.listed:
        texts = (told.run_id, told.started, told.outcome)
        yield _harmless(told.file), told.line, *map(_harmless, texts), "cause" if told.first else "also"


def _counted(summary: Summary) -> Iterator[tuple[object, ...]]:
    def share(count: int) -> float:
        return round(count / summary.reports, 4)

    yield _COLUMNS
    yield from ((name, "", "", getattr(summary, name), "") for name in _COUNTS)
    for version, count in summary.other_schemas.items():
        yield "other_schema", _harmless(version), "", count, ""
    for group, rows in summary.groups.items():
        for row in rows:
            yield group, _harmless(row.value or ""), "", row.reports, row.share
    for kind, groups in summary.by.items():
        for by in groups:
            value = _harmless(by.value or "")
            yield f"by {kind}", value, "", by.reports, by.share
            counts = [
                *by.outcomes.items(),
                *((_harmless(cause), count) for cause, count in by.causes.items()),
            ]
            yield from ((f"by {kind}", value, name, count, share(count)) for name, count in counts)
    for group, count in summary.more.items():
        yield group, "...", "", count, share(count)
    for day in summary.days:
        yield "day", day.day, "", day.reports, share(day.reports)
        for outcome, count in day.outcomes.items():
            yield "day", day.day, outcome, count, share(count)


def _harmless(value: str) -> str:
    """A value that no spreadsheet takes for a formula."""
    return _FORMULA.sub(r"\1'", value)
