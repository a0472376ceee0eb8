"""The schemas: printed from the types, grown by addition only, and true of every earlier report."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from portalcheck.model import SCHEMA_VERSION, Report
from portalcheck.report import history as memory
from portalcheck.settings import check_file
from tests.cli.conftest import Ran
from tests.report.fleet.making import of_files

Call = Callable[..., Ran]
GOLDEN = Path(__file__).parents[1] / "report" / "golden"
VERSIONS = sorted(int(folder.name.removeprefix("schema-")) for folder in GOLDEN.glob("schema-*"))
EARLIER = sorted(path for path in GOLDEN.glob("schema-*/*.json") if path.name != "schema.json")


def schema(call: Call, which: str) -> dict[str, Any]:
    code, out, err = call("schema", which)
    assert (code, err) == (0, "")
    found: dict[str, Any] = json.loads(out)
    jsonschema.Draft202012Validator.check_schema(found)
    return found


# ---- the report --------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["healthy", "vpn-active", "portal-error", "cookies-stale"])
def test_a_report_fits_the_schema_that_is_printed_and_survives_the_round_trip(call: Call, fault: str) -> None:
    _, out, _ = call("demo", "--fault", fault, "-f", "json", "--include-local")
    document = json.loads(out)
    jsonschema.validate(document, schema(call, "report"), jsonschema.Draft202012Validator)

    assert json.loads(msgspec.json.encode(msgspec.json.decode(out, type=Report))) == document


def test_there_are_reports_of_every_schema_version_so_far() -> None:
    assert list(range(1, SCHEMA_VERSION + 1)) == VERSIONS
    assert EARLIER


@pytest.mark.parametrize("path", EARLIER, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_an_earlier_report_stays_readable_everywhere(call: Call, path: Path, tmp_path: Path) -> None:
    document = json.loads(path.read_text("utf-8"))
    if document["schema_version"] == SCHEMA_VERSION:
        jsonschema.validate(document, schema(call, "report"), jsonschema.Draft202012Validator)
    code, out, err = call("read", str(path), "-f", "json")
    told = json.loads(out)

    assert (code, err) == (0, "")
    # The first reports had no seal, so that whether they were edited cannot be told.
    assert told["integrity"] == ("complete" if document.get("seal") else "part-missing")
    assert {key: told[key] for key in ("cause", "outcome", "exit_code", "code")} == {
        key: document[key] for key in ("cause", "outcome", "exit_code", "code")
    }
    assert call("read", str(path))[0] == 0
    assert (of_files(path).reports, of_files(path).damaged) == (1, 0)
    (tmp_path / memory.NAME).write_bytes(path.read_bytes())
    last = memory.last(tmp_path)
    assert (last.cause if last is not None else None) == (document["cause"] if document.get("seal") else None)


def _objects(found: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, definition in found["$defs"].items():
        if definition.get("type") == "object":
            yield name, definition


@pytest.mark.parametrize("version", VERSIONS)
def test_the_schema_of_a_version_only_grows(call: Call, version: int) -> None:
    if version != SCHEMA_VERSION:
        pytest.skip("an earlier version's schema does not change any more")
    earlier = json.loads((GOLDEN / f"schema-{version}" / "schema.json").read_text("utf-8"))
    now = dict(_objects(schema(call, "report")))

    for name, old in _objects(earlier):
        new = now[name]
        for field, shape in old.get("properties", {}).items():
            assert field in new["properties"], f"{name}.{field} is gone"
            assert new["properties"][field].get("type") == shape.get("type"), (
                f"{name}.{field} has another type"
            )
        added = set(new.get("required", ())) - set(old.get("required", ()))
        assert added == set(), f"{name} demands what earlier reports have not: {added}"
        assert new.get("additionalProperties", True) is not False


MADE_UP: Mapping[str, list[Any]] = {
    "schema_version": [2, 0, "1", None, True],
    "cause": ["made-up", "", "Clock-wrong", "clock.made-up", "clock-wrong.x y", 5, None],
    "owner": ["somebody", "", 5],
    "also": [["made-up"], "vpn-active", [5]],
    "likely_steps": [[{"ref": "step-99", "likelihood": "high", "because": []}]],
}
OTHERS: Mapping[str, list[Any]] = {
    "cause": ["disk.full", "disk-space.too-full"],
    "also": [["vpn-active", "disk.full", "clock-off"], []],
    "owner": [None, "employer"],
}


@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field in MADE_UP for value in MADE_UP[field]]
)
def test_the_schema_refuses_codes_that_nobody_has(call: Call, field: str, value: object) -> None:
    document = json.loads(EARLIER[0].read_text("utf-8")) | {field: value}
    validator = jsonschema.Draft202012Validator(schema(call, "report"))

    assert not validator.is_valid(document)


@pytest.mark.parametrize(("field", "value"), [(field, value) for field in OTHERS for value in OTHERS[field]])
def test_the_schema_takes_the_codes_of_others_checks(call: Call, field: str, value: object) -> None:
    document = json.loads(EARLIER[0].read_text("utf-8")) | {field: value}
    jsonschema.validate(document, schema(call, "report"), jsonschema.Draft202012Validator)


@pytest.mark.parametrize(
    ("reason", "right"),
    [
        *(("clock.wrong", True), ("run.timed-out", True), ("disk.full", True), ("my-disk.half-full", True)),
        *(("clock.made-up", False), ("run.away", False), ("clock", False), ("Disk.full", False), ("", False)),
    ],
)
def test_a_reason_is_a_built_in_one_or_has_the_form_of_others(call: Call, reason: str, right: bool) -> None:
    document = json.loads(EARLIER[0].read_text("utf-8"))
    document["checks"][0]["findings"] = [{"reason": reason, "status": "ok", "args": {}, "blocked_by": []}]

    assert jsonschema.Draft202012Validator(schema(call, "report")).is_valid(document) is right


@pytest.mark.parametrize(
    ("which", "name"),
    [("report", "urn:portalcheck:schema:report:1"), ("config", "urn:portalcheck:schema:config")],
)
def test_a_schema_tells_its_dialect_and_has_a_name(call: Call, which: str, name: str) -> None:
    found = schema(call, which)

    assert (found["$schema"], found["$id"]) == ("https://json-schema.org/draft/2020-12/schema", name)


def test_the_codes_that_explain_lists_are_those_of_the_schema(call: Call) -> None:
    codes = json.loads(call("explain", "-f", "json")[1])
    shapes = schema(call, "report")["$defs"]
    fields = shapes["Report"]["properties"]
    reasons = shapes["ReportFinding"]["properties"]["reason"]["anyOf"][0]["enum"]

    causes = {row["cause"] for row in codes["causes"] if not row["note"]}
    assert set(fields["cause"]["anyOf"][0]["enum"]) == causes
    assert {row["cause"] for row in codes["causes"]} == set(fields["also"]["items"]["anyOf"][0]["enum"])
    assert {row["reason"] for row in codes["reasons"]} == set(reasons)
    assert {row["ref"] for row in codes["refs"]} == set(shapes["Step"]["properties"]["ref"]["enum"])
    assert {*codes["owners"], None} == set(fields["owner"]["enum"])


def test_explain_lists_the_arguments_that_other_programs_read(call: Call) -> None:
    codes = json.loads(call("explain", "-f", "json")[1])
    args = {row["reason"]: row["args"] for row in codes["reasons"]}

    assert args["clock.wrong"] == {"skew_s": ["integer"]}
    assert set(args["cookies.found"]) >= {"browser", "profile", "count", "expired", "session", "header_bytes"}
    assert {"boolean", "string"} == set(args["browser.version"]["supported"])
    assert {row["owner"] for row in codes["causes"]} >= {"you", "network", "portal", None}


@pytest.mark.parametrize("topic", ["clock", "clock.wrong", "clock-wrong", "vpn-active", "step-4", " CLOCK "])
def test_explain_tells_one_topic_to_programs(call: Call, topic: str) -> None:
    code, out, err = call("explain", topic, "-f", "json")
    rows = [row for kind in json.loads(out).values() for row in kind]

    assert (code, err) == (0, "")
    assert any(
        topic.strip().lower() in (each for each in row.values() if isinstance(each, str)) for row in rows
    )
    assert call("explain", "no-such-topic", "-f", "json")[0] == 2


# ---- the settings ------------------------------------------------------------------------------

RIGHT = (
    "",
    'portal = "lab"\n[portals.lab]\nurl = "https://portal.lab.example/"\nofficial = ["portal.lab.example"]\n',
    '[run]\ntimeout = 5\nlang = "es"\njitter = 60\nlog_file = "runs.log"\nlog_max_bytes = 8192\n',
    '[network]\ncontact = "never"\nresolvers = ["192.0.2.1"]\n[checks]\nskip = ["cookies"]\n',
)
WRONG = (
    "timeot = 1\n",
    "[run]\ntimeout = 0\n",
    "[run]\ntimeout = 'soon'\n",
    "[run]\njitter = -1\n",
    "[run]\nlog_max_bytes = 1\n",
    "[run]\nlog_max_bytes = 5000.5\n",
    "[network]\ncontact = 'sometimes'\n",
    "[portals.'a b']\nurl = 'https://x.example/'\n",
    "[checks]\nskip = 'dns'\n",
)


@pytest.mark.parametrize(("text", "right"), [*((t, True) for t in RIGHT), *((t, False) for t in WRONG)])
def test_the_schema_of_the_settings_agrees_with_their_reader(
    call: Call, tmp_path: Path, text: str, right: bool
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    validator = jsonschema.Draft202012Validator(schema(call, "config"))

    assert validator.is_valid(tomllib.loads(text)) is right
    assert (not check_file(path).errors) is right
