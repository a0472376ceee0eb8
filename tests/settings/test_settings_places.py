"""Bad files, folders, locks, variables and flags, each with the whole line that a person is shown."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from portalcheck import settings
from portalcheck.settings import check_file, unread_variables
from portalcheck.settings.sources import MAX_BYTES, MAX_PROFILES
from tests.settings.settings_world import World, caught, unprivileged

URL = "an http:// or https:// address with a host name and without user name, password, blank or backslash"
HOST = "a host name or address such as portal.example.org, without https://, path or *"
SECONDS = "expected a number of seconds above 0 and at most 600"
KEYS = "expected key paths such as network.contact"
LANGUAGE = "expected en, es, or nothing for the system's language"
PROFILE = "a profile name of 1 to 64 letters, digits, - and _"
LAB = 'portals.lab.url = "https://lab.example/"\n'


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


# ---- files that cannot be read -----------------------------------------------------------------


def test_a_given_file_must_be_there(world: World) -> None:
    missing = world.root / "missing.toml"
    assert str(caught(world, config=missing)) == f"{missing}: no such file; expected a settings file in TOML"
    below = world.write(world.root / "plain", "") / "x.toml"
    assert str(caught(world, config=below)) == f"{below}: no such file; expected a settings file in TOML"


def test_a_folder_is_no_settings_file(world: World) -> None:
    world.user.mkdir(parents=True)
    assert str(caught(world)) == f"{world.user}: is a folder; expected a settings file in TOML"


@pytest.mark.not_on_windows("posix", "named pipes among files")
def test_a_pipe_is_not_waited_for(world: World) -> None:
    pipe = world.root / "pipe"
    os.mkfifo(pipe)
    assert (
        str(caught(world, config=pipe)) == f"{pipe}: is not a regular file; expected a settings file in TOML"
    )


@pytest.mark.not_on_windows("posix", "modes of files")
def test_a_file_that_may_not_be_read_is_an_error_but_not_the_users_hidden_folder() -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        world.root.chmod(0o755)
        world.load(user="")
        world.user.chmod(0)
        with unprivileged():
            error = caught(world)
        assert str(error) == f"{world.user}: permission denied; expected a settings file in TOML"
        world.user.parent.chmod(0)
        with unprivileged():
            assert world.load().profile == "optum"
        world.user.parent.chmod(0o700)
        world.write(world.system, "").parent.chmod(0)
        with unprivileged():
            error = caught(world)
        world.system.parent.chmod(0o700)
        assert (
            str(error) == f"{world.system.parent}/portals.d: cannot be listed; expected a folder of profiles"
        )


@pytest.mark.not_on_windows("posix", "symbolic links for everybody")
def test_a_link_to_itself_cannot_be_read(world: World) -> None:
    loop = world.root / "loop.toml"
    loop.symlink_to(loop)
    assert str(caught(world, config=loop)) == f"{loop}: cannot be read; expected a settings file in TOML"


def test_a_name_that_no_file_can_have_cannot_be_read(world: World) -> None:
    error = caught(world, config=Path("a\0b.toml"))
    assert str(error) == '"a\\u0000b.toml": cannot be read; expected a settings file in TOML'


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "no such file"),
        (b"no PEM here", "holds no certificate"),
        (b"x" * (MAX_BYTES + 1), "is larger than 1 MiB"),
    ],
)
def test_a_ca_file_must_hold_certificates(world: World, content: bytes | None, problem: str) -> None:
    if content is not None:
        world.write(world.user.parent / "ca.pem", content)
    error = caught(world, user=f"portal = 'lab'\n{LAB}portals.lab.ca_file = 'ca.pem'")
    expected = f"{world.user}: portals.lab.ca_file: {problem}; expected a file of certificates in PEM"
    assert str(error) == expected


# ---- the system's file, profiles, variables and flags ------------------------------------------


LOCKS = [
    ("'portal'", 'locked: got "portal"; expected a list of key paths'),
    ("[1]", "locked[0]: got 1; expected a key path such as network.contact"),
    (
        "['network.contacts']",
        f'locked: "network.contacts" is not a key; {KEYS} (did you mean network.contact?)',
    ),
    ("['timeout']", f'locked: "timeout" is not a key; {KEYS} (did you mean run.timeout?)'),
    ("['locked']", f'locked: "locked" is not a key; {KEYS} (did you mean checks?)'),
    ("['portals.optum.urls']", f'locked: "portals.optum.urls" is not a key; {KEYS}'),
    ("['portals.lab']", 'locked: no profile is named "lab"; expected optum'),
    ("['portals.optun.url']", 'locked: no profile is named "optun"; expected optum (did you mean optum?)'),
]


@pytest.mark.parametrize(("locked", "message"), LOCKS)
def test_a_lock_of_no_known_key_is_an_error(world: World, locked: str, message: str) -> None:
    assert (
        str(caught(world, system=f"locked = {locked}")).partition(" (did")[0]
        == (f"{world.system}: {message}".partition(" (did")[0])
    )


def test_a_bad_profile_file_is_told_with_the_key_as_it_stands_there(world: World) -> None:
    folder = world.system.parent / "portals.d"
    lab = world.write(folder / "lab.toml", "url = 'lab'")
    assert str(caught(world)) == f"{lab}: url: is not an address; expected {URL}"
    world.write(lab, "name = 'Lab'")
    assert str(caught(world)) == f"{lab}: url: missing; expected an address, which a new profile needs"
    lab.unlink()
    odd = world.write(folder / "my lab.toml", "url = 'https://lab.example/'")
    assert str(caught(world)) == f'{odd}: got "my lab"; expected {PROFILE}'


def test_a_folder_without_measure_is_not_read(world: World) -> None:
    folder = world.system.parent / "portals.d"
    for number in range(MAX_PROFILES + 1):
        world.write(folder / f"p{number}.toml", "url = 'https://lab.example/'")
    expected = f"{folder}: has {MAX_PROFILES + 1} profiles; expected at most {MAX_PROFILES}"
    assert str(caught(world)) == expected


VARIABLES = [
    ({"PORTALCHECK_TIMEOUT": "ten"}, f'PORTALCHECK_TIMEOUT: got "ten"; {SECONDS}'),
    ({"PORTALCHECK_TIMEOUT": "0"}, f"PORTALCHECK_TIMEOUT: got 0.0; {SECONDS}"),
    ({"PORTALCHECK_HISTORY_KEEP": "maybe"}, 'PORTALCHECK_HISTORY_KEEP: got "maybe"; expected true or false'),
    ({"PORTALCHECK_LANG": "EN"}, f'PORTALCHECK_LANG: got "EN"; {LANGUAGE}'),
    ({"PORTALCHECK_SKIP": "a,b c"}, "PORTALCHECK_SKIP: is not a check id; expected a check id such as dns"),
    ({"PORTALCHECK_PORTAL": "lab"}, 'PORTALCHECK_PORTAL: no profile is named "lab"; expected optum'),
    (
        {"PORTALCHECK_PORTAL": "\udcff\x1b[31m"},
        "PORTALCHECK_PORTAL: is not UTF-8 text; expected UTF-8",
    ),
    (
        {"PORTALCHECK_NETWORK_CONTACTS": "never"},
        "PORTALCHECK_NETWORK_CONTACTS: unknown setting; expected PORTALCHECK_NETWORK_CANARIES, "
        "PORTALCHECK_NETWORK_CAPTIVE, PORTALCHECK_NETWORK_CONTACT, PORTALCHECK_NETWORK_RESOLVERS or "
        "PORTALCHECK_NETWORK_SHARE_PORTAL_NAME (did you mean PORTALCHECK_NETWORK_CONTACT?)",
    ),
]


@pytest.mark.parametrize(("environ", "message"), VARIABLES)
def test_a_bad_variable_is_told_by_its_name(world: World, environ: dict[str, str], message: str) -> None:
    assert str(caught(world, environ=environ)) == message


FLAGS = [
    ({"timeout": float("nan")}, f"--timeout: got a number out of range; {SECONDS}"),
    ({"timeout": -1.0}, f"--timeout: got -1.0; {SECONDS}"),
    ({"portal": "labb"}, '--portal: no profile is named "labb"; expected lab or optum (did you mean lab?)'),
    ({"fail_on": "all"}, '--fail-on: got "all"; expected never, fail or warn'),
    ({"skip": ("dns", "\x00 ")}, "--skip: is not a check id; expected a check id such as dns"),
]


@pytest.mark.parametrize(("flags", "message"), FLAGS)
def test_a_bad_flag_is_told_by_its_name(world: World, flags: Mapping[str, object], message: str) -> None:
    assert str(caught(world, user=LAB, flags=flags)) == message


# ---- is a file right? --------------------------------------------------------------------------


def told(path: Path, *, system: bool | None = None) -> list[str]:
    """What is told of a file, each without the file's own name."""
    errors = check_file(path, system=system).errors
    return [str(error).removeprefix(f"{path}: ") for error in errors]


