"""A summary of many reports as plain text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from portalcheck.report.fleet import By, Summary, words
from portalcheck.report.fleet.grouping import OUTCOMES
from portalcheck.report.formats.lines import WIDTH, wrap
from portalcheck.words.catalog import Catalog


def render(summary: Summary, catalog: Catalog) -> str:
    """Paragraphs with a blank line between them; the last line ends, too."""
    return "\n\n".join("\n".join(part) for part in _parts(summary, catalog)) + "\n"


def _parts(summary: Summary, catalog: Catalog) -> Iterator[list[str]]:
    yield wrap(words.headline(summary, catalog))
    for sentence, places in words.notes(summary, catalog):
        yield [*wrap(sentence), *(line for place in places for line in wrap(place, "  "))]
    if summary.asked:
        yield [*_listed(summary, catalog)]
        return
    if not summary.reports:
        return
    for kind, rows in summary.by.items():
        told = [f"  {line}" for line in words.beyond_by(kind, summary, catalog)]
        yield [catalog.ui(f"fleet.by.{kind}"), *_by(kind, rows, catalog), *told]
    for group, counted in () if summary.by else summary.groups.items():
        cells = [
            (
                words.number(row.reports, catalog),
                words.percent(row.share, catalog),
                words.label(group, row.value, catalog),
            )
            for row in words.shown(counted)
        ]
        beyond = [f"  {line}" for line in words.beyond(group, summary, catalog)]
        yield [catalog.group(group), *_table(cells), *beyond]
    if summary.days and not summary.by:
        yield [*_days(summary, catalog)]


def _listed(summary: Summary, catalog: Catalog) -> Iterator[str]:
    yield from wrap(words.asked(summary, catalog))
    for told in summary.listed:
        yield from wrap(words.report(told, catalog), "  ")
    if summary.unlisted:
        yield f"  {catalog.ui('fleet.further', count=summary.unlisted)}"


def _by(kind: str, rows: tuple[By, ...], catalog: Catalog) -> Iterator[str]:
    cells = []
    for row in words.shown(rows):
        told = (
            words.label_by(kind, row.value, catalog),
            words.outcomes(row, catalog),
            words.causes(row, catalog),
        )
        lines = "\n".join(filter(None, told))
        cells.append((words.number(row.reports, catalog), words.percent(row.share, catalog), lines))
    yield from _table(cells)


def _days(summary: Summary, catalog: Catalog) -> Iterator[str]:
    days = summary.days[-words.MOST_DAYS :]
    yield catalog.ui("fleet.days")
    if len(days) < len(summary.days):
        yield from wrap(catalog.ui("fleet.earlier_days", day=days[0].day), "  ")
    cells = []
    for day in days:
        counts = (
            f"{catalog.ui(f'status.{outcome}')} {words.number(day.outcomes[outcome], catalog)}"
            f" ({words.percent(day.outcomes[outcome] / day.reports, catalog)})"
            for outcome in OUTCOMES
            if day.outcomes[outcome]
        )
        cells.append((day.day, words.number(day.reports, catalog), ", ".join(counts)))
    yield from _table(cells)


def _table(cells: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    """Two columns of numbers, and words, with a hanging indent if they need more than a line."""
    widths = [max((len(cell[column]) for cell in cells), default=0) for column in (0, 1)]
    for first, second, text in cells:
        front = f"  {first:>{widths[0]}}  {second:>{widths[1]}}  "
        hanging = " " * len(front)
        for number, line in enumerate(text.split("\n")):
            yield from textwrap.wrap(
                line,
                WIDTH,
                initial_indent=hanging if number else front,
                subsequent_indent=hanging,
                break_on_hyphens=False,
            ) or [front.rstrip()]
