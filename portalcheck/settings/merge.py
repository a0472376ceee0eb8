"""The layers of the settings, merged: the higher wins key by key, unless the system's file locks the key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from portalcheck.model import Portal
from portalcheck.probe.policy import Network
from portalcheck.settings.model import (
    ChecksTable,
    ConfigFile,
    GuideTable,
    HistoryTable,
    RunTable,
)
from portalcheck.settings.origin import (
    BUILT_IN,
    Entry,
    Layer,
    NotTheSystems,
    Origin,
    Problems,
    SettingsError,
    SettingsWarning,
)
from portalcheck.settings.profiles import Profile, check_ca_file, make, profile_of, whole_path
from portalcheck.settings.reader import annotation_at, closest, either, fields, is_table, quoted
from portalcheck.settings.sources import Values
from portalcheck.words.interface import _

_ABOVE_LOCKS = (Layer.USER, Layer.ENVIRONMENT, Layer.FLAG)
TABLES: Mapping[str, type[msgspec.Struct]] = {
    name: shape for name, shape in fields(ConfigFile).items() if is_table(shape)
}
"""The tables that there is one of, by name."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The merged settings. `profile` names the portal to check; `entries` has every key that a layer set."""

    profile: str
    network: Network
    run: RunTable
    checks: ChecksTable
    guide: GuideTable
    history: HistoryTable
    profiles: Mapping[str, Profile]
    entries: Mapping[str, Entry]
    locks: Mapping[str, Origin]
    warnings: tuple[SettingsWarning | NotTheSystems, ...] = ()

    def portal(self, name: str = "") -> Portal:
        """A profile by name; without one, the chosen one.

        Raises SettingsError where there is no such profile, or its CA file cannot be used.
        """
        profile = self.profiles.get(name or self.profile)
        if profile is None:
            raise _unknown_profile(BUILT_IN, name, self.profiles)
        check_ca_file(profile.portal, self.entries)
        return profile.portal

    def log_file(self) -> Path | None:
        """Where a line on each run goes; None where no log is wanted."""
        path = whole_path(self.entries.get("run.log_file"))
        return Path(path) if path else None

    def origin(self, key: str) -> Origin:
        """Where a key's value comes from; built-in where no layer set it."""
        entry = self.entries.get(key)
        return entry.origin if entry else BUILT_IN

    def is_locked(self, key: str) -> bool:
        """Whether the system's file keeps others from setting a key."""
        return any(covers(lock, key) for lock in self.locks)


def covers(lock: str, key: str) -> bool:
    """Whether a lock holds for a key. Who may not set the official hosts may not add to them."""
    if key == lock or key.startswith(f"{lock}."):
        return True
    return lock.endswith(".official") and key == f"{lock.removesuffix('official')}also_official"


class _Pile:
    """The layers laid upon each other so far."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.entries: dict[str, Entry] = {}
        self.places: dict[str, dict[Origin, None]] = {}
        self.locks: dict[str, Origin] = {}
        self.refused: dict[tuple[Origin, Origin], list[str]] = {}

    def lay(self, values: Values) -> None:
        """Lay one more layer on top."""
        for key, entry in values.entries.items():
            lock = next((lock for lock in self.locks if covers(lock, key)), None)
            if lock is not None and entry.origin.layer in _ABOVE_LOCKS:
                self.refused.setdefault((entry.origin, self.locks[lock]), []).append(key)
                continue
            self.entries[key] = _over(self.entries.get(key), entry, key)
            if name := profile_of(key):
                self.places.setdefault(name, {})[entry.origin] = None
        for lock in values.locked:
            with self.problems:
                _check_lock(lock, values.origin, self.places)
                self.locks[lock] = values.origin

    def profile(self, name: str) -> Profile:
        """A profile of all layers."""
        locked = any(covers(lock, f"portals.{name}.official") for lock in self.locks)
        return make(name, self.entries, tuple(self.places[name]), official_locked=locked)


def merge(layers: Iterable[Values], problems: Problems | None = None) -> Settings:
    """Lay the layers upon each other, lowest first.

    Raises SettingsError where they do not fit together: a lock of an unknown key, a new profile without an
    address, a choice of an unknown profile.
    """
    problems = problems or Problems()
    pile = _Pile(problems)
    for values in layers:
        pile.lay(values)
    found: dict[str, Profile] = {}
    # What only follows from a problem is not one more: a wrong address is not missing, nor its profile unknown.
    wrong = {error.key for error in problems.errors}
    for name in sorted(name for name in pile.places if f"portals.{name}.url" not in wrong):
        with problems:
            found[name] = pile.profile(name)
    chosen = pile.entries["portal"]
    with problems:
        if chosen.value not in {*found, *(profile_of(error.key) for error in problems.errors)}:
            raise _unknown_profile(chosen.origin, str(chosen.value), found)

    def table(name: str) -> dict[str, Any]:
        return {field: pile.entries[f"{name}.{field}"].value for field in TABLES[name].__struct_fields__}

    return Settings(
        profile=str(chosen.value),
        network=Network(**table("network")),
        run=RunTable(**table("run")),
        checks=ChecksTable(**table("checks")),
        guide=GuideTable(**table("guide")),
        history=HistoryTable(**table("history")),
        profiles=found,
        entries=pile.entries,
        locks=pile.locks,
        warnings=tuple(SettingsWarning(at, tuple(keys), by) for (at, by), keys in pile.refused.items()),
    )


def _over(lower: Entry | None, higher: Entry, key: str) -> Entry:
    if lower is None or not key.endswith(".also_official"):
        return higher
    added = (*(lower.added or (lower.origin,)), higher.origin)
    return Entry(tuple(dict.fromkeys((*lower.value, *higher.value))), higher.origin, added)


def _check_lock(lock: str, origin: Origin, known: Iterable[str]) -> None:
    name = profile_of(lock)
    if name and name not in known:
        raise _unknown_profile(origin, name, known, key="locked")
    if annotation_at(ConfigFile, lock) is None or lock == "locked":
        keys = [
            "portal",
            "portals",
            *TABLES,
            *(f"{table}.{field}" for table, shape in TABLES.items() for field in shape.__struct_fields__),
        ]
        raise SettingsError(
            origin,
            "locked",
            _("{key} is not a key").format(key=quoted(lock)),
            _("key paths such as network.contact"),
            suggestion=closest(lock, keys),
        )


def _unknown_profile(
    origin: Origin, name: str, known: Iterable[str], *, key: str = "portal"
) -> SettingsError:
    names = list(known)
    problem = _("no profile is named {name}").format(name=quoted(name))
    return SettingsError(origin, key, problem, either(names), suggestion=closest(name, names))
