"""Exit codes of the formats that have their own, beside those of contract.md, which tests/contract reads."""

from __future__ import annotations

import pytest

from portalcheck.model import Outcome
from portalcheck.report.build import exit_code
from portalcheck.report.formats.format import Format

OK, WARN, FAIL, UNKNOWN = Outcome
USAGE, BUG, INTERRUPTED = 2, 4, 130

RUNS = [  # outcome, --fail-on, and the exit code as text, nagios, intune, jamf
    (OK, "warn", 0, 0, 0, 0),
    (WARN, "warn", 1, 1, 1, 0),
    (FAIL, "warn", 1, 2, 1, 0),
    (UNKNOWN, "warn", 3, 3, 1, 0),
    (OK, "never", 0, 0, 0, 0),
    (WARN, "never", 0, 1, 0, 0),
    (FAIL, "never", 0, 2, 0, 0),
    (UNKNOWN, "never", 3, 3, 1, 0),
]


@pytest.mark.parametrize(("outcome", "fail_on", "text", "nagios", "intune", "jamf"), RUNS)
def test_a_run_ends_with_the_code_that_the_reader_of_its_format_understands(
    outcome: Outcome, fail_on: str, text: int, nagios: int, intune: int, jamf: int
) -> None:
    code = exit_code(outcome, fail_on)
    given = {form: Format(form).exit_code(code, outcome) for form in ("text", "nagios", "intune", "jamf")}
    assert given == {"text": text, "nagios": nagios, "intune": intune, "jamf": jamf}


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("code", [USAGE, BUG, INTERRUPTED])
def test_a_report_that_could_not_be_handed_out_is_unknown_to_nagios(code: int, outcome: Outcome) -> None:
    assert Format.NAGIOS.exit_code(code, outcome) == 3


@pytest.mark.parametrize("form", ["text", "json", "html", "junit", "prometheus"])
@pytest.mark.parametrize("code", [0, 1, USAGE, 3, BUG, INTERRUPTED])
def test_every_other_format_keeps_the_code(form: str, code: int) -> None:
    assert {Format(form).exit_code(code, outcome) for outcome in (None, *Outcome)} == {code}
