"""Cookies of the host that signs people in, blocked while those of the portal are not, and the healthy twins."""

from __future__ import annotations

import sqlite3

import pytest

from portalcheck.facts import CookieBlock, CookieRole, CookieScope, SetBy
from tests.machine.browsers.world import World

IDENTITY = ("login.sso.test",)
ALLOW, BLOCK, SESSION = 1, 2, 4
BY_SETTING = (CookieBlock(CookieScope.SITE, SetBy.SETTING, CookieRole.IDENTITY),)


def chromium(default: int, **exceptions: int) -> dict[str, object]:
    rows = {f"https://{host}:443,*": {"setting": value} for host, value in exceptions.items()}
    profile: dict[str, object] = {"content_settings": {"exceptions": {"cookies": rows}}}
    if default:
        profile["default_content_setting_values"] = {"cookies": default}
    return {"profile": profile}


@pytest.mark.parametrize(
    ("preferences", "blocks"),
    [
        (chromium(0, **{"login.sso.test": BLOCK}), BY_SETTING),
        (chromium(BLOCK, **{"www.portal.test": ALLOW}), BY_SETTING),
        (chromium(BLOCK, **{"www.portal.test": ALLOW, "login.sso.test": ALLOW}), ()),
        (chromium(0, **{"www.portal.test": ALLOW}), ()),
        (chromium(0, **{"login.sso.test": SESSION}), ()),
        (chromium(0, **{"other.sso.test": BLOCK}), ()),
        (chromium(BLOCK), (CookieBlock(CookieScope.ALL, SetBy.SETTING),)),
        (
            chromium(0, **{"www.portal.test": BLOCK, "login.sso.test": BLOCK}),
            (CookieBlock(CookieScope.SITE, SetBy.SETTING), *BY_SETTING),
        ),
        ({"profile": {"cookie_controls_mode": 1}}, (CookieBlock(CookieScope.THIRD_PARTY, SetBy.SETTING),)),
    ],
)
def test_in_chromium(world: World, preferences: object, blocks: tuple[CookieBlock, ...]) -> None:
    world.write(world.chromium / "Default" / "Preferences", preferences)
    (found,) = world.profiles(identity=IDENTITY)
    assert found.blocks == blocks
    (alone,) = world.profiles()
    assert alone.blocks == tuple(block for block in blocks if block.role is CookieRole.PORTAL)


def test_a_policy_of_chromium(world: World) -> None:
    world.write(world.chromium / "Default" / "Preferences", {})
    policy = {"CookiesBlockedForUrls": ["https://login.sso.test"]}
    world.write(world.root / "etc/chromium/policies/managed/x.json", policy)
    (found,) = world.profiles(identity=IDENTITY)
    assert found.blocks == (CookieBlock(CookieScope.SITE, SetBy.POLICY, CookieRole.IDENTITY),)


@pytest.mark.parametrize(
    ("behaviour", "permissions", "blocks"),
    [
        (None, {"https://login.sso.test": BLOCK}, BY_SETTING),
        (2, {"https://www.portal.test": ALLOW}, BY_SETTING),
        (2, {"https://www.portal.test": ALLOW, "https://login.sso.test": ALLOW}, ()),
        (2, {}, (CookieBlock(CookieScope.ALL, SetBy.SETTING),)),
        (None, {"https://www.portal.test": ALLOW}, ()),
        (None, {"http://login.sso.test": BLOCK}, ()),
    ],
)
def test_in_firefox(
    world: World, behaviour: int | None, permissions: dict[str, int], blocks: tuple[CookieBlock, ...]
) -> None:
    profile = world.firefox / "x.default"
    line = "" if behaviour is None else f'user_pref("network.cookie.cookieBehavior", {behaviour});'
    world.write(profile / "prefs.js", line)
    with sqlite3.connect(profile / "permissions.sqlite") as database:
        database.execute(
            "CREATE TABLE moz_perms(id INTEGER PRIMARY KEY, origin TEXT, type TEXT, permission INTEGER,"
            " expireType INTEGER, expireTime INTEGER, modificationTime INTEGER)"
        )
        rows = list(permissions.items())
        database.executemany("INSERT INTO moz_perms VALUES(NULL, ?, 'cookie', ?, 0, 0, 0)", rows)
    database.close()
    (found,) = world.profiles(identity=IDENTITY)
    assert found.blocks == blocks
