"""What administrators set for Firefox, read as Firefox reads it: which file, which words, what comes before what.

What a Linux has was tried with Firefox ESR 153, which gave what is expected here; `tests/browsers/compare_firefox` asks
it about generated ones.
"""

from __future__ import annotations

import json
import plistlib
import sqlite3
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portalcheck.facts import BrowserProfile, CookieBlock, CookieScope, Forbidden, PageBlock, SetBy
from portalcheck.machine.browsers.policy_schema import POLICIES, obeyed
from tests.machine.browsers.world import World

PORTAL = "https://www.portal.test"
SYSTEM = "etc/firefox/policies/policies.json"
PROGRAM = "opt/ff"
BESIDE = f"{PROGRAM}/distribution/policies.json"
BEHAVIOUR = "network.cookie.cookieBehavior"
PRIVATE = "browser.privatebrowsing.autostart"
REJECT = {"Cookies": {"Behavior": "reject", "Locked": True}}
ALL = (CookieBlock(CookieScope.ALL, SetBy.SETTING),)
ALL_POLICY = (CookieBlock(CookieScope.ALL, SetBy.POLICY),)
SITE = (CookieBlock(CookieScope.SITE, SetBy.SETTING),)
SITE_POLICY = (CookieBlock(CookieScope.SITE, SetBy.POLICY),)


def seen(
    world: World,
    policies: object = None,
    preferences: Mapping[str, object] | None = None,
    exceptions: Mapping[str, int] | None = None,
    files: Mapping[str, str | bytes] | None = None,
) -> BrowserProfile:
    """What is read where policies stand in the system's file, and a user has set preferences and exceptions."""
    profile = world.firefox / "p.default"
    lines = [f'user_pref("{name}", {json.dumps(value)});\n' for name, value in (preferences or {}).items()]
    world.write(profile / "prefs.js", "".join(lines))
    last = f"[Compatibility]\nLastVersion=153.8.0_20261117185949/20261117185949\nLastPlatformDir=/{PROGRAM}\n"
    world.write(profile / "compatibility.ini", last)
    world.write(world.root / PROGRAM / "application.ini", "[App]\nName=Firefox\nVersion=153.8.0\n")
    if policies is not None:
        world.write(world.root / SYSTEM, {"policies": policies})
    for path, content in (files or {}).items():
        world.write(world.root / path, content)
    with sqlite3.connect(profile / "permissions.sqlite") as database:
        database.execute("CREATE TABLE moz_perms(id, origin, type, permission, expireType, expireTime)")
        rows = (exceptions or {}).items()
        database.executemany("INSERT INTO moz_perms VALUES(1, ?, 'cookie', ?, 0, 0)", rows)
    database.close()
    return world.profile()


def policy_file(policies: object, before: bytes = b"") -> bytes:
    return before + json.dumps({"policies": policies}).encode()


# ---- which file --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "blocks"),
    [
        ({SYSTEM: policy_file(REJECT)}, ALL_POLICY),
        ({BESIDE: policy_file(REJECT)}, ALL_POLICY),
        ({SYSTEM: policy_file(REJECT, b"\xef\xbb\xbf")}, ()),
        ({SYSTEM: policy_file(REJECT).replace(b"}}", b",}}")}, ()),
        ({SYSTEM: b"// for all\n" + policy_file(REJECT)}, ()),
        ({SYSTEM: policy_file(REJECT).replace(b"true", b"NaN")}, ()),
        ({SYSTEM: b'{"Who": "f\xfcr alle", ' + policy_file(REJECT)[1:]}, ALL_POLICY),
        ({SYSTEM: b'{"policies": {', BESIDE: policy_file(REJECT)}, ()),
        ({SYSTEM: b"", BESIDE: policy_file(REJECT)}, ()),
        ({SYSTEM: policy_file({}), BESIDE: policy_file(REJECT)}, ()),
        ({SYSTEM: json.dumps(REJECT)}, ()),
        ({SYSTEM: json.dumps({"policies": [REJECT]})}, ()),
        ({SYSTEM: "[" * 100_000}, ()),
        ({"usr/lib/firefox/distribution/policies.json": policy_file(REJECT)}, ()),
        ({"etc/firefox-esr/policies/policies.json": policy_file(REJECT)}, ()),
        ({"etc/librewolf/policies/policies.json": policy_file(REJECT)}, ()),
    ],
)
def test_one_file_counts_and_what_voids_it_leaves_none(
    world: World, files: Mapping[str, bytes], blocks: tuple[CookieBlock, ...]
) -> None:
    assert seen(world, files=files).blocks == blocks


