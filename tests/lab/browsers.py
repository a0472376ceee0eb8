"""A Firefox profile in the patient's home, as Firefox itself writes it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence

from tests.lab import names
from tests.lab.steps import Step
from tests.lab.world import World

Cookie = tuple[str, str, str, int]
"""Host, name, value, and seconds from now until it expires."""

_COLUMNS = (
    "id, originAttributes, name, value, host, path, expiry, lastAccessed, creationTime, isSecure, isHttpOnly, "
    "inBrowserElement, sameSite, schemeMap, isPartitionedAttributeSet, updateTime"
)
_SCHEMA_VERSION = 17
_DAY_S = 86_400


def firefox(*cookies: Cookie, prefs: str = "", damaged: bool = False, version: str = "") -> Step:
    """Firefox with one profile, its cookies and settings."""

    def step(world: World) -> None:
        root = world.patient.home / ".mozilla" / "firefox"
        profile = root / "abcd.default-release"
        profile.mkdir(parents=True, exist_ok=True)
        (root / "profiles.ini").write_text(
            "[Profile0]\nName=default\nIsRelative=1\nPath=abcd.default-release\n", "utf-8"
        )
        (profile / "prefs.js").write_text(prefs, "utf-8")
        if version:
            last = f"[Compatibility]\nLastVersion={version}_20200630000000/20200630000000\n"
            (profile / "compatibility.ini").write_text(last, "utf-8")
        database = profile / "cookies.sqlite"
        database.unlink(missing_ok=True)
        if damaged:
            database.write_bytes(b"SQLite format 3\0" + b"\xff" * 4096)
        else:
            _write(str(database), cookies)

    return step


def _write(path: str, cookies: Sequence[Cookie]) -> None:
    now = time.time()
    rows = [
        (
            *(number, "", name, value, host, "/", int((now + left) * 1000), int(now * 1e6), int(now * 1e6)),
            *(1, 1, 0, 0, 2, 0, int(now * 1e6)),
        )
        for number, (host, name, value, left) in enumerate(cookies)
    ]
    database = sqlite3.connect(path)
    with database:
        database.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")
        database.execute(f"CREATE TABLE moz_cookies({_COLUMNS})")
        database.executemany(f"INSERT INTO moz_cookies VALUES({', '.join('?' * 16)})", rows)
    database.close()


def some(count: int = 3, length: int = 40, days: int = 30) -> list[Cookie]:
    """Cookies of the portal, each of so many characters."""
    return [(names.PORTAL, f"c{number}", "x" * length, days * _DAY_S) for number in range(count)]
