"""What administrators set for Firefox: `policies.json`, and before it Windows' registry or macOS' preferences."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from portalcheck.facts import Unreadable
from portalcheck.machine.browsers.firefox_install import Installation
from portalcheck.machine.browsers.places import Place
from portalcheck.machine.browsers.policy_schema import obeyed
from portalcheck.machine.browsers.reading import has_too_many, part, read, read_plist, table
from portalcheck.machine.environment import Environment, RegistryValue

_MAX_DEPTH = 4
_BUNDLE = re.compile(r"[\w.-]+", re.ASCII)
_YES = ("Y", "y", "T", "t", *"123456789")


def policies(place: Place, environment: Environment, install: Installation) -> Mapping[str, object]:
    """The policies that the Firefox of a profile obeys, in their order; those of the system come before its file's."""
    of_system: Mapping[str, object] = {}
    if environment.os == "windows":
        of_system = _registry(environment, rf"Software\Policies\Mozilla\{_program(place, install)}")
    elif environment.os == "macos":
        of_system = _mac(environment, _bundle(install) or place.browser.policies.macos)
    return obeyed({**_file(system_folder(place, environment, install), install), **of_system})


def _program(place: Place, install: Installation) -> str:
    """The program's name as it calls itself, else that of the folder that its profiles lie in."""
    return install.name or place.folder.name.removeprefix(".")


def _bundle(install: Installation) -> tuple[str, ...]:
    """The identifier of a program of macOS, by which its preferences are called."""
    found = {} if install.folder is None else read_plist(install.folder.parent / "Info.plist")
    name = part(found, "CFBundleIdentifier")
    return (name,) if isinstance(name, str) and _BUNDLE.fullmatch(name) else ()


def system_folder(place: Place, environment: Environment, install: Installation) -> Path | None:
    """The folder of the system's settings for the program; None where it has none, or is shut off from it."""
    if environment.os != "linux" or place.boxed:
        return None
    return environment.at(f"/etc/{_program(place, install).lower()}")


def _file(system: Path | None, install: Installation) -> Mapping[str, object]:
    """The policies of the one file that counts: the system's, if there is one, whatever it holds."""
    path = None if system is None else system / "policies" / "policies.json"
    if path is None or not path.exists():
        if install.folder is None:
            return {}
        path = install.folder / "distribution" / "policies.json"
    content = read(path)
    if isinstance(content, Unreadable):
        return {}
    # A byte order mark voids the file; bytes that are not UTF-8 do not.
    text = content.decode("utf-8", "replace")
    if has_too_many(text):
        return {}
    try:
        return table(json.loads(text, parse_constant=_no_json), "policies")
    except (ValueError, RecursionError, MemoryError):
        return {}


def _no_json(word: str) -> object:
    """Python takes NaN and Infinity for JSON."""
    raise ValueError(word)


def _registry(environment: Environment, key: str) -> dict[str, object]:
    """Policies of the user, and in place of them those of the computer (WindowsGPOParser.sys.mjs)."""
    merged: dict[str, object] = {}
    for hive in ("HKCU", "HKLM"):
        found = _branch(environment, hive, key, _MAX_DEPTH)
        merged |= found if isinstance(found, dict) else {}
    return merged


def _branch(environment: Environment, hive: str, key: str, depth: int) -> object:
    """A key as JSON would have it: one whose first value, or else subkey, is called 1 is a list."""
    values = environment.registry.values(hive, key)
    if next(iter(values), "") == "1":
        return [_value(each) for each in values.values()]
    names = environment.registry.subkeys(hive, key) if depth else ()
    inside = {name: _branch(environment, hive, rf"{key}\{name}", depth - 1) for name in names}
    if names[:1] == ("1",):
        return list(inside.values())
    return {name: _value(each) for name, each in values.items()} | inside


def _value(value: RegistryValue) -> object:
    """A value; of several lines are those of JSON."""
    if not isinstance(value, tuple):
        return value
    try:
        return json.loads("\n".join(value))
    except (ValueError, RecursionError):
        return None


def _mac(environment: Environment, names: Iterable[str]) -> dict[str, object]:
    """The preferences of the program, those of the computer before a user's, and managed ones before both."""
    shared, home = environment.at("/Library"), environment.home
    managed = shared / "Managed Preferences"
    folders = [shared / "Preferences", managed]
    if home is not None:
        folders = [shared / "Preferences", home / "Library" / "Preferences", managed, managed / home.name]
    merged: dict[str, object] = {}
    for name in names:
        for folder in folders:
            merged |= table(read_plist(folder / f"{name}.plist"))
    enabled = merged.pop("EnterprisePoliciesEnabled", None)
    is_on = enabled.lstrip().startswith(_YES) if isinstance(enabled, str) else bool(enabled)
    return (
        _unflattened({name: _numbers(value, _MAX_DEPTH) for name, value in merged.items()}) if is_on else {}
    )


def _numbers(value: object, depth: int) -> object:
    """A value of a property list as Firefox turns it into JSON, in which flags are numbers."""
    if isinstance(value, dict):
        return {str(name): _numbers(each, depth - 1) for name, each in value.items()} if depth else None
    if isinstance(value, list):
        return [_numbers(each, depth - 1) for each in value] if depth else None
    return int(value) if isinstance(value, bool) else value


def _unflattened(flat: Mapping[str, object]) -> dict[str, object]:
    """The tree that names with `__` in them stand for; numbers are places in a list (macOSPoliciesParser.sys.mjs)."""
    tree: dict[str, object] = {}
    for key, value in flat.items():
        *above, last = key.split("__")
        here: object = tree
        for name in above:
            here = here.setdefault(name, {}) if isinstance(here, dict) else None
        if isinstance(here, dict):
            here[last] = value
    return {name: _listed(each) for name, each in tree.items()}


def _listed(value: object) -> object:
    """A tree in which what is numbered is a list."""
    if not isinstance(value, dict):
        return value
    inside = {name: _listed(each) for name, each in value.items()}
    if inside and all(map(str.isdecimal, inside)):
        return [inside[name] for name in sorted(inside, key=int)]
    return inside