def test_a_file_can_be_checked_without_a_run(world: World) -> None:
    good = world.write(world.root / "good.toml", f"portal = 'lab'\n{LAB}")
    bad = world.write(world.root / "bad.toml", "run.timeout = 0")
    locks = world.write(world.root / "locks.toml", "locked = ['run']")
    assert told(good) == []
    assert [error.key for error in check_file(bad).errors] == ["run.timeout"]
    assert told(locks, system=True) == []
    assert [error.key for error in check_file(locks).errors] == ["locked"]
    assert told(world.root / "none.toml") == ["no such file; expected a settings file in TOML"]


def test_all_errors_of_a_file_are_told_at_once(world: World) -> None:
    path = world.write(
        world.root / "bad.toml",
        "portal = 'laab'\nlocked = ['run']\ncolour = 1\nnetwork = 1\n"
        "[run]\ntimeout = 0\nlang = 'fr'\nremember = true\n"
        "[checks]\nskip = ['dns', '']\n"
        "[portals.lab]\nurl = 'https://lab.example/'\nofficial = ['a b']\nca_file = 'none.pem'\n"
        "[portals.new]\nname = ''\n[portals.'a b']\nurl = ''\n",
    )
    assert [line.partition(";")[0] for line in told(path)] == [
        "colour: unknown key",
        "network: got 1",
        "run.timeout: got 0",
        'run.lang: got "fr"',
        "run.remember: unknown key",
        "checks.skip[1]: is not a check id",
        "portals.lab.official[0]: is not a host name",
        "portals.new.name: is empty",
        'portals."a b": got "a b"',
        "locked: is not for this file",
        'portal: no profile is named "laab"',
        "portals.lab.ca_file: no such file",
    ]


