"""Two reports of a caller: what has changed from the first to the second."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from portalcheck.report.formats import agent
from portalcheck.report.formats.sheet import Item, Line, Section, Sheet, Steps
from portalcheck.report.guidance import cause_words, guidance
from portalcheck.report.recovered import Integrity, RecoveredReport
from portalcheck.words.catalog import Catalog

_COMPARED = ("portal", "platform", "tool", "outcome", "cause", "owner", "also", "symptoms", "likely_steps")


class Change(msgspec.Struct, frozen=True):
    """A field that differs; a check is `checks.tls`, with its status and findings. None where a report lacks it."""

    field: str
    before: Any
    after: Any


def changes(before: RecoveredReport, after: RecoveredReport) -> list[Change]:
    """What differs in what both say of the computer, in the order of the report's fields."""
    pairs = [(name, before.fields.get(name), after.fields.get(name)) for name in _COMPARED]
    one, other = _checks(before), _checks(after)
    pairs += [
        (f"checks.{check}", one.get(check), other.get(check)) for check in dict.fromkeys([*one, *other])
    ]
    return [Change(*pair) for pair in pairs if pair[1] != pair[2]]


def to_json(before: RecoveredReport, after: RecoveredReport) -> dict[str, Any]:
    """Both reports, and the fields that differ."""
    listed = [msgspec.to_builtins(change) for change in changes(before, after)]
    return {"before": before.to_json(), "after": after.to_json(), "changes": listed}


def sheet(before: RecoveredReport, after: RecoveredReport, words: Catalog, now: float | None) -> Sheet:
    """The changes in words, and what the caller should do by the second report."""
    report = after.to_report()
    differing = {change.field: change for change in changes(before, after)}
    sections = [Section("", tuple(_intro(before, after, words, now)))]
    sections.append(Section(words.ui("heading.between") + ":", tuple(_results(before, after, words))))
    checks = [*_check_lines(differing, words)]
    if checks:
        sections.append(Section(words.ui("heading.checks_between") + ":", tuple(checks)))
    told = guidance(report, words)
    if "cause" in after.fields and told.actions:
        items: list[Item] = [*map(Line, told.never), Steps(told.actions), Line(told.article)]
        sections.append(Section(words.ui("heading.caller_first") + ":", tuple(items)))
    return Sheet("", tuple(sections))


def _checks(recovered: RecoveredReport) -> Mapping[str, Any]:
    """What each check said, without how long it took."""
    return {
        check["check"]: {"status": check["status"], "findings": check["findings"]}
        for check in recovered.fields.get("checks", ())
    }


def _intro(
    before: RecoveredReport, after: RecoveredReport, words: Catalog, now: float | None
) -> Iterator[Line]:
    for key, each in (("first", before), ("second", after)):
        told = [words.ui(f"compare.{key}"), agent.made(each.to_report(), words, now) + "."]
        if each.integrity is not Integrity.COMPLETE:
            told.append(words.ui(each.integrity.words_key))
        told += [words.ui("read.unsealed")] if each.unsealed and each.fields else []
        yield Line(" ".join(told))
    one, other = before.fields, after.fields
    if one.get("run_id") and one.get("run_id") == other.get("run_id"):
        yield Line(words.ui("compare.same_run"))
    elif str(other.get("started", "")) < str(one.get("started", "")):
        yield Line(words.ui("compare.older"))
    if one.get("portal") != other.get("portal"):
        hosts = [str(each.get("portal", {}).get("host", "")) or None for each in (one, other)]
        yield Line(words.ui("compare.portals", before=hosts[0], after=hosts[1]))
    if one.get("platform") != other.get("platform"):
        yield Line(words.ui("compare.systems"))


def _results(before: RecoveredReport, after: RecoveredReport, words: Catalog) -> Iterator[Line]:
    one, other = before.to_report(), after.to_report()
    if not one.cause or not other.cause:
        yield Line(words.ui("compare.no_cause"))
        return
    verdicts = [cause_words(each, words).verdict for each in (one, other)]
    if one.cause == other.cause:
        yield Line(words.ui("compare.same", verdict=verdicts[0]))
    else:
        yield Line(words.ui("changes.changed", before=verdicts[0], now=verdicts[1]))
    for key, here, there, of in (("gone", one, other, one), ("new", other, one, other)):
        for each in here.also:
            if each not in (*there.also, there.cause):
                yield Line(words.ui(f"compare.{key}", verdict=cause_words(of, words, each).verdict))


def _check_lines(differing: Mapping[str, Change], words: Catalog) -> Iterator[Line]:
    for field, change in differing.items():
        if not field.startswith("checks."):
            continue
        before, after = change.before or {}, change.after or {}
        statuses = [words.ui(f"status.{each['status']}") if each else None for each in (before, after)]
        lines = [*_findings(before, after, "gone", words), *_findings(after, before, "new", words)]
        name = words.check(field.removeprefix("checks.")).name
        if statuses[0] != statuses[1]:
            yield Line(words.ui("compare.check", check=name, before=statuses[0], after=statuses[1]))
        elif lines:
            yield Line(f"{statuses[0]}: {name}")
        yield from lines


def _findings(here: Mapping[str, Any], there: Mapping[str, Any], key: str, words: Catalog) -> Iterator[Line]:
    """What one report says and the other does not, in words; echoes of another fault left out."""
    others = set(_sentences(there, words))
    for sentence in _sentences(here, words):
        if sentence not in others:
            yield Line(words.ui(f"compare.{key}", verdict=sentence), deep=True)


def _sentences(check: Mapping[str, Any], words: Catalog) -> Iterator[str]:
    for each in check.get("findings", ()):
        if not each["blocked_by"]:
            yield words.reason(each["reason"], each["args"], each["status"])
