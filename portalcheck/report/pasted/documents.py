"""JSON documents anywhere in a text: reports among them, and what others wrap reports in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from portalcheck.report import checksums
from portalcheck.report.json_text import Document, Limit, NotJSONError, decode, members
from portalcheck.report.pasted.json_reports import NEEDED, SEAL, VERSION

_OBJECT = re.compile(r"\{(?=\s*[\"}])")
_MENTION = re.compile(VERSION)
_ANNOUNCED = re.compile(rf'"{VERSION}"\s*:')
_NAME = re.compile(rf'"({"|".join(name for name in NEEDED if name != "checks")})"\s*:\s*')
_CHECK = re.compile(r'\{(?=\s*"check"\s*:)')
_PATIENCE = 8
"""How often the length of a text may be gone over in trying what looks like a document and is none."""
_LONGEST_REPORT = 4 * 1024 * 1024
"""Characters of a damaged report that are looked at; a whole one may be of any length."""


class Sighting(msgspec.Struct, frozen=True):
    """A report as its document has it, decoded, and the line on which that begins. Unless `whole`, more was there."""

    document: Mapping[str, Any]
    line: int | None
    limits: frozenset[Limit] = frozenset()
    whole: bool = True


class Sweep(msgspec.Struct, frozen=True):
    """What one pass over a text found: reports in their order, and the `rest` of it.

    The rest is without these reports and what wrapped them; the texts that stood in a wrapping are in its place.
    """

    found: tuple[Sighting, ...]
    rest: str
    limits: frozenset[Limit] = frozenset()


def mentions_report(text: str) -> int:
    """How often a text speaks of a JSON report."""
    return len(_MENTION.findall(text))


def announces_report(text: str) -> bool:
    """Whether a text has the version of a JSON report, whatever became of the rest."""
    return _ANNOUNCED.search(text) is not None


def sweep(text: str) -> Sweep:
    """The reports in a text, as one document, in lists and wrappings, one a line, or between anything else."""
    found: list[Sighting] = []
    parts: list[str] = []
    limits: set[Limit] = set()
    lines = _Lines(text)
    seen: set[str] = set()
    kept = 0
    for document in _documents(text, limits):
        line = lines.at(document.start)
        if isinstance(document, _Damaged):
            found.append(Sighting(document.value, line, document.limits, whole=False))
            continue
        written = text[document.start : document.end]
        if VERSION not in written or _is_seal(document.value):
            continue  # of a report that is damaged, or nothing to do with any
        reports, texts = _contents(document.value)
        if written not in seen:
            found += [Sighting(report, line, document.limits) for report in reports]
            seen.add(written)
        # As many lines as before, so that what follows is still on its own.
        parts += [text[kept : document.start], texts, "\n" * (written.count("\n") - texts.count("\n"))]
        kept = document.end
    parts.append(text[kept:])
    return Sweep(tuple(found), "".join(parts), frozenset(limits))


class _Damaged(Document, frozen=True):
    """What can be read of a report whose document does not hold together; `end` is where that ended."""


def _documents(text: str, limits: set[Limit]) -> Iterator[Document | _Damaged]:
    """Objects that are whole, and reports that are not. Takes time linear in the length."""
    place, patience = 0, _PATIENCE * len(text) + 1000
    last = text.rfind(VERSION)
    while place <= last and (start := _OBJECT.search(text, place)) and start.start() < last:
        try:
            document = decode(text, start.start())
        except NotJSONError as error:
            patience -= error.place - start.start()
            if patience < 0:
                limits.add(Limit.EFFORT)
                return
            if VERSION in text[start.start() : error.place + len(VERSION)]:
                patience -= error.place - start.start()
                yield from _damaged(text, start.start())
            place = start.end()
        else:
            yield document
            place = document.end


def _contents(value: Any) -> tuple[list[dict[str, Any]], str]:
    """The reports in a decoded value, and all other texts in it, each on lines of its own."""
    reports: list[dict[str, Any]] = []
    texts: list[str] = []

    def visit(inner: Any) -> None:
        if isinstance(inner, str):
            texts.append(inner)
        elif isinstance(inner, list):
            for item in inner:
                visit(item)
        elif isinstance(inner, dict):
            if _is_report(inner):
                reports.append(inner)
                return
            for item in inner.values():
                visit(item)

    visit(value)
    return reports, "\n".join(texts)


def _is_report(value: Mapping[str, Any]) -> bool:
    """Whether an object may be a report: its seal has a checksum of the version under the same name."""
    return VERSION in value and not _is_seal(value)


def _is_seal(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and "layout" in value
        and all(isinstance(each, str) for each in value.values())
    )


# ---- damaged -------------------------------------------------------------------------------------


def _damaged(text: str, start: int) -> Iterator[_Damaged]:
    """What can be read of a report that is cut off or damaged; nothing if what begins there is no report.

    Members up to the damage are taken as they are, those after it only as far as the seal proves them.
    """
    limit = min(len(text), start + _LONGEST_REPORT)
    fields: dict[str, Any] = {}
    limits: set[Limit] = set()
    end = start
    for name, document in members(text, start, limit):
        if name in fields:
            break
        fields[name] = document.value
        limits |= document.limits
        end = document.end
    if not _is_report(fields):
        return
    following = text.find(f'"{VERSION}"', end)
    stop = min(limit, following) if following >= 0 else limit
    seal = fields.get(SEAL) or _seal(text, end, stop)
    if isinstance(seal, dict) and checksums.is_known(seal):
        sealed = {**fields, SEAL: seal}
        proved = _proved(text, end, stop, sealed)
        if proved or any(checksums.proves(sealed, name, value) for name, value in fields.items()):
            fields = {**sealed, **proved}
    yield _Damaged(fields, start, end, frozenset(limits))


def _seal(text: str, start: int, stop: int) -> object:
    place = text.rfind(f'"{SEAL}"', start, stop)
    colon = text.find(":", place, stop) if place >= 0 else -1
    return _value(text, colon + 1) if colon >= 0 else None


def _proved(text: str, start: int, stop: int, report: Mapping[str, Any]) -> dict[str, Any]:
    """Fields and checks between two places that the report's own seal proves."""
    proved: dict[str, Any] = {}
    for found in _NAME.finditer(text, start, stop):
        if found[1] not in report and checksums.proves(report, found[1], value := _value(text, found.end())):
            proved[found[1]] = value
    if "checks" not in report:
        listed = (_value(text, found.start()) for found in _CHECK.finditer(text, start, stop))
        checks = [
            check
            for check in listed
            if isinstance(check, dict) and checksums.proves(report, f"checks.{check.get('check')}", check)
        ]
        if checks:
            proved["checks"] = checks
    return proved


def _value(text: str, start: int) -> Any:
    try:
        return decode(text, start).value
    except NotJSONError:
        return None


class _Lines:
    """Numbers of lines, asked for in the order of the text."""

    def __init__(self, text: str) -> None:
        self._text, self._place, self._line = text, 0, 1

    def at(self, place: int) -> int:
        """The line of a place, from 1."""
        self._line += self._text.count("\n", self._place, place)
        self._place = place
        return self._line
