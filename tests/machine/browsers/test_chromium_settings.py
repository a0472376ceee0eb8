"""What Chromium and its kin are set to do with cookies, by the person, by an administrator, by extensions."""

from __future__ import annotations

import plistlib
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.facts import BrowserProfile, CookieBlock, CookieScope, SetBy, Unreadable
from tests.machine.browsers.world import Cookie, World, chromium_db

UBLOCK = "cjpalhdlnbpafiamejdnhcphjbkeiagm"
ALL_SETTING = (CookieBlock(CookieScope.ALL, SetBy.SETTING),)
SITE_SETTING = (CookieBlock(CookieScope.SITE, SetBy.SETTING),)


def preferences(
    default: int | None = None, exceptions: Mapping[str, int] | None = None, **profile: object
) -> object:
    tree: dict[str, object] = dict(profile)
    if default is not None:
        tree["default_content_setting_values"] = {"cookies": default}
    if exceptions is not None:
        entries = {key: {"setting": value, "last_modified": "1"} for key, value in exceptions.items()}
        tree["content_settings"] = {"exceptions": {"cookies": entries}}
    return {"profile": tree}


def seen(world: World, content: object, url: str = "https://www.portal.test/login") -> BrowserProfile:
    world.write(world.chromium / "Default" / "Preferences", content)
    return world.profile(url)


def policy(world: World, content: object, kind: str = "managed", name: str = "10-site.json") -> None:
    world.write(world.root / "etc/chromium/policies" / kind / name, content)


@pytest.mark.parametrize(
    ("content", "blocks", "clears"),
    [
        ({}, (), False),
        (preferences(), (), False),
        (preferences(1), (), False),
        (preferences(2), ALL_SETTING, False),
        (preferences(4), (), True),
        (preferences(2, {"[*.]portal.test,*": 1}), (), False),
        (preferences(2, {"[*.]portal.test,*": 4}), (), True),
        (preferences(2, {"[*.]other.test,*": 1}), ALL_SETTING, False),
        (preferences(1, {"[*.]portal.test,*": 2}), SITE_SETTING, False),
        (preferences(None, {"https://www.portal.test:443,*": 2}), SITE_SETTING, False),
        (preferences(None, {"https://www.portal.test:8443,*": 2}), (), False),
        (preferences(None, {"http://www.portal.test:80,*": 2}), (), False),
        (preferences(None, {"[*.]test,*": 2, "[*.]portal.test,*": 1}), (), False),
        (preferences(None, {"[*.]portal.test,*": 1, "www.portal.test,*": 2}), SITE_SETTING, False),
        (preferences(None, {"[*.]portal.test,[*.]other.test": 2}), (), False),
        (preferences(2, {"*,[*.]portal.test": 1}), (), False),
        (preferences(cookie_controls_mode=0), (), False),
        (preferences(cookie_controls_mode=1), (CookieBlock(CookieScope.THIRD_PARTY, SetBy.SETTING),), False),
        (preferences(cookie_controls_mode=2), (), False),
        (preferences(cookie_controls_mode=3), (), False),
        (preferences(block_third_party_cookies=True), (), False),
        (
            preferences(1, cookie_controls_mode=1),
            (CookieBlock(CookieScope.THIRD_PARTY, SetBy.SETTING),),
            False,
        ),
        (preferences(2, cookie_controls_mode=1), ALL_SETTING, False),
        (
            preferences(1, {"www.portal.test,*": 2}, cookie_controls_mode=1),
            (*SITE_SETTING, CookieBlock(CookieScope.THIRD_PARTY, SetBy.SETTING)),
            False,
        ),
    ],
)
def test_settings_and_exceptions(
    world: World, content: object, blocks: tuple[CookieBlock, ...], clears: bool
) -> None:
    found = seen(world, content)
    assert (found.unreadable, found.blocks, found.clears_on_exit) == (None, blocks, clears)


def test_an_exception_for_a_port_counts_on_that_port_only(world: World) -> None:
    content = preferences(None, {"https://www.portal.test:8443,*": 2})
    assert seen(world, content, "https://www.portal.test:8443/").blocks == SITE_SETTING


