"""The last report is kept for the next run, for this user only, and never with local evidence."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portalcheck.model import Outcome, Platform, PortalName, Privacy, Report, Tool
from portalcheck.report import history as memory


def report(cause: str = "none", level: str = "share") -> Report:
    return Report(
        tool=Tool("portalcheck", "1"),
        run_id="r",
        started="2026-11-23T17:34:00Z",
        duration_ms=1,
        complete=True,
        portal=PortalName("lab", "Lab", "portal.lab.example"),
        platform=Platform("linux", "x"),
        outcome=Outcome.OK,
        exit_code=0,
        cause=cause,
        also=(),
        likely_steps=(),
        symptoms=(),
        checks=(),
        privacy=Privacy(level, {}),
        code="",
    )


def test_a_report_that_was_kept_is_the_last_one(tmp_path: Path) -> None:
    assert memory.last(tmp_path) is None
    assert memory.keep(tmp_path / "new", report("slow"))
    assert memory.keep(tmp_path / "new", report("clock-wrong"))

    assert memory.last(tmp_path / "new") == report("clock-wrong")
    assert [path.name for path in (tmp_path / "new").iterdir()] == [memory.NAME]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    memory.keep(tmp_path, report())

    assert stat.S_IMODE((tmp_path / memory.NAME).stat().st_mode) == 0o600


def test_local_evidence_is_never_kept(tmp_path: Path) -> None:
    assert not memory.keep(tmp_path, report(level="local"))
    assert list(tmp_path.iterdir()) == []


def test_without_a_home_nothing_is_kept() -> None:
    assert not memory.keep(None, report())
    assert memory.last(None) is None


def test_a_folder_that_cannot_be_made_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert not memory.keep(tmp_path / "file" / "below", report())


def test_a_report_of_another_schema_is_not_read(tmp_path: Path) -> None:
    other = msgspec.structs.replace(report(), schema_version=99)
    (tmp_path / memory.NAME).write_bytes(msgspec.json.encode(other))

    assert memory.last(tmp_path) is None


@given(data=st.binary(max_size=300))
def test_whatever_lies_there_is_read_without_harm(
    data: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = tmp_path_factory.mktemp("memory")
    (place / memory.NAME).write_bytes(data)

    assert memory.last(place) is None
