"""One JSON document as what a summary needs of a report; every other field is passed over unread.

A report that cannot be decoded as it should be still tells what can be read of it: each field by itself.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, TypeGuard

import msgspec

from portalcheck.api.declarations import Numbers
from portalcheck.model import CODE_PATTERN, LONGEST_CODE, SCHEMA_VERSION, Outcome, TriedOutcome
from portalcheck.report.checksums import SYMBOLS
from portalcheck.report.recovered import Integrity, RecoveredReport

UNKNOWN = "unknown"
MARK = "schema_version"
"""The field that every report has, and nothing else that is collected with reports."""
Facts = Mapping[str, tuple[str, str]]
"""Reason -> the group of the summary that it belongs to, and the argument that is counted there."""


class Damage(StrEnum):
    """Why there is no report in a place that should hold one."""

    DAMAGED = "damaged"
    TOO_LONG = "too-long"
    NO_REPORT = "no-report"


class OtherText(msgspec.Struct, frozen=True):
    """Lines of text that are no JSON: what a shell or an engine writes around reports."""

    lines: int = 1


class Tool(msgspec.Struct, frozen=True, gc=False):
    """The program that wrote a report."""

    name: str = ""
    version: str = UNKNOWN


class Platform(msgspec.Struct, frozen=True, gc=False):
    """The kind of system."""

    os: str = UNKNOWN
    release: str = ""


class Seal(msgspec.Struct, frozen=True, gc=False):
    """The checksums of the fields that are counted (`report.checksums`)."""

    layout: str = ""
    outcome: str = ""
    cause: str = ""
    owner: str = ""
    started: str = ""
    tool: str = ""
    platform: str = ""


class Head(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The part of a report that is counted.

    `facts` pairs a group with what was named, the first one where a report names several. `whole` is false where
    not all of the report could be read; what is missing is then UNKNOWN, or empty.
    """

    schema_version: int
    outcome: str = UNKNOWN
    cause: str = UNKNOWN
    owner: object = None
    run_id: str = ""
    started: str = ""
    tool: Tool = Tool()
    platform: Platform = Platform()
    portal: msgspec.Raw = msgspec.Raw(b"null")
    also: msgspec.Raw = msgspec.Raw(b"[]")
    symptoms: msgspec.Raw = msgspec.Raw(b"[]")
    likely_steps: msgspec.Raw = msgspec.Raw(b"[]")
    tried: msgspec.Raw = msgspec.Raw(b"[]")
    checks: msgspec.Raw = msgspec.Raw(b"[]")
    seal: Seal = Seal()
    facts: tuple[tuple[str, str], ...] = ()
    whole: bool = True
    pasted: Integrity | None = None
    """How a report came through that was pasted as a block."""

    @property
    def solved(self) -> str:
        """The step that the person says has solved it, with the cause before it; empty if there is none."""
        if TriedOutcome.SOLVED.encode() not in bytes(self.tried):
            return ""
        try:
            tried = _tried(self.tried)
        except _UNREADABLE:
            return ""
        ref = next((each.ref for each in tried if each.outcome == TriedOutcome.SOLVED), "")
        return f"{self.cause} {ref}" if len(ref) <= LONGEST_CODE and _REF.fullmatch(ref) else ""


class _WholeHead(Head, frozen=True, kw_only=True, gc=False):
    """What a report has at least."""

    outcome: str
    cause: str


class OtherSchema(msgspec.Struct, frozen=True):
    """A report of another schema version, whose fields may mean something else."""

    version: int


Found = Head | OtherSchema | Damage | OtherText


class _Version(msgspec.Struct):
    schema_version: int | None = None


class _Finding(msgspec.Struct, gc=False):
    reason: str
    args: msgspec.Raw = msgspec.Raw(b"{}")


class _Tried(msgspec.Struct, gc=False):
    ref: str
    outcome: str


class _Check(msgspec.Struct, gc=False):
    findings: list[_Finding] = []


