"""A summary of many reports as one HTML page with charts, which needs no network, no script and no other file."""

from __future__ import annotations

import msgspec

from portalcheck.report.fleet import Day, Summary, words
from portalcheck.report.fleet.summary import OUTCOMES
from portalcheck.report.formats.pages import own_file, template
from portalcheck.report.formats.pages import policy as policy_of
from portalcheck.words.catalog import Catalog

_HEIGHT, _COLUMN, _GAP = 120, 14, 4
"""Units of the picture of days: its height, a column, and the gap between two."""
_LONGEST = 400


class Bar(msgspec.Struct, frozen=True):
    """A row of a group: what it is called, its numbers as written, and the bar's length from 0 to 100."""

    label: str
    reports: str
    share: str
    length: float


class Group(msgspec.Struct, frozen=True):
    """A group of the summary as a table of bars."""

    name: str
    title: str
    bars: tuple[Bar, ...]
    beyond: list[str]


class Box(msgspec.Struct, frozen=True):
    """A part of a day's column: reports of one outcome."""

    outcome: str
    x: int
    y: float
    height: float


class Column(msgspec.Struct, frozen=True):
    """A day: its name, all numbers as written (all reports, then by outcome), and its column."""

    day: str
    reports: str
    numbers: tuple[str, ...]
    boxes: tuple[Box, ...]


def render(summary: Summary, catalog: Catalog) -> str:
    """The page in the catalogue's language."""
    from markupsafe import Markup

    style = own_file("formats/report.css") + own_file("fleet/fleet.css")
    days = summary.days[-words.MOST_DAYS :]
    page = template("fleet/fleet.html.j2", _LONGEST).render(
        lang=catalog.lang,
        ui=catalog.ui,
        # Our own files; no end tag stands in them (a test holds it).
        style=Markup(style),  # noqa: S704
        policy=policy_of(style),
        headline=words.headline(summary, catalog),
        notes=list(words.notes(summary, catalog)),
        groups=[_group(name, summary, catalog) for name in summary.groups] if summary.reports else [],
        days=_columns(days, catalog),
        earlier=len(days) < len(summary.days),
        outcomes=OUTCOMES,
        height=_HEIGHT,
        width=max(len(days), 1) * (_COLUMN + _GAP),
        column=_COLUMN,
    )
    return page.lstrip() + "\n"


def _group(name: str, summary: Summary, catalog: Catalog) -> Group:
    bars = tuple(
        Bar(
            words.label(name, row.value, catalog),
            words.number(row.reports, catalog),
            words.percent(row.share, catalog),
            round(100 * row.share, 1),
        )
        for row in words.shown(summary.groups[name])
    )
    return Group(name, catalog.group(name), bars, words.beyond(name, summary, catalog))


def _columns(days: tuple[Day, ...], catalog: Catalog) -> list[Column]:
    most = max((day.reports for day in days), default=1)
    return [_column(place, day, most, catalog) for place, day in enumerate(days)]


def _column(place: int, day: Day, most: int, catalog: Catalog) -> Column:
    boxes, top = [], float(_HEIGHT)
    for outcome in OUTCOMES:
        height = _HEIGHT * day.outcomes[outcome] / most
        top -= height
        if height:
            boxes.append(Box(outcome, place * (_COLUMN + _GAP), round(top, 2), round(height, 2)))
    numbers = tuple(words.number(day.outcomes[outcome], catalog) for outcome in OUTCOMES)
    return Column(day.day, words.number(day.reports, catalog), numbers, tuple(boxes))
