"""Which proxies a browser would use for a URL, by its settings or by a PAC file.

A PAC file is a program, which is never executed: the proxies that it names are candidates, tried in its order.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from portalcheck.api.protocols import Machine
from portalcheck.facts import DIRECT, PacState, ProxyKind, ProxyPlan, ProxySettings
from portalcheck.machine.files import read_bounded
from portalcheck.probe.http.location import url_of
from portalcheck.probe.memo import Memo

WPAD_HOST = "wpad"
_WPAD_URL = f"http://{WPAD_HOST}/wpad.dat"
"""Where browsers look for a network's script (WPAD by DNS; they leave the suffix to the system's search list)."""
MAX_PAC_BYTES = 1024 * 1024
_MAX_CANDIDATES = 4
_NAMED = re.compile(r"\b(DIRECT|(?:PROXY|HTTPS?|SOCKS[45]?)\s+[A-Za-z0-9._\-\[\]:]{1,260}:[0-9]{1,5})\b")
_ENTRY = "FindProxyForURL"
"""The function that every such script has."""
_SCHEMES = {
    "PROXY": "http",
    "HTTP": "http",
    "HTTPS": "https",
    "SOCKS": "socks5",
    "SOCKS5": "socks5",
    "SOCKS4": "socks4",
}


def candidates_in(script: str) -> tuple[str, ...]:
    """The proxies that a PAC script names, as URLs, and `direct`, in order of first appearance."""
    found: list[str] = []
    for match in _NAMED.finditer(script[:MAX_PAC_BYTES]):
        word, *where = match.group(1).split()
        found.append(f"{_SCHEMES[word]}://{where[0]}" if where else DIRECT)
    return tuple(dict.fromkeys(found))[:_MAX_CANDIDATES]


class ProxyFinder:
    """The proxies for each origin, found once a run. `fetch` gives the text of a PAC file, None if it cannot be had."""

    def __init__(self, machine: Machine, shared: Memo, fetch: Callable[[str], str | None]) -> None:
        self._machine, self._shared, self._fetch = machine, shared, fetch

    def plan(self, url: str) -> ProxyPlan:
        """The proxies that a browser on this computer would try for a URL."""
        return self._shared.get(("proxy-plan", _origin(url)), lambda: self._find(url))

    def settings(self, url: str) -> ProxySettings:
        """The proxy settings of this computer that apply to a URL."""
        return self._shared.get(("proxy-settings", _origin(url)), lambda: self._machine.proxies(url))

    def _find(self, url: str) -> ProxyPlan:
        settings = self.settings(url)
        if settings.browser_known:
            # What a network does not tell, or tells without sense, counts for nothing: the other settings follow.
            if settings.auto_detect and self._is_script(_WPAD_URL):
                return self._from_pac(_WPAD_URL)
            if settings.pac_url:
                return self._from_pac(settings.pac_url)
            if settings.browser:
                return ProxyPlan(candidates=(settings.browser,), kind=ProxyKind.SYSTEM)
            return ProxyPlan(bypassed=settings.browser_bypassed)
        if settings.programs:
            return ProxyPlan(candidates=(settings.programs,), kind=ProxyKind.ENV)
        return ProxyPlan(bypassed=settings.programs_bypassed)

    def _script(self, pac_url: str) -> str | None:
        return self._shared.get(("pac", pac_url), lambda: self._fetch(pac_url))

    def _is_script(self, pac_url: str) -> bool:
        """Whether what is there is a script at all, and no page that is shown in place of every name."""
        script = self._script(pac_url)
        return script is not None and _ENTRY in script and bool(candidates_in(script))

    def _from_pac(self, pac_url: str) -> ProxyPlan:
        script = self._script(pac_url)
        if script is None:
            # Browsers go direct when the PAC file cannot be had.
            return ProxyPlan(pac=PacState.UNREACHABLE, kind=ProxyKind.PAC)
        candidates = candidates_in(script)
        if not candidates:
            return ProxyPlan(pac=PacState.MALFORMED, kind=ProxyKind.PAC)
        return ProxyPlan(candidates=candidates, kind=ProxyKind.PAC, pac=PacState.READ)


def _origin(url: str) -> str:
    target = url_of(url)
    return url if target is None else f"{target.scheme}://{target.netloc}"


def local_pac(pac_url: str) -> str | None:
    """The path of a `file:` PAC URL on this computer, None for any other.

    A share of another computer is never opened, in either form of RFC 8089, E.3: `//host/share` as the path is one.
    """
    from urllib.request import url2pathname

    try:
        parts = urlsplit(pac_url)
    except ValueError:
        return None
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        return None
    path = url2pathname(parts.path)
    return None if path.replace("\\", "/").startswith("//") else path


def read_pac(path: str) -> str | None:
    """The text of a PAC file on this computer, None if no regular file can be read there."""
    data = read_bounded(Path(path), MAX_PAC_BYTES)
    return None if data is None else data.decode("utf-8", "replace")
