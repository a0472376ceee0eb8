"""A stream of bytes cut into JSON documents: one a line as a rule; what is anything else is scanned for reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from portalcheck.report.fleet.decoding import MARK, Damage, Decoder, Found, Head, OtherSchema
from portalcheck.report.fleet.scanning import Scanner

_LONGEST_LINE = 1024 * 1024
"""Bytes of a line that are handed on together."""
_MARK = MARK.encode()
_AROUND = b" \t\r,"


def documents(parts: Iterable[bytes], read: Decoder) -> Iterator[tuple[int, Found]]:
    """Each document with the number of the line it begins on; of a list, each element by itself."""
    parts = iter(parts)
    start = [*islice(parts, 2)]
    # A file of one report, however its lines are.
    whole = read.decode(start[0]) if len(start) == 1 else None
    if isinstance(whole, Head | OtherSchema):
        yield 1, whole
        return
    scanner, last = Scanner(read), 0
    for number, text, ends in _lines(chain(start, parts)):
        is_whole, last = ends and number != last, number
        found = read.decode(text.strip(_AROUND)) if is_whole and text.startswith(b"{") else None
        if isinstance(found, Head | OtherSchema) or (found is Damage.NO_REPORT and _MARK not in text):
            yield from scanner.end()
            yield number, found
        elif text and not text.isspace():
            yield from scanner.add(number, text, ends=ends)
    yield from scanner.end()


def _lines(parts: Iterable[bytes]) -> Iterator[tuple[int, bytes, bool]]:
    """Lines by number; a very long one in pieces. The last value says whether the line ends with the piece."""
    number, pieces, size = 1, list[bytes](), 0
    for part in parts:
        first, *others = part.split(b"\n")
        if others:
            pieces.append(first)
            yield number, b"".join(pieces) if len(pieces) > 1 else first, True
            for line in others[:-1]:
                number += 1
                yield number, line, True
            number += 1
            pieces, size = [], 0
        rest = others[-1] if others else first
        if rest:
            pieces.append(rest)
            size += len(rest)
        if size > _LONGEST_LINE:
            yield number, b"".join(pieces), False
            pieces, size = [], 0
    if size:
        yield number, b"".join(pieces), True
