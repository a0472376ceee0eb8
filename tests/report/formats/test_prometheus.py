"""Prometheus text, read back by the parser of the Prometheus client."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families

from portalcheck.model import Report
from portalcheck.report.formats import prometheus
from tests.report.formats import reports
from tests.report.formats.formats import ENGLISH, SPANISH

Key = tuple[str, frozenset[tuple[str, str]]]


def samples(text: str) -> dict[Key, float]:
    """All samples by name and labels; none may come twice, or carry a timestamp."""
    found: dict[Key, float] = {}
    for family in text_string_to_metric_families(text):
        assert family.type == "gauge"
        assert family.documentation
        for sample in family.samples:
            key = (sample.name, frozenset(sample.labels.items()))
            assert key not in found
            assert sample.timestamp is None
            found[key] = sample.value
    return found


def value(report: Report, name: str, **labels: str) -> float:
    labels = {"portal": "lab", **labels}
    return samples(prometheus.render(report, ENGLISH))[f"portalcheck_{name}", frozenset(labels.items())]


@pytest.mark.parametrize("name", reports.ALL)
def test_outcome_and_every_status_are_true_for_one_value_and_false_for_the_others(name: str) -> None:
    report = reports.ALL[name]()
    for outcome in ("ok", "warn", "fail", "unknown"):
        assert value(report, "outcome", outcome=outcome) == (report.outcome == outcome)
    for check in report.checks:
        for status in ("ok", "note", "warn", "fail", "skip", "unknown"):
            assert value(report, "check_status", check=check.check, status=status) == (check.status == status)


def test_the_facts_of_a_run_are_gauges() -> None:
    report = reports.stopped()
    run = dt.datetime(2026, 11, 23, 17, 34, tzinfo=dt.UTC).timestamp()
    assert value(report, "last_run_timestamp_seconds") == run
    assert value(report, "run_duration_seconds") == 1.412
    assert value(report, "run_complete") == 1
    assert value(report, "exit_code") == 1
    assert value(report, "cause", cause="vpn-breaks") == 1
    assert value(report, "also", cause="clock-off") == 1
    assert value(report, "likely_step_rank", ref="step-10") == 2
    assert value(report, "check_duration_seconds", check="vpn") == 1.204
    assert value(report, "clock_skew_seconds") == 95.5
    assert value(report, "info", version="0.1.0", schema_version="1", os="windows", release="11") == 1


def test_what_is_not_known_has_no_sample() -> None:
    text = prometheus.render(msgspec.structs.replace(reports.unsettled(), started="yesterday"), ENGLISH)
    assert "clock_skew" not in text
    assert "last_run" not in text
    assert "run_complete" in text


def test_a_report_that_names_a_check_twice_gives_each_series_once() -> None:
    report = reports.healthy()
    samples(prometheus.render(msgspec.structs.replace(report, checks=report.checks * 2), ENGLISH))


def test_the_text_is_the_same_in_every_language() -> None:
    assert prometheus.render(reports.stopped(), ENGLISH) == prometheus.render(reports.stopped(), SPANISH)


def test_every_metric_has_help_and_type_once_before_its_samples() -> None:
    lines = prometheus.render(reports.stopped(), ENGLISH).splitlines()
    current = ""
    for index, line in enumerate(lines):
        if line.startswith("# HELP "):
            current = line.split()[2]
            assert lines[index + 1] == f"# TYPE {current} gauge"
        elif not line.startswith("#"):
            assert line.startswith(current + "{")
    names = [line.split()[2] for line in lines if line.startswith("# HELP ")]
    assert len(names) == len(set(names)) == 12
