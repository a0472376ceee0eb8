"""The one scanner: every report in a text, wherever it stands and whatever channels did to the text, each run once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from portalcheck.api.declarations import Numbers
from portalcheck.report.block import layout
from portalcheck.report.block.reading import recover as recover_block
from portalcheck.report.block.scanner import Block, Line, find_blocks
from portalcheck.report.json_text import Limit
from portalcheck.report.pasted import encodings
from portalcheck.report.pasted.channels import Undoing, as_json, joined_lines, undone
from portalcheck.report.pasted.documents import Sighting, Sweep, announces_report, mentions_report, sweep
from portalcheck.report.pasted.json_reports import announced, recover
from portalcheck.report.recovered import Integrity, RecoveredReport

MOST_REPORTS = 10_000
_DEEPEST_WRAPPING = 4
"""Documents whose texts hold documents whose texts hold documents."""
_BLOCKS_OTHERWISE = {Undoing(quoted_printable=False): "=", Undoing(hosts=True): "://"}
"""Other ways to undo what channels did, each with what a text must have for it to make a difference."""
_JSON_OTHERWISE = (0, 1, 2)
"""How many backslash escapes to undo where a wrapping of JSON is damaged itself."""


class Found(msgspec.Struct, frozen=True):
    """A report, and the line on which it begins, from 1; None inside of an encoding that has lines of its own."""

    report: RecoveredReport
    line: int | None = None


class Reading(msgspec.Struct, frozen=True):
    """All that a text holds: reports in their order, and the limits that it reached."""

    found: tuple[Found, ...]
    limits: tuple[Limit, ...] = ()

    def __iter__(self) -> Iterator[Found]:
        return iter(self.found)

    @property
    def reports(self) -> tuple[RecoveredReport, ...]:
        """The reports alone; each tells the limits of the text beside its own."""
        return tuple(
            msgspec.structs.replace(each.report, limits=tuple(sorted({*each.report.limits, *self.limits})))
            for each in self.found
        )


def scan(text: str | bytes, numbers: Numbers) -> Reading:
    """All reports in a text, as blocks and as JSON. Never raises, and takes time linear in the length.

    `numbers` are what a phone code stands for, which a report is compared with. Of several copies of a run the one
    of which most is proved is given.
    """
    decoded, reached = encodings.decode(text)
    limits = set(reached)
    if isinstance(text, bytes) and encodings.is_mixed(text):
        letters = encodings.only_ascii(text)
        decoded += f"\n{letters}" if _mentions(letters) > _mentions(decoded) else ""
    first = _unwrapped(decoded, limits)
    plain = undone(first.rest)
    left = first.rest if mentions_report(first.rest) or mentions_report(plain) else ""
    found = [*_readings(first, decoded, left, numbers, limits), *_blocks(plain, first.rest, numbers)]
    if not found and announces_report(as_json(plain)):
        found = [Found(announced())]
    kept = _one_a_run(sorted(found, key=lambda each: (each.line is None, each.line or 0)))
    if len(kept) > MOST_REPORTS:
        limits.add(Limit.COUNT)
    return Reading(tuple(kept[:MOST_REPORTS]), tuple(sorted(limits)))


def _mentions(text: str) -> int:
    return mentions_report(text) + len(layout.MARKER.findall(text))


# ---- JSON ----------------------------------------------------------------------------------------


def _unwrapped(text: str, limits: set[Limit]) -> Sweep:
    """What a text holds, and what the texts hold that stand in its documents."""
    found: list[Sighting] = []
    for _ in range(_DEEPEST_WRAPPING):
        swept = sweep(text)
        limits |= swept.limits
        found += [each for each in swept.found if each.whole]
        if swept.rest == text or not mentions_report(swept.rest):
            break
        text = swept.rest
    # A damaged report stays in the rest, so it is told by the last sweep alone.
    damaged = [each for each in swept.found if not each.whole]
    return Sweep((*found, *damaged), swept.rest, frozenset(limits))


def _readings(first: Sweep, text: str, left: str, numbers: Numbers, limits: set[Limit]) -> list[Found]:
    """The reports of a text; with channels undone in what is `left`, or in all where one was changed as it stands.

    All that are complete in some way are taken, and the others in the way in which most is proved.
    """
    best = _read(first, numbers)
    complete: list[Found] = []
    if left or not all(map(_is_complete, best)):
        for plain in dict.fromkeys(_as_documents(left or text)):
            way = _unwrapped(plain, limits)
            read = [Found(each.report) for each in _read(way, numbers)]
            complete += filter(_is_complete, read)
            best = min(best, read, key=_unproved)
            if read and all(map(_is_complete, read)) and not mentions_report(way.rest):
                break
    return [*best, *complete]


def _read(swept: Sweep, numbers: Numbers) -> list[Found]:
    return [
        Found(recover(each.document, numbers, each.limits, whole=each.whole), each.line)
        for each in swept.found
    ]


def _unproved(found: Sequence[Found]) -> tuple[int, int]:
    """Of two readings of a text the better one is less."""
    return -sum(map(_is_complete, found)), -sum(len(each.report.proved) for each in found)


def _is_complete(found: Found) -> bool:
    return found.report.integrity is Integrity.COMPLETE


def _as_documents(text: str) -> Iterator[str]:
    for escapes in _JSON_OTHERWISE:
        plain = as_json(undone(text, Undoing(escapes=escapes)))
        yield plain
        yield from joined_lines(plain)


# ---- blocks --------------------------------------------------------------------------------------


class _Sighted(msgspec.Struct, frozen=True):
    block: Block
    found: Found


def _blocks(plain: str, text: str, numbers: Numbers) -> list[Found]:
    """The blocks of a text, of which `plain` is what was undone; undone in other ways where one is not complete."""
    blocks = find_blocks(plain)
    sighted = [
        _Sighted(block, Found(recover_block(block, numbers), line))
        for block, line in zip(blocks, _lines(blocks, text), strict=True)
    ]
    for way, sign in _BLOCKS_OTHERWISE.items():
        if sign in text and not all(_is_complete(each.found) for each in sighted):
            otherwise = find_blocks(undone(text, way))
            sighted += (_Sighted(block, Found(recover_block(block, numbers))) for block in otherwise)
    return [each.found for each in _each_once(sighted)]


def _lines(blocks: Sequence[Block], text: str) -> Iterator[int | None]:
    """The line of a text on which each block begins, as far as all their begin lines can be found there."""
    begins = [found.start() for found in layout.MARKER.finditer(text) if found[1].lower() == "begin"]
    if len(begins) != len(blocks):
        yield from (None for _ in blocks)
        return
    line, place = 1, 0
    for begin in begins:
        line += text.count("\n", place, begin)
        place = begin
        yield line


def _each_once(found: Sequence[_Sighted]) -> list[_Sighted]:
    """Blocks without those of which all that is proved stands in one with more, as in a reply that quotes the report.

    Of markers with nothing between them one is kept, and none where anything else was found: people name
    them.
    """
    holders: dict[Line, list[frozenset[Line]]] = {}
    kept: dict[int, None] = {}
    for place, sighted in sorted(enumerate(found), key=lambda item: _worth(item[1].block)):
        block = sighted.block
        lines = frozenset(block.lines)
        known = (
            any(lines <= other for other in holders.get(block.lines[0], ())) if block.lines else bool(kept)
        )
        if not known:
            kept[place] = None
            for line in lines:
                holders.setdefault(line, []).append(lines)
    return [found[place] for place in sorted(kept)]


def _worth(block: Block) -> tuple[int, bool, int]:
    """The order in which blocks are taken: those with most proved lines first, then those that are closed and clean."""
    return -len(block.lines), not block.closing, len(block.suspects)


# ---- each run once -------------------------------------------------------------------------------


def _one_a_run(found: Sequence[Found]) -> list[Found]:
    """Of each run the copy of which most is proved, in the order in which the runs were found."""
    best: dict[str, Found] = {}
    for number, each in enumerate(found):
        run = layout.squeeze(str(each.report.fields.get("run_id", ""))) or f"unknown run {number}"
        if run not in best or _rank(each.report) < _rank(best[run].report):
            best[run] = each
    return list(best.values())


def _rank(report: RecoveredReport) -> tuple[bool, int, int, bool]:
    """The better report has the lower rank."""
    return (
        report.integrity is not Integrity.COMPLETE,
        -len(report.proved),
        len(report.unproven) + len(report.missing),
        report.source != "json",
    )
