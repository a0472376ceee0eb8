"""Where settings come from: files, folders of profiles, variables and flags, each read as a layer."""

from __future__ import annotations

import codecs
import contextlib
import os
import re
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import Any, get_origin

import msgspec

from portalcheck.places import shown
from portalcheck.settings.model import ConfigFile, PortalTable, ProfileName, ProfilesFile
from portalcheck.settings.origin import BUILT_IN, Entry, Layer, Origin, Problems, SettingsError
from portalcheck.settings.reader import Reader, annotation_at, bare, closest, either, quoted
from portalcheck.words.interface import N_, _

MAX_BYTES = 1024 * 1024
MAX_PROFILES = 100
APP = "portalcheck"
PREFIX = "PORTALCHECK_"
_MAX_TOML_WORDS = 120
_MAX_KEY_PARTS = 128
_PART_TEXT = r"""(?:[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')"""
_PART = re.compile(_PART_TEXT)
_DOTTED = re.compile(rf"{_PART_TEXT}(?:[ \t]*+\.[ \t]*+{_PART_TEXT})*+")
_SWITCHES = {
    **dict.fromkeys(("true", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "0", "no", "off"), False),
}

OPTIONS: Mapping[str, str] = {
    "portal": "portal",
    "timeout": "run.timeout",
    "lang": "run.lang",
    "fail_on": "run.fail_on",
    "jitter": "run.jitter",
    "log_file": "run.log_file",
    "log_max_bytes": "run.log_max_bytes",
    "only": "checks.only",
    "skip": "checks.skip",
    "guide_enabled": "guide.enabled",
    "history_keep": "history.keep",
    **{
        f"network_{key}": f"network.{key}"
        for key in ("contact", "canaries", "captive", "resolvers", "share_portal_name")
    },
}
"""Option names, as flags and (in capitals, after `PORTALCHECK_`) as variables, and the keys that they set."""


VARIABLES: Mapping[str, str] = {f"{PREFIX}{option.upper()}": key for option, key in OPTIONS.items()}
"""The variables that settings are read from, and the keys that they set."""


class Values(msgspec.Struct, frozen=True):
    """One layer, read: the keys that it sets (dotted; a list is one value) and those that it locks."""

    entries: Mapping[str, Entry]
    locked: tuple[str, ...] = ()
    origin: Origin = BUILT_IN


class Trouble(StrEnum):
    """Why a file could not be read."""

    MISSING = N_("no such file")
    HIDDEN = N_("permission denied, even to look for it")
    DENIED = N_("permission denied")
    FOLDER = N_("is a folder")
    SPECIAL = N_("is not a regular file")
    TOO_LARGE = N_("is larger than 1 MiB")
    UNREADABLE = N_("cannot be read")


# ---- places ------------------------------------------------------------------------------------


def system_folder(platform: str = sys.platform) -> PurePath:
    """The folder of the system's settings, as the system itself has it: no variable leads away from locks."""
    if platform == "win32":
        from portalcheck.machine.known_folders import program_data, windows_folder
        from portalcheck.machine.registry import this_registry

        return PureWindowsPath(program_data(this_registry(), windows_folder())) / APP
    if platform == "darwin":
        return PurePosixPath("/Library/Application Support") / APP
    return PurePosixPath("/etc") / APP


def user_folder() -> Path | None:
    """The folder of the user's settings, None for a user without a home."""
    import platformdirs

    try:
        folder = platformdirs.user_config_path(APP, appauthor=False)
    except (OSError, RuntimeError, LookupError, ValueError):
        return None
    return folder if folder.is_absolute() else None


def file_origin(layer: Layer, path: Path) -> Origin:
    """The origin of what a file sets. A path in the home folder is told without the account's name."""
    text = shown(path)
    return Origin(layer, path, text if text.isprintable() else quoted(text))


# ---- files -------------------------------------------------------------------------------------


MayDecide = Callable[[Path], bool]
"""Whether a file counts, by whose it is."""


def anybody(path: Path) -> bool:
    """Every file counts."""
    del path
    return True


