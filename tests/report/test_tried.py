"""What a person was led through, in every form that a report has; an edit of it is seen."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from portalcheck.model import Report, Status, Tried, TriedOutcome
from portalcheck.report import checksums
from portalcheck.report.code import Decoded
from portalcheck.report.formats import html, text
from tests.declared import NUMBERS, catalog_of, decode, encode, read_paste, write_block
from tests.report.fleet.making import counts, lines, of_bytes
from tests.report.fleet.making import report as of_fleet
from tests.report.formats import agent_text, reports

TRIED = (Tried("step-4", TriedOutcome.NOT_SOLVED), Tried("step-5", TriedOutcome.SOLVED))


def led_through() -> Report:
    made = msgspec.structs.replace(reports.stopped(), tried=TRIED, seal={})
    return msgspec.structs.replace(made, seal=checksums.compute(msgspec.to_builtins(made)))


def read_one(pasted: object) -> Any:
    (found,) = read_paste(pasted if isinstance(pasted, str) else msgspec.json.encode(pasted).decode())
    return found


def test_json_and_block_hold_it_and_come_back_the_same() -> None:
    report = led_through()

    for pasted in (report, write_block(report)):
        recovered = read_one(pasted)
        assert recovered.integrity == "complete"
        assert recovered.to_report().led_through == TRIED


def test_a_report_without_any_has_no_such_field() -> None:
    assert "tried" not in msgspec.to_builtins(reports.stopped())
    assert "tried" not in write_block(reports.stopped())


@pytest.mark.parametrize(
    "edit",
    [
        {"tried": [{"ref": "step-4", "outcome": "solved"}, {"ref": "step-5", "outcome": "solved"}]},
        {"tried": []},
        {"tried": [{"ref": "step-4", "outcome": "healed"}]},
    ],
)
def test_an_edit_of_it_is_seen(edit: dict[str, Any]) -> None:
    recovered = read_one({**msgspec.to_builtins(led_through()), **edit})

    assert recovered.integrity == "changed"
    assert recovered.to_report().led_through == ()


def test_that_it_was_put_in_or_taken_out_is_seen() -> None:
    plain, led = msgspec.to_builtins(reports.stopped()), msgspec.to_builtins(led_through())

    assert read_one({**plain, "tried": led["tried"]}).integrity == "changed"
    del led["tried"]
    assert read_one(led).integrity == "part-missing"


def test_each_view_tells_it() -> None:
    report, words = led_through(), catalog_of("en")
    line = "Try a different browser or device (step-5): this helped"

    assert line in text.render(report, words)
    assert line in html.render(report, words)
    assert line in agent_text.of_reports(read_paste(write_block(report)), words)


def test_fleet_counts_which_step_solved_which_cause() -> None:
    solved = {"ref": "step-5", "outcome": "solved"}
    summary = of_bytes(
        lines(
            [
                of_fleet(
                    1, cause="browser-blocks", tried=[{"ref": "step-4", "outcome": "not-solved"}, solved]
                ),
                of_fleet(2, cause="browser-blocks", tried=[solved]),
                of_fleet(3, cause="none", tried=[{"ref": "step-2", "outcome": "skipped"}]),
                of_fleet(4, cause="none", tried="nonsense"),
                of_fleet(5, cause="none", tried=[{"ref": "<script>", "outcome": "solved"}, 7]),
            ]
        )
    )

    assert counts(summary, "solved") == {"browser-blocks step-5": 2, None: 3}
    assert "solved" not in of_bytes(lines([of_fleet(1)])).groups


@pytest.mark.parametrize(
    ("browser", "page", "told"),
    [
        (Status.OK, Status.WARN, Status.WARN),
        (Status.FAIL, Status.OK, Status.FAIL),
        (Status.SKIP, Status.OK, Status.OK),
        (Status.OK, Status.UNKNOWN, Status.OK),
        (None, Status.FAIL, Status.FAIL),
        (Status.NOTE, None, Status.NOTE),
    ],
)
def test_of_two_checks_that_share_a_place_in_the_code_the_graver_stands(
    browser: Status | None, page: Status | None, told: Status
) -> None:
    statuses = {name: each for name, each in (("browser", browser), ("page", page)) if each is not None}
    heard = decode(encode("none", "linux", statuses))

    assert NUMBERS.beside == {"page": "browser"}
    assert isinstance(heard, Decoded)
    assert heard.statuses["browser"] is told
