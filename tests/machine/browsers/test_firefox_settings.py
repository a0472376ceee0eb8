"""What Firefox is set to do with cookies, by the person, by an administrator, by extensions."""

from __future__ import annotations

import json
import plistlib
import sqlite3
import time
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.facts import BrowserProfile, CookieBlock, CookieScope, SetBy, Unreadable
from portalcheck.machine.browsers import prefs_js
from tests.machine.browsers.world import World

ALL = (CookieBlock(CookieScope.ALL, SetBy.SETTING),)
ALL_POLICY = (CookieBlock(CookieScope.ALL, SetBy.POLICY),)
THIRD = (CookieBlock(CookieScope.THIRD_PARTY, SetBy.SETTING),)
SITE = (CookieBlock(CookieScope.SITE, SetBy.SETTING),)
BEHAVIOUR = "network.cookie.cookieBehavior"


def prefs(**values: object) -> str:
    return "".join(
        f'user_pref("{name.replace("__", ".")}", {json.dumps(value)});\n' for name, value in values.items()
    )


def behaviour(value: int) -> str:
    return f'user_pref("{BEHAVIOUR}", {value});\n'


def seen(world: World, content: str | bytes, url: str = "https://www.portal.test/login") -> BrowserProfile:
    world.write(world.firefox / "p.default" / "prefs.js", content)
    return world.profile(url)


def permissions(world: World, *rows: tuple[str, int]) -> None:
    path = world.firefox / "p.default" / "permissions.sqlite"
    path.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(path) as database:
        database.execute(
            "CREATE TABLE moz_perms(id, origin, type, permission, expireType, expireTime, modificationTime)"
        )
        database.executemany("INSERT INTO moz_perms VALUES(1, ?, 'cookie', ?, 0, 0, 0)", rows)
        database.execute(
            "INSERT INTO moz_perms VALUES(1, 'https://www.portal.test', 'desktop-notification', 2, 0, 0, 0)"
        )
    database.close()


def policy(world: World, rules: object, where: str = "etc/firefox/policies") -> None:
    world.write(world.root / where / "policies.json", {"policies": rules})


@pytest.mark.parametrize(
    ("content", "blocks"),
    [
        ("", ()),
        (behaviour(0), ()),
        (behaviour(1), THIRD),
        (behaviour(2), ALL),
        (behaviour(3), THIRD),
        (behaviour(4), ()),
        (behaviour(5), ()),
        (behaviour(99), ()),
        (f'user_pref("{BEHAVIOUR}", "2");', ()),
    ],
)
def test_the_cookie_behaviour(world: World, content: str, blocks: tuple[CookieBlock, ...]) -> None:
    found = seen(world, content)
    assert (found.browser, found.unreadable, found.blocks) == ("firefox", None, blocks)


@pytest.mark.parametrize(
    ("rows", "blocks"),
    [
        ([("https://www.portal.test", 1)], ()),
        ([("https://portal.test", 1)], ()),
        ([("https://portal.test", 2)], SITE),
        ([("https://portal.test:8443", 1)], ALL),
        ([("http://portal.test", 1)], ALL),
        ([("https://portal.test^userContextId=2", 1)], ALL),
        ([("https://al.test", 1)], ALL),
        ([("https://portal.test", 2), ("https://www.portal.test", 1)], ()),
        ([("https://portal.test", 1), ("https://www.portal.test", 2)], SITE),
        ([("https://portal.test", 8)], ()),
    ],
)
def test_exceptions_for_a_site(
    world: World, rows: list[tuple[str, int]], blocks: tuple[CookieBlock, ...]
) -> None:
    permissions(world, *rows)
    assert seen(world, behaviour(2)).blocks == blocks


def test_an_exception_for_a_port_counts_on_that_port(world: World) -> None:
    permissions(world, ("https://portal.test:8443", 2))
    assert seen(world, "", "https://www.portal.test:8443/").blocks == SITE


