"""What administrators set for Firefox: files on Linux, the registry on Windows, preferences on macOS."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from portalcheck.facts import Unreadable
from portalcheck.machine.browsers.places import Browser
from portalcheck.machine.browsers.reading import read_json, read_plist, table
from portalcheck.machine.environment import Environment

_MAX_DEPTH = 4
_NAMES = """
AcceptThirdParty Allow AllowSession Behavior Block Cookies Default DNSOverHTTPS Enabled ExcludedDomains Fallback
HTTPProxy Locked Mode Passthrough ProviderURL Proxy SanitizeOnShutdown SOCKSProxy SOCKSVersion SSLProxy
UseHTTPProxyForAllProtocols
"""
_SPELLING = {name.lower(): name for name in _NAMES.split()}  # names in the registry have no case


def firefox(browser: Browser, environment: Environment, installation: Path | None) -> Mapping[str, object]:
    """The policies of Firefox; those of the system come before those beside the program."""
    managed: Mapping[str, object]
    if environment.os == "windows":
        managed = _registry(environment, browser.policies.windows)
    elif environment.os == "macos":
        managed = _mac(browser, environment)
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


def _mac(browser: Browser, environment: Environment) -> dict[str, object]:
    home = environment.home
    shared = environment.at("/Library/Managed Preferences")
    managed: dict[str, object] = {}
    for domain in browser.policies.macos:
        own = [] if home is None else [shared / home.name / f"{domain}.plist"]
        for path in (shared / f"{domain}.plist", *own):
            managed |= table(read_plist(path))
    return managed


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
