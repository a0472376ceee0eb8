"""Chromium's patterns for sites, in settings and policies (components/content_settings/core/common)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from operator import itemgetter

import msgspec

from portalcheck.machine.browsers.matching import Page

_PATTERN = re.compile(
    r"(?:(?P<scheme>\*|[a-z][a-z0-9+.-]*)://)?"
    r"(?P<any>\[\*\.\])?(?P<host>\*|\[[0-9a-f:.]+\]|[^\s:/?#\[\]*,]*)"
    r"(?::(?P<port>\*|\d{1,5}))?(?:/.*)?",
    re.IGNORECASE | re.ASCII,
)


class Pattern(msgspec.Struct, frozen=True):
    """One pattern; an empty `scheme` or `host` and a `port` of 0 stand for any."""

    scheme: str = ""
    host: str = ""
    subdomains: bool = False
    port: int = 0

    def matches(self, page: Page) -> bool:
        """Whether the pattern means this page."""
        if self.scheme not in ("", page.scheme) or self.port not in (0, page.port):
            return False
        return self.host in ("", page.host) or (self.subdomains and self.host in page.domains)

    @property
    def rank(self) -> tuple[bool, bool, int, bool, bool]:
        """Larger for the more specific pattern: an exact host, a longer one, then a port, then a scheme."""
        return (
            bool(self.host),
            not self.subdomains,
            self.host.count("."),
            bool(self.port),
            bool(self.scheme),
        )


def pattern(text: str) -> Pattern | None:
    """The pattern that a text is, or None."""
    match = _PATTERN.fullmatch(text.strip())
    if match is None or not match["host"]:
        return None
    host = match["host"].strip("[]").lower()
    scheme, port = (match["scheme"] or "*").lower(), match["port"] or "*"
    return Pattern(
        scheme="" if scheme == "*" else scheme,
        host="" if host == "*" else host,
        subdomains=bool(match["any"]),
        port=0 if port == "*" else int(port),
    )


def any_matches(texts: Iterable[object], page: Page) -> bool:
    """Whether one of the patterns means the page; what is no pattern means none."""
    found = (pattern(text) for text in texts if isinstance(text, str))
    return any(one is not None and one.matches(page) for one in found)


def setting_for(exceptions: Mapping[str, object], page: Page) -> int | None:
    """The setting of the most specific exception for the page opened by itself, None if there is none.

    Keys are `pattern of the cookie's site,pattern of the page that it is in`; here both are the page.
    """
    found: list[tuple[tuple[tuple[object, ...], ...], int]] = []
    for key, value in exceptions.items():
        primary, _, secondary = key.partition(",")
        inner, outer = pattern(primary), pattern(secondary or "*")
        setting = value.get("setting") if isinstance(value, dict) else None
        if inner is None or outer is None or not isinstance(setting, int):
            continue
        if inner.matches(page) and outer.matches(page):
            found.append(((inner.rank, outer.rank), setting))
    return max(found, key=itemgetter(0))[1] if found else None
