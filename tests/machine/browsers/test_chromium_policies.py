"""What administrators set for Chromium and its kin, on each system; forms of files are what a real one (156) took."""

from __future__ import annotations

import json
import plistlib
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portalcheck.facts import BrowserProfile, CookieBlock, CookieScope, Forbidden, OwnProxy, PageBlock, SetBy
from portalcheck.machine.browsers.chromium_json import parse
from portalcheck.machine.environment import RegistryValue
from tests.machine.browsers.world import World

ALL = (CookieBlock(CookieScope.ALL, SetBy.POLICY),)
SITE = (CookieBlock(CookieScope.SITE, SetBy.POLICY),)
THIRD_PARTY = (CookieBlock(CookieScope.THIRD_PARTY, SetBy.POLICY),)
BLOCKS = {"DefaultCookiesSetting": 2}
SITE_LIST = {"CookiesBlockedForUrls": ["https://www.portal.test"]}


def linux(world: World, files: Mapping[str, object], kind: str = "managed") -> BrowserProfile:
    for name, content in files.items():
        world.write(world.root / "etc/chromium/policies" / kind / name, content)
    world.write(world.chromium / "Default" / "Preferences", {})
    return world.profile()


# ---- files -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["lab.json", "ward-policy", "x.JSON", "a.json~", "a.bak", ".hidden.json", ".hidden", "README"]
)
def test_every_file_of_the_folder_counts(world: World, name: str) -> None:
    assert linux(world, {name: BLOCKS}).blocks == ALL


def test_a_file_in_a_folder_below_does_not_count(world: World) -> None:
    assert linux(world, {"sub/a.json": BLOCKS}).blocks == ()


def test_later_files_come_over_earlier_ones_and_broken_ones_are_passed_over(world: World) -> None:
    files = {"1.json": BLOCKS, "2.json": {"DefaultCookiesSetting": 1}, "3.json": "{broken"}
    assert linux(world, files).blocks == ()


BEFORE_AND_AFTER = [
    ('{"DefaultCookiesSetting": 2,}', True),
    ('{"x": [1, 2,], "DefaultCookiesSetting": 2}', True),
    ('// x\n{"DefaultCookiesSetting": 2 // y\n}', True),
    ('/* x */{"DefaultCookiesSetting": /* z */ 2}', True),
    ('{"DefaultCookiesSetting": 2 /* , */ , // z\n}', True),
    ('{"DefaultCookiesSetting": 2} // x', True),
    ('{/**/"DefaultCookiesSetting": 2, /***/}', True),
    ('{"x": "a\nb", "DefaultCookiesSetting": 2}', True),
    ('{"x": "a\rb", "DefaultCookiesSetting": 2}', True),
    ('{"x": "// , ]", "y": "/* \\" ,}", "DefaultCookiesSetting": 2}', True),
    (b'\xef\xbb\xbf{"DefaultCookiesSetting": 2}', True),
    ('{"DefaultCookiesSetting": 1, "DefaultCookiesSetting": 2}', True),
    ('{"x": "\\ud83d\\ude00", "DefaultCookiesSetting": 2}', True),
    ('{"x": "\\u0000\\/\\b\\f\\uffff", "DefaultCookiesSetting": 2}', True),
    ('{"x": 99999999999999999999, "DefaultCookiesSetting": 2}', True),
    ('{"x": ' + "[" * 198 + "]" * 198 + ', "DefaultCookiesSetting": 2}', True),
    ('{"x": ' + "[" * 250 + "]" * 250 + ', "DefaultCookiesSetting": 2}', False),
    ('{"x": "für", "DefaultCookiesSetting": 2}'.encode("latin-1"), False),
    ('{"DefaultCookiesSetting": 2}'.encode("utf-16"), False),
    (b'{"x": "\xc0\x80", "DefaultCookiesSetting": 2}', False),
    (b'{"x": "\xed\xa0\x80", "DefaultCookiesSetting": 2}', False),
    ('# x\n{"DefaultCookiesSetting": 2}', False),
    ('{"x": "a\tb", "DefaultCookiesSetting": 2}', False),
    ('{"x": "a\0b", "DefaultCookiesSetting": 2}', False),
    ('{"x": "\\x41", "DefaultCookiesSetting": 2}', False),
    ('{"x": "\\q", "DefaultCookiesSetting": 2}', False),
    ('{"x": "a\\\nb", "DefaultCookiesSetting": 2}', False),
    ('{"x": "\\ud800", "DefaultCookiesSetting": 2}', False),
    ("{'DefaultCookiesSetting': 2}", False),
    ('{"DefaultCookiesSetting": 2, "DefaultCookiesSetting": 1}', False),
    ('{"x": NaN, "DefaultCookiesSetting": 2}', False),
    ('{"x": 1e999, "DefaultCookiesSetting": 2}', False),
    ('{"x": TRUE, "DefaultCookiesSetting": 2}', False),
    ('{"x": 01, "DefaultCookiesSetting": 2}', False),
    ('{"x": +1, "DefaultCookiesSetting": 2}', False),
    ('{"x": [1,, 2], "DefaultCookiesSetting": 2}', False),
    ('{, "DefaultCookiesSetting": 2}', False),
    ('{"DefaultCookiesSetting": 2} x', False),
    ('{"DefaultCookiesSetting": 2}{}', False),
    ('{"DefaultCookiesSetting": 2} /* x', False),
    ('{"DefaultCookiesSetting": 2} /*/', False),
    ('[{"DefaultCookiesSetting": 2}]', False),
    ('{"DefaultCookiesSetting": 2e0}', False),
    ('{"DefaultCookiesSetting": -0}', False),
    ('{\u00a0"DefaultCookiesSetting": 2}', False),
    ("", False),
]


