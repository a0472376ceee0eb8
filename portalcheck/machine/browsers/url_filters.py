"""Chromium's filters of addresses, in its policies URLBlocklist and URLAllowlist.

Sources: components/url_matcher/url_util.cc and components/policy/core/browser/url_blocklist_manager.cc.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl

import msgspec

from portalcheck.machine.browsers.matching import Page
from portalcheck.machine.hostnames import address

_FILTER = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+-]*)?:(?!\d+(?:[/?#]|$))/*)?(?:[^@/?#]*@)?"
    r"(?P<host>\[[0-9a-f:.]+\]|[^:/?#\[\]]*)(?::(?P<port>\d{0,9}))?(?P<path>/[^?#]*)?(?:\?(?P<query>[^#]*))?(?:#.*)?",
    re.IGNORECASE | re.ASCII,
)
_MOST = 1000  # filters that Chromium looks at
_MOST_PORT = 65535


class Filter(msgspec.Struct, frozen=True):
    """One filter; what is empty, or a port of 0, stands for any. Without `subdomains` the host alone is meant."""

    allow: bool
    scheme: str = ""
    host: str = ""
    subdomains: bool = True
    port: int = 0
    path: str = ""
    query: tuple[tuple[str, str], ...] = ()

    def matches(self, page: Page) -> bool:
        """Whether the filter means this page."""
        if self.scheme not in ("", page.scheme) or self.port not in (0, page.port):
            return False
        hosts = ("", *page.domains) if self.subdomains else (page.host,)
        return (
            self.host in hosts
            and page.path.startswith(self.path)
            and all(self._has(page, *part) for part in self.query)
        )

    def _has(self, page: Page, key: str, value: str) -> bool:
        """One occurrence is enough to be blocked, and any other one to be not allowed."""
        found = [given for name, given in parse_qsl(page.query, keep_blank_values=True) if name == key]
        fits = (given.startswith(value[:-1]) if value.endswith("*") else given == value for given in found)
        return bool(found) and (not value or (all(fits) if self.allow else any(fits)))

    @property
    def rank(self) -> tuple[bool, bool, int, int, int, bool]:
        """Larger for the filter that counts before another."""
        blocks_all = not self.allow and self == Filter(allow=False)
        return (
            not blocks_all,
            not self.subdomains,
            len(self.host),
            len(self.path),
            len(self.query),
            self.allow,
        )


def filter_of(text: str, *, allow: bool) -> Filter | None:
    """The filter that a text is, or None."""
    text = text.strip()
    match = _FILTER.fullmatch(text)
    if match is None:
        return None
    scheme, host = (match["scheme"] or "").lower(), match["host"].lower()
    if scheme and text[len(scheme) :] in (":*", "://*"):
        return Filter(allow, scheme)
    port = int(match["port"] or 0)
    if not host or port > _MOST_PORT or (match["port"] and not port):
        return None
    exact = host.startswith(".") or address(host.strip("[]")) is not None
    return Filter(
        allow,
        scheme,
        "" if host == "*" else host.removeprefix(".").removesuffix(".").strip("[]"),
        subdomains=not exact,
        port=port,
        path=match["path"] or "",
        query=tuple(parse_qsl(match["query"] or "", keep_blank_values=True)),
    )


def blocked(blocklist: Iterable[str], allowlist: Iterable[str], page: Page) -> bool:
    """Whether the lists keep a page from opening: of the filters that mean it, the first in rank decides."""
    texts = [
        *((text, False) for text in [*blocklist][:_MOST]),
        *((text, True) for text in [*allowlist][:_MOST]),
    ]
    found = (filter_of(text, allow=allow) for text, allow in texts)
    fits = [one for one in found if one is not None and one.matches(page)]
    return bool(fits) and not max(fits, key=lambda one: one.rank).allow
