"""The one reader of what a view says of hostile text: is anything of it more than text to who reads that form?"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Mapping
from xml.etree import ElementTree

from tests.declared import read_paste
from tests.report.formats.test_escaping import Elements, harmful

_FORMULA = re.compile(r"^\s*[=+\-@\t\r]")
_NUMBER = re.compile(r"^-?\d+(\.\d+)?$")
_LINK = re.compile(r"!?\[[^\]]*\]\((?!https?://)[^)]*\)|^\s*[#>|]|<[a-z!/]|```", re.MULTILINE | re.IGNORECASE)


def acts(form: str, text: str, plain: str) -> list[str]:
    """What is more than text in a form, by kind; `plain` is the same view of harmless text."""
    found = [f"terminal {character!r}" for character in harmful(text)]
    found += ["a report of its own"] if len(read_paste(text)) > len(read_paste(plain)) else []
    found += _OF_FORM[form](text, plain) if form in _OF_FORM else []
    return found


def _page(text: str, plain: str) -> list[str]:
    ours, theirs = _elements(plain), _elements(text)
    tags = {tag for tag, _ in theirs} - {tag for tag, _ in ours}
    handlers = {name for _, names in theirs for name in names if name and name.lower().startswith("on")}
    scripts = sum(tag == "script" for tag, _ in theirs) - sum(tag == "script" for tag, _ in ours)
    return [
        *map("tag {}".format, sorted(tags)),
        *map("handler {}".format, sorted(handlers)),
        *["script"] * scripts,
    ]


def _elements(text: str) -> list[tuple[str, tuple[str | None, ...]]]:
    page = Elements()
    page.feed(text)
    page.close()
    return page.found


def _document(text: str, plain: str) -> list[str]:
    del plain
    try:
        json.loads(text)
    except ValueError:
        return ["no JSON"]
    return []


def _table(text: str, plain: str) -> list[str]:
    width = len(next(csv.reader(io.StringIO(plain))))
    rows = list(csv.reader(io.StringIO(text)))
    cells = [cell for row in rows for cell in row if _FORMULA.match(cell) and not _NUMBER.match(cell)]
    return [
        *map("formula {!r}".format, cells),
        *["a row of another width"] * any(len(row) != width for row in rows),
    ]


def _suites(text: str, plain: str) -> list[str]:
    try:
        tags, ours = ({item.tag for item in ElementTree.fromstring(one).iter()} for one in (text, plain))
    except ElementTree.ParseError:
        return ["no XML"]
    return [*map("element {}".format, sorted(tags - ours))]


def _line(text: str, plain: str) -> list[str]:
    return ["more lines"] if text.count("\n") > plain.count("\n") else []


def _ticket(text: str, plain: str) -> list[str]:
    found = ["not ASCII"] if not text.isascii() else []
    return (
        found
        + [f"markup {one!r}" for one in set(_LINK.findall(text)) - set(_LINK.findall(plain))]
        + _line(text, plain)
    )


_OF_FORM: Mapping[str, Callable[[str, str], list[str]]] = {
    "html": _page,
    "json": _document,
    "csv": _table,
    "junit": _suites,
    "nagios": _line,
    "intune": _line,
    "jamf": _line,
    "ticket": _ticket,
}
