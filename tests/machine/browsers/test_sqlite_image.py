"""A database in use is read as of its last commit, without a lock, a temporary file or a trace."""

from __future__ import annotations

import os
import shutil
import sqlite3
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.facts import CookieStore, Unreadable
from portalcheck.machine.browsers import sqlite_image
from tests.machine.browsers.world import MOZ_COLUMNS, Cookie, World, chromium_db, firefox_db, insert_firefox

_FRAME = 24 + 32768
_LOG_HEADER = 32


class Live:
    """A cookies.sqlite as a running Firefox leaves it on disk: copied while a writer holds it open."""

    def __init__(self, folder: Path) -> None:
        self.path = firefox_db(folder / "live" / "cookies.sqlite", [Cookie(name="old")], wal=True)
        self.writer = sqlite3.connect(self.path, isolation_level=None)
        self.writer.execute("PRAGMA wal_autocheckpoint=0")

    def add(self, *names: str) -> None:
        insert_firefox(self.writer, [Cookie(name=name) for name in names], 17, MOZ_COLUMNS[17].split())

    def files(self) -> tuple[bytes, bytes]:
        log = self.path.with_name("cookies.sqlite-wal")
        return self.path.read_bytes(), log.read_bytes() if log.exists() else b""


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    found = Live(tmp_path)
    yield found
    found.writer.close()


@pytest.fixture
def count(world: World) -> Callable[[bytes, bytes], CookieStore]:
    def found(main: bytes, log: bytes) -> CookieStore:
        world.write(world.firefox / "p" / "cookies.sqlite", main)
        world.write(world.firefox / "p" / "cookies.sqlite-wal", log)
        return world.store()

    return found


Count = Callable[[bytes, bytes], CookieStore]


def test_rows_that_are_only_in_the_log_are_found(live: Live, count: Count) -> None:
    live.add("a", "b")
    main, log = live.files()
    assert count(main, b"").count == 1
    assert count(main, log).count == 3


def test_a_log_that_makes_the_database_longer_or_shorter_is_followed(live: Live, count: Count) -> None:
    live.add(*(f"{n}-{'x' * 3000}" for n in range(100)))
    main, log = live.files()
    assert count(main, log).count == 101
    live.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    live.writer.execute("DELETE FROM moz_cookies WHERE name <> 'old'")
    live.writer.execute("VACUUM")
    assert count(*live.files()).count == 1


@pytest.mark.parametrize("cut", [1, 100, 24 + 32767])
def test_a_torn_last_frame_leaves_the_commit_before_it(live: Live, count: Count, cut: int) -> None:
    live.add("a")
    live.add("b")
    main, log = live.files()
    assert count(main, log[:-cut]).count == 2


def test_frames_of_a_transaction_that_did_not_commit_are_ignored(live: Live, count: Count) -> None:
    live.add("a")
    _, committed = live.files()
    live.writer.execute("PRAGMA cache_size=1")
    live.writer.execute("BEGIN")
    live.add(*(f"{n}-{'x' * 3000}" for n in range(200)))
    main, log = live.files()
    assert len(log) > len(committed) + _FRAME
    assert count(main, log).count == 2


def test_frames_of_an_older_generation_are_ignored(live: Live, count: Count) -> None:
    live.add("a")
    live.add("b")
    _, old = live.files()
    live.writer.execute("PRAGMA wal_checkpoint(RESTART)")
    live.writer.execute("DELETE FROM moz_cookies WHERE name <> 'old'")
    main, log = live.files()
    assert len(log) == len(old)  # the old frames still stand behind the new ones
    assert count(main, log).count == 1


@pytest.mark.parametrize("at", [0, 8, 12, 16, 24, 28, 32, 36, 40, 48, 56, 5000])
def test_a_broken_byte_ends_the_log_where_it_stands(live: Live, count: Count, at: int) -> None:
    live.add("a")
    main, log = live.files()
    broken = bytearray(log)
    broken[at] ^= 0x55
    assert count(main, bytes(broken)).count == 1


