"""A stream of bytes cut into JSON documents: one a line, one over many lines, or a list of either.

A document that is cut off or damaged costs itself and nothing after it: the next one is found again by its
place at the beginning of a line. That asks for a usual layout of what goes over many lines: all of a document is
indented more than its first line is, or nothing is indented at all.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from itertools import chain, islice

from portalcheck.report.fleet.decoding import Damage, Decoder, Found

LONGEST = 16 * 1024 * 1024
"""Bytes of one line, and of one document over several lines; what is longer is no report and is not kept."""
_LONGEST_BRACKETED = 1024 * 1024
"""Bytes of a line whose brackets are counted; no report has a part on one line that is longer."""
_CONTINUES = b'}]",'
_SEPARATORS = b" \t\r,"
_BRACKETS = b"[] \t\r,"
Line = tuple[int, bytes | None]


def documents(parts: Iterable[bytes], read: Decoder) -> Iterator[tuple[int, Found]]:
    """Each document with the number of the line it begins on; of a list, each element by itself."""
    parts = iter(parts)
    start = [*islice(parts, 2)]
    whole = _whole(start[0], read) if len(start) == 1 else None
    if whole is not None:
        yield from ((1, found) for found in whole)
    else:
        yield from _by_lines(chain(start, parts), read)


def _whole(text: bytes, read: Decoder) -> list[Found] | None:
    """What a file holds that is one document or list; None if it holds something else."""
    text = text.strip()
    several, rest = read.elements(text) if text.startswith(b"[") else ([read.decode(text)], b"")
    return None if rest or any(isinstance(found, Damage) for found in several) else several


def _by_lines(parts: Iterable[bytes], read: Decoder) -> Iterator[tuple[int, Found]]:
    held: _Held | None = None
    for number, line in _lines(parts):
        if line is not None and held is not None and held.continues(line):
            held.add(line)
            if held.ended:
                yield from held.found(read)
                held = None
            continue
        if held is not None:
            yield held.start, held.damage
            held = None
        if line is None:
            yield number, Damage.TOO_LONG
        elif line.startswith(b"{") and (found := read.decode(line)) is not Damage.DAMAGED:
            yield number, found
        elif not line.isspace() and line:
            held = yield from _unusual(number, line, read)
    if held is not None:
        yield held.start, held.damage


def _lines(parts: Iterable[bytes]) -> Iterator[Line]:
    """Lines by number; None for one that is too long, of which nothing is kept."""
    number, pieces, size = 1, list[bytes](), 0
    for part in parts:
        first, *others = part.split(b"\n")
        for piece in (first, *others[:-1]) if others else ():
            if not pieces and size == 0:
                yield number, piece
            else:
                yield number, b"".join((*pieces, piece)) if size + len(piece) <= LONGEST else None
                pieces, size = [], 0
            number += 1
        rest = others[-1] if others else first
        size += len(rest)
        if size > LONGEST:
            pieces.clear()
        elif rest:
            pieces.append(rest)
    if size:
        yield number, b"".join(pieces) if size <= LONGEST else None


def _unusual(number: int, line: bytes, read: Decoder) -> Generator[tuple[int, Found], None, _Held | None]:
    """A line that is no document by itself: a list or a part of one, damage, or the start that is returned."""
    text = line.strip(_SEPARATORS).lstrip(_BRACKETS)
    if not text:
        return None
    if text.startswith(b"{"):
        several, rest = read.elements(text)
        yield from ((number, found) for found in several)
        if not rest:
            return None
        depth = _depth(rest)
        if rest.startswith(b"{") and depth is not None and depth > 0:
            # What ends a line that goes on belongs to it.
            return _Held(number, rest + line[len(line.rstrip(_SEPARATORS)) :], depth, _column(line))
    yield number, Damage.DAMAGED
    return None


class _Held:
    """A document over several lines, of which the end has not been read."""

    def __init__(self, start: int, text: bytes, depth: int, column: int) -> None:
        self.start, self._depth, self._column = start, depth, column
        self._parts, self._size = [text], len(text)
        self.damage = Damage.DAMAGED
        self.ended = False
        self._broken = False
        self._flat: bool | None = None

    def continues(self, line: bytes) -> bool:
        """Whether a line can be a further one of this document, and not the first one of another."""
        column = _column(line)
        first = line[column : column + 1]
        if first == b"{":
            return column > self._column or (self._flat is True and line.strip() == b"{")
        return not first or column > 0 or first in _CONTINUES

    def add(self, line: bytes) -> None:
        """Add a line; `ended` is then whether it was the last one."""
        change = _depth(line)
        if line.strip():
            self._flat = self._flat is not False and _column(line) == 0
        self._size += len(line)
        if self._size > LONGEST:
            self.damage = Damage.TOO_LONG
        if change is None or self._size > LONGEST:
            self._broken = True
            self._parts.clear()
        if self._broken:
            column = _column(line)
            self.ended = column <= self._column and line[column : column + 1] == b"}"
            return
        self._parts.append(line)
        self._depth += change or 0
        self.ended = self._depth <= 0

    def found(self, read: Decoder) -> Iterator[tuple[int, Found]]:
        """The line at which the document begins, and what it holds."""
        if self._broken:
            yield self.start, self.damage
            return
        text = b"\n".join(self._parts).rstrip(_SEPARATORS)
        if self._depth < 0:
            text = text.removesuffix(b"]")
        yield self.start, read.decode(text)


def _column(line: bytes) -> int:
    return len(line) - len(line.lstrip(b" \t"))


def _depth(text: bytes) -> int | None:
    """How many brackets more are opened than closed; None if a string does not end on its line."""
    if len(text) > _LONGEST_BRACKETED:
        return None
    if b"\\" in text:
        text = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    pieces = text.split(b'"')
    if len(pieces) % 2 == 0:
        return None
    bare = b"".join(pieces[::2])
    opened = bare.count(b"{") + bare.count(b"[")
    return opened - bare.count(b"}") - bare.count(b"]")
