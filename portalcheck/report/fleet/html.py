"""A summary of many reports as one HTML page with charts, which needs no network, no script and no other file."""

from __future__ import annotations

from portalcheck.report.fleet import Day, Summary, words
from portalcheck.report.fleet.summary import OUTCOMES
from portalcheck.report.formats.pages import own_file, template
from portalcheck.report.formats.pages import policy as policy_of
from portalcheck.words.catalog import Catalog

_HEIGHT, _COLUMN, _GAP = 120, 14, 4
"""Units of the picture of days: its height, a column, and the gap between two."""
_LONGEST = 400


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
        groups=summary.groups if summary.reports else {},
        summary=summary,
        catalog=catalog,
        words=words,
        days=days,
        columns=_columns(days),
        earlier=len(days) < len(summary.days),
        outcomes=OUTCOMES,
        height=_HEIGHT,
        width=max(len(days), 1) * (_COLUMN + _GAP),
        column=_COLUMN,
    )
    return page.lstrip() + "\n"


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
