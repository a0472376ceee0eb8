"""Browser profiles made by the tests: databases, settings and folders as the browsers write them."""

from __future__ import annotations

import json
import sqlite3
import struct
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from portalcheck.facts import BrowserProfile, CookieStore
from portalcheck.machine import browsers
from portalcheck.machine.environment import Environment, RegistryValue
from tests.machine.recorded import RecordedRegistry

NOW = 1_795_000_000.0
URL = "https://www.portal.test/login"
HOSTS = ("portal.test", "login.sso.test")
SECRET = b"S3cr3t-marker-value"
WINDOWS_EPOCH_S = 11_644_473_600
APPLE_EPOCH_S = 978_307_200

COLUMNS_24 = [
    "creation_utc",
    "host_key",
    "top_frame_site_key",
    "name",
    "value",
    "encrypted_value",
    "path",
    "expires_utc",
    "is_secure",
    "is_httponly",
    "last_access_utc",
    "has_expires",
    "is_persistent",
    "priority",
    "samesite",
    "source_scheme",
    "source_port",
    "last_update_utc",
    "source_type",
    "has_cross_site_ancestor",
]
CHROMIUM_COLUMNS: Mapping[int, Sequence[str]] = {
    24: COLUMNS_24,
    23: COLUMNS_24,
    22: COLUMNS_24[:-1],
    21: COLUMNS_24[:-2],
    20: [*COLUMNS_24[:-2], "is_same_party"],
    12: [name for name in COLUMNS_24[:-4] if name != "top_frame_site_key"],
    9: [
        "creation_utc",
        "host_key",
        "name",
        "value",
        "path",
        "expires_utc",
        "secure",
        "httponly",
        "last_access_utc",
        "has_expires",
        "persistent",
        "priority",
        "encrypted_value",
    ],
}


class Cookie(NamedTuple):
    """A cookie as the tests speak of it; times in seconds from `NOW`, None for a session cookie."""

    host: str = ".portal.test"
    name: str = "sid"
    value: bytes = SECRET
    path: str = "/"
    expires: int | None = 86_400
    secure: bool = True
    jar: str = ""
    embedded: bool = False
    port: int = 443
    changed: int = -3600


def chromium_time(seconds: float) -> int:
    return int((seconds + WINDOWS_EPOCH_S) * 1_000_000)


def encrypted(value: bytes, version: int, tag: bytes = b"v10") -> bytes:
    """As many bytes as the browser would store; which they are does not matter."""
    plain = len(value) + (32 if version >= 24 else 0)
    if tag in (b"v10", b"v11"):
        return tag + b"\x5a" * (plain - plain % 16 + 16)
    return tag + b"\x5a" * (12 + plain + 16)


def chromium_db(
    path: Path,
    cookies: Iterable[Cookie],
    version: int = 24,
    *,
    plain: bool = True,
    tag: bytes = b"v10",
    encoding: str = "UTF-8",
    meta: bool = True,
) -> Path:
    """A `Cookies` database of a schema version; values are stored plain, or as encrypted as `tag` says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = CHROMIUM_COLUMNS[version]
    with sqlite3.connect(path) as database:
        database.execute(f"PRAGMA encoding='{encoding}'")
        if meta:
            database.execute(
                "CREATE TABLE meta(key LONGVARCHAR NOT NULL UNIQUE PRIMARY KEY, value LONGVARCHAR)"
            )
            database.execute("INSERT INTO meta VALUES('version', ?)", (str(version),))
        database.execute(f"CREATE TABLE cookies({', '.join(columns)})")
        marks = ", ".join("?" * len(columns))
        database.executemany(
            f"INSERT INTO cookies VALUES({marks})",
            ([_chromium_cell(name, cookie, version, plain, tag) for name in columns] for cookie in cookies),
        )
    database.close()
    return path


def _chromium_cell(column: str, cookie: Cookie, version: int, plain: bool, tag: bytes) -> object:
    lasting = cookie.expires is not None
    cells: dict[str, object] = {
        "creation_utc": chromium_time(NOW + cookie.changed),
        "last_update_utc": chromium_time(NOW + cookie.changed),
        "last_access_utc": chromium_time(NOW),
        "host_key": cookie.host,
        "top_frame_site_key": cookie.jar,
        "has_cross_site_ancestor": int(cookie.embedded),
        "name": cookie.name,
        "value": cookie.value.decode("latin-1") if plain else "",
        "encrypted_value": b"" if plain else encrypted(cookie.value, version, tag),
        "path": cookie.path,
        "expires_utc": chromium_time(NOW + cookie.expires) if cookie.expires is not None else 0,
        "is_secure": int(cookie.secure),
        "secure": int(cookie.secure),
        "has_expires": int(lasting),
        "is_persistent": int(lasting),
        "persistent": int(lasting),
        "source_scheme": 2,
        "source_port": cookie.port,
    }
    return cells.get(column, 0)


MOZ_COLUMNS: Mapping[int, str] = {
    17: "id originAttributes name value host path expiry lastAccessed creationTime isSecure isHttpOnly"
    " inBrowserElement sameSite schemeMap isPartitionedAttributeSet updateTime",
    16: "id originAttributes name value host path expiry lastAccessed creationTime isSecure isHttpOnly"
    " inBrowserElement sameSite schemeMap isPartitionedAttributeSet",
    15: "id originAttributes name value host path expiry lastAccessed creationTime isSecure isHttpOnly"
    " inBrowserElement sameSite schemeMap",
    10: "id baseDomain originAttributes name value host path expiry lastAccessed creationTime isSecure"
    " isHttpOnly inBrowserElement sameSite",
    0: "id name value host path expiry lastAccessed isSecure isHttpOnly sameSite",
}


def firefox_db(
    path: Path, cookies: Iterable[Cookie], version: int = 17, *, columns: int | None = None, wal: bool = False
) -> Path:
    """A `cookies.sqlite` of a schema version, Epiphany's for 0; with `wal` it is left in that mode."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = MOZ_COLUMNS[version if columns is None else columns].split()
    with sqlite3.connect(path) as database:
        if wal:
            database.execute("PRAGMA page_size=32768")
            database.execute("PRAGMA journal_mode=WAL")
        database.execute(f"PRAGMA user_version={version}")
        database.execute(f"CREATE TABLE IF NOT EXISTS moz_cookies({', '.join(names)})")
        insert_firefox(database, cookies, version, names)
    database.close()
    return path


