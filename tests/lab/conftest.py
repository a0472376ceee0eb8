"""Plays rows in namespaces of their own, each once a session."""

from __future__ import annotations

import functools
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.lab.row import Row
from tests.lab.rows import FAST, ROWS, TABLE, TWISTS, programs
from tests.lab.spaces import in_fresh_spaces, namespaces, why_impossible
from tests.lab.world import Ran

REPOSITORY = Path(__file__).parents[2]
_OVERALL_S = 110


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """What happened in one row: whether there was a way out, both runs, and what a plain probe saw change."""

    closed: bool
    before: Ran
    after: Ran
    changed: dict[str, list[Any]]


Play = Callable[..., Played]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give the tests of a row those of their module's group: the rows themselves, or how their ids begin."""
    if "row" in metafunc.fixturenames:
        group = metafunc.module.GROUP
        rows = [row for row in TABLE if row.id.startswith(group)] if isinstance(group, str) else group
        metafunc.parametrize("row", [_marked(row, metafunc.function.__name__) for row in rows])


def _marked(row: Row, test: str) -> Any:
    marks = [] if row.id in FAST else [pytest.mark.slow]
    if row.beyond and "cause" in test:
        marks.append(pytest.mark.xfail(reason=row.beyond, strict=True))
    return pytest.param(row, id=row.id, marks=marks)


@pytest.fixture(scope="session")
def clock_library(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """The library that shifts the patient's wall clock; None where there is no compiler."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        return None
    library = tmp_path_factory.mktemp("lab") / "clock_shift.so"
    source = REPOSITORY / "tests" / "lab" / "clock_shift.c"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", library, source, "-ldl"], check=True
    )
    return library


@pytest.fixture(scope="session")
def play(clock_library: Path | None) -> Play:
    """Play a row, with twists or without; what happened is kept for the session."""

    @functools.cache
    def played(row_id: str, *twists: str) -> Played:
        _skip_where_impossible(ROWS[row_id], twists, clock_library)
        return msgspec.convert(_inside(clock_library, row_id, *twists), Played)

    return played


@pytest.fixture(scope="session")
def browse(clock_library: Path | None) -> Callable[[str], bool]:
    """Whether the sign-in page of a row loads in Chromium after its fault."""

    def browsed(row_id: str) -> bool:
        _skip_where_impossible(ROWS[row_id], (), clock_library, "chromium")
        return bool(_inside(clock_library, row_id, "--browse"))

    return browsed


def _inside(clock_library: Path | None, *arguments: str) -> Any:
    done = subprocess.run(
        in_fresh_spaces([sys.executable, "-m", "tests.lab.inside", *arguments]),
        capture_output=True,
        text=True,
        check=False,
        cwd=REPOSITORY,
        timeout=_OVERALL_S,
        env={
            **os.environ,
            "LAB_CLOCK_LIBRARY": str(clock_library),
            "LAB_PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            "PYTHONPATH": os.pathsep.join([str(REPOSITORY), os.environ.get("PYTHONPATH", "")]),
        },
    )
    assert done.returncode == 0, f"the lab itself failed:\n{done.stderr[-3000:]}"
    return json.loads(done.stdout)


def _skip_where_impossible(row: Row, twists: tuple[str, ...], clock_library: Path | None, *more: str) -> None:
    try:
        importlib.metadata.distribution("portalcheck")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("portalcheck is not installed, so that no check is found (pip install -e .)")
    steps = (*row.setting, *row.fault, *(step for name in twists for step in TWISTS[name]))
    wanted = {"ip", "nsenter", *more, *programs(steps)}
    if why := why_impossible(sorted(wanted)):
        pytest.skip(why)
    if "squid" in wanted and len(namespaces()) > 1:
        pytest.skip("Squid gives up root for another user, whom an unprivileged namespace has not")
    if clock_library is None:
        pytest.skip("no C compiler to make the library that shifts the clock")
