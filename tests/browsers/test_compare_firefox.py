"""A few generated situations, in which our reading says of each page what the real Firefox does with it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.browsers.compare_firefox import FIRST_ROW, compared, situation
from tests.browsers.drivers import FIREFOX
from tests.browsers.firefox_asked import HOSTS
from tests.browsers.firefox_rows import ROWS

SEEDS = (1, 2, 3)
NAMED = (
    "B30 block of the parent, the user allows the page",
    "B38 autoconfig that locks",
    "B42 a broken file, and one that blocks beside the program",
    "B72 a site that WebsiteFilter blocks",
)
asks_firefox = (
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(FIREFOX is None, reason="Firefox is not installed"),
    pytest.mark.skipif(
        shutil.which("unshare") is None or os.geteuid() != 0,
        reason="files are laid over the system's by root alone",
    ),
)


@pytest.mark.parametrize("seed", [pytest.param(seed, marks=asks_firefox) for seed in SEEDS])
def test_firefox_does_what_is_read_of_it(seed: int, tmp_path: Path) -> None:
    for host, (real, read) in compared(seed, tmp_path).items():
        assert real == read, (host, situation(seed))


@pytest.mark.parametrize("name", [pytest.param(name, marks=asks_firefox) for name in NAMED])
def test_firefox_does_as_a_report_says_and_so_it_is_read(name: str, tmp_path: Path) -> None:
    found = compared(FIRST_ROW + 1 + list(ROWS).index(name), tmp_path)
    assert all(real == read for real, read in found.values()), found
    assert found[HOSTS[0]][0] == ROWS[name].does


def test_every_row_has_a_number() -> None:
    assert [situation(FIRST_ROW + number) for number in range(1, len(ROWS) + 1)] == [
        row.situation for row in ROWS.values()
    ]


def test_a_situation_of_a_number_is_always_the_same() -> None:
    assert situation(7) == situation(7) != situation(8)
