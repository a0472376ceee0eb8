"""One JSON document as what a summary needs of a report; every other field is passed over unread."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import TypeGuard

import msgspec

from portalcheck.model import CODE_PATTERN, LONGEST_CODE, SCHEMA_VERSION

UNKNOWN = "unknown"
MOST_STRANGE = 1000
"""Documents on one line that are no reports; what has more is no list of reports, and its rest is passed over."""
Facts = Mapping[str, tuple[str, str]]
"""Reason -> the group of the summary that it belongs to, and the argument that is counted there."""


class Damage(StrEnum):
    """Why a document is not a report."""

    DAMAGED = "damaged"
    TOO_LONG = "too-long"
    NO_REPORT = "no-report"


class _Tool(msgspec.Struct, frozen=True, gc=False):
    version: str = UNKNOWN


class _Platform(msgspec.Struct, frozen=True, gc=False):
    os: str = UNKNOWN


class Head(msgspec.Struct, frozen=True, gc=False):
    """The part of a report that is counted.

    `facts` pairs a group with what was named, the first one where a report names several.
    """

    schema_version: int
    outcome: str
    cause: str
    owner: object = None
    run_id: str = ""
    started: str = ""
    tool: _Tool = _Tool()
    platform: _Platform = _Platform()
    checks: msgspec.Raw = msgspec.Raw(b"[]")
    facts: tuple[tuple[str, str], ...] = ()


class OtherSchema(msgspec.Struct, frozen=True):
    """A report of another schema version, whose fields may mean something else."""

    version: int


Found = Head | OtherSchema | Damage


class _Version(msgspec.Struct):
    schema_version: int | None = None


class _Finding(msgspec.Struct, gc=False):
    reason: str
    args: msgspec.Raw = msgspec.Raw(b"{}")


class _Check(msgspec.Struct, gc=False):
    findings: list[_Finding] = []


_head = msgspec.json.Decoder(Head).decode
_version = msgspec.json.Decoder(_Version).decode
_checks = msgspec.json.Decoder(list[_Check]).decode
_args = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_name = msgspec.json.Decoder(str).decode
_scan = json.JSONDecoder().raw_decode
_CODE = re.compile(CODE_PATTERN)
_BETWEEN = re.compile(r"[\s,\[\]]*")
_ANY_BYTES = "surrogateescape"
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Decoder:
    """Reads documents, and of each report the facts that are asked for."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._marks = tuple(reason.encode() for reason in facts)

    def decode(self, text: bytes) -> Found:
        """The head of a report of our schema, or what the document is instead. Never raises."""
        try:
            head = _head(text)
        except _UNREADABLE:
            return _otherwise(text)
        if head.schema_version != SCHEMA_VERSION:
            return OtherSchema(head.schema_version)
        if not any(mark in text for mark in self._marks):
            return head
        try:
            facts = dict(reversed([*self._named(head.checks)]))
            return msgspec.structs.replace(head, facts=tuple(facts.items()))
        except _UNREADABLE:
            return Damage.DAMAGED

    def elements(self, text: bytes) -> tuple[list[Found], bytes]:
        """What each of several documents is, whatever brackets and commas stand between, and what is left.

        What is left begins with a document that does not end, or with what is none; it is empty where all was read.
        """
        documents: list[Found] = []
        shown, place, strange = text.decode("utf-8", _ANY_BYTES), 0, 0
        while (place := _after(_BETWEEN.match(shown, place))) < len(shown):
            try:
                _, end = _scan(shown, place)
            except (ValueError, RecursionError):
                return documents, shown[place:].encode("utf-8", _ANY_BYTES)
            found = self.decode(shown[place:end].encode("utf-8", _ANY_BYTES))
            documents.append(found)
            strange += isinstance(found, Damage)
            if strange > MOST_STRANGE:
                break
            place = end
        return documents, b""

    def _named(self, checks: msgspec.Raw) -> Iterator[tuple[str, str]]:
        for check in _checks(checks):
            for finding in check.findings:
                if finding.reason in self._facts:
                    group, name = self._facts[finding.reason]
                    yield group, _named(finding.args, name)


def is_code(value: object) -> TypeGuard[str]:
    """Whether a value is a word as codes are made of."""
    return isinstance(value, str) and len(value) <= LONGEST_CODE and _CODE.fullmatch(value) is not None


def _after(found: re.Match[str] | None) -> int:
    return found.end() if found else 0


def _otherwise(text: bytes) -> Found:
    """What a document is that has not the fields of a report of this schema version, or not as it should."""
    try:
        version = _version(text).schema_version
    except _UNREADABLE:
        return Damage.DAMAGED
    if version is None:
        return Damage.NO_REPORT
    return OtherSchema(version) if version != SCHEMA_VERSION else Damage.DAMAGED


def _named(args: msgspec.Raw, name: str) -> str:
    """What an argument names; `unknown` if it is missing or not text."""
    given = _args(args).get(name)
    try:
        return _name(given) if given is not None else UNKNOWN
    except msgspec.ValidationError:
        return UNKNOWN
