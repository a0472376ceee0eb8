"""Cookie databases of every age are read; broken, foreign and hostile ones are told apart in bounded time."""

from __future__ import annotations

import os
import random
import socket
import sqlite3
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.facts import CookieStore, Unreadable
from portalcheck.machine.browsers import database as asking
from portalcheck.machine.browsers import reading
from portalcheck.machine.browsers.database import SIZES
from portalcheck.machine.browsers.places import placed
from portalcheck.machine.environment import Environment
from portalcheck.machine.files import is_remote
from tests.machine.browsers.world import Cookie, World, chromium_db, firefox_db

In = Callable[..., CookieStore]
LIVE_AND_DEAD = [Cookie(), Cookie(name="b", expires=-10)]


@pytest.mark.parametrize("version", [9, 12, 20, 21, 22, 23, 24])
def test_every_schema_of_chromium_is_read(in_chromium: In, version: int) -> None:
    store = in_chromium(LIVE_AND_DEAD, version)
    assert (store.unreadable, store.count, store.expired, store.sent) == (None, 1, 1, 1)


@pytest.mark.parametrize("version", [10, 15, 16, 17])
def test_every_schema_of_firefox_is_read_in_its_own_unit_of_time(in_firefox: In, version: int) -> None:
    store = in_firefox(LIVE_AND_DEAD, version)
    assert (store.unreadable, store.count, store.expired, store.sent) == (None, 1, 1, 1)


def test_a_firefox_newer_than_known_is_read_as_the_newest_known(in_firefox: In) -> None:
    store = in_firefox(LIVE_AND_DEAD, 99, columns=17)
    assert (store.count, store.expired, store.newer_schema) == (1, 1, True)


@pytest.mark.parametrize("version", [17, 16, 10])
def test_a_firefox_that_is_known_is_not_called_newer(in_firefox: In, version: int) -> None:
    assert not in_firefox(LIVE_AND_DEAD, version).newer_schema


@pytest.mark.parametrize(("version", "newer"), [("24", False), ("25", True), ("9" * 15, True), ("", False)])
def test_a_chromium_newer_than_known_is_read_and_called_so(world: World, version: str, newer: bool) -> None:
    path = chromium_db(world.chromium / "Default" / "Cookies", LIVE_AND_DEAD)
    with sqlite3.connect(path) as database:
        database.execute("UPDATE meta SET value = ? WHERE key = 'version'", (version,))
    database.close()
    store = world.store()
    assert (store.count, store.expired, store.newer_schema) == (1, 1, newer)


def test_epiphany_is_read_without_origin_attributes(world: World) -> None:
    firefox_db(world.home / ".local/share/epiphany/cookies.sqlite", LIVE_AND_DEAD, 0)
    store = world.store()
    assert (store.browser, store.count, store.expired, store.running) == ("epiphany", 1, 1, None)


def test_a_chromium_database_without_its_version_is_read(in_chromium: In) -> None:
    store = in_chromium([Cookie(name="n", value=b"v" * 100)], 24, plain=False, meta=False)
    assert abs(store.header_bytes - 102) <= 8


@pytest.mark.parametrize("encoding", ["UTF-16le", "UTF-16be"])
def test_text_in_utf_16_is_found_and_not_measured_twice(in_chromium: In, encoding: str) -> None:
    store = in_chromium([Cookie(name="sid", value=b"12345")], encoding=encoding)
    assert (store.count, store.header_bytes) == (1, len("sid=12345"))


def test_an_empty_file_is_an_empty_store(world: World) -> None:
    world.write(world.chromium / "Default" / "Cookies", b"")
    assert (world.store().unreadable, world.store().count) == (None, 0)


def test_a_profile_without_a_cookie_file_is_an_empty_store(world: World) -> None:
    world.write(world.chromium / "Default" / "Preferences", {})
    assert (world.store().unreadable, world.store().count) == (None, 0)


@pytest.mark.parametrize(
    "content",
    [
        b"cookies: none\n",
        b"SQLite format 3\0",
        b"SQLite format 3\0" + b"\0" * 84,
        os.urandom(4096),
        b"\0" * 8192,
    ],
)
def test_a_file_that_is_no_database_is_damaged(world: World, content: bytes) -> None:
    world.write(world.chromium / "Default" / "Cookies", content)
    assert world.store().unreadable is Unreadable.DAMAGED


