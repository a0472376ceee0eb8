"""Which shared fact may ask for which other one while it is being found.

A fact that asked for itself, through whomever, would wait until the deadline; so `Memo` refuses at once whatever
does not stand here. Each fact asks only for such that stand above it: there can be no circle.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from types import MappingProxyType

_CONNECTION = {"names"}
"""The name of the host, or of the proxy, that is connected to."""
_WALK = {"proxy-plan", *_CONNECTION}
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
        # A walk that goes round is walked again with the cookies that it was given, and that one goes round for good.
        "trace-with-cookies": _WALK,
        "trace": {"trace-with-cookies", *_WALK},
        # The policy. It comes before all that it decides on, so that no third party's word can bear on it.
        "late": {"trace"},
        "trouble": {"late", "trace", "chain"},
        # Third parties. Whether they may be asked was decided before; DNS over HTTPS proves its servers.
        "neutral-hosts": {*_WALK, *_PROVEN},
        "names-elsewhere": _PROVEN,
        "status-page": _PROVEN,
        "blocked-here": set(),
        "dns-over": set(),
        "probe-over": _CONNECTION,
        # What is concluded from several of them.
        "true-time": {"trace", "chain", "trouble", "neutral-hosts"},
        "staple": {"true-time"},
        "revocation": {"true-time", "revocation-answer"},
    }
)
