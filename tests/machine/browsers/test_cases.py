"""The list of situations in README.md is whole, and the tests that it names are there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[2]
TEXT = (HERE / "README.md").read_text("utf-8")
HOW_MANY = 97
FILES = dict(re.findall(r"^\| (\w+) \| `(tests/\S+\.py)` \|$", TEXT, re.MULTILINE))
CASES = re.findall(r"^\| (\d+) \| (.+?) \| (.*) \|$", TEXT, re.MULTILINE)
_NAMED = re.compile(r"(\w+): `(\w+)`")


@cache
def written_in(path: str) -> frozenset[str]:
    tree = ast.parse((REPOSITORY / path).read_text("utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def test_no_situation_is_left_out() -> None:
    assert [int(number) for number, _, _ in CASES] == list(range(1, HOW_MANY + 1))
    assert len({words for _, words, _ in CASES}) == HOW_MANY


@pytest.mark.parametrize(("number", "words", "named"), CASES)
def test_every_situation_has_tests_that_exist(number: str, words: str, named: str) -> None:
    found = _NAMED.findall(named)
    assert ", ".join(f"{short}: `{test}`" for short, test in found) == named
    missing = [test for short, test in found if test not in written_in(FILES[short])]
    assert found, f"{number}, {words}: no test"
    assert not missing, f"{number}, {words}"