def test_a_link_to_nowhere_is_no_file(world: World) -> None:
    path = world.root / SYSTEM
    path.parent.mkdir(parents=True)
    path.symlink_to("gone.json")
    assert seen(world, files={BESIDE: policy_file(REJECT)}).blocks == ALL_POLICY


def test_another_program_of_the_family_has_a_folder_of_its_own(world: World) -> None:
    profile = world.home / ".librewolf/p.default"
    world.write(profile / "prefs.js", "")
    world.write(profile / "compatibility.ini", "[Compatibility]\nLastPlatformDir=/opt/lw\n")
    world.write(world.root / "opt/lw/application.ini", "[App]\nName=LibreWolf\nVersion=153.0\n")
    world.write(world.root / SYSTEM, policy_file(REJECT))
    assert world.profile().blocks == ()
    world.write(world.root / "etc/librewolf/policies/policies.json", policy_file(REJECT))
    assert world.profile().blocks == ALL_POLICY


def test_a_program_in_a_sandbox_does_not_see_the_systems_folder(world: World) -> None:
    world.write(world.home / ".var/app/org.mozilla.firefox/.mozilla/firefox/p.default/prefs.js", "")
    world.write(world.root / SYSTEM, policy_file(REJECT))
    assert world.profile().blocks == ()


# ---- which sites -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cookies", "exceptions", "blocks"),
    [
        ({"Block": ["https://portal.test"], "Allow": [PORTAL]}, {}, ()),
        ({"Allow": ["https://portal.test"], "Block": [PORTAL]}, {}, SITE_POLICY),
        ({"Block": [PORTAL], "Allow": [PORTAL]}, {}, ()),
        ({"AllowSession": [PORTAL], "Block": [PORTAL]}, {}, SITE_POLICY),
        ({"AllowSession": [PORTAL]}, {PORTAL: 2}, ()),
        ({"Block": ["https://portal.test"]}, {PORTAL: 1}, ()),
        ({"Block": [PORTAL]}, {PORTAL: 1}, SITE_POLICY),
        ({"Allow": ["https://portal.test"]}, {PORTAL: 2}, SITE),
        ({"Allow": [PORTAL]}, {PORTAL: 2}, ()),
        ({"Block": [f"{PORTAL}/"]}, {}, SITE_POLICY),
        ({"Block": ["HTTPS://WWW.portal.test:443"]}, {}, SITE_POLICY),
        ({"Block": ["www.portal.test"]}, {}, ()),
        ({"Block": [f"{PORTAL}/login"]}, {}, ()),
        ({"Block": [f"{PORTAL}/login", "https://portal.test", 7, None]}, {}, SITE_POLICY),
        ({"Block": ["http://www.portal.test"]}, {}, ()),
        ({"Block": ["https://www.portal.test:8443"]}, {}, ()),
        ({"Block": ["https://al.test", "https://test"]}, {}, ()),
        ({}, {"https://test": 2}, ()),
        ({"Block": PORTAL}, {}, ()),
        ({"Block": [PORTAL], "Behavior": "never"}, {}, ()),
        ({"Block": [PORTAL], "Locked": "maybe"}, {}, ()),
        ({"Block": [PORTAL], "Locked": "True", "Unknown": [7]}, {}, SITE_POLICY),
        ({"Behavior": "reject", "Allow": ["https://portal.test"]}, {}, ()),
        ({"Behavior": "reject", "Allow": ["portal.test"]}, {}, ALL_POLICY),
    ],
)
def test_policies_and_exceptions_are_one_table_and_the_longest_name_wins(
    world: World, cookies: object, exceptions: Mapping[str, int], blocks: tuple[CookieBlock, ...]
) -> None:
    assert seen(world, {"Cookies": cookies}, exceptions=exceptions).blocks == blocks


