"""The formats of one line: Nagios, Intune and Jamf, each held to its reader's rules."""

from __future__ import annotations

import re

import msgspec
import pytest

from portalcheck.model import Report
from portalcheck.report.formats import intune, jamf, nagios
from portalcheck.words.catalog import Catalog
from tests.report.formats import reports
from tests.report.formats.formats import ENGLISH, LANGUAGES

# The grammar of performance data, as the Monitoring Plugins Development Guidelines give it.
PERFORMANCE = re.compile(
    r"'(?P<label>[^'=]+)'=(?P<value>-?\d+(?:\.\d+)?)(?P<unit>s|us|ms|%|B|KB|MB|GB|TB|c)?"
    r"(?:;(?P<warn>[^;\s]*))?(?:;(?P<crit>[^;\s]*))?(?:;(?P<min>-?[\d.]*))?(?:;(?P<max>-?[\d.]*))?"
)
STATES = {"healthy": "OK", "worrying": "WARNING", "stopped": "CRITICAL", "unsettled": "UNKNOWN"}
CAUSES = ENGLISH.ids("causes")
RESULT = re.compile(r"<result>([^<>&\n]+)</result>\n")

languages = pytest.mark.parametrize("catalog", LANGUAGES.values(), ids=LANGUAGES)
causes = pytest.mark.parametrize("cause", [*CAUSES, "a-cause-of-a-later-version-with-a-long-name" * 9])


def named(cause: str) -> Report:
    return msgspec.structs.replace(reports.stopped(), cause=cause)


@languages
@causes
def test_nagios_gets_one_line_with_fewer_than_80_characters_before_the_bar(
    cause: str, catalog: Catalog
) -> None:
    line = nagios.render(named(cause), catalog)
    assert line.count("\n") == 1
    assert line.endswith("\n")
    text, bar, data = line.partition(" | ")
    assert bar
    assert "|" not in text + data
    assert 20 < len(text) < 80
    assert text.startswith("PORTAL CRITICAL: ")


@pytest.mark.parametrize("name", STATES)
def test_nagios_reads_state_and_performance_data(name: str) -> None:
    report = reports.ALL[name]()
    text, _, data = nagios.render(report, ENGLISH).rstrip("\n").partition(" | ")
    assert text.split(":")[0] == f"PORTAL {STATES[name]}"
    found = [PERFORMANCE.fullmatch(item) for item in data.split(" ")]
    assert None not in found
    values = {match["label"]: float(match["value"]) for match in found if match}
    skew = {"healthy": -2.0, "stopped": 96.0}.get(name)
    assert values == {
        "time": 1.412,
        "fail": sum(check.status == "fail" for check in report.checks),
        "warn": sum(check.status == "warn" for check in report.checks),
        "unknown": sum(check.status == "unknown" for check in report.checks),
        **({} if skew is None else {"clock_skew": skew}),
    }


@languages
@causes
def test_intune_gets_one_line_of_at_most_2048_characters(cause: str, catalog: Catalog) -> None:
    line = intune.render(named(cause), catalog)
    assert line.count("\n") == 1
    assert line.endswith("\n")
    assert len(line.encode()) <= 2048
    assert line.startswith(f"fail {cause} | "[:2048])


@languages
def test_intune_line_that_is_cut_keeps_what_matters_and_no_half_character(catalog: Catalog) -> None:
    full = reports.stopped()
    long = msgspec.structs.replace(
        full, checks=tuple(check for check in full.checks for _ in range(30)), run_id="0"
    )
    line = intune.render(long, catalog)
    assert 2040 <= len(line.encode()) <= 2048
    assert line.endswith(" ...\n")
    assert full.code in line


def test_intune_line_leaves_out_what_is_well_and_what_only_echoes() -> None:
    line = intune.render(reports.stopped(), ENGLISH)
    assert "vpn.breaks: " in line
    assert "service.no-connection" not in line
    assert "domain.official" not in line


@languages
@causes
def test_jamf_gets_one_short_value_between_its_tags(cause: str, catalog: Catalog) -> None:
    found = RESULT.fullmatch(jamf.render(named(cause), catalog))
    assert found
    assert len(found[1]) <= 250
    step = "" if cause == "none" else " step-6"
    assert found[1].startswith(f"fail {cause}{step}: "[:200])


def test_jamf_value_of_a_healthy_computer_asks_for_nothing() -> None:
    assert jamf.render(reports.healthy(), ENGLISH).startswith("<result>ok none: ")


@pytest.mark.parametrize("name", reports.ALL)
def test_codes_that_smart_groups_match_are_the_same_in_every_language(name: str) -> None:
    values = {jamf.render(reports.ALL[name](), catalog).partition(":")[0] for catalog in LANGUAGES.values()}
    assert len(values) == 1