def test_a_broken_database_of_exceptions_says_nothing(world: World) -> None:
    world.write(world.firefox / "p.default" / "permissions.sqlite", b"SQLite format 3\0" + b"\xff" * 9000)
    assert seen(world, behaviour(2)).blocks == ALL


def test_an_exception_that_is_no_number_says_nothing(world: World) -> None:
    permissions(world, ("https://portal.test", "deny"))  # type: ignore[arg-type]  # what is tested
    assert seen(world, behaviour(2)).blocks == ALL


SANITIZE = "privacy.sanitize.sanitizeOnShutdown"
V2 = "privacy.clearOnShutdown_v2.cookiesAndStorage"
V1 = "privacy.clearOnShutdown.cookies"


@pytest.mark.parametrize(
    ("values", "clears"),
    [
        ({}, False),
        ({SANITIZE: True}, True),
        ({SANITIZE: False, V2: True}, False),
        ({SANITIZE: True, V2: False}, False),
        ({SANITIZE: True, V2: True}, True),
        ({SANITIZE: True, V1: False}, False),
        ({SANITIZE: True, V1: False, V2: True}, True),
        ({V2: True}, False),
    ],
)
def test_cookies_deleted_at_close(world: World, values: Mapping[str, bool], clears: bool) -> None:
    assert seen(world, prefs(**values)).clears_on_exit is clears


@pytest.mark.parametrize(("permission", "clears"), [(1, False), (8, True)])
def test_an_exception_decides_what_happens_at_close(world: World, permission: int, clears: bool) -> None:
    permissions(world, ("https://portal.test", permission))
    assert seen(world, prefs(**{SANITIZE: permission == 1})).clears_on_exit is clears


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, ""),
        ({"network.proxy.type": 5}, ""),
        ({"network.proxy.type": 0}, "none"),
        (
            {"network.proxy.type": 1, "network.proxy.ssl": "proxy.example", "network.proxy.ssl_port": 3128},
            "manual",
        ),
        ({"network.proxy.type": 1}, ""),
        ({"network.proxy.type": 2, "network.proxy.autoconfig_url": "http://wpad.example/p"}, "script"),
        ({"network.proxy.type": 4}, "detect"),
        ({"network.proxy.type": 77}, ""),
        ({"network.proxy.type": True}, ""),
        ({"network.proxy.type": "1"}, ""),
    ],
)
def test_a_proxy_setting_of_firefoxs_own(world: World, values: dict[str, object], expected: str) -> None:
    assert seen(world, prefs(**values)).way.kind == expected


def test_a_firefox_that_never_remembers_says_so(world: World) -> None:
    assert seen(world, prefs(**{"browser.privatebrowsing.autostart": True})).never_remembers
    assert not seen(world, "").never_remembers


@pytest.mark.parametrize(
    ("rules", "content", "blocks"),
    [
        ({"Cookies": {"Behavior": "reject"}}, "", ALL_POLICY),
        (
            {"Cookies": {"Behavior": "reject-foreign"}},
            "",
            (CookieBlock(CookieScope.THIRD_PARTY, SetBy.POLICY),),
        ),
        ({"Cookies": {"Behavior": "reject-tracker-and-partition-foreign"}}, "", ()),
        ({"Cookies": {"Behavior": "reject"}}, behaviour(0), ()),
        ({"Cookies": {"Behavior": "reject", "Locked": True}}, behaviour(0), ALL_POLICY),
        ({"Cookies": {"Behavior": "accept", "Locked": True}}, behaviour(2), ()),
        ({"Cookies": {"Behavior": "reject", "Allow": ["https://portal.test"]}}, "", ()),
        ({"Cookies": {"Behavior": "reject", "Allow": ["https://portal.test/", 7]}}, "", ()),
        ({"Cookies": {"Behavior": "reject", "AllowSession": ["https://www.portal.test"]}}, "", ()),
        ({"Cookies": {"Behavior": "reject", "Allow": ["http://portal.test"]}}, "", ALL_POLICY),
        ({"Cookies": {"Block": ["https://portal.test"]}}, "", (CookieBlock(CookieScope.SITE, SetBy.POLICY),)),
        ({"Cookies": {"Block": ["https://portal.test:8443"]}}, "", ()),
        ({"Cookies": {"Default": False}}, "", ALL_POLICY),
        (
            {"Cookies": {"AcceptThirdParty": "never"}},
            "",
            (CookieBlock(CookieScope.THIRD_PARTY, SetBy.POLICY),),
        ),
        ({"Cookies": {"Behavior": 7}}, "", ()),
        ({"Cookies": ["reject"]}, "", ()),
        ([], "", ()),
    ],
)
def test_policies_of_an_administrator(
    world: World, rules: object, content: str, blocks: tuple[CookieBlock, ...]
) -> None:
    policy(world, rules)
    assert seen(world, content).blocks == blocks