# ---- the behaviour -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cookies", "chosen", "blocks"),
    [
        ({"AcceptThirdParty": "always", "Locked": True}, 2, ()),
        ({"Default": True, "Locked": True}, 2, ()),
        ({"Locked": True}, 2, ()),
        ({"Locked": 1}, 2, ()),
        ({"Default": True}, 2, ALL),
        ({"Default": False, "Locked": True}, 0, ALL_POLICY),
        ({"Default": "false", "Locked": "true"}, 0, ALL_POLICY),
        ({"Default": False, "AcceptThirdParty": "always"}, None, ALL_POLICY),
        ({"Default": False, "Behavior": "accept"}, None, ()),
        ({"RejectTracker": True, "Locked": True}, 2, ()),
        ({"Behavior": "reject", "Locked": False}, 0, ()),
        ({"BehaviorPrivateBrowsing": "reject"}, None, ()),
        ({"ExpireAtSessionEnd": True}, 2, ALL),
    ],
)
def test_a_policy_counts_before_the_person_where_it_is_locked(
    world: World, cookies: object, chosen: int | None, blocks: tuple[CookieBlock, ...]
) -> None:
    preferences = {} if chosen is None else {BEHAVIOUR: chosen}
    assert seen(world, {"Cookies": cookies}, preferences).blocks == blocks


@pytest.mark.parametrize(
    ("policies", "preferences", "blocks"),
    [
        ({}, {BEHAVIOUR: 2, f"{BEHAVIOUR}.pbmode": 5, PRIVATE: True}, ()),
        ({}, {BEHAVIOUR: 2, PRIVATE: True}, ALL),
        ({}, {f"{BEHAVIOUR}.pbmode": 2, PRIVATE: True}, ALL),
        ({}, {f"{BEHAVIOUR}.pbmode": 2}, ()),
        ({"PrivateBrowsingModeAvailability": 2, **REJECT}, {}, ()),
        (
            {"PrivateBrowsingModeAvailability": 2, "Cookies": {"BehaviorPrivateBrowsing": "reject"}},
            {},
            ALL_POLICY,
        ),
        ({"PrivateBrowsingModeAvailability": 2, "Cookies": {"Default": False}}, {}, ALL_POLICY),
        ({"PrivateBrowsingModeAvailability": 1}, {f"{BEHAVIOUR}.pbmode": 2, PRIVATE: True}, ()),
        ({"DisablePrivateBrowsing": True}, {f"{BEHAVIOUR}.pbmode": 2, PRIVATE: True}, ()),
    ],
)
def test_private_windows_have_a_behaviour_of_their_own(
    world: World, policies: object, preferences: Mapping[str, object], blocks: tuple[CookieBlock, ...]
) -> None:
    assert seen(world, policies, preferences).blocks == blocks


@pytest.mark.parametrize(
    ("policies", "never"),
    [
        ({"PrivateBrowsingModeAvailability": 2}, True),
        ({"PrivateBrowsingModeAvailability": "2"}, False),
        ({"PrivateBrowsingModeAvailability": True}, False),
        ({"PrivateBrowsingModeAvailability": 0}, False),
        ({"Preferences": {PRIVATE: {"Value": True, "Status": "locked"}}}, True),
        ({"Preferences": {PRIVATE: {"Value": 1, "Status": "locked"}}}, True),
        ({"Preferences": {PRIVATE: True}}, True),
        ({"Preferences": {PRIVATE: {"Value": 7, "Status": "locked"}}}, False),
    ],
)
def test_a_firefox_that_is_made_to_be_private_never_remembers(
    world: World, policies: object, never: bool
) -> None:
    assert seen(world, policies).never_remembers is never


