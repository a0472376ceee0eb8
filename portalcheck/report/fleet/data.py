"""A summary of many reports for programs: as JSON, and as CSV (RFC 4180) for a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import re

import msgspec

from portalcheck.report.fleet import Summary
from portalcheck.words.catalog import Catalog

_COLUMNS = ("group", "value", "outcome", "reports", "share")
_FORMULA = re.compile("(^|[;,|])(?=\\s*[=+\\-@\uff0b\uff0d\uff1d\uff20])")
"""Where a spreadsheet would take what follows for a formula: at a cell's beginning, or after what some
countries' spreadsheets take for the end of a cell."""


def render_json(summary: Summary, _catalog: Catalog) -> str:
    """One indented document of ASCII that ends with a newline."""
    return json.dumps(msgspec.to_builtins(summary), indent=2) + "\n"


def render_csv(summary: Summary, _catalog: Catalog) -> str:
    """One row for each count; `share` is empty for counts that are no part of the reports.

    The groups are those of the summary, `day` (once for all reports and once for each outcome), `reports`,
    `duplicates`, `damaged`, `left_out`, `undated` and `other_schema`. A value that could be a formula has an
    apostrophe before it.
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(_COLUMNS)
    for name in ("reports", "duplicates", "damaged", "left_out", "undated"):
        table.writerow((name, "", "", getattr(summary, name), ""))
    for version, count in summary.other_schemas.items():
        table.writerow(("other_schema", _harmless(version), "", count, ""))
    for group, rows in summary.groups.items():
        for row in rows:
            table.writerow((group, _harmless(row.value or ""), "", row.reports, row.share))
        if group in summary.more:
            count = summary.more[group]
            table.writerow((group, "...", "", count, round(count / summary.reports, 4)))
    for day in summary.days:
        table.writerow(("day", day.day, "", day.reports, round(day.reports / summary.reports, 4)))
        for outcome, count in day.outcomes.items():
            table.writerow(("day", day.day, outcome, count, round(count / summary.reports, 4)))
    return text.getvalue()


def _harmless(value: str) -> str:
    """A value that no spreadsheet takes for a formula."""
    return _FORMULA.sub(r"\1'", value)
