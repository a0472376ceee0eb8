"""What administrators set for Chromium and its kin: files on Linux, the registry on Windows, preferences on macOS.

Sources: components/policy/core/common of Chromium (config_dir_policy_loader, registry_dict, policy_loader_mac,
policy_merger), and what a real Chromium did (tests/browsers). Policies that come from a cloud are not on this computer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from portalcheck.facts import Unreadable
from portalcheck.machine.browsers.chromium_json import parse, read_json
from portalcheck.machine.browsers.places import Browser, Place, placed
from portalcheck.machine.browsers.reading import read_plist, regular_files, table, texts
from portalcheck.machine.environment import Environment

Tree = Mapping[str, object]

_KINDS: Mapping[type, str] = {
    int: "DefaultCookiesSetting DefaultJavaScriptSetting IncognitoModeAvailability ProxyServerMode RestoreOnStartup",
    bool: "BlockThirdPartyCookies ClearBrowsingDataOnExit JavascriptEnabled ProxyPacMandatory",
    str: "DnsOverHttpsMode DnsOverHttpsTemplates ProxyBypassList ProxyMode ProxyPacUrl ProxyServer UserDataDir",
    dict: "ProxySettings",
    list: "ClearBrowsingDataOnExitList CookiesAllowedForUrls CookiesBlockedForUrls CookiesSessionOnlyForUrls"
    " JavaScriptAllowedForUrls JavaScriptBlockedForUrls PolicyListMultipleSourceMergeList URLAllowlist URLBlocklist",
}
_KIND_OF = {name: kind for kind, names in _KINDS.items() for name in names.split()}
_SPELLING = {name.lower(): name for name in _KIND_OF}  # names in the registry have no case
_WHOLE_NUMBER = re.compile(r"[+-]?\d{1,10}", re.ASCII)
_MERGED = "PolicyListMultipleSourceMergeList"
_MAX_DEPTH = 4
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_VARIABLES = {
    "machine_name": "COMPUTERNAME",
    "local_app_data": "LOCALAPPDATA",
    "roaming_app_data": "APPDATA",
    "program_files": "PROGRAMFILES",
    "global_app_data": "PROGRAMDATA",
    "windows": "SYSTEMROOT",
}


class Policy(msgspec.Struct, frozen=True):
    """Policies by name: what is enforced, and what is recommended.

    What of it has another type than Chromium's schema asks for stands there as None: it does nothing itself, yet keeps
    what is recommended under the same name from counting.
    """

    managed: Tree = {}
    recommended: Tree = {}

    @property
    def both(self) -> Tree:
        """What counts for settings that a person cannot change: recommended values are then as strong."""
        return {**self.recommended, **self.managed}


def of_place(place: Place, environment: Environment) -> Policy:
    """The policies of a browser of Chromium's family that keeps its profiles in a place."""
    return _of_browser(place.browser, place.row, environment)


def _of_browser(browser: Browser, row: int, environment: Environment) -> Policy:
    if environment.os == "windows":
        keys = browser.policies.windows
        recommended = [rf"{key}\Recommended" for key in keys]
        return _checked(_registry(environment, keys), _registry(environment, recommended))
    if environment.os == "macos":
        domains = browser.policies.macos
        return _checked(*_mac(domains[min(row, len(domains) - 1)], environment)) if domains else Policy()
    return _checked(*_linux([environment.at(folder) for folder in browser.policies.linux]))


def user_data(browser: Browser, environment: Environment) -> Path | None:
    """The folder that an administrator has a browser of the family keep its data in, None where that is left to it."""
    if browser.family != "chromium" or environment.os == "linux":  # which knows no such policy
        return None
    path = _of_browser(browser, 0, environment).managed.get("UserDataDir")
    if not isinstance(path, str):
        return None
    return placed(None, _VARIABLE.sub(lambda match: _variable(match[1], environment), path), environment)


def _variable(name: str, environment: Environment) -> str:
    """What Chromium puts in place of `${name}`; what can be in no path for one that is not known here."""
    if name == "user_name" and environment.home is not None:
        return environment.home.name
    if name in ("user_home", "profile"):
        return environment.variable("USERPROFILE" if environment.os == "windows" else "HOME") or "\0"
    return environment.variable(_VARIABLES.get(name, "")) or "\0"