def read_bytes(path: Path) -> bytes | Trouble:
    """A small regular file, or why it cannot be read."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return Trouble.MISSING
    except PermissionError:
        return Trouble.HIDDEN
    except (OSError, ValueError):
        return Trouble.UNREADABLE
    if not stat.S_ISREG(mode):
        return Trouble.FOLDER if stat.S_ISDIR(mode) else Trouble.SPECIAL
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except PermissionError:
        return Trouble.DENIED
    except OSError:
        return Trouble.UNREADABLE
    return data if len(data) <= MAX_BYTES else Trouble.TOO_LARGE


def read_toml(data: bytes, origin: Origin) -> dict[str, Any]:
    """TOML in UTF-8, with or without a byte order mark, or in UTF-16 with one, as Windows' shells write it.

    Raises SettingsError.
    """
    import tomli

    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = _("is not UTF-8 (line {line})").format(line=line)
        raise SettingsError(origin, "", problem, _("TOML in UTF-8")) from None
    if _has_endless_key(text):
        raise SettingsError(origin, "", _("has a key of too many parts"), "TOML 1.0")
    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        problem = _("is not TOML: {what} (line {line}, column {column})").format(
            what=_(error.msg[:_MAX_TOML_WORDS]), line=error.lineno, column=error.colno
        )
        raise SettingsError(origin, "", problem, "TOML 1.0") from None
    except (ValueError, RecursionError):
        problem = _("has a number that is too large, or is nested too deeply")
        raise SettingsError(origin, "", problem, "TOML 1.0") from None


def _has_endless_key(text: str) -> bool:
    """Whether a key has very many parts: the time that tomli takes grows with their square, to minutes.

    No host name has so many either (RFC 1035: 127 labels at most), so dots within values do not matter.
    """
    suspects = (match[0] for match in _DOTTED.finditer(text) if match[0].count(".") > _MAX_KEY_PARTS)
    return any(len(_PART.findall(suspect)) > _MAX_KEY_PARTS for suspect in suspects)


def read_config(
    origin: Origin, path: Path, *, required: bool = False, problems: Problems | None = None
) -> Values:
    """A settings file; empty where there is none and none is required. Raises SettingsError."""
    data = read_bytes(path)
    if data is Trouble.MISSING and not required:
        return Values({}, (), origin)
    if data is Trouble.HIDDEN and not required and origin.layer is Layer.USER:
        return Values({}, (), origin)  # a service account may have the home of another
    if isinstance(data, Trouble):
        raise SettingsError(origin, "", _(data), _("a settings file in TOML"))
    problems = problems or Problems()
    leaves = dict(Reader(origin, problems).table(ConfigFile, read_toml(data, origin)))
    locked = leaves.pop("locked", ())
    if locked and origin.layer is not Layer.SYSTEM:
        locked, expected = (), _("locked keys in the system's file only")
        with problems:
            raise SettingsError(origin, "locked", _("is not for this file"), expected)
    return Values({key: Entry(value, origin) for key, value in leaves.items()}, locked, origin)


def read_profile(layer: Layer, path: Path, problems: Problems | None = None) -> Values:
    """A file that is one profile, named as the file is, or has several in tables `[portals.NAME]`.

    Raises SettingsError.
    """
    within = f"portals.{path.stem}"
    origin = file_origin(layer, path)
    data = read_bytes(path)
    if isinstance(data, Trouble):
        raise SettingsError(origin, "", _(data), _("a profile in TOML"))
    document = read_toml(data, origin)
    if "portals" in document:
        leaves = dict(Reader(origin, problems).table(ProfilesFile, document))
    else:
        origin = msgspec.structs.replace(origin, within=within)
        reader = Reader(origin, problems)
        reader.leaf(ProfileName, path.stem, "")
        leaves = dict(reader.table(PortalTable, document, within))
    return Values({key: Entry(value, origin) for key, value in leaves.items()}, (), origin)


def read_profiles(
    layer: Layer, folder: Path, *, given: bool = False, may_decide: MayDecide = anybody
) -> Iterator[Values]:
    """The profiles of a folder, by name; nothing where there is no folder. Raises SettingsError."""
    try:
        names = sorted(entry.name for entry in os.scandir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return
    except (OSError, ValueError):
        if layer is Layer.USER and not given:
            return
        raise SettingsError(
            file_origin(layer, folder), "", _("cannot be listed"), _("a folder of profiles")
        ) from None
    files = [
        name
        for name in names
        if name.endswith(".toml") and not name.startswith(".") and may_decide(folder / name)
    ]
    if len(files) > MAX_PROFILES:
        origin = file_origin(layer, folder)
        problem = _("has {number} profiles").format(number=len(files))
        raise SettingsError(origin, "", problem, _("at most {number}").format(number=MAX_PROFILES))
    for name in files:
        yield read_profile(layer, folder / name)


# ---- variables and flags -----------------------------------------------------------------------


def read_environment(environ: Mapping[str, str]) -> Values:
    """The variables that set something; an empty one sets nothing. Raises SettingsError."""
    entries = {}
    for name, text in environ.items():
        origin = Origin(Layer.ENVIRONMENT, None, name)
        if name in VARIABLES and text:
            entries[VARIABLES[name]] = Entry(_value(VARIABLES[name], text, origin), origin)
        elif name.startswith(f"{PREFIX}NETWORK_") and name not in VARIABLES:
            # Left unnoticed, a slip in such a name would have hosts contacted that the person forbade.
            networks = [other for other in VARIABLES if other.startswith(f"{PREFIX}NETWORK_")]
            raise SettingsError(
                origin, "", _("unknown setting"), either(networks), suggestion=closest(name, networks)
            )
    return Values(entries)


def read_flags(flags: Mapping[str, object]) -> Values:
    """The flags that were given, by option name; None stands for one that was not. Raises SettingsError."""
    entries = {}
    for option, value in flags.items():
        if value is None:
            continue
        key, origin = OPTIONS[option], Origin(Layer.FLAG, None, f"--{option.replace('_', '-')}")
        entries[key] = Entry(
            _value(key, ",".join(value) if isinstance(value, list | tuple) else value, origin), origin
        )
    return Values(entries)


def _value(key: str, value: object, origin: Origin) -> object:
    """A checked value, also from its text: lists have commas, switches are true, yes, on, 1 or false, no, off, 0."""
    annotation = annotation_at(ConfigFile, key)
    if isinstance(value, str):
        if any("\ud800" <= letter <= "\udfff" for letter in value):  # how Python holds bytes that are no text
            raise SettingsError(origin, key, _("is not UTF-8 text"), "UTF-8")
        base, text = bare(annotation)[0], value.strip()
        value = text
        if base is bool:
            value = _SWITCHES.get(text.lower(), text)
        elif base in (float, int):
            with contextlib.suppress(msgspec.ValidationError):
                value = msgspec.convert(text, base, strict=False)
        elif get_origin(base) is tuple:
            value = [part.strip() for part in text.split(",") if part.strip()]
    return Reader(origin).leaf(annotation, value, key)
