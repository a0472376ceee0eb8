"""The settings: built-in values, the system's file, the user's, environment variables and flags, merged.

A higher layer wins key by key, except where the system's file locks a key. `Settings` knows where each value
came from. Nothing here prints; a setting that cannot be used is a `SettingsError`.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import EllipsisType
from typing import Any

import msgspec

from portalcheck.machine.ownership import is_the_systems
from portalcheck.settings import profiles
from portalcheck.settings.merge import TABLES, Settings, merge
from portalcheck.settings.model import ConfigFile, Fact
from portalcheck.settings.origin import (
    BUILT_IN,
    Entry,
    Layer,
    NotTheSystems,
    Origin,
    Problems,
    SettingsError,
    SettingsWarning,
    hint,
)
from portalcheck.settings.profiles import Profile
from portalcheck.settings.reader import closest
from portalcheck.settings.sources import (
    PREFIX,
    VARIABLES,
    MayDecide,
    Trouble,
    Values,
    anybody,
    file_origin,
    read_bytes,
    read_config,
    read_environment,
    read_flags,
    read_profile,
    read_profiles,
    system_folder,
    user_folder,
)
from portalcheck.settings.values import host_of
from portalcheck.words.interface import N_, _

__all__ = [
    "Checked",
    "Fact",
    "Layer",
    "NotTheSystems",
    "Origin",
    "PathRow",
    "Profile",
    "Row",
    "Settings",
    "SettingsError",
    "SettingsWarning",
    "UnreadVariable",
    "check_file",
    "config_schema",
    "effective",
    "load",
    "paths",
    "unread_variables",
]

CONFIG_NAME = "config.toml"
PROFILES_NAME = "portals.d"
_LIKE = 0.75
"""How much a variable must resemble one of ours to be a slip: others use the same first word, too."""


def load(
    flags: Mapping[str, object],
    environ: Mapping[str, str],
    *,
    config: Path | None = None,
    given_profiles: Path | None = None,
    system_file: Path | EllipsisType | None = ...,
    user_file: Path | EllipsisType | None = ...,
) -> Settings:
    """Read and merge all layers. Raises SettingsError for the first setting that cannot be used.

    `flags` maps the names of `settings.sources.OPTIONS` to values, None where a flag was not given. `config`
    is read instead of the user's file and profiles, and must be there; so must `given_profiles`, a file or folder
    of profiles that lie upon the user's. The system's and the user's file are where they lie on this system, and
    what lies there as the system's without being so is ignored, with a warning; None stands for no file at all.
    """
    layers, ignored = [*_built_in()], list[NotTheSystems]()
    if system_file is ...:
        layers += _files(Layer.SYSTEM, _system_file(), _the_systems(ignored))
    else:
        layers += _files(Layer.SYSTEM, system_file)
    if config is not None:
        layers.append(read_config(file_origin(Layer.USER, config), config, required=True))
    else:
        layers += _files(Layer.USER, _user_file() if user_file is ... else user_file)
    if given_profiles is not None:
        layers += (
            read_profiles(Layer.USER, given_profiles, given=True)
            if given_profiles.is_dir()
            else [read_profile(Layer.USER, given_profiles)]
        )
    settings = merge([*layers, read_environment(environ), read_flags(flags)])
    settings.portal()
    return msgspec.structs.replace(settings, warnings=(*ignored, *settings.warnings))


def _system_file() -> Path:
    return Path(system_folder()) / CONFIG_NAME


def _user_file() -> Path | None:
    folder = user_folder()
    return folder / CONFIG_NAME if folder else None


def _built_in() -> Iterator[Values]:
    leaves: dict[str, object] = {"portal": ConfigFile().portal}
    for table, shape in TABLES.items():
        leaves |= {f"{table}.{field}": value for field, value in msgspec.structs.asdict(shape()).items()}
    yield Values({key: Entry(value, BUILT_IN) for key, value in leaves.items()})
    yield from read_profiles(Layer.BUILT_IN, profiles.FOLDER)


def _files(layer: Layer, path: Path | None, may_decide: MayDecide = anybody) -> Iterator[Values]:
    if path is not None:
        yield from read_profiles(layer, path.parent / PROFILES_NAME, may_decide=may_decide)
        if may_decide(path):
            yield read_config(file_origin(layer, path), path)


def _the_systems(ignored: list[NotTheSystems]) -> MayDecide:
    """Whether a file where the system's lie is the system's; those of others are put to `ignored`."""

    def may_decide(file: Path) -> bool:
        if is_the_systems(file):
            return True
        ignored.append(NotTheSystems(file_origin(Layer.SYSTEM, file)))
        return False

    return may_decide


# ---- what the commands show --------------------------------------------------------------------


class Row(msgspec.Struct, frozen=True):
    """One key of the merged settings. `text` is its value as TOML writes it."""

    key: str
    value: object
    origin: Origin
    locked: bool = False
    extended_by: tuple[Origin, ...] = ()
    """Others that added to a list, in the order of the layers."""

    @property
    def text(self) -> str:
        """The value as TOML writes it."""
        return json.dumps(self.value, ensure_ascii=False)


class PathRow(msgspec.Struct, frozen=True):
    """A place that settings are read from: a file of `settings`, or a folder of `profiles`.

    `path` is None for a user without a home.
    """

    layer: Layer
    kind: str
    path: Path | None
    exists: bool


def effective(settings: Settings) -> tuple[Row, ...]:
    """The merged settings, key by key, profiles with their defaults filled in and without their facts."""
    found: dict[str, object] = {
        key: e.value for key, e in settings.entries.items() if not profiles.profile_of(key)
    }
    rows = [Row(key, value, settings.origin(key), settings.is_locked(key)) for key, value in found.items()]
    if settings.locks:
        rows.append(Row("locked", tuple(settings.locks), next(iter(settings.locks.values()))))
    for name, profile in settings.profiles.items():
        for field, value in _portal_values(profile, settings.entries).items():
            key = f"portals.{name}.{field}"
            extended = _extended_by(settings, name, field)
            rows.append(Row(key, value, settings.origin(key), settings.is_locked(key), extended))
    return tuple(rows)


def _extended_by(settings: Settings, name: str, field: str) -> tuple[Origin, ...]:
    """Who added to a list of a profile besides the place that set it, or set what it is made of."""
    prefix = f"portals.{name}."
    entries = {key.removeprefix(prefix): e for key, e in settings.entries.items() if key.startswith(prefix)}
    own = entries[field].origin if field in entries else BUILT_IN
    added: list[Origin] = []
    if field in ("official", "also_official") and (also := entries.get("also_official")):
        added += also.added or (also.origin,)
    portal = settings.profiles[name].portal
    if field == "official" and host_of(portal.url) in portal.official:
        added.append(entries["url"].origin)
    if field == "protect" and not (field in entries and entries[field].value):
        parts = [entries[part] for part in ("official", "also_official", "identity") if part in entries]
        added += [origin for part in parts for origin in (part.added or (part.origin,))]
    return tuple(dict.fromkeys(origin for origin in added if origin.layer not in (own.layer, Layer.BUILT_IN)))


def _portal_values(profile: Profile, entries: Mapping[str, Entry]) -> dict[str, object]:
    values: dict[str, object] = msgspec.structs.asdict(profile.portal)
    name, support = values.pop("profile"), msgspec.structs.asdict(profile.portal.support)
    del values["support"]
    values |= {f"support.{field}": value for field, value in support.items()}
    if added := entries.get(f"portals.{name}.also_official"):
        values["also_official"] = added.value
    return values


def paths(*, config: Path | None = None, given_profiles: Path | None = None) -> tuple[PathRow, ...]:
    """Where settings are read from on this computer, lowest layer first."""
    places = _places(Layer.SYSTEM, _system_file())
    if config is None:
        places += _places(Layer.USER, _user_file())
    else:
        places.append((Layer.USER, N_("settings"), config))
    if given_profiles is not None:
        places.append((Layer.USER, N_("profiles"), given_profiles))
    return tuple(PathRow(layer, kind, path, _exists(path)) for layer, kind, path in places)


def _places(layer: Layer, path: Path | None) -> list[tuple[Layer, str, Path | None]]:
    return [(layer, "profiles", path and path.parent / PROFILES_NAME), (layer, "settings", path)]


def _exists(path: Path | None) -> bool:
    return path is not None and read_bytes(path) not in (Trouble.MISSING, Trouble.HIDDEN)


class Checked(msgspec.Struct, frozen=True):
    """What there is to tell of a settings file: what cannot be used, and what a lock makes void."""

    errors: tuple[SettingsError, ...] = ()
    warnings: tuple[SettingsWarning | NotTheSystems, ...] = ()


def check_file(path: Path, *, system: bool | None = None) -> Checked:
    """All that is wrong with a settings file, or with a profile in a folder `portals.d`; of very much, the first.

    The file is judged together with the layers below it, and every CA file that is named is looked at.
    `system` says whether it is meant for the system; where it is None, its path tells.
    """
    problems = Problems(keep=True)
    warnings: tuple[SettingsWarning | NotTheSystems, ...] = ()
    with contextlib.suppress(SettingsError):
        warnings = _judge(path, Path(system_folder()), system, problems)
    return Checked(tuple(problems.errors), warnings)


def _judge(
    path: Path, place: Path, system: bool | None, problems: Problems
) -> tuple[SettingsWarning | NotTheSystems, ...]:
    is_profile = path.parent.name == PROFILES_NAME
    folder = path.parent.parent if is_profile else path.parent
    layer = Layer.SYSTEM if (folder.absolute() == place if system is None else system) else Layer.USER
    layers, ignored = [*_built_in()], list[NotTheSystems]()
    the_systems = _the_systems(ignored)
    if folder.absolute() == place:
        the_systems(path)
    with problems:
        if is_profile or layer is Layer.USER:
            layers += _files(Layer.SYSTEM, place / CONFIG_NAME, the_systems)
        else:
            # A file that is still elsewhere is judged as if it lay in its place, beside the profiles there.
            for where in dict.fromkeys((place, folder.absolute())):
                may_decide = the_systems if where == place else anybody
                layers += read_profiles(layer, where / PROFILES_NAME, may_decide=may_decide)
    with problems:
        if is_profile:
            layers.append(read_profile(layer, path, problems))
        else:
            layers.append(read_config(file_origin(layer, path), path, required=True, problems=problems))
    settings = merge(layers, problems)
    for name in settings.profiles:
        with problems:
            settings.portal(name)
    return (*dict.fromkeys(ignored), *settings.warnings)


class UnreadVariable(msgspec.Struct, frozen=True):
    """A variable that looks like one of the program's and that nobody reads; `suggestion` may be empty."""

    name: str
    suggestion: str

    def __str__(self) -> str:
        return _("{name}: nobody reads this variable").format(name=self.name) + hint(self.suggestion)


def unread_variables(environ: Mapping[str, str], options: Iterable[str] = ()) -> tuple[UnreadVariable, ...]:
    """The variables `PORTALCHECK_...` that nobody reads, by name.

    `options` are the variables that the command line reads besides those of the settings.
    """
    known = {name.removeprefix(PREFIX): name for name in sorted({*VARIABLES, *options})}
    unread = sorted(name for name in environ if name.startswith(PREFIX) and name not in known.values())
    meant = (known.get(closest(name.removeprefix(PREFIX), known, _LIKE), "") for name in unread)
    return tuple(map(UnreadVariable, unread, meant))


def config_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a settings file."""
    return msgspec.json.schema(ConfigFile)
