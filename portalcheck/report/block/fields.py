"""Proved lines made into the fields of a report; what does not fit is listed, never guessed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from portalcheck.model import Likelihood, Outcome, Status, TriedOutcome
from portalcheck.report.block import layout, values
from portalcheck.report.block.layout import squeeze

_PART = re.compile(r"(.+)/(\d{1,4})/(\d{1,4})")
_STARTED = re.compile(r"(\d{4}-\d\d-\d\d)(\d\d)\.(\d\d)\.(\d\d)utc", re.ASCII)
_STATUSES = frozenset(Status)

_Spec = tuple[str, Callable[[str], values.Value]]


class Entry(msgspec.Struct, frozen=True):
    """All items of one key that are there without a gap from the first on; `whole` if none is lost."""

    key: str
    items: tuple[str, ...]
    whole: bool


class Fields:
    """Collects the fields of a report (`values`, in the shape of the JSON report), and what is wrong with them.

    `missing`, `reduced`, `unknown` and `omitted` are as in `RecoveredReport`; `unread` are entries that say nothing
    that this version understands, though their key is known.
    """

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.missing: list[str] = []
        self.reduced: list[str] = []
        self.unknown: list[str] = []
        self.unread: list[Entry] = []
        self.omitted = 0
        self.layout: int | None = None
        self.schema_version: int | None = None
        self.lines_expected: int | None = None

    def take(self, entry: Entry) -> None:
        """Add what an entry says; what its first line says is needed to understand the others."""
        check = _check_id(entry)
        if not entry.items:
            self.missing += [f"checks.{check}"] if check else []
            return
        try:
            if check:
                self._check(entry, check)
            elif entry.key in _HEAD:
                self._head(entry, _HEAD[entry.key])
            elif entry.key in _WHOLE:
                # Lists are taken as a whole or not at all: a part of one would look like all of it.
                for path, listed in _WHOLE[entry.key](entry.items).items() if entry.whole else ():
                    self._put(path, listed)
            elif entry.key == layout.LAYOUT_KEY:
                self._layout(entry)
            elif entry.key == "omitted":
                self.omitted = _whole_number(entry.items[0])
            else:
                self.unknown.append(entry.key)
        except (ValueError, LookupError):
            self.unread.append(entry)

    def _layout(self, entry: Entry) -> None:
        named = dict(_named(item) for item in entry.items[1:])
        self.layout = _whole_number(entry.items[0])
        self.schema_version = _whole_number(named["schema"]) if "schema" in named else None
        self.lines_expected = _whole_number(named["lines"]) if "lines" in named else None
        self.values["schema_version"] = self.schema_version

    def _put(self, path: str, value: Any) -> None:
        parent, _, field = path.rpartition(".")
        (self.values.setdefault(parent, {}) if parent else self.values)[field] = value

    def _head(self, entry: Entry, specs: Mapping[str, _Spec]) -> None:
        items = {"": entry.items[0], **dict(_named(item) for item in entry.items[1:])}
        found = {path: reader(items[name]) for name, (path, reader) in specs.items() if name in items}
        for path, value in found.items():
            self._put(path, value.value)
            self.reduced += [path] if value.reduced else []

    def _check(self, entry: Entry, check: str) -> None:
        status = Status(squeeze(entry.items[0])).value
        name, duration = _named(entry.items[1])
        if name != "ms":
            raise ValueError(name)
        findings = _findings(check, status, entry.items[2:])
        if not entry.whole:
            findings = findings[:-1]
            self.missing.append(f"checks.{check}")
        told = [finding for finding, _ in findings]
        result = {"check": check, "status": status, "duration_ms": _whole_number(duration), "findings": told}
        self.values.setdefault("checks", []).append(result)
        for finding, reduced in findings:
            self.reduced += [f"checks.{finding['reason']}.{name}" for name in reduced]


def entries(lines: Iterable[tuple[str, str]]) -> list[Entry]:
    """Lines (key and value) put together by key, in the order of their first lines."""
    parts: dict[str, dict[int, str]] = {}
    totals: dict[str, int] = {}
    for key, value in lines:
        found = _PART.fullmatch(key)
        name, number, total = (found[1], int(found[2]), int(found[3])) if found else (key, 1, 1)
        parts.setdefault(name, {}).setdefault(number, value)
        totals[name] = max(totals.get(name, 0), total)
    return [_entry(name, found, totals[name]) for name, found in parts.items()]


def _entry(name: str, found: dict[int, str], total: int) -> Entry:
    there = 0
    text = ""
    cut = False
    while there < total and there + 1 in found:
        there += 1
        part = found[there]
        text += part if cut or not text else f", {part}"
        cut = part.endswith("/")
        text = text.removesuffix("/") if cut else text
    items = [item.strip() for item in text.split(",")]
    if cut:
        items.pop()
    return Entry(name, tuple(filter(None, items)), there == total)


# ---- items -------------------------------------------------------------------------------------


def _check_id(entry: Entry) -> str:
    """The check that an entry is of, which begins with its status and duration; empty if it is of none."""
    if entry.key.startswith(layout.FOREIGN):
        return entry.key.removeprefix(layout.FOREIGN)
    known = entry.key in KEYS or entry.key == layout.LAYOUT_KEY
    status, duration = (*map(squeeze, entry.items[:2]), "", "")[:2]
    return entry.key if not known and (status in _STATUSES or duration.startswith("ms/")) else ""


def _named(item: str) -> tuple[str, str]:
    name, _, written = item.partition("/")
    return squeeze(name), written


def _findings(check: str, status: str, items: Sequence[str]) -> list[tuple[dict[str, Any], list[str]]]:
    """Findings, each with the arguments that lost letters. Raises ValueError for items that are none."""
    findings: list[tuple[dict[str, Any], list[str]]] = []
    own = ""
    for item in items:
        name, written = _named(item)
        if "/" not in item and name in _STATUSES and not own:
            own = name
        elif "/" not in item:
            reason = name if "." in name else f"{check}.{name}"
            findings.append(({"reason": reason, "status": own or status, "args": {}, "blocked_by": []}, []))
            own = ""
        elif not findings or own:
            raise ValueError(item)
        elif name == layout.BLOCKED_BY:
            findings[-1][0]["blocked_by"] = [squeeze(reason) for reason in written.split("/")]
        else:
            value = values.read(written)
            findings[-1][0]["args"][name.replace("-", "_")] = value.value
            if value.reduced:
                findings[-1][1].append(name.replace("-", "_"))
    return findings


def _whole_number(written: str) -> int:
    """Raises ValueError for anything but an int."""
    value = values.read(written).value
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(written)
    return value


def _number(written: str) -> values.Value:
    return values.Value(_whole_number(written))


def _flag(written: str) -> values.Value:
    value = values.read(written)
    if not isinstance(value.value, bool):
        raise ValueError(written)
    return value


def _code(written: str) -> values.Value:
    value = values.read_text(written)
    return values.Value(squeeze(str(value.value)), value.reduced)


def _phone_code(written: str) -> values.Value:
    value = _code(written)
    return values.Value(str(value.value).upper(), value.reduced)


def _outcome(written: str) -> values.Value:
    return values.Value(Outcome(squeeze(written)).value)


def _started(written: str) -> values.Value:
    found = _STARTED.fullmatch(squeeze(written))
    if not found:
        return values.Value("", reduced=True)
    return values.Value(f"{found[1]}T{found[2]}:{found[3]}:{found[4]}Z")


def _codes(items: Sequence[str]) -> list[str]:
    return [code for code in map(squeeze, items) if code != layout.NOTHING]


def _counts(items: Sequence[str]) -> dict[str, int]:
    return {name: _whole_number(written) for name, written in map(_named, items) if name != layout.NOTHING}


def _steps(items: Sequence[str]) -> list[dict[str, Any]]:
    """Raises ValueError for a step without likelihood."""
    steps: list[dict[str, Any]] = []
    for item in items if _codes(items) else ():
        kind, name = _named(item)
        if "/" in item:
            because = squeeze(name) if kind == "reason" else f"{kind}:{squeeze(name)}"
            steps[-1]["because"].append(because)
        elif steps and not steps[-1]["likelihood"]:
            steps[-1]["likelihood"] = kind
        else:
            steps.append({"ref": kind, "likelihood": "", "because": []})
    for step in steps:
        Likelihood(step["likelihood"])
    return steps


def _tried(items: Sequence[str]) -> list[dict[str, Any]]:
    """Raises ValueError for an outcome that this version does not know."""
    pairs = (_named(item) for item in (items if _codes(items) else ()))
    return [{"ref": ref, "outcome": TriedOutcome(squeeze(outcome)).value} for ref, outcome in pairs]


_HEAD: Mapping[str, Mapping[str, _Spec]] = {
    "tool": {"": ("tool.name", values.read_text), "version": ("tool.version", values.read_text)},
    "run": {"": ("run_id", values.read_text)},
    "started": {"": ("started", _started), "ms": ("duration_ms", _number), "start": ("start_ms", _number)},
    "portal": {"": ("portal.profile", values.read_text), "host": ("portal.host", values.read_text)},
    "name": {"": ("portal.name", values.read_text)},
    "platform": {"": ("platform.os", _code), "release": ("platform.release", values.read_text)},
    "outcome": {"": ("outcome", _outcome), "exit": ("exit_code", _number), "complete": ("complete", _flag)},
    "cause": {"": ("cause", _code)},
    "owner": {"": ("owner", _code)},
    "code": {"": ("code", _phone_code)},
}
"""For each key, where its first item and its named items go in the JSON report, and how they are read."""

_WHOLE: Mapping[str, Callable[[Sequence[str]], dict[str, Any]]] = {
    "also": lambda items: {"also": _codes(items)},
    "symptoms": lambda items: {"symptoms": _codes(items)},
    "steps": lambda items: {"likely_steps": _steps(items)},
    "tried": lambda items: {"tried": _tried(items)},
    "privacy": lambda items: {"privacy.level": squeeze(items[0]), "privacy.withheld": _counts(items[1:])},
    "contacts": lambda items: {"privacy.contacts": _counts(items)},
}

KEYS = frozenset({*_HEAD, *_WHOLE, "omitted"})
"""The keys of a report's own fields."""
