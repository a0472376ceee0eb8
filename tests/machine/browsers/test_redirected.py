"""Folders of a person's that lie elsewhere: redirected by the registry, on a file server, on one that is off."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from portalcheck.facts import Unreadable
from portalcheck.machine import browsers
from portalcheck.machine.answering import answers, statuses
from portalcheck.machine.browsers.places import places
from portalcheck.probe.limits import AWAY_S
from tests.machine.browsers.world import URL, Cookie, World, chromium_db, firefox_db

SHELL = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders"
CLIENTS = r"HKLM\SOFTWARE\Clients\StartMenuInternet"


@pytest.mark.parametrize(
    ("named", "folder"),
    [
        (r"\\server\homes\pat\Roaming", "system/pat/Roaming"),
        (r"\\server\homes\%USERNAME%\Roaming", "system/pat/Roaming"),
        (r"H:\Roaming", "system/Roaming"),
        (r"C:\Users\pat\OneDrive - Clinic\Roaming", "system/Users/pat/OneDrive - Clinic/Roaming"),
        (r"%USERPROFILE%\AppData\Roaming", "home/pat/AppData/Roaming"),
        (r"%UserProfile%\Moved", "home/pat/Moved"),
        (r"%NOBODY%\Roaming", "system/variable"),
        ("relative", "system/variable"),
        (7, "system/variable"),
    ],
)
def test_a_folder_lies_where_the_registry_says_whatever_the_variable_says(
    windows: World, named: str | int, folder: str
) -> None:
    windows.environ |= {"APPDATA": r"C:\variable", "USERNAME": "pat"}
    windows.registry = {SHELL: {"AppData": named}}
    firefox_db(windows.root.parent / folder / "Mozilla/Firefox/Profiles/x/cookies.sqlite", [Cookie()])

    assert windows.store().browser == "firefox"


def test_a_local_folder_that_is_moved_is_found_as_well(windows: World) -> None:
    windows.registry = {SHELL: {"Local AppData": r"D:\Local"}}
    chromium_db(windows.root / "Local/Google/Chrome/User Data/Default/Network/Cookies", [Cookie()])

    assert windows.store().browser == "chrome"


def test_a_variable_that_leads_to_a_server_is_not_followed(windows: World) -> None:
    windows.environ["APPDATA"] = r"\\server\homes\pat"
    firefox_db(windows.home / "AppData/Roaming/Mozilla/Firefox/Profiles/x/cookies.sqlite", [Cookie()])

    assert windows.store().browser == "firefox"


@pytest.fixture
def server_is_off(windows: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A share that keeps everybody who looks at it waiting, as the system does for a server that is gone."""
    share, over = windows.root / "homes", threading.Event()
    stat = Path.stat

    def waits(self: Path, *, follow_symlinks: bool = True) -> object:
        if self.is_relative_to(share):
            over.wait(60)
        return stat(self, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", waits)
    windows.registry = {SHELL: {"AppData": r"\\server\x\homes"}, f"{CLIENTS}\\Firefox-308046B0AF4A39CB": {}}
    yield share
    over.set()


def test_a_server_that_is_off_is_told_and_hides_nothing_else(windows: World, server_is_off: Path) -> None:
    chromium_db(windows.home / "AppData/Local/Google/Chrome/User Data/Default/Network/Cookies", [Cookie()])
    began = time.monotonic()
    found = {store.browser: store.unreadable for store in windows.stores()}

    assert found == {"chrome": None, "firefox": Unreadable.AWAY}
    assert time.monotonic() - began < 4 * AWAY_S  # far below the minute of a server that is off


def test_settings_on_a_server_that_is_off_are_told_as_unread(windows: World, server_is_off: Path) -> None:
    began = time.monotonic()
    assert [(one.browser, one.unreadable) for one in browsers.profiles(windows.environment, URL)] == [
        ("firefox", Unreadable.AWAY)
    ]
    assert [(one.browser, one.version) for one in browsers.installed(windows.environment)] == [
        ("firefox", "")
    ]
    assert time.monotonic() - began < 4 * AWAY_S


def test_of_browsers_that_are_not_installed_nothing_is_told(windows: World, server_is_off: Path) -> None:
    windows.registry = {SHELL: {"AppData": r"\\server\x\homes"}}

    assert windows.stores() == ()


def test_the_default_browser_counts_as_installed(windows: World, server_is_off: Path) -> None:
    choice = r"HKCU\Software\Microsoft\Windows\Shell\Associations\UrlAssociations\https\UserChoice"
    windows.registry = {
        SHELL: {"AppData": r"\\server\x\homes"},
        choice: {"ProgId": "FirefoxURL-308046B0AF4A39CB"},
    }

    assert [place.browser.name for place in places(windows.environment)] == ["firefox"]


def test_below_a_place_that_does_not_answer_nothing_else_is_waited_for(
    windows: World, server_is_off: Path, tmp_path: Path
) -> None:
    folders = [(server_is_off / str(number), server_is_off) for number in range(20)]
    began = time.monotonic()
    found = statuses([*folders, (tmp_path, tmp_path), (tmp_path / "none", tmp_path)])

    assert {found[folder] for folder, _ in folders} == {Unreadable.AWAY}
    assert found[tmp_path / "none"] is None
    assert isinstance(here := found[tmp_path], os.stat_result)
    assert os.path.samestat(here, tmp_path.stat())
    assert time.monotonic() - began < 2 * AWAY_S
    assert not answers(server_is_off)
    assert answers(tmp_path)
