"""Firefox's `prefs.js` and `user.js`: statements `user_pref("name", value);` (modules/libpref/parser)."""

from __future__ import annotations

import re

Value = bool | int | str

_STRING = r"""(?:"((?:[^"\\]|\\.)*+)"|'((?:[^'\\]|\\.)*+)')"""
_GAP = r"(?:\s++|//[^\n]*+|\#[^\n]*+|/\*.*?(?:\*/|\Z))*+"
_SPACE = re.compile(_GAP, re.DOTALL)
_STATEMENT = re.compile(
    rf"(?:user_pref|sticky_pref|pref){_GAP}\({_GAP}{_STRING}{_GAP},{_GAP}"
    rf"(?:{_STRING}|(true|false)|([+-]?[0-9]{{1,18}}))"
    rf"{_GAP}\){_GAP};",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "r": "\r"}


def parse(text: str) -> dict[str, Value]:
    """The preferences of a file by name, the last of a name; a line that holds no statement is skipped."""
    preferences: dict[str, Value] = {}
    at = 0
    while True:
        space = _SPACE.match(text, at)
        at = space.end() if space is not None else at
        if at >= len(text):
            return preferences
        statement = _STATEMENT.match(text, at)
        if statement is None:
            line = text.find("\n", at)
            at = line + 1 if line >= 0 else len(text)
            continue
        at = statement.end()
        double, single, inner, other, truth, number = statement.groups()
        value: Value = _plain(inner or other or "")
        if truth or number:
            value = truth == "true" if truth else int(number)
        preferences[_plain(double or single or "")] = value


def _plain(text: str) -> str:
    return _ESCAPE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _LETTERS.get(match[3], match[3])
