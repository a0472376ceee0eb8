"""The cookies that a portal sets in one trace, sent back as a private window would (RFC 6265, 5.2-5.4).

The standard library's jar prints what it stumbles over, and a hostile server decides what that is.
"""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from portalcheck.address.url import Address
from portalcheck.probe.http.headers import Headers

_MAX_COOKIES = 60
_MAX_COOKIE = 4096


class _Cookie(NamedTuple):
    name: str
    value: str
    domain: str
    host_only: bool
    path: str

    def goes_to(self, host: str, path: str) -> bool:
        if host != self.domain and (self.host_only or not host.endswith("." + self.domain)):
            return False
        return path == self.path or path.startswith(self.path if self.path.endswith("/") else self.path + "/")


class Jar:
    """Cookies by name, domain and path. Everything travels over TLS to the host that set it, so Secure holds."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, str], _Cookie] = {}

    def keep(self, url: Address, headers: Headers) -> None:
        """Take the cookies of a response to a request for `url`; what no browser would take is passed over."""
        for line in headers.every("set-cookie"):
            read = _read(line, url)
            if read is None:
                continue
            cookie, gone = read
            key = (cookie.name, cookie.domain, cookie.path)
            self._kept.pop(key, None)
            if not gone and len(self._kept) < _MAX_COOKIES:
                self._kept[key] = cookie

    def header(self, url: Address) -> str:
        """The Cookie header's value for a request, `` where there is none; longer paths first."""
        going = [cookie for cookie in self._kept.values() if cookie.goes_to(url.host, url.path)]
        going.sort(key=lambda cookie: -len(cookie.path))
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in going)


def _read(line: str, url: Address) -> tuple[_Cookie, bool] | None:
    """The cookie of one Set-Cookie line, and whether it is expired at once; None where it is not to be kept."""
    first, *rest = line.split(";")
    name, found, value = first.partition("=")
    name, value = name.strip(), value.strip()
    if not found or not name or len(first) > _MAX_COOKIE or not first.isascii() or not first.isprintable():
        return None
    attributes = {
        key.strip().lower(): text.strip() for key, _, text in (part.partition("=") for part in rest)
    }
    host = url.host
    domain = attributes.get("domain", "").lower().removeprefix(".")
    if domain and domain != host and not ("." in domain and host.endswith("." + domain)):
        return None
    path = attributes.get("path", "")
    if not path.startswith("/"):
        path = url.path.rpartition("/")[0] or "/"
    cookie = _Cookie(name, value, domain or host, not domain, path)
    return cookie, _expired(attributes.get("max-age", ""), attributes.get("expires", ""))


def _expired(max_age: str, expires: str) -> bool:
    if max_age:
        return max_age.startswith("-") or not max_age.strip("0")
    if not expires:
        return False
    try:
        return parsedate_to_datetime(expires).timestamp() <= time.time()
    except (ValueError, TypeError, OverflowError, IndexError):
        return False
