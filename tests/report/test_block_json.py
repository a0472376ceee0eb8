from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.report.recovered import Integrity, RecoveredReport
from tests.declared import read_paste, write_block
from tests.report.block_reports import SAMPLE, as_report, make_report, wrong_json_values
from tests.report.formats.reports import sealed

SEALED = sealed(SAMPLE)
DOCUMENT: dict[str, Any] = json.loads(msgspec.json.encode(SEALED))


def read_one(document: object) -> RecoveredReport:
    (recovered,) = read_paste(document if isinstance(document, str | bytes) else json.dumps(document))
    return recovered


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_json_report_is_read_whole(encoding: str) -> None:
    recovered = read_one(json.dumps(DOCUMENT, indent=2).encode(encoding))
    assert (recovered.integrity, recovered.source, recovered.missing) == (Integrity.COMPLETE, "json", ())
    assert as_report(recovered) == SEALED
    assert recovered.to_json() == {**DOCUMENT, "integrity": "complete"}


def test_fields_that_this_version_does_not_know_are_ignored_and_named() -> None:
    recovered = read_one({**DOCUMENT, "colour": "blue", "tool": {**DOCUMENT["tool"], "build": 7}})
    assert (recovered.integrity, recovered.unknown) == (Integrity.COMPLETE, ("colour",))
    assert as_report(recovered) == SEALED


def test_a_field_that_is_not_there_is_missing() -> None:
    document = {name: value for name, value in DOCUMENT.items() if name not in ("cause", "checks")}
    recovered = read_one(document)
    assert recovered.integrity is Integrity.PART_MISSING
    assert {"cause", "checks", "checks.tls"} <= set(recovered.missing)
    assert as_report(recovered) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("outcome", "splendid"),
        ("checks", {"check": 1}),
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
    reports = [SEALED, sealed(make_report(1)), sealed(make_report(2))]
    lines = [msgspec.json.encode(report).decode() for report in reports]
    for text in ("[" + ",".join(lines) + "]", "\n".join(lines), "\r\n\r\n".join([*lines, "not json", "{}"])):
        assert [as_report(recovered) for recovered in read_paste(text)] == reports


@pytest.mark.parametrize(
    "text", ["{}", "[]", "[1, null]", "{", "[", '{"a": 1}', "[" * 100_000, '{"a":' * 100_000]
)
def test_other_json_is_no_report(text: str) -> None:
    assert read_paste(text) == []


@pytest.mark.parametrize("indent", [None, 2])
def test_of_a_json_report_that_is_cut_off_the_fields_before_are_shown_and_none_is_proved(
    indent: int | None,
) -> None:
    text = json.dumps(DOCUMENT, indent=indent)
    for end in range(30, len(text) - 2, 97):
        recovered = read_one(text[:end])
        assert recovered.integrity is Integrity.PART_MISSING
        assert recovered.unsealed or "privacy" in recovered.proved
        assert wrong_json_values(recovered, DOCUMENT) == []
    assert {"cause", "outcome", "owner", "also"} <= read_one(text[: text.index('"checks"')]).fields.keys()


@pytest.mark.parametrize("indent", [None, 2])
def test_of_a_json_report_with_a_hole_all_that_its_seal_proves_is_shown(indent: int | None) -> None:
    text = json.dumps(DOCUMENT, indent=indent)
    place = text.index('"check": "tls"')
    recovered = read_one(text[: place + 9] + text[place + 40 :])
    assert recovered.integrity is Integrity.PART_MISSING
    assert set(DOCUMENT) - set(recovered.fields) == set()
    shown = [check["check"] for check in recovered.fields["checks"]]
    assert shown == [check["check"] for check in DOCUMENT["checks"] if check["check"] != "tls"]
    assert "checks.tls" in recovered.missing
    assert recovered.proved == recovered.fields


