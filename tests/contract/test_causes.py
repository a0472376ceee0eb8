"""Causes, notes, owners, the order of blame and article references are those of contract.md."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from functools import cache
from importlib import import_module
from itertools import product
from pathlib import Path

import pytest

from portalcheck.api.declarations import INCONCLUSIVE, NONE, Cause
from portalcheck.diagnosis.article import refs
from portalcheck.diagnosis.steps import BY_SYMPTOM, WITHOUT_SYMPTOM
from portalcheck.model import Outcome, Status, gravest
from portalcheck.words.symptoms import symptom_ids
from tests.contract.reading import blocks, causes, code, column, spans, table
from tests.declared import CAUSES, INSTALLED

OWN = {row.id: row for row in CAUSES if not (row.note or row.further)} | {
    "none": NONE,
    "inconclusive": INCONCLUSIVE,
}
"""Each cause's own row."""
NOTES = {row.id for row in CAUSES if row.note}


def rows_of(cause: str) -> list[Cause]:
    return [row for row in CAUSES if row.id == cause and not row.note]


def test_the_causes_are_those_of_the_document() -> None:
    assert causes().keys() == OWN.keys()


def test_the_notes_are_those_of_the_document() -> None:
    told = column(table("Notes"), "note")

    assert sorted(told) == sorted(NOTES)


@pytest.mark.parametrize("cause", OWN)
def test_a_cause_leads_first_to_the_reference_of_the_document(cause: str) -> None:
    always, *in_some_case = spans(causes()[cause]["first ref"])

    assert always == OWN[cause].ref
    assert set(in_some_case) == {row.ref for row in rows_of(cause)} - {always}


@pytest.mark.parametrize("cause", OWN)
def test_a_cause_has_the_owner_of_the_document(cause: str) -> None:
    owners = spans(causes()[cause]["owner"])
    always = [OWN[cause].owner.value] if OWN[cause].owner is not None else []  # type: ignore[union-attr]  # not None
    by_evidence = "".join(inspect.getsource(row.owner_by) for row in rows_of(cause) if row.owner_by)

    assert owners[:1] == always
    assert set(owners[1:]) == {name.lower() for name in re.findall(r"\bOwner\.([A-Z]+)", by_evidence)}


# ---- the order of blame ------------------------------------------------------------------------


def test_the_order_of_blame_of_the_document_is_that_of_the_declarations() -> None:
    (block,) = blocks("Order of blame")
    told = re.split(r"[,\s]+", block.strip())
    own = [row.id for row in CAUSES if not (row.note or row.further)]
    ranks = [[place for place, name in enumerate(told) if fnmatch(cause, name)] for cause in own]

    assert all(len(found) == 1 for found in ranks)
    assert ranks == sorted(ranks)
    assert [name for name in told if not any(fnmatch(cause, name) for cause in own)] == []


# ---- which outcome a cause can have ------------------------------------------------------------


WORDS = {status.value: status for status in Status}
"""What makes a finding is named after its status."""


class Given:
    """The statuses that one function of a check gives to reasons, read from its source.

    A name stands for whatever is assigned to it in the function, a call of another function of the module for
    every reason that stands in that one.
    """

    def __init__(self, node: ast.FunctionDef, module: ast.Module, declared: Mapping[str, str]) -> None:
        self._functions = {each.name: each for each in module.body if isinstance(each, ast.FunctionDef)}
        self._declared, self._assigned = declared, dict[str, list[ast.expr]]()
        self.found: set[tuple[str, Status]] = set()
        for each in ast.walk(node):
            if isinstance(each, ast.Assign | ast.NamedExpr):
                for target in each.targets if isinstance(each, ast.Assign) else [each.target]:
                    self._assigned.setdefault(ast.unparse(target), []).append(each.value)
        for each in ast.walk(node):
            if isinstance(each, ast.Call) and each.args:
                self.found |= set(product(self._reasons(each.args[0]), self._statuses(each.func)))

    def _alternatives(self, node: ast.expr) -> Iterator[ast.expr]:
        """What an expression may be: both sides of a choice, all that is assigned to a name."""
        if isinstance(node, ast.IfExp):
            yield from (*self._alternatives(node.body), *self._alternatives(node.orelse))
        elif isinstance(node, ast.Name) and node.id in self._assigned:
            for value in self._assigned[node.id]:
                yield from self._alternatives(value)
        else:
            yield node

    def _statuses(self, node: ast.expr) -> set[Status]:
        names = (each.id for each in self._alternatives(node) if isinstance(each, ast.Name))
        return {WORDS[name] for name in names if name in WORDS}

    def _reasons(self, node: ast.expr) -> set[str]:
        found: set[str] = set()
        for each in self._alternatives(node):
            called = self._functions.get(ast.unparse(each.func)) if isinstance(each, ast.Call) else None
            attributes = ast.walk(called) if called is not None else [each]
            found |= {
                self._declared.get(one.attr, "") for one in attributes if isinstance(one, ast.Attribute)
            }
        return found - {""}


