"""Chromium's patterns for sites, in settings and policies (components/content_settings/core/common)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec

from portalcheck.machine.browsers.matching import Page

_PATTERN = re.compile(
    r"(?:(?P<scheme>[^:/\[\]]+)://)?"
    r"(?P<any>\[\*\.\](?!\.))?(?P<host>\*|\[[0-9a-f:.]+\]|[^\s:/?#\[\]*,]*)"
    r"(?::(?P<port>\*|\d{0,9}))?(?:/.*)?",
    re.IGNORECASE | re.ASCII,
)


class Pattern(msgspec.Struct, frozen=True):
    """One pattern; an empty `scheme` or `host` and an empty `port` stand for any."""

    scheme: str = ""
    host: str = ""
    subdomains: bool = False
    port: str = ""

    def matches(self, page: Page) -> bool:
        """Whether the pattern means this page."""
        if self.scheme not in ("", page.scheme) or self.port not in ("", str(page.port)):
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


class Rule(msgspec.Struct, frozen=True):
    """A setting for the sites that `inner` means, in pages that `outer` means."""

    inner: Pattern
    outer: Pattern
    setting: int

    def matches(self, page: Page) -> bool:
        """Whether the rule is for a page that is opened by itself."""
        return self.inner.matches(page) and self.outer.matches(page)

    @property
    def rank(self) -> tuple[object, object]:
        """Larger for the more specific rule."""
        return self.inner.rank, self.outer.rank

    @property
    def everywhere(self) -> bool:
        """Whether the rule is for all sites."""
        return not self.inner.host and not self.outer.host


def pattern(text: str) -> Pattern | None:
    """The pattern that a text is, or None."""
    match = _PATTERN.fullmatch(text.strip())
    if match is None or not (match["host"] or match["any"]):
        return None
    host = match["host"].strip("[]").lower()
    scheme, port = (match["scheme"] or "*").lower(), match["port"] or "*"
    if scheme not in ("*", "http", "https") or host.endswith(".."):
        return None
    return Pattern(
        scheme="" if scheme == "*" else scheme,
        host="" if host == "*" else host.removesuffix("."),
        subdomains=bool(match["any"]),
        port="" if port == "*" else port,
    )


def rule(text: str, setting: object) -> Rule | None:
    """What a text sets: `pattern of the site,pattern of the page that it is in`, or the first alone."""
    first, _, second = text.partition(",")
    inner, outer = pattern(first), pattern(second) if second else Pattern()
    if inner is None or outer is None or type(setting) is not int:
        return None
    return Rule(inner, outer, setting)


def exceptions(entries: Mapping[str, object]) -> list[Rule]:
    """The rules of a person's exceptions, as Preferences has them: by texts, each with its `setting`."""
    found = (
        rule(text, value.get("setting") if isinstance(value, dict) else None)
        for text, value in entries.items()
    )
    return [one for one in found if one is not None]


def narrowest(rules: Iterable[Rule], page: Page) -> Rule | None:
    """The most specific rule for a page, the last of those that are alike; None if there is none."""
    best: Rule | None = None
    for one in rules:
        if one.matches(page) and (best is None or one.rank >= best.rank):
            best = one
    return best
