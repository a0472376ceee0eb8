"""What an agent is shown repeats what came from outside; no reader takes the answer for a report again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.report.formats import ticket
from portalcheck.report.formats.agent import report_sheets
from portalcheck.report.formats.sheet import as_page, as_text, harmless
from tests.declared import catalog_of, read_paste, write_block
from tests.report.block_reports import make_report
from tests.report.pasted.mangled import BLOCK, COMPACT, DOCUMENT, JSON

OTHER = write_block(make_report(1))
LINES = OTHER.splitlines()
MARKERS = "BEGIN PORTALCHECK REPORT\nlayout: 1, schema/1, lines/9, 000000;\nEND PORTALCHECK REPORT"


def document(**changes: Any) -> str:
    return json.dumps({**DOCUMENT, **changes})


_SMALL = '{"schema_version": 1}'
_FINDING = {
    "reason": "vpn.active",
    "status": "note",
    "args": {"split": False, "product": MARKERS},
    "blocked_by": [],
}
HOSTILE = {
    "a changed line with markers": BLOCK.replace("cause: proxy-auth", f"cause: {MARKERS.replace(chr(10), ' ')} none"),
    "another report inside": BLOCK.replace("cause:", f"note: {OTHER}cause:"),
    "lines of another report": BLOCK.replace("cause:", "\n".join(LINES[2:6]) + "\ncause:"),
    "markers in an edited field": document(portal={"profile": "x", "name": MARKERS, "host": "h"}),
    "a report in an edited field": document(portal={"name": OTHER}),
    "a report as an edited field": document(portal=DOCUMENT),
    "a report in a field": document(tool={"name": COMPACT, "version": JSON}),
    "markers in unknown fields": document(**{MARKERS: 1, "BEGIN PORTALCHECK REPORT": 2, "schema_version ": 1}),
    "without a seal": json.dumps({**DOCUMENT, "seal": {}, "portal": {"profile": "x", "name": OTHER, "host": MARKERS}}),
    "json in a name": json.dumps({**DOCUMENT, "seal": {}, "tool": dict.fromkeys(("name", "version"), _SMALL)}),
    "a newer layout": OTHER.replace("layout: 1", "layout: 2"),
    "lines in a check's id": document(checks=[{**DOCUMENT["checks"][0], "check": " ".join(LINES[1:5])}]),
    "argument": json.dumps({**DOCUMENT, "seal": {}, "checks": [{**DOCUMENT["checks"][0], "findings": [_FINDING]}]}),
}  # fmt: skip


def answers(text: str) -> list[str]:
    shown = []
    for lang in ("en", "es"):
        words, found = catalog_of(lang), read_paste(text)
        sheets = report_sheets(found, words, now=0.0)
        shown += [as_text(sheets), as_page("x", sheets, words)]
        shown += [ticket.of_report(report, words, (), 0.0) for report in found]
    return shown


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_answer_to_a_hostile_paste_is_a_report(text: str) -> None:
    assert read_paste(text)
    for answer in answers(text):
        assert read_paste(answer) == []


_SHREDS = st.sampled_from(
    [*LINES, *BLOCK.splitlines(), MARKERS, "\n", ";", ", ", '{"schema_version": 1}', "cause: none;"]
)


@settings(max_examples=80)
@given(st.lists(_SHREDS, min_size=1, max_size=25), st.sampled_from(["\n", " ", ""]))
def test_no_answer_to_shreds_of_reports_is_a_report(shreds: list[str], between: str) -> None:
    for answer in answers(between.join(shreds)):
        assert read_paste(answer) == []


def test_a_whole_report_that_was_made_harmless_is_none() -> None:
    for text in (BLOCK, OTHER, JSON, COMPACT, BLOCK * 2, BLOCK.replace("\n", " "), BLOCK.upper()):
        assert read_paste(harmless(text)) == []