@pytest.mark.parametrize(
    ("rules", "clears"),
    [
        ({"SanitizeOnShutdown": True}, True),
        ({"SanitizeOnShutdown": False}, False),
        ({"SanitizeOnShutdown": {"Cookies": True}}, True),
        ({"SanitizeOnShutdown": {"Cache": True}}, False),
    ],
)
def test_policies_that_clear_at_close(world: World, rules: object, clears: bool) -> None:
    policy(world, rules)
    assert seen(world, "").clears_on_exit is clears


def test_policies_beside_the_program_count_where_the_system_has_none(world: World) -> None:
    policy(world, {"Cookies": {"Behavior": "reject"}}, "opt/ff/distribution")
    world.write(
        world.firefox / "p.default" / "compatibility.ini",
        "[Compatibility]\nLastVersion=153.7.0_20261103151912/20261103151912\nLastPlatformDir=/opt/ff\n",
    )
    assert seen(world, "").blocks == ALL_POLICY


def test_policies_in_the_registry(windows: World) -> None:
    windows.environ["APPDATA"] = r"C:\Users\pat\AppData\Roaming"
    windows.write(windows.root / "Users/pat/AppData/Roaming/Mozilla/Firefox/Profiles/p/prefs.js", "")
    windows.registry = {
        r"HKLM\Software\Policies\Mozilla\Firefox\Cookies": {"Behavior": "reject"},
        r"HKLM\Software\Policies\Mozilla\Firefox\Cookies\Allow": {"1": "https://other.test"},
        r"HKLM\Software\Policies\Mozilla\Firefox\SanitizeOnShutdown": {"Cookies": 1},
    }
    found = windows.profile()
    assert (found.blocks, found.clears_on_exit) == (ALL_POLICY, True)


def test_policies_in_managed_preferences(mac: World) -> None:
    mac.write(mac.home / "Library/Application Support/Firefox/Profiles/p/prefs.js", "")
    path = mac.root / "Library/Managed Preferences/org.mozilla.firefox.plist"
    mac.write(path, plistlib.dumps({"EnterprisePoliciesEnabled": True, "Cookies": {"Behavior": "reject"}}))
    assert mac.profile().blocks == ALL_POLICY


# ---- prefs.js ----------------------------------------------------------------------------------

TRICKY = r"""// Mozilla User Preferences
# another comment
/* user_pref("in.a.comment", true); */
user_pref("a.url", "https://x.test/path;//not a comment");
user_pref("a.call", "f(); user_pref(\"network.cookie.cookieBehavior\", 2);");
user_pref ( 'single' , 'it\'s \x41\u0042\n' ) ;
user_pref("number", -17); user_pref("second", true);
user_pref("broken", );
user_pref("half", "never ends
user_pref("after", false);
pref("plain", +5);
"""


def test_prefs_js_is_read_as_firefox_reads_it() -> None:
    found = prefs_js.parse(TRICKY)
    assert found["a.url"] == "https://x.test/path;//not a comment"
    assert BEHAVIOUR not in found
    assert "in.a.comment" not in found
    assert found["single"] == "it's AB\n"
    assert (found["number"], found["second"]) == (-17, True)
    assert "broken" not in found
    assert "plain" not in found  # a default, which a user's file cannot set


