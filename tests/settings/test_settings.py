from __future__ import annotations

from pathlib import Path

import pytest

from portalcheck.settings import Layer, SettingsWarning
from portalcheck.settings.sources import OPTIONS
from tests.settings.settings_world import World

LAB = '[portals.lab]\nurl = "https://portal.lab.example/signin"\n'


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


# ---- layers ------------------------------------------------------------------------------------


def test_without_any_file_the_built_in_values_hold(world: World) -> None:
    settings = world.load()
    assert settings.profile == "optum"
    assert (settings.run.timeout, settings.run.lang, settings.run.fail_on) == (10.0, "", "fail")
    assert settings.history.keep
    assert settings.guide.enabled
    assert settings.network.contact == "on-trouble"
    assert not settings.network.share_portal_name
    assert settings.checks.skip == settings.checks.only == ()
    assert settings.warnings == ()
    assert str(settings.origin("run.timeout")) == "built-in"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_may_be_as_windows_shells_write_it(world: World, encoding: str) -> None:
    assert world.load(user="[run]\r\nlang = 'es'  # señal\r\n".encode(encoding)).run.lang == "es"


def test_each_layer_wins_over_all_below_it(world: World) -> None:
    # Files stay once they are written, so that each step adds a layer.
    steps = [
        (world.load(), "built-in", 10.0),
        (world.load(system="[run]\ntimeout = 1"), "system file", 1.0),
        (world.load(user="[run]\ntimeout = 2"), "user file", 2.0),
        (world.load(environ={"PORTALCHECK_TIMEOUT": "3"}), "environment", 3.0),
        (world.load(environ={"PORTALCHECK_TIMEOUT": "3"}, flags={"timeout": 4.0}), "flag", 4.0),
    ]
    for settings, layer, timeout in steps:
        assert (settings.origin("run.timeout").layer, settings.run.timeout) == (layer, timeout)


def test_the_environment_wins_over_files_and_a_flag_over_the_environment(world: World) -> None:
    environ = {"PORTALCHECK_LANG": "es"}
    assert world.load(user='[run]\nlang = "en"', environ=environ).run.lang == "es"
    assert world.load(environ=environ, flags={"lang": "en"}).run.lang == "en"


def test_layers_are_merged_key_by_key(world: World) -> None:
    settings = world.load(
        system='[run]\nlang = "es"\ntimeout = 3',
        user="[run]\ntimeout = 5\n[network]\nshare_portal_name = true",
        flags={"timeout": None, "skip": None},
    )
    assert (settings.run.lang, settings.run.timeout, settings.network.share_portal_name) == ("es", 5.0, True)


def test_an_origin_tells_the_file_the_variable_or_the_flag(world: World) -> None:
    settings = world.load(
        system="[run]\ntimeout = 1",
        user='[network]\ncontact = "never"',
        environ={"PORTALCHECK_SKIP": "dns"},
        flags={"fail_on": "warn"},
    )
    assert settings.origin("run.timeout").file == world.system
    assert str(settings.origin("network.contact")) == f"user file {world.user}"
    assert str(settings.origin("checks.skip")) == "environment PORTALCHECK_SKIP"
    assert str(settings.origin("run.fail_on")) == "flag --fail-on"


def test_a_given_file_stands_for_the_users_and_the_systems_still_applies(world: World) -> None:
    config = world.write(world.root / "mine.toml", "[run]\ntimeout = 7")
    settings = world.load(system='[run]\nlang = "es"', user="[run]\ntimeout = 2", config=config)
    assert (settings.run.timeout, settings.run.lang) == (7.0, "es")
    assert settings.origin("run.timeout").place == str(config)


def test_a_given_file_stands_for_the_users_profiles_too(world: World) -> None:
    world.write(world.user.parent / "portals.d" / "lab.toml", 'url = "https://lab.example/"')
    assert "lab" in world.load().profiles
    assert "lab" not in world.load(config=world.write(world.root / "mine.toml", "")).profiles


def test_a_byte_order_mark_and_windows_lines_are_read(world: World) -> None:
    assert world.load(user=b"\xef\xbb\xbf[run]\r\ntimeout = 2\r\n").run.timeout == 2.0


# ---- environment and flags ---------------------------------------------------------------------


def test_every_option_has_a_variable(world: World) -> None:
    settings = world.load(
        user=LAB,
        environ={
            "PORTALCHECK_PORTAL": "lab",
            "PORTALCHECK_TIMEOUT": " 2.5 ",
            "PORTALCHECK_LANG": "es",
            "PORTALCHECK_FAIL_ON": "never",
            "PORTALCHECK_HISTORY_KEEP": "No",
            "PORTALCHECK_GUIDE_ENABLED": "off",
            "PORTALCHECK_JITTER": "30",
            "PORTALCHECK_LOG_FILE": "runs.log",
            "PORTALCHECK_LOG_MAX_BYTES": "8192",
            "PORTALCHECK_ONLY": "dns, tls,",
            "PORTALCHECK_SKIP": "vpn",
            "PORTALCHECK_NETWORK_CONTACT": "always",
            "PORTALCHECK_NETWORK_CANARIES": "https://a.example/,https://b.example/",
            "PORTALCHECK_NETWORK_CAPTIVE": "http://c.example/",
            "PORTALCHECK_NETWORK_RESOLVERS": "192.0.2.1,[2001:db8::1]:53",
            "PORTALCHECK_NETWORK_SHARE_PORTAL_NAME": "1",
        },
    )
    assert settings.profile == "lab"
    assert (settings.run.timeout, settings.run.lang, settings.run.fail_on) == (2.5, "es", "never")
    assert not settings.history.keep
    assert not settings.guide.enabled
    assert (settings.run.jitter, settings.log_file(), settings.run.log_max_bytes) == (
        30.0,
        Path("runs.log"),
        8192,
    )
    assert (settings.checks.only, settings.checks.skip) == (("dns", "tls"), ("vpn",))
    assert settings.network.contact == "always"
    assert settings.network.canaries == ("https://a.example/", "https://b.example/")
    assert settings.network.captive == ("http://c.example/",)
    assert settings.network.resolvers == ("192.0.2.1", "[2001:db8::1]:53")
    assert settings.network.share_portal_name
    assert {settings.origin(key).layer for key in OPTIONS.values()} == {Layer.ENVIRONMENT}


