"""What the tests of words share: the texts flattened, and what the sources say of reasons and keys."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from portalcheck.words.catalog import variants
from tests.declared import INSTALLED

ROOT = Path(__file__).resolve().parents[2]

EVIDENCE: Mapping[str, frozenset[str]] = {
    code: frozenset((*reason.args, *reason.local)) for code, reason in INSTALLED.reasons.items()
}
"""The evidence of each reason that a sentence may speak of, as it is declared."""


def strings(entry: object) -> Iterator[str]:
    """Every string of a part of the texts, lists included."""
    if isinstance(entry, list):
        for item in entry:
            yield from strings(item)
    elif isinstance(entry, Mapping):
        for item in entry.values():
            yield from strings(item)
    else:
        yield from variants(entry)


def flat(entry: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """Every leaf of the texts with its path; a list is a leaf."""
    if isinstance(entry, Mapping):
        for key, value in entry.items():
            yield from flat(value, (*path, key))
    else:
        yield path, entry


def conditions(entry: object) -> Iterator[str]:
    """The names of arguments that a sentence's variants depend on."""
    if isinstance(entry, Mapping):
        for name, values in entry.items():
            if isinstance(values, Mapping):
                yield name
                for value in values.values():
                    yield from conditions(value)


def evidence_given() -> Iterator[tuple[str, frozenset[str]]]:
    """Each place in the checks where a reason is given with plainly named evidence, and the names."""
    for check in INSTALLED.checks:
        module = sys.modules[check.run.__module__]
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Call) and node.args and isinstance(given := node.args[0], ast.Attribute):
                names = [keyword.arg for keyword in node.keywords]
                reason = getattr(vars(module)["reasons"], given.attr, None)
                if ast.unparse(given.value) == "reasons" and reason is not None and None not in names:
                    yield str(reason), frozenset(name for name in names if name is not None)


def ui_keys() -> Iterator[tuple[str, str]]:
    """Each key that the sources look up in the `ui` table as a plain string, with the file's name."""
    for source in (ROOT / "portalcheck").rglob("*.py"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "ui":
                key = node.args[0] if node.args else None
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield source.name, key.value