@cache
def statuses() -> dict[str, set[Status]]:
    """Every reason of the built-in checks, and the statuses that it is given with."""
    found: dict[str, set[Status]] = {}
    for check in INSTALLED.checks:
        package = check.run.__module__.rpartition(".")[0]
        reasons = import_module(f"{package}.reasons")
        declared = {name: str(value) for name, value in vars(reasons).items() if name.isupper()}
        for path in Path(str(reasons.__file__)).parent.glob("*.py"):
            module = ast.parse(path.read_text("utf-8"))
            for function in (node for node in module.body if isinstance(node, ast.FunctionDef)):
                for reason, status in Given(function, module, declared).found:
                    found.setdefault(reason, set()).add(status)
    return found


def test_the_statuses_of_every_reason_that_a_check_declares_are_read_from_its_source() -> None:
    """Else the outcomes below would be worked out from a part of what checks say."""
    assert statuses().keys() == {str(reason) for check in INSTALLED.checks for reason in check.reasons}


def weights(row: Cause) -> set[Status]:
    """How grave a row can be: by the findings that it rests on, or a failure where it explains one."""
    evidence = [statuses()[reason] for reason in row.all]
    choices = [[*evidence, statuses()[reason]] for reason in row.any] or [evidence]
    found = {gravest(given) for choice in choices for given in product(*choice)}
    if any(_explains(row, reason) and Status.FAIL in given for reason, given in statuses().items()):
        found.add(Status.FAIL)
    return found & {Status.WARN, Status.FAIL}


def _explains(row: Cause, reason: str) -> bool:
    return reason in row.explains or INSTALLED.layer(reason) in row.explains


@pytest.mark.parametrize("cause", sorted(OWN.keys() - {"none", "inconclusive"}))
def test_a_cause_is_a_failure_or_a_warning_as_the_document_says(cause: str) -> None:
    told = causes()[cause]["outcome"].split(", ")

    assert set(told) == {weight.value for row in rows_of(cause) for weight in weights(row)}


@pytest.mark.parametrize(
    ("cause", "built"), [("none", [Outcome.OK, Outcome.UNKNOWN]), ("inconclusive", [Outcome.UNKNOWN])]
)
def test_the_outcome_without_a_cause_is_that_of_the_document(cause: str, built: list[Outcome]) -> None:
    assert causes()[cause]["outcome"].split(", ") == [outcome.value for outcome in built]


# ---- the article -------------------------------------------------------------------------------


def test_the_references_are_those_of_the_document() -> None:
    told = [(code(row["ref"]), row["kind"], row["message"]) for row in table("Article references")]

    assert told == [(ref.id, ref.kind, ref.message) for ref in refs().values()]


def test_each_symptom_leads_where_the_document_says() -> None:
    told = {row["symptom"].strip("`"): tuple(spans(row["leads to"])) for row in table("Symptoms")}

    assert told == {**BY_SYMPTOM, "none": WITHOUT_SYMPTOM}
    assert told.keys() - {"none"} == set(symptom_ids())