def test_half_of_a_database_is_damaged(world: World) -> None:
    path = chromium_db(world.chromium / "Default" / "Cookies", [Cookie(name=str(n)) for n in range(500)])
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert world.store().unreadable is Unreadable.DAMAGED


def test_a_damaged_page_spoils_its_own_profile_only(world: World) -> None:
    path = chromium_db(world.chromium / "Default" / "Cookies", [Cookie(name=str(n)) for n in range(2000)])
    content = bytearray(path.read_bytes())
    content[5 * 4096 : 6 * 4096] = random.Random(1).randbytes(4096)
    path.write_bytes(content)
    chromium_db(world.chromium / "Profile 1" / "Cookies", [Cookie()])
    first, second = world.stores()
    assert (first.profile, first.unreadable) == (1, Unreadable.DAMAGED)
    assert (second.profile, second.unreadable, second.count) == (2, None, 1)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 20_000), st.binary(min_size=1, max_size=64)), min_size=1, max_size=5)
)
def test_no_damage_brings_the_reader_down(
    tmp_path_factory: pytest.TempPathFactory, damage: list[tuple[int, bytes]]
) -> None:
    world = World(tmp_path_factory.mktemp("damage"))
    path = chromium_db(world.chromium / "Default" / "Cookies", [Cookie(name=str(n)) for n in range(100)])
    content = bytearray(path.read_bytes())
    for at, noise in damage:
        at %= len(content)
        content[at : at + len(noise)] = noise
    path.write_bytes(content)
    store = world.store()
    assert store.unreadable is None or store.unreadable in set(Unreadable)


def _hostile(world: World, script: str) -> CookieStore:
    path = world.chromium / "Default" / "Cookies"
    path.parent.mkdir(parents=True)
    with sqlite3.connect(path) as database:
        database.executescript(script)
    database.close()
    started = time.monotonic()
    store = world.store()
    assert time.monotonic() - started < 2
    return store


_ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT '.portal.test'"
_PLAIN = "host_key TEXT, path TEXT, name TEXT, value TEXT, expires_utc INTEGER"


@pytest.mark.parametrize(
    "script",
    [
        "CREATE TABLE other(x)",
        "CREATE TABLE cookies(x)",
        f"CREATE VIEW cookies AS {_ENDLESS} AS host_key, '/' AS path, 'a' AS name, x AS expires_utc FROM n",
        f"CREATE TABLE real({_PLAIN}); CREATE VIEW cookies AS SELECT * FROM real",
        "CREATE VIRTUAL TABLE cookies USING fts5(host_key, path, name, value, expires_utc)",
        "CREATE TABLE cookies(host_key, path, name, expires_utc AS (length(name)) VIRTUAL)",
        "CREATE TABLE cookies(host_key COLLATE NOCASE, path, name)",
    ],
)
def test_what_is_no_ordinary_table_of_cookies_is_an_unknown_layout(world: World, script: str) -> None:
    assert _hostile(world, script).unreadable is Unreadable.UNKNOWN_LAYOUT


def test_triggers_and_indexes_of_a_hostile_database_are_never_run(world: World) -> None:
    store = _hostile(
        world,
        f"CREATE TABLE cookies({_PLAIN}); CREATE TABLE seen(x);"
        "CREATE TRIGGER t AFTER INSERT ON cookies BEGIN INSERT INTO seen VALUES(1); END;"
        "CREATE INDEX i ON cookies(abs(length(host_key)));"
        "INSERT INTO cookies VALUES('.portal.test', '/', 'a', 'b', 0)",
    )
    assert (store.unreadable, store.count) == (None, 1)


def test_a_name_that_shadows_our_view_changes_nothing(world: World) -> None:
    store = _hostile(
        world,
        f"CREATE TABLE cookies({_PLAIN}); INSERT INTO cookies VALUES('.portal.test', '/', 'a', 'b', {2**60});"
        f"CREATE TABLE {SIZES}(host, value); INSERT INTO {SIZES} VALUES('.portal.test', 'x')",
    )
    assert (store.count, store.header_bytes) == (1, len("a=b"))


