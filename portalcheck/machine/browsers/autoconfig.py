"""Firefox's autoconfig: a script of an administrator that sets preferences (`general.config.filename`).

The script is not run. What it does at its top level with literal values is known; what it does in a block, by a
condition or with a computed value is not, and is said so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from portalcheck.machine.browsers.prefs_js import Value, plain

_TOKEN = re.compile(
    r"""(?:\s++|//[^\n]*+|/\*.*?(?:\*/|\Z))++"""
    r"""|(?P<text>"(?:[^"\\\n]|\\.)*+"?|'(?:[^'\\\n]|\\.)*+'?|`(?:[^`\\]|\\.)*+`?)"""
    r"""|(?P<word>[\w$]++)|(?P<sign>.)""",
    re.DOTALL,
)
_STRING = re.compile(r"""([\"']).*+(?<=.\1)""", re.DOTALL)
_NAMED = re.compile(r"\(t[,)]")
_SET = re.compile(r"\(t,(?:t|true|false|[+-]?n)\)")
_DEEP = 50
_MOST_DIGITS = 18
_SETS = ("lockPref", "defaultPref", "pref")
_VERBS = (*_SETS, "unlockPref", "clearPref")
_TRUTH = {"true": True, "false": False}


class Call(NamedTuple):
    """A function of autoconfig called for a preference; `value` is None where none is needed.

    A `verb` of `""` stands for a call of which it is not known whether it is made, or with what value.
    """

    verb: str
    name: str
    value: Value | None = None


def calls(content: bytes, shift: int) -> Iterator[Call]:
    """The calls of a script in their order; its bytes are moved up by `shift`, and its first line is not run."""
    moved = bytes((byte - shift) % 256 for byte in content) if shift else content
    script = moved.decode("utf-8", "replace").partition("\n")[2]
    tokens = [match[0] for match in _TOKEN.finditer(script) if match.lastgroup]
    surely: list[bool] = []  # of each open bracket, whether what is in it is run in any case
    starts, before, at = True, "", 0
    while at < len(tokens):
        word, length = tokens[at], 1
        if word in _VERBS:
            call, length = _call(tokens[at : at + 8])
            if call is not None:
                yield call if starts and False not in surely[-_DEEP:] else Call("", call.name)
            starts = length > 1
        elif word in "{([":
            starts = word == "{" and before == "try"
            surely.append(starts and len(surely) < _DEEP)
        elif word in "})]":
            starts = word == "}"
            del surely[-1:]
        else:
            starts = word == ";"
        before = word
        at += length


def _call(tokens: list[str]) -> tuple[Call | None, int]:
    """The call that some tokens begin with, if any, and how many of them it is; 1 where it is not seen through."""
    verb, *rest = tokens
    shape = "".join("t" if _STRING.match(each) else "n" if each.isdigit() else each for each in rest)
    named = _NAMED.match(shape)
    if named is None:
        return None, 1
    name = plain(rest[1][1:-1])
    if verb not in _SETS:
        return (Call(verb, name), 1 + len(rest[:3])) if shape.startswith("(t)") else (Call("", name), 1)
    if _SET.match(shape) is None:
        return Call("", name), 1
    sign = rest[3] if rest[3] in ("+", "-") else ""
    literal = rest[3 + bool(sign)]
    value: Value = plain(literal[1:-1]) if _STRING.match(literal) else _TRUTH.get(literal, False)
    if literal.isascii() and literal.isdigit() and len(literal) <= _MOST_DIGITS:
        value = int(sign + literal)
    return Call(verb, name, value), 6 + bool(sign)
