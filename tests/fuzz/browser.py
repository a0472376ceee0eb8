"""What browsers keep on disk: cookie databases, settings, profiles, policies, Safari's binary cookies."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from functools import cache
from pathlib import Path

from portalcheck.facts import ANOTHER, BrowserProfile, CookieStore, Unreadable
from portalcheck.machine import browsers
from portalcheck.machine.browsers import (
    autoconfig,
    binarycookies,
    chromium_json,
    default,
    firefox,
    prefs_js,
    safari,
)
from portalcheck.machine.browsers.extensions import public_names
from portalcheck.machine.browsers.matching import Page, Totals, page_of
from portalcheck.machine.browsers.places import Place, places
from portalcheck.machine.browsers.profile import Question
from portalcheck.machine.proxies import windows
from tests.fuzz.target import parts_of, target, text_of
from tests.machine.browsers.world import HOSTS, NOW, URL, World

_WHY = frozenset(Unreadable) - {Unreadable.ABSENT}
_NAMES = frozenset({"", ANOTHER, *(name for _, name in default._WORDS)})
_SCOPES = frozenset({"all", "third-party", "site"})


@cache
def world(purpose: str, os: str = "linux") -> World:
    """A home that all inputs of one target are put into, one after the other."""
    folder = Path(tempfile.mkdtemp(prefix="portalcheck-fuzz-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return World(folder, os)


@cache
def page() -> Page:
    """The sign-in page."""
    found = page_of(URL)
    assert found is not None
    return found


# ---- cookies -------------------------------------------------------------------------------------


def _sound(store: CookieStore) -> None:
    if store.unreadable is not None:
        assert store.unreadable in _WHY
        return
    numbers = (
        store.count,
        store.expired,
        store.sent,
        store.duplicates,
        store.header_bytes,
        store.partitioned,
    )
    assert all(isinstance(number, int) and number >= 0 for number in numbers)
    assert store.sent + store.partitioned <= store.count
    assert store.duplicates <= store.sent
    assert store.on_site <= store.count


def _stored(home: World, files: dict[Path, bytes]) -> None:
    for path, content in files.items():
        home.write(path, content)
    (store,) = browsers.cookie_stores(home.environment, URL, HOSTS, NOW)
    for path, content in files.items():
        assert path.read_bytes() == content
        path.unlink()
    _sound(store)


@target("browser", longest=64 * 1024)
def cookies_of_chromium(data: bytes) -> None:
    """A database gives numbers that agree with each other, or a reason; it is left as it was."""
    main, log = parts_of(data, 2)
    home = world("chromium")
    folder = home.chromium / "Default"
    _stored(home, {folder / "Cookies": main, **({folder / "Cookies-wal": log} if log else {})})


@target("browser", longest=64 * 1024)
def cookies_of_firefox(data: bytes) -> None:
    """As for Chromium."""
    main, log = parts_of(data, 2)
    home = world("firefox")
    folder = home.firefox / "x.default"
    _stored(home, {folder / "cookies.sqlite": main, **({folder / "cookies.sqlite-wal": log} if log else {})})
    shutil.rmtree(folder)


@target("browser", longest=16 * 1024)
def cookies_of_safari(data: bytes) -> None:
    """A file gives whole records whose texts stand in it, or is damaged."""
    jar = binarycookies.parse(data)
    if isinstance(jar, Unreadable):
        assert jar is Unreadable.DAMAGED
        return
    assert sum(len(record.name) + record.value_bytes for record in jar.records) <= len(data)
    assert all(record.name in data for record in jar.records)
    question = Question(world("safari").environment, page(), HOSTS, NOW)
    counted = safari._count(jar, question)
    if isinstance(counted, Totals):
        assert counted.count + counted.expired <= len(jar.records)
        assert counted.duplicates <= counted.sent <= counted.count


# ---- settings ------------------------------------------------------------------------------------


def _told(profile: BrowserProfile) -> None:
    assert profile.unreadable in (*_WHY, None)
    assert {block.scope for block in profile.blocks} <= _SCOPES
    assert {block.by for block in profile.blocks} <= {"setting", "policy"}
    assert set(profile.extensions) <= public_names()


@target("browser")
def settings_of_chromium(data: bytes) -> None:
    """Preferences, their secured twin and policies: anything gives known words and short names."""
    plain, secure, policy, state = parts_of(data, 4)
    home = world("chromium settings")
    folder = home.chromium / "Default"
    home.write(folder / "Preferences", plain)
    home.write(folder / "Secure Preferences", secure)
    home.write(home.root / "etc/chromium/policies/managed/a.json", policy)
    home.write(home.chromium / "Local State", state)
    home.write(home.chromium / "Last Version", state[:64])
    _told(home.profile())
    for browser in browsers.installed(home.environment, NOW):
        assert browser.supported in ("true", "false", "unknown")
    shutil.rmtree(home.chromium)


@target("browser")
def settings_of_firefox(data: bytes) -> None:
    """prefs.js, extensions and policies: anything gives known words and short names."""
    prefs, addons, policy, compatibility = parts_of(data, 4)
    home = world("firefox settings")
    folder = home.firefox / "x.default"
    home.write(folder / "prefs.js", prefs)
    home.write(folder / "extensions.json", addons)
    home.write(home.root / "etc/firefox/policies/policies.json", policy)
    home.write(folder / "compatibility.ini", compatibility)
    _told(home.profile())
    for browser in browsers.installed(home.environment, NOW):
        assert browser.supported in ("true", "false", "unknown")
    shutil.rmtree(folder)


@target("browser", longest=16 * 1024)
def permissions_of_firefox(data: bytes) -> None:
    """A database of exceptions: a known permission or none."""
    home = world("permissions")
    folder = home.firefox / "x.default"
    home.write(folder / "prefs.js", b"")
    home.write(folder / "permissions.sqlite", data)
    _told(home.profile())
    shutil.rmtree(folder)


@target("browser")
def settings_of_safari(data: bytes) -> None:
    """Property lists, binary or XML: anything gives known words."""
    home = world("safari settings", "macos")
    container = home.home / "Library/Containers/com.apple.Safari/Data/Library"
    home.write(container / "Cookies/Cookies.binarycookies", b"")
    home.write(container / "Preferences/com.apple.Safari.plist", data)
    home.write(home.root / "Library/Managed Preferences/com.apple.Safari.plist", data)
    home.write(home.root / "Applications/Safari.app/Contents/Info.plist", data)
    for profile in home.profiles():
        _told(profile)
    browsers.installed(home.environment, NOW)


def _written(name: str, value: prefs_js.Value) -> str:
    if isinstance(value, bool):
        return f"user_pref({_quoted(name)}, {str(value).lower()});\n"
    return f"user_pref({_quoted(name)}, {_quoted(value) if isinstance(value, str) else value});\n"


def _quoted(text: str) -> str:
    return '"' + "".join(f"\\u{ord(c):04x}" if c in '"\\\n\r' else c for c in text) + '"'


@target("browser", longest=16 * 1024)
def prefs(data: bytes) -> None:
    """What was read of a prefs.js reads the same when it is written anew, each preference on a line."""
    found = prefs_js.parse(data.decode("utf-8-sig", "replace"))
    assert prefs_js.parse("".join(_written(name, value) for name, value in found.items())) == found


@target("browser")
def profiles_ini(data: bytes) -> None:
    """Profiles lie below the folder of Firefox or at an absolute path, and never on another computer."""
    home = world("profiles")
    ini = home.firefox / "profiles.ini"
    home.write(home.firefox / "known/prefs.js", b"")
    home.write(home.root / "elsewhere/prefs.js", b"")
    home.write(ini, data)
    (place,) = (each for each in places(home.environment) if each.browser.family == "firefox")
    assert isinstance(place, Place)
    found = firefox.profile_folders(place, home.environment)
    assert not isinstance(found, Unreadable)
    assert len(found) == len(set(found))
    for folder in found:
        assert ".." not in folder.parts
        assert folder.is_relative_to(home.firefox) or folder.is_relative_to(home.root)


@target("browser")
def default_browser(data: bytes) -> None:
    """What opens a link by the lists of the desktop is a browser with a name that the contract knows, or none."""
    home, mac = world("associations"), world("associations of macos", "macos")
    home.write(home.home / ".config/mimeapps.list", data)
    handlers = mac.home / "Library/Preferences/com.apple.LaunchServices"
    mac.write(handlers / "com.apple.launchservices.secure.plist", data)
    for each in (home, mac):
        assert default.default_browser(each.environment) in _NAMES


@target("browser")
def policies_of_windows(data: bytes) -> None:
    """A binary of proxy settings from the registry: clean proxies without user names, or nothing."""
    blob = windows.parse(data)
    if blob is None:
        return
    rules = windows.rules(blob)
    for proxy in rules.proxies.values():
        assert "@" not in proxy
        assert proxy.isascii()
    assert rules.choose(URL)[0] in (*rules.proxies.values(), "")
    windows.servers(text_of(data))


@target("browser")
def policies_of_chromium(data: bytes) -> None:
    """A file of policies is what plain JSON of it would be, or nothing; comments and commas too many change nothing."""
    text = data.decode("utf-8", "replace")
    value = chromium_json.parse(text)
    if value is not None:
        assert chromium_json.parse(json.dumps(value)) == value
        assert chromium_json.parse(f"/* a */{text}// b") == value
    try:
        plain = json.loads(text)
        json.dumps(plain, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        return
    assert value is None or value == plain


@target("browser")
def autoconfig_of_firefox(data: bytes) -> None:
    """A script's calls are those of the few verbs that set preferences, whatever else stands there."""
    for shift in (0, 13):
        for call in autoconfig.calls(data, shift):
            assert call.verb in ("", "pref", "defaultPref", "lockPref", "unlockPref", "clearPref")
            assert isinstance(call.name, str)