@pytest.mark.parametrize(
    ("policies", "chosen", "blocks"),
    [
        ({BEHAVIOUR: {"Value": 2, "Status": "locked"}}, 0, ALL_POLICY),
        ({BEHAVIOUR: {"Value": 2, "Status": "default"}}, None, ALL_POLICY),
        ({BEHAVIOUR: {"Value": 2}}, 0, ()),
        ({BEHAVIOUR: {"Value": 2, "Status": "user"}}, 0, ALL_POLICY),
        ({BEHAVIOUR: {"Status": "clear"}}, 2, ()),
        ({BEHAVIOUR: 2}, 0, ALL_POLICY),
        ({BEHAVIOUR: {"Value": "2", "Status": "locked"}}, 2, ()),
        ({BEHAVIOUR: {"Value": 2, "Status": "wrong"}}, 0, ()),
        ({BEHAVIOUR: {"Value": 2.5, "Status": "locked"}}, None, ()),
        (json.dumps({BEHAVIOUR: {"Value": 2, "Status": "locked"}}), 0, ALL_POLICY),
        ("{", 2, ALL),
        ({BEHAVIOUR: [2]}, 2, ALL),
    ],
)
def test_the_policy_preferences_sets_the_behaviour(
    world: World, policies: object, chosen: int | None, blocks: tuple[CookieBlock, ...]
) -> None:
    preferences = {} if chosen is None else {BEHAVIOUR: chosen}
    assert seen(world, {"Preferences": policies}, preferences).blocks == blocks


# ---- what is cleared at close ------------------------------------------------------------------

SANITIZE = "privacy.sanitize.sanitizeOnShutdown"


@pytest.mark.parametrize(
    ("policies", "preferences", "clears"),
    [
        ({"SanitizeOnShutdown": True}, {SANITIZE: False}, True),
        ({"SanitizeOnShutdown": True, "Cookies": {"Allow": [PORTAL]}}, {}, False),
        ({"SanitizeOnShutdown": False}, {SANITIZE: True}, False),
        ({"SanitizeOnShutdown": {"Cookies": 1}}, {}, True),
        ({"SanitizeOnShutdown": {"Cookies": True, "Locked": False}}, {SANITIZE: False}, False),
        ({"SanitizeOnShutdown": {"Cache": True}}, {}, False),
        ({"SanitizeOnShutdown": {"Cache": "yes", "Cookies": True}}, {}, False),
        ({"ClearOnShutdown": True}, {}, True),
        ({"ClearOnShutdown": {"CookiesAndStorage": True}}, {}, True),
        ({"ClearOnShutdown": {"Cache": True}}, {}, True),
        ({"ClearOnShutdown": {"CookiesAndStorage": False}, "SanitizeOnShutdown": True}, {}, False),
        ({"Cookies": {"AllowSession": [PORTAL]}}, {}, True),
        ({"Preferences": {SANITIZE: {"Value": True, "Status": "locked"}}}, {}, False),
    ],
)
def test_policies_on_what_is_cleared(
    world: World, policies: object, preferences: Mapping[str, object], clears: bool
) -> None:
    assert seen(world, policies, preferences).clears_on_exit is clears


# ---- other files of an administrator -----------------------------------------------------------

LOADER = f"{PROGRAM}/defaults/pref/autoconfig.js"
SCRIPT = f"{PROGRAM}/mozilla.cfg"
LOADS = 'pref("general.config.filename", "mozilla.cfg");\n'
PLAIN = LOADS + 'pref("general.config.obscure_value", 0);\n'
LOCKS = f'// x\nlockPref("{BEHAVIOUR}", 2);\n'


@pytest.mark.parametrize(
    ("loader", "script", "chosen", "blocks"),
    [
        (PLAIN, LOCKS, 0, ALL_POLICY),
        (PLAIN, f'// x\ndefaultPref("{BEHAVIOUR}", 2);', None, ALL_POLICY),
        (PLAIN, f'// x\ndefaultPref("{BEHAVIOUR}", 2);', 0, ()),
        (PLAIN, f'// x\npref("{BEHAVIOUR}", 2);', 0, ALL_POLICY),
        (PLAIN, f'lockPref("{BEHAVIOUR}", 2);', None, ()),
        (PLAIN, LOCKS + f'unlockPref("{BEHAVIOUR}")', 0, ()),
        (PLAIN, f'// x\nclearPref("{BEHAVIOUR}")', 2, ()),
        (PLAIN, f'// x\nif (getenv("W")) {{ lockPref("{BEHAVIOUR}", 2); }}', None, ()),
        (PLAIN, f'// x\ntry {{ lockPref("{BEHAVIOUR}", 2); }} catch (e) {{}}', None, ALL_POLICY),
        (PLAIN, LOCKS + f'if (getenv("W")) unlockPref("{BEHAVIOUR}");', None, ()),
        (LOADS, bytes(byte + 13 for byte in LOCKS.encode()), 0, ALL_POLICY),
        (LOADS, LOCKS, 0, ()),
        (PLAIN.replace("mozilla.cfg", "../ff/mozilla.cfg"), LOCKS, 0, ()),
        (PLAIN.replace("mozilla.cfg", "mozilla.js"), LOCKS, 0, ()),
        ("", LOCKS, 0, ()),
    ],
)
def test_autoconfig_sets_what_it_surely_sets(
    world: World, loader: str, script: str | bytes, chosen: int | None, blocks: tuple[CookieBlock, ...]
) -> None:
    preferences = {} if chosen is None else {BEHAVIOUR: chosen}
    assert seen(world, None, preferences, files={LOADER: loader, SCRIPT: script}).blocks == blocks


