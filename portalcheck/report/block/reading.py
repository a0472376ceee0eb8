"""Reads a pasted text: every block or JSON report in it, with what is proved and what is not."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from portalcheck.api.declarations import Numbers
from portalcheck.model import SCHEMA_VERSION, Report, Status
from portalcheck.report import code as phonecode
from portalcheck.report.block import layout
from portalcheck.report.block.fields import Fields, entries
from portalcheck.report.block.json_reports import json_reports
from portalcheck.report.block.normalise import decode, normalise_text
from portalcheck.report.block.recovered_report import OPTIONAL, Integrity, RecoveredReport, Unproven
from portalcheck.report.block.scanner import Block, Line, find_blocks
from portalcheck.words.text import clean

_NAMES = tuple(field for field in msgspec.structs.fields(Report) if field.name not in OPTIONAL)
_VERSION = "schema_version"
_MOST_SHOWN = 100


def read(text: str | bytes, numbers: Numbers) -> list[RecoveredReport]:
    """All reports in a text, in order; empty without one. Never raises, and takes time linear in the
    length. `numbers` are what a phone code stands for, which a report is compared with.

    A JSON report (or several, as a list or one a line) is read as such; anything else is searched for blocks,
    up to `portalcheck.report.block.normalise.LONGEST` characters. What stands twice is given once.
    """
    decoded = decode(text)
    found = json_reports(decoded, numbers)
    return found or [_recover(block, numbers) for block in _once(find_blocks(normalise_text(decoded)))]


def _once(found: Sequence[Block]) -> list[Block]:
    """Blocks without those of which all is proved and stands in a longer one too, as in a reply that quotes
    the report.

    Of markers with nothing between them one is kept, and none where anything else was found: people name
    them.
    """
    holders: dict[Line, list[frozenset[Line]]] = {}
    kept: dict[int, None] = {}
    for place, block in sorted(enumerate(found), key=lambda item: -len(item[1].lines)):
        lines = frozenset(block.lines)
        known = (
            any(lines <= other for other in holders.get(block.lines[0], ())) if block.lines else bool(kept)
        )
        if block.suspects or not known:
            kept[place] = None
            for line in lines:
                holders.setdefault(line, []).append(lines)
    return [found[place] for place in sorted(kept)]


def _recover(block: Block, numbers: Numbers) -> RecoveredReport:
    fields = Fields()
    for entry in entries((line.key, line.value) for line in block.lines):
        fields.take(entry)
    unproven = [Unproven(suspect.key, suspect.text) for suspect in block.suspects]
    known = fields.layout in (None, layout.LAYOUT) and fields.schema_version in (None, SCHEMA_VERSION)
    other_version = not known
    if other_version:
        unproven += [Unproven(line.key, line.value) for line in block.lines if line.key != layout.LAYOUT_KEY]
        fields.values = {_VERSION: fields.schema_version} if fields.schema_version is not None else {}
    else:
        unproven += [Unproven(entry.key, ", ".join(entry.items)) for entry in fields.unread]
    integrity = _integrity(block, fields, other_version=other_version)
    if integrity is Integrity.COMPLETE and not other_version:
        fields.values.setdefault("checks", [])
    return RecoveredReport(
        integrity=integrity,
        source="block",
        fields=fields.values,
        missing=_missing(fields, numbers) if other_version or integrity is not Integrity.COMPLETE else (),
        unproven=tuple(Unproven(line.key, clean(line.text)) for line in unproven[:_MOST_SHOWN]),
        reduced=() if other_version else tuple(fields.reduced),
        unknown=tuple(fields.unknown),
        omitted=fields.omitted,
        newer=(fields.layout or 0) > layout.LAYOUT or (fields.schema_version or 0) > SCHEMA_VERSION,
        schema_version=fields.schema_version,
        layout=fields.layout,
        lines_expected=fields.lines_expected,
    )


def _integrity(block: Block, fields: Fields, *, other_version: bool) -> Integrity:
    """Changed where something was put in or moved; part missing where all that is there is proved.

    Lines of another layout may be in a form that cannot be judged here, so they are not called changed.
    """
    closed = layout.closing_check((line.key, line.value) for line in block.lines) == block.closing
    if block.suspects and not other_version:
        return Integrity.CHANGED
    if closed and block.lines and not block.suspects:
        return Integrity.COMPLETE
    all_there = bool(block.closing) and fields.lines_expected == len(block.lines)
    return Integrity.CHANGED if all_there and not other_version else Integrity.PART_MISSING


def _missing(fields: Fields, numbers: Numbers) -> tuple[str, ...]:
    """Fields that are absent, and absent checks that were run according to the phone code."""
    absent = [name for field in _NAMES if (name := field.name) not in fields.values]
    absent += [
        f"{parent.name}.{field.name}"
        for parent in _NAMES
        if parent.name in fields.values
        and isinstance(parent.type, type)
        and issubclass(parent.type, msgspec.Struct)
        for field in msgspec.structs.fields(parent.type)
        if field.name not in fields.values[parent.name]
    ]
    code = phonecode.decode(str(fields.values.get("code", "")), numbers)
    if isinstance(code, phonecode.Decoded):
        there = {check["check"] for check in fields.values.get("checks", ())}
        absent += [
            f"checks.{check}"
            for check, status in code.statuses.items()
            if status is not Status.SKIP and check not in there
        ]
    return tuple(dict.fromkeys([*absent, *fields.missing]))
