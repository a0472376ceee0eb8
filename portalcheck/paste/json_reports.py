"""Reports that come as JSON: one document, several in a list, or one a line."""

from __future__ import annotations

from typing import Any

import msgspec

from portalcheck.model import SCHEMA_VERSION, Report
from portalcheck.paste.recovered import Integrity, Recovered, Unproven
from portalcheck.text import clean

_TYPES = {field.name: field.type for field in msgspec.structs.fields(Report)}
_VERSION = "schema_version"
_MOST_REPORTS = 100_000
_WORSE = (Integrity.CHANGED, Integrity.PART_MISSING)


def json_reports(text: str) -> list[Recovered]:
    """The reports of a JSON text, empty where it is none; one with nothing in it for a report that is cut off."""
    text = text.lstrip("\ufeff \t\r\n")
    if not text.startswith(("{", "[")):
        return []
    whole = _decoded(text)
    documents = whole if isinstance(whole, list) else [whole]
    if whole is None:
        documents = [_decoded(line) for line in text.splitlines()[:_MOST_REPORTS] if line.strip()]
    found = [_recover(document) for document in documents if _is_report(document)]
    if not found and whole is None and f'"{_VERSION}"' in text:
        return [Recovered(integrity=Integrity.PART_MISSING, source="json", fields={}, missing=tuple(_TYPES))]
    return found


def _decoded(text: str) -> Any:
    try:
        return msgspec.json.decode(text.encode("utf-8", "replace"))
    except (msgspec.DecodeError, RecursionError):
        return None


def _is_report(document: object) -> bool:
    return isinstance(document, dict) and _VERSION in document


def _recover(document: dict[str, Any]) -> Recovered:
    version = document[_VERSION]
    if isinstance(version, bool) or not isinstance(version, int) or version != SCHEMA_VERSION:
        known = version if isinstance(version, int) and not isinstance(version, bool) else None
        return Recovered(
            integrity=Integrity.PART_MISSING,
            source="json",
            fields={_VERSION: known} if known is not None else {},
            missing=tuple(name for name in _TYPES if name != _VERSION),
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
    missing = tuple(name for name in _TYPES if name not in document)
    return Recovered(
        integrity=_integrity(document, missing=bool(missing), changed=bool(unproven)),
        source="json",
        fields=fields,
        missing=missing,
        unproven=tuple(unproven),
        unknown=tuple(
            clean(str(name), 60) for name in document if name not in _TYPES and name != "integrity"
        ),
        schema_version=SCHEMA_VERSION,
    )


def _integrity(document: dict[str, Any], *, missing: bool, changed: bool) -> Integrity:
    """No better than what an earlier reading said of the same report."""
    said = document.get("integrity")
    for worse, found in zip(_WORSE, (changed, missing), strict=True):
        if found or said == worse.value:
            return worse
    return Integrity.COMPLETE


def _shown(value: object) -> str:
    try:
        return msgspec.json.encode(value).decode()[:1000]
    except (RecursionError, ValueError):
        return ""