def is_joined(environment: Environment) -> bool:
    """Whether a Windows computer belongs to a domain, whose browsers switch some choices of the user's off."""
    parameters = r"SYSTEM\CurrentControlSet\Services\Tcpip\Parameters"
    return environment.os == "windows" and bool(environment.registry.value("HKLM", parameters, "Domain"))


def _checked(managed: Tree, recommended: Tree) -> Policy:
    return Policy(
        *({name: _typed(name, value) for name, value in each.items()} for each in (managed, recommended))
    )


def _typed(name: str, value: object) -> object:
    kind = _KIND_OF.get(name)
    return value if kind is None or type(value) is kind else None


# ---- Linux -------------------------------------------------------------------------------------


def _linux(folders: list[Path]) -> tuple[Tree, Tree]:
    managed = [found for folder in folders for found in _files(folder / "managed")]
    recommended = [found for folder in folders for found in _files(folder / "recommended")]
    lists = texts(_last([*recommended, *managed]).get(_MERGED))
    return {**_last(managed), **_joined(managed, lists)}, {
        **_last(recommended),
        **_joined(recommended, lists),
    }


def _files(folder: Path) -> Iterator[Tree]:
    """The policies of every file in a folder, whatever its name, in the order of names."""
    for path in regular_files(folder, ""):
        found = read_json(path)
        if not isinstance(found, Unreadable):
            yield found


def _last(found: Iterable[Tree]) -> dict[str, object]:
    merged: dict[str, object] = {}
    for each in found:
        merged |= each
    return merged


def _joined(found: Iterable[Tree], names: Iterable[str]) -> dict[str, object]:
    """The lists that files of one folder share, where a policy asks that they be put together."""
    lists: dict[str, list[object]] = {}
    for each in found:
        for name, value in each.items():
            if isinstance(value, list):
                lists.setdefault(name, []).extend(value)
    wanted = set(names)
    return {name: value for name, value in lists.items() if {name, "*"} & wanted}


# ---- macOS -------------------------------------------------------------------------------------


def _mac(domain: str, environment: Environment) -> tuple[Tree, Tree]:
    """What a management system forces, and preferences that are not forced, which Chromium takes as recommended."""
    library, home = environment.at("/Library"), environment.home
    forced, free = [library / "Managed Preferences"], [library / "Preferences"]
    if home is not None:
        forced.append(forced[0] / home.name)
        free.append(home / "Library" / "Preferences")
    managed, recommended = (
        _last(table(read_plist(folder / f"{domain}.plist")) for folder in each) for each in (forced, free)
    )
    return managed, recommended


# ---- Windows -----------------------------------------------------------------------------------


def _registry(environment: Environment, keys: Iterable[str]) -> dict[str, object]:
    """Policies of the user, and over them those of the computer; what cannot be converted is left out."""
    merged: dict[str, object] = {}
    for hive in ("HKCU", "HKLM"):
        for key in keys:
            for written, value in _branch(environment, hive, key, _MAX_DEPTH).items():
                name = _SPELLING.get(written.lower(), written)
                converted = _converted(value, _KIND_OF.get(name))
                if converted is not None:
                    merged[name] = converted
    return merged


def _branch(environment: Environment, hive: str, key: str, depth: int) -> dict[str, object]:
    """A key's values, and its subkeys as dictionaries of theirs."""
    below = environment.registry.subkeys(hive, key) if depth else ()
    return {
        **environment.registry.values(hive, key),
        **{name: _branch(environment, hive, rf"{key}\{name}", depth - 1) for name in below},
    }


def _converted(value: object, kind: type | None) -> object:
    """A value of the registry as the schema's type: numbers may be text, lists and dictionaries a text of JSON."""
    if kind is None or type(value) is kind:
        return value
    if kind is list and isinstance(value, dict):
        return [one for name, one in value.items() if _WHOLE_NUMBER.fullmatch(name)]
    if isinstance(value, str):
        if kind in (list, dict):
            return found if type(found := parse(value)) is kind else None
        value = int(value) if _WHOLE_NUMBER.fullmatch(value) else None
    return kind(value) if kind in (int, bool) and isinstance(value, int) else None
