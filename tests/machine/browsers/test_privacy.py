"""No cookie value is selected, kept, written or shown, and no name of a profile or person either."""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from portalcheck.facts import Unreadable
from portalcheck.machine import browsers
from portalcheck.machine.browsers import chromium_cookies, mozilla_cookies
from portalcheck.machine.browsers import database as asking
from portalcheck.machine.browsers.database import SIZES, Database, Number
from tests.machine.browsers.world import SECRET, URL, Cookie, World, binarycookies, chromium_db, firefox_db

IDENTITY = ("login.sso.test",)
COOKIES = [Cookie(name="sess_of_pat"), Cookie(name="b", expires=-5), Cookie(host="login.sso.test")]


def filled(world: World) -> World:
    chromium_db(world.chromium / "Profile of Pat" / "Cookies", COOKIES)
    chromium_db(world.home / ".config/google-chrome/Default/Cookies", COOKIES, plain=False)
    firefox_db(world.firefox / "pat.default" / "cookies.sqlite", COOKIES, wal=True)
    world.write(world.firefox / "pat.default" / "prefs.js", 'user_pref("x", "S3cr3t-marker-value");')
    firefox_db(world.home / ".local/share/epiphany/cookies.sqlite", COOKIES, 0)
    jar = "^userContextId=2"
    kept = [*COOKIES, Cookie(path="/of/pat", name="sess_of_pat"), Cookie(name="sess_of_pat", jar=jar)]
    firefox_db(world.home / ".zen" / "pat.Default" / "cookies.sqlite", kept)
    world.write(world.home / ".zen" / "pat.Default" / "prefs.js", 'user_pref("x", "S3cr3t-marker-value");')
    world.write(
        world.home / ".config/mimeapps.list",
        "[Default Applications]\nx-scheme-handler/https=browser-of-pat.desktop\n",
    )
    return world


def test_no_value_name_or_path_is_in_what_is_told(world: World, mac: World) -> None:
    filled(world)
    mac.write(mac.home / "Library/Cookies/Cookies.binarycookies", binarycookies(COOKIES))
    told = repr(
        [
            (
                here.stores(identity=IDENTITY),
                here.profiles(identity=IDENTITY),
                browsers.installed(here.environment),
            )
            for here in (world, mac)
        ]
    ).lower()
    for word in (SECRET.decode().lower(), "sess_of", "pat", "portal.test", "/"):
        assert word not in told


def test_every_query_of_a_run_selects_numbers_only(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[Any] = []
    original = Database.numbers

    def spy(self: Database, query: str, values: Any) -> Any:
        row = original(self, query, values)
        rows.append(row)
        return row

    monkeypatch.setattr(Database, "numbers", spy)
    stores = filled(world).stores(identity=IDENTITY)
    assert all(store.elsewhere for store in stores)
    assert len(rows) >= 4
    assert all(value is None or isinstance(value, (int, float)) for row in rows for value in row)


def ask(image: bytes, query: str, *, mozilla: bool = False) -> tuple[Number, ...] | Unreadable:
    def answer(database: Database) -> tuple[Number, ...]:
        if mozilla:
            mozilla_cookies.guard(database)
        else:
            chromium_cookies.guard(database, "linux")
        return database.numbers(query, {})

    return asking.ask(image, answer)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT value FROM main.cookies",
        "SELECT encrypted_value FROM main.cookies",
        "SELECT length(value) FROM main.cookies",
        "SELECT (SELECT value FROM cookies LIMIT 1)",
        "SELECT count(*) FROM cookies WHERE value = 'x'",
        "SELECT count(*) FROM cookies WHERE VALUE > ''",
        "WITH c AS (SELECT value FROM cookies) SELECT count(*) FROM c WHERE value <> ''",
        "SELECT hex(name) FROM cookies",
        "SELECT abs(name) FROM cookies",
        "SELECT load_extension('x')",
        "SELECT count(*) FROM meta",
        "SELECT sql FROM sqlite_master",
        "INSERT INTO cookies(name) VALUES('x')",
        "DELETE FROM cookies",
        "ATTACH '/tmp/x' AS x",
        "PRAGMA user_version=7",
        "CREATE TEMP TABLE t AS SELECT 1",
    ],
)
def test_a_query_for_a_value_or_for_anything_else_is_refused(tmp_path: Path, query: str) -> None:
    image = chromium_db(tmp_path / "Cookies", COOKIES).read_bytes()
    assert ask(image, query) in (Unreadable.UNKNOWN_LAYOUT, Unreadable.DAMAGED)


def test_firefoxes_values_are_guarded_too(tmp_path: Path) -> None:
    image = firefox_db(tmp_path / "cookies.sqlite", COOKIES).read_bytes()
    assert isinstance(ask(image, "SELECT value FROM main.moz_cookies", mozilla=True), Unreadable)


def test_the_view_offers_sizes_in_place_of_values(tmp_path: Path) -> None:
    image = chromium_db(tmp_path / "Cookies", COOKIES).read_bytes()
    assert ask(image, f"SELECT max(value_bytes) FROM {SIZES}") == (len(SECRET),)
    assert isinstance(ask(image, f"SELECT value FROM {SIZES}"), Unreadable)


def test_text_never_leaves_a_query(tmp_path: Path) -> None:
    image = chromium_db(tmp_path / "Cookies", COOKIES).read_bytes()
    with pytest.raises(TypeError):
        ask(image, f"SELECT name FROM {SIZES}")


def test_no_file_is_made_or_opened_for_writing(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    filled(world)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    for name in ("TMPDIR", "SQLITE_TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(temporary))
    opened = []
    seen: list[bool] = []

    def hook(event: str, arguments: Any) -> None:
        if seen and event in (
            "open",
            "sqlite3.connect",
            "os.mkdir",
            "os.rename",
            "os.remove",
            "shutil.copyfile",
        ):
            opened.append((event, arguments))

    sys.addaudithook(hook)  # there is no way to take one away again; `seen` switches it off
    seen.append(True)
    assert len(world.stores(identity=IDENTITY)) == 5
    world.profiles(identity=IDENTITY)
    browsers.installed(world.environment)
    seen.clear()
    assert list(temporary.iterdir()) == []
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
    for event, arguments in opened:
        if event == "open":
            path, _, flags = arguments
            assert not flags & writing, path
        else:
            assert (event, arguments[0]) == ("sqlite3.connect", ":memory:")


def test_the_sizes_come_from_the_database_and_not_from_the_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python never gets to see a cell of text: every decoding would go through the text factory."""
    decoded: list[bytes] = []
    world = World(tmp_path / "world")
    filled(world)

    class Watched(Database):
        def __init__(self, connection: sqlite3.Connection) -> None:
            super().__init__(connection)
            factory = connection.text_factory

            def watch(raw: bytes) -> Any:
                decoded.append(raw)
                return factory(raw)

            connection.text_factory = watch

    monkeypatch.setattr(asking, "Database", Watched)
    assert sum(store.count for store in world.stores(URL, identity=IDENTITY)) == 12
    assert decoded
    assert not any(SECRET in raw or b"portal" in raw or b"sess_of" in raw for raw in decoded)
