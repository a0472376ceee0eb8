"""Whether a browser is running is told by what it holds, never by files that it may have left behind."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from tests.machine.browsers.world import Cookie, World, chromium_db, firefox_db

_LOCKER = """
import fcntl, sys, time
lock = open(sys.argv[1], "w")
fcntl.lockf(lock, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""


def test_a_chromium_without_its_lock_is_closed(world: World) -> None:
    chromium_db(world.chromium / "Default" / "Cookies", [Cookie()])
    assert world.store().running is False


def _owned_by(world: World, owner: str, root: Path | None = None) -> bool | None:
    chromium_db((root or world.chromium) / "Default" / "Cookies", [])
    ((root or world.chromium) / "SingletonLock").symlink_to(owner)
    return world.store().running


LINKED = pytest.mark.not_on_windows("posix", "the link that is Chromium's lock")


@LINKED
def test_the_process_that_the_lock_names_is_looked_for(world: World) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        assert _owned_by(world, f"{platform.node()}-{process.pid}") is True
        process.kill()
    assert world.store().running is False


@LINKED
@pytest.mark.parametrize(
    "owner", ["elsewhere-1", "nonsense", f"{platform.node()}-x", f"{platform.node()}-99999999999"]
)
def test_a_lock_of_another_computer_or_of_nobody_tells_nothing(world: World, owner: str) -> None:
    assert _owned_by(world, owner) is None


@LINKED
def test_the_process_numbers_of_a_sandbox_tell_nothing(world: World) -> None:
    flatpak = world.home / ".var/app/org.chromium.Chromium/config/chromium"
    assert _owned_by(world, f"{platform.node()}-1", flatpak) is None


@pytest.mark.not_on_windows("posix", "fcntl locks")
def test_firefox_runs_while_its_lock_is_held(world: World) -> None:
    firefox_db(world.firefox / "p" / "cookies.sqlite", [Cookie()])
    assert world.store().running is False
    lock = world.write(world.firefox / "p" / ".parentlock", b"")
    assert world.store().running is False
    with subprocess.Popen([sys.executable, "-c", _LOCKER, lock], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        assert world.store().running is True
        process.kill()
    assert world.store().running is False


def test_on_windows_the_lock_file_of_chromium_goes_with_the_process(windows: World) -> None:
    windows.environ["LOCALAPPDATA"] = r"C:\Users\pat\AppData\Local"
    root = windows.root / "Users/pat/AppData/Local/Google/Chrome/User Data"
    chromium_db(root / "Default/Network/Cookies", [])
    assert windows.store().running is False
    windows.write(root / "lockfile", b"")
    assert windows.store().running is True