def test_a_statement_after_a_broken_line_is_read() -> None:
    assert prefs_js.parse('user_pref("x", \nuser_pref("y", 1);')["y"] == 1


def test_user_js_wins(world: World) -> None:
    world.write(world.firefox / "p.default" / "user.js", behaviour(2))
    assert seen(world, behaviour(0)).blocks == ALL


@pytest.mark.parametrize(
    "line", ["/*\n", 'user_pref("\n', "user_pref('\n", "user_pref(\n", "#\n", "user_pref\t"]
)
def test_reading_takes_time_in_proportion_to_the_length(line: str) -> None:
    started = time.monotonic()
    prefs_js.parse(line * 200_000)
    assert time.monotonic() - started < 3


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="user_pref(\"',tw0123);/*#\\x\n ", max_size=80), st.text(max_size=20))
def test_no_prefs_bring_the_reader_down(noise: str, more: str) -> None:
    found = prefs_js.parse(noise + more + "\n/**/" + noise)
    assert all(isinstance(value, (bool, int, str)) for value in found.values())


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=20), st.text(max_size=20))
def test_any_string_is_read_back(name: str, value: str) -> None:
    def quoted(text: str) -> str:
        plain = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
        return f'"{plain}"'

    assert prefs_js.parse(f"user_pref({quoted(name)}, {quoted(value)});") == {name: value}


def test_prefs_that_are_no_file_are_unreadable(world: World) -> None:
    (world.firefox / "p.default" / "prefs.js").mkdir(parents=True)
    found = world.profile()
    assert found.unreadable is Unreadable.NOT_A_FILE


# ---- extensions --------------------------------------------------------------------------------


def addon(**changes: object) -> object:
    entry = {
        "id": "uBlock0@raymondhill.net",
        "type": "extension",
        "active": True,
        "userDisabled": False,
        "appDisabled": False,
        "softDisabled": False,
        "embedderDisabled": False,
        "location": "app-profile",
        "defaultLocale": {"name": "uBlock Origin"},
    } | changes
    return {"schemaVersion": 37, "addons": [entry]}


@pytest.mark.parametrize(
    ("changes", "on"),
    [
        ({}, True),
        ({"location": "app-system-share"}, True),
        ({"location": "app-builtin"}, False),
        ({"location": "app-builtin-addons"}, False),
        ({"active": False, "userDisabled": True}, False),
        ({"softDisabled": True}, False),
        ({"active": False, "blocklistState": 2}, False),
        ({"type": "theme"}, False),
        ({"id": "other@x"}, False),
    ],
)
def test_an_addon_is_enabled_or_not(world: World, changes: Mapping[str, object], on: bool) -> None:
    world.write(world.firefox / "p.default" / "extensions.json", addon(**changes))
    assert seen(world, "").extensions == (("uBlock Origin",) if on else ())


def test_an_unlisted_addon_that_blocks_is_told_without_its_name(world: World) -> None:
    changes = {
        "id": "x@y",
        "defaultLocale": {"name": "Kill\x1b Trackers"},
        "userPermissions": {"permissions": ["webRequestBlocking"]},
    }
    world.write(world.firefox / "p.default" / "extensions.json", addon(**changes))
    assert seen(world, "").extensions == ("another",)


@pytest.mark.parametrize(
    "content", ["", "[]", "{", {"addons": 7}, {"addons": [7, None, {"id": []}]}, {"addons": [{}]}]
)
def test_broken_lists_of_addons_say_nothing(world: World, content: object) -> None:
    world.write(world.firefox / "p.default" / "extensions.json", content)
    assert seen(world, "").extensions == ()


def test_a_profile_of_another_computer_is_not_reached(world: World) -> None:
    world.write(
        world.firefox / "profiles.ini",
        "[Profile0]\nPath=//server/share/p\nIsRelative=0\n[Profile1]\nPath=../../secret\nIsRelative=1\n",
    )
    world.write(world.home / "secret" / "prefs.js", behaviour(2))
    assert world.profiles() == ()
