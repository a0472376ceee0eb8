"""Browsers that the table of places does not know: read where their family is plain, and never "no browser"."""

from __future__ import annotations

import plistlib
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from portalcheck.facts import ANOTHER, CookieBlock, CookieScope, InstalledBrowser, SetBy, Support, Unreadable
from portalcheck.machine import browsers
from portalcheck.machine.browsers.unlisted import unlisted
from tests.machine.browsers.world import NOW, Cookie, World, chromium_db, firefox_db

GREAT = [Cookie(name=f"great{number}", value=b"x" * 3000) for number in range(7)]
BLOCKS_ALL = 'user_pref("network.cookie.cookieBehavior", 2);'


def like_firefox(
    world: World, folder: str, cookies: Iterable[Cookie] = GREAT, *, listed: bool = True
) -> Path:
    """A profile as Zen, Waterfox and Floorp keep it."""
    profile = world.home / folder / "x.Default"
    firefox_db(profile / "cookies.sqlite", cookies)
    world.write(profile / "prefs.js", BLOCKS_ALL)
    if listed:
        world.write(world.home / folder / "profiles.ini", "[Profile0]\nIsRelative=1\nPath=x.Default\n")
    return profile


def like_chromium(world: World, folder: str, cookies: Iterable[Cookie] = GREAT) -> Path:
    """A folder as Thorium and Yandex keep it."""
    data = world.home / folder
    chromium_db(data / "Default" / "Network" / "Cookies", cookies)
    world.write(
        data / "Default" / "Preferences", {"profile": {"default_content_setting_values": {"cookies": 2}}}
    )
    world.write(data / "Local State", {})
    world.write(data / "Last Version", "130.0.6723.174")
    return data


def opens_in(world: World, *handlers: str) -> None:
    lines = f"[Default Applications]\nx-scheme-handler/https={';'.join(handlers)}\n"
    world.write(world.home / ".config/mimeapps.list", lines)


def found(world: World) -> tuple[InstalledBrowser, ...]:
    return browsers.installed(world.environment, NOW)


FIREFOX_LIKE = [
    ".zen",
    ".waterfox",
    ".floorp",
    ".mullvad",
    ".icecat",
    ".mozilla/seamonkey",
    ".moonchild productions/pale moon",
    ".moonchild productions/basilisk",
    ".config/zen",
    ".config/waterfox/waterfox",
    ".var/app/app.zen_browser.zen/.zen",
    ".var/app/net.waterfox.waterfox/.waterfox",
    ".var/app/one.ablaze.floorp/.floorp",
    "snap/icecat/common/.mozilla/icecat",
]
CHROMIUM_LIKE = [
    ".config/thorium",
    ".config/yandex-browser",
    ".config/naver-whale",
    ".config/iridium",
    ".config/net.imput.helium",
    ".config/Some Maker/Some Browser",
    ".var/app/ru.yandex.Browser/config/yandex-browser",
    "snap/thorium/common/thorium",
]


@pytest.mark.parametrize("folder", FIREFOX_LIKE)
def test_a_browser_of_firefoxes_family_is_read_as_one(world: World, folder: str) -> None:
    like_firefox(world, folder)
    store, profile = world.store(), world.profile()
    assert (store.browser, store.count, store.sent, store.unreadable) == (ANOTHER, 7, 7, None)
    assert store.header_bytes > 20_000
    assert profile.blocks == (CookieBlock(CookieScope.ALL, SetBy.SETTING),)
    (one,) = found(world)
    assert (one.browser, one.version, one.supported) == (ANOTHER, "", Support.UNKNOWN)


@pytest.mark.parametrize("folder", [".zen", ".waterfox", ".floorp", ".config/zen"])
def test_a_profile_that_no_list_names_is_found_too(world: World, folder: str) -> None:
    like_firefox(world, folder, listed=False)
    assert (world.store().browser, world.store().count) == (ANOTHER, 7)


@pytest.mark.parametrize("folder", CHROMIUM_LIKE)
def test_a_browser_of_chromiums_family_is_read_as_one(world: World, folder: str) -> None:
    like_chromium(world, folder)
    store, profile = world.store(), world.profile()
    assert (store.browser, store.count, store.unreadable) == (ANOTHER, 7, None)
    assert profile.blocks == (CookieBlock(CookieScope.ALL, SetBy.SETTING),)
    assert [one.browser for one in found(world)] == [ANOTHER]


@pytest.mark.parametrize(
    ("folder", "shape"),
    [
        ("AppData/Roaming/zen", like_firefox),
        ("AppData/Roaming/Waterfox", like_firefox),
        ("AppData/Roaming/Moonchild Productions/Pale Moon", like_firefox),
        ("AppData/Local/Thorium/User Data", like_chromium),
        ("AppData/Local/Yandex/YandexBrowser/User Data", like_chromium),
    ],
)
def test_browsers_on_windows(windows: World, folder: str, shape: Callable[[World, str], Path]) -> None:
    shape(windows, folder)
    assert [(store.browser, store.count) for store in windows.stores()] == [(ANOTHER, 7)]


