"""Finds the lines of blocks in a text, verifies each by its mark, and puts those of one report together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

import msgspec

from portalcheck.report.block import layout
from portalcheck.report.block.normalise import normalise_line
from portalcheck.report.checksums import SYMBOLS

LONGEST_LINE = 1000
"""Characters of a plain text that one line may be spread over."""
_NEAR = 2 * LONGEST_LINE
"""How far from a proved line a text may be to count as one of the same block that was changed."""
_MOST_FOUND = 5000
_MOST_BLOCKS = 10_000

_KEY = re.compile(
    r"(?<![a-z0-9-])-*([a-z][a-z0-9]{0,40}(?:-[a-z0-9]{1,40}){0,20}(?:/\d{1,4}/\d{1,4})?) ?:", re.IGNORECASE
)
_MARK = re.compile(rf", ?((?:[0-9a-z] ?){{{layout.MARK_SYMBOLS}}})$", re.IGNORECASE)
_MARK_SHAPE = re.compile(r",[^0-9a-z]{0,30}(?:[0-9a-z][^0-9a-z]{0,30}){6}$", re.IGNORECASE)
_LONGEST_MARK = 60
_LINE_END = re.compile(r"[0-9A-Za-z][^0-9A-Za-z;]{0,30};")
_IN_CHECKS = frozenset(SYMBOLS)


class Line(msgspec.Struct, frozen=True):
    """A verified line: its key in lower case, its value as it was found, and the tag of its block."""

    key: str
    value: str
    tag: str


class Suspect(msgspec.Struct, frozen=True):
    """What looks like a line and is not verified. `marked` says that it has the shape of a whole one."""

    key: str
    text: str
    marked: bool


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """What belongs to one report, in the order found; `closing` is the closing check, empty if lost."""

    lines: tuple[Line, ...] = ()
    suspects: tuple[Suspect, ...] = ()
    closing: str = ""


class _Region:
    """The text from a begin marker, or a first proved line, to the end marker."""

    def __init__(self, *, begun: bool, last: int) -> None:
        self.begun, self.last, self.ended = begun, last, False
        self.found: list[Line | Suspect] = []
        self.closings: list[str] = []

    def add(self, found: Line | Suspect, end: int) -> None:
        if isinstance(found, Suspect) and found.key == layout.CLOSING_KEY:
            closing = layout.symbols(found.text)
            if len(closing) == layout.CLOSING_SYMBOLS and _IN_CHECKS.issuperset(closing):
                self.closings.append(closing)
                self.last = end
                return
        if isinstance(found, Line):
            self.last = end
        elif self.closings:
            return
        if len(self.found) < _MOST_FOUND:
            self.found.append(found)


def find_blocks(text: str) -> list[Block]:
    """All blocks of a plain text, in order."""
    return list(
        islice((block for region in _Scanner(text).regions() for block in _split(region)), _MOST_BLOCKS)
    )


class _Scanner:
    """Walks once along the text; looks at most at `LONGEST_LINE` characters for each semicolon."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.region: _Region | None = None

    def regions(self) -> Iterator[_Region]:
        position = 0
        for marker in layout.MARKER.finditer(self.text):
            yield from self._lines(position, marker.start())
            position = marker.end()
            if marker[1].lower() == "begin":
                yield from self._close()
                self.region = _Region(begun=True, last=position)
            else:
                self.region = self.region or _Region(begun=False, last=position)
                self.region.ended = True
                yield from self._close()
        yield from self._lines(position, len(self.text))
        yield from self._close()

    def _close(self) -> Iterator[_Region]:
        region, self.region = self.region, None
        if region is not None:
            yield region

    def _lines(self, start: int, stop: int) -> Iterator[_Region]:
        for stop_mark in _LINE_END.finditer(self.text, start, stop):
            end = stop_mark.end() - 1
            first = max(start, self.text.rfind(";", start, end) + 1, end - LONGEST_LINE)
            start = end + 1
            piece = self.text[first:end]
            if ":" in piece and (self.region is not None or _may_be_marked(piece)):
                for found in _judged(piece, in_region=self.region is not None):
                    yield from self._take(found, first, end)

    def _take(self, found: Line | Suspect, first: int, end: int) -> Iterator[_Region]:
        proved = isinstance(found, Line)
        if self.region is not None and proved and self.region.closings:
            yield from self._close()
        if self.region is None and proved:
            self.region = _Region(begun=False, last=end)
        if self.region is not None and (proved or first - self.region.last < _NEAR):
            self.region.add(found, end)


def _may_be_marked(piece: str) -> bool:
    """Whether a piece may end in a mark: a quick test, since other texts hold many semicolons."""
    return not piece.isascii() or _MARK_SHAPE.search(piece[-_LONGEST_MARK:]) is not None


def _judged(piece: str, *, in_region: bool) -> list[Line | Suspect]:
    """The lines of a piece that ends where a semicolon stands; more than one if semicolons were lost."""
    text = normalise_line(piece)
    keys = list(_KEY.finditer(text))
    found = []
    for index, key in enumerate(keys):
        last = index + 1 == len(keys)
        judged = _judge(key[1].lower(), text[key.end() : None if last else keys[index + 1].start()].strip())
        if isinstance(judged, Line) or (in_region and (last or judged.marked)):
            found.append(judged)
    return found


def _judge(key: str, text: str) -> Line | Suspect:
    found = _MARK.search(text)
    if found:
        mark, value = layout.symbols(found[1]), text[: found.start()].rstrip()
        tag = mark[: layout.TAG_SYMBOLS]
        if layout.mark(tag, key, value) == mark:
            return Line(key, value, tag)
    return Suspect(key, text, bool(found))


def _split(region: _Region) -> Iterator[Block]:
    """One block for each tag of a region; a single line of another tag is an insertion."""
    counts = Counter(found.tag for found in region.found if isinstance(found, Line))
    if not (region.begun or region.ended or counts.total() > 1):
        return
    main = _main_tag(region, counts)
    for tag in dict.fromkeys([*counts, main]):
        lines = [found for found in region.found if isinstance(found, Line) and found.tag == tag]
        closing = next((closing for closing in region.closings if closing.startswith(tag)), "")
        if tag == main:
            suspects = _suspects(region, counts, main)
            yield Block(lines=tuple(dict.fromkeys(lines)), suspects=suspects, closing=closing)
        elif len(lines) > 1:
            yield Block(lines=tuple(dict.fromkeys(lines)), closing=closing)


def _main_tag(region: _Region, counts: Counter[str]) -> str:
    if counts:
        return counts.most_common(1)[0][0]
    return region.closings[0][: layout.TAG_SYMBOLS] if region.closings else ""


def _suspects(region: _Region, counts: Counter[str], main: str) -> tuple[Suspect, ...]:
    found = list(region.found)
    if not (region.ended or region.closings):
        # Where the end was cut off, what follows the last proved line is another text, or half a line.
        while found and isinstance(found[-1], Suspect) and not found[-1].marked:
            found.pop()
    strays = [
        Suspect(line.key, line.value, marked=True)
        for line in found
        if isinstance(line, Line) and line.tag != main and counts[line.tag] == 1
    ]
    return (*strays, *(line for line in found if isinstance(line, Suspect)))
