"""A page that is served for tests: over rounds that are given, or the practised program."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
import pytest

from portalcheck.facts import OpenPage
from portalcheck.guide.site import Site
from portalcheck.guide.trail import Trail
from portalcheck.model import CheckResult, Portal, Report, Status
from portalcheck.testing import PORTAL
from tests.declared import catalog_of
from tests.report.formats import reports


class GivenRun(msgspec.Struct):
    """What a round found: nothing but the report that is to come of it."""

    pages: tuple[OpenPage, ...] = ()
    trace: None = None


class GivenLine:
    """Rounds that end at once with a given report, and keep what they were asked for."""

    portal: Portal = PORTAL
    url = PORTAL.url
    host = "portal.example"
    checks: tuple[str, ...] = ("dns", "tls")

    def __init__(self, *given: Report) -> None:
        self._given = [*given] or [reports.healthy()]
        self.looked: list[tuple[OpenPage, ...]] = []
        self.kept: list[Trail] = []
        self.rounds = 0

    def check(self, watcher: Any, stopped: Callable[[], bool]) -> GivenRun:
        del stopped
        self.rounds += 1
        for check in self.checks:
            watcher.ended(CheckResult(check=check, status=Status.OK, duration_ms=1, findings=()))
        return GivenRun()

    def look(self, run: GivenRun, pages: Sequence[OpenPage]) -> GivenRun:
        self.looked.append(tuple(pages))
        return msgspec.structs.replace(run, pages=tuple(pages))

    def report(self, run: GivenRun, trail: Trail) -> Report:
        del run
        given = self._given[min(self.rounds, len(self._given)) - 1]
        return msgspec.structs.replace(given, tried=trail.tried or msgspec.UNSET, symptoms=trail.symptoms)

    def settled_by_leave(self, run: GivenRun) -> bool:
        del run
        return False

    def give_leave(self) -> None:
        raise AssertionError

    def keep(self, report: Report, trail: Trail) -> None:
        del report
        self.kept.append(trail)


@pytest.fixture
def line() -> GivenLine:
    return GivenLine()


@pytest.fixture
def site(line: GivenLine) -> Iterator[Site]:
    made = Site(line, catalog_of("en"), None, ())
    made.start()
    yield made
    made.end(0.0)
    assert made.fault is None
