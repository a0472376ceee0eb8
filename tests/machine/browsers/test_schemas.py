"""Cookie stores as the versions of each browser lay them out, made from what their sources say of each version.

Chromium: the history in net/extras/sqlite/sqlite_persistent_cookie_store.cc. Firefox: the migrations in
netwerk/cookie/CookiePersistentStorage.cpp, before it nsCookieService.cpp. GNOME Web: libsoup's soup-cookie-jar-db.c.
Safari's layout is not published.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from portalcheck.facts import CookieStore, Unreadable
from tests.machine.browsers.world import NOW, Cookie, World, binarycookies, chromium_time, encrypted

VALUE = b"v" * 40
COOKIES = [
    Cookie(host=".portal.test", value=VALUE),
    Cookie(host="www.portal.test", path="/login", name="second", value=VALUE),
    Cookie(host="login.sso.test", name="third", value=VALUE),
    Cookie(host="www.portal.test", name="old", expires=-10, value=VALUE),
    Cookie(host=".notportal.test", name="foreign", value=VALUE),
]
SENT = len("sid=") + len("second=") + 2 * len(VALUE) + len("; ")


# ---- Chromium ------------------------------------------------------------------------------------


def chromium_columns(version: int) -> list[str]:
    """The columns of a version, by the changes that the source lists."""
    prefix = "is_" if version >= 10 else ""
    return [
        "creation_utc",
        "host_key",
        *(["top_frame_site_key"] if version >= 15 else []),
        "name",
        "value",
        *(["encrypted_value"] if version >= 7 else []),
        "path",
        "expires_utc",
        "is_secure" if prefix else "secure",
        "is_httponly" if prefix else "httponly",
        "last_access_utc",
        "has_expires",
        "is_persistent" if prefix else "persistent",
        *(["priority"] if version >= 6 else []),
        *(["samesite"] if version >= 11 else ["firstpartyonly"] if version >= 8 else []),
        *(["source_scheme"] if version >= 12 else []),
        *(["source_port"] if version >= 13 else []),
        *(["is_same_party"] if 13 <= version <= 20 else []),
        *(["last_update_utc"] if version >= 18 else []),
        *(["source_type"] if version >= 22 else []),
        *(["has_cross_site_ancestor"] if version >= 23 else []),
    ]


def chromium_key(version: int) -> str:
    """What makes a row the only one of its kind."""
    if version < 10:
        return "creation_utc"
    parts = ["host_key", *(["top_frame_site_key"] if version >= 15 else [])]
    parts += [*(["has_cross_site_ancestor"] if version >= 23 else []), "name", "path"]
    return ", ".join([*parts, *(["source_scheme", "source_port"] if version >= 20 else [])])


def chromium_store(
    world: World, version: int, cookies: Iterable[Cookie], *, plain: bool = False
) -> CookieStore:
    path = world.chromium / "Default" / "Network" / "Cookies"
    path.parent.mkdir(parents=True)
    columns = chromium_columns(version)
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE meta(key LONGVARCHAR NOT NULL UNIQUE PRIMARY KEY, value LONGVARCHAR)")
        pairs = [("mmap_status", "-1"), ("version", str(version)), ("last_compatible_version", str(version))]
        database.executemany("INSERT INTO meta VALUES(?, ?)", pairs)
        lines = ", ".join(f"{name} {_type(name)} NOT NULL" for name in columns)
        database.execute(f"CREATE TABLE cookies({lines}, UNIQUE ({chromium_key(version)}))")
        for number, cookie in enumerate(cookies):
            lasting = cookie.expires is not None
            row: Mapping[str, object] = {
                "creation_utc": chromium_time(NOW - 3600) + number,
                "host_key": cookie.host,
                "top_frame_site_key": cookie.jar,
                "name": cookie.name,
                "value": cookie.value.decode() if plain or version < 7 else "",
                "encrypted_value": b"" if plain else encrypted(cookie.value, version),
                "path": cookie.path,
                "expires_utc": chromium_time(NOW + cookie.expires) if cookie.expires is not None else 0,
                "has_expires": int(lasting),
                "is_persistent": int(lasting),
                "persistent": int(lasting),
                "is_secure": 1,
                "secure": 1,
                "source_port": cookie.port,
                "has_cross_site_ancestor": int(cookie.embedded),
            }
            marks = ", ".join("?" * len(columns))
            database.execute(f"INSERT INTO cookies VALUES({marks})", [row.get(name, 0) for name in columns])
    database.close()
    return world.store()


def _type(column: str) -> str:
    return {"encrypted_value": "BLOB"}.get(column, "TEXT" if column in _TEXTS else "INTEGER")


_TEXTS = frozenset({"host_key", "top_frame_site_key", "name", "value", "path"})


@pytest.mark.parametrize("version", range(5, 25))
def test_every_version_of_chromium(world: World, version: int) -> None:
    store = chromium_store(world, version, COOKIES)
    assert (store.unreadable, store.count, store.expired, store.sent) == (None, 3, 1, 2)
    assert (store.duplicates, store.partitioned, store.newer_schema) == (0, 0, False)
    assert abs(store.header_bytes - SENT) <= 16 * 2


@pytest.mark.parametrize("version", range(5, 25))
def test_values_that_no_version_of_chromium_could_encrypt(world: World, version: int) -> None:
    assert chromium_store(world, version, COOKIES, plain=True).header_bytes == SENT


@pytest.mark.parametrize("version", range(15, 25))
def test_partitions_of_every_version_that_has_them(world: World, version: int) -> None:
    kept = [Cookie(jar="https://ads.test"), Cookie(name="own", jar="https://portal.test"), Cookie(name="c")]
    store = chromium_store(world, version, kept)
    assert (store.count, store.sent, store.partitioned) == (3, 2, 1)


@pytest.mark.parametrize("version", range(20, 25))
def test_ports_keep_cookies_apart_since_version_20(world: World, version: int) -> None:
    store = chromium_store(world, version, [Cookie(port=443), Cookie(port=8443)])
    assert (store.count, store.duplicates) == (2, 1)


@pytest.mark.parametrize("renamed", ["host_key", "name", "path", "expires_utc"])
@pytest.mark.parametrize("version", [18, 24])
def test_a_version_that_calls_its_columns_otherwise_is_an_unknown_layout(
    world: World, version: int, renamed: str
) -> None:
    chromium_store(world, version, COOKIES)
    with sqlite3.connect(world.chromium / "Default" / "Network" / "Cookies") as database:
        database.execute(f"ALTER TABLE cookies RENAME COLUMN {renamed} TO something_else")
    database.close()
    assert world.store().unreadable is Unreadable.UNKNOWN_LAYOUT


# ---- Firefox -------------------------------------------------------------------------------------


def firefox_columns(version: int) -> list[str]:
    """The columns of a version, by the migrations of the source."""
    return [
        "id",
        *(["baseDomain"] if version <= 10 else []),
        *(["originAttributes"] if version >= 7 else []),
        *[
            "name",
            "value",
            "host",
            "path",
            "expiry",
            "lastAccessed",
            "creationTime",
            "isSecure",
            "isHttpOnly",
        ],
        *(["appId"] if version in (6, 7) else []),
        *(["inBrowserElement"] if version >= 6 else []),
        *(["sameSite"] if version >= 9 else []),
        *(["rawSameSite"] if 10 <= version <= 14 else []),
        *(["schemeMap"] if version >= 12 else []),
        *(["isPartitionedAttributeSet"] if version >= 14 else []),
        *(["updateTime"] if version >= 17 else []),
    ]


def firefox_store(world: World, version: int, cookies: Iterable[Cookie]) -> CookieStore:
    _moz_cookies(world.firefox / "x.default" / "cookies.sqlite", version, firefox_columns(version), cookies)
    return world.store()


def _moz_cookies(path: Path, version: int, columns: list[str], cookies: Iterable[Cookie]) -> None:
    path.parent.mkdir(parents=True)
    key = ["name", "host", "path", *(["originAttributes"] if "originAttributes" in columns else [])]
    with sqlite3.connect(path) as database:
        database.execute(f"PRAGMA user_version = {version}")
        lines = ", ".join(f"{name} {'INTEGER PRIMARY KEY' if name == 'id' else ''}" for name in columns)
        unique = f", CONSTRAINT moz_uniqueid UNIQUE ({', '.join(key)})" if version else ""
        database.execute(f"CREATE TABLE moz_cookies({lines}{unique})")
        for cookie in cookies:
            row: Mapping[str, object] = {
                "originAttributes": cookie.jar,
                "baseDomain": "portal.test",
                "name": cookie.name,
                "value": cookie.value.decode(),
                "host": cookie.host,
                "path": cookie.path,
                "expiry": int(NOW + (cookie.expires or 0)) * (1000 if version >= 16 else 1),
                "creationTime": int(NOW * 1e6),
                "isSecure": 1,
            }
            values = [None if name == "id" else row.get(name, 0) for name in columns]
            database.execute(f"INSERT INTO moz_cookies VALUES({', '.join('?' * len(columns))})", values)
    database.close()


@pytest.mark.parametrize("version", range(5, 18))
def test_every_version_of_firefox(world: World, version: int) -> None:
    store = firefox_store(world, version, COOKIES)
    assert (store.unreadable, store.count, store.expired, store.sent) == (None, 3, 1, 2)
    assert (store.header_bytes, store.duplicates, store.newer_schema) == (SENT, 0, False)


@pytest.mark.parametrize("version", range(7, 18))
def test_containers_and_partitions_of_every_version_that_has_them(world: World, version: int) -> None:
    jars = ["", "^userContextId=2", "^firstPartyDomain=ads.test", "^privateBrowsingId=1"]
    store = firefox_store(world, version, [Cookie(jar=jar, value=VALUE) for jar in jars])
    assert (store.count, store.sent, store.partitioned) == (3, 1, 2)
    assert [one.contained for one in store.elsewhere] == [False, True]


@pytest.mark.parametrize("renamed", ["host", "name", "path", "expiry", "isSecure"])
def test_a_firefox_that_calls_its_columns_otherwise_is_an_unknown_layout(world: World, renamed: str) -> None:
    firefox_store(world, 17, COOKIES)
    with sqlite3.connect(world.firefox / "x.default" / "cookies.sqlite") as database:
        database.execute(f"ALTER TABLE moz_cookies RENAME COLUMN {renamed} TO something_else")
    database.close()
    assert world.store().unreadable is Unreadable.UNKNOWN_LAYOUT


# ---- GNOME Web and Safari ------------------------------------------------------------------------


@pytest.mark.parametrize("same_site", [False, True])
def test_what_libsoup_keeps_before_and_since_it_knows_same_site(world: World, same_site: bool) -> None:
    columns = ["id", "name", "value", "host", "path", "expiry", "lastAccessed", "isSecure", "isHttpOnly"]
    path = world.home / ".local/share/epiphany/cookies.sqlite"
    _moz_cookies(path, 0, [*columns, *(["sameSite"] if same_site else [])], COOKIES)
    store = world.store()
    assert (store.unreadable, store.count, store.expired, store.sent) == (None, 3, 1, 2)
    assert store.header_bytes == SENT


@pytest.mark.parametrize("record_version", [0, 1, 2])
@pytest.mark.parametrize("more", [b"", b"partition\0" * 3])
@pytest.mark.parametrize("per_page", [1, 2, 5])
def test_records_of_safari_of_every_version_and_with_more_than_is_known(
    mac: World, record_version: int, more: bytes, per_page: int
) -> None:
    content = bytearray(binarycookies(COOKIES, per_page=per_page))
    pages = struct.unpack_from(">I", content, 4)[0]
    sizes = struct.unpack_from(f">{pages}I", content, 8)
    at = 8 + 4 * pages
    for size in sizes:
        (count,) = struct.unpack_from("<I", content, at + 4)
        for offset in struct.unpack_from(f"<{count}I", content, at + 8):
            struct.pack_into("<I", content, at + offset + 4, record_version)
        at += size
    mac.write(mac.home / "Library/Cookies/Cookies.binarycookies", bytes(content) + more)
    store = mac.store()
    assert (store.unreadable, store.count, store.expired, store.sent) == (None, 3, 1, 2)
    assert store.header_bytes == SENT