def test_autoconfig_that_clears_at_close(world: World) -> None:
    script = f'// x\ndefaultPref("{SANITIZE}", true);'
    assert seen(world, files={LOADER: PLAIN, SCRIPT: script}).clears_on_exit


def test_a_policy_counts_before_a_script(world: World) -> None:
    rules = {"Cookies": {"Behavior": "accept"}}
    assert seen(world, rules, {BEHAVIOUR: 2}, files={LOADER: PLAIN, SCRIPT: LOCKS}).blocks == ()


SETS = f'pref("{BEHAVIOUR}", 2);'
LOCKED = f'pref("{BEHAVIOUR}", 2, locked);'


@pytest.mark.parametrize(
    ("files", "chosen", "blocks"),
    [
        ({f"{PROGRAM}/browser/defaults/preferences/lab.js": SETS}, None, ALL_POLICY),
        ({f"{PROGRAM}/browser/defaults/syspref/lab.js": SETS}, None, ALL_POLICY),
        ({"etc/firefox/defaults/pref/lab.js": SETS}, None, ALL_POLICY),
        ({"etc/firefox/defaults/pref/lab.js": SETS}, 0, ()),
        ({"etc/firefox/defaults/pref/lab.js": LOCKED}, 0, ALL_POLICY),
        ({"etc/firefox/defaults/pref/lab.js": SETS.replace("pref(", "user_pref(")}, None, ()),
        # What the program comes with is read after the files beside the platform.
        ({f"{PROGRAM}/defaults/pref/lab.js": SETS}, None, ()),
        ({f"{PROGRAM}/defaults/pref/lab.js": LOCKED}, None, ALL_POLICY),
        (
            {
                f"{PROGRAM}/browser/defaults/preferences/a.js": SETS.replace("2", "0"),
                f"{PROGRAM}/browser/defaults/preferences/b.js": SETS,
            },
            None,
            (),
        ),
    ],
)
def test_files_of_default_preferences(
    world: World, files: Mapping[str, str], chosen: int | None, blocks: tuple[CookieBlock, ...]
) -> None:
    preferences = {} if chosen is None else {BEHAVIOUR: chosen}
    assert seen(world, None, preferences, files=files).blocks == blocks


# ---- pages and scripts -------------------------------------------------------------------------

PAGE_POLICY = (PageBlock(Forbidden.PAGE, SetBy.POLICY),)


@pytest.mark.parametrize(
    ("rules", "forbids"),
    [
        ({"Block": ["*://*.portal.test/*"]}, PAGE_POLICY),
        ({"Block": ["*://*.portal.test/*"], "Exceptions": ["*://www.portal.test/*"]}, ()),
        ({"Block": ["<all_urls>"]}, PAGE_POLICY),
        ({"Block": ["<all_urls>"], "Exceptions": ["*://portal.test/*"]}, PAGE_POLICY),
        ('{"Block": ["*://*.PORTAL.test/LOG*"]}', PAGE_POLICY),
        ({"Block": ["portal.test", "*.portal.test/*", "https://www.portal.test"]}, ()),
        ({"Block": "<all_urls>"}, ()),
        ({"Block": [7, "<all_urls>"]}, PAGE_POLICY),
        ({"Block": ["<all_urls>"], "Exceptions": [7]}, PAGE_POLICY),
    ],
)
def test_pages_that_a_policy_forbids(world: World, rules: object, forbids: tuple[PageBlock, ...]) -> None:
    assert seen(world, {"WebsiteFilter": rules}).forbids == forbids