def test_braves_shields_count_for_the_page_itself(world: World) -> None:
    shields = {"*,*": {"setting": 2}, "[*.]portal.test,[*.]portal.test": {"setting": 1}}
    tree = {"profile": {"content_settings": {"exceptions": {"shieldsCookiesV3": shields}}}}
    assert seen(world, tree).blocks == ()
    assert seen(world, tree, "https://other.test/").blocks == SITE_SETTING


@pytest.mark.parametrize(
    ("managed", "recommended", "user", "blocks"),
    [
        ({"DefaultCookiesSetting": 2}, {}, preferences(1), (CookieBlock(CookieScope.ALL, SetBy.POLICY),)),
        ({}, {"DefaultCookiesSetting": 2}, {}, (CookieBlock(CookieScope.ALL, SetBy.POLICY),)),
        ({}, {"DefaultCookiesSetting": 2}, preferences(1), ()),
        ({}, {"DefaultCookiesSetting": 2}, preferences(None, {"[*.]portal.test,*": 1}), ()),
        (
            {"DefaultCookiesSetting": 2},
            {},
            preferences(None, {"[*.]portal.test,*": 1}),
            (CookieBlock(CookieScope.ALL, SetBy.POLICY),),
        ),
        ({"DefaultCookiesSetting": 2, "CookiesAllowedForUrls": ["[*.]portal.test"]}, {}, {}, ()),
        (
            {"CookiesBlockedForUrls": ["https://www.portal.test"]},
            {},
            preferences(1),
            (CookieBlock(CookieScope.SITE, SetBy.POLICY),),
        ),
        ({"CookiesBlockedForUrls": ["portal.test", 7, None]}, {}, {}, ()),
        ({"DefaultCookiesSetting": 1}, {}, preferences(2), ()),
        ({"BlockThirdPartyCookies": True}, {}, {}, (CookieBlock(CookieScope.THIRD_PARTY, SetBy.POLICY),)),
        ({"BlockThirdPartyCookies": False}, {}, preferences(cookie_controls_mode=1), ()),
        ({}, {"BlockThirdPartyCookies": True}, {}, (CookieBlock(CookieScope.THIRD_PARTY, SetBy.POLICY),)),
        ({"DefaultCookiesSetting": "2"}, {}, {}, ()),
    ],
)
def test_policies_of_an_administrator(
    world: World, managed: object, recommended: object, user: object, blocks: tuple[CookieBlock, ...]
) -> None:
    policy(world, managed)
    policy(world, recommended, "recommended")
    assert seen(world, user).blocks == blocks


@pytest.mark.parametrize(
    "rules",
    [
        {"CookiesSessionOnlyForUrls": ["[*.]portal.test"]},
        {"DefaultCookiesSetting": 4},
        {"ClearBrowsingDataOnExitList": ["browsing_history", "cookies_and_other_site_data"]},
    ],
)
def test_policies_that_clear_cookies_at_the_end(world: World, rules: object) -> None:
    policy(world, rules)
    found = seen(world, {})
    assert (found.clears_on_exit, found.blocks) == (True, ())


def test_later_policy_files_come_over_earlier_ones_and_broken_ones_are_skipped(world: World) -> None:
    policy(world, {"DefaultCookiesSetting": 2}, name="1.json")
    policy(world, {"DefaultCookiesSetting": 1}, name="2.json")
    policy(world, "{broken", name="3.json")
    policy(world, {"DefaultCookiesSetting": 2}, name="4.json.bak")
    assert seen(world, {}).blocks == ()


def test_policies_in_the_registry(windows: World) -> None:
    windows.environ["LOCALAPPDATA"] = r"C:\Users\pat\AppData\Local"
    windows.write(windows.root / "Users/pat/AppData/Local/Microsoft/Edge/User Data/Default/Preferences", {})
    key = r"Software\Policies\Microsoft\Edge"
    windows.registry = {
        rf"HKCU\{key}": {"BlockThirdPartyCookies": 1},
        rf"HKLM\{key}": {"ClearBrowsingDataOnExit": 1},
        rf"HKLM\{key}\CookiesBlockedForUrls": {"1": "https://other.test", "2": "[*.]portal.test"},
    }
    found = windows.profile()
    assert found.browser == "edge"
    assert found.blocks == (
        CookieBlock(CookieScope.SITE, SetBy.POLICY),
        CookieBlock(CookieScope.THIRD_PARTY, SetBy.POLICY),
    )
    assert found.clears_on_exit