def test_cells_of_every_type_are_survived(in_chromium: In, world: World) -> None:
    in_chromium([Cookie()])
    path = world.chromium / "Default" / "Cookies"
    odd = [
        b".portal.test",
        None,
        7,
        1.5,
        "\udcff.portal.test".encode("utf-8", "surrogateescape"),
        "x\0.portal.test",
    ]
    times = ["abc", 9e99, 2**63 - 1, -(2**63), None, b"\xff", 0.5]
    with sqlite3.connect(path) as database:
        for host in odd:
            database.execute("INSERT INTO cookies(host_key, name, path) VALUES(?, ?, ?)", (host, host, host))
        for when in times:
            database.execute(
                "INSERT INTO cookies"
                "(host_key, name, path, value, expires_utc, has_expires, creation_utc, is_secure)"
                " VALUES('.portal.test', 'a' || char(0) || ?, '/', CAST(x'ff00fe' AS TEXT), ?, 1, ?, ?)",
                (when, when, when, when),
            )
        # Text that is not UTF-8, in every column.
        database.execute(
            "INSERT INTO cookies(host_key, name, path) SELECT t, t, t FROM (SELECT CAST(x'ff2e' AS TEXT) t)"
        )
    database.close()
    store = world.store()
    assert store.unreadable is None
    assert store.count == 1 + len(times)
    assert store.newest is None or store.newest < 253_402_300_800


def test_many_rows_are_counted_sooner_than_python_reads_them(world: World) -> None:
    path = chromium_db(world.chromium / "Default" / "Cookies", [Cookie(name="ours")])
    with sqlite3.connect(path) as database:
        database.execute(
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 300000)"
            " INSERT INTO cookies(host_key, name, path, value, expires_utc, is_secure)"
            " SELECT 'www' || x || '.site' || (x % 977) || '.com', 'n' || x, '/', 'value', 0, 1 FROM n"
        )
    database.close()
    started = time.process_time()
    assert world.store().count == 1
    counted = time.process_time() - started
    with sqlite3.connect(path) as database:
        assert len(database.execute("SELECT * FROM cookies").fetchall()) == 300_001
    database.close()
    assert counted < time.process_time() - started - counted


def test_a_query_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "DATABASE_S", 0.1)
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    started = time.monotonic()
    assert asking.ask(b"", lambda database: database.numbers(endless, {})) is Unreadable.TOO_BIG
    assert time.monotonic() - started < 1


def test_a_python_that_takes_no_images_says_so_and_copies_nothing_to_disk(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Old(sqlite3.Connection):
        @property
        def deserialize(self) -> None:  # type: ignore[override]  # as in a Python that was built without it
            raise AttributeError

    chromium_db(world.chromium / "Default" / "Cookies", [Cookie()])
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *names, **how: connect(*names, **how, factory=Old))
    assert world.store().unreadable is Unreadable.UNKNOWN_LAYOUT


@pytest.mark.parametrize("size", [300_000_000, 1_000_000_000, 2**40])
def test_a_huge_file_is_too_big_and_never_read(world: World, size: int) -> None:
    path = world.write(world.chromium / "Default" / "Cookies", b"SQLite format 3\0")
    try:
        os.truncate(path, size)
    except OSError:
        pytest.skip("the file system has no files of this size")
    tracemalloc.start()
    started = time.monotonic()
    store = world.store()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert store.unreadable is Unreadable.TOO_BIG
    assert time.monotonic() - started < 0.5
    assert peak < 4_000_000


def test_a_huge_cell_does_not_fill_the_memory(world: World) -> None:
    path = chromium_db(world.chromium / "Default" / "Cookies", [Cookie()])
    with sqlite3.connect(path) as database:
        database.execute(
            "INSERT INTO cookies(host_key, name, path, value) VALUES('.portal.test', 'b', '/', zeroblob(2e7))"
        )
    database.close()
    assert world.store().unreadable in (Unreadable.TOO_BIG, None)


