"""Strings that came from outside, made harmless; and templates filled without `str.format`.

`str.format` on a string from outside reaches attributes; here `{name}` and `{name:kind}` are all there is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

LONGEST = 300
"""Characters of one value that are shown; the rest is cut and marked."""

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)(?::([a-z_]+))?\}")
_BLANKS = frozenset("\t\n\v\f\r\x85\u2028\u2029")
_MARKER = re.compile(r"((?:begin|end)[^a-z0-9]{0,40}portal[^a-z0-9]{0,3}chec)k", re.IGNORECASE)
"""The words with which a report in a text begins and ends, but the last, which may stand behind what is shown."""
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def clean(text: str, longest: int = LONGEST) -> str:
    """One line of `text` that is safe on a terminal and in a page's text, at most `longest` characters.

    Line ends and tabs become blanks. Control characters (C0, C1), bidirectional and zero-width ones, other
    format characters and lone surrogates become `?`, so that a reader sees that something was there. What could begin
    or end a pasted report loses a letter.
    """
    if len(text) > longest:
        text = text[: max(longest - 3, 0)] + "..."
    if not text.isprintable():
        text = "".join(_shown(character) for character in text)
    return _MARKER.sub(r"\1", text) if "portal" in text.lower() else text


def _shown(character: str) -> str:
    if character in _BLANKS or unicodedata.category(character) == "Zs":
        return " "
    return "?" if unicodedata.category(character) in _HIDDEN else character


def fill(template: str, value: Callable[[str, str], str]) -> str:
    """`template` with each placeholder replaced by `value(name, kind)`, which is not looked at again."""
    return _PLACEHOLDER.sub(lambda found: value(found[1], found[2] or ""), template)


def placeholders(template: str) -> frozenset[tuple[str, str]]:
    """The (name, kind) pairs of a template; the kind is empty where none is written."""
    return frozenset((name, kind) for name, kind in _PLACEHOLDER.findall(template))
