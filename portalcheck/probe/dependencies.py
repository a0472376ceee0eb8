"""Which shared fact may ask for which other one while it is being found.

A fact that asked for itself, through whomever, would wait until the deadline; so `Memo` refuses at once whatever
does not stand here. Each fact asks only for facts that stand above it: there can be no circle.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from types import MappingProxyType

_CONNECTION = {"names"}
"""The name of the host, or of the proxy, that is connected to."""
_TRACE = {"proxy-plan", *_CONNECTION}
_PROVEN = {"chain", *_CONNECTION}
"""A server that counts only where its certificate proves it."""

MAY_ASK: Mapping[str, Set[str]] = MappingProxyType(
    {
        # What this computer and its DNS servers say.
        "proxy-settings": set(),
        "stores": set(),
        "resolving": set(),
        "servers": set(),
        "names": {"resolving"},
        "portal-names": {"names", "servers"},
        # What is fetched on the way.
        "pac": _CONNECTION,
        "proxy-plan": {"proxy-settings", "pac"},
        "issuer": _CONNECTION,
        "revocation-answer": _CONNECTION,
        "chain": {"stores", "issuer"},
        "handshake": _TRACE,
        # A trace that ends in a loop is made again with the cookies that were set, and that one may end in a loop.
        "trace-with-cookies": _TRACE,
        "trace": {"trace-with-cookies", "handshake", *_TRACE},
        # The policy. It comes before all that it decides on, so that no third party's word can bear on it.
        "late": {"trace"},
        "trouble": {"late", "trace", "handshake", "chain"},
        # Third parties. Whether they may be asked was decided before; DNS over HTTPS proves its servers.
        "canaries-greeted": {*_TRACE, *_PROVEN},
        "canaries": {*_TRACE, *_PROVEN},
        "dns-caught": _CONNECTION,
        "names-elsewhere": _PROVEN,
        "status-page": _PROVEN,
        "blocked-here": _CONNECTION,
        "dns-over": _CONNECTION,
        "browsers-resolver": _PROVEN,
        "probe-over": _CONNECTION,
        # What is concluded from several of them.
        "true-time": {"trace", "chain", "trouble", "canaries"},
        "staple": {"true-time"},
        "revocation": {"true-time", "revocation-answer"},
    }
)