KINDS = ("pipe", "socket", "device", "loop", "nowhere")
OF_POSIX = pytest.mark.not_on_windows("posix", "pipes, sockets, devices and links among files")


@pytest.mark.parametrize("name", ["Cookies", "Cookies-journal", "Cookies-wal"])
@pytest.mark.parametrize("kind", ["folder", *(pytest.param(kind, marks=OF_POSIX) for kind in KINDS)])
def test_what_is_no_regular_file_is_never_opened(world: World, kind: str, name: str) -> None:
    chromium_db(world.chromium / "Default" / "Cookies", [Cookie()])
    path = world.chromium / "Default" / name
    path.unlink(missing_ok=True)
    opened = None
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "socket":
        opened = socket.socket(socket.AF_UNIX)
        here = Path.cwd()
        os.chdir(path.parent)  # the names of sockets are short
        opened.bind(path.name)
        os.chdir(here)
    else:
        path.symlink_to({"device": "/dev/zero", "loop": path.name, "nowhere": "/nonexistent/x"}[kind])
    started = time.monotonic()
    store = world.store()
    took = time.monotonic() - started
    if opened:
        opened.close()
    assert took < 1
    if name == "Cookies":
        assert store.unreadable is Unreadable.NOT_A_FILE or (kind == "nowhere" and store.count == 0)
    elif kind == "nowhere":
        assert store.count == 1
    else:
        assert store.unreadable is not None


@pytest.mark.not_on_windows("posix", "symbolic links for everybody")
def test_a_link_to_a_database_elsewhere_is_followed(world: World, tmp_path: Path) -> None:
    chromium_db(tmp_path / "elsewhere", [Cookie()])
    path = world.chromium / "Default" / "Cookies"
    path.parent.mkdir(parents=True)
    path.symlink_to(tmp_path / "elsewhere")
    assert world.store().count == 1


def test_errors_of_every_system_are_told_apart() -> None:
    sharing = PermissionError(13, "x")
    sharing.winerror = 32  # type: ignore[attr-defined, unused-ignore]  # an attribute on Windows only
    assert reading.unreadable(sharing) is Unreadable.LOCKED
    assert (
        reading.unreadable(PermissionError(1, "x")) is Unreadable.PERMISSION
    )  # macOS without Full Disk Access
    assert reading.unreadable(PermissionError(13, "x")) is Unreadable.PERMISSION
    assert reading.unreadable(FileNotFoundError(2, "x")) is Unreadable.ABSENT
    assert reading.unreadable(OSError(5, "x")) is Unreadable.DAMAGED
    assert reading.unreadable(ValueError("embedded null byte")) is Unreadable.NOT_A_FILE


@pytest.mark.parametrize(
    "path", ["//server/share/x", r"\\server\share\x", "\\\\?\\UNC\\server\\x", "/\\server/x"]
)
@pytest.mark.parametrize("root", [None, Path("/home/pat"), Path(r"C:\Users\pat"), Path(r"\\other\share\pat")])
def test_a_path_to_another_computer_is_not_followed(path: str, root: Path | None) -> None:
    assert is_remote(path)
    assert placed(root, path, Environment(os="windows", home=None, environ={})) is None


def test_a_path_on_the_share_that_the_browsers_own_folder_lies_on_is_followed() -> None:
    root, windows = Path(r"\\server\share\pat\Mozilla"), Environment(os="windows", home=None, environ={})
    assert placed(root, r"\\Server\Share\pat\p", windows) == Path(r"\\Server\Share\pat\p")
    assert placed(root, r"\\server\secret\pat\p", windows) is None


@pytest.mark.parametrize("attributes", [0x1000, 0x40000, 0x400000])
def test_a_file_that_would_have_to_be_fetched_from_a_cloud_is_left_there(
    tmp_path: Path, attributes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "prefs.js").write_text("x")
    status = (tmp_path / "prefs.js").stat()
    seen = SimpleNamespace(st_mode=status.st_mode, st_file_attributes=attributes)  # as Windows has it
    monkeypatch.setattr(Path, "stat", lambda self: seen)
    assert reading.read_text(tmp_path / "prefs.js") is Unreadable.AWAY