def test_what_only_follows_from_an_error_is_not_told_as_one_more(world: World) -> None:
    path = world.write(world.root / "bad.toml", "portal = 'lab'\n[portals.lab]\nurl = 'lab'\nname = 'Lab'\n")
    assert told(path) == [f"portals.lab.url: is not an address; expected {URL}"]


def test_all_locks_of_no_known_key_are_told(world: World) -> None:
    path = world.write(world.root / "bad.toml", "locked = ['rum', 'run', 'portals.lab']\nrun.timeout = 0")
    assert [line.partition(";")[0] for line in told(path, system=True)] == [
        "run.timeout: got 0",
        'locked: "rum" is not a key',
        'locked: no profile is named "lab"',
    ]


@pytest.mark.not_on_windows("wine", "files of administrators, whose alone count there")
def test_keys_that_a_lock_makes_void_are_told_as_warnings(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "system_folder", lambda: world.system.parent)
    world.write(world.system, "locked = ['network', 'guide.enabled']")
    path = world.write(world.root / "mine.toml", "guide.enabled = true\n[run]\ntimeout = 0\n")
    checked = check_file(path)
    assert [error.key for error in checked.errors] == ["run.timeout"]
    assert [str(warning) for warning in checked.warnings] == [
        f"{path}: guide.enabled is locked by {world.system}; this has no effect"
    ]


def test_a_check_looks_at_every_ca_file_and_at_no_variable(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTALCHECK_TIMEOUT", "ten")
    path = world.write(world.root / "x.toml", f"{LAB}portals.lab.ca_file = 'none.pem'")
    assert [error.key for error in check_file(path).errors] == ["portals.lab.ca_file"]


def test_a_profile_file_can_be_checked(world: World) -> None:
    lab = world.write(
        world.root / "portals.d" / "lab.toml", "url = 'https://lab.example/'\nofficial = ['a b']\nurls = ''"
    )
    official, urls = told(lab)
    assert official == f"official[0]: is not a host name; expected {HOST}"
    assert urls.startswith("urls: unknown key; ")
    world.write(lab, "url = 'lab'")
    assert told(lab) == [f"url: is not an address; expected {URL}"]
    world.write(lab, "url = 'https://lab.example/'")
    assert told(lab) == []


def test_variables_that_nobody_reads_are_told_with_what_was_meant() -> None:
    environ = {
        "PORTALCHECK_TIMEOUT": "5",
        "PORTALCHECK_FORMAT": "json",
        "PORTALCHECK_TIMOUT": "5",
        "PORTALCHECK_REMEMBER": "no",
        "PORTALCHECK_FORMATS": "",
        "_PORTALCHECK_COMPLETE": "bash_source",
        "PATH": "/bin",
    }
    unread = {one.name: one.suggestion for one in unread_variables(environ, ["PORTALCHECK_FORMAT"])}
    assert unread == {
        "PORTALCHECK_FORMATS": "PORTALCHECK_FORMAT",
        "PORTALCHECK_REMEMBER": "",
        "PORTALCHECK_TIMOUT": "PORTALCHECK_TIMEOUT",
    }
