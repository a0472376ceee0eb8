"""Proxy settings in one form, and which proxy they give for a URL."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import urlsplit

import msgspec

from portalcheck.machine.hostnames import DEFAULT_PORTS, Destination, a_label, address, destination_of

MAX_RULES = 1000
MAX_PAC_URL = 2048
LOCAL = "<local>"
NOT_LOOPBACK = "<-loopback>"


class ProxyRules(msgspec.Struct, frozen=True, kw_only=True):
    """The proxy settings of one place: `proxies` maps http, https and all to clean URLs, `bypass` lists exceptions.

    `suffixes`: a bare name in `bypass` stands for every host that ends so. `only_listed`: the proxy is for
    the hosts of the list and no others.
    """

    proxies: Mapping[str, str] = {}
    bypass: tuple[str, ...] = ()
    suffixes: bool = False
    only_listed: bool = False
    pac_url: str = ""
    auto_detect: bool = False

    def choose(self, url: str) -> tuple[str, bool]:
        """The proxy for a URL, `""` for none; and whether the exceptions took the URL out."""
        destination = destination_of(url)
        proxy = (self.proxies.get(destination.scheme) or self.proxies.get("all") or "") if destination else ""
        if destination is None or not proxy:
            return "", False
        listed = any(matches(rule, destination, suffixes=self.suffixes) for rule in self.bypass[:MAX_RULES])
        out = is_this_computer(destination) and NOT_LOOPBACK not in self.bypass
        if out or listed != self.only_listed:
            return "", True
        return proxy, False


def clean(text: str, port: str | int = "", scheme: str = "http") -> str:
    """A proxy as `scheme://host:port`, without user name and password; `""` for what is no proxy.

    A missing scheme is `scheme`, a missing port the scheme's default.
    """
    given, mark, rest = text.strip().rpartition("://")
    scheme = given.lower() if mark else scheme
    authority, *tail = re.split(r"[/?#\\]", rest, maxsplit=1)
    if scheme not in DEFAULT_PORTS or "@" in "".join(tail):
        return ""
    host, given_port = _split_port(authority.rpartition("@")[2])
    number = _port(given_port or str(port or "") or str(DEFAULT_PORTS[scheme]))
    name = _proxy_host(host)
    return f"{scheme}://{name}:{number}" if name and number else ""


def clean_pac(text: str) -> str:
    """The address of a configuration script without user name, password and fragment; `""` for what is none.

    A path stands for a file. A user name with a `#` in it looks like a fragment: neither is kept.
    """
    text = text.strip()
    if text.startswith("/") and not text.startswith("//"):
        text = "file://" + text
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    if len(text) > MAX_PAC_URL or parts.scheme not in ("http", "https", "file"):
        return ""
    if parts.scheme != "file" and destination_of(text) is None:
        return ""
    netloc = parts.netloc.rpartition("@")[2]
    # Not geturl(): it loses slashes in front of a path without a host, and makes its first word one.
    path = parts.path if netloc or parts.path.startswith("/") else f"/{parts.path}"
    # A blank that stood before an empty query or a fragment is now the last letter.
    return f"{parts.scheme}://{netloc}{path}{'?' if parts.query else ''}{parts.query}".rstrip()


def names(items: Iterable[str]) -> tuple[str, ...]:
    """An exception list without blanks, bounded."""
    return tuple(word for word in (item.strip() for item in items) if word)[:MAX_RULES]


def is_this_computer(destination: Destination) -> bool:
    """Whether browsers go to a host directly whatever is set: loopback and link-local addresses."""
    where = destination.address
    if where is not None:
        return where.is_loopback or where.is_link_local
    return destination.host == "localhost" or destination.host.endswith(".localhost")


def matches(rule: str, destination: Destination, *, suffixes: bool = False) -> bool:
    """Whether an entry of an exception list means a target.

    Entries are names, `.suffix`, names with `*` anywhere, addresses, networks (`10.0.0.0/8`, also short as
    `169.254/16`), `*` for all and `<local>` for names without a dot; each with `scheme://` before or
    `:port` behind, where wanted.
    """
    rule = rule.strip().lower()
    if rule == LOCAL:
        return "." not in destination.host and destination.address is None
    scheme, mark, rest = rule.rpartition("://")
    if mark and scheme != destination.scheme:
        return False
    network = _network(rest)
    if network is not None:
        return destination.address is not None and destination.address in network
    host, port = _split_port(rest)
    if port and _port(port) != destination.port:
        return False
    return _host_matches(host.removesuffix("."), destination, suffixes)


def _host_matches(host: str, destination: Destination, suffixes: bool) -> bool:
    where = address(host)
    if where is not None:
        return where == destination.address
    if "*" in host:
        return _wildcard(host, destination.host)
    name = a_label(host.removeprefix("."))
    if not name:
        return False
    if host.startswith("."):
        return destination.host.endswith("." + name)
    return destination.host == name or (suffixes and destination.host.endswith(name))


def _wildcard(pattern: str, text: str) -> bool:
    """Whether a pattern with `*` is the whole text."""
    fits = len(pattern) - pattern.count("*") <= len(text)  # else so many stars would take long
    return fits and fnmatchcase(text, re.sub(r"[\[?]", r"[\g<0>]", pattern))


def _network(text: str) -> IPv4Network | IPv6Network | None:
    base, slash, length = text.partition("/")
    if not slash:
        return None
    if re.fullmatch(r"\d{1,3}(\.\d{1,3}){0,2}", base):
        base += ".0" * (3 - base.count("."))
    try:
        return ip_network(f"{base.strip('[]')}/{length}", strict=False)
    except ValueError:
        return None


def _split_port(authority: str) -> tuple[str, str]:
    if authority.startswith("["):
        host, bracket, rest = authority.partition("]")
        return host + bracket, rest.removeprefix(":")
    if authority.count(":") > 1:  # an IPv6 address without brackets has no port
        return authority, ""
    host, _, port = authority.partition(":")
    return host, port


def _port(text: str) -> int | None:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 5):
        return None
    return int(text) if 0 < int(text) <= 65535 else None


def _proxy_host(host: str) -> str:
    host = host.strip()
    where = address(host)
    if where is not None:
        text = str(where).partition("%")[0]
        return f"[{text}]" if where.version == 6 else text
    name = a_label(host)
    return "" if name.rpartition(".")[2].isdigit() else name  # a name never ends in a number (RFC 1123, 2.1)
