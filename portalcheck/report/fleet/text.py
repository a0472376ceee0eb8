"""A summary of many reports as plain text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from portalcheck.report.fleet import Summary
from portalcheck.report.fleet import words as words
from portalcheck.report.fleet.summary import OUTCOMES
from portalcheck.report.formats.lines import WIDTH, wrap
from portalcheck.words.catalog import Catalog


def render(summary: Summary, catalog: Catalog) -> str:
    """Paragraphs with a blank line between them; the last line ends, too."""
    return "\n\n".join("\n".join(part) for part in _parts(summary, catalog)) + "\n"


def _parts(summary: Summary, catalog: Catalog) -> Iterator[list[str]]:
    yield [words.headline(summary, catalog)]
    for sentence, places in words.notes(summary, catalog):
        yield [*wrap(sentence), *(line for place in places for line in wrap(place, "  "))]
    if not summary.reports:
        return
    for group, rows in summary.groups.items():
        cells = [
            (
                words.number(row.reports, catalog),
                words.percent(row.share, catalog),
                words.label(group, row.value, catalog),
            )
            for row in words.shown(rows)
        ]
        beyond = [f"  {line}" for line in words.beyond(group, summary, catalog)]
        yield [catalog.group(group), *_table(cells), *beyond]
    if summary.days:
        yield [*_days(summary, catalog)]


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
        yield from textwrap.wrap(
            text, WIDTH, initial_indent=front, subsequent_indent=" " * len(front), break_on_hyphens=False
        ) or [front.rstrip()]