@pytest.mark.parametrize(
    ("preferences", "files", "forbids"),
    [
        ({"javascript.enabled": False}, {}, (PageBlock(Forbidden.SCRIPTS, SetBy.SETTING),)),
        ({"javascript.enabled": True}, {}, ()),
        ({"javascript.enabled": 0}, {}, ()),
        (
            {},
            {"etc/firefox/defaults/pref/lab.js": 'pref("javascript.enabled", false);'},
            (PageBlock(Forbidden.SCRIPTS, SetBy.POLICY),),
        ),
        (
            {"javascript.enabled": True},
            {LOADER: PLAIN, SCRIPT: '// x\nlockPref("javascript.enabled", false)'},
            (PageBlock(Forbidden.SCRIPTS, SetBy.POLICY),),
        ),
    ],
)
def test_scripts_that_are_off(
    world: World,
    preferences: Mapping[str, object],
    files: Mapping[str, str],
    forbids: tuple[PageBlock, ...],
) -> None:
    assert seen(world, None, preferences, files=files).forbids == forbids


def test_the_policy_preferences_may_not_switch_scripts_off(world: World) -> None:
    assert seen(world, {"Preferences": {"javascript.enabled": False}}).forbids == ()


# ---- Windows -----------------------------------------------------------------------------------

KEY = r"HKLM\Software\Policies\Mozilla\Firefox"
OF_USER = r"HKCU\Software\Policies\Mozilla\Firefox"


def seen_on_windows(windows: World, policies: object = None) -> BrowserProfile:
    windows.environ["APPDATA"] = r"C:\Users\pat\AppData\Roaming"
    profile = windows.root / "Users/pat/AppData/Roaming/Mozilla/Firefox/Profiles/p"
    windows.write(profile / "prefs.js", "")
    where = "[Compatibility]\nLastPlatformDir=C:\\Program Files\\Mozilla Firefox\n"
    windows.write(profile / "compatibility.ini", where)
    if policies is not None:
        path = windows.root / "Program Files/Mozilla Firefox/distribution/policies.json"
        windows.write(path, {"policies": policies})
    return windows.profile()


@pytest.mark.parametrize(
    ("registry", "policies", "blocks"),
    [
        ({KEY: {"DisableTelemetry": 1}}, REJECT, ALL_POLICY),
        ({rf"{KEY}\Cookies": {"Behavior": "accept"}}, REJECT, ()),
        ({rf"{OF_USER}\Cookies": {"Behavior": "accept"}}, REJECT, ()),
        ({rf"{OF_USER}\Cookies": {"Behavior": "reject"}, rf"{KEY}\Cookies": {"Locked": 1}}, None, ()),
        ({rf"{KEY}\Cookies\Block": {"1": "https://other.test", "2": PORTAL}}, None, SITE_POLICY),
        ({rf"{KEY}\Cookies\Block": {"2": PORTAL}}, None, ()),
        ({rf"{KEY}\Cookies": {"Default": 0}}, None, ALL_POLICY),
        ({rf"{KEY}\Cookies": {"Default": "false"}}, None, ALL_POLICY),
        ({rf"{KEY}\cookies": {"Behavior": "reject"}}, None, ()),
        ({KEY: {"Preferences": json.dumps({BEHAVIOUR: {"Value": 2, "Status": "locked"}})}}, None, ALL_POLICY),
        ({KEY: {"Preferences": ("{", f'"{BEHAVIOUR}": 2', "}")}}, None, ALL_POLICY),
        ({KEY: {"Preferences": ("{",)}}, None, ()),
        ({r"HKLM\Software\Policies\Mozilla\Thunderbird\Cookies": {"Behavior": "reject"}}, None, ()),
    ],
)
def test_the_registry_and_the_file_are_merged_policy_by_policy(
    windows: World,
    registry: dict[str, Mapping[str, str | int | tuple[str, ...]]],
    policies: object,
    blocks: tuple[CookieBlock, ...],
) -> None:
    windows.registry = dict(registry)
    assert seen_on_windows(windows, policies).blocks == blocks


# ---- macOS -------------------------------------------------------------------------------------

