"""Match patterns of WebExtensions, by which Firefox's policy WebsiteFilter names pages (MatchPattern.cpp)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from urllib.parse import unquote

from portalcheck.machine.browsers.matching import Page

_PATTERN = re.compile(r"(?P<scheme>\*|https?)://(?P<host>\*|(?:\*\.)?[^*/]+)(?P<path>/.*)", re.DOTALL)
_MOST = 1000  # WebsiteFilter.sys.mjs, LIST_LENGTH_LIMIT
_ESCAPE = re.compile(r"(?:%[2-7][0-9a-f])+", re.IGNORECASE)


def any_matches(patterns: Iterable[object], page: Page) -> bool:
    """Whether one of the patterns means the page; what is no pattern, as one with a port, means none."""
    path = _normalized(page.path) + (f"?{page.query}" if page.query else "").lower()
    return any(
        isinstance(text, str) and _matches(text.lower(), page, path) for text in islice(patterns, _MOST)
    )


def _matches(text: str, page: Page, path: str) -> bool:
    if text == "<all_urls>":
        return True
    match = _PATTERN.fullmatch(text)
    if match is None or match["scheme"] not in ("*", page.scheme):
        return False
    host = match["host"]
    named = host.removeprefix("*.") in page.domains if host.startswith("*.") else host in ("*", page.host)
    return named and _fits(match["path"].split("*"), path)


def _fits(parts: list[str], path: str) -> bool:
    """Whether a path consists of the parts with anything in between; in time that grows with its length alone."""
    first, *between = parts
    if not between:
        return path == first
    *between, last = between
    at = len(first)
    if not path.startswith(first) or not path.endswith(last) or len(path) < at + len(last):
        return False
    end = len(path) - len(last)
    for part in between:
        found = path.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return at <= end


def _normalized(path: str) -> str:
    """A path as the filter compares it: escapes of plain characters undone, slashes merged, no case."""
    plain = _ESCAPE.sub(lambda escape: unquote(escape[0]), path)
    return re.sub(r"[/\\]+", "/", plain).lower()
