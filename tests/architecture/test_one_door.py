"""One door: the core knows no check. What a check adds is declared in its own folder, and read from there alone."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.declared import INSTALLED

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "portalcheck"
PRACTICE = {"demo", "integrations"}
"""Rooms that practise faults or write files for other engines, and so name what must come out."""

CODES = {str(reason) for check in INSTALLED.checks for reason in check.reasons}
CAUSES = {row.id for check in INSTALLED.checks for row in check.causes} - {"inconclusive"}
CHECKS = set(INSTALLED.ids())


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(CORE.rglob("*.py")):
        name = path.relative_to(CORE).as_posix()
        if name.split("/")[0] not in PRACTICE:
            yield name, ast.parse(path.read_text("utf-8"))


def words_in(tree: ast.AST) -> Iterator[str]:
    """Every string of a module, of its docstrings not."""
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value


def test_no_module_of_the_core_names_a_reason_or_a_cause_of_a_check() -> None:
    named = [(name, word) for name, tree in modules() for word in words_in(tree) if word in CODES | CAUSES]

    assert len(CODES) > 140
    assert len(CAUSES) > 45
    assert named == []


def _ids(node: ast.AST | None) -> set[str]:
    """The ids of checks that stand in an expression as plain strings."""
    return {word for word in words_in(node) if word in CHECKS} if node is not None else set()


def test_no_module_of_the_core_tells_a_check_by_its_id() -> None:
    """Neither as an index, nor by `get`, nor in a comparison with a check, its id or a list of them."""
    found = []
    for name, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Subscript) and "check" in ast.unparse(node.value).lower():
                found += [(name, word) for word in _ids(node.slice)]
            elif isinstance(node, ast.Call) and "check" in ast.unparse(node.func).lower():
                found += [(name, word) for argument in node.args[:1] for word in _ids(argument)]
            elif isinstance(node, ast.Compare) and "check" in ast.unparse(node).lower():
                found += [(name, word) for word in _ids(node)]

    assert found == []


# ---- a reason and a cause more -----------------------------------------------------------------


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree without its tests, and with the cache of the type checker where there is one."""
    folder = tmp_path_factory.mktemp("tree")
    for name in ("portalcheck", "checks"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


REASON = 'FAST = Reason("clock.fast", args={"skew_s": int})\n'
CAUSE = """    Cause(
        id="clock-fast",
        ref="step-7",
        owner=Owner.YOU,
        code_number=92,
        all={reasons.FAST},
        after="clock-wrong",
    ),
"""
WORDS = """
[causes.clock-fast]
verdict = "This computer's clock runs fast."
patient = "It gains time."
actions = ["Set the clock.", "Start the computer again."]
agent = "The clock runs fast."
it = "See clock.fast."
"""


def add(copy: Path) -> set[str]:
    """Put a reason and a cause into the check of the clock; the files that this changes."""
    clock = copy / "checks" / "portalcheck_checks" / "clock"
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    with (clock / "reasons.py").open("a") as file:
        file.write(REASON)
    for language in ("en", "es"):
        words = (clock / f"{language}.toml").read_text("utf-8")
        words = words.replace('"clock.wrong" =', '"clock.fast" = "It runs fast."\n"clock.wrong" =')
        (clock / f"{language}.toml").write_text(words + WORDS, "utf-8")
    causes = (clock / "causes.py").read_text("utf-8")
    causes = causes.replace("CAUSES = (\n", "CAUSES = (\n" + CAUSE)
    (clock / "causes.py").write_text(causes, "utf-8")
    check = (clock / "check.py").read_text("utf-8")
    check = check.replace(
        "yield ok(reasons.CORRECT, skew_s=time.skew_s)",
        "yield fail(reasons.FAST, skew_s=time.skew_s) if time.skew_s > 30 else ok(reasons.CORRECT, skew_s=time.skew_s)",
    ).replace("Finding,", "Finding, fail,", 1)
    (clock / "check.py").write_text(check, "utf-8")
    after = {path for path in copy.rglob("*") if path.is_file()}
    return {path.relative_to(copy).as_posix() for path in after if before.get(path) != path.read_bytes()}


def type_errors(copy: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "checks/portalcheck_checks", "--no-error-summary"],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    return done.stdout + done.stderr


DIAGNOSE = """
from portalcheck.words.catalog import Catalog
from portalcheck.diagnosis.engine import diagnose
from portalcheck.diagnosis.registry import Installed
from portalcheck.report.explain import explain
from portalcheck.model import CheckResult, Status
from portalcheck.report.build import RunFacts
from portalcheck_checks.clock.check import CHECK, judge
from portalcheck.api import TrueTime

installed = Installed([CHECK])
findings = tuple(judge(TrueTime(45)))
found = diagnose([CheckResult(check="clock", status=Status.FAIL, duration_ms=1, findings=findings)], (), installed)
numbers = [number for number, name in installed.numbers.causes.items() if name == "clock-fast"]
print(found.cause, found.owner.value, found.likely_steps[0].ref, numbers)
print(Catalog("es", installed).cause(found.cause).verdict)
print(explain("clock.fast", Catalog("en", installed)))
"""


def test_a_reason_and_a_cause_more_touch_one_folder_and_are_known_everywhere(copy: Path) -> None:
    changed = add(copy)

    assert {Path(name).parent.as_posix() for name in changed} == {"checks/portalcheck_checks/clock"}
    assert type_errors(copy) == ""
    done = subprocess.run(
        [sys.executable, "-c", DIAGNOSE],
        env={"PYTHONPATH": f"{copy}:{copy / 'checks'}", "PATH": ""},
        cwd=copy,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith(
        "clock-fast you step-7 [92]\nThis computer's clock runs fast.\nclock.fast\n"
    )
    assert "Can lead to: clock-fast" in done.stdout

    check = copy / "checks" / "portalcheck_checks" / "clock" / "check.py"
    check.write_text(check.read_text("utf-8").replace("fail(reasons.FAST", "fail(reasons.FAAST"), "utf-8")
    assert "has no attribute" in type_errors(copy)
    check.write_text(check.read_text("utf-8").replace("fail(reasons.FAAST", 'fail("clock.fast"'), "utf-8")
    assert "incompatible type" in type_errors(copy)
