"""The words of a summary of many reports: what a group and a value are called, and what was not counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from portalcheck.diagnosis.article import refs
from portalcheck.model import SCHEMA_VERSION
from portalcheck.report.fleet import By, Listed, Place, Row, Summary
from portalcheck.report.fleet.decoding import UNKNOWN
from portalcheck.report.fleet.grouping import OUTCOMES
from portalcheck.report.fleet.summary import SOLVED
from portalcheck.words.catalog import Catalog
from portalcheck.words.text import clean

MOST_ROWS = 25
"""Rows of a group, and days, that a person is shown; JSON and CSV have them all."""
MOST_DAYS = 31
Note = tuple[str, list[str]]
Counted = TypeVar("Counted", bound=Row)


def headline(summary: Summary, catalog: Catalog) -> str:
    """How many reports from how many files, and from when."""
    counted = catalog.ui("fleet.counted", count=summary.reports)
    if not summary.reports:
        return counted
    told = f"{counted}, {catalog.ui('fleet.files', count=summary.files)}."
    if not summary.days:
        return told
    first, last = summary.days[0].day, summary.days[-1].day
    when = catalog.ui("fleet.one_day" if first == last else "fleet.period", first=first, last=last)
    return f"{told} {when}"


def notes(summary: Summary, catalog: Catalog) -> Iterator[Note]:
    """What was not counted, or not as it should be: a sentence, and the places that it names."""

    def told(kind: str, count: int, places: Sequence[str] = (), also: str = "") -> Iterator[Note]:
        if count:
            sentence = catalog.ui(f"fleet.{kind}", count=count, since=summary.since)
            further = count - len(places) if places else 0
            hidden = [catalog.ui("fleet.further", count=further)] if further else []
            yield f"{sentence} {also}".rstrip(), [*places, *hidden]

    yield from told("in_part", summary.in_part, _spots(summary.first_in_part, catalog))
    yield from told("changed", summary.changed, _spots(summary.first_changed, catalog))
    yield from told("unproved", summary.unproved)
    yield from told("duplicates", summary.duplicates)
    for version, count in summary.other_schemas.items():
        sentence = catalog.ui("fleet.other_schema", count=count, version=version)
        newer = version.isdigit() and int(version) > SCHEMA_VERSION
        yield (f"{sentence} {catalog.ui('fleet.newer')}" if newer else sentence), []
    failing = catalog.ui("fleet.earlier_failing", count=summary.earlier_failing)
    yield from told("earlier", summary.earlier, also=failing if summary.earlier_failing else "")
    damaged = [
        catalog.ui("fleet.place", file=place.file, line=place.line, why=catalog.ui(f"fleet.why.{place.why}"))
        for place in summary.first_damaged
    ]
    yield from told("damaged", summary.damaged, damaged)
    yield from told("left_out", summary.left_out, summary.first_left_out)
    yield from told("without", summary.without, summary.first_without)
    yield from told("other_text", summary.other_text)
    yield from told("undated", summary.undated)


def _spots(places: Sequence[Place], catalog: Catalog) -> list[str]:
    return [catalog.ui("fleet.spot", file=place.file, line=place.line) for place in places]


def asked(summary: Summary, catalog: Catalog) -> str:
    """How many reports have the cause that was asked for."""
    return catalog.ui(
        "fleet.listed", count=len(summary.listed) + summary.unlisted, cause=clean(summary.asked)
    )


def report(told: Listed, catalog: Catalog) -> str:
    """A report that was asked for, in a line."""
    line = catalog.ui(
        "fleet.report",
        file=told.file,
        line=told.line,
        run=told.run_id or catalog.ui("fleet.unknown"),
        started=told.started or catalog.ui("fleet.unknown"),
        outcome=label("outcome", told.outcome, catalog),
    )
    return line if told.first else catalog.ui("fleet.beside", report=line)


def shown(rows: tuple[Counted, ...]) -> tuple[Counted, ...]:
    """The rows that a person is shown: the most frequent ones, and last how many named none."""
    named = sum(row.value is not None for row in rows)
    return rows[: min(named, MOST_ROWS)] + rows[named:]


def beyond(group: str, summary: Summary, catalog: Catalog) -> list[str]:
    """How many reports of a group are in none of the rows that are shown."""
    rows = summary.groups[group]
    count = sum(row.reports for row in rows) - sum(row.reports for row in shown(rows))
    count += summary.more.get(group, 0)
    return [catalog.ui("fleet.beyond", count=count)] if count else []


def beyond_by(kind: str, summary: Summary, catalog: Catalog) -> list[str]:
    """What is to be told of groups by a kind: rows that are not shown, and that one report may be in several."""
    rows = summary.by[kind]
    count = sum(row.reports for row in rows) - sum(row.reports for row in shown(rows))
    count += summary.more.get(f"by {kind}", 0)
    told = [catalog.ui("fleet.beyond", count=count)] if count else []
    if sum(row.reports for row in rows) > summary.reports:
        told.append(catalog.ui("fleet.several"))
    return told


def label(group: str, value: str | None, catalog: Catalog) -> str:
    """A value as a person reads it; a cause with its code first, which other programs know."""
    if value is None:
        return catalog.ui("fleet.none")
    if group == "outcome":
        return catalog.ui(f"status.{value}") if value in OUTCOMES else clean(value)
    if value == UNKNOWN:
        return catalog.ui("fleet.unknown")
    if group == "cause":
        words = catalog.cause(value)
        return f"{clean(value)}: {words.verdict}" if words.known else clean(value)
    if group == SOLVED:
        cause, _, ref = value.partition(" ")
        return f"{clean(cause)}: {catalog.ui('step.first', title=catalog.ref(ref).title, ref=ref)}"
    return catalog.group("system" if group == "os" else group, value)


def label_by(kind: str, value: str | None, catalog: Catalog) -> str:
    """A value that reports are grouped by."""
    if value is None or value == UNKNOWN:
        return label("", value, catalog)
    match kind:
        case "owner":
            return label("owner", value, catalog)
        case "browser":
            return catalog.term("browser", value)
        case "ref":
            return f"{value}: {catalog.ref(value).title}" if value in refs() else clean(value)
        case "symptom":
            words = catalog.symptom(value)
            return f"{value}: {words}" if words != value else words
        case "network":
            group, _, told = value.partition(": ")
            return f"{catalog.group(group)}: {label(group, told, catalog)}"
    return clean(value)


def outcomes(row: By, catalog: Catalog) -> str:
    """The outcomes of the reports of a row, and their share of it."""
    return ", ".join(
        f"{catalog.ui(f'status.{outcome}')} {number(count, catalog)} ({percent(count / row.reports, catalog)})"
        for outcome in OUTCOMES
        if (count := row.outcomes[outcome])
    )


def causes(row: By, catalog: Catalog) -> str:
    """The causes of the reports of a row; empty without one."""
    named = ", ".join(f"{clean(cause)} {number(count, catalog)}" for cause, count in row.causes.items())
    return catalog.ui("fleet.causes", list=named) if named else ""


def percent(share: float, catalog: Catalog) -> str:
    """A share of one as a language writes it."""
    return catalog.ui("fleet.percent", share=round(100 * share, 1))


def number(count: int, catalog: Catalog) -> str:
    """A count as a language writes it."""
    return catalog.write(count, "number")
