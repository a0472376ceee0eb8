"""Which browsers are installed, in which version, if they are still supported, and which is the default."""

from __future__ import annotations

import datetime
import os
import plistlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.facts import InstalledBrowser
from portalcheck.machine import browsers
from portalcheck.machine.browsers.places import data
from portalcheck.machine.browsers.versions import supported
from tests.machine.browsers.world import NOW, World

DAY = 86_400.0
MADE = datetime.datetime(2026, 11, 23, tzinfo=datetime.UTC).timestamp()


def only(world: World, now: float = MADE) -> InstalledBrowser:
    (found,) = browsers.installed(world.environment, now)
    return found


def chromium(world: World, version: str = "156.0.8078.79", built: float | None = None) -> None:
    world.write(world.chromium / "Default" / "Preferences", {})
    world.write(world.chromium / "Last Version", version)
    if built is not None:
        stability = {"stability": {"stats_buildtime": str(int(built))}}
        world.write(world.chromium / "Local State", {"user_experience_metrics": stability})


def firefox(world: World, last: str, extra: str = "") -> None:
    world.write(world.firefox / "p" / "prefs.js", "")
    world.write(world.firefox / "p" / "compatibility.ini", f"[Compatibility]\nLastVersion={last}\n{extra}")


@pytest.mark.parametrize(
    ("days", "verdict"),
    [(10, "true"), (90, "true"), (91, "false"), (120, "false"), (400, "false"), (-5, "unknown")],
)
def test_the_age_of_a_build_decides(world: World, days: int, verdict: str) -> None:
    chromium(world, built=MADE - days * DAY)
    found = only(world)
    assert (found.browser, found.version, found.supported) == ("chromium", "156.0.8078.79", verdict)
    assert found.built == MADE - days * DAY


@pytest.mark.parametrize(
    ("browser", "version", "verdict"),
    [
        ("chromium", "90.0.4430.93", "false"),
        ("chrome", "149.0.1.1", "false"),
        ("chrome", "151.0.1.1", "unknown"),
        ("edge", "156.0.1.1", "true"),
        ("edge", "999", "true"),
        ("firefox", "115.20.0", "false"),
        ("firefox", "140.9.0", "unknown"),
        ("firefox", "156.0", "true"),
        ("safari", "16.6", "false"),
        ("safari", "18.6", "unknown"),
        ("safari", "26.1", "true"),
        ("opera", "125.0.1.1", "unknown"),
        ("brave", "1.85.1", "unknown"),
        ("epiphany", "", "unknown"),
        ("chrome", "x", "unknown"),
    ],
)
def test_without_a_build_date_the_version_decides(browser: str, version: str, verdict: str) -> None:
    assert supported(browser, version, None, MADE + DAY) == verdict


@pytest.mark.parametrize(
    ("days", "old", "new"),
    [
        (0, "false", "true"),
        (89, "false", "true"),
        (91, "false", "unknown"),
        (365, "false", "unknown"),
        (366, "unknown", "unknown"),
        (-30, "unknown", "unknown"),
    ],
)
def test_the_table_grows_old(days: int, old: str, new: str) -> None:
    now = MADE + days * DAY
    assert supported("chrome", "100.0", None, now) == old
    assert supported("chrome", "156.0", None, now) == new
    assert supported("chrome", "156.0", now - 5 * DAY, now) == ("true" if 0 <= days <= 365 else "unknown")


def test_the_table_is_dated() -> None:
    assert data("supported.toml")["as_of"] == datetime.date(2026, 11, 23)


def test_firefox_names_its_build(world: World) -> None:
    firefox(world, "153.7.0_20261103151912/20261103151912")
    found = only(world)
    assert (found.version, found.supported) == ("153.7.0", "true")
    assert found.built == datetime.datetime(2026, 11, 3, 15, 19, 12, tzinfo=datetime.UTC).timestamp()


def test_the_program_knows_better_than_the_profile(world: World) -> None:
    firefox(world, "140.1.0_20260101000000/20260101000000", "LastPlatformDir=/usr/lib/firefox-esr\n")
    world.write(
        world.root / "usr/lib/firefox-esr/application.ini",
        "[App]\nVersion=153.7.0\nBuildID=20261103151912\n"
        "SourceRepository=https://hg.mozilla.org/releases/mozilla-esr153\n[Gecko]\nMinVersion=1\n",
    )
    found = only(world)
    assert (found.version, found.supported) == ("153.7.0", "true")


def test_of_several_installations_the_newest_counts(world: World) -> None:
    chromium(world, "99.0.1.1")
    world.write(world.home / "snap/chromium/common/chromium/Default/Preferences", {})
    world.write(world.home / "snap/chromium/common/chromium/Last Version", "156.0.1.1\n")
    assert only(world).version == "156.0.1.1"


