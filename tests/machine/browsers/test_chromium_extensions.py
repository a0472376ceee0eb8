"""The extensions of Chromium and its kin: which are told, and what those do that set something for the browser."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from portalcheck.facts import BrowserProfile, CookieBlock, CookieScope, Forbidden, PageBlock, SetBy
from tests.machine.browsers.world import World

UBLOCK = "cjpalhdlnbpafiamejdnhcphjbkeiagm"
BY_SETTING = SetBy.SETTING


def seen(world: World, content: object) -> BrowserProfile:
    world.write(world.chromium / "Default" / "Preferences", content)
    return world.profile()


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
        {"name": "Recipes", "permissions": ["webRequestBlocking", "https://*.other.test/*"]},
        {"name": "Recipes", "permissions": ["webRequestBlocking", "http://*.portal.test/*"]},
        {"name": "Recipes", "permissions": ["cookies", "<all_urls>"]},
        {"name": "Recipes", "permissions": ["storage"], "host_permissions": ["<all_urls>"]},
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


@pytest.mark.parametrize(
    ("extension_id", "name"),
    [
        ("ihcjicgdanjaechkgeegckofjjedodee", "Malwarebytes Browser Guard"),
        ("fnpbeacklnhmkkilekogeiekaglbmmka", "Norton Safe Web"),
        ("fheoggkfdfchfphceeifdbepaooicaho", "McAfee WebAdvisor"),
        ("ahkjpbeeocnddjkakilopmfdlnjdpcdm", "Kaspersky Protection"),
        ("cfnpidifppmenkapgihekkeednfoenal", "Bitdefender TrafficLight"),
        ("iheobagjkfklnlikgihanlhcddjoihkg", "Securly"),
        ("bkkbcggnhapdmkeljlodobbkopceiche", "Poper Blocker"),
        ("ammoloihpcbognfddfjcljgembpibcmb", "JShelter"),
        ("oiigbmnaadbkfbmpbfijlflahbdbdgdf", "ScriptSafe"),
    ],
)
def test_an_extension_of_the_table_is_named_whatever_its_manifest_calls_it(
    world: World, extension_id: str, name: str
) -> None:
    entry = {"manifest": {"name": "Schutz für Ihren Browser", "current_locale": "de"}}
    assert seen(world, {"extensions": {"settings": {extension_id: entry}}}).extensions == (name,)


# ---- what may block ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("apis", "hosts"),
    [
        (["contentSettings"], []),
        (["declarativeNetRequest"], []),
        (["declarativeNetRequestWithHostAccess"], ["<all_urls>"]),
        (["webRequest", "webRequestBlocking"], ["*://*.portal.test/*"]),
        (["webRequestBlocking"], ["https://www.portal.test/*"]),
        (["webRequestBlocking"], ["https://*/*"]),
    ],
)
@pytest.mark.parametrize("where", ["granted", "manifest 2", "manifest 3"])
def test_an_extension_that_may_block_is_told_whatever_its_name(
    world: World, apis: list[str], hosts: list[str], where: str
) -> None:
    entry = {
        "granted": {"active_permissions": {"api": apis, "explicit_host": hosts}},
        "manifest 2": {"manifest": {"name": "Ruhe", "permissions": [*apis, *hosts]}},
        "manifest 3": {"manifest": {"name": "Ruhe", "permissions": apis, "host_permissions": hosts}},
    }[where]
    assert seen(world, {"extensions": {"settings": {"a" * 32: entry}}}).extensions == ("another",)


@pytest.mark.parametrize(
    "granted",
    [
        {"api": ["storage"], "explicit_host": ["<all_urls>"]},
        {"api": ["webRequestBlocking"], "explicit_host": ["https://other.test/*"]},
        {"api": "contentSettings"},
        7,
    ],
)
def test_an_extension_that_may_not_block_is_left_out(world: World, granted: object) -> None:
    tree = {"extensions": {"settings": {"a" * 32: {"active_permissions": granted}}}}
    assert seen(world, tree).extensions == ()


# ---- what they set -----------------------------------------------------------------------------


def setting(kind: str, setting: str = "block", pattern: str = "*", **entry: object) -> dict[str, object]:
    one = {"primaryPattern": pattern, "secondaryPattern": "*", "setting": setting, "type": kind}
    return {"content_settings": [one], **entry}


def installed(*entries: Mapping[str, object], **profile: object) -> object:
    found = {letter * 32: entry for letter, entry in zip("abc", entries, strict=False)}
    return {"extensions": {"settings": found}, "profile": profile}


def test_an_extension_that_blocks_cookies_is_told_as_a_setting(world: World) -> None:
    found = seen(world, installed(setting("cookies")))
    assert found.blocks == (CookieBlock(CookieScope.ALL, BY_SETTING),)


def test_an_extension_that_blocks_scripts_of_a_site(world: World) -> None:
    found = seen(world, installed(setting("javascript", pattern="https://www.portal.test:443")))
    assert found.forbids == (PageBlock(Forbidden.SCRIPTS, BY_SETTING),)


@pytest.mark.parametrize(
    "entry",
    [
        setting("cookies", pattern="https://other.test:443"),
        setting("cookies", "allow"),
        setting("cookies", disable_reasons=[1]),
        setting("images"),
        setting("cookies", "ask"),
        {"content_settings": [7, None, {"type": "cookies"}, {"type": "cookies", "setting": ["block"]}]},
        {"content_settings": {"type": "cookies", "setting": "block"}},
        {"incognito_content_settings": setting("cookies")["content_settings"]},
    ],
)
def test_an_extension_that_sets_nothing_for_the_page_blocks_nothing(
    world: World, entry: Mapping[str, object]
) -> None:
    found = seen(world, installed(entry))
    assert (found.blocks, found.forbids) == ((), ())


def test_an_extension_counts_before_the_persons_exception(world: World) -> None:
    own = {"exceptions": {"cookies": {"https://www.portal.test,*": {"setting": 2}}}}
    assert seen(world, installed(setting("cookies", "allow"), content_settings=own)).blocks == ()


def test_of_two_extensions_the_one_that_was_changed_last_counts(world: World) -> None:
    blocks = setting("cookies", last_update_time="13400000000000000")
    allows = setting("cookies", "allow", last_update_time="13300000000000000")
    assert seen(world, installed(blocks, allows)).blocks == (CookieBlock(CookieScope.ALL, BY_SETTING),)


def test_an_extension_that_blocks_cookies_of_others(world: World) -> None:
    entry = {"preferences": {"profile.cookie_controls_mode": 1}}
    found = seen(world, installed(entry, cookie_controls_mode=0))
    assert found.blocks == (CookieBlock(CookieScope.THIRD_PARTY, BY_SETTING),)
