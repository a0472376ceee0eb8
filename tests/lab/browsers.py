"""Browsers' profiles in the patient's home, as the browsers themselves write them."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping, Sequence

from tests.lab import names
from tests.lab.steps import Step, needing
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


def chromium(preferences: Mapping[str, object] = {}, policy: Mapping[str, object] = {}) -> Step:
    """Chromium with one profile and its settings, and what an administrator sets for it."""

    def step(world: World) -> None:
        profile = world.patient.home / ".config" / "chromium" / "Default"
        profile.mkdir(parents=True, exist_ok=True)
        (profile / "Preferences").write_text(json.dumps(preferences), "utf-8")
        managed = world.folder / "chromium-settings" / "policies" / "managed"
        managed.mkdir(parents=True, exist_ok=True)
        (managed / "lab.json").write_text(json.dumps(policy), "utf-8")
        world.patient.laid_over["chromium-settings"] = "/etc/chromium"

    return needing("chromium", step)


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