@pytest.mark.parametrize(("content", "is_taken"), BEFORE_AND_AFTER)
def test_a_file_is_taken_or_refused_as_chromium_does(
    world: World, content: str | bytes, is_taken: bool
) -> None:
    assert linux(world, {"a.json": content}).blocks == (ALL if is_taken else ())


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,\n' + "/" * 60 + '\n"b":2}',
        "[1,\n" + '// "https://site.example",\n' * 5000 + "2]",
        "[1," + "/**/" * 50_000,
        "[1," + "/* x */ // y\n" * 50_000 + "]",
        "/*" * 200_000,
        '["' + "," * 200_000,
    ],
)
def test_json_is_read_in_time_in_proportion_to_its_length(text: str) -> None:
    started = time.monotonic()
    parse(text)
    assert time.monotonic() - started < 3


@given(st.text(alphabet='{}[]",:/* \n\\1tx', max_size=60))
def test_no_text_brings_the_reader_of_json_down(text: str) -> None:
    parse(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(alphabet='/*,]}"\\ab\n', max_size=9),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
        max_leaves=9,
    )
)
def test_strict_json_says_the_same(value: object) -> None:
    assert parse(json.dumps(value)) == value


@pytest.mark.parametrize(
    ("rule", "blocks"), [([], ()), (["CookiesBlockedForUrls"], SITE), (["*"], SITE), (["Other"], ())]
)
def test_lists_of_several_files_are_put_together_where_a_policy_asks_for_it(
    world: World, rule: list[str], blocks: tuple[CookieBlock, ...]
) -> None:
    last = {"CookiesBlockedForUrls": ["https://other.test"], "PolicyListMultipleSourceMergeList": rule}
    assert linux(world, {"1.json": SITE_LIST, "2.json": last}).blocks == blocks


def test_managed_and_recommended_lists_are_not_put_together(world: World) -> None:
    linux(world, {"1.json": SITE_LIST}, "recommended")
    last = {"CookiesBlockedForUrls": ["https://other.test"], "PolicyListMultipleSourceMergeList": ["*"]}
    assert linux(world, {"2.json": last}).blocks == ()


