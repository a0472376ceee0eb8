"""What a block proves of a report, and what not."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from portalcheck.api.declarations import Numbers
from portalcheck.model import SCHEMA_VERSION, Report
from portalcheck.report import code as phonecode
from portalcheck.report.block import layout
from portalcheck.report.block.fields import Fields, entries
from portalcheck.report.block.scanner import Block, Line
from portalcheck.report.recovered import OPTIONAL, Integrity, RecoveredReport, Unproven
from portalcheck.words.text import clean

_NAMES = tuple(field for field in msgspec.structs.fields(Report) if field.name not in OPTIONAL)
_VERSION = "schema_version"
_MOST_SHOWN = 100


def recover(block: Block, numbers: Numbers) -> RecoveredReport:
    """What the lines of a block prove of a report; `numbers` are what a phone code stands for."""
    fields = Fields()
    lines, contradicting = _agreeing(block.lines)
    for entry in entries((line.key, line.value) for line in lines):
        fields.take(entry)
    unproven = [Unproven(suspect.key, suspect.text) for suspect in block.suspects]
    unproven += [Unproven(line.key, line.value) for line in contradicting]
    known = fields.layout in (None, layout.LAYOUT) and fields.schema_version in (None, SCHEMA_VERSION)
    other_version = not known
    if other_version:
        unproven += [Unproven(line.key, line.value) for line in block.lines if line.key != layout.LAYOUT_KEY]
        fields.values = {_VERSION: fields.schema_version} if fields.schema_version is not None else {}
    else:
        unproven += [Unproven(entry.key, ", ".join(entry.items)) for entry in fields.unread]
    integrity = _integrity(block, fields, contradicting=bool(contradicting), other_version=other_version)
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


def _agreeing(lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """Lines of one block, and those that cannot all be: two reports may share a tag (one pair in 1,024)."""
    values: dict[str, set[str]] = {}
    totals: dict[str, set[str]] = {}
    for line in lines:
        key, _, total = line.key.rpartition("/")
        values.setdefault(line.key, set()).add(line.value)
        totals.setdefault(key.partition("/")[0] or line.key, set()).add(total if key else "")
    agreeing, contradicting = list[Line](), list[Line]()
    for line in lines:
        alone = len(values[line.key]) == 1 and len(totals[line.key.partition("/")[0]]) == 1
        (agreeing if alone else contradicting).append(line)
    return agreeing, contradicting


def _integrity(block: Block, fields: Fields, *, contradicting: bool, other_version: bool) -> Integrity:
    """Changed where something was put in or moved; part missing where all that is there is proved.

    Lines of another layout may be in a form that cannot be judged here, so they are not called changed.
    """
    closed = layout.closing_check((line.key, line.value) for line in block.lines) == block.closing
    if (block.suspects or contradicting) and not other_version:
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
    there = {check["check"] for check in fields.values.get("checks", ())}
    ran = phonecode.reported(str(fields.values.get("code", "")), numbers)
    absent += [f"checks.{check}" for check in ran if check not in there]
    return tuple(dict.fromkeys([*absent, *fields.missing]))
