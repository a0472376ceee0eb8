"""Whose files count for all users of Windows, by security identifiers; tests/windows reads those of real files."""

from __future__ import annotations

from pathlib import Path

import pytest

from portalcheck.machine.ownership import is_the_systems, is_trusted


@pytest.mark.parametrize(
    ("sid", "trusted"),
    [
        ("S-1-5-18", True),
        ("S-1-5-32-544", True),
        ("S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464", True),
        ("S-1-5-21-1004336348-1177238915-682003330-500", True),
        ("S-1-5-21-1004336348-1177238915-682003330-512", True),
        ("S-1-5-21-1004336348-1177238915-682003330-1001", False),
        ("S-1-5-21-1004336348-1177238915-682003330-501", False),
        ("S-1-5-21-1004336348-1177238915-682003330-15500", False),
        ("S-1-5-32-545", False),
        ("S-1-5-32-5440", False),
        ("S-1-5-11", False),
        ("S-1-1-0", False),
        ("S-1-5-80-1-2-3-4-5", False),
        ("", False),
        ("S-1-5-18\n", False),
    ],
)
def test_the_systems_and_administrators_files_alone_count(sid: str, trusted: bool) -> None:
    assert is_trusted(sid) is trusted


def test_a_file_that_is_not_there_is_nobody_elses(tmp_path: Path) -> None:
    assert is_the_systems(tmp_path / "none" / "config.toml")