@pytest.mark.parametrize("kind", ["managed", "recommended"])
@pytest.mark.parametrize(
    ("rules", "forbids"),
    [
        ({"URLBlocklist": ["portal.test"]}, Forbidden.PAGE),
        ({"URLBlocklist": ["*"], "URLAllowlist": ["other.test"]}, Forbidden.PAGE),
        ({"URLBlocklist": ["*"], "URLAllowlist": ["portal.test"]}, None),
        ({"URLBlocklist": "portal.test"}, None),
        ({"DefaultJavaScriptSetting": 2}, Forbidden.SCRIPTS),
        ({"JavascriptEnabled": False}, Forbidden.SCRIPTS),
        ({"JavascriptEnabled": False, "DefaultJavaScriptSetting": 1}, None),
        ({"JavaScriptBlockedForUrls": ["[*.]portal.test"]}, Forbidden.SCRIPTS),
        ({"DefaultJavaScriptSetting": 2, "JavaScriptAllowedForUrls": ["[*.]portal.test"]}, None),
        ({"DefaultJavaScriptSetting": 4}, None),
    ],
)
def test_policies_that_forbid_the_page_or_its_scripts(
    world: World, rules: object, forbids: Forbidden | None, kind: str
) -> None:
    found = linux(world, {"a.json": rules}, kind).forbids
    assert found == (() if forbids is None else (PageBlock(forbids, SetBy.POLICY),))


def test_scripts_that_a_person_switched_off(world: World) -> None:
    tree = {"profile": {"default_content_setting_values": {"javascript": 2}}}
    world.write(world.chromium / "Default" / "Preferences", tree)
    assert world.profile().forbids == (PageBlock(Forbidden.SCRIPTS, SetBy.SETTING),)


@pytest.mark.parametrize(("mode", "never"), [(0, False), (1, False), (2, True), ("2", False)])
def test_a_browser_that_must_always_be_private_never_remembers(
    world: World, mode: object, never: bool
) -> None:
    assert linux(world, {"a.json": {"IncognitoModeAvailability": mode}}).never_remembers is never


# ---- Windows -----------------------------------------------------------------------------------

CHROME = r"Software\Policies\Google\Chrome"


def chrome(windows: World, registry: Mapping[str, Mapping[str, RegistryValue]]) -> BrowserProfile:
    windows.environ["LOCALAPPDATA"] = r"C:\Users\pat\AppData\Local"
    windows.write(windows.root / "Users/pat/AppData/Local/Google/Chrome/User Data/Default/Preferences", {})
    windows.registry = dict(registry)
    return windows.profile()


@pytest.mark.parametrize(
    ("values", "blocks"),
    [
        ({"DefaultCookiesSetting": 2}, ALL),
        ({"defaultcookiessetting": 2}, ALL),
        ({"DefaultCookiesSetting": "2"}, ALL),
        ({"DefaultCookiesSetting": " 2"}, ()),
        ({"DefaultCookiesSetting": "two"}, ()),
        ({"DefaultCookiesSetting": b"\2"}, ()),
        ({"BlockThirdPartyCookies": 1}, THIRD_PARTY),
        ({"BlockThirdPartyCookies": "1"}, THIRD_PARTY),
        ({"BlockThirdPartyCookies": "0"}, ()),
        ({"BlockThirdPartyCookies": "true"}, ()),
        ({"CookiesBlockedForUrls": '["https://www.portal.test"]'}, SITE),
        ({"CookiesBlockedForUrls": '["https://www.portal.test",]'}, SITE),
        ({"CookiesBlockedForUrls": "https://www.portal.test"}, ()),
        ({"CookiesBlockedForUrls": ("https://www.portal.test",)}, ()),
    ],
)
def test_values_of_the_registry_are_converted_as_chromium_does(
    windows: World, values: Mapping[str, RegistryValue], blocks: tuple[CookieBlock, ...]
) -> None:
    assert chrome(windows, {rf"HKLM\{CHROME}": values}).blocks == blocks


