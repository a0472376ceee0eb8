"""Files of Firefox's preferences: statements `user_pref("name", value);` (modules/libpref/parser)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

Value = bool | int | str

_STRING = r"""(?:"((?:[^"\\]|\\.)*+)"|'((?:[^'\\]|\\.)*+)')"""
_GAP = r"(?:\s++|//[^\n]*+|\#[^\n]*+|/\*.*?(?:\*/|\Z))*+"
_SPACE = re.compile(_GAP, re.DOTALL)
_STATEMENT = re.compile(
    rf"(user_pref|sticky_pref|pref){_GAP}\({_GAP}{_STRING}{_GAP},{_GAP}"
    rf"(?:{_STRING}|(true|false)|([+-]?[0-9]{{1,18}})){_GAP}"
    rf"((?:,{_GAP}(?:sticky|locked){_GAP})*+)\){_GAP};",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "r": "\r"}


class Statement(NamedTuple):
    """One preference set: for the user (`user_pref`), or its default, which may be locked against the user."""

    of_user: bool
    name: str
    value: Value
    locked: bool


def statements(text: str) -> Iterator[Statement]:
    """What a file sets, in its order; a line that holds no statement is skipped."""
    at = 0
    while True:
        space = _SPACE.match(text, at)
        at = space.end() if space is not None else at
        if at >= len(text):
            return
        statement = _STATEMENT.match(text, at)
        if statement is None:
            line = text.find("\n", at)
            at = line + 1 if line >= 0 else len(text)
            continue
        at = statement.end()
        kind, double, single, inner, other, truth, number, words = statement.groups()
        value: Value = plain(inner or other or "")
        if truth or number:
            value = truth == "true" if truth else int(number)
        yield Statement(kind == "user_pref", plain(double or single or ""), value, "locked" in words)


def parse(text: str) -> dict[str, Value]:
    """The user's preferences in a file by name, the last of a name."""
    return {each.name: each.value for each in statements(text) if each.of_user}


def plain(text: str) -> str:
    """A string of JavaScript between its quotes, as the text that it stands for."""
    return _ESCAPE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _LETTERS.get(match[3], match[3])