@pytest.mark.parametrize(
    ("folder", "shape"),
    [
        ("zen", like_firefox),
        ("Waterfox", like_firefox),
        ("Arc/User Data", like_chromium),
        ("Thorium", like_chromium),
        ("Yandex/YandexBrowser", like_chromium),
    ],
)
def test_browsers_on_macos(mac: World, folder: str, shape: Callable[[World, str], Path]) -> None:
    shape(mac, f"Library/Application Support/{folder}")
    assert [(store.browser, store.count) for store in mac.stores()] == [(ANOTHER, 7)]


@pytest.mark.parametrize(
    "folder", [".thunderbird", ".zotero/zotero", ".config/thunderbird", ".icedove", ".betterbird/Profiles"]
)
def test_programs_of_the_family_that_are_no_browsers_are_left_out(world: World, folder: str) -> None:
    like_firefox(world, folder)
    assert (world.stores(), world.profiles(), found(world)) == ((), (), ())


def test_a_program_made_with_electron_is_no_browser(world: World) -> None:
    for name in ("Slack", "Code", "Microsoft/Microsoft Teams"):
        folder = world.home / ".config" / name
        chromium_db(folder / "Cookies", GREAT)
        world.write(folder / "Preferences", {})
        world.write(folder / "Local State", {})
    assert (world.stores(), found(world)) == ((), ())


def test_browsers_that_robots_drive_are_left_out(world: World) -> None:
    like_chromium(world, ".config/google-chrome-for-testing")
    assert found(world) == ()


def test_what_the_table_knows_is_counted_once_and_by_its_name(world: World) -> None:
    chromium_db(world.chromium / "Default" / "Cookies", GREAT)
    world.write(world.chromium / "Last Version", "156.0.1.2")
    world.write(world.chromium / "Local State", {})
    like_firefox(world, ".mozilla/firefox")
    like_firefox(world, ".librewolf")
    assert [store.browser for store in world.stores()] == ["chromium", "firefox", "firefox"]


def test_a_link_to_a_known_folder_is_no_further_browser(world: World) -> None:
    like_firefox(world, ".mozilla/firefox")
    (world.home / ".zen").symlink_to(world.firefox)
    assert [store.browser for store in world.stores()] == ["firefox"]


def test_the_browser_that_links_open_in_comes_first(world: World) -> None:
    like_firefox(world, ".floorp", GREAT[:1])
    like_firefox(world, ".waterfox", GREAT[:2])
    like_chromium(world, ".config/thorium", GREAT[:3])
    for handler, count in (
        ("waterfox.desktop", 2),
        ("one.ablaze.floorp.desktop", 1),
        ("thorium-browser.desktop", 3),
    ):
        opens_in(world, handler)
        assert world.stores()[0].count == count
        assert [one.default for one in found(world)] == [True]


def test_more_browsers_than_anybody_has_are_not_all_looked_at(world: World) -> None:
    for number in range(80):
        world.write(world.home / f".b{number}" / "profiles.ini", "")
    assert len(unlisted(world.environment, (), "")) == 64


# ---- the default browser -----------------------------------------------------------------------


def test_a_default_browser_that_is_not_known_is_one_all_the_same(world: World) -> None:
    like_firefox(world, ".mozilla/firefox")
    opens_in(world, "org.kde.falkon.desktop")
    assert [(one.browser, one.default) for one in found(world)] == [("firefox", False), (ANOTHER, True)]
    assert [store.unreadable for store in world.stores()] == [None, Unreadable.UNKNOWN_LAYOUT]
    assert [profile.unreadable for profile in world.profiles()] == [None, Unreadable.UNKNOWN_LAYOUT]


def test_an_unknown_default_alone_is_not_no_browser(world: World) -> None:
    opens_in(world, "qutebrowser.desktop")
    assert [one.browser for one in found(world)] == [ANOTHER]
    assert [store.unreadable for store in world.stores()] == [Unreadable.UNKNOWN_LAYOUT]


@pytest.mark.parametrize("handler", ["re.sonny.Junction.desktop", "software.Browsers.desktop"])
def test_a_program_that_asks_which_browser_to_open_is_no_default(world: World, handler: str) -> None:
    like_firefox(world, ".mozilla/firefox")
    opens_in(world, handler)
    assert [(one.browser, one.default) for one in found(world)] == [("firefox", False)]


