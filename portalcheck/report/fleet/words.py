"""The words of a summary of many reports: what a group and a value are called, and what was not counted."""

from __future__ import annotations

from collections.abc import Iterator

from portalcheck.report.fleet import Row, Summary
from portalcheck.report.fleet.summary import OUTCOMES
from portalcheck.words.catalog import Catalog
from portalcheck.words.text import clean

MOST_ROWS = 25
"""Rows of a group, and days, that a person is shown; JSON and CSV have them all."""
MOST_DAYS = 31


def headline(summary: Summary, catalog: Catalog) -> str:
    """How many reports from how many files."""
    counted = catalog.ui("fleet.counted", count=summary.reports)
    files = catalog.ui("fleet.files", count=summary.files)
    return f"{counted}, {files}." if summary.reports else counted


def notes(summary: Summary, catalog: Catalog) -> Iterator[tuple[str, list[str]]]:
    """What was not counted: a sentence, and the places that it names."""
    if summary.duplicates:
        yield catalog.ui("fleet.duplicates", count=summary.duplicates), []
    for version, count in summary.other_schemas.items():
        yield catalog.ui("fleet.other_schema", count=count, version=version), []
    if summary.damaged:
        places = [
            catalog.ui(
                "fleet.place", file=place.file, line=place.line, why=catalog.ui(f"fleet.why.{place.why}")
            )
            for place in summary.first_damaged
        ]
        yield (
            catalog.ui("fleet.damaged", count=summary.damaged),
            places + _further(summary.damaged - len(places), catalog),
        )
    if summary.left_out:
        names = [*summary.first_left_out]
        yield (
            catalog.ui("fleet.left_out", count=summary.left_out),
            names + _further(summary.left_out - len(names), catalog),
        )
    if summary.undated:
        yield catalog.ui("fleet.undated", count=summary.undated), []


def shown(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """The rows that a person is shown: the most frequent ones, and how many named none."""
    named = [row for row in rows if row.value is not None]
    return (*named[:MOST_ROWS], *(row for row in rows if row.value is None))


def beyond(group: str, summary: Summary, catalog: Catalog) -> list[str]:
    """How many reports of a group are in none of the rows that are shown."""
    hidden = set(summary.groups[group]) - set(shown(summary.groups[group]))
    count = sum(row.reports for row in hidden) + summary.more.get(group, 0)
    return [catalog.ui("fleet.beyond", count=count)] if count else []


def label(group: str, value: str | None, catalog: Catalog) -> str:
    """A value as a person reads it; a cause with its code first, which other programs know."""
    if value is None:
        return catalog.ui("fleet.none")
    if group == "cause":
        words = catalog.cause(value)
        return f"{clean(value)}: {words.verdict}" if words.known else clean(value)
    if group == "outcome":
        return catalog.ui(f"status.{value}") if value in OUTCOMES else clean(value)
    if value == "unknown":
        return catalog.ui("fleet.unknown")
    return catalog.group("system" if group == "os" else group, value)


def percent(share: float, catalog: Catalog) -> str:
    """A share of one as a language writes it."""
    return catalog.ui("fleet.percent", share=round(100 * share, 1))


def number(count: int, catalog: Catalog) -> str:
    """A count as a language writes it."""
    return catalog.write(count, "number")


def _further(count: int, catalog: Catalog) -> list[str]:
    return [catalog.ui("fleet.further", count=count)] if count else []