_head = msgspec.json.Decoder(_WholeHead).decode
_version = msgspec.json.Decoder(_Version).decode
_checks = msgspec.json.Decoder(list[_Check]).decode
_args = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_name = msgspec.json.Decoder(str).decode
_tried = msgspec.json.Decoder(list[_Tried]).decode
_CODE = re.compile(CODE_PATTERN)
_REF = re.compile("[a-z]+(-[a-z0-9]+)*")
_UNREADABLE = (msgspec.DecodeError, UnicodeError, RecursionError)

_FLATTENED = (b'"@{', b'"System.')
"""What PowerShell's ConvertTo-Json writes for an object that lies deeper than its -Depth."""
_STRING = r'"(?:[^"\\]|\\.){0,400}"'
_FLAT = re.compile(r'"(?:args|seal|withheld|contacts)"\s*:\s*\{[^{}]*\}?')
"""Tables of a report whose keys may be those of its own fields."""
_SEAL = re.compile(r'"seal"\s*:\s*(\{[^{}]*\})')
_CHECKSUM = re.compile(f"[{SYMBOLS}]{{4}}")
"""A value of a seal, whose keys are those of the fields; no value of ours is like it."""
_MEMBERS = (
    rf'"(run_id|started|outcome|cause|owner)"\s*:\s*({_STRING}|null)',
    rf'"({MARK})"\s*:\s*"?(-?\d{{1,3}})(?!\w)',
    r'"(tool|platform|portal)"\s*:\s*(\{[^{}]{0,2000}\})',
    r'"(also|symptoms)"\s*:\s*(\[[^\[\]]{0,2000}\])',
    r'"(likely_steps)"\s*:\s*(\[[^\[\]]{0,500}(?:\[[^\[\]]{0,500}\][^\[\]]{0,500}){0,20}\])',
)
_MEMBER = re.compile("|".join(f"(?:{member})" for member in _MEMBERS))
_TYPES: Mapping[str, Any] = {
    MARK: int,
    "run_id": str,
    "started": str,
    "outcome": Outcome,
    "cause": str,
    "owner": str | None,
    "tool": Tool,
    "platform": Platform,
    "portal": dict[str, object],
    "also": list[str],
    "symptoms": list[str],
    "likely_steps": list[object],
}
_DECODE = {name: msgspec.json.Decoder(kind).decode for name, kind in _TYPES.items()}
_AS_THEY_ARE = frozenset({"portal", "also", "symptoms", "likely_steps"})
"""Members that a head keeps as JSON."""


