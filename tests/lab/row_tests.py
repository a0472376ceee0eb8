"""What holds of every row, whatever its group. The test files name the groups, so that they run side by side."""

from __future__ import annotations

from typing import Any

from tests.lab import names
from tests.lab.conftest import Play
from tests.lab.row import QUIET, Row

TIMEOUT_S = 10.0
STARTING_S = 2.0
"""For the interpreter's own start and end on a machine that is busy with other rows."""

_NAMES = (names.PORTAL, names.IDENTITY)


class RowTests:
    """The tests of one row; each plays it, and what happened is kept."""

    def test_the_fault_is_really_there_and_nothing_leads_out(self, row: Row, play: Play) -> None:
        played = play(row.id)
        assert played.closed, "there is a way out of the lab"
        assert set(row.shows) <= played.changed.keys(), (
            f"a plain probe saw only {sorted(played.changed)} change"
        )

    def test_without_the_fault_the_same_world_is_healthy(self, row: Row, play: Play) -> None:
        before = play(row.id).before
        assert (before.report.get("cause"), before.code) == ("none", 0), findings(before.report)

    def test_the_cause_is_right_and_nothing_innocent_is_blamed(self, row: Row, play: Play) -> None:
        after = play(row.id).after
        report = after.report
        also = set(report["also"])
        assert "run.crashed" not in _reasons(report), findings(report)
        assert report["cause"] in row.cause, findings(report)
        assert row.also <= also, findings(report)
        assert not row.innocent & {report["cause"], *also}, findings(report)
        assert row.reasons <= _reasons(report), findings(report)
        if row.ref:
            assert report["likely_steps"][0]["ref"] == row.ref
        assert after.code == report["exit_code"]
        assert row.code in (None, after.code)

    def test_only_those_are_contacted_who_may_be(self, row: Row, play: Play) -> None:
        played = play(row.id)
        for ran, allowed in ((played.before, _allowed_before(row)), (played.after, row.contacts)):
            assert set(ran.contacted) <= allowed
            if not row.shares_name:
                assert not [name for role, name in ran.told if role == "neutral-dns" and name in _NAMES]

    def test_the_report_is_there_in_time(self, row: Row, play: Play) -> None:
        after = play(row.id).after
        assert after.report["duration_ms"] <= TIMEOUT_S * 1000
        assert after.seconds <= TIMEOUT_S + 0.5 + STARTING_S


def _allowed_before(row: Row) -> frozenset[str]:
    return QUIET if not row.setting else QUIET | row.contacts


def findings(report: dict[str, Any]) -> str:
    """What a report says is not well, for the message of a test that fails."""
    told = [
        f"{finding['reason']} {finding['status']} {finding['args']}"
        for check in report.get("checks", [])
        for finding in check["findings"]
        if finding["status"] != "ok"
    ]
    return "\n".join([f"cause {report.get('cause')}, also {report.get('also')}", *told])


def _reasons(report: dict[str, Any]) -> set[str]:
    return {finding["reason"] for check in report["checks"] for finding in check["findings"]}
