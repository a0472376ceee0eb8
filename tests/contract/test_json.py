"""The JSON report, its fields and its values are those of contract.md."""

from __future__ import annotations

import json
import re
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from portalcheck.facts import ANOTHER
from portalcheck.machine.browsers.places import browsers as browser_table
from portalcheck.model import SCHEMA_VERSION, Likelihood, Outcome, Owner, Report, Status
from portalcheck.probe.policy import Role
from portalcheck.report import privacy
from portalcheck.report.code import OS_ORDER, OTHER
from portalcheck.report.formats import json as renderer
from portalcheck.report.json_text import Limit
from portalcheck.report.recovered import Integrity
from tests.contract.reading import argument_rows, blocks, browsers, code, column, spans, tables
from tests.declared import INSTALLED, texts_of

FIELDS, VALUES = tables("JSON report")
EXAMPLE: dict[str, Any] = json.loads(blocks("JSON report", "json")[0])
SCHEMA: dict[str, Any] = msgspec.json.schema(Report)
TYPES: dict[str, object] = {
    "integer": int,
    "integer or null": int | None,
    "text": str,
    "text or null": str | None,
    "list": tuple,
    "boolean": bool,
    "boolean or null": bool | None,
    "boolean or text": bool | str,
}


def test_the_example_is_a_report_by_the_schema_and_has_every_field_in_order() -> None:
    jsonschema.validate(EXAMPLE, SCHEMA, jsonschema.Draft202012Validator)
    report = msgspec.convert(EXAMPLE, Report)

    assert json.loads(renderer.render(report)) == EXAMPLE
    assert list(EXAMPLE) == list(Report.__struct_fields__)


def test_the_fields_and_which_were_there_from_the_beginning_are_those_of_the_document() -> None:
    told = {code(row["field"]): {"yes": True, "no": False}[row["since the beginning"]] for row in FIELDS}
    required = set(SCHEMA["$defs"]["Report"]["required"])

    assert told == {name: name in required for name in Report.__struct_fields__}
    assert EXAMPLE["schema_version"] == SCHEMA_VERSION


def words(kind: type[StrEnum]) -> set[str]:
    return {each.value for each in kind}


@pytest.mark.parametrize(
    ("what", "built"),
    [
        ("`outcome`", words(Outcome)),
        ("`status`", words(Status)),
        ("`owner`", words(Owner)),
        ("`likelihood`", words(Likelihood)),
        ("`level`", {privacy.SHARE, privacy.LOCAL}),
        ("`os`", {*OS_ORDER} - {OTHER}),
        ("roles of `contacts`", words(Role)),
    ],
)
def test_the_values_of_a_field_are_those_of_the_document(what: str, built: set[str]) -> None:
    (row,) = (row for row in VALUES if row["what"] == what)

    assert set(spans(row["values"])) == built


def test_every_kind_of_local_evidence_is_in_the_document() -> None:
    (row,) = (row for row in VALUES if row["what"] == "kinds of `withheld`")
    declared = set(chain.from_iterable(reason.local.values() for reason in INSTALLED.reasons.values()))

    assert declared
    assert declared <= set(spans(row["values"]))


def test_read_tells_limits_by_the_words_of_the_document() -> None:
    _, limits = tables("Integrity")
    assert set(column(limits, "`truncated`")) == words(Limit)


def test_read_tells_the_integrity_by_the_words_of_the_document() -> None:
    kinds, _ = tables("Integrity")
    assert set(column(kinds, "`integrity`")) == words(Integrity)


# ---- reasons and arguments ---------------------------------------------------------------------

ARGUMENTS = argument_rows()
ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    path.read_text("utf-8") for room in ("portalcheck", "checks") for path in (ROOT / room).rglob("*.py")
]


@pytest.mark.parametrize("reason", dict.fromkeys(reason for reason, _ in ARGUMENTS))
def test_a_reason_that_other_programs_read_has_just_the_arguments_and_types_of_the_document(
    reason: str,
) -> None:
    told = {name: TYPES[row["type"]] for (of, name), row in ARGUMENTS.items() if of == reason}

    assert dict(INSTALLED.reasons[reason].args) == told


def test_the_browsers_are_those_of_the_document() -> None:
    assert {*(browser.name for browser in browser_table()), ANOTHER} == browsers()


def test_why_a_store_cannot_be_read_is_told_by_the_words_of_the_document() -> None:
    """All words of the enumeration but `absent`: a store that is not there is not told of."""
    told = set(spans(ARGUMENTS["cookies.unreadable", "why"]["values"]))

    assert told in [words(kind) - {"absent"} for kind in StrEnum.__subclasses__()]


def test_what_cookie_settings_block_is_told_by_the_words_of_the_document() -> None:
    told = spans(ARGUMENTS["browser.blocks-cookies", "scope"]["values"])

    assert set(told) == texts_of("en")["reasons"]["browser.blocks-cookies"]["scope"].keys()


@pytest.mark.parametrize(
    "value", sorted({value for row in ARGUMENTS.values() for value in spans(row["values"])})
)
def test_a_value_of_an_argument_stands_in_the_source(value: str) -> None:
    spelled = re.compile(rf'"{value}"|\b{value.upper().replace("-", "_")} = auto\(\)')

    assert any(spelled.search(source) for source in SOURCES)
