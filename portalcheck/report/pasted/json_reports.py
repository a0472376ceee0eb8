"""What a JSON document proves of a report: each field by its checksum in the seal."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec

from portalcheck.api.declarations import Numbers
from portalcheck.model import SCHEMA_VERSION, Report, ReportCheck, Status
from portalcheck.report import checksums
from portalcheck.report import code as phonecode
from portalcheck.report.json_text import Limit
from portalcheck.report.recovered import ADDED, OPTIONAL, Integrity, RecoveredReport, Unproven
from portalcheck.words.text import clean

_TYPES = {field.name: field.type for field in msgspec.structs.fields(Report)}
VERSION = "schema_version"
SEAL = "seal"
_CHECKS = "checks"
NEEDED = tuple(name for name in _TYPES if name not in OPTIONAL)
_MOST_UNKNOWN = 100
_EXITS = {"ok": (0,), "warn": (0, 1), "fail": (0, 1), "unknown": (3,)}
"""Exit codes that an outcome can have, whatever `--fail-on` says."""
_WORSE = (Integrity.CHANGED, Integrity.PART_MISSING)


def recover(
    document: Mapping[str, Any], numbers: Numbers, limits: Iterable[Limit] = (), *, whole: bool = True
) -> RecoveredReport:
    """The report that a decoded document is, which has a `schema_version`; never raises.

    `limits` are those that its text reached. Unless it is `whole`, more members may have been there.
    """
    version = document.get(VERSION)
    if type(version) is not int or version != SCHEMA_VERSION:  # a bool is no version
        return _of_another_version(version if type(version) is int else None, limits)
    fields, unproven = _converted(document)
    missing = [name for name in NEEDED if name not in document]
    sealed = fields.get(SEAL, {})
    unsealed = not checksums.is_known(sealed)
    wrong = checksums.changed(fields, sealed) - {line.key for line in unproven}
    unproven += _take_out(fields, wrong - {_CHECKS})
    unproven += _take_out(fields, _disagreeing(fields, numbers))
    missing += sorted(checksums.missing(document, sealed) - {*missing, *(line.key for line in unproven)})
    missing += _absent_checks(fields, document, numbers, missing)
    told = (*missing, *(line.key for line in unproven))
    if _CHECKS in wrong and not any(name.startswith(f"{_CHECKS}.") for name in told):
        missing.append(_CHECKS)  # the seal has others, and does not say which
    if unsealed:
        missing.append(SEAL)
    return RecoveredReport(
        integrity=_integrity(document, missing=bool(missing) or not whole, changed=bool(unproven)),
        source="json",
        fields=fields,
        missing=tuple(dict.fromkeys(missing)),
        unproven=tuple(unproven),
        unknown=tuple(clean(str(name), 60) for name in document if name not in _TYPES and name not in ADDED)[
            :_MOST_UNKNOWN
        ],
        unsealed=unsealed,
        limits=tuple(sorted(limits)),
        schema_version=SCHEMA_VERSION,
    )


def _of_another_version(version: int | None, limits: Iterable[Limit]) -> RecoveredReport:
    return RecoveredReport(
        integrity=Integrity.PART_MISSING,
        source="json",
        fields={VERSION: version} if version is not None else {},
        missing=tuple(name for name in NEEDED if name != VERSION),
        newer=version is not None and version > SCHEMA_VERSION,
        schema_version=version,
        unsealed=True,
        limits=tuple(sorted(limits)),
    )


def announced(limits: Iterable[Limit] = ()) -> RecoveredReport:
    """A report of which no more is known than that it was there."""
    return RecoveredReport(
        integrity=Integrity.PART_MISSING,
        source="json",
        fields={},
        missing=NEEDED,
        unsealed=True,
        limits=tuple(sorted(limits)),
    )


def _converted(document: Mapping[str, Any]) -> tuple[dict[str, Any], list[Unproven]]:
    """The fields of our shape, as JSON has them, and those of another shape; of the checks each by itself."""
    fields: dict[str, Any] = {}
    unproven = []
    for name, kind in _TYPES.items():
        if name not in document:
            continue
        value = document[name]
        try:
            if name == _CHECKS and isinstance(value, list):
                fields[name], strange = _checks(value)
                unproven += strange
            else:
                fields[name] = _as_json(value, kind)
        except msgspec.ValidationError:
            unproven.append(Unproven(name, _shown(value)))
    return fields, unproven


def _checks(listed: list[Any]) -> tuple[list[Any], list[Unproven]]:
    good, strange = [], []
    for place, check in enumerate(listed, start=1):
        try:
            good.append(_as_json(check, ReportCheck))
        except msgspec.ValidationError:
            named = check.get("check") if isinstance(check, dict) else None
            key = named if isinstance(named, str) else str(place)
            strange.append(Unproven(f"{_CHECKS}.{clean(key, 60)}", _shown(check)))
    return good, strange


def _as_json(value: Any, kind: Any) -> Any:
    """A value of our shape as JSON has it, without what that shape does not know. Raises msgspec.ValidationError."""
    try:
        converted = msgspec.convert(value, kind)
    except msgspec.ValidationError:
        converted = msgspec.convert(_with_whole_numbers(value), kind)
    return msgspec.json.decode(msgspec.json.encode(converted))


def _with_whole_numbers(value: Any) -> Any:
    """A value with whole numbers as such: some tools write `412.0` for 412."""
    if isinstance(value, dict):
        return {name: _with_whole_numbers(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_with_whole_numbers(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


def _take_out(fields: dict[str, Any], names: Collection[str]) -> list[Unproven]:
    """Remove fields, and checks named as `checks.tls`; returns what they held."""
    taken = [(name, fields.pop(name)) for name in list(fields) if name in names]
    if _CHECKS in fields:
        checks = [(f"{_CHECKS}.{check['check']}", check) for check in fields[_CHECKS]]
        taken += [(name, check) for name, check in checks if name in names]
        fields[_CHECKS] = [check for name, check in checks if name not in names]
    return [Unproven(clean(name, 80), _shown(held)) for name, held in taken]


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
    told = {check["check"]: Status(check["status"]) for check in fields.get(_CHECKS, ())}
    for place, status in phonecode.placed(told, numbers).items():
        if code.statuses.get(place, status) != status:
            sharing = {place, *(check for check, other in numbers.beside.items() if other == place)}
            found |= {"code", *(f"{_CHECKS}.{check}" for check in sharing & told.keys())}
    return found


def _absent_checks(
    fields: Mapping[str, Any], document: Mapping[str, Any], numbers: Numbers, missing: Collection[str]
) -> list[str]:
    """Checks that the phone code has a result of and the document does not."""
    listed = document.get(_CHECKS)
    if not isinstance(listed, list):
        return []
    there = {str(check.get("check")) for check in listed if isinstance(check, dict)}
    return [
        name
        for check in phonecode.reported(str(fields.get("code", "")), numbers)
        if check not in there and (name := f"{_CHECKS}.{check}") not in missing
    ]


def _integrity(document: Mapping[str, Any], *, missing: bool, changed: bool) -> Integrity:
    """Never better than the `integrity` that an earlier reading gave to the same report."""
    earlier = document.get("integrity")
    for worse, found in zip(_WORSE, (changed, missing), strict=True):
        if found or earlier == worse.value:
            return worse
    return Integrity.COMPLETE


def _shown(value: object) -> str:
    return clean(json.dumps(value, default=repr)[:1000])