def test_a_list_is_a_key_of_numbered_values_and_others_in_it_do_not_count(windows: World) -> None:
    values: Mapping[str, RegistryValue] = {"": "https://a.test", "note": "x", "12": "https://www.portal.test"}
    assert chrome(windows, {rf"HKCU\{CHROME}\CookiesBlockedForUrls": values}).blocks == SITE
    only: Mapping[str, RegistryValue] = {"note": "https://www.portal.test"}
    assert chrome(windows, {rf"HKCU\{CHROME}\CookiesBlockedForUrls": only}).blocks == ()


def test_the_computers_policy_comes_over_the_users_unless_it_cannot_be_converted(windows: World) -> None:
    user = {rf"HKCU\{CHROME}": {"DefaultCookiesSetting": 2}}
    assert chrome(windows, {**user, rf"HKLM\{CHROME}": {"DefaultCookiesSetting": 1}}).blocks == ()
    assert chrome(windows, {**user, rf"HKLM\{CHROME}": {"DefaultCookiesSetting": "x"}}).blocks == ALL


def test_the_users_list_may_allow_what_the_computers_blocks(windows: World) -> None:
    found = chrome(
        windows,
        {
            rf"HKLM\{CHROME}\CookiesBlockedForUrls": {"1": "*"},
            rf"HKCU\{CHROME}\CookiesAllowedForUrls": {"1": "https://www.portal.test"},
        },
    )
    assert found.blocks == ()


def test_recommended_policies_in_the_registry(windows: World) -> None:
    assert chrome(windows, {rf"HKLM\{CHROME}\Recommended": {"DefaultCookiesSetting": 2}}).blocks == ALL


@pytest.mark.parametrize(
    "registry",
    [
        {
            rf"HKLM\{CHROME}": {
                "ProxySettings": '{"ProxyMode": "fixed_servers", "ProxyServer": "p.example:80",}'
            }
        },
        {rf"HKLM\{CHROME}\ProxySettings": {"ProxyMode": "fixed_servers", "ProxyServer": "p.example:80"}},
        {rf"HKLM\{CHROME}": {"ProxyMode": "fixed_servers", "ProxyServer": "p.example:80"}},
    ],
)
def test_a_proxy_in_the_registry(windows: World, registry: Mapping[str, Mapping[str, RegistryValue]]) -> None:
    way = chrome(windows, registry).way
    assert (way.kind, way.proxy, way.proxy_by) == (OwnProxy.MANUAL, "http://p.example:80", SetBy.POLICY)


def test_policies_of_edge(windows: World) -> None:
    windows.environ["LOCALAPPDATA"] = r"C:\Users\pat\AppData\Local"
    windows.write(windows.root / "Users/pat/AppData/Local/Microsoft/Edge/User Data/Default/Preferences", {})
    key = r"Software\Policies\Microsoft\Edge"
    windows.registry = {
        rf"HKCU\{key}": {"BlockThirdPartyCookies": 1},
        rf"HKLM\{key}": {"ClearBrowsingDataOnExit": 1},
        rf"HKLM\{key}\CookiesBlockedForUrls": {"1": "https://other.test", "2": "[*.]portal.test"},
    }
    found = windows.profile()
    assert (found.browser, found.blocks, found.clears_on_exit) == ("edge", (*SITE, *THIRD_PARTY), True)


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        (r"D:\Profiles\pat\Chrome", "Profiles/pat/Chrome"),
        (r"D:\Profiles\${user_name}\Chrome", "Profiles/pat/Chrome"),
        (r"${roaming_app_data}\Chrome", "Users/pat/AppData/Roaming/Chrome"),
        (r"${profile}\Chrome", "Users/pat/Chrome"),
    ],
)
def test_a_folder_that_a_policy_names_takes_the_place_of_the_usual_one(
    windows: World, path: str, folder: str
) -> None:
    windows.environ |= {"APPDATA": r"C:\Users\pat\AppData\Roaming", "USERPROFILE": r"C:\Users\pat"}
    blocking = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    windows.write(windows.root / folder / "Default/Preferences", blocking)
    found = chrome(windows, {rf"HKLM\{CHROME}": {"UserDataDir": path}})
    assert found.blocks == (CookieBlock(CookieScope.ALL, SetBy.SETTING),)


