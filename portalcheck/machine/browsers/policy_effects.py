"""What Firefox's policies do to its preferences and exceptions (Policies.sys.mjs of Firefox 153)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from portalcheck.machine.browsers.firefox_prefs import (
    CLEAR,
    COOKIES,
    COOKIES_PRIVATE,
    PRIVATE,
    SANITIZE,
    Preferences,
)
from portalcheck.machine.browsers.matching import Page, page_of
from portalcheck.machine.browsers.policy_schema import BEHAVIOURS
from portalcheck.machine.browsers.prefs_js import Value
from portalcheck.machine.browsers.reading import table
from portalcheck.machine.hostnames import DEFAULT_PORTS, destination_of

ALLOW, DENY, SESSION = 1, 2, 8  # nsICookiePermission

_THIRD_PARTIES = {"always": 0, "never": 1, "from-visited": 3}  # AcceptThirdParty
_MODES = {"none": 0, "manual": 1, "autoConfig": 2, "autoDetect": 4, "system": 5}
_SERVERS = {"HTTPProxy": "http", "SSLProxy": "ssl", "SOCKSProxy": "socks"}
_PROXY = (
    *("type", "autoconfig_url", "socks_remote_dns", "socks5_remote_dns", "socks_version", "no_proxies_on"),
    *(f"{name}{port}" for name in _SERVERS.values() for port in ("", "_port")),
)
_FLAG_WORDS = {True: "true", False: "false"}
_SETTABLE = ("browser.", "dom.", "network.")
"""The beginnings of names that the policy Preferences may set, as far as any of such a name is looked at here."""


def apply(preferences: Preferences, policies: Mapping[str, object]) -> None:
    """Set the preferences that policies set, in the order in which Firefox does."""
    for effects in (_EARLY, _LATE):
        for name, policy in policies.items():
            if name in effects and not (name == "SanitizeOnShutdown" and "ClearOnShutdown" in policies):
                effects[name](preferences, policy)


def exceptions(policies: Mapping[str, object], page: Page) -> dict[str, int]:
    """The permission that policies give to the cookies of each host, at the page's scheme and port.

    The first that is given to a host stays.
    """
    rules = table(policies, "Cookies")
    found: dict[str, int] = {}
    for name, permission in (("Allow", ALLOW), ("Block", DENY), ("AllowSession", SESSION)):
        origins = rules.get(name)
        for text in origins if isinstance(origins, list) else []:
            one = page_of(str(text))
            if one is not None and (one.scheme, one.port) == (page.scheme, page.port):
                found.setdefault(one.host, permission)
    return found


def _set(preferences: Preferences, name: str, value: Value, locked: object) -> None:
    """PoliciesUtils.setDefaultPref: what was locked stays so unless the policy says that it is not."""
    preferences.set_default(name, value)
    if locked is not None:
        preferences.lock(name, locked=bool(locked))


def _preferences(preferences: Preferences, policy: object) -> None:
    for name, entry in table(policy).items():
        if not name.startswith(_SETTABLE):
            continue
        rules = entry if isinstance(entry, dict) else {"Value": entry, "Status": "locked"}
        status = rules.get("Status")
        if status == "clear":
            preferences.clear_user(name)
            continue
        value = _typed(rules.get("Value"), rules.get("Type"), preferences.default(name))
        if value is not None and status == "user":
            preferences.set_user(name, value, administered=True)
        elif value is not None:
            preferences.set_default(name, value)
        if status == "locked":
            preferences.lock(name)


def _typed(value: object, kind: object, default: Value | None) -> Value | None:
    """A value of the policy Preferences as Firefox sets it; None where it does not."""
    if kind == "string" or (kind is None and isinstance(value, str)):
        return _FLAG_WORDS.get(value, str(value)) if isinstance(value, bool) else str(value)
    if kind == "boolean" or (kind is None and isinstance(value, bool)):
        return bool(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value // 1:
        return None
    # Windows and macOS have flags as 0 and 1.
    is_flag = kind is None and type(default) is not int and value in (0, 1)
    return bool(value) if is_flag else int(value)


def _cookies(preferences: Preferences, policy: object) -> None:
    rules = table(policy)
    ordinary, private = preferences.default(COOKIES), preferences.default(COOKIES_PRIVATE)
    if "Behavior" in rules or "BehaviorPrivateBrowsing" in rules:
        ordinary = BEHAVIOURS.get(str(rules.get("Behavior")), ordinary)
        private = BEHAVIOURS.get(str(rules.get("BehaviorPrivateBrowsing")), private)
    else:
        if rules.keys() & {"Default", "AcceptThirdParty", "RejectTracker"} or rules.get("Locked"):
            ordinary = _by_older_words(rules)
        private = ordinary
    for name, value in ((COOKIES, ordinary), (COOKIES_PRIVATE, private)):
        if value is not None:
            _set(preferences, name, value, rules.get("Locked"))


def _by_older_words(rules: Mapping[str, object]) -> int:
    """The behaviour by the deprecated words, the first that says anything."""
    if rules.get("Default") is False:
        return BEHAVIOURS["reject"]
    if "AcceptThirdParty" in rules:
        return _THIRD_PARTIES[str(rules["AcceptThirdParty"])]
    return BEHAVIOURS["reject-tracker" if rules.get("RejectTracker") else "accept"]


def _sanitize(preferences: Preferences, policy: object) -> None:
    rules = table(policy)
    locked = rules.get("Locked", True)
    _set(preferences, SANITIZE, policy if isinstance(policy, bool) else True, locked)
    for name in CLEAR:
        cleared = policy if isinstance(policy, bool) else bool(rules.get("Cookies"))
        _set(preferences, name, cleared, locked if "Cookies" in rules else "Locked" not in rules)


def _clear(preferences: Preferences, policy: object) -> None:
    cleared = policy if isinstance(policy, bool) else table(policy).get("CookiesAndStorage")
    _set(preferences, SANITIZE, policy if isinstance(policy, bool) else True, True)
    if isinstance(cleared, bool):
        _set(preferences, CLEAR[0], cleared, True)


def _private(preferences: Preferences, policy: object) -> None:
    if policy:
        _set(preferences, PRIVATE, policy == 2, True)


def _proxy(preferences: Preferences, policy: object) -> None:
    rules = table(policy)
    found: dict[str, Value] = {}
    if "Mode" in rules:
        found["type"] = _MODES[str(rules["Mode"])]
    if isinstance(rules.get("SOCKSVersion"), int):
        found["socks_version"] = int(str(rules["SOCKSVersion"]))
    if "Passthrough" in rules:
        found["no_proxies_on"] = str(rules["Passthrough"])
    servers = {kind: str(rules[name]) for name, kind in _SERVERS.items() if rules.get(name)}
    if rules.get("UseHTTPProxyForAllProtocols") and "http" in servers:
        servers["ssl"] = servers["http"]
    for kind, text in servers.items():
        server = destination_of(f"https://{text}")
        if server is not None:
            found[kind] = f"[{server.host}]" if ":" in server.host else server.host
            if server.port != DEFAULT_PORTS["https"]:  # which a URL does not tell from none
                found[f"{kind}_port"] = server.port
    for name, value in found.items():
        _set(preferences, f"network.proxy.{name}", value, None)
    if rules.get("Locked"):
        for name in _PROXY:
            preferences.lock(f"network.proxy.{name}")


def _dns(preferences: Preferences, policy: object) -> None:
    rules = table(policy)
    locked = rules.get("Locked")
    if "Enabled" in rules:
        mode = 3 if rules.get("Fallback") is False else 2 if rules["Enabled"] else 5
        _set(preferences, "network.trr.mode", mode, locked)
    if "ProviderURL" in rules:
        _set(preferences, "network.trr.uri", str(rules["ProviderURL"]), locked)
    excluded = rules.get("ExcludedDomains")
    if isinstance(excluded, list):
        _set(preferences, "network.trr.excluded-domains", ",".join(map(str, excluded)), locked)


_EARLY: Mapping[str, Callable[[Preferences, object], None]] = {
    "DNSOverHTTPS": _dns,
    "DisablePrivateBrowsing": _private,
    "Preferences": _preferences,
    "PrivateBrowsingModeAvailability": _private,
    "Proxy": _proxy,
}
_LATE: Mapping[str, Callable[[Preferences, object], None]] = {
    "ClearOnShutdown": _clear,
    "Cookies": _cookies,
    "SanitizeOnShutdown": _sanitize,
}
