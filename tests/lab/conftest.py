"""Plays rows in namespaces of their own, each once a session."""

from __future__ import annotations

import functools
import importlib.metadata
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.lab.row import Row
from tests.lab.rows import FAST, ROWS, TABLE, TWISTS, programs
from tests.lab.spaces import clock_library, namespaces, told_inside, why_impossible
from tests.lab.steps import Step
from tests.lab.world import Ran


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
    marks = [pytest.mark.xdist_group(row.id), *([] if row.id in FAST else [pytest.mark.slow])]
    if row.beyond and "cause" in test:
        marks.append(pytest.mark.xfail(reason=row.beyond, strict=True))
    return pytest.param(row, id=row.id, marks=marks)


@pytest.fixture(scope="session")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """The library that shifts the patient's wall clock; None where there is no compiler."""
    return clock_library(tmp_path_factory.mktemp("lab"))


@pytest.fixture(scope="session")
def play(clock: Path | None) -> Play:
    """Play a row, with twists or without; what happened is kept for the session."""

    @functools.cache
    def played(row_id: str, *twists: str) -> Played:
        skip_where_impossible(_steps(row_id, *twists), clock)
        told = told_inside("tests.lab.inside", row_id, *twists, clock=clock)
        return msgspec.convert(json.loads(told), Played)

    return played


@pytest.fixture(scope="session")
def browse(clock: Path | None) -> Callable[[str], bool]:
    """Whether the sign-in page of a row loads in Chromium after its fault."""

    def browsed(row_id: str) -> bool:
        skip_where_impossible(_steps(row_id), clock, "chromium")
        return bool(json.loads(told_inside("tests.lab.inside", row_id, "--browse", clock=clock)))

    return browsed


def _steps(row_id: str, *twists: str) -> list[Step]:
    row = ROWS[row_id]
    return [*row.setting, *row.fault, *(step for name in twists for step in TWISTS[name])]


def skip_where_impossible(steps: Iterable[Step], clock: Path | None, *more: str) -> None:
    """Skip a test whose world cannot be made here."""
    try:
        importlib.metadata.distribution("portalcheck")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("portalcheck is not installed, so that no check is found (pip install -e .)")
    wanted = {"ip", "nsenter", *more, *programs(steps)}
    if why := why_impossible(sorted(wanted)):
        pytest.skip(why)
    if "squid" in wanted and len(namespaces()) > 1:
        pytest.skip("Squid gives up root for another user, whom an unprivileged namespace has not")
    if clock is None:
        pytest.skip("no C compiler to make the library that shifts the clock")
