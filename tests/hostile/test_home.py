"""Whatever lies in a home folder: a report in time, in little memory, and nothing of it is changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile.homes import HOMES, HOST, SETTINGS
from tests.hostile.stage import MEASURE

pytestmark = pytest.mark.not_on_windows("posix", "named pipes, devices, links")

TIMEOUT_S, STARTING_S, MOST_KIB = 5.0, 2.0, 128 * 1024
_FAST = ("cookies-pipe", "cookies-view", "preferences-values", "kept-report-pipe")


def ran(home: Path, figures: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = (sys.executable, "-m", "portalcheck", HOST, "--no-input", "--timeout", str(TIMEOUT_S))
    return subprocess.run(
        [sys.executable, "-I", MEASURE, str(figures), *program, *arguments],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        env={**os.environ, "HOME": str(home)},
    )


def seen(home: Path) -> dict[str, tuple[int, int, int]]:
    """Every entry of the home but what the program keeps itself: mode, size, and when it was changed."""
    ours = home / ".local"
    found = {}
    for folder, names, files in os.walk(home):
        for path in (Path(folder) / name for name in (*names, *files)):
            if ours not in (path, *path.parents):
                status = path.lstat()
                found[str(path)] = (status.st_mode, status.st_size, status.st_mtime_ns)
    return found


def meet(name: str, tmp_path: Path) -> None:
    home, figures = tmp_path / "home", tmp_path / "figures.json"
    home.mkdir()
    HOMES[name](home)
    before = seen(home)
    done = ran(home, figures, "-v", "-o", f"json:{tmp_path}/report.json")
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    measured = json.loads(figures.read_text("ascii"))
    assert (done.returncode, report["cause"]) == (1, "lookalike")
    assert "Traceback" not in done.stderr
    reasons = {finding["reason"] for check in report["checks"] for finding in check["findings"]}
    assert not reasons & {"run.crashed", "run.no-resources", "run.timed-out", "run.starved", "run.too-many"}
    assert report["complete"]
    assert measured["seconds"] < TIMEOUT_S + 0.5 + STARTING_S
    assert measured["peak_kib"] < MOST_KIB
    assert seen(home) == before


@pytest.mark.parametrize("name", _FAST)
def test_a_few_homes_of_every_sort_are_survived(name: str, tmp_path: Path) -> None:
    meet(name, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(HOMES.keys() - set(_FAST)))
def test_every_home_is_survived(name: str, tmp_path: Path) -> None:
    meet(name, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", SETTINGS)
def test_settings_that_cannot_be_used_are_one_message(name: str, tmp_path: Path) -> None:
    home, figures = tmp_path / "home", tmp_path / "figures.json"
    home.mkdir()
    SETTINGS[name](home)
    done = ran(home, figures)
    measured = json.loads(figures.read_text("ascii"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("portalcheck: ")
    assert "Traceback" not in done.stderr
    assert len(done.stderr) < 2000
    assert measured["seconds"] < TIMEOUT_S
    assert measured["peak_kib"] < MOST_KIB