def test_recommended_policies_in_the_registry(windows: World) -> None:
    windows.environ["LOCALAPPDATA"] = r"C:\Users\pat\AppData\Local"
    windows.write(windows.root / "Users/pat/AppData/Local/Google/Chrome/User Data/Default/Preferences", {})
    windows.registry = {r"HKLM\Software\Policies\Google\Chrome\Recommended": {"DefaultCookiesSetting": 2}}
    assert windows.profile().blocks == (CookieBlock(CookieScope.ALL, SetBy.POLICY),)


@pytest.mark.parametrize("where", ["com.google.Chrome.plist", "pat/com.google.Chrome.plist"])
def test_policies_in_managed_preferences(mac: World, where: str) -> None:
    mac.write(mac.home / "Library/Application Support/Google/Chrome/Default/Preferences", {})
    path = mac.root / "Library/Managed Preferences" / where
    mac.write(path, plistlib.dumps({"DefaultCookiesSetting": 2}, fmt=plistlib.FMT_BINARY))
    assert mac.profile().blocks == (CookieBlock(CookieScope.ALL, SetBy.POLICY),)


DEEP = '{"profile":' + '{"a":' * 100_000 + "1" + "}" * 100_001


@pytest.mark.parametrize(
    "content",
    ["", "{", '{"profile": {', "[]", "7", DEEP, '{"profile": ' + "9" * 5000 + "}", b"\xff\xfe{\0}\0", "nul"],
)
def test_broken_preferences_are_unreadable_and_the_cookies_are_still_read(
    world: World, content: str | bytes
) -> None:
    chromium_db(world.chromium / "Default" / "Cookies", [Cookie()])
    found = seen(world, content)
    assert (found.unreadable, found.blocks, found.extensions) == (Unreadable.DAMAGED, (), ())
    assert world.store().count == 1


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + b'{"profile": {"default_content_setting_values": {"cookies": 2}}}',
        '{"x": NaN, "y": "\\ud800", "profile": {"default_content_setting_values": {"cookies": 2}}}',
    ],
)
def test_preferences_with_harmless_oddities_are_read(world: World, content: str | bytes) -> None:
    assert seen(world, content).blocks == ALL_SETTING


@pytest.mark.parametrize(
    "bad", [None, 7, "x", [], {}, {"cookies": None}, {"cookies": [2]}, {"cookies": {"a": 1}}]
)
def test_settings_of_a_strange_type_say_nothing(world: World, bad: object) -> None:
    tree = {
        "profile": {"default_content_setting_values": bad, "content_settings": {"exceptions": bad}},
        "extensions": {"settings": bad, "opsettings": bad},
    }
    found = seen(world, tree)
    assert (found.unreadable, found.blocks, found.extensions) == (None, (), ())


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.text(max_size=8)
    | st.sampled_from(["[*.]portal.test,*", UBLOCK]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "profile",
                    "content_settings",
                    "exceptions",
                    "cookies",
                    "setting",
                    "extensions",
                    "settings",
                    "opsettings",
                    "disable_reasons",
                    "state",
                    "location",
                    "manifest",
                    "name",
                    "permissions",
                    "path",
                    "*,*",
                    "[*.]portal.test,*",
                ]
            )
            | st.just(UBLOCK),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=120, deadline=None)
@given(
    tree=st.dictionaries(st.sampled_from(["profile", "extensions"]), _json),
    raw=st.binary(max_size=60),
    use_raw=st.booleans(),
)
def test_no_preferences_bring_the_reader_down(
    tmp_path_factory: pytest.TempPathFactory, tree: object, raw: bytes, use_raw: bool
) -> None:
    world = World(tmp_path_factory.mktemp("prefs"))
    found = seen(world, raw if use_raw else tree)
    assert found.unreadable in (None, *Unreadable)


# ---- extensions --------------------------------------------------------------------------------


def extension(**entry: object) -> object:
    return {"extensions": {"settings": {UBLOCK: entry}}}


