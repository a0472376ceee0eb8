"""Which files of browsers a check reads on a system, by the tables `files.toml` and `locations.toml`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import msgspec

from portalcheck.facts import ANOTHER, BrowserFiles
from portalcheck.machine.browsers import unlisted
from portalcheck.machine.browsers.places import Browser, browsers, data, typed

_WRITTEN = {
    "home": "~",
    "config": "~/.config",
    "chrome": "~/.config",
    "data": "~/.local/share",
    "support": "~/Library/Application Support",
    "local": "%LOCALAPPDATA%",
    "roaming": "%APPDATA%",
    "CHROME_USER_DATA_DIR": "$CHROME_USER_DATA_DIR",
}
_DEFAULT = {
    "linux": (
        "~/.config/kdeglobals",
        "~/.config/*mimeapps.list",
        "/etc/xdg/*mimeapps.list",
        "~/.local/share/applications/*mimeapps.list",
        "/usr/local/share/applications/*mimeapps.list",
        "/usr/share/applications/*mimeapps.list",
    ),
    "macos": ("~/Library/Preferences/com.apple.LaunchServices/com.apple.launchservices.secure.plist",),
    "windows": (
        r"HKCU\Software\Microsoft\Windows\Shell\Associations\UrlAssociations\https\UserChoiceLatest\ProgId",
        r"HKCU\Software\Microsoft\Windows\Shell\Associations\UrlAssociations\https\UserChoice",
        r"HKCU\Software\Classes\[app]\Application",
    ),
}
"""Where each system keeps which browser is the default."""
_OF_FIREFOX = ("policies/policies.json", "defaults/pref/*.js")


class Files(msgspec.Struct, frozen=True, kw_only=True):
    """What is read of some browsers: names of files, and `folders` as a person would write them.

    `beside` lie in one of the folders, `profile` in each profile there, `program` where the browser is installed;
    `elsewhere` are whole paths, and keys of the registry.
    """

    browsers: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    profile: tuple[str, ...] = ()
    program: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()


class _Read(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    folder: tuple[str, ...] = ()
    profile: tuple[str, ...] = ()
    program: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()


class _Family(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    cookies: _Read = _Read()
    settings: _Read = _Read()


@cache
def _families() -> tuple[_Family, ...]:
    return typed(data("files.toml")["family"], tuple[_Family, ...])


def read(what: BrowserFiles, os: str) -> tuple[Files, ...]:
    """What is read of browsers' cookies, or of their settings, on a system (linux, macos, windows)."""
    found = []
    for family in _families():
        read: _Read = getattr(family, what.value)
        here = [one for one in browsers() if one.family == family.name and getattr(one, os)]
        if here and read != _Read():
            folders = [place for one in here for place in getattr(one, os)]
            # Whether cookies of a session come back is a policy of Chromium's.
            asked = what is BrowserFiles.SETTINGS or family.name == "chromium"
            policies = _policies(here, os) if asked else ()
            listed = _files(read, folders, *(one.name for one in here))
            found.append(msgspec.structs.replace(listed, elsewhere=(*read.elsewhere, *policies)))
            if others := unlisted.folders(family.name, os):
                found.append(_files(read, others, ANOTHER))
    return (*found, Files(elsewhere=_DEFAULT[os]))


def _files(read: _Read, folders: Iterable[str], *names: str) -> Files:
    written = tuple(map(_as_written, folders))
    return Files(
        browsers=names, folders=written, beside=read.folder, profile=read.profile, program=read.program
    )


def _as_written(template: str) -> str:
    name, _, rest = template.removeprefix("{").partition("}")
    return _WRITTEN[name] + rest


def _policies(here: list[Browser], os: str) -> tuple[str, ...]:
    places = [place for one in here for place in getattr(one.policies, os)]
    if os == "windows":
        return tuple(rf"{hive}\{key}" for key in places for hive in ("HKLM", "HKCU"))
    if os == "macos":
        shared = "/Library/Managed Preferences"
        folders = (shared, f"{shared}/[you]", "/Library/Preferences", "~/Library/Preferences")
        return tuple(f"{folder}/{name}.plist" for name in places for folder in folders)
    if here[0].family == "firefox":
        return tuple(f"{place}/{name}" for place in places for name in _OF_FIREFOX)
    return tuple(f"{place}/{kind}/*" for place in places for kind in ("managed", "recommended"))
