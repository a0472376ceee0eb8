"""The Firefox that a profile was last used with."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from portalcheck.machine.browsers.places import placed
from portalcheck.machine.browsers.reading import read_ini
from portalcheck.machine.environment import Environment

_MAX_INI = 256 * 1024
_VERSION = re.compile(r"\d{1,4}(?:\.\d{1,6}){0,3}", re.ASCII)
_NAME = re.compile(r"[\w-]+( [\w-]+)*", re.ASCII)
_LAST = re.compile(rf"({_VERSION.pattern})[0-9a-z]*_(\d+)/", re.ASCII)


class Installation(msgspec.Struct, frozen=True):
    """An installed program: `folder` is None if unknown, `built` the build's date in seconds since the epoch.

    `name` is what it calls itself, as in `Firefox` or `LibreWolf`; empty if unknown.
    """

    version: str = ""
    built: float | None = None
    folder: Path | None = None
    name: str = ""


def installation(profile: Path, environment: Environment) -> Installation:
    """What the profile's `compatibility.ini` says, and before it the program's own `application.ini`."""
    last = read_ini(profile / "compatibility.ini", _MAX_INI).get("Compatibility", {})
    folder = placed(None, last.get("LastPlatformDir", ""), environment)
    app = {} if folder is None else read_ini(folder / "application.ini", _MAX_INI).get("App", {})
    name = app.get("Name", "") if _NAME.fullmatch(app.get("Name", "")) else ""
    if _VERSION.fullmatch(app.get("Version", "")):
        return Installation(app["Version"], _built(app.get("BuildID", "")), folder, name)
    match = _LAST.match(last.get("LastVersion", ""))
    if match is None:
        return Installation(folder=folder, name=name)
    return Installation(match[1], _built(match[2]), folder, name)


def _built(build: str) -> float | None:
    """The time in a build's number, which is written YYYYMMDDhhmmss."""
    try:
        return datetime.strptime(build, "%Y%m%d%H%M%S").replace(tzinfo=UTC).timestamp()
    except (ValueError, OverflowError):
        return None
