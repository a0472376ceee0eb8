from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from portalcheck import settings as room
from portalcheck.settings import Layer
from portalcheck.settings.sources import file_origin, system_folder, user_folder
from tests.settings.settings_world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_the_effective_settings_tell_value_origin_and_lock(world: World) -> None:
    settings = world.load(
        system='locked = ["run"]', user='checks.skip = ["vpn"]\nportals.optum.also_official = ["a.example"]'
    )
    rows = {row.key: row for row in room.effective(settings)}
    assert (rows["checks.skip"].text, rows["checks.skip"].origin.layer) == ('["vpn"]', "user file")
    assert (rows["run.timeout"].text, rows["run.timeout"].locked) == ("10.0", True)
    assert rows["locked"].text == '["run"]'
    assert rows["portals.optum.official"].text == '["optum.com", "a.example"]'
    assert rows["portals.optum.also_official"].origin.layer == "user file"
    assert not [key for key in rows if key.endswith("facts")]


def test_who_extended_a_list_is_told(world: World) -> None:
    settings = world.load(
        system='portals.optum.also_official = ["s.example"]',
        user='portals.optum.also_official = ["u.example"]',
    )
    rows = {row.key.removeprefix("portals.optum."): row for row in room.effective(settings)}
    extended = {
        key: [origin.layer for origin in row.extended_by] for key, row in rows.items() if row.extended_by
    }

    assert extended == {
        "official": ["system file", "user file"],
        "protect": ["system file", "user file"],
        "also_official": ["system file"],
    }
    assert rows["official"].origin.layer == "built-in"
    assert rows["official"].text == '["optum.com", "s.example", "u.example"]'


@pytest.mark.parametrize(
    ("user", "extended"),
    [
        ("", set()),
        ('portals.optum.also_official = ["a.example"]', {"official", "protect"}),
        ('portals.optum.url = "https://sign.in.example/"', {"official"}),
        ('portals.optum.identity = ["id.example"]', {"protect"}),
        ('portals.optum.official = ["a.example"]', {"protect"}),
        ('portals.optum.protect = ["a.example"]', set()),
    ],
)
def test_only_lists_to_which_others_added_are_extended(world: World, user: str, extended: set[str]) -> None:
    rows = room.effective(world.load(user=user))

    assert {row.key.rpartition(".")[2] for row in rows if row.extended_by} == extended


@pytest.mark.not_on_windows("posix", "XDG_CONFIG_HOME")
def test_the_paths_tell_what_is_there(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(world.root))
    folder = user_folder()
    if folder is None or not folder.is_relative_to(world.root):
        pytest.skip("this system does not follow XDG_CONFIG_HOME")
    world.write(folder / "config.toml", "")
    rows = {(row.layer, row.kind): row for row in room.paths()}
    assert rows[Layer.USER, "settings"].exists
    assert not rows[Layer.USER, "profiles"].exists
    assert rows[Layer.USER, "settings"].path == folder / "config.toml"
    given = room.paths(config=world.root / "x.toml")
    assert [row.path for row in given if row.layer is Layer.USER] == [world.root / "x.toml"]


@pytest.mark.parametrize(
    ("platform", "folder"),
    [
        ("linux", "/etc/portalcheck"),
        ("darwin", "/Library/Application Support/portalcheck"),
        ("win32", "C:\\ProgramData\\portalcheck"),
    ],
)
def test_the_systems_folder_is_where_each_system_has_it_whatever_variables_say(
    platform: str, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (
        "XDG_CONFIG_DIRS",
        "PROGRAMDATA",
        "ProgramData",
        "ALLUSERSPROFILE",
        "WIN_PD_OVERRIDE_COMMON_APPDATA",
    ):
        monkeypatch.setenv(name, "/tmp/mine")
    assert str(system_folder(platform)) == folder


@pytest.mark.not_on_windows("posix", "the list of users")
def test_a_user_without_a_home_has_no_layer(tmp_path: Path) -> None:
    # Without HOME and without an entry in the list of users, the place would be a relative path.
    script = (
        "import os, pwd, sys\n"
        "def nobody(*_):\n    raise KeyError\n"
        "pwd.getpwuid = nobody\n"
        "from portalcheck.settings import load, paths\n"
        "print(load({}, {}, system_file=None).profile, [str(row.path) for row in paths()][2:])\n"
    )
    kept = {name: value for name, value in os.environ.items() if name not in ("HOME", "XDG_CONFIG_HOME")}
    root = Path(__file__).parents[2]
    run = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**kept, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert run.stdout == "optum ['None', 'None']\n"


def test_a_file_in_the_home_folder_is_told_without_the_accounts_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    path = tmp_path / "sub" / "config.toml"
    home = "%USERPROFILE%" if sys.platform == "win32" else "~"
    assert file_origin(Layer.USER, path).place == f"{home}{os.sep}sub{os.sep}config.toml"
    outside = tmp_path.parent / "config.toml"
    assert file_origin(Layer.USER, outside).place == str(outside)


def test_the_schema_accepts_what_the_reader_accepts_and_refuses_what_it_refuses() -> None:
    schema = room.config_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid(
        {
            "portal": "lab",
            "locked": ["portal", "network.contact"],
            "portals": {"lab": {"url": "https://x.example/", "support": {"phone": "", "url": ""}}},
            "network": {"contact": "never", "canaries": ["https://a.example/", "https://b.example/"]},
            "run": {"timeout": 10, "lang": "en"},
            "checks": {"skip": []},
        }
    )
    wrong = [
        {"portla": "lab"},
        {"portal": "a b"},
        {"network": {"contact": "no"}},
        {"network": {"canaries": ["https://a.example/"]}},
        {"run": {"timeout": 0}},
        {"run": {"lang": "fr"}},
        {"portals": {"lab": {"support": {"fax": ""}}}},
    ]
    assert [document for document in wrong if validator.is_valid(document)] == []


def test_reading_settings_loads_no_heavy_module() -> None:
    script = (
        "import sys\n"
        "from portalcheck.settings import load\n"
        "load({}, {}, system_file=None)\n"
        "print(sorted({'httpx', 'dns', 'cryptography', 'psutil', 'idna', 'jinja2'} & set(sys.modules)))\n"
    )
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    run = subprocess.run(
        [sys.executable, "-c", script], env=environ, capture_output=True, text=True, timeout=30, check=True
    )
    assert run.stdout == "[]\n"