@pytest.mark.parametrize(
    "path",
    [
        "usr/share/applications/firefox.desktop",
        "usr/local/share/applications/firefox.desktop",
        "var/lib/flatpak/exports/share/applications/firefox.desktop",
        "var/lib/snapd/desktop/applications/firefox.desktop",
        "opt/share/applications/firefox.desktop",
    ],
)
def test_a_default_that_was_removed_gives_way_to_the_next(world: World, path: str) -> None:
    like_firefox(world, ".mozilla/firefox")
    opens_in(world, "zen.desktop", "firefox.desktop")
    assert [(one.browser, one.default) for one in found(world)] == [("firefox", False), (ANOTHER, True)]
    world.environ["XDG_DATA_DIRS"] = "/usr/share:/usr/local/share:/opt/share"
    world.write(world.root / path, "[Desktop Entry]")
    assert [(one.browser, one.default) for one in found(world)] == [("firefox", True)]


def test_a_dash_in_a_name_may_be_a_folder(world: World) -> None:
    opens_in(world, "gone.desktop", "kde4-konqueror.desktop")
    world.write(world.root / "usr/share/applications/kde4/konqueror.desktop", "")
    like_firefox(world, ".mozilla/firefox")
    assert [one.browser for one in found(world)] == ["firefox", ANOTHER]
    opens_in(world, "kde4-firefox.desktop")
    assert [one.browser for one in found(world)] == ["firefox"]


def test_kde_keeps_a_choice_of_its_own(world: World) -> None:
    like_firefox(world, ".mozilla/firefox")
    world.write(world.home / ".config/kdeglobals", "[General]\nBrowserApplication=firefox.desktop\n")
    assert [one.default for one in found(world)] == [True]
    opens_in(world, "zen.desktop")
    assert [one.default for one in found(world)] == [False, True]


HTTPS = r"HKCU\Software\Microsoft\Windows\Shell\Associations\UrlAssociations\https"


@pytest.mark.parametrize(
    ("choices", "default"),
    [
        ({"UserChoice": "FirefoxURL-308046B0AF4A39CB"}, "firefox"),
        ({"UserChoice": "FirefoxURL-308046B0AF4A39CB", r"UserChoiceLatest\ProgId": "MSEdgeHTM"}, ""),
        ({"UserChoice": "MSEdgeHTM", r"UserChoiceLatest\ProgId": "FirefoxURL-308046B0AF4A39CB"}, "firefox"),
        ({r"UserChoiceLatest\ProgId": "FirefoxURL-308046B0AF4A39CB"}, "firefox"),
        ({r"UserChoiceLatest\ProgId": "ZenURL-F0DC299D809B9700"}, ANOTHER),
        ({"UserChoice": "WaterfoxURL-6F940AC27A98DD61"}, ANOTHER),
        ({"UserChoice": "ThoriumHTM.ABC"}, ANOTHER),
        ({"UserChoice": "AppXfirefox7r8w"}, "firefox"),
        ({"UserChoice": "AppX90nv6nhay5n6a98fnetv7tpk64pp35es"}, "firefox"),
        ({"UserChoice": "AppXq0fevzme2pys62n3e0fbqa7peapykr8v"}, ANOTHER),
        ({"UserChoice": ""}, ""),
        ({}, ""),
    ],
)
def test_the_choices_of_windows(windows: World, choices: dict[str, str], default: str) -> None:
    windows.write(windows.home / "AppData/Roaming/Mozilla/Firefox/Profiles/x/prefs.js", "")
    windows.registry = {rf"{HTTPS}\{key}": {"ProgId": value} for key, value in choices.items()}
    app = r"HKCU\Software\Classes\AppX90nv6nhay5n6a98fnetv7tpk64pp35es\Application"
    windows.registry[app] = {"AppUserModelID": "Mozilla.Firefox_n80bbvh6b1yt2!App"}
    assert [one.browser for one in found(windows) if one.default] == ([default] if default else [])


@pytest.mark.parametrize(
    ("bundle", "default"),
    [
        ("app.zen-browser.zen", ANOTHER),
        ("company.thebrowser.Browser", ANOTHER),
        ("net.waterfox.waterfox", ANOTHER),
        ("com.duckduckgo.macos.browser", ANOTHER),
        ("org.mozilla.firefox", "firefox"),
        ("com.choosyosx.Choosy", ""),
    ],
)
def test_the_handlers_of_macos(mac: World, bundle: str, default: str) -> None:
    mac.write(mac.home / "Library/Application Support/Firefox/Profiles/x/prefs.js", "")
    path = mac.home / "Library/Preferences/com.apple.LaunchServices/com.apple.launchservices.secure.plist"
    handlers = [{"LSHandlerURLScheme": "https", "LSHandlerRoleAll": bundle}]
    mac.write(path, plistlib.dumps({"LSHandlers": handlers}))
    assert [one.browser for one in found(mac) if one.default] == ([default] if default else [])
