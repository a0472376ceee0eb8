"""`portalcheck checks` tells every file that is read of browsers: nothing else is opened, on any system."""

from __future__ import annotations

import fnmatch
import os
import plistlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from portalcheck.facts import ANOTHER, BrowserFiles
from portalcheck.machine import browsers
from portalcheck.machine.browsers.files import Files, read
from portalcheck.machine.browsers.places import browsers as table
from tests.machine.browsers.world import Cookie, World, binarycookies, chromium_db, firefox_db

COOKIES = [Cookie()]
_watching: list[list[str]] = []


def _hook(event: str, arguments: Any) -> None:
    if event in ("open", "os.readlink") and _watching and isinstance(arguments[0], (str, bytes, Path)):
        _watching[-1].append(Path(os.fsdecode(arguments[0])).as_posix())


@contextmanager
def opened_below(folder: Path) -> Iterator[list[str]]:
    """The files below a folder that are opened or read as links meanwhile."""
    if not hasattr(_hook, "added"):
        sys.addaudithook(_hook)  # there is no way to take one away again; `_watching` switches it off
        setattr(_hook, "added", True)  # noqa: B010 - mypy knows no attributes of functions
    seen: list[str] = []
    found: list[str] = []
    _watching.append(seen)
    try:
        yield found
    finally:
        _watching.pop()
        found += [path for path in seen if path.startswith(folder.as_posix())]


def linux(folder: Path) -> World:
    world = World(folder)
    for place in (world.chromium, world.home / "snap/chromium/common/chromium"):
        chromium_db(place / "Default" / "Cookies", COOKIES)
        extension = {"extensions": {"settings": {"a" * 32: {"path": f"{'a' * 32}/1.0_0", "location": 1}}}}
        world.write(place / "Default" / "Preferences", extension)
        manifest = {"name": "__MSG_n__", "default_locale": "en", "permissions": ["privacy"]}
        inside = place / "Default" / "Extensions" / ("a" * 32) / "1.0_0"
        world.write(inside / "manifest.json", manifest)
        world.write(inside / "_locales/en/messages.json", {"n": {"message": "Ad block"}})
        world.write(place / "Default" / "Secure Preferences", {})
        world.write(place / "Default" / "History", b"not ours")
        world.write(place / "Default" / "Login Data", b"not ours")
        world.write(place / "Last Version", "156.0.1.1")
        world.write(place / "Local State", {})
    profile = world.firefox / "x.default"
    firefox_db(profile / "cookies.sqlite", COOKIES, wal=True)
    for name in (
        "prefs.js",
        "user.js",
        "extensions.json",
        "permissions.sqlite",
        ".parentlock",
        "logins.json",
    ):
        world.write(profile / name, "")
    world.write(profile / "sessionstore-backups/recovery.jsonlz4", b"not ours")
    world.write(
        profile / "compatibility.ini",
        "[Compatibility]\nLastVersion=153.7.0_20261103151912/1\nLastPlatformDir=/usr/lib/firefox-esr\n",
    )
    world.write(world.firefox / "profiles.ini", "[Profile0]\nPath=x.default\n")
    world.write(world.root / "usr/lib/firefox-esr/application.ini", "[App]\n")
    world.write(world.root / "usr/lib/firefox-esr/distribution/policies.json", {"policies": {}})
    program = world.root / "usr/lib/firefox-esr"
    world.write(program / "defaults/pref/a.js", 'pref("general.config.filename", "lab.cfg");')
    world.write(program / "lab.cfg", "")
    for folder in (
        program / "browser/defaults/preferences",
        program / "browser/defaults/syspref",
        world.root / "etc/firefox/defaults/pref",
    ):
        world.write(folder / "b.js", "")
    world.write(world.root / "etc/chromium/policies/managed/x.json", {})
    world.write(world.home / ".config/mimeapps.list", "")
    world.write(world.home / ".config/kdeglobals", "")
    firefox_db(world.home / ".zen/x/cookies.sqlite", COOKIES)
    world.write(world.home / ".zen/x/prefs.js", "")
    world.write(world.home / ".moonchild productions/pale moon/profiles.ini", "[Profile0]\nPath=y\n")
    world.write(world.home / ".moonchild productions/pale moon/y/prefs.js", "")
    thorium = world.home / ".config/thorium"
    chromium_db(thorium / "Default/Cookies", COOKIES)
    for name in ("Last Version", "Local State", "Default/Preferences"):
        world.write(thorium / name, "{}")
    firefox_db(world.home / ".local/share/epiphany/cookies.sqlite", COOKIES, 0)
    return world


