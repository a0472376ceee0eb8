"""What may stand in a home folder that harms who reads it, by name; each row makes it in an empty home."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

from tests.machine.browsers.world import Cookie, chromium_db

Make = Callable[[Path], object]

HOST = "optvm.com"
"""The address that is asked for: an imitation, which is never contacted."""
_CHROMIUM, _FIREFOX = ".config/chromium/Default", ".mozilla/firefox/a.default"
_OURS, _KEPT = ".config/portalcheck/config.toml", ".local/share/portalcheck/last-report.json"
_MIB = 1024 * 1024


def _new(home: Path, name: str) -> Path:
    path = home / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def text(name: str, content: str | bytes) -> Make:
    """A file with this content."""
    data = content if isinstance(content, bytes) else content.encode()
    return lambda home: _new(home, name).write_bytes(data)


def pipe(name: str) -> Make:
    """A named pipe that nobody writes to."""
    return lambda home: os.mkfifo(_new(home, name))


def link(name: str, to: str) -> Make:
    """A link, be it to a device, in a circle, or to nowhere."""
    return lambda home: _new(home, name).symlink_to(to)


def sparse(name: str, size: int) -> Make:
    """A file that says to be so large, and takes no room on the disk."""

    def make(home: Path) -> None:
        with _new(home, name).open("ab") as file:
            file.truncate(size)

    return make


def cookies(*scripts: str, beside: Make | None = None, size: int = 0) -> Make:
    """Chromium's cookie store after these statements, with something beside it."""

    def make(home: Path) -> None:
        path = _new(home, f"{_CHROMIUM}/Cookies")
        chromium_db(path, [Cookie()])
        with sqlite3.connect(path) as connection:
            for script in scripts:
                connection.executescript(script)
        connection.close()
        if size:
            os.truncate(path, size)
        if beside is not None:
            beside(home)

    return make


def many(count: int, name: str, content: str) -> Make:
    """The same file in many folders; `{}` in its name is a number."""

    def make(home: Path) -> None:
        for number in range(count):
            _new(home, name.format(number)).write_text(content)

    return make


_RECURSIVE = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT x.* FROM x, c"
_COOKIES, _PREFERENCES = f"{_CHROMIUM}/Cookies", f"{_CHROMIUM}/Preferences"
_EXCEPTIONS = {f"[*.]site{at}.example,*": {"setting": 2} for at in range(100_000)}

HOMES: dict[str, Make] = {
    "nothing": lambda home: None,
    "cookies-pipe": pipe(_COOKIES),
    "cookies-device": link(_COOKIES, "/dev/zero"),
    "cookies-terminal": link(_COOKIES, "/dev/tty"),
    "cookies-kernel-log": link(_COOKIES, "/proc/kmsg"),
    "cookies-circle": link(_COOKIES, "Cookies"),
    "cookies-nowhere": link(_COOKIES, "/nowhere/at/all"),
    "cookies-folder": text(f"{_COOKIES}/file", "x"),
    "cookies-sparse": sparse(_COOKIES, 1 << 40),
    "cookies-huge": cookies(size=500 * _MIB),
    "cookies-noise": text(_COOKIES, b"SQLite format 3\0" + bytes(range(256)) * 4096),
    "cookies-view": cookies("ALTER TABLE cookies RENAME TO x", f"CREATE VIEW cookies AS {_RECURSIVE}"),
    "cookies-trigger": cookies("CREATE TRIGGER t AFTER INSERT ON cookies BEGIN DELETE FROM cookies; END"),
    "cookies-generated": cookies("ALTER TABLE cookies ADD COLUMN g AS (zeroblob(1000000000))"),
    "cookies-virtual": cookies(
        "DROP TABLE cookies", "CREATE VIRTUAL TABLE cookies USING fts5(host_key, value)"
    ),
    "cookies-log-only": cookies(beside=text(f"{_COOKIES}-wal", b"\x37\x7f\x06\x82" + b"\xff" * 100_000)),
    "cookies-log-sparse": cookies(beside=sparse(f"{_COOKIES}-wal", 1 << 40)),
    "cookies-log-pipe": cookies(beside=pipe(f"{_COOKIES}-wal")),
    "cookies-journal-pipe": cookies(beside=pipe(f"{_COOKIES}-journal")),
    "firefox-cookies-pipe": pipe(f"{_FIREFOX}/cookies.sqlite"),
    "profiles-5000": many(5000, ".config/chromium/Profile {}/Preferences", "{}"),
    "profiles-in-a-circle": link(".config/chromium/Default", "../chromium"),
    "preferences-pipe": pipe(_PREFERENCES),
    "preferences-100mb": text(_PREFERENCES, '{"a": "' + "x" * 100 * _MIB + '"}'),
    "preferences-values": text(_PREFERENCES, '{"a": [' + "{}," * 2 * _MIB + "{}]}"),
    "preferences-letters": text(_PREFERENCES, '{"a": "' + "x" * 7 * _MIB + '\U0001f600"}'),
    "preferences-deep": text(_PREFERENCES, '{"a":' * 500_000),
    "preferences-closed-deep": text(_PREFERENCES, '{"a":' * 100_000 + "1" + "}" * 100_000),
    "preferences-exceptions": text(
        _PREFERENCES,
        json.dumps({"profile": {"content_settings": {"exceptions": {"cookies": _EXCEPTIONS}}}}),
    ),
    "preferences-words": text(_PREFERENCES, json.dumps({"profile": {"name": "\x1b[2J\u202e</script>"}})),
    "firefox-preferences": text(f"{_FIREFOX}/prefs.js", 'user_pref("a", "b");\n' * 180_000),
    "firefox-comments": text(f"{_FIREFOX}/prefs.js", "/*" * _MIB),
    "firefox-quotes": text(f"{_FIREFOX}/prefs.js", 'user_pref("' + '\\"' * _MIB),
    "firefox-list-pipe": pipe(".mozilla/firefox/profiles.ini"),
    "firefox-list-long": text(".mozilla/firefox/profiles.ini", "[Profile0]\nPath=x\n" * 400_000),
    "kept-report-pipe": pipe(_KEPT),
    "kept-report-deep": text(_KEPT, "[" * _MIB),
    "kept-report-100mb": sparse(_KEPT, 100 * _MIB),
    "kept-report-circle": link(_KEPT, "last-report.json"),
    "kept-report-folder": text(f"{_KEPT}/file", "x"),
}

SETTINGS: dict[str, Make] = {
    "pipe": pipe(_OURS),
    "device": link(_OURS, "/dev/zero"),
    "circle": link(_OURS, "config.toml"),
    "100mb": sparse(_OURS, 100 * _MIB),
    "noise": text(_OURS, bytes(range(256)) * 64),
    "deep": text(_OURS, "a = " + "[" * 50_000),
    "long-key": text(_OURS, ".".join("a" * 30_000) + " = 1\n"),
    "folder": text(f"{_OURS}/file", "x"),
}
"""Settings of this program's own that cannot be used: wrong usage, in one message."""