def test_a_log_of_another_page_size_is_no_log_of_this_database(
    live: Live, count: Count, tmp_path: Path
) -> None:
    live.add("a")
    other = sqlite3.connect(tmp_path / "other")
    other.execute("PRAGMA journal_mode=WAL")
    other.execute("CREATE TABLE moz_cookies(x)")
    log = (tmp_path / "other-wal").read_bytes()
    other.close()
    assert count(live.files()[0], log).count == 1


@pytest.mark.parametrize(
    "log", [b"", b"\0" * 31, b"\0" * 100_000, b"garbage" * 10_000, b"SQLite format 3\0" * 99]
)
def test_garbage_beside_a_database_is_no_log(live: Live, count: Count, log: bytes) -> None:
    assert count(live.files()[0], log).count == 1


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 3 * _FRAME), st.data())
def test_no_log_whatever_brings_the_reader_down(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, at: int, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("log")
    made = Live(folder)
    made.add("a")
    main, log = made.files()
    made.writer.close()
    at = min(at, len(log))
    changed = log[:at] + noise + (log[at + len(noise) :] if data.draw(st.booleans()) else b"")
    (folder / "db").write_bytes(main)
    (folder / "db-wal").write_bytes(changed)
    image = sqlite_image.take(folder / "db")
    assert isinstance(image, (bytearray, Unreadable))


def test_a_log_with_sums_in_the_other_byte_order_is_read(live: Live, count: Count) -> None:
    """SQLite writes sums in the byte order of the computer that made the log, as the first word tells."""
    live.add("a")
    main, log = live.files()
    assert count(main, _with_sums_reversed(log)).count == 2


def _with_sums_reversed(log: bytes) -> bytes:
    big = struct.unpack(">I", log[:4])[0] ^ 1
    order = ">" if big & 1 else "<"

    def add(content: bytes, one: int, two: int) -> tuple[int, int]:
        words = struct.unpack(f"{order}{len(content) // 4}I", content)
        for first, second in zip(words[::2], words[1::2], strict=True):
            one = (one + first + two) % 2**32
            two = (two + second + one) % 2**32
        return one, two

    head = struct.pack(">I", big) + log[4:24]
    sums = add(head, 0, 0)
    made = head + struct.pack(">2I", *sums)
    for at in range(_LOG_HEADER, len(log), _FRAME):
        frame = log[at : at + _FRAME]
        sums = add(frame[:8] + frame[24:], *sums)
        made += frame[:16] + struct.pack(">2I", *sums) + frame[24:]
    return made


_HOLDER = """
import sqlite3, sys, time
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("PRAGMA locking_mode=EXCLUSIVE")
database.execute("PRAGMA journal_mode=WAL") if sys.argv[2] == "wal" else None
database.execute("BEGIN EXCLUSIVE")
database.execute("COMMIT") if sys.argv[2] == "wal" else None
print("held", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("mode", ["wal", "rollback"])
def test_a_lock_of_another_process_is_no_obstacle(world: World, mode: str) -> None:
    path = firefox_db(world.firefox / "p" / "cookies.sqlite", [Cookie()], wal=mode == "wal")
    with subprocess.Popen([sys.executable, "-c", _HOLDER, path, mode], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == b"held"
        started = time.monotonic()
        store = world.store()
        took = time.monotonic() - started
        holder.kill()
    assert (store.unreadable, store.count) == (None, 1)
    assert took < 1


def test_while_another_process_writes_the_count_is_right_or_the_store_is_busy(world: World) -> None:
    path = world.firefox / "p" / "cookies.sqlite"
    firefox_db(path, [Cookie(name=str(n)) for n in range(50)], wal=True)
    writer = (
        "import sqlite3, sys, time\n"
        "database = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "print('ready', flush=True)\n"
        "while True:\n"
        "    database.execute('BEGIN')\n"
        "    database.execute('DELETE FROM moz_cookies WHERE rowid IN'\n"
        "                     ' (SELECT rowid FROM moz_cookies LIMIT 5)')\n"
        "    database.execute('INSERT INTO moz_cookies SELECT * FROM moz_cookies LIMIT 5')\n"
        "    database.execute('COMMIT')\n"
        "    time.sleep(0.02)\n"
    )
    seen = set()
    with subprocess.Popen([sys.executable, "-c", writer, path], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        until = time.monotonic() + 2
        while time.monotonic() < until:
            store = world.store()
            seen.add((store.unreadable, store.count))
        process.kill()
    assert seen <= {(None, 50), (Unreadable.BUSY, 0)}
    assert (None, 50) in seen


def test_a_transaction_that_was_cut_off_makes_the_store_busy_within_a_second(world: World) -> None:
    path = chromium_db(world.chromium / "Default" / "Cookies", [Cookie()])
    world.write(path.with_name("Cookies-journal"), bytes.fromhex("d9d505f920a163d7") + b"\0" * 600)
    started = time.monotonic()
    store = world.store()
    assert (store.unreadable, store.count) == (Unreadable.BUSY, 0)
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("journal", [b"", b"\0" * 512])
def test_a_journal_that_is_over_is_no_obstacle(world: World, journal: bytes) -> None:
    path = chromium_db(world.chromium / "Default" / "Cookies", [Cookie()])
    world.write(path.with_name("Cookies-journal"), journal)
    assert world.store().count == 1


def test_a_transaction_that_ends_in_time_is_waited_for(world: World) -> None:
    path = chromium_db(world.chromium / "Default" / "Cookies", [Cookie()])
    journal = world.write(path.with_name("Cookies-journal"), b"\xd9" * 600)
    threading.Timer(0.1, lambda: os.truncate(journal, 0)).start()
    assert world.store().count == 1


def test_a_file_that_changes_while_it_is_read_is_not_taken(tmp_path: Path) -> None:
    path = chromium_db(tmp_path / "Cookies", [Cookie()])
    main = bytearray(path.read_bytes())
    assert sqlite_image._unchanged(path, main, bytearray())
    path.write_bytes(bytes(main) + b"\0")
    assert not sqlite_image._unchanged(path, main, bytearray())
    main[40] ^= 1
    path.write_bytes(bytes(main[:-1]) + b"\xff")
    assert not sqlite_image._unchanged(path, main, bytearray())


def test_a_read_only_folder_is_no_obstacle(world: World) -> None:
    path = firefox_db(world.firefox / "p" / "cookies.sqlite", [Cookie()], wal=True)
    path.chmod(0o400)
    path.parent.chmod(0o500)
    try:
        assert world.store().count == 1
    finally:
        path.parent.chmod(0o700)


def test_a_profile_is_left_as_it_was(world: World, tmp_path: Path) -> None:
    live = Live(tmp_path)
    live.add("a")
    for suffix in ("", "-wal"):
        source = live.path.with_name(live.path.name + suffix)
        shutil.copy(source, world.write(world.firefox / "p" / source.name, b""))
    live.writer.close()
    chromium_db(world.chromium / "Default" / "Cookies", [Cookie()])
    world.write(world.chromium / "Default" / "Preferences", {})
    before = _state(world.home)
    assert [store.count for store in world.stores()] == [1, 2]
    world.profiles()
    assert _state(world.home) == before


def _state(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    return {
        str(path): (
            path.read_bytes() if path.is_file() else b"",
            path.stat().st_mtime_ns,
            path.stat().st_mode,
        )
        for path in sorted(folder.rglob("*"))
    }


def test_an_image_holds_what_sqlite_calls_whole(live: Live) -> None:
    live.add("a")
    main, log = live.files()
    folder = live.path.parent.parent
    (folder / "db").write_bytes(main)
    (folder / "db-wal").write_bytes(log)
    image = sqlite_image.take(folder / "db")
    assert isinstance(image, bytearray)
    database = sqlite3.connect(":memory:")
    database.deserialize(image)
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()
