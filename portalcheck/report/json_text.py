"""JSON text from outside (RFC 8259), decoded within bounds: the one decoder of every document that others wrote.

What this program cannot hold stands in the decoded value as `Unreadable`, which fits no field of a report; all that
stands beside it is read as it is. Python's reader is used rather than msgspec's, since a document may be followed by
anything, and may hold what RFC 8259 forbids (NaN) or leaves open (half of a surrogate pair).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import msgspec

DEEPEST = 64
"""Objects and lists inside one another; a report has seven."""
LONGEST_NUMBER = 400
"""Digits and signs of a number; the largest that a 64-bit float holds has 309 where it is written out."""

_INTEGERS = range(-(2**63), 2**64)
"""Those that are told exactly; larger ones as floats, as most readers of JSON do (RFC 8259, section 6)."""
_LONGEST_INTEGER = 20
_TOKENS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)
_HALF_PAIRS = re.compile("[\ud800-\udfff]")
_BLANKS = re.compile(r"[\s\ufeff]*")
_MEMBER = re.compile(r'[\s,]*"([^"\\]{1,64})"\s*:\s*')


class Limit(StrEnum):
    """A bound that a text from outside reached; what lies beyond it was not read."""

    LENGTH = "length"
    """The text is longer than what is read at once."""
    DEPTH = "depth"
    NUMBER = "number"
    """A number that no 64-bit float can hold, or none at all (NaN, Infinity)."""
    CHARACTER = "character"
    """Half of a surrogate pair, which no text can hold (RFC 8259, section 8.2)."""
    COUNT = "count"
    """There are more reports than are given."""
    EFFORT = "effort"
    """So much looks like a document and is none that not all of it was tried."""


class NotJSONError(Exception):
    """No JSON begins there; `place` is where it stopped being JSON."""

    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place


class Unreadable:
    """A value that is there and beyond a limit."""

    def __init__(self, limit: Limit) -> None:
        self.limit = limit

    def __repr__(self) -> str:
        return f"({self.limit})"


class Document(msgspec.Struct, frozen=True):
    """A decoded value, where it stands in the text (`end` is behind it), and the limits that it reached."""

    value: Any
    start: int
    end: int
    limits: frozenset[Limit] = frozenset()


def decode(text: str, start: int = 0) -> Document:
    """The document that begins at `start`, blanks before it passed over; anything may follow. Raises NotJSONError."""
    begin = _after_blanks(text, start)
    limits: set[Limit] = set()
    try:
        value, end = _decoder.raw_decode(text, begin)
    except json.JSONDecodeError as error:
        raise NotJSONError(error.pos) from error
    except RecursionError:
        shallow, end = _shallow(text, begin)
        try:
            value = _decoder.decode(shallow)
        except json.JSONDecodeError as error:
            raise NotJSONError(end) from error
    return Document(_bounded(value, 0, limits), begin, end, frozenset(limits))


def members(text: str, start: int, stop: int) -> Iterator[tuple[str, Document]]:
    """The members of an object that begins at `start` and is damaged: name and value, up to the first that is none.

    `stop` is where the text ends for it.
    """
    place = text.find("{", start, stop) + 1
    while place and (found := _MEMBER.match(text, place, stop)):
        try:
            document = decode(text, found.end())
        except NotJSONError:
            return
        # A number or word that the text ends with may have gone on.
        if document.end >= stop and not isinstance(document.value, str | list | dict):
            return
        yield found[1], document
        place = document.end


# ---- hooks of the decoder ------------------------------------------------------------------------


def _integer(written: str) -> int | float | Unreadable:
    if written == _TOO_DEEP:
        return Unreadable(Limit.DEPTH)
    if len(written) > _LONGEST_INTEGER or (number := int(written)) not in _INTEGERS:
        return _fraction(written)
    return number


def _fraction(written: str) -> float | Unreadable:
    if len(written) > LONGEST_NUMBER or not math.isfinite(number := float(written)):
        return Unreadable(Limit.NUMBER)
    return number


_decoder = json.JSONDecoder(
    strict=False,
    parse_int=_integer,
    parse_float=_fraction,
    parse_constant=lambda _: Unreadable(Limit.NUMBER),
)
_TOO_DEEP = "9" * (LONGEST_NUMBER + 35)
"""A number that stands for what was cut out as too deep."""


def _after_blanks(text: str, start: int) -> int:
    found = _BLANKS.match(text, start)
    return found.end() if found else start


def _bounded(value: Any, depth: int, limits: set[Limit]) -> Any:
    """The value without what is beyond a limit."""
    if isinstance(value, str):
        if value.isascii() or not _HALF_PAIRS.search(value):
            return value
        limits.add(Limit.CHARACTER)
        return _HALF_PAIRS.sub("\ufffd", value)
    if isinstance(value, Unreadable):
        limits.add(value.limit)
        return value
    if not isinstance(value, dict | list):
        return value
    if depth >= DEEPEST:
        limits.add(Limit.DEPTH)
        return Unreadable(Limit.DEPTH)
    if isinstance(value, list):
        return [_bounded(item, depth + 1, limits) for item in value]
    return {_bounded(name, depth, limits): _bounded(item, depth + 1, limits) for name, item in value.items()}


def _shallow(text: str, start: int) -> tuple[str, int]:
    """A document without what lies deeper than is read, and where it ends in `text`. Raises NotJSONError."""
    parts, depth, kept = list[str](), 0, start
    for token in _TOKENS.finditer(text, start):
        if token[0] in "[{":
            depth += 1
            if depth == DEEPEST + 1:
                parts += [text[kept : token.start()], _TOO_DEEP]
        elif token[0] in "]}":
            if depth == DEEPEST + 1:
                kept = token.end()
            depth -= 1
            if depth <= 0:
                parts.append(text[kept : token.end()])
                return "".join(parts), token.end()
    raise NotJSONError(len(text))
