"""What a check may ask is small, is all there, and no rule by which a fact is judged stands twice."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import portalcheck
import portalcheck_checks
from portalcheck.api import protocols
from portalcheck.facts import CLOCK_TOLERANCE_S, SLOW_MS, HttpStep
from tests.probe.context_world import Setting, context_of
from tests.probe.world import World

CORE = Path(portalcheck.__file__).parent
CHECKS = Path(portalcheck_checks.__file__).parent
FOR_THE_REPORT = {"deadline", "host", "ledger", "portal_host", "trouble", "walked"}
"""What a run's context has beside what checks may ask."""


def members(of: object) -> set[str]:
    return {name for name in dir(of) if not name.startswith("_")}


def test_a_context_offers_about_a_dozen_facts_and_has_them_all(world: World) -> None:
    context = context_of(world, Setting())
    offered: protocols.Context = context
    assert members(protocols.Context) == members(offered) - FOR_THE_REPORT
    assert len(members(protocols.Context)) <= 17
    assert members(protocols.Egress) == members(context.egress)
    assert members(protocols.ThirdParties) == members(context.third_parties) - {"survey"}


def constants(*places: Path) -> Iterator[tuple[str, str, float]]:
    """The numbers that a module names, as (module, name, number): durations in seconds."""
    units = {"_S": 1.0, "_MS": 0.001}
    files = [file for place in places for file in ([place] if place.is_file() else place.rglob("*.py"))]
    for file in files:
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                name, value = node.targets[0].id, node.value
                unit = next((unit for end, unit in units.items() if name.endswith(end)), None)
                if (
                    unit is not None
                    and isinstance(value, ast.Constant)
                    and isinstance(value.value, int | float)
                ):
                    yield f"{file.parent.name}/{file.name}", name, float(value.value) * unit


def test_what_is_slow_and_what_a_wrong_clock_is_stands_in_one_place() -> None:
    rules = {SLOW_MS / 1000, float(CLOCK_TOLERANCE_S)}
    found = [
        (module, name)
        for module, name, number in constants(CORE / "facts", CORE / "probe", CHECKS)
        if number in rules
    ]
    assert sorted(found) == [("facts/judgements.py", "CLOCK_TOLERANCE_S"), ("facts/trace.py", "SLOW_MS")]


def test_which_statuses_are_errors_stands_in_one_place() -> None:
    statuses = (200, 302, 399, 400, 401, 402, 403, 500, 599)
    errors = [status for status in statuses if HttpStep(failure=None, status=status).is_error]
    assert errors == [400, 402, 403, 500, 599]
    readers = [CORE / "probe" / "context.py", *CHECKS.rglob("*.py")]
    written = {
        node.value
        for file in readers
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant)
    }
    assert 401 not in written
