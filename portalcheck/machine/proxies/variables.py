"""Proxies from environment variables, read as httpx reads them.

httpx is what many Python programs go by. Its reading of NO_PROXY is its own: a name
stands for itself and what is below it, `.name` only for what is below, an address only for itself; a
network (`10.0.0.0/8`) stands for the address before the slash, and `*.name` for nothing. Only
internationalised names, which httpx compares in two different forms, are compared by their A-labels here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from portalcheck.machine.hostnames import DEFAULT_PORTS, Destination, a_label, address, destination_of
from portalcheck.machine.proxies.rules import clean, matches, names

MAX_LENGTH = 64 * 1024


class _Pattern(msgspec.Struct, frozen=True):
    scheme: str
    host: str
    port: int | None

    @property
    def nearness(self) -> tuple[bool, int, int]:
        """The larger, the nearer to the URL: with a port, the longer host, the longer scheme."""
        return (self.port is not None, len(self.host), len(self.scheme))

    def matches(self, destination: Destination) -> bool:
        port = None if destination.port == DEFAULT_PORTS.get(destination.scheme) else destination.port
        if self.scheme not in ("", destination.scheme) or self.port not in (None, port):
            return False
        if self.host.startswith("*."):
            return len(destination.host) > len(self.host) - 1 and destination.host.endswith(self.host[1:])
        if self.host.startswith("*"):
            return ("." + destination.host).endswith("." + self.host[1:])
        return self.host in ("", destination.host)


def choose(environ: Mapping[str, str], url: str) -> tuple[str, bool]:
    """The proxy that the environment gives for a URL, `""` for none; and whether NO_PROXY took it out."""
    destination = destination_of(url)
    if destination is None:
        return "", False
    found = _variables(environ)
    proxies = {f"{scheme}://": found[scheme] for scheme in ("http", "https", "all") if scheme in found}
    entries = [entry.strip() for entry in found.get("no", "").split(",")]
    exceptions = dict.fromkeys(_as_url(entry) for entry in entries if entry)
    chosen = None if "*" in entries else _first({**proxies, **exceptions}, destination)
    return (clean(chosen), False) if chosen else ("", _first(proxies, destination) is not None)


def browsers_go_direct(environ: Mapping[str, str], url: str) -> bool:
    """Whether NO_PROXY takes a URL out as browsers read it, Chromium and Firefox alike.

    To them `*.name` and `name:443` mean something too; a bare name stands for every host that ends so.
    """
    destination = destination_of(url)
    entries = names(_variables(environ).get("no", "").split(","))
    return destination is not None and any(matches(entry, destination, suffixes=True) for entry in entries)


def _first(mounts: Mapping[str, str | None], destination: Destination) -> str | None:
    patterns = ((_pattern(key), value) for key, value in mounts.items())
    fitting = [(one, value) for one, value in patterns if one is not None and one.matches(destination)]
    return max(fitting, key=lambda row: row[0].nearness)[1] if fitting else None


def _variables(environ: Mapping[str, str]) -> dict[str, str]:
    """All `*_proxy` variables by the word before `_proxy`; a lower-case name wins, even if its value is empty."""
    rows = [(name, value[:MAX_LENGTH]) for name, value in environ.items() if name[-6:].lower() == "_proxy"]
    found = {name[:-6].lower(): value for name, value in rows if value}
    found.update({name[:-6].lower(): value for name, value in rows if name.endswith("_proxy")})
    return {word: value for word, value in found.items() if value}


def _as_url(entry: str) -> str:
    if "://" in entry:
        return entry
    where = address(entry.partition("/")[0]) if not entry.startswith("[") else None
    if where is not None:
        return f"all://[{entry}]" if where.version == 6 else f"all://{entry}"
    return f"all://{entry}" if entry.lower() == "localhost" else f"all://*{entry}"


def _pattern(url: str) -> _Pattern | None:
    scheme, _, rest = url.partition("://")
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]
    match = re.fullmatch(r"(\[.*?\]|[^:]*)(?::(\d{0,9}))?", authority, re.ASCII)
    if match is None:
        return None
    host, port = match[1].strip("[]").lower(), int(match[2]) if match[2] else None
    if not host.isascii():
        host = a_label(host)
        if not host:
            return None
    scheme = scheme.lower()
    port = None if port == DEFAULT_PORTS.get(scheme) else port
    return _Pattern("" if scheme == "all" else scheme, "" if host == "*" else host, port)