class Decoder:
    """Reads documents, and of each report the facts that are asked for. `numbers` are those of the phone code."""

    def __init__(self, facts: Facts, numbers: Numbers) -> None:
        self._facts, self.numbers = facts, numbers
        self._marks = (*(reason.encode() for reason in facts), *_FLATTENED)
        reasons = "|".join(map(re.escape, facts)) or "(?!)"
        self._fact = re.compile(rf'"reason"\s*:\s*"({reasons})"[^{{}}]*"args"\s*:\s*(\{{[^{{}}]*\}})')

    def decode(self, text: bytes) -> Found:
        """The head of a report of our schema, or what the document is instead. Never raises."""
        try:
            head: Head = _head(text)
        except _UNREADABLE:
            return _otherwise(text)
        if head.schema_version != SCHEMA_VERSION:
            return OtherSchema(head.schema_version)
        for mark in self._marks:
            if mark in text:
                break
        else:
            return head
        try:
            facts = dict(reversed([*self._named(head.checks)]))
        except _UNREADABLE:
            read = self._facts_in(text.decode("utf-8", "replace"))
            return msgspec.structs.replace(head, facts=read, whole=False)
        return msgspec.structs.replace(head, facts=tuple(facts.items()))

    def is_document(self, text: bytes) -> bool:
        """Whether a text is one JSON object and nothing else, which is told faster than decoding it takes."""
        try:
            _version(text)
        except _UNREADABLE:
            return False
        return True

    def recover(self, text: str) -> Head | OtherSchema | None:
        """What can be read of a report that is damaged or cut off.

        None for a text that tells neither of which run it is nor what the run found.
        """
        members = _members(_FLAT.sub("", text))
        version = members.get(MARK, SCHEMA_VERSION)
        if version != SCHEMA_VERSION:
            return OtherSchema(version)
        told = {"outcome", "cause"} & members.keys()
        # Without the mark it may be something else, unless it has more of a report's fields.
        if not (members.get("run_id") or told if MARK in members else told and len(members) > 1):
            return None
        members.setdefault("owner", UNKNOWN)
        if sealed := _SEAL.search(text):
            with contextlib.suppress(*_UNREADABLE):
                members["seal"] = msgspec.json.decode(sealed[1], type=Seal)
        unread: dict[str, Any] = dict.fromkeys((*_AS_THEY_ARE, "checks"), msgspec.Raw(b""))
        return Head(**{**unread, **members, MARK: version}, facts=self._facts_in(text), whole=False)

    def recovered(self, report: RecoveredReport) -> Head | OtherSchema | Damage:
        """The head of a report that was pasted, as far as it was recovered."""
        if report.schema_version not in (None, SCHEMA_VERSION):
            return OtherSchema(report.schema_version)
        text = msgspec.json.encode({MARK: SCHEMA_VERSION, **report.fields})
        found = self.decode(text)
        if not isinstance(found, Head):
            found = self.recover(text.decode()) or Damage.DAMAGED
        if not isinstance(found, Head):
            return found
        whole = found.whole and report.integrity is not Integrity.PART_MISSING
        return msgspec.structs.replace(found, whole=whole, pasted=report.integrity)

    def _named(self, checks: msgspec.Raw) -> Iterator[tuple[str, str]]:
        for check in _checks(checks):
            for finding in check.findings:
                if finding.reason in self._facts:
                    group, name = self._facts[finding.reason]
                    yield group, _named(finding.args, name)

    def _facts_in(self, text: str) -> tuple[tuple[str, str], ...]:
        """Facts of which a damaged text tells; of others nobody knows whether they hold."""
        found = {group: UNKNOWN for group, _ in self._facts.values()}
        for match in self._fact.finditer(text):
            group, name = self._facts[match[1]]
            try:
                told = _named(match[2].encode("utf-8", "replace"), name)
            except _UNREADABLE:
                continue
            found[group] = told if found[group] == UNKNOWN else found[group]
        return tuple(found.items())


def is_code(value: object) -> TypeGuard[str]:
    """Whether a value is a word as codes are made of."""
    return isinstance(value, str) and len(value) <= LONGEST_CODE and _CODE.fullmatch(value) is not None


def _members(text: str) -> dict[str, Any]:
    """The first of each field of a report that stands whole in a text and is of its type."""
    members: dict[str, Any] = {}
    for match in _MEMBER.finditer(text):
        name, value = (part for part in match.groups() if part is not None)
        if name in members:
            continue
        try:
            decoded = _DECODE[name](value)
        except _UNREADABLE:
            continue
        decoded = str(decoded) if isinstance(decoded, Outcome) else decoded
        if isinstance(decoded, str) and _CHECKSUM.fullmatch(decoded):
            continue
        members[name] = msgspec.Raw(value.encode()) if name in _AS_THEY_ARE else decoded
    return members


def _otherwise(text: bytes) -> Found:
    """What a document is that has not the fields of a report of this schema version, or not as it should."""
    try:
        version = _version(text).schema_version
    except _UNREADABLE:
        return Damage.DAMAGED
    if version is None:
        return Damage.NO_REPORT
    return OtherSchema(version) if version != SCHEMA_VERSION else Damage.DAMAGED


def _named(args: msgspec.Raw | bytes, name: str) -> str:
    """What an argument names; `unknown` if it is missing or not text."""
    given = _args(args).get(name)
    try:
        return _name(given) if given is not None else UNKNOWN
    except msgspec.ValidationError:
        return UNKNOWN
