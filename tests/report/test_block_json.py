from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.report.block import Integrity, RecoveredReport
from tests.declared import read_paste
from tests.report.block_reports import SAMPLE, as_report, make_report

DOCUMENT: dict[str, Any] = json.loads(msgspec.json.encode(SAMPLE))


def read_one(document: object) -> RecoveredReport:
    (recovered,) = read_paste(document if isinstance(document, str | bytes) else json.dumps(document))
    return recovered


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_json_report_is_read_whole(encoding: str) -> None:
    recovered = read_one(json.dumps(DOCUMENT, indent=2).encode(encoding))
    assert (recovered.integrity, recovered.source, recovered.missing) == (Integrity.COMPLETE, "json", ())
    assert as_report(recovered) == SAMPLE
    assert recovered.to_json() == {**DOCUMENT, "integrity": "complete"}


def test_fields_that_this_version_does_not_know_are_ignored_and_named() -> None:
    recovered = read_one({**DOCUMENT, "colour": "blue", "tool": {**DOCUMENT["tool"], "build": 7}})
    assert (recovered.integrity, recovered.unknown) == (Integrity.COMPLETE, ("colour",))
    assert as_report(recovered) == SAMPLE


def test_a_field_that_is_not_there_is_missing() -> None:
    document = {name: value for name, value in DOCUMENT.items() if name not in ("cause", "checks")}
    recovered = read_one(document)
    assert (recovered.integrity, recovered.missing) == (Integrity.PART_MISSING, ("cause", "checks"))
    assert as_report(recovered) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("outcome", "splendid"),
        ("checks", [{"check": 1}]),
        ("exit_code", "1"),
        ("complete", 1),
        ("tool", None),
    ],
)
def test_a_field_of_another_shape_is_unproven(name: str, value: object) -> None:
    recovered = read_one({**DOCUMENT, name: value})
    assert recovered.integrity is Integrity.CHANGED
    assert [line.key for line in recovered.unproven] == [name]
    assert name not in recovered.fields


@pytest.mark.parametrize(("version", "newer"), [(2, True), (99, True), (0, False)])
def test_another_schema_is_told_and_its_values_are_not_taken_for_ours(version: int, newer: bool) -> None:
    recovered = read_one({**DOCUMENT, "schema_version": version})
    assert (recovered.newer, recovered.schema_version) == (newer, version)
    assert recovered.fields == {"schema_version": version}
    assert recovered.integrity is Integrity.PART_MISSING
    assert as_report(recovered) is None


@pytest.mark.parametrize("version", ["1", None, True, 1.5, [1]])
def test_a_schema_version_that_is_no_number_is_no_version(version: object) -> None:
    recovered = read_one({**DOCUMENT, "schema_version": version})
    assert (recovered.schema_version, recovered.fields, recovered.newer) == (None, {}, False)


def test_what_an_earlier_reading_said_is_not_forgotten() -> None:
    assert read_one({**DOCUMENT, "integrity": "changed"}).integrity is Integrity.CHANGED
    assert read_one({**DOCUMENT, "integrity": "part-missing"}).integrity is Integrity.PART_MISSING
    assert read_one({**DOCUMENT, "integrity": "complete"}).unknown == ()


def test_several_reports_are_read_as_a_list_and_line_by_line() -> None:
    reports = [SAMPLE, make_report(1), make_report(2)]
    lines = [msgspec.json.encode(report).decode() for report in reports]
    for text in ("[" + ",".join(lines) + "]", "\n".join(lines), "\r\n\r\n".join([*lines, "not json", "{}"])):
        assert [as_report(recovered) for recovered in read_paste(text)] == reports


@pytest.mark.parametrize(
    "text", ["{}", "[]", "[1, null]", "{", "[", '{"a": 1}', "[" * 100_000, '{"a":' * 100_000]
)
def test_other_json_is_no_report(text: str) -> None:
    assert read_paste(text) == []


def test_a_json_report_that_is_cut_off_is_announced() -> None:
    text = json.dumps(DOCUMENT, indent=2)
    recovered = read_one(text[: len(text) // 2])
    assert (recovered.integrity, recovered.fields) == (Integrity.PART_MISSING, {})


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from([*DOCUMENT, "integrity", "x"]), _JSON), st.sampled_from([1, 2, "1"]))
def test_any_json_is_read_without_harm(document: dict[str, Any], version: object) -> None:
    (recovered,) = read_paste(json.dumps({**document, "schema_version": version}))
    assert set(recovered.fields) <= set(DOCUMENT)
    msgspec.json.encode(recovered.to_json())
