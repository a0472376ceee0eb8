"""JSON against the schema made from the types."""

from __future__ import annotations

import json

import jsonschema
import msgspec
import pytest

from portalcheck.model import Report
from portalcheck.report.formats.json import render, render_line
from tests.report.formats import reports

SCHEMA = msgspec.json.schema(Report)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", reports.ALL)
def test_a_report_fits_the_schema_and_reads_back_as_it_was(name: str) -> None:
    report = reports.ALL[name]()
    for text in (render(report), render_line(report)):
        VALIDATOR.validate(json.loads(text))
        assert msgspec.json.decode(text, type=Report) == report


def test_a_report_on_one_line_is_one_line() -> None:
    assert render_line(reports.stopped()).count("\n") == 1


@pytest.mark.parametrize(
    ("key", "wrong"), [("outcome", "fine"), ("checks", {}), ("exit_code", "0"), ("complete", None)]
)
def test_the_schema_refuses_what_is_no_report(key: str, wrong: object) -> None:
    broken = {**json.loads(render(reports.healthy())), key: wrong}
    assert not VALIDATOR.is_valid(broken)
