"""Rows of the lab with Windows' Python: what it says must be what Linux says in the same world.

The rows are those that Wine can carry, some of each layer; README.md names the layers where it is not Windows.
"""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from tests.lab.conftest import skip_where_impossible
from tests.lab.row_tests import findings
from tests.lab.rows import ROWS
from tests.lab.spaces import clock_library, told_inside
from tests.lab.world import Ran
from tests.windows.conftest import Windows

pytestmark = pytest.mark.slow

HEALTHY = "A01 A04 A06 A09 A11 A12 A13 A14 A22 A32 A33b A35"
NAMES = "B01 B03 B10 B12 B14"
CONNECTIONS = "C01 C03 C06"
CAPTIVE = "D01 D02 D05 D09"
CERTIFICATES = "E01 E02 E10 E11 E16"
PROXIES = "F01 F05 F08 F08a F12 F12b"
PORTAL = "G01 G03a G08 G10a G11 G12 H06"
CARRIED = " ".join((HEALTHY, NAMES, CONNECTIONS, CAPTIVE, CERTIFICATES, PROXIES, PORTAL)).split()
BY_HAND = frozenset(["A09", "A13", "A33b", "B14", "C06", "D09", "E16", "F08a", "F12b", "G08", "G12", "H06"])
"""Rows beyond the minutes that CI has."""


class Played(msgspec.Struct, frozen=True):
    """Both runs in the world of one row, after its fault."""

    closed: bool
    linux: Ran
    windows: Ran


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    return clock_library(tmp_path_factory.mktemp("lab"))


def test_no_row_is_named_twice_and_a_third_of_them_are_healthy() -> None:
    healthy = [row_id for row_id in CARRIED if "none" in ROWS[row_id].cause]

    assert len(set(CARRIED)) == len(CARRIED)
    assert len(healthy) * 3 >= len(CARRIED)


@pytest.mark.parametrize(
    "row_id", [pytest.param(row, marks=[pytest.mark.thorough] if row in BY_HAND else []) for row in CARRIED]
)
def test_windows_says_what_linux_says(row_id: str, windows: Windows, clock: Path | None) -> None:
    row = ROWS[row_id]
    skip_where_impossible([*row.setting, *row.fault], clock)
    played = msgspec.convert(
        json.loads(told_inside("tests.windows.lab", str(windows.folder), row_id, clock=clock)), Played
    )
    report = played.windows.report
    also = set(report["also"])

    assert played.closed, "there is a way out of the lab"
    assert report["platform"]["os"] == "windows"
    assert report["cause"] in row.cause, findings(report)
    assert row.also <= also, findings(report)
    assert not row.innocent & {report["cause"], *also}, findings(report)
    assert row.code in (None, played.windows.code)
    assert _verdict(played.windows) == _verdict(played.linux), findings(report)
    assert set(played.windows.contacted) <= row.contacts


def _verdict(ran: Ran) -> dict[str, object]:
    keys = ("cause", "outcome", "owner", "exit_code")
    return {
        "code": ran.code,
        "step": ran.report["likely_steps"][0]["ref"],
        **{key: ran.report[key] for key in keys},
    }
