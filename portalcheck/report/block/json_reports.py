"""Reports that come as JSON: one document, several in a list, or one a line."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from portalcheck.api.declarations import Numbers
from portalcheck.model import SCHEMA_VERSION, Report
from portalcheck.report import checksums
from portalcheck.report import code as phonecode
from portalcheck.report.block.recovered_report import OPTIONAL, Integrity, RecoveredReport, Unproven
from portalcheck.words.text import clean

_TYPES = {field.name: field.type for field in msgspec.structs.fields(Report)}
_VERSION = "schema_version"
_SEAL = "seal"
_NEEDED = tuple(name for name in _TYPES if name not in OPTIONAL)
_MOST_REPORTS = 100_000
_EXITS = {"ok": (0,), "warn": (0, 1), "fail": (0, 1), "unknown": (3,)}
"""Exit codes that an outcome can have, whatever `--fail-on` says."""
_WORSE = (Integrity.CHANGED, Integrity.PART_MISSING)


def json_reports(text: str, numbers: Numbers) -> list[RecoveredReport]:
    """The reports of a JSON text, empty for another text; one without fields for a report that is cut off."""
    text = text.lstrip("\ufeff \t\r\n")
    if not text.startswith(("{", "[")):
        return []
    whole = _decoded(text)
    documents = whole if isinstance(whole, list) else [whole]
    if whole is None:
        documents = [_decoded(line) for line in text.splitlines()[:_MOST_REPORTS] if line.strip()]
    found = [_recover(each, numbers) for each in documents if isinstance(each, dict) and _VERSION in each]
    if not found and whole is None and f'"{_VERSION}"' in text:
        return [RecoveredReport(integrity=Integrity.PART_MISSING, source="json", fields={}, missing=_NEEDED)]
    return found


def _decoded(text: str) -> Any:
    try:
        return msgspec.json.decode(text.encode("utf-8", "replace"))
    except (msgspec.DecodeError, RecursionError):
        return None


def _recover(document: dict[str, Any], numbers: Numbers) -> RecoveredReport:
    version = document[_VERSION]
    known = version if type(version) is int else None  # a bool is no version
    if known != SCHEMA_VERSION:
        return RecoveredReport(
            integrity=Integrity.PART_MISSING,
            source="json",
            fields={_VERSION: known} if known is not None else {},
            missing=tuple(name for name in _NEEDED if name != _VERSION),
            newer=known is not None and known > SCHEMA_VERSION,
            schema_version=known,
        )
    fields: dict[str, Any] = {}
    unproven = []
    for name, kind in _TYPES.items():
        if name not in document:
            continue
        try:
            fields[name] = msgspec.json.decode(msgspec.json.encode(msgspec.convert(document[name], kind)))
        except (msgspec.ValidationError, RecursionError):
            unproven.append(Unproven(name, clean(_shown(document[name]))))
    missing = [name for name in _NEEDED if name not in document]
    sealed = fields.get(_SEAL, {})
    unproven += _take_out(fields, checksums.changed(fields, sealed) - {line.key for line in unproven})
    unproven += _take_out(fields, _disagreeing(fields, numbers))
    missing += sorted(checksums.missing(document, sealed) - set(missing))
    return RecoveredReport(
        integrity=_integrity(document, missing=bool(missing), changed=bool(unproven)),
        source="json",
        fields=fields,
        missing=tuple(missing),
        unproven=tuple(unproven),
        unknown=tuple(
            clean(str(name), 60) for name in document if name not in _TYPES and name != "integrity"
        ),
        schema_version=SCHEMA_VERSION,
    )


def _take_out(fields: dict[str, Any], names: Collection[str]) -> list[Unproven]:
    """Remove fields, and checks named as `checks.tls`; returns what they held."""
    taken = [(name, fields.pop(name)) for name in list(fields) if name in names]
    if "checks" in fields:
        checks = [(f"checks.{check['check']}", check) for check in fields["checks"]]
        taken += [(name, check) for name, check in checks if name in names]
        fields["checks"] = [check for name, check in checks if name not in names]
    return [Unproven(name, clean(_shown(held))) for name, held in taken]


def _disagreeing(fields: dict[str, Any], numbers: Numbers) -> set[str]:
    """Fields that contradict each other, all of them, since it cannot be known which is wrong.

    The phone code repeats the cause, the system and each check's status, and the exit code follows from the
    outcome. Codes of another layout, and causes without a number, are not compared.
    """
    found = set()
    if fields.get("exit_code", 0) not in _EXITS.get(fields.get("outcome", ""), range(256)):
        found |= {"outcome", "exit_code"}
    code = phonecode.decode(fields.get("code", ""), numbers)
    if isinstance(code, phonecode.CodeProblem):
        wrong = "code" in fields and code.kind is not phonecode.ProblemKind.NEWER_LAYOUT
        return found | ({"code"} if wrong else set())
    unnumbered = code.cause == phonecode.OTHER and fields.get("cause") not in numbers.causes.values()
    if code.cause is not None and not unnumbered and fields.get("cause", code.cause) != code.cause:
        found |= {"cause", "code"}
    if code.os not in (phonecode.OTHER, fields.get("platform", {}).get("os", code.os)):
        found |= {"platform", "code"}
    for check in fields.get("checks", ()):
        if code.statuses.get(check["check"], check["status"]) != check["status"]:
            found |= {f"checks.{check['check']}", "code"}
    return found


def _integrity(document: dict[str, Any], *, missing: bool, changed: bool) -> Integrity:
    """Never better than the `integrity` that an earlier reading gave to the same report."""
    earlier = document.get("integrity")
    for worse, found in zip(_WORSE, (changed, missing), strict=True):
        if found or earlier == worse.value:
            return worse
    return Integrity.COMPLETE


def _shown(value: object) -> str:
    try:
        return msgspec.json.encode(value).decode()[:1000]
    except (RecursionError, ValueError):
        return ""
