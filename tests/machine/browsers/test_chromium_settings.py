"""What Chromium and its kin are set to do with cookies, by the person, by an administrator, by extensions."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.facts import BrowserProfile, CookieBlock, CookieScope, SetBy, Unreadable
from tests.machine.browsers.world import Cookie, World, chromium_db

UBLOCK = "cjpalhdlnbpafiamejdnhcphjbkeiagm"
ALL_SETTING = (CookieBlock(CookieScope.ALL, SetBy.SETTING),)
ALL_POLICY = (CookieBlock(CookieScope.ALL, SetBy.POLICY),)
SITE_POLICY = (CookieBlock(CookieScope.SITE, SetBy.POLICY),)
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
    assert seen(world, tree, "https://other.test/").blocks == ALL_SETTING


@pytest.mark.parametrize(
    "kept",
    [
        {"shieldsCookiesV3": {"*,*": 2}, "braveShields": {"www.portal.test,*": 2}},
        {"shieldsCookiesV3": {"*,[*.]portal.test": 2}, "braveShields": {"[*.]portal.test,*": 2}},
        {"cookies": {"www.portal.test,*": 2}, "braveShields": {"[*.]portal.test,*": 2}},
        {"braveShields": {"[*.]portal.test,*": 2}},
    ],
)
@pytest.mark.parametrize("default", [None, 2])
def test_where_braves_shields_are_down_nothing_that_the_person_set_blocks(
    world: World, kept: Mapping[str, Mapping[str, int]], default: int | None
) -> None:
    assert seen(world, kept_by_brave(kept, default)).blocks == ()


@pytest.mark.parametrize("shields", [{"other.test,*": 2}, {"www.portal.test,*": 1}])
def test_where_braves_shields_are_up_what_they_block_is_told(
    world: World, shields: Mapping[str, int]
) -> None:
    kept = {"shieldsCookiesV3": {"*,[*.]portal.test": 2}, "braveShields": shields}
    assert seen(world, kept_by_brave(kept)).blocks == SITE_SETTING


def test_braves_shields_are_no_match_for_a_policy(world: World) -> None:
    policy(world, {"DefaultCookiesSetting": 2})
    found = seen(world, kept_by_brave({"braveShields": {"www.portal.test,*": 2}}))
    assert found.blocks == (CookieBlock(CookieScope.ALL, SetBy.POLICY),)


def kept_by_brave(kept: Mapping[str, Mapping[str, int]], default: int | None = None) -> object:
    exceptions = {kind: {key: {"setting": value} for key, value in of.items()} for kind, of in kept.items()}
    tree: dict[str, object] = {"content_settings": {"exceptions": exceptions}}
    if default is not None:
        tree["default_content_setting_values"] = {"cookies": default}
    return {"profile": tree}


@pytest.mark.parametrize(
    ("managed", "recommended", "user", "blocks"),
    [
        ({"DefaultCookiesSetting": 2}, {}, preferences(1), (CookieBlock(CookieScope.ALL, SetBy.POLICY),)),
        ({}, {"DefaultCookiesSetting": 2}, {}, (CookieBlock(CookieScope.ALL, SetBy.POLICY),)),
        ({}, {"DefaultCookiesSetting": 2}, preferences(1), ALL_POLICY),
        ({}, {"DefaultCookiesSetting": 2}, preferences(None, {"[*.]portal.test,*": 1}), ALL_POLICY),
        ({}, {"CookiesBlockedForUrls": ["https://www.portal.test"]}, {}, SITE_POLICY),
        (
            {"CookiesAllowedForUrls": ["[*.]portal.test"]},
            {"CookiesBlockedForUrls": ["https://www.portal.test"]},
            {},
            SITE_POLICY,
        ),
        (
            {"CookiesBlockedForUrls": ["https://other.test"]},
            {"CookiesBlockedForUrls": ["https://www.portal.test"]},
            {},
            (),
        ),
        (
            {
                "CookiesBlockedForUrls": ["[*.]portal.test"],
                "CookiesAllowedForUrls": ["https://www.portal.test"],
            },
            {},
            {},
            (),
        ),
        (
            {
                "CookiesAllowedForUrls": ["[*.]portal.test"],
                "CookiesBlockedForUrls": ["https://www.portal.test"],
            },
            {},
            {},
            SITE_POLICY,
        ),
        ({"CookiesBlockedForUrls": ["*"], "CookiesAllowedForUrls": ["*"]}, {}, {}, ALL_POLICY),
        ({"CookiesBlockedForUrls": ["*"], "CookiesAllowedForUrls": ["www.portal.test"]}, {}, {}, ()),
        ({"CookiesBlockedForUrls": ["[*.]portal.test,[*.]other.test"]}, {}, {}, ()),
        ({"CookiesBlockedForUrls": "https://www.portal.test"}, {}, {}, ()),
        ({"DefaultCookiesSetting": 1}, {"DefaultCookiesSetting": 2}, {}, ()),
        ({"DefaultCookiesSetting": "2"}, {"DefaultCookiesSetting": 2}, {}, ()),
        ({"DefaultCookiesSetting": 3}, {}, preferences(2), ALL_SETTING),
        ({"DefaultCookiesSetting": 2.0}, {}, {}, ()),
        ({"DefaultCookiesSetting": True}, {}, {}, ()),
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
        ({}, {"BlockThirdPartyCookies": True}, preferences(cookie_controls_mode=0), ()),
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
        {"CookiesSessionOnlyForUrls": ["*"], "CookiesBlockedForUrls": ["*"]},
        {"DefaultCookiesSetting": 4},
        {"ClearBrowsingDataOnExitList": ["browsing_history", "cookies_and_other_site_data"]},
    ],
)
def test_policies_that_clear_cookies_at_the_end(world: World, rules: object) -> None:
    policy(world, rules)
    found = seen(world, {})
    assert (found.clears_on_exit, found.blocks) == (True, ())


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
