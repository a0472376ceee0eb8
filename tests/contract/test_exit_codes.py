"""Exit codes are those of contract.md, in every format."""

from __future__ import annotations

import pytest

from portalcheck.cli.exit_codes import BUG, FINDING, INTERRUPTED, OK, UNKNOWN, USAGE
from portalcheck.cli.reference import EXIT_CODES
from portalcheck.model import Outcome
from portalcheck.report.build import exit_code
from portalcheck.report.formats.format import Format
from tests.contract.reading import by_fail_on, ends, tables

FORMS = ("text", "nagios", "intune", "jamf")
CODES = {"help, version": OK, "usage": USAGE, "bug": BUG, "interrupted": INTERRUPTED}
"""The ways to end without a report."""


def test_the_codes_are_those_of_the_document() -> None:
    told = [int(row["code"]) for row in tables("Exit codes")[0]]

    assert told == [OK, FINDING, USAGE, UNKNOWN, BUG, INTERRUPTED] == list(EXIT_CODES)


def test_the_code_of_a_run_follows_from_its_outcome_as_the_document_says() -> None:
    told = by_fail_on()

    assert told == {(o.value, on): exit_code(o, on) for o in Outcome for on in ("never", "fail", "warn")}


def test_the_document_tells_every_way_to_end() -> None:
    assert ends().keys() == {outcome.value for outcome in Outcome} | CODES.keys()


@pytest.mark.parametrize("end", ends())
def test_a_format_with_codes_of_its_own_has_those_of_the_document(end: str) -> None:
    outcome = None if end in CODES else Outcome(end)
    code = CODES[end] if outcome is None else exit_code(outcome, "fail")

    assert ends()[end] == tuple(Format(form).exit_code(code, outcome) for form in FORMS)