def macos(folder: Path) -> World:
    world = World(folder, "macos")
    library = world.home / "Library"
    chromium_db(library / "Application Support/Google/Chrome/Default/Cookies", COOKIES)
    firefox = library / "Application Support/Firefox/Profiles/x"
    firefox_db(firefox / "cookies.sqlite", COOKIES)
    resources = "Applications/Firefox.app/Contents/Resources"
    world.write(firefox / "compatibility.ini", f"[Compatibility]\nLastPlatformDir=/{resources}\n")
    world.write(world.root / resources / "distribution/policies.json", {})
    world.write(world.root / "Applications/Firefox.app/Contents/Info.plist", plistlib.dumps({}))
    world.write(world.root / "Library/Preferences/org.mozilla.firefox.plist", plistlib.dumps({}))
    container = library / "Containers/com.apple.Safari/Data/Library"
    world.write(container / "Cookies/Cookies.binarycookies", binarycookies(COOKIES))
    for path in (
        container / "Preferences/com.apple.Safari.plist",
        world.root / "Library/Managed Preferences/com.google.Chrome.plist",
        library / "Preferences/com.google.Chrome.plist",
        library / "Preferences/com.apple.LaunchServices/com.apple.launchservices.secure.plist",
        world.root / "Applications/Safari.app/Contents/Info.plist",
    ):
        world.write(path, plistlib.dumps({}))
    return world


def windows(folder: Path) -> World:
    world = World(folder, "windows")
    chromium_db(world.home / "AppData/Local/Google/Chrome/User Data/Default/Network/Cookies", COOKIES)
    world.write(world.home / "AppData/Local/Google/Chrome/User Data/lockfile", b"")
    world.write(world.home / "AppData/Local/Google/Chrome/User Data/Default/Preferences", {})
    world.write(world.home / "AppData/Roaming/Mozilla/Firefox/Profiles/x/prefs.js", "")
    firefox_db(world.home / "AppData/Roaming/Mozilla/Firefox/Profiles/x/cookies.sqlite", COOKIES)
    world.write(world.home / "AppData/Roaming/Mozilla/Firefox/Profiles/x/parent.lock", b"")
    return world


def _is_told(path: str, world: World, told: tuple[Files, ...]) -> bool:
    """Whether an opened path is one of those told, which are written as a person would."""
    below_home, below_root = (_below(path, folder) for folder in (world.home, world.root))
    written = f"~/{below_home}" if below_home else f"/{below_root}"
    for variable, folder in (("%LOCALAPPDATA%", "~/AppData/Local"), ("%APPDATA%", "~/AppData/Roaming")):
        written = written.replace(folder, variable)
    for files in told:
        whole = [each.replace("[you]", world.home.name) for each in files.elsewhere]
        if any(fnmatch.fnmatchcase(written, each) for each in whole):
            return True
        if any(fnmatch.fnmatchcase(written, "*/" + name) for name in files.program) and below_root:
            return True
        for folder in files.folders:
            depth = folder.count("/") + 1
            names = written.split("/")
            above, inside = "/".join(names[:depth]), "/".join(names[depth:])
            if fnmatch.fnmatchcase(above, folder) and _fits(inside, files):
                return True
    return False


def _fits(inside: str, files: Files) -> bool:
    profile = [pattern for name in files.profile for pattern in (name, "*/" + name)]
    return inside in files.beside or any(fnmatch.fnmatchcase(inside, pattern) for pattern in profile)


def _below(path: str, folder: Path) -> str:
    above = f"{folder.as_posix()}/"
    return path.removeprefix(above) if path.startswith(above) else ""


@pytest.mark.parametrize("make", [linux, macos, windows])
@pytest.mark.parametrize("what", BrowserFiles)
def test_nothing_is_opened_that_is_not_told(
    make: Callable[[Path], World], what: BrowserFiles, tmp_path: Path
) -> None:
    world = make(tmp_path)
    with opened_below(tmp_path) as opened:
        browsers.installed(world.environment)
        stores = world.stores() if what is BrowserFiles.COOKIES else world.profiles()
    assert len(stores) >= 2
    assert len(opened) >= 2
    told = read(what, world.os)
    assert [path for path in opened if not _is_told(path, world, told)] == []


@pytest.mark.parametrize("os", ["linux", "macos", "windows"])
def test_every_browser_and_every_folder_of_the_table_is_told(os: str) -> None:
    told = read(BrowserFiles.COOKIES, os)
    named = {name for files in told for name in files.browsers}
    assert named == {*(one.name for one in table() if getattr(one, os)), ANOTHER}
    listed = [files for files in told if ANOTHER not in files.browsers]
    assert sum(len(files.folders) for files in listed) == sum(len(getattr(one, os)) for one in table())
    assert not any("{" in folder for files in told for folder in files.folders)