@pytest.mark.parametrize(
    ("path", "written", "limit"),
    [
        (("checks", 0, "findings", 0, "args", "host"), "[" * 900 + "]" * 900, "depth"),
        (("checks", 0, "findings", 0, "args", "host"), '{"a":' * 5000 + "1" + "}" * 5000, "depth"),
        (("extra",), "[" * 100_000 + "]" * 100_000, "depth"),
        (("tool", "version"), '{"a":' * 65 + "1" + "}" * 65, "depth"),
        (("duration_ms",), "NaN", "number"),
        (("duration_ms",), "-Infinity", "number"),
        (("duration_ms",), "1e999", "number"),
        (("duration_ms",), "9" * 5000, "number"),
        (("checks", 4, "findings", 0, "args", "skew_s"), "-" + "8" * 4301, "number"),
        (("checks", 4, "findings", 0, "args", "skew_s"), "0." + "8" * 500, "number"),
        (("portal", "name"), '"Lab\\ud83d portal"', "character"),
        (("portal", "name"), '"\\udc00"', "character"),
        (("checks", 0, "findings", 0, "args", "host"), '"a\\uDBFFb"', "character"),
    ],
)
def test_one_field_beyond_all_measure_costs_itself_alone(
    path: tuple[Any, ...], written: str, limit: str
) -> None:
    document = json.loads(json.dumps(DOCUMENT))
    place = document
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = "PUT HERE"
    recovered = read_one(json.dumps(document).replace('"PUT HERE"', written.replace("\\\\", "\\")))
    assert [each.value for each in recovered.limits] == [limit]
    assert recovered.to_json()["truncated"] == [limit]
    assert wrong_json_values(recovered, DOCUMENT) == []
    assert len(recovered.fields) >= len(DOCUMENT) - 1
    lost = (
        {"checks": "checks." + ("domain", "clock")[path[1] == 4]}.get(path[0], path[0])
        if len(path) > 1
        else path[0]
    )
    assert lost == "extra" or [line.key for line in recovered.unproven] == [lost]


def test_a_whole_number_as_some_tools_write_it_is_no_edit() -> None:
    text = json.dumps(DOCUMENT).replace('"duration_ms": 412', '"duration_ms": 412.0')
    assert (read_one(text).integrity, read_one(text).fields["duration_ms"]) == (Integrity.COMPLETE, 412)


def test_checks_of_another_shape_cost_themselves_alone() -> None:
    """As PowerShell's ConvertTo-Json leaves them with its default depth."""
    checks = [dict(check) for check in DOCUMENT["checks"]]
    checks[2]["findings"] = ["@{reason=dns.silent; status=fail; args=; blocked_by=System.Object[]}"]
    recovered = read_one({**DOCUMENT, "checks": checks})
    assert [line.key for line in recovered.unproven] == ["checks.dns"]
    assert recovered.proved["cause"] == DOCUMENT["cause"]
    assert len(recovered.fields["checks"]) == len(checks) - 1


def test_the_same_report_many_times_is_one() -> None:
    text = json.dumps(DOCUMENT)
    for many in (
        f"[{','.join([text] * 1200)}]",
        "\n".join([text] * 50),
        json.dumps(DOCUMENT, indent=1) + text,
    ):
        assert read_one(many).integrity is Integrity.COMPLETE


def test_of_several_copies_the_one_that_is_proved_is_shown() -> None:
    edited = {**DOCUMENT, "cause": "none"}
    unsealed = {name: value for name, value in DOCUMENT.items() if name != "seal"}
    for copies in ([edited, DOCUMENT], [DOCUMENT, edited], [unsealed, edited, DOCUMENT]):
        recovered = read_one(copies)
        assert (recovered.integrity, recovered.fields["cause"]) == (Integrity.COMPLETE, DOCUMENT["cause"])


def test_a_block_behind_a_json_report_of_another_run_is_read_too_and_one_of_the_same_run_is_not() -> None:
    other = make_report(3)
    found = read_paste(json.dumps(DOCUMENT, indent=2) + "\nand\n" + write_block(other))
    assert [(each.source, each.integrity) for each in found] == [
        ("json", Integrity.COMPLETE),
        ("block", Integrity.COMPLETE),
    ]
    assert read_one(write_block(SAMPLE) + json.dumps(DOCUMENT)).source == "json"
    cut = json.dumps(DOCUMENT)[:-300]
    assert read_one(cut + "\n" + write_block(SAMPLE)).integrity is Integrity.COMPLETE


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
