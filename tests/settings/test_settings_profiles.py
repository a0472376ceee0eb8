from __future__ import annotations

from pathlib import Path

import pytest

from portalcheck.settings import Layer, SettingsError
from tests.settings.settings_world import World

LAB = '[portals.lab]\nurl = "https://portal.lab.example/signin"\n'


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_the_built_in_profile_knows_the_portal_and_its_family(world: World) -> None:
    portal = world.load().portal()
    assert portal.url == "https://patient.optum.com/"
    assert (portal.official, portal.identity) == (("optum.com",), ("healthsafe-id.com",))
    assert portal.protect == ("optum.com", "healthsafe-id.com")
    assert {"optumrx.com", "optumwa.com", "myhealthchart.com"} <= set(portal.known_other)
    assert (portal.issuers, portal.support.phone) == ((), "")


def test_each_built_in_fact_has_a_source_and_unconfirmed_ones_are_used_for_nothing(world: World) -> None:
    (profile,) = world.load().profiles.values()
    assert all(fact.source and fact.use for fact in profile.facts)
    listed = {*profile.portal.official, *profile.portal.identity, *profile.portal.known_other}
    sure = {fact.host for fact in profile.facts if fact.certainty in "AB"}
    assert listed <= sure
    assert not listed & {fact.host for fact in profile.facts if fact.certainty == "C"}


def test_a_new_profile_needs_only_an_address(world: World) -> None:
    portal = world.load(user=f'portal = "lab"\n{LAB}').portal()
    assert portal.name == "lab"
    assert portal.official == portal.protect == ("portal.lab.example",)
    assert portal.identity == ()


def test_a_profile_is_changed_key_by_key_and_lists_are_replaced(world: World) -> None:
    plain = world.load().portal()
    settings = world.load(user='[portals.optum]\nname = "My clinic"\nidentity = ["id.example"]')
    portal = settings.portal()
    assert (portal.name, portal.url, portal.identity) == ("My clinic", plain.url, ("id.example",))
    assert portal.known_other == plain.known_other
    assert settings.origin("portals.optum.name").layer is Layer.USER
    assert settings.origin("portals.optum.url").layer is Layer.BUILT_IN


def test_one_line_adds_the_address_on_the_patients_letter(world: World) -> None:
    system = 'portals.optum.also_official = ["a.example"]'
    user = 'portals.optum.also_official = ["b.example", "a.example"]'
    portal = world.load(system=system, user=user).portal()
    assert portal.official == ("optum.com", "a.example", "b.example")
    assert portal.protect == ("optum.com", "a.example", "b.example", "healthsafe-id.com")


def test_the_host_of_the_address_is_always_official(world: World) -> None:
    portal = world.load(user='portals.optum.url = "https://MyChart.clinic.example:8443/x"').portal()
    assert portal.official == ("optum.com", "mychart.clinic.example")
    foreign = world.load(user='portals.optum.url = "https://B\u00fccher.example./"').portal()
    assert foreign.official == ("optum.com", "b\u00fccher.example")
    covered = world.load(user='portals.optum.url = "https://www.optum.com/"').portal()
    assert covered.official == ("optum.com",)


def test_empty_lists_take_the_default(world: World) -> None:
    portal = world.load(user=f"{LAB}official = []\nprotect = []\nca_file = ''\nstatus_url = ''").portal("lab")
    assert portal.official == portal.protect == ("portal.lab.example",)


def test_folders_of_profiles_hold_one_a_file(world: World) -> None:
    folder = world.system.parent / "portals.d"
    world.write(folder / "lab.toml", 'name = "Lab"\nurl = "https://lab.example/"\n[support]\nphone = "1-555"')
    world.write(folder / ".#lab.toml", "an editor's lock")
    world.write(folder / "README.md", "not a profile")
    settings = world.load(user='portals.lab.name = "My lab"')
    portal = settings.portal("lab")
    assert (portal.name, portal.url, portal.support.phone) == ("My lab", "https://lab.example/", "1-555")
    lab, optum = settings.profiles.values()
    assert [origin.file for origin in lab.origins] == [folder / "lab.toml", world.user]
    assert optum.origins[0].layer is Layer.BUILT_IN


def test_a_relative_ca_file_is_beside_the_file_that_names_it(world: World) -> None:
    import certifi

    world.write(world.system.parent / "ca.pem", Path(certifi.where()).read_bytes())
    settings = world.load(system=f"portal = 'lab'\n{LAB}ca_file = 'ca.pem'")
    assert settings.portal().ca_file == str(world.system.parent / "ca.pem")


def test_only_the_chosen_profiles_ca_file_is_needed(world: World) -> None:
    settings = world.load(user=f"{LAB}ca_file = '/nowhere/ca.pem'")
    with pytest.raises(SettingsError) as caught:
        settings.portal("lab")
    assert caught.value.key == "portals.lab.ca_file"


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1:8443/x?y#z", "https://[::1]/", "HTTP://localhost", "https://bücher.example./"]
)
def test_addresses_of_labs_and_other_scripts_can_be_used(world: World, url: str) -> None:
    assert world.load(user=f"portals.lab.url = '{url}'").portal("lab").url == url