@pytest.mark.parametrize(
    "path", [r"\\server\share\Chrome", r"D:\gone", r"D:\..\Chrome", "${nonsense}", r"C:\${nonsense}\x", "", 7]
)
def test_a_folder_that_is_not_there_leaves_the_usual_one(windows: World, path: str | int) -> None:
    assert chrome(windows, {rf"HKLM\{CHROME}": {"UserDataDir": path}}).browser == "chrome"


# ---- macOS -------------------------------------------------------------------------------------


def preferences(
    mac: World, path: Path, content: Mapping[str, object], channel: str = "Chrome"
) -> BrowserProfile:
    mac.write(mac.home / f"Library/Application Support/Google/{channel}/Default/Preferences", {})
    mac.write(path, plistlib.dumps(content, fmt=plistlib.FMT_BINARY))
    return mac.profile()


@pytest.mark.parametrize(
    "where",
    [
        "Managed Preferences/com.google.Chrome.plist",
        "Managed Preferences/pat/com.google.Chrome.plist",
        "Preferences/com.google.Chrome.plist",
    ],
)
def test_preferences_of_the_system_are_policies(mac: World, where: str) -> None:
    assert preferences(mac, mac.root / "Library" / where, BLOCKS).blocks == ALL


def test_a_persons_own_preferences_are_recommended_policies(mac: World) -> None:
    path = mac.home / "Library/Preferences/com.google.Chrome.plist"
    assert preferences(mac, path, SITE_LIST).blocks == SITE
    forced = mac.root / "Library/Managed Preferences/com.google.Chrome.plist"
    allowed = {"CookiesBlockedForUrls": ["https://other.test"]}
    assert preferences(mac, forced, allowed).blocks == ()


def test_a_number_that_was_written_as_text_does_nothing(mac: World) -> None:
    path = mac.root / "Library/Preferences/com.google.Chrome.plist"
    assert preferences(mac, path, {"DefaultCookiesSetting": "2"}).blocks == ()


@pytest.mark.parametrize(
    ("channel", "domain", "blocks"),
    [
        ("Chrome Beta", "com.google.Chrome.beta", ALL),
        ("Chrome Dev", "com.google.Chrome.dev", ALL),
        ("Chrome Canary", "com.google.Chrome.canary", ALL),
        ("Chrome Beta", "com.google.Chrome", ()),
        ("Chrome", "com.google.Chrome.beta", ()),
    ],
)
def test_each_channel_has_a_domain_of_its_own(
    mac: World, channel: str, domain: str, blocks: tuple[CookieBlock, ...]
) -> None:
    path = mac.root / "Library/Managed Preferences" / f"{domain}.plist"
    assert preferences(mac, path, BLOCKS, channel).blocks == blocks


def test_a_folder_that_a_policy_names_is_looked_at_on_macos_too(mac: World) -> None:
    blocking = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    mac.write(mac.root / "Volumes/Data/pat/Default/Preferences", blocking)
    path = mac.root / "Library/Managed Preferences/com.google.Chrome.plist"
    found = preferences(mac, path, {"UserDataDir": "/Volumes/Data/${user_name}"})
    assert found.blocks == (CookieBlock(CookieScope.ALL, SetBy.SETTING),)
