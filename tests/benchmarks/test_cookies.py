"""How long 100,000 cookies take, beside letting Python have the rows of the same file."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.benchmarks.stores import HOSTS, great_store

ROWS = 100_000


@pytest.mark.slow
@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize(("ours_every", "most"), [(1000, 1.0), (1, 1.5)])
def test_a_great_store_takes_less_than_reading_its_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], ours_every: int, most: float, apart: bool
) -> None:
    world, path = great_store(tmp_path, rows=ROWS, ours_every=ours_every, apart=apart)
    assert world.store(hosts=HOSTS).count == ROWS // ours_every
    counted = _fastest(lambda: world.store(hosts=HOSTS))
    read = _fastest(lambda: _rows(path))
    with capsys.disabled():
        print(  # noqa: T201  a benchmark shows its figure
            f"\n{ROWS} cookies, {ROWS // ours_every} of the portal: {counted * 1000:.0f} ms,"
            f" {counted / read:.2f} of reading the rows ({read * 1000:.0f} ms)"
        )
    assert counted / read <= most


def _rows(path: Path) -> int:
    with sqlite3.connect(path) as database:
        rows = database.execute(
            "SELECT host_key, name, path, expires_utc, is_secure, has_expires, top_frame_site_key,"
            " has_cross_site_ancestor, length(encrypted_value), last_update_utc FROM cookies"
        ).fetchall()
    database.close()
    return len(rows)


def _fastest(run: Callable[[], object]) -> float:
    times = []
    for _ in range(5):
        started = time.perf_counter()
        run()
        times.append(time.perf_counter() - started)
    return min(times)