def test_the_registry_knows_versions_too(windows: World) -> None:
    windows.environ["LOCALAPPDATA"] = r"C:\Users\pat\AppData\Local"
    windows.write(windows.root / "Users/pat/AppData/Local/Google/Chrome/User Data/Default/Preferences", {})
    windows.registry = {r"HKCU\Software\Google\Chrome\BLBeacon": {"version": "156.0.8078.79"}}
    assert only(windows).version == "156.0.8078.79"


@pytest.mark.parametrize("text", ["", "abc", "1.2.3.4.5.6", "156\0", "9" * 5000, "156.0.1.1 beta", "١٥٦"])
def test_what_is_no_version_is_none(world: World, text: str) -> None:
    chromium(world, text)
    assert (only(world).version, only(world).supported) == ("", "unknown")


@pytest.mark.parametrize(
    "state",
    [
        "[]",
        "{",
        {"user_experience_metrics": []},
        {"user_experience_metrics": {"stability": {"stats_buildtime": 17}}},
    ],
)
def test_a_broken_state_has_no_build_date(world: World, state: object) -> None:
    chromium(world)
    world.write(world.chromium / "Local State", state)
    assert only(world).built is None


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="0123456789._/ab\n=[]", max_size=60))
def test_no_compatibility_file_brings_the_reader_down(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    world = World(tmp_path_factory.mktemp("ini"))
    firefox(world, text, f"LastPlatformDir={text}")
    assert only(world).browser == "firefox"


def test_when_a_browser_was_last_used_is_told(world: World) -> None:
    chromium(world)
    os.utime(world.chromium / "Default" / "Preferences", (NOW, NOW))
    assert only(world).last_used == NOW


# ---- the default browser -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("handler", "default"),
    [
        ("chromium.desktop", True),
        ("chromium.desktop;firefox.desktop;", True),
        ("chromium-browser.desktop", True),
        ("org.chromium.Chromium.desktop", True),
        ("google-chrome.desktop", False),
        ("firefox_firefox.desktop", False),
        ("brave-browser.desktop", False),
        ("", False),
    ],
)
def test_the_default_on_linux(world: World, handler: str, default: bool) -> None:
    chromium(world)
    key = "x-scheme-handler/https"
    text = f"[Added Associations]\n{key}=firefox.desktop\n[Default Applications]\n{key}={handler}\n"
    world.write(world.home / ".config/mimeapps.list", text)
    assert only(world).default is default


def test_the_persons_choice_comes_before_the_systems(world: World) -> None:
    chromium(world)
    line = "[Default Applications]\nx-scheme-handler/https={}.desktop\n"
    world.write(world.root / "usr/share/applications/mimeapps.list", line.format("chromium"))
    assert only(world).default
    world.environ["XDG_CURRENT_DESKTOP"] = "ubuntu:GNOME"
    world.write(world.root / "etc/xdg/gnome-mimeapps.list", line.format("firefox"))
    assert not only(world).default
    world.write(world.home / ".config/mimeapps.list", line.format("chromium"))
    assert only(world).default


@pytest.mark.parametrize(
    ("choice", "default"), [("MSEdgeHTM", True), ("ChromeHTML", False), ("FirefoxURL-308046B0", False)]
)
def test_the_default_on_windows(windows: World, choice: str, default: bool) -> None:
    windows.environ["LOCALAPPDATA"] = r"C:\Users\pat\AppData\Local"
    windows.write(windows.root / "Users/pat/AppData/Local/Microsoft/Edge/User Data/Default/Preferences", {})
    key = r"HKCU\Software\Microsoft\Windows\Shell\Associations\UrlAssociations\https\UserChoice"
    windows.registry = {key: {"ProgId": choice}}
    assert only(windows).default is default


@pytest.mark.parametrize(
    ("handlers", "default"),
    [
        ([{"LSHandlerURLScheme": "https", "LSHandlerRoleAll": "com.google.chrome"}], True),
        ([{"LSHandlerURLScheme": "mailto", "LSHandlerRoleAll": "com.google.chrome"}], False),
        ([{"LSHandlerURLScheme": "https", "LSHandlerRoleAll": "org.mozilla.firefox"}], False),
        ("nonsense", False),
    ],
)
def test_the_default_on_macos(mac: World, handlers: object, default: bool) -> None:
    mac.write(mac.home / "Library/Application Support/Google/Chrome/Default/Preferences", {})
    path = mac.home / "Library/Preferences/com.apple.LaunchServices/com.apple.launchservices.secure.plist"
    mac.write(path, plistlib.dumps({"LSHandlers": handlers}))
    assert only(mac).default is default
