"""A JSON report that was edited is known as one, and what was edited is not shown; what only passed on is whole."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.model import Status
from portalcheck.report import checksums
from portalcheck.report.recovered import Integrity, RecoveredReport
from tests.declared import encode, read_paste
from tests.report.block_reports import SAMPLE, as_report, make_report, reports

SEALED = msgspec.structs.replace(SAMPLE, seal=checksums.compute(msgspec.to_builtins(SAMPLE)))
DOCUMENT: dict[str, Any] = json.loads(msgspec.json.encode(SEALED))


def read_one(document: object) -> RecoveredReport:
    (recovered,) = read_paste(json.dumps(document))
    return recovered


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    )
    if items is None:
        yield path
        return
    for name, inner in items:
        yield from leaves(inner, (*path, name))


def edited(document: Any, path: tuple[Any, ...], value: object) -> Any:
    changed = copy.deepcopy(document)
    place = changed
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    return changed


def other(value: object) -> object:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if value in list(Status):
        return "fail" if value != "fail" else "ok"
    return {"high": "low"}.get(str(value), "none" if value != "none" else "unknown")


def test_what_a_layout_says_of_a_field_never_changes() -> None:
    assert checksums.compute(DOCUMENT)["cause"] == SEALED.seal["cause"] == "3k6z"
    assert checksums.compute(DOCUMENT)["checks.cookies"] == "wda7"


def older() -> dict[str, Any]:
    """The same report as versions wrote it that knew neither owner nor start, under the seal of layout 1."""
    document = {name: value for name, value in DOCUMENT.items() if name not in ("owner", "start_ms", "seal")}
    return {**document, "seal": {"layout": "1", **checksums._checksums(document, "1")}}


def test_a_report_under_the_first_layout_is_complete_and_an_edit_of_it_is_seen() -> None:
    assert read_one(older()).integrity is Integrity.COMPLETE
    assert read_one({**older(), "cause": "slow"}).integrity is Integrity.CHANGED


def test_an_owner_or_a_start_that_was_put_into_a_sealed_report_is_seen() -> None:
    for edit in ({"owner": "portal"}, {"start_ms": 9}):
        assert read_one({**DOCUMENT, **edit}).integrity is Integrity.CHANGED


def test_a_sealed_report_is_complete_and_loses_nothing() -> None:
    recovered = read_one(DOCUMENT)
    assert recovered.integrity is Integrity.COMPLETE
    assert as_report(recovered) == SEALED


@pytest.mark.parametrize(
    "path",
    [path for path in leaves(DOCUMENT) if path[0] not in ("seal", "schema_version")],
    ids=lambda path: ".".join(map(str, path)),
)
def test_whatever_is_edited_is_told_and_not_taken_for_the_reports(path: tuple[Any, ...]) -> None:
    value = DOCUMENT
    for name in path:
        value = value[name]
    recovered = read_one(edited(DOCUMENT, path, other(value)))
    assert recovered.integrity is Integrity.CHANGED
    if path[0] == "checks":
        ids = [check["check"] for check in recovered.fields["checks"]]
        assert DOCUMENT["checks"][path[1]]["check"] not in ids
    elif path[0] != "run_id":
        assert path[0] not in recovered.fields
        assert path[0] in [line.key for line in recovered.unproven]


@pytest.mark.parametrize(
    "path", [path for path in leaves(DOCUMENT) if path[0] == "seal"], ids=lambda path: path[1]
)
def test_an_edited_seal_proves_nothing_more(path: tuple[str, ...]) -> None:
    recovered = read_one(edited(DOCUMENT, path, "0000"))
    assert (recovered.integrity is Integrity.CHANGED) is (path[1] not in ("layout", "checks"))


def test_a_check_that_was_taken_out_is_missing_and_one_that_was_put_in_is_a_change() -> None:
    without = {**DOCUMENT, "checks": DOCUMENT["checks"][1:]}
    assert read_one(without).integrity is Integrity.PART_MISSING
    assert read_one(without).missing == ("checks.domain",)
    twice = {**DOCUMENT, "checks": [*DOCUMENT["checks"], DOCUMENT["checks"][0]]}
    assert read_one(twice).integrity is Integrity.CHANGED
    more = {**DOCUMENT, "checks": [*DOCUMENT["checks"], {**DOCUMENT["checks"][0], "check": "acme-more"}]}
    assert read_one(more).integrity is Integrity.CHANGED


def test_fields_of_two_runs_are_not_taken_for_one() -> None:
    second = make_report(3)
    sealed = msgspec.to_builtins(
        msgspec.structs.replace(second, seal=checksums.compute(msgspec.to_builtins(second)))
    )
    mixed = {**sealed, "cause": DOCUMENT["cause"]}
    mixed["seal"] = {**sealed["seal"], "cause": DOCUMENT["seal"]["cause"]}
    assert read_one(mixed).integrity is Integrity.CHANGED


def reordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: reordered(inner) for name, inner in reversed(list(value.items()))}
    return [reordered(item) for item in value] if isinstance(value, list) else value


def whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: whole(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


@settings(max_examples=60)
@given(reports)
def test_what_only_passed_through_other_tools_is_complete(report: Any) -> None:
    sealed = msgspec.structs.replace(report, seal=checksums.compute(msgspec.to_builtins(report)))
    document = json.loads(msgspec.json.encode(sealed))
    for passed in (document, reordered(document), whole(document)):
        assert read_one(passed).integrity is Integrity.COMPLETE


def test_what_a_later_version_adds_is_no_edit() -> None:
    later = copy.deepcopy(DOCUMENT)
    later["mood"] = "fine"
    later["seal"]["mood"] = "0000"
    later["tool"]["build"] = 7
    later["checks"][0]["icon"] = "x"
    later["checks"][0]["findings"][0]["more"] = [1]
    later["likely_steps"][0]["why"] = "x"
    recovered = read_one(later)
    assert recovered.integrity in (Integrity.COMPLETE, Integrity.PART_MISSING)
    del later["seal"]["mood"]
    assert read_one(later).integrity is Integrity.COMPLETE


@pytest.mark.parametrize(
    "seal", [{"layout": "9", "cause": "0000"}, {}, {"cause": "0000"}, {"layout": "3 "}, {"layout": "2.0"}]
)
def test_a_report_whose_seal_cannot_be_judged_is_not_said_to_be_complete_nor_changed(seal: object) -> None:
    recovered = read_one({**DOCUMENT, "seal": seal})
    assert (recovered.integrity, recovered.unsealed) == (Integrity.PART_MISSING, True)
    assert recovered.missing == ("seal",)
    assert recovered.fields["cause"] == DOCUMENT["cause"]
    assert recovered.proved == {}


@pytest.mark.parametrize(
    "edit", [{}, {"also": []}, {"portal": {**DOCUMENT["portal"], "host": "evil.example"}}]
)
def test_a_report_without_its_seal_is_never_complete_whatever_was_edited(edit: dict[str, Any]) -> None:
    recovered = read_one(unsealed(**edit))
    assert (recovered.integrity, recovered.missing) == (Integrity.PART_MISSING, ("seal",))
    assert recovered.proved == {}


def test_a_check_that_was_taken_out_of_the_seal_too_is_missed() -> None:
    name = "acme-check"
    seal = {key: value for key, value in DOCUMENT["seal"].items() if key != f"checks.{name}"}
    checks = [check for check in DOCUMENT["checks"] if check["check"] != name]
    recovered = read_one({**DOCUMENT, "checks": checks, "seal": seal})
    assert (recovered.integrity, recovered.missing) == (Integrity.PART_MISSING, ("checks",))
    seal["layout"] = "2"
    assert read_one({**DOCUMENT, "checks": checks, "seal": seal}).integrity is Integrity.PART_MISSING


def test_a_report_under_the_second_layout_is_complete_and_a_check_of_its_code_that_is_gone_is_missed() -> (
    None
):
    document = {name: value for name, value in DOCUMENT.items() if name != "seal"}
    document["seal"] = {"layout": "2", **checksums._checksums(document, "2")}
    assert read_one(document).integrity is Integrity.COMPLETE
    seal = {key: value for key, value in document["seal"].items() if key != "checks.domain"}
    recovered = read_one({**document, "checks": document["checks"][1:], "seal": seal})
    assert recovered.missing == ("checks.domain",)


def unsealed(**changes: object) -> dict[str, Any]:
    return {**{name: value for name, value in DOCUMENT.items() if name != "seal"}, **changes}


@pytest.mark.parametrize(
    ("changes", "gone"),
    [
        ({"cause": "none"}, {"cause", "code"}),
        ({"outcome": "ok"}, {"outcome", "exit_code"}),
        ({"exit_code": 3}, {"outcome", "exit_code"}),
        ({"platform": {"os": "macos", "release": "11"}}, {"platform", "code"}),
        ({"code": "7K4M-9QXC-T2"}, {"code"}),
        ({"checks": [{**DOCUMENT["checks"][0], "status": "fail"}]}, {"checks.domain", "code"}),
    ],
)
def test_without_a_seal_what_contradicts_itself_is_changed(changes: dict[str, Any], gone: set[str]) -> None:
    recovered = read_one(unsealed(**changes))
    assert recovered.integrity is Integrity.CHANGED
    assert {line.key for line in recovered.unproven} == gone


def test_a_cause_without_a_number_does_not_contradict_its_code() -> None:
    unknown_cause = {"cause": "of-a-later-version", "code": code_without_cause()}
    assert read_one(unsealed(**unknown_cause)).unproven == ()


def code_without_cause() -> str:

    return encode("of-a-later-version", "windows", {check.check: check.status for check in SAMPLE.checks})


_ANY = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=80)
@given(st.dictionaries(st.sampled_from([*DOCUMENT]), _ANY), _ANY)
def test_any_seal_on_any_document_is_read_without_harm(document: dict[str, Any], sealed: object) -> None:
    for one in read_paste(json.dumps({**document, "schema_version": 1, "seal": sealed})):
        msgspec.json.encode(one.to_json())


@given(st.text(), st.text(), st.text())
def test_the_checksum_of_a_field_is_the_digest_of_its_name_and_value(run: str, name: str, value: str) -> None:
    run, name, value = map(checksums.text_as_json, (run, name, value))

    assert checksums.checksum(run, name, value) == checksums.digest("seal", f"[{run},{name},{value}]", 4)