def test_an_empty_variable_and_those_of_other_options_set_nothing(world: World) -> None:
    environ = {"PORTALCHECK_LANG": "", "PORTALCHECK_FORMAT": "json", "PORTALCHECK_CONFIG": "x", "LANG": "es"}
    assert world.load(environ=environ).run.lang == ""


def test_a_flag_may_be_text_or_a_list_of_texts(world: World) -> None:
    assert world.load(flags={"skip": "dns,tls"}).checks.skip == ("dns", "tls")
    assert world.load(flags={"skip": ("dns,tls", "vpn")}).checks.skip == ("dns", "tls", "vpn")
    assert world.load(flags={"timeout": "4"}).run.timeout == 4.0
    assert world.load(flags={"history_keep": False}).history.keep is False


# ---- locks -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lock", "key"),
    [("network.contact", "network.contact"), ("network", "network.contact"), ("network", "network.canaries")],
)
def test_a_locked_key_keeps_the_systems_value_and_warns(world: World, lock: str, key: str) -> None:
    mine = {
        "network.contact": '"always"',
        "network.canaries": '["https://x.example/", "https://y.example/"]',
    }[key]
    plain = world.load(system="").entries[key].value
    settings = world.load(system=f'locked = ["{lock}"]', user=f"{key} = {mine}")
    assert settings.entries[key].value == plain
    assert settings.is_locked(key)
    assert [str(warning) for warning in settings.warnings] == [
        f"{world.user}: {key} is locked by {world.system}; this has no effect"
    ]


def test_it_can_turn_the_page_and_the_history_off_for_everybody(world: World) -> None:
    settings = world.load(
        system='locked = ["guide", "history.keep"]\nguide.enabled = false\nhistory.keep = false',
        user="guide.enabled = true\nhistory.keep = true",
        environ={"PORTALCHECK_GUIDE_ENABLED": "true", "PORTALCHECK_HISTORY_KEEP": "true"},
    )
    assert (settings.guide.enabled, settings.history.keep) == (False, False)
    assert {warning.keys for warning in settings.warnings if isinstance(warning, SettingsWarning)} == {
        ("guide.enabled", "history.keep"),
        ("guide.enabled",),
        ("history.keep",),
    }


def test_locks_hold_against_variables_and_flags(world: World) -> None:
    settings = world.load(
        system='locked = ["run.lang", "run.timeout"]\n[run]\nlang = "es"\ntimeout = 3',
        environ={"PORTALCHECK_LANG": "en"},
        flags={"timeout": 9.0},
    )
    assert (settings.run.lang, settings.run.timeout) == ("es", 3.0)
    assert [str(warning) for warning in settings.warnings] == [
        f"PORTALCHECK_LANG: run.lang is locked by {world.system}; this has no effect",
        f"--timeout: run.timeout is locked by {world.system}; this has no effect",
    ]


def test_a_locked_profile_is_as_the_system_has_it(world: World) -> None:
    user = '[portals.lab]\nurl = "https://evil.example/"\nofficial = ["evil.example"]'
    settings = world.load(system=f'locked = ["portals.lab"]\n{LAB}', user=user)
    assert settings.portal("lab").official == ("portal.lab.example",)
    keys = "portals.lab.url, portals.lab.official"
    assert [str(warning) for warning in settings.warnings] == [
        f"{world.user}: {keys} are locked by {world.system}; this has no effect"
    ]


def test_all_profiles_can_be_locked(world: World) -> None:
    settings = world.load(
        system=f'locked = ["portals"]\n{LAB}', user='[portals.mine]\nurl = "https://x.example/"'
    )
    assert sorted(settings.profiles) == ["lab", "optum"]


def test_a_locked_official_list_cannot_be_added_to_in_any_way(world: World) -> None:
    user = '[portals.lab]\nalso_official = ["evil.example"]\nurl = "https://evil.example/"'
    settings = world.load(
        system=f'locked = ["portals.lab.official"]\n{LAB}official = ["lab.example"]', user=user
    )
    assert settings.portal("lab").official == ("lab.example",)
    assert isinstance(settings.warnings[0], SettingsWarning)
    assert settings.warnings[0].keys == ("portals.lab.also_official",)


def test_locks_do_not_hold_against_the_systems_own_profiles(world: World) -> None:
    world.write(world.system.parent / "portals.d" / "lab.toml", 'url = "https://lab.example/"')
    settings = world.load(system='locked = ["portals.lab"]')
    assert settings.portal("lab").url == "https://lab.example/"
    assert settings.warnings == ()
