"""One Firefox asked in one situation: does a page open, do its scripts run, is its cookie sent, and by which way."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import msgspec

from portalcheck.facts import DIRECT, BrowserProfile, CookieScope, Forbidden
from portalcheck.machine import browsers
from portalcheck.machine.environment import Environment
from tests.browsers.drivers import FIREFOX, Firefox, Portal, in_view

HOSTS = ("www.portal.test", "portal.test", "login.sso.test")
PORT = "{port}"
"""Stands for the port of the portal in all that a situation says."""
SYSTEM = Path("/etc")
PROGRAM = Path(FIREFOX or "/usr/bin/firefox").resolve().parent
_FOLDERS = (SYSTEM, PROGRAM, Path("/usr/share/firefox-esr"))
_PROFILE = ".mozilla/firefox/test.default"
_COOKIE = "sid=1"
_FASTER = {
    "dom.ipc.processPrelaunch.enabled": False,
    "browser.newtab.preload": False,
    "browser.newtabpage.enabled": False,
    "browser.startup.page": 0,
}


class Seen(NamedTuple):
    """Whether a page opens, its scripts run, its cookie comes back, and whether it is fetched through a proxy.

    What a page that does not open does, is not asked.
    """

    page: bool = True
    scripts: bool = True
    cookies: bool = True
    proxied: bool = False

    @property
    def works(self) -> bool:
        """Whether nothing stops a sign-in."""
        return self.page and self.scripts and self.cookies


@dataclass
class Situation:
    """What a Firefox is set to: files beside those of the system, user's preferences and exceptions for cookies."""

    files: dict[str, bytes] = field(default_factory=dict)
    preferences: dict[str, object] = field(default_factory=dict)
    exceptions: list[tuple[str, int]] = field(default_factory=list)

    def at(self, port: int) -> Situation:
        """The same, for a portal at a port."""
        return Situation(
            {
                path: content.replace(PORT.encode(), str(port).encode())
                for path, content in self.files.items()
            },
            {name: port if value == PORT else value for name, value in self.preferences.items()},
            [(origin.replace(PORT, str(port)), permission) for origin, permission in self.exceptions],
        )


def asked(situation: Situation, folder: Path, hosts: Sequence[str] = HOSTS) -> dict[str, Seen]:
    """What the real Firefox does in a situation, by host; what it had before it stays in the folder."""
    portal = Portal()
    portal.cookies = (f"{_COOKIE}; Path=/; Max-Age=86400",)
    situation = situation.at(portal.port)
    profile = folder / "home" / _PROFILE
    beside = _laid(situation.files, folder)
    _permissions(profile, situation.exceptions)
    (folder / "urls.json").write_text(json.dumps([f"http://{host}:{portal.port}/login" for host in hosts]))
    preferences = {**_FASTER, "network.proxy.type": None, **situation.preferences}
    try:
        with Firefox(folder / "home", profile, beside=beside, preferences=preferences) as browser:
            found = {host: _looked_at(browser, portal, host) for host in hosts}
            browser.kill()  # nothing more is to be written, and it takes as long as all before
            return found
    finally:
        portal.close()


def read_again(folder: Path) -> list[Seen]:
    """What our reading says that Firefox does with each of the pages, in the view of the files that Firefox had."""
    urls = json.loads((folder / "urls.json").read_text())
    beside = {
        each: shown for each in _FOLDERS if (shown := folder / "system" / each.relative_to("/")).is_dir()
    }
    command = [sys.executable, "-m", "tests.browsers.firefox_asked", str(folder / "home"), *urls]
    answer = subprocess.run(in_view(command, {}, beside), capture_output=True, check=True)
    port = int(urls[0].rpartition(":")[2].partition("/")[0])
    return [_told(found, port) for found in msgspec.json.decode(answer.stdout, type=list[BrowserProfile])]


def _laid(files: Mapping[str, bytes], folder: Path) -> dict[Path, Path]:
    """The files, written into folders that lie over those of the system."""
    beside = {}
    for path, content in files.items():
        hidden = next(each for each in _FOLDERS if Path(path).is_relative_to(each))
        shown = folder / "system" / hidden.relative_to("/")
        target = shown / Path(path).relative_to(hidden)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        beside[hidden] = shown
    return beside


def _permissions(profile: Path, rows: Sequence[tuple[str, int]]) -> None:
    profile.mkdir(parents=True)
    columns = "id INTEGER PRIMARY KEY, {0} TEXT, type TEXT, permission INTEGER, expireType INTEGER, expireTime INTEGER"
    with sqlite3.connect(profile / "permissions.sqlite") as database:
        database.execute("PRAGMA user_version=12")
        database.execute(f"CREATE TABLE moz_perms({columns.format('origin')}, modificationTime INTEGER)")
        database.execute(
            f"CREATE TABLE moz_hosts({columns.format('host')}, modificationTime INTEGER, isInBrowserElement INTEGER)"
        )
        database.executemany("INSERT INTO moz_perms VALUES(NULL, ?, 'cookie', ?, 0, 0, 1790000000000)", rows)
    database.close()


def _looked_at(browser: Firefox, portal: Portal, host: str) -> Seen:
    """What the browser does with a page, as the portal sees it."""
    del portal.received[:]
    origin = f"http://{host}:{portal.port}"
    try:
        browser.visit(f"{origin}/login")
    except ValueError as error:
        if "blockedByPolicy" not in str(error):
            raise
        return Seen(page=False)
    paths = {path.removeprefix(origin): cookie for path, cookie in portal.received}
    return Seen(
        scripts="/without-scripts" not in paths,
        cookies=_COOKIE in paths["/picture"],  # asked for after the page, which sets the cookie
        proxied=any(path.startswith("http://") for path, _ in portal.received),
    )


def _told(found: BrowserProfile, port: int) -> Seen:
    forbidden = {one.what for one in found.forbids}
    if Forbidden.PAGE in forbidden:
        return Seen(page=False)
    assert found.way.proxy in ("", DIRECT, f"http://127.0.0.1:{port}"), found.way
    return Seen(
        scripts=Forbidden.SCRIPTS not in forbidden,
        cookies=all(block.scope is CookieScope.THIRD_PARTY for block in found.blocks),
        proxied=found.way.proxy not in ("", DIRECT),
    )


def _main(home: str, *urls: str) -> None:
    environment = Environment(os="linux", home=Path(home), environ={})
    profiles = [browsers.profiles(environment, url)[0] for url in urls]
    sys.stdout.write(json.dumps(msgspec.to_builtins(profiles)))


if __name__ == "__main__":
    _main(*sys.argv[1:])
