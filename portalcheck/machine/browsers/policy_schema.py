"""Which values of its policies Firefox obeys (`policies-schema.json` and PolicySchemaValidator.sys.mjs of Firefox 153).

A list loses its wrong entries and an object the keys that are not known; anything else that is wrong voids the whole
policy. Flags may also be 0 and 1, or text, as registry and property lists have them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Never

from portalcheck.machine.browsers.matching import page_of

_ORIGIN = re.compile(r"https?://[^/]+/?", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:.", re.IGNORECASE | re.DOTALL)
_FLAGS = {"true": True, "false": False}


def _origin(value: object) -> object:
    """A site by scheme, host and port, without a path."""
    is_one = isinstance(value, str) and _ORIGIN.fullmatch(value) and page_of(value) is not None
    return value if is_one else _refused(value)


def _url(value: object) -> object:
    """A whole URL, or an empty text."""
    return value if isinstance(value, str) and (not value or _SCHEME.match(value)) else _refused(value)


def _plain(value: object) -> object:
    return value if isinstance(value, (bool, int, float, str)) else _refused(value)


Kind = (
    type
    | frozenset[str]
    | frozenset[int]
    | list["Kind"]
    | dict[str, "Kind"]
    | tuple["Kind", ...]
    | Callable[[object], object]
)
"""A type; a set of words or numbers; a list of one kind; an object (`*` for any key); several kinds; a function."""

BEHAVIOURS: Mapping[str, int] = {
    "accept": 0,
    "reject-foreign": 1,
    "reject": 2,
    "limit-foreign": 3,
    "reject-tracker": 4,
    "reject-tracker-and-partition-foreign": 5,
    "partition-foreign": 5,
}
"""The words of the policy Cookies, as nsICookieService has them."""
_CLEARED = "Cache Cookies Downloads FormData History Sessions SiteSettings OfflineApps Locked"
_CLEARED_NEWER = "BrowsingHistoryAndDownloads CookiesAndStorage Cache FormData SiteSettings"
_PREFERENCE: Kind = {
    "Value": _plain,
    "Status": frozenset({"default", "locked", "user", "clear"}),
    "Type": frozenset({"number", "boolean", "string"}),
}
POLICIES: Mapping[str, Kind] = {
    "ClearOnShutdown": (bool, dict.fromkeys(_CLEARED_NEWER.split(), bool)),
    "Cookies": {
        **{name: [_origin] for name in ("Allow", "AllowSession", "Block")},
        **dict.fromkeys(("Default", "RejectTracker", "ExpireAtSessionEnd", "Locked"), bool),
        **dict.fromkeys(("Behavior", "BehaviorPrivateBrowsing"), frozenset(BEHAVIOURS)),
        "AcceptThirdParty": frozenset({"always", "never", "from-visited"}),
    },
    "DNSOverHTTPS": {
        **dict.fromkeys(("Enabled", "Fallback", "Locked"), bool),
        "ProviderURL": _url,
        "ExcludedDomains": [str],
    },
    "DisablePrivateBrowsing": bool,
    "Preferences": {"*": (_PREFERENCE, _plain)},
    "PrivateBrowsingModeAvailability": frozenset({0, 1, 2}),
    "Proxy": {
        **dict.fromkeys(("FTPProxy", "HTTPProxy", "SSLProxy", "SOCKSProxy", "Passthrough"), str),
        **dict.fromkeys(("Locked", "UseHTTPProxyForAllProtocols", "UseProxyForDNS", "AutoLogin"), bool),
        "AutoConfigURL": _url,
        "Mode": frozenset({"none", "system", "manual", "autoDetect", "autoConfig"}),
        "SOCKSVersion": frozenset({4, 5}),
    },
    "SanitizeOnShutdown": (bool, {**dict.fromkeys(_CLEARED.split(), bool), "Exceptions": [_origin]}),
    "WebsiteFilter": {"Block": [str], "Exceptions": [str]},
}
_AS_TEXT = ("Preferences", "WebsiteFilter")
"""What may be written as JSON within a text."""


def obeyed(policies: Mapping[str, object]) -> dict[str, object]:
    """The policies of `POLICIES` that Firefox obeys, in the order and the form in which it does."""
    found = {}
    for name, value in policies.items():
        try:
            if name in _AS_TEXT and isinstance(value, str):
                value = json.loads(value)
            if name in POLICIES:
                found[name] = _taken(value, POLICIES[name])
        except (ValueError, RecursionError):
            pass
    return found


def _taken(value: object, kind: Kind) -> object:
    """A value as Firefox takes it; ValueError if it does not."""
    match kind:
        case tuple():
            taken = [one for each in kind for one in _if_taken(value, each)]
            return taken[0] if taken else _refused(value)
        case frozenset():
            fits = isinstance(value, (int, float, str)) and not isinstance(value, bool) and value in kind
            return value if fits else _refused(value)
        case list() if isinstance(value, list):
            return [one for each in value for one in _if_taken(each, kind[0])]
        case dict() if isinstance(value, dict) and "*" in kind:
            return {name: one for name, each in value.items() for one in _if_taken(each, kind["*"])}
        case dict() if isinstance(value, dict):
            return {name: _taken(each, kind[name]) for name, each in value.items() if name in kind}
        case type():
            flag = _FLAGS.get(value.strip().lower(), value) if isinstance(value, str) else value
            if kind is bool:
                value = bool(flag) if flag in (0, 1) else flag
            return value if type(value) is kind else _refused(value)
    return kind(value) if callable(kind) else _refused(value)


def _if_taken(value: object, kind: Kind) -> tuple[object, ...]:
    """The value as Firefox takes it, or nothing."""
    try:
        return (_taken(value, kind),)
    except ValueError:
        return ()


def _refused(value: object) -> Never:
    raise ValueError(type(value).__name__)
