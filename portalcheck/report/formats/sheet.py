"""A sheet for the help desk: headings with sentences, lists and questions below them, as text or as a page to print.

Text that came from outside is part of it, so what is shown is made such that no reader takes it for a report again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from portalcheck.report.block import layout
from portalcheck.report.formats.lines import numbered, wrap
from portalcheck.report.formats.pages import own_file, policy, template
from portalcheck.words.catalog import Catalog, Question

_IN, _DEEP = "  ", "      "
_LONGEST = 4000
_LINE_OF_A_BLOCK = re.compile(
    rf",([^0-9a-z]{{0,9}}(?:[0-9a-z][^0-9a-z]{{0,9}}){{{layout.MARK_SYMBOLS}}});", re.IGNORECASE
)
_CLOSING = re.compile(r"(check ?:(?:[^0-9a-z]{0,9}[0-9a-z]){8}[^0-9a-z]{0,9});", re.IGNORECASE)
_JSON = re.compile("schema_version")


class Line(msgspec.Struct, frozen=True):
    """A sentence; one that is `deep` belongs to the one before."""

    text: str
    deep: bool = False


class Steps(msgspec.Struct, frozen=True):
    """What to do, in order."""

    items: tuple[str, ...]


class Questions(msgspec.Struct, frozen=True):
    """What to ask, in order, each with what the answers mean."""

    items: tuple[Question, ...]


Item = Line | Steps | Questions


class Section(msgspec.Struct, frozen=True):
    """Items below a heading, which is a whole line; without one they stand by themselves."""

    heading: str
    items: tuple[Item, ...]


class Sheet(msgspec.Struct, frozen=True):
    """All that is said of one thing; `title` is empty where there is but one."""

    title: str
    sections: tuple[Section, ...]


def as_text(sheets: Sequence[Sheet]) -> str:
    """Sheets one below the other, as plain text."""
    return harmless("\n\n".join("\n".join(_lines(sheet)) for sheet in sheets) + "\n")


def as_page(title: str, sheets: Sequence[Sheet], words: Catalog) -> str:
    """Sheets as one HTML page that needs nothing else, made to be printed."""
    from markupsafe import Markup

    style = own_file("formats/report.css") + own_file("formats/sheet.css")
    page = template("formats/sheet.html.j2", _LONGEST).render(
        lang=words.lang,
        # Our own files; no end tag stands in them (a test holds it).
        style=Markup(style),  # noqa: S704
        policy=policy(style),
        title=title,
        sheets=sheets,
        kind=lambda item: type(item).__name__,
    )
    return harmless(page.lstrip() + "\n")


def harmless(text: str) -> str:
    """A text in which no reader finds a report: what it repeats may have been written to be taken for one."""
    text = layout.MARKER.sub(lambda found: found[0][:-1], text)  # without the last letter of `report`
    text = _CLOSING.sub(r"\1.", _LINE_OF_A_BLOCK.sub(r",\1.", text))
    return _JSON.sub("schema version", text)


def _lines(sheet: Sheet) -> Iterator[str]:
    if sheet.title:
        yield sheet.title
    for number, section in enumerate(sheet.sections):
        if number:
            yield ""
        yield from wrap(section.heading) if section.heading else ()
        indent = _IN if section.heading else ""
        for item in section.items:
            yield from _item(item, indent)


def _item(item: Item, indent: str) -> Iterator[str]:
    if isinstance(item, Line):
        yield from wrap(item.text, _DEEP if item.deep else indent)
    elif isinstance(item, Steps):
        yield from numbered(item.items)
    else:
        for number, asked in enumerate(item.items, start=1):
            yield from wrap(f"{number}. {asked.question}", _IN)
            for answer in asked.answers:
                yield from wrap(answer, _DEEP)
