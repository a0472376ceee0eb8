"""A summary of many reports as one HTML page with charts, which needs no network, no script and no other file."""

from __future__ import annotations

from portalcheck.report.fleet import By, Day, Summary, words
from portalcheck.report.fleet.grouping import OUTCOMES
from portalcheck.report.formats.pages import own_file, template
from portalcheck.report.formats.pages import policy as policy_of
from portalcheck.words.catalog import Catalog

_HEIGHT, _COLUMN, _GAP = 120, 14, 4
"""Units of the picture of days: its height, a column, and the gap between two."""
_LONGEST = 400
_MARKED = 3
"""Days that are written below the columns; more have no room on a telephone."""


def render(summary: Summary, catalog: Catalog) -> str:
    """The page in the catalogue's language."""
    from markupsafe import Markup

    style = own_file("formats/report.css") + own_file("fleet/fleet.css")
    days = () if summary.asked else summary.days[-words.MOST_DAYS :]
    page = template("fleet/fleet.html.j2", _LONGEST).render(
        lang=catalog.lang,
        ui=catalog.ui,
        # Our own files; no end tag stands in them (a test holds it).
        style=Markup(style),  # noqa: S704
        policy=policy_of(style),
        headline=words.headline(summary, catalog),
        notes=list(words.notes(summary, catalog)),
        groups=summary.groups if summary.reports and not (summary.by or summary.asked) else {},
        by=summary.by if summary.reports and not summary.asked else {},
        summary=summary,
        catalog=catalog,
        words=words,
        days=days,
        columns=_columns(days),
        axis=_axis(days),
        boxes=_boxes,
        earlier=len(days) < len(summary.days),
        outcomes=OUTCOMES,
        height=_HEIGHT,
        width=max(len(days), 1) * (_COLUMN + _GAP),
        column=_COLUMN,
    )
    return page.lstrip() + "\n"


def _boxes(row: By) -> list[tuple[str, float, float]]:
    """The bar of a row in percent of all reports, as a box for each outcome that it has: the outcome, x, and width."""
    boxes, at = [], 0.0
    for outcome in OUTCOMES:
        width = 100 * row.share * row.outcomes[outcome] / row.reports
        if width:
            boxes.append((outcome, round(at, 2), round(width, 2)))
        at += width
    return boxes


def _columns(days: tuple[Day, ...]) -> list[list[tuple[str, int, float, float]]]:
    """For each day its column as boxes, one for each outcome that it has: the outcome, x, y and height."""
    most = max((day.reports for day in days), default=1)
    columns = []
    for place, day in enumerate(days):
        boxes, top = [], float(_HEIGHT)
        for outcome in OUTCOMES:
            height = _HEIGHT * day.outcomes[outcome] / most
            top -= height
            if height:
                boxes.append((outcome, place * (_COLUMN + _GAP), round(top, 2), round(height, 2)))
        columns.append(boxes)
    return columns


def _axis(days: tuple[Day, ...]) -> list[tuple[str, float, str]]:
    """The days that are written below their columns: each with its place in percent of the width, and its anchor."""
    places = (
        sorted({round(step * (len(days) - 1) / (_MARKED - 1)) for step in range(_MARKED)}) if days else []
    )
    return [
        (
            days[place].day,
            *_anchored(100 * (place * (_COLUMN + _GAP) + _COLUMN / 2) / (len(days) * (_COLUMN + _GAP))),
        )
        for place in places
    ]


def _anchored(percent: float) -> tuple[float, str]:
    """A place, and which end of a text stands there, so that the text stays within the picture."""
    if 20 < percent < 80:
        return round(percent, 2), "middle"
    return (0.0, "start") if percent <= 20 else (100.0, "end")
