"""The help desk's view as the text that `read` prints, for tests that read all of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portalcheck.report.code import CodeProblem, Decoded
from portalcheck.report.formats.agent import code_sheet, report_sheets
from portalcheck.report.formats.sheet import as_text
from portalcheck.report.recovered import RecoveredReport
from portalcheck.words.catalog import Catalog


def of_reports(reports: Sequence[RecoveredReport], words: Catalog, *given: Any, **more: Any) -> str:
    """All reports that were found in a text, one after the other."""
    return as_text(report_sheets(reports, words, *given, **more))


def of_code(result: Decoded | CodeProblem, words: Catalog, *given: Any, **more: Any) -> str:
    """What a phone code says, or which symbol to ask for again."""
    return as_text([code_sheet(result, words, *given, **more)])
