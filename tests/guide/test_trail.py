"""What was tried is kept for a week and gone on with, for the same portal, until it was solved."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from portalcheck.guide import trail as trails
from portalcheck.guide.trail import KEPT_S, Trail, keep, kept
from portalcheck.model import TriedOutcome
from portalcheck.report import history

NOW = 1_800_000_000.0
TRAIL = Trail(portal="lab portal.example").with_tried("step-4", TriedOutcome.NOT_SOLVED, NOW)


def test_a_reference_stands_once_with_what_was_said_last() -> None:
    trail = TRAIL.with_tried("step-5", TriedOutcome.SKIPPED, NOW).with_tried(
        "step-4", TriedOutcome.SOLVED, NOW
    )

    assert [(each.ref, each.outcome) for each in trail.tried] == [("step-5", "skipped"), ("step-4", "solved")]
    assert (trail.solved, trail.outcome("step-5"), trail.outcome("step-6")) == ("step-4", "skipped", None)


@pytest.mark.parametrize(
    ("portal", "later", "goes_on"),
    [
        ("lab portal.example", 0.0, True),
        ("lab portal.example", KEPT_S - 1, True),
        ("lab portal.example", KEPT_S + 1, False),
        ("lab portal.example", -60.0, False),
        ("lab other.example", 0.0, False),
    ],
)
def test_it_is_gone_on_with_while_it_is_of_use(
    tmp_path: Path, portal: str, later: float, goes_on: bool
) -> None:
    keep(tmp_path / "new", TRAIL)

    assert kept(tmp_path / "new", portal, NOW + later) == (TRAIL if goes_on else Trail(portal=portal))


def test_what_was_solved_is_not_gone_on_with(tmp_path: Path) -> None:
    keep(tmp_path, TRAIL.with_tried("step-5", TriedOutcome.SOLVED, NOW))

    assert kept(tmp_path, TRAIL.portal, NOW).tried == ()


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"portal": 1}', b'{"portal":"x","tried":[{"ref":"a","outcome":"b"}]}']
)
def test_what_cannot_be_read_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / history.TRAIL).write_bytes(content)

    assert kept(tmp_path, "x", NOW) == Trail(portal="x")


@pytest.mark.not_on_windows("posix", "named pipes, and modes")
def test_neither_a_pipe_is_waited_for_nor_a_file_left_open_to_others(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / history.TRAIL)
    assert kept(tmp_path, "x", NOW) == Trail(portal="x")
    keep(tmp_path, TRAIL)
    assert (tmp_path / history.TRAIL).stat().st_mode & 0o777 == 0o600


def test_it_is_forgotten_with_the_report_and_when_it_is_begun_anew(tmp_path: Path) -> None:
    keep(tmp_path, TRAIL)
    assert history.forget(tmp_path)
    assert list(tmp_path.iterdir()) == []
    keep(tmp_path, TRAIL)
    keep(tmp_path, Trail(portal="x"))
    assert list(tmp_path.iterdir()) == []
    keep(None, TRAIL)
    assert trails.kept(None, "x", NOW) == Trail(portal="x")
