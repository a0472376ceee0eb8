"""A thousand runs in a row leave no file, thread, socket or folder behind, in one process and in many."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from portalcheck.demo import practice
from portalcheck.diagnosis import runner
from portalcheck.probe.context import RunContext
from portalcheck.probe.deadline import Deadline, OutOfTime
from portalcheck.probe.policy import Network
from tests.declared import INSTALLED, diagnose

SETTLING_S = 10.0
_WARM = 20


def cause_of_a_run(world: Any, seconds: float) -> str:
    """One run against a practice world, as the command line makes it."""
    network = Network(
        world.contact,
        world.canaries,
        world.captive,
        world.resolvers,
        world.share_portal_name,
    )
    deadline = Deadline(seconds)
    context = RunContext(world.portal, world.machine, network, deadline, url="")
    results, crashes = runner.run(INSTALLED.checks, (), context, deadline.at, late=OutOfTime)
    # TimeoutError is the runner's own: a check that was still at work when the time was up.
    assert [crash for crash in crashes if not isinstance(crash.error, TimeoutError)] == []
    return diagnose(results, ()).cause


def descriptors() -> int:
    return len([*Path("/proc/self/fd").iterdir()])


def settles(count: Callable[[], int], most: int) -> bool:
    """Whether a count comes down to what it was: what waits for a silent peer ends with its time."""
    end = time.monotonic() + SETTLING_S
    while count() > most and time.monotonic() < end:
        time.sleep(0.05)
    return count() <= most


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.not_on_windows("linux", "/proc")
@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="descriptors are counted in /proc")
@pytest.mark.parametrize(
    ("fault", "runs", "seconds"), [("healthy", 1000, 60.0), ("tls-blocked-silently", 10, 2.0)]
)
def test_many_runs_in_a_row_leave_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fault: str, runs: int, seconds: float
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with practice(fault) as world:
        expected = cause_of_a_run(world, seconds)
        for _ in range(_WARM if fault == "healthy" else 1):
            cause_of_a_run(world, seconds)
        assert settles(threading.active_count, 3)
        threads, open_before = threading.active_count(), descriptors()
        causes = {cause_of_a_run(world, seconds) for _ in range(runs)}
        assert causes == {expected}
        assert settles(threading.active_count, threads)
        assert settles(descriptors, open_before)
    assert [*tmp_path.iterdir()] == []


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_many_processes_in_a_row_leave_nothing_behind(tmp_path: Path) -> None:
    home, temporary = tmp_path / "home", tmp_path / "temporary"
    home.mkdir()
    temporary.mkdir()
    for _ in range(20):
        done = subprocess.run(
            [sys.executable, "-m", "portalcheck", "https://optvm.com/", "--no-input"],
            capture_output=True,
            timeout=60,
            cwd=temporary,
            env={**os.environ, "HOME": str(home), "TMPDIR": str(temporary)},
        )
        assert (done.returncode, done.stderr) == (1, b"")
    assert [*temporary.iterdir()] == []
    left = sorted(path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file())
    assert left == [".local/share/portalcheck/last-report.json"]