@pytest.mark.parametrize(
    ("entry", "on"),
    [
        ({"disable_reasons": []}, True),
        ({"disable_reasons": [1]}, False),
        ({"disable_reasons": 1}, False),
        ({"disable_reasons": 0}, True),
        ({"disable_reasons": [8192], "state": 1}, False),
        ({"state": 0}, False),
        ({"state": 1}, True),
        ({"state": 2}, False),
        ({}, True),
        ({"location": 5}, False),
        ({"location": 10}, False),
        ({"location": 4}, True),
        ({"location": 1, "manifest": {"name": "anything"}}, True),
    ],
)
def test_an_extension_is_enabled_or_not(world: World, entry: Mapping[str, object], on: bool) -> None:
    assert seen(world, extension(**entry)).extensions == (("uBlock Origin",) if on else ())


def test_the_secure_preferences_are_looked_at_too(world: World) -> None:
    world.write(world.chromium / "Default" / "Secure Preferences", extension(location=1))
    assert seen(world, {}).extensions == ("uBlock Origin",)


@pytest.mark.parametrize("off", ["Preferences", "Secure Preferences"])
def test_an_extension_that_one_of_the_files_calls_disabled_is(world: World, off: str) -> None:
    for name in ("Preferences", "Secure Preferences"):
        world.write(world.chromium / "Default" / name, extension(disable_reasons=[1] if name == off else []))
    assert world.profile().extensions == ()


def test_operas_own_list_is_looked_at(world: World) -> None:
    world.write(
        world.home / ".config/opera/Preferences", {"extensions": {"opsettings": {UBLOCK: {"state": 1}}}}
    )
    found = world.profile()
    assert (found.browser, found.extensions) == ("opera", ("uBlock Origin",))


def test_a_folder_without_an_entry_is_no_extension(world: World) -> None:
    (world.chromium / "Default" / "Extensions" / UBLOCK / "1.0_0").mkdir(parents=True)
    assert seen(world, {}).extensions == ()


def test_an_unlisted_extension_that_blocks_is_told_without_its_name(world: World) -> None:
    manifest = {"name": "Super AdBlocker 3000", "permissions": ["declarativeNetRequest"]}
    tree = {"extensions": {"settings": {"a" * 32: {"manifest": manifest}}}}
    assert seen(world, tree).extensions == ("another",)


@pytest.mark.parametrize(
    "manifest",
    [
        {"name": "Super AdBlocker", "permissions": ["tabs"]},
        {"name": "Cooking recipes", "permissions": ["webRequestBlocking", "cookies"]},
        {"name": ["AdBlocker"], "permissions": ["cookies"]},
        {"permissions": ["cookies"]},
    ],
)
def test_an_unlisted_extension_that_does_not_block_is_left_out(world: World, manifest: object) -> None:
    tree = {"extensions": {"settings": {"a" * 32: {"manifest": manifest}}}}
    assert seen(world, tree).extensions == ()


def test_an_unpacked_extension_is_read_where_it_lies_in_its_language(world: World) -> None:
    folder = world.root / "opt/mine"
    manifest = {"name": "__MSG_appName__", "default_locale": "en", "permissions": ["privacy"]}
    world.write(folder / "manifest.json", manifest)
    world.write(folder / "_locales/en/messages.json", {"appname": {"message": "My Tracker Stop"}})
    tree = {"extensions": {"settings": {"b" * 32: {"location": 4, "path": "/opt/mine"}}}}
    assert seen(world, tree).extensions == ("another",)


@pytest.mark.parametrize("path", ["//server/share", r"\\server\share", "../../../etc", "\0", "", 7])
def test_an_extension_in_a_strange_place_is_left_alone(world: World, path: object) -> None:
    tree = {"extensions": {"settings": {"b" * 32: {"location": 4, "path": path}}}}
    assert seen(world, tree).extensions == ()


def test_a_name_that_an_extension_gives_itself_is_not_told(world: World) -> None:
    name = "Ad\x1b[31mBlock\r\n\u202e<b>\u200f privacy" + "x" * 500
    tree = {"extensions": {"settings": {"c" * 32: {"manifest": {"name": name, "permissions": ["privacy"]}}}}}
    assert seen(world, tree).extensions == ("another",)
