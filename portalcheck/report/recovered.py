"""A report as it was recovered from a text from outside, and how far it can be relied on."""

from __future__ import annotations

import contextlib
from enum import StrEnum
from typing import Any

import msgspec

from portalcheck.model import Outcome, Platform, PortalName, Privacy, Report, ReportCheck, Tool
from portalcheck.report.json_text import Limit

OPTIONAL = frozenset({"seal", "owner", "start_ms", "tried"})
"""Fields of the JSON report that older versions do not write."""
ADDED = frozenset({"integrity", "truncated"})
"""What `read -f json` adds to a report."""

_BLANK = Report(
    tool=Tool("", ""),
    run_id="",
    started="",
    duration_ms=0,
    complete=False,
    portal=PortalName("", "", ""),
    platform=Platform("", ""),
    outcome=Outcome.UNKNOWN,
    exit_code=0,
    cause="",
    also=(),
    likely_steps=(),
    symptoms=(),
    checks=(),
    privacy=Privacy("", {}),
    code="",
)

_BLANK_CHECK = {"duration_ms": 0, "findings": ()}


class Integrity(StrEnum):
    """How a pasted report came through."""

    COMPLETE = "complete"
    PART_MISSING = "part-missing"
    CHANGED = "changed"

    @property
    def words_key(self) -> str:
        """The text that says it, by its key among the words of the interface."""
        return f"read.{self.value.replace('-', '_')}"


class Unproven(msgspec.Struct, frozen=True):
    """A line that was changed, or that this version cannot judge: its key and the text after it."""

    key: str
    text: str


class RecoveredReport(msgspec.Struct, frozen=True, kw_only=True):
    """One report, as far as it was recovered.

    `source` is block, json or code. `fields` has the shape of the JSON report (contract.md, JSON report) and holds
    only what is proved by the block's marks or the seal; where `unsealed`, there is no seal that this version can
    judge, and what is there is well-formed, and may have been edited. What is lost is absent, and named in
    `missing` as far as that is known: a field's name, or `checks.` and a check's id, where a part or all of it is
    lost. `unproven` are lines whose value must not be taken for the report's. `reduced` names texts that lost
    letters when they were written, as `portal.name` or `checks.tls.issuer.organisation` for an argument
    `organisation` of `tls.issuer`; `omitted` counts facts that the block could not hold. `unknown` are keys
    that this version does not know. `limits` are those that the text reached. `newer` says that the report was
    written for a schema or layout later than this version's; then `fields` holds its `schema_version` only, since
    everything else may have changed its meaning.
    """

    integrity: Integrity
    source: str
    fields: dict[str, Any]
    missing: tuple[str, ...] = ()
    unproven: tuple[Unproven, ...] = ()
    reduced: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    omitted: int = 0
    newer: bool = False
    unsealed: bool = False
    limits: tuple[Limit, ...] = ()
    schema_version: int | None = None
    layout: int | None = None
    lines_expected: int | None = None

    @property
    def proved(self) -> dict[str, Any]:
        """Those of the `fields` that are shown to be as they were written."""
        return {} if self.unsealed else self.fields

    def to_json(self) -> dict[str, Any]:
        """The report's JSON as far as it was recovered, and its integrity (contract.md, Integrity)."""
        reached = {"truncated": [limit.value for limit in self.limits]} if self.limits else {}
        return {**self.fields, "integrity": self.integrity.value, **reached}

    def checks(self) -> tuple[ReportCheck, ...]:
        """The checks that were recovered, blanks for what is missing of each; those of another form are left out."""
        told = []
        for each in self.fields.get("checks", ()):
            with contextlib.suppress(msgspec.ValidationError, TypeError):
                told.append(msgspec.convert({**_BLANK_CHECK, **each}, ReportCheck))
        return tuple(told)

    def to_report(self) -> Report:
        """The report with blanks for what is missing, or of a form that this version does not know."""
        told = dict[str, Any]()
        for field in msgspec.structs.fields(Report):
            blank, value = getattr(_BLANK, field.name), self.fields.get(field.name)
            if isinstance(blank, msgspec.Struct) and isinstance(value, dict):
                value = {**msgspec.to_builtins(blank), **value}
            if value is not None:
                with contextlib.suppress(msgspec.ValidationError):
                    told[field.name] = msgspec.convert(value, field.type)
        return msgspec.structs.replace(_BLANK, **told)
