"""What administrators set for browsers: files on Linux, the registry on Windows, preferences on macOS."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from portalcheck.facts import Unreadable
from portalcheck.machine.browsers.places import Browser
from portalcheck.machine.browsers.reading import read_json, read_plist, regular_files, table
from portalcheck.machine.environment import Environment

_MAX_DEPTH = 4
_NAMES = """
AcceptThirdParty Allow AllowSession Behavior Block BlockThirdPartyCookies ClearBrowsingDataOnExit
ClearBrowsingDataOnExitList Cookies CookiesAllowedForUrls CookiesBlockedForUrls CookiesSessionOnlyForUrls
Default DefaultCookiesSetting DnsOverHttpsMode DnsOverHttpsTemplates DNSOverHTTPS Enabled ExcludedDomains Fallback
HTTPProxy Locked Mode Passthrough ProviderURL Proxy ProxyBypassList ProxyMode ProxyPacUrl ProxyServer ProxySettings
SanitizeOnShutdown SOCKSProxy SOCKSVersion SSLProxy UseHTTPProxyForAllProtocols
"""
_SPELLING = {name.lower(): name for name in _NAMES.split()}  # names in the registry have no case


class Policy(msgspec.Struct, frozen=True):
    """What is enforced, and what is only a default that the user may change."""

    managed: Mapping[str, object] = {}
    recommended: Mapping[str, object] = {}


def chromium(browser: Browser, environment: Environment) -> Policy:
    """The policies of a browser of Chromium's family, as far as they are on this computer, not in a cloud."""
    if environment.os == "windows":
        keys = browser.policies.windows
        return Policy(
            _registry(environment, keys), _registry(environment, [rf"{key}\Recommended" for key in keys])
        )
    if environment.os == "macos":
        return _mac(browser, environment)
    found = browser.policies.linux
    return Policy(
        _json_files([environment.at(f"{folder}/managed") for folder in found]),
        _json_files([environment.at(f"{folder}/recommended") for folder in found]),
    )


def is_joined(environment: Environment) -> bool:
    """Whether a Windows computer belongs to a domain, whose browsers switch some choices of the user's off."""
    parameters = r"SYSTEM\CurrentControlSet\Services\Tcpip\Parameters"
    return environment.os == "windows" and bool(environment.registry.value("HKLM", parameters, "Domain"))


def firefox(browser: Browser, environment: Environment, installation: Path | None) -> Mapping[str, object]:
    """The policies of Firefox; those of the system come before those beside the program."""
    managed: Mapping[str, object]
    if environment.os == "windows":
        managed = _registry(environment, browser.policies.windows)
    elif environment.os == "macos":
        managed = _mac(browser, environment).managed
    else:
        managed = _first_policies([environment.at(folder) for folder in browser.policies.linux])
    if managed or installation is None:
        return managed
    return _first_policies([installation / "distribution"])


def _first_policies(folders: list[Path]) -> Mapping[str, object]:
    for folder in folders:
        found = read_json(folder / "policies.json")
        if not isinstance(found, Unreadable):
            return table(found, "policies")
    return {}


def _json_files(folders: list[Path]) -> dict[str, object]:
    merged: dict[str, object] = {}
    for folder in folders:
        for path in regular_files(folder, ".json"):
            merged |= table(read_json(path))
    return merged


def _mac(browser: Browser, environment: Environment) -> Policy:
    home = environment.home
    shared = environment.at("/Library/Managed Preferences")
    managed: dict[str, object] = {}
    recommended: dict[str, object] = {}
    for domain in browser.policies.macos:
        own = [] if home is None else [shared / home.name / f"{domain}.plist"]
        for path in (shared / f"{domain}.plist", *own):
            managed |= table(read_plist(path))
        if home is not None:
            recommended |= table(read_plist(home / "Library" / "Preferences" / f"{domain}.plist"))
    return Policy(managed, recommended)


def _registry(environment: Environment, keys: list[str] | tuple[str, ...]) -> dict[str, object]:
    """Policies of the user, and over them those of the computer."""
    merged: dict[str, object] = {}
    for hive in ("HKCU", "HKLM"):
        for key in keys:
            merged |= _branch(environment, hive, key, _MAX_DEPTH)
    return merged


def _branch(environment: Environment, hive: str, key: str, depth: int) -> dict[str, object]:
    """A key as JSON would have it: a subkey whose values are numbered is a list, any other a dictionary."""
    values = environment.registry.values(hive, key)
    branch: dict[str, object] = {_SPELLING.get(name.lower(), name): value for name, value in values.items()}
    for name in environment.registry.subkeys(hive, key) if depth else ():
        inside = _branch(environment, hive, rf"{key}\{name}", depth - 1)
        numbered = inside and all(part.isdigit() for part in inside)
        branch[_SPELLING.get(name.lower(), name)] = list(inside.values()) if numbered else inside
    return branch
