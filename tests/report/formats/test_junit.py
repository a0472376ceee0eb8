"""JUnit XML, read back by junitparser and held to the order and names of the common schema."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree

import junitparser
import msgspec
import pytest

from portalcheck.model import Report
from portalcheck.report.formats import junit
from tests.report.formats import reports
from tests.report.formats.formats import ENGLISH, LANGUAGES

ATTRIBUTES: Mapping[str, frozenset[str]] = {  # those that Jenkins' junit-10.xsd knows
    "testsuites": frozenset({"name", "time", "tests", "failures", "disabled", "errors"}),
    "testsuite": frozenset(
        {"name", "tests", "failures", "errors", "time", "disabled", "skipped", "timestamp", "hostname", "id"}
    ),
    "properties": frozenset(),
    "property": frozenset({"name", "value"}),
    "testcase": frozenset({"name", "classname", "time", "assertions", "status"}),
    "failure": frozenset({"type", "message"}),
    "error": frozenset({"type", "message"}),
    "skipped": frozenset({"type", "message"}),
    "system-out": frozenset(),
}
PARENT = {
    "testsuite": "testsuites",
    "properties": "testsuite",
    "property": "properties",
    "testcase": "testsuite",
    "failure": "testcase",
    "error": "testcase",
    "skipped": "testcase",
    "system-out": "testcase",
}


def suite(report: Report) -> junitparser.TestSuite:
    (found,) = junitparser.JUnitXml.fromstring(junit.render(report, ENGLISH).encode())
    assert isinstance(found, junitparser.TestSuite)
    return found


def results(report: Report) -> dict[str, list[tuple[str, str]]]:
    """What each test case says: the kind and type of its results."""
    return {
        str(case.name): [(type(result).__name__.lower(), str(result.type or "")) for result in case.result]
        for case in suite(report)
        if isinstance(case, junitparser.TestCase)
    }


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", reports.ALL)
def test_elements_and_attributes_are_those_of_the_schema(name: str, lang: str) -> None:
    root = ElementTree.fromstring(junit.render(reports.ALL[name](), LANGUAGES[lang]))
    assert root.tag == "testsuites"
    for parent in root.iter():
        assert set(parent.attrib) <= ATTRIBUTES[parent.tag]
        for child in parent:
            assert PARENT[child.tag] == parent.tag
    for case in root.iter("testcase"):
        assert len([child for child in case if child.tag in ("failure", "error", "skipped")]) <= 1


def test_a_finding_is_a_failure_an_unfinished_check_an_error_and_an_echo_is_skipped() -> None:
    found = results(reports.stopped())
    assert found["verdict"] == [("failure", "vpn-breaks")]
    assert found["vpn"] == [("failure", "vpn.breaks")]
    assert found["cookies"] == [("error", "cookies.unreadable")]
    assert found["service"] == [("skipped", "")]
    assert found["tls"] == [("skipped", "")]
    assert found["browser"] == found["clock"] == found["dns"] == []


def test_a_run_that_could_not_tell_is_an_error() -> None:
    found = results(reports.unsettled())
    assert found["verdict"] == [("error", "inconclusive")]
    assert found["dns"] == [("failure", "dns.missing")]
    assert found["tls"] == [("error", "run.timed-out")]


def test_a_check_without_findings_is_not_shown_as_passed_when_it_is_not() -> None:
    report = reports.unsettled()
    bare = tuple(msgspec.structs.replace(check, findings=()) for check in report.checks)
    found = results(msgspec.structs.replace(report, checks=bare))
    assert found["dns"] == [("failure", "dns")]
    assert found["tls"] == [("error", "tls")]


def test_a_healthy_run_has_no_red_test() -> None:
    assert set(map(tuple, results(reports.healthy()).values())) == {()}


@pytest.mark.parametrize(("code", "expected"), [(0, []), (1, [("failure", "cookies-stale")])])
def test_a_warning_is_red_where_it_makes_the_run_fail(code: int, expected: list[tuple[str, str]]) -> None:
    assert results(msgspec.structs.replace(reports.worrying(), exit_code=code))["verdict"] == expected


@pytest.mark.parametrize("name", reports.ALL)
def test_the_counts_and_times_are_those_of_the_cases(name: str) -> None:
    report = reports.ALL[name]()
    told = suite(report)
    kinds = [kind for case in results(report).values() for kind, _ in case]
    assert told.tests == len(report.checks) + 1
    assert (told.failures, told.errors, told.skipped) == tuple(
        map(kinds.count, ("failure", "error", "skipped"))
    )
    times = {case.name: case.time for case in told if isinstance(case, junitparser.TestCase)}
    assert times == {"verdict": 1.412, **{check.check: check.duration_ms / 1000 for check in report.checks}}


def test_properties_tell_of_the_run_and_nothing_of_the_computer() -> None:
    root = ElementTree.fromstring(junit.render(reports.stopped(), ENGLISH))
    told = {item.attrib["name"]: item.attrib["value"] for item in root.iter("property")}
    assert told["portal_host"] == "portal.lab.example"
    assert told["code"] == reports.stopped().code
    assert told["also"] == "vpn-active software-outdated clock-off"
    assert suite(reports.stopped()).hostname == "localhost"
    assert suite(reports.stopped()).timestamp == "2026-11-23T17:34:00"


def test_a_start_that_is_no_time_is_left_out() -> None:
    assert suite(msgspec.structs.replace(reports.stopped(), started="noon")).timestamp is None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_document_is_ascii_so_that_no_console_can_spoil_it(lang: str) -> None:
    assert junit.render(reports.stopped(), LANGUAGES[lang]).isascii()
