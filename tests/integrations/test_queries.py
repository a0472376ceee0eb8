"""Queries over reports, asked of DuckDB, and of SQLite with the table that Fleet's agent makes of a file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from portalcheck.integrations import files
from tests.integrations.conftest import Written
from tests.report.fleet.making import counts, lines, of_files, report


def _flattened(value: object, parents: tuple[str, ...] = ()) -> Iterator[tuple[str, str, str, str]]:
    """Parent, full key, key and value of each leaf, as the agent's table `parse_json` shows a document."""
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    )
    if children is not None:
        for key, child in children:
            yield from _flattened(child, (*parents, str(key)))
        return
    text = json.dumps(value) if isinstance(value, bool) else "" if value is None else str(value)
    yield "/".join(parents[:-1]), "/".join(parents), parents[-1], text


def _agent(documents: dict[str, dict[str, Any]]) -> sqlite3.Connection:
    found = sqlite3.connect(":memory:")
    found.execute("CREATE TABLE parse_json (path TEXT, parent TEXT, fullkey TEXT, key TEXT, value TEXT)")
    for path, document in documents.items():
        rows = [(path, *row) for row in _flattened(document)]
        found.executemany("INSERT INTO parse_json VALUES (?, ?, ?, ?, ?)", rows)
    return found


PATHS = {
    "linux": "/var/lib/portalcheck/report.json",
    "darwin": "/Library/Application Support/portalcheck/report.json",
    "windows": r"C:\Users\Public\Documents\portalcheck-report.json",
}
"""Where the timer, the job and the task of this folder leave the report."""
FLEET = {file.path: file.text for file in files("fleet", version="1")}
SPECS = list(yaml.safe_load_all(FLEET["queries.yml"]))
POLICIES = {each["spec"]["platform"]: each["spec"] for each in SPECS if each["kind"] == "policy"}


@pytest.mark.parametrize("system", PATHS)
def test_fleet_reads_the_report_that_the_schedule_of_that_system_leaves(system: str) -> None:
    (spec,) = (
        each["spec"] for each in SPECS if each["kind"] == "query" and each["spec"]["platform"] == system
    )
    wanted = report(1, outcome="fail", cause="vpn-breaks", owner="you")
    others = {
        path: report(2, cause="slow")
        for path in ("/tmp/report.json", *PATHS.values())
        if path != PATHS[system]
    }
    (row,) = _agent({PATHS[system]: wanted, **others}).execute(spec["query"]).fetchall()

    told = (wanted["started"], "true", wanted["code"], wanted["run_id"])
    assert row == ("fail", "vpn-breaks", "you", *told)


@pytest.mark.parametrize(
    ("name", "system"), [("systemd", "linux"), ("launchd", "darwin"), ("windows-task", "windows")]
)
def test_the_schedules_leave_the_report_there(name: str, system: str) -> None:
    text = "".join(file.text for file in files(name, version="1")).replace("%S", "/var/lib")

    assert f"json:{PATHS[system]}" in text


NOW = "2026-11-24T08:00:00Z"


def _passes(system: str, **changes: object) -> bool:
    """Whether a computer passes the policy of its system at NOW."""
    query = POLICIES[system]["query"].replace("'now'", f"'{NOW}'")
    return bool(_agent({PATHS[system]: report(1, **changes)}).execute(query).fetchall())


@pytest.mark.parametrize("system", PATHS)
@pytest.mark.parametrize(
    ("outcome", "passes"), [("ok", True), ("warn", True), ("unknown", True), ("fail", False)]
)
def test_the_policy_fails_where_sign_in_is_stopped(outcome: str, passes: bool, system: str) -> None:
    assert _passes(system, outcome=outcome) is passes


@pytest.mark.parametrize(
    ("started", "passes"),
    [
        ("2026-11-24T07:59:00Z", True),
        ("2026-11-21T08:00:01Z", True),
        ("2026-11-21T07:59:59Z", False),
        ("2025-01-01T00:00:00Z", False),
        ("soon", False),
        ("", False),
    ],
)
def test_the_policy_fails_where_no_run_renews_the_report(started: str, passes: bool) -> None:
    assert _passes("linux", started=started) is passes


def test_a_computer_without_a_report_passes_no_policy() -> None:
    for policy in POLICIES.values():
        assert _agent({}).execute(policy["query"]).fetchall() == []


@pytest.mark.parametrize("kind", ["query", "policy"])
def test_the_files_of_gitops_say_the_same(kind: str) -> None:
    """A list without envelopes, as `queries:` and `policies:` of a GitOps file take by `path`."""
    name = {"query": "queries.gitops.yml", "policy": "policies.gitops.yml"}[kind]
    listed = yaml.safe_load(FLEET[name])
    specs = [each["spec"] for each in SPECS if each["kind"] == kind]

    assert [{key: one[key] for key in spec} for one, spec in zip(listed, specs, strict=True)] == specs
    assert all(
        set(one) - set(spec) <= {"automations_enabled"} for one, spec in zip(listed, specs, strict=True)
    )


def test_duckdb_counts_as_the_summary_does(
    written: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = [("ok", "none"), ("fail", "mtu"), ("fail", "vpn-breaks"), ("unknown", "inconclusive")]
    documents = [
        report(n, outcome=outcome, cause=cause, started=f"2026-11-{20 + n % 2}T08:00:00Z")
        for n, (outcome, cause) in enumerate(changes * 5)
    ]
    collected = tmp_path / "collected"
    collected.mkdir()
    (collected / "a.jsonl").write_bytes(lines(documents[:12]) + b'{"schema_version":1,"cau\n')
    (collected / "b.jsonl").write_bytes(lines([*documents[10:], report(99, schema_version=2)]))
    monkeypatch.chdir(collected)
    script = (written("duckdb", "") / "reports.sql").read_text("ascii")
    answers = [
        relation.fetchall()
        for statement in duckdb.extract_statements(script)
        if (relation := duckdb.sql(statement.query)) is not None
    ]
    causes, days, checks = answers[-3:]
    told = of_files(collected)

    assert {cause: count for cause, _, count in causes} == {"mtu": 5, "vpn-breaks": 5}
    assert {"mtu": 5, "vpn-breaks": 5}.items() <= counts(told, "cause").items()
    assert [(day, runs) for day, runs, _ in days] == [(day.day, day.reports) for day in told.days]
    assert sum(share * runs for _, runs, share in days) == pytest.approx(10, abs=0.1)
    assert {name for name, _, _ in checks} == {check["check"] for check in documents[0]["checks"]}