def insert_firefox(
    database: sqlite3.Connection, cookies: Iterable[Cookie], version: int, names: Sequence[str]
) -> None:
    unit = 1000 if version >= 16 else 1
    rows = (
        {
            "originAttributes": cookie.jar,
            "baseDomain": cookie.host.lstrip("."),
            "name": cookie.name,
            "value": cookie.value.decode("latin-1"),
            "host": cookie.host,
            "path": cookie.path,
            "expiry": int((NOW + (cookie.expires or 0)) * unit),
            "lastAccessed": int(NOW * 1e6),
            "creationTime": int((NOW + cookie.changed) * 1e6),
            "updateTime": int((NOW + cookie.changed) * 1e6),
            "isSecure": int(cookie.secure),
        }
        for cookie in cookies
    )
    database.executemany(
        f"INSERT INTO moz_cookies VALUES({', '.join('?' * len(names))})",
        ([None if name == "id" else row.get(name, 0) for name in names] for row in rows),
    )


def binarycookies(cookies: Sequence[Cookie], tail: bytes = b"", per_page: int = 2) -> bytes:
    """A `Cookies.binarycookies` file."""
    pages = [_page(cookies[at : at + per_page]) for at in range(0, len(cookies), per_page)]
    head = b"cook" + struct.pack(">I", len(pages)) + b"".join(struct.pack(">I", len(page)) for page in pages)
    return head + b"".join(pages) + struct.pack(">I", 0) + bytes.fromhex("071720050000004b") + tail


def _page(cookies: Sequence[Cookie]) -> bytes:
    records = [_record(cookie) for cookie in cookies]
    start = 8 + 4 * len(records) + 4
    offsets = [start + sum(map(len, records[:at])) for at in range(len(records))]
    head = b"\0\0\1\0" + struct.pack(f"<I{len(records)}I", len(records), *offsets)
    return head + b"\0\0\0\0" + b"".join(records)


def _record(cookie: Cookie) -> bytes:
    texts = [cookie.host.encode(), cookie.name.encode(), cookie.path.encode(), cookie.value]
    offsets, at = [], 56
    for text in texts:
        offsets.append(at)
        at += len(text) + 1
    expires = NOW + cookie.expires - APPLE_EPOCH_S if cookie.expires is not None else 0.0
    head = struct.pack(
        "<4I4I2I2d", at, 0, int(cookie.secure), 0, *offsets, 0, 0, expires, NOW - APPLE_EPOCH_S
    )
    return head + b"".join(text + b"\0" for text in texts)


class World:
    """A user's home and a system, both empty folders."""

    def __init__(self, folder: Path, os: str = "linux") -> None:
        self.os = os
        self.root = folder / "system"
        self.home = folder / "home" / "pat"
        self.home.mkdir(parents=True)
        self.root.mkdir()
        self.environ: dict[str, str] = {}
        self.registry: dict[str, Mapping[str, RegistryValue]] = {}

    @property
    def environment(self) -> Environment:
        return Environment(
            os=self.os,
            home=self.home,
            environ=self.environ,
            root=self.root,
            registry=RecordedRegistry(self.registry),
        )

    @property
    def chromium(self) -> Path:
        """The folder of Chromium's data."""
        return self.home / ".config" / "chromium"

    @property
    def firefox(self) -> Path:
        """The folder of Firefox's data."""
        return self.home / ".mozilla" / "firefox"

    def write(self, path: Path, content: str | bytes | object) -> Path:
        """Write text, bytes, or anything else as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, (str, bytes)) else json.dumps(content)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def stores(
        self, url: str = URL, hosts: Sequence[str] = HOSTS, identity: Sequence[str] = ()
    ) -> tuple[CookieStore, ...]:
        return browsers.cookie_stores(self.environment, url, hosts, NOW, identity)

    def store(
        self, url: str = URL, hosts: Sequence[str] = HOSTS, identity: Sequence[str] = ()
    ) -> CookieStore:
        """The only store."""
        (found,) = self.stores(url, hosts, identity)
        return found

    def profiles(self, url: str = URL, identity: Sequence[str] = ()) -> tuple[BrowserProfile, ...]:
        return browsers.profiles(self.environment, url, identity)

    def profile(self, url: str = URL) -> BrowserProfile:
        """The only profile."""
        (found,) = self.profiles(url)
        return found
