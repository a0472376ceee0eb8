"""Lines of plain text, wrapped to one width, so that screen, file and clipboard hold the same.

The width is 78 columns, less on a terminal that has less: words that are cut at its edge are hard to read.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from contextvars import ContextVar

WIDTH = 78
NARROWEST = 30
_WIDTH: ContextVar[int] = ContextVar("width", default=WIDTH)
_HANGING = "  "


def fit(columns: int) -> None:
    """Wrap for a terminal of so many columns from now on."""
    _WIDTH.set(max(NARROWEST, min(WIDTH, columns - 1)))


def wrap(text: str, indent: str = "") -> list[str]:
    """A paragraph; if it is indented, its further lines are a little more so."""
    return _lines(text, indent, indent + _HANGING if indent else "")


def numbered(items: Iterable[str]) -> Iterator[str]:
    """Lines of a numbered list, wrapped and indented."""
    for number, item in enumerate(items, start=1):
        yield from _lines(f"{number}. {item}", _HANGING, _HANGING + "   ")


def _lines(text: str, first: str, rest: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH.get(),
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
