"""Every code that a report can have, for programs: checks, reasons with their arguments, causes, references, owners."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, get_args, get_origin

from portalcheck.api.declarations import Cause, Check, Reason
from portalcheck.diagnosis.article import refs
from portalcheck.diagnosis.registry import RUN_REASONS
from portalcheck.model import SCHEMA_VERSION, Outcome, Owner, Status
from portalcheck.words.catalog import Catalog

_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null"}


def codes(topic: str | None, catalog: Catalog, version: str) -> dict[str, Any] | None:
    """All codes, or those of a topic alone: a check, reason, cause, note or reference; None for no such topic.

    The values of `args` are names of JSON types, of which a value has one; `local` are arguments that only
    `--include-local` shows, each with its kind. `owner` is null where nobody needs to act, or where nobody can tell;
    `owner_by_evidence` says that the findings may name another.
    """
    installed = catalog.installed
    wanted = topic.strip().casefold() if topic is not None else None
    found = {
        "checks": [_check(check, catalog) for check in installed.checks if wanted in (None, check.id)],
        "reasons": [
            _reason(reason, catalog)
            for reason in (*RUN_REASONS, *(reason for check in installed.checks for reason in check.reasons))
            if wanted in (None, reason, str(reason).partition(".")[0])
        ],
        "causes": [_cause(rows, catalog) for rows in _causes(catalog) if wanted in (None, rows[0].id)],
        "refs": [_ref(ref, catalog) for ref in refs() if wanted in (None, ref)],
    }
    if wanted is not None:
        return {kind: rows for kind, rows in found.items() if rows} or None
    return {
        "version": version,
        "schema_version": SCHEMA_VERSION,
        **found,
        "owners": {str(owner): catalog.term("owner", owner) for owner in Owner},
        "outcomes": [*map(str, Outcome)],
        "statuses": [*map(str, Status)],
        "symptoms": {symptom: catalog.symptom(symptom) for symptom in catalog.ids("symptoms")},
    }


def _check(check: Check, catalog: Catalog) -> dict[str, Any]:
    words = catalog.check(check.id)
    told = {"name": words.name, "reads": words.reads, "contacts": words.contacts}
    return {"check": check.id, **told, "needed": check.needed, "reasons": [*map(str, check.reasons)]}


def _reason(reason: Reason, catalog: Catalog) -> dict[str, Any]:
    causes = dict.fromkeys(row.id for row in catalog.installed.rows() if reason in row.evidence)
    return {
        "reason": str(reason),
        "args": {name: [*_types(kind)] for name, kind in reason.args.items()},
        "local": dict(reason.local),
        "causes": [*causes],
    }


def _causes(catalog: Catalog) -> Iterator[tuple[Cause, ...]]:
    """The rows of each cause and note, in the order of blame."""
    ids = (*catalog.installed.cause_ids(), *catalog.installed.cause_ids(notes=True))
    yield from (rows for cause in ids if (rows := catalog.installed.rows(cause)))


def _cause(rows: tuple[Cause, ...], catalog: Catalog) -> dict[str, Any]:
    cause = next((row for row in rows if not row.further), rows[0])
    leads = dict.fromkeys(ref for row in rows for ref in (row.ref, *row.then) if ref)
    return {
        "cause": cause.id,
        "note": cause.note,
        "owner": str(cause.owner) if cause.owner is not None else None,
        "owner_by_evidence": any(row.owner_by is not None for row in rows),
        "ref": cause.ref or None,
        "refs": [*leads],
        "reasons": sorted({str(code) for row in rows for code in row.evidence}),
        "verdict": catalog.cause(cause.id).verdict,
    }


def _ref(ref: str, catalog: Catalog) -> dict[str, Any]:
    return {"ref": ref, "kind": refs()[ref].kind, "title": catalog.ref(ref).title}


def _types(kind: object) -> Iterator[str]:
    """The JSON types of an argument."""
    if isinstance(kind, UnionType):
        yield from (name for part in get_args(kind) for name in _types(part))
    elif kind is tuple or get_origin(kind) is tuple:
        yield "array"
    elif isinstance(kind, type) and issubclass(kind, StrEnum):
        yield "string"
    elif isinstance(kind, type):
        yield _TYPES.get(kind, "string")
