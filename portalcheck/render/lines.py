"""Lines of plain text, wrapped to one width wherever they go, so that screen, file and clipboard hold the same."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

WIDTH = 78
_HANGING = "  "


def wrap(text: str, indent: str = "") -> list[str]:
    """A paragraph; its further lines hang in a little where it is indented."""
    return _lines(text, indent, indent + _HANGING if indent else "")


def numbered(items: Iterable[str], indent: str = "  ") -> Iterator[str]:
    """A numbered list."""
    for number, item in enumerate(items, start=1):
        yield from _lines(f"{number}. {item}", indent, indent + "   ")


def _lines(text: str, first: str, rest: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
