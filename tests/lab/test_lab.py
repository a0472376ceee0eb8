"""Every situation of the notes, judged by the tool as a program in a network of its own."""

from __future__ import annotations

import pytest

from portalcheck.causes import CAUSES
from tests.lab import names, readme
from tests.lab.conftest import Play, Played
from tests.lab.row import QUIET, Row
from tests.lab.rows import FAST, TABLE

TIMEOUT_S = 10.0
STARTING_S = 2.0
"""For the interpreter's own start and end on a machine that is busy with other rows."""

_NAMES = (names.PORTAL, names.IDENTITY)


def _slow(row: Row) -> list[pytest.MarkDecorator]:
    return [] if row.id in FAST else [pytest.mark.slow]


each_row = pytest.mark.parametrize("row", [pytest.param(row, id=row.id, marks=_slow(row)) for row in TABLE])


@each_row
def test_a_row_really_injects_its_fault(row: Row, play: Play) -> None:
    played = play(row.id)
    assert played.closed, "there is a way out of the lab"
    assert set(row.shows) <= played.changed.keys(), f"a plain probe saw only {sorted(played.changed)} change"


@each_row
def test_without_the_fault_the_same_world_is_healthy(row: Row, play: Play) -> None:
    before = play(row.id).before
    assert (before.report.get("cause"), before.code) == ("none", 0), before


@each_row
def test_the_cause_is_right_and_nothing_innocent_is_blamed(row: Row, play: Play) -> None:
    after = play(row.id).after
    report = after.report
    also = set(report["also"])
    assert report["cause"] in row.cause, _findings(report)
    assert row.also <= also, _findings(report)
    assert not row.innocent & {report["cause"], *also}, _findings(report)
    assert row.reasons <= _reasons(report), _findings(report)
    if row.ref:
        assert report["likely_steps"][0]["ref"] == row.ref
    assert after.code == report["exit_code"]
    assert row.code in (None, after.code)


@each_row
def test_only_those_are_contacted_who_may_be(row: Row, play: Play) -> None:
    played = play(row.id)
    for ran, allowed in ((played.before, _allowed_before(row)), (played.after, row.contacts)):
        assert set(ran.contacted) <= allowed
        if not row.shares_name:
            assert not [name for role, name in ran.told if role == "neutral-dns" and name in _NAMES]


@each_row
def test_the_report_is_there_in_time(row: Row, play: Play) -> None:
    after = play(row.id).after
    assert after.report["duration_ms"] <= TIMEOUT_S * 1000
    assert after.seconds <= TIMEOUT_S + 0.5 + STARTING_S


def _allowed_before(row: Row) -> frozenset[str]:
    return QUIET if not row.setting else QUIET | row.contacts


def _findings(report: dict[str, object]) -> str:
    checks = report["checks"]
    assert isinstance(checks, list)
    told = [
        f"{f['reason']} {f['status']} {f['args']}"
        for c in checks
        for f in c["findings"]
        if f["status"] != "ok"
    ]
    return "\n".join([f"cause {report['cause']}, also {report['also']}", *told])


def _reasons(report: dict[str, object]) -> set[str]:
    checks = report["checks"]
    assert isinstance(checks, list)
    return {finding["reason"] for check in checks for finding in check["findings"]}


# ---- metamorphic -------------------------------------------------------------------------------

_TWISTED = [
    ("A01", "vpn"),
    ("A01", "proxy"),
    ("A01", "cdn"),
    ("A01", "no-ipv6"),
    ("A01", "slow-link"),
    ("A22", "vpn"),
    ("A20", "proxy"),
    ("B03", "vpn"),
    ("B07a", "slow-link"),
    ("B12", "vpn"),
    ("C03", "vpn"),
    ("C03", "slow-link"),
    ("C06", "no-ipv6"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("row_id", "twist"), _TWISTED)
def test_a_healthy_oddity_leaves_the_cause(row_id: str, twist: str, play: Play) -> None:
    row = next(row for row in TABLE if row.id == row_id)
    played: Played = play(row_id, twist)
    assert played.before.report["cause"] == "none", _findings(played.before.report)
    assert played.after.report["cause"] in row.cause, _findings(played.after.report)


# ---- the table itself --------------------------------------------------------------------------


def test_rows_speak_of_causes_that_there_are() -> None:
    known = {cause.id for cause in CAUSES} | {"none", "inconclusive"}
    assert {one for row in TABLE for one in row.cause | row.also | row.innocent} <= known


def test_row_names_are_unique_and_the_fast_ones_exist() -> None:
    assert len({row.id for row in TABLE}) == len(TABLE)
    assert set(FAST) <= {row.id for row in TABLE}


def test_only_healthy_rows_leave_the_exit_code_at_zero() -> None:
    assert all(
        row.cause & {"none", "clock-wrong", "slow", "os-roots-stale", "cookies-stale"}
        for row in TABLE
        if row.code == 0
    )


def test_the_page_about_the_lab_is_up_to_date() -> None:
    assert readme.PLACE.read_text("utf-8") == readme.page(), "run: python -m tests.lab.readme"
