"""What a log may tell of hosts and addresses (contract.md, Privacy): few by name, all others by an alias."""

from __future__ import annotations

import ipaddress
import threading
from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlsplit

from portalcheck.address.literal import is_address
from portalcheck.probe.describe import describe

_PRIVATE = tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))
"""Networks of homes and companies (RFC 1918, RFC 4193)."""


class Told:
    """Facts in words that may be told; they are put into words only if the log is written."""

    def __init__(self, aliases: Aliases, facts: tuple[object, ...], before: str) -> None:
        self._aliases, self._facts, self._before = aliases, facts, before

    def __str__(self) -> str:
        words = [words for fact in self._facts if (words := describe(fact, self._aliases.alias))]
        return self._before + " ".join(words) if words else ""


class Aliases:
    """The aliases of one run, numbered as they come up: `host-1`, `name-2` for a name without a dot, and for an address
    its family and scope, such as `ipv6-address-3` or `private-ipv4-address-4`.

    Hosts, and those of URLs, in `named` are told as they are; an address never is.
    """

    def __init__(self, named: Iterable[str] = ()) -> None:
        hosts = (_host_and_port(text)[0] if "://" in text else text.lower() for text in named)
        self._named = {host for host in hosts if not is_address(host)}
        self._lock = threading.Lock()
        self._given: dict[str, str] = {}
        self._counts: Counter[str] = Counter()

    def told(self, *facts: object, before: str = "") -> Told:
        """Facts of `portalcheck.facts`, hosts, addresses and URLs in words, for an argument of a log call.

        `before` stands before the words, if there are any.
        """
        return Told(self, facts, before)

    def alias(self, text: str) -> str:
        """The alias of a host, an address or the name of an interface; of a URL, its scheme, alias and port."""
        if "://" in text:
            return self._url(text)
        if text.lower() in self._named:
            return text.lower()
        kind = "address" if is_address(text) else "host" if "." in text else "name"
        with self._lock:
            if text not in self._given:
                self._counts[kind] += 1
                self._given[text] = f"{_scope(text) if kind == 'address' else ''}{kind}-{self._counts[kind]}"
            return self._given[text]

    def _url(self, text: str) -> str:
        host, port = _host_and_port(text)
        return f"{text.partition('://')[0]}://{self.alias(host) if host else ''}{f':{port}' if port else ''}"


def _scope(address: str) -> str:
    """Family and scope of an IP literal (RFC 6890), as far as they tell what a connection to it can mean."""
    parsed = ipaddress.ip_address(address)
    scopes = {
        "unspecified-": parsed.is_unspecified,
        "loopback-": parsed.is_loopback,
        "link-local-": parsed.is_link_local,
        "private-": any(parsed in network for network in _PRIVATE),
    }
    return f"{next((scope for scope, holds in scopes.items() if holds), '')}ipv{parsed.version}-"


def _host_and_port(url: str) -> tuple[str, int | None]:
    """Those of a URL, `` where it has none or is malformed."""
    try:
        parts = urlsplit(url)
        return parts.hostname or "", parts.port
    except ValueError:
        return "", None