ON = {"EnterprisePoliciesEnabled": True}
NAME = "org.mozilla.firefox.plist"
MANAGED, SHARED = f"Library/Managed Preferences/{NAME}", f"Library/Preferences/{NAME}"


@pytest.mark.parametrize(
    ("files", "own", "blocks"),
    [
        ({MANAGED: {**ON, **REJECT}}, {}, ALL_POLICY),
        ({MANAGED: {**ON, "Cookies__Behavior": "reject", "Cookies__Locked": True}}, {}, ALL_POLICY),
        ({MANAGED: {**ON, "Cookies__Block__0": PORTAL}}, {}, SITE_POLICY),
        ({MANAGED: {**ON, "Cookies__Block__1": PORTAL, "Cookies__Block__0": "x"}}, {}, SITE_POLICY),
        ({SHARED: {**ON, **REJECT}}, {}, ALL_POLICY),
        ({}, {**ON, **REJECT}, ALL_POLICY),
        ({SHARED: ON}, REJECT, ALL_POLICY),
        ({SHARED: {**ON, **REJECT}}, {"EnterprisePoliciesEnabled": False}, ()),
        ({SHARED: {**ON, **REJECT}}, {"Cookies": {}}, ()),
        ({MANAGED: REJECT}, {}, ()),
        ({MANAGED: {"EnterprisePoliciesEnabled": 0, **REJECT}}, {}, ()),
        ({MANAGED: {"EnterprisePoliciesEnabled": "YES", **REJECT}}, {}, ALL_POLICY),
        ({MANAGED: {"EnterprisePoliciesEnabled": "no", **REJECT}}, {}, ()),
        ({MANAGED: {**ON, "Cookies": "x", "Cookies__Behavior": "reject"}}, {}, ()),
        ({MANAGED.replace("firefox.", "nightly."): {**ON, **REJECT}}, {}, ()),
    ],
)
def test_the_preferences_of_macos(
    mac: World,
    files: Mapping[str, Mapping[str, object]],
    own: Mapping[str, object],
    blocks: tuple[CookieBlock, ...],
) -> None:
    mac.write(mac.home / "Library/Application Support/Firefox/Profiles/p/prefs.js", "")
    for path, content in files.items():
        mac.write(mac.root / path, plistlib.dumps(content))
    if own:
        mac.write(mac.home / "Library/Preferences" / NAME, plistlib.dumps(own, fmt=plistlib.FMT_BINARY))
    assert mac.profile().blocks == blocks


def test_a_channel_of_macos_has_preferences_of_its_own_name(mac: World) -> None:
    profile = mac.home / "Library/Application Support/Firefox/Profiles/p"
    mac.write(profile / "prefs.js", "")
    resources = "Applications/Firefox Nightly.app/Contents/Resources"
    mac.write(profile / "compatibility.ini", f"[Compatibility]\nLastPlatformDir=/{resources}\n")
    identity = plistlib.dumps({"CFBundleIdentifier": "org.mozilla.nightly"})
    mac.write(mac.root / resources / "../Info.plist", identity)
    mac.write(mac.root / MANAGED, plistlib.dumps({**ON, **REJECT}))
    assert mac.profile().blocks == ()
    mac.write(mac.root / MANAGED.replace("firefox.", "nightly."), plistlib.dumps({**ON, **REJECT}))
    assert mac.profile().blocks == ALL_POLICY
    mac.write(
        mac.root / resources / "distribution/policies.json",
        policy_file({"WebsiteFilter": {"Block": ["<all_urls>"]}}),
    )
    assert (mac.profile().blocks, mac.profile().forbids) == (ALL_POLICY, PAGE_POLICY)


# ---- anything at all ---------------------------------------------------------------------------

WORDS = [
    "Behavior",
    "Block",
    "Locked",
    "Value",
    "Status",
    "*",
    BEHAVIOUR,
    "Enabled",
    "Mode",
    "SSLProxy",
    "SOCKSVersion",
]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from([PORTAL, "reject", "1", "{}", "a:b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(list(POLICIES)), VALUES))
def test_what_is_obeyed_once_is_obeyed_again_as_it_is(policies: dict[str, object]) -> None:
    once = obeyed(policies)
    assert json.dumps(obeyed(once)) == json.dumps(once)
