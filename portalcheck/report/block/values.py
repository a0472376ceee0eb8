"""Values of the block: numbers, yes, no, none, lists, and texts reduced to letters, digits, `.`, `-`, blanks.

A text is runs of letters and digits with one blank, point or dash between them. What is more is dropped, and
the value says so. Everything here is read without regard to blanks and, but for texts themselves, to case.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence

import msgspec

from portalcheck.report.block import layout
from portalcheck.report.block.layout import squeeze

LONGEST = 256
"""Characters of one text; a host name has at most 253 (RFC 1035)."""

_TEXT = re.compile(r"[A-Za-z0-9]+(?:[ .-][A-Za-z0-9]+)*")
_FOREIGN = re.compile(r"[^A-Za-z0-9.-]+")
_RUNS = re.compile(r"[ .-]*([ .-])[ .-]*")
_NUMBER = re.compile(r"(minus)?(\d{1,30}|\d+\.\d+|\d+(?:\.\d+)?e-?\d+)")
_APOSTROPHES = frozenset("'`\u00b4\u2018\u2019\u02bc")
_LARGEST = 10**30
_WORDS: dict[str, bool | None] = {"yes": True, "no": False, "none": None}
_LIST = "list"
_REDUCED = "about"
_BEFORE_TEXT = ("text", _REDUCED)
_MARKS = (*_BEFORE_TEXT, _LIST, "minus")
_STRIP = {word: re.compile(r"\s*" + r"\s*".join(word) + r"\s*", re.IGNORECASE) for word in _MARKS}
_AROUND = re.compile(r"\s*([.-])\s*")


class Value(msgspec.Struct, frozen=True):
    """A value that was read; `reduced` says that letters of a text were lost when it was written."""

    value: str | int | float | bool | list[str] | None
    reduced: bool = False


def write(value: object) -> str:
    """A value of a report as the block writes it, without its name."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return _write_number(value)
    if isinstance(value, str):
        return _write_any_text(value)
    if isinstance(value, Sequence):
        return "/".join([_LIST, *(write_text(str(item)) for item in value)])
    return "none"


def write_text(text: str) -> str:
    """A text as the block writes it where only a text can stand."""
    plain = reduce(text)
    if plain != text:
        return f"about {plain}".rstrip()
    return f"text {plain}".rstrip() if not plain or squeeze(plain).startswith(_BEFORE_TEXT) else plain


def _write_any_text(text: str) -> str:
    """A text as the block writes it at a place that may also hold a number or another word."""
    written, squeezed = write_text(text), squeeze(text)
    mistakable = squeezed in _WORDS or squeezed.startswith(_MARKS) or _NUMBER.fullmatch(squeezed)
    return f"text {text}" if mistakable and written == text else written


def reduce(text: str) -> str:
    """A text without all that the block cannot hold; the same text if the block can hold all of it."""
    if len(text) <= LONGEST and _TEXT.fullmatch(text) and not layout.MARKER_WORDS.search(text):
        return text
    decomposed = unicodedata.normalize("NFKD", text[: 2 * LONGEST])
    letters = "".join(c for c in decomposed if not unicodedata.combining(c) and c not in _APOSTROPHES)
    plain = layout.MARKER_WORDS.sub(
        r"\1", _RUNS.sub(lambda found: found[1], _FOREIGN.sub(" ", letters))
    ).strip(" .-")
    return plain[:LONGEST].rstrip(" .-")


def read(written: str) -> Value:
    """A value from what stands after its name; never raises."""
    first, *items = written.split("/")
    if items and squeeze(first) == _LIST:
        texts = [read_text(item) for item in items]
        return Value([str(text.value) for text in texts], any(text.reduced for text in texts))
    squeezed = squeeze(first)
    if squeezed == _LIST:
        return Value([])
    if squeezed in _WORDS:
        return Value(_WORDS[squeezed])
    found = _NUMBER.fullmatch(squeezed)
    if found:
        number = int(found[2]) if found[2].isdigit() else float(found[2])
        if math.isfinite(number):
            return Value(-number if found[1] else number)
    return read_text(first)


def read_text(written: str) -> Value:
    """A text where only a text can stand; never raises."""
    squeezed = squeeze(written)
    for word in _BEFORE_TEXT:
        if squeezed.startswith(word):
            return Value(_tidy(_STRIP[word].sub("", written, count=1)), reduced=word == _REDUCED)
    return Value(_tidy(written))


def _tidy(text: str) -> str:
    return " ".join(_AROUND.sub(r"\1", text).split())


def _write_number(value: float) -> str:
    if isinstance(value, int) and abs(value) >= _LARGEST:
        return f"about {abs(value)}" if abs(value) < _LARGEST**4 else "about"
    if not math.isfinite(value):
        return "none"
    return ("minus " if math.copysign(1, value) < 0 else "") + repr(abs(value)).replace("+", "")
