"""Whose home it is that is looked at, above all where the program runs with an administrator's rights."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from portalcheck.machine.local import callers_home, this_environment
from tests.machine.browsers.world import HOSTS, NOW, URL, Cookie, firefox_db

if sys.platform != "win32":
    import pwd

pytestmark = pytest.mark.not_on_windows("posix", "sudo, and accounts by number")


@pytest.fixture
def person() -> tuple[str, int, Path]:
    """An account of this computer that is not root's."""
    one = next(entry for entry in pwd.getpwall() if entry.pw_uid != 0 and entry.pw_dir.startswith("/"))
    return one.pw_name, one.pw_uid, Path(one.pw_dir)


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """This process taken for root's."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    for name in ("SUDO_USER", "DOAS_USER", "PKEXEC_UID"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.mark.parametrize("variable", ["SUDO_USER", "DOAS_USER", "PKEXEC_UID"])
def test_as_root_the_home_is_that_of_the_person_who_asked(
    root: pytest.MonkeyPatch, person: tuple[str, int, Path], variable: str
) -> None:
    name, number, home = person
    root.setenv(variable, str(number) if variable == "PKEXEC_UID" else name)
    environment = this_environment()
    assert (environment.home, environment.for_caller) == (home, True)


def test_without_a_caller_the_home_is_the_own_one(root: pytest.MonkeyPatch, tmp_path: Path) -> None:
    root.setenv("HOME", str(tmp_path))
    environment = this_environment()
    assert (environment.home, environment.for_caller) == (tmp_path, False)


def test_who_is_not_root_looks_at_the_own_home(
    monkeypatch: pytest.MonkeyPatch, person: tuple[str, int, Path]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert callers_home({"SUDO_USER": person[0]}) is None


@pytest.mark.parametrize(
    "environ",
    [
        {"SUDO_USER": "root"},
        {"SUDO_USER": "no-such-person-here"},
        {"SUDO_USER": ""},
        {"PKEXEC_UID": "0"},
        {"PKEXEC_UID": "x"},
        {"PKEXEC_UID": "9" * 30},
        {"PKEXEC_UID": "-2"},
    ],
)
def test_a_caller_that_is_root_or_nobody_changes_nothing(
    root: pytest.MonkeyPatch, environ: dict[str, str]
) -> None:
    del root
    assert callers_home(environ) is None


def test_the_callers_profiles_are_read_and_marked_as_such(
    root: pytest.MonkeyPatch, person: tuple[str, int, Path], tmp_path: Path
) -> None:
    from portalcheck.machine import browsers

    entry = pwd.struct_passwd((person[0], "x", person[1], person[1], "", str(tmp_path / "pat"), "/bin/sh"))
    root.setattr(pwd, "getpwnam", lambda _name: entry)
    for variable in ("XDG_CONFIG_HOME", "CHROME_CONFIG_HOME", "CHROME_USER_DATA_DIR", "XDG_DATA_HOME"):
        root.delenv(variable, raising=False)
    root.setenv("SUDO_USER", person[0])
    root.setenv("HOME", str(tmp_path / "root"))
    firefox_db(tmp_path / "pat/.mozilla/firefox/x/cookies.sqlite", [Cookie()])
    firefox_db(tmp_path / "root/.mozilla/firefox/x/cookies.sqlite", [Cookie(), Cookie(name="b")])
    (store,) = browsers.cookie_stores(this_environment(), URL, HOSTS, NOW)
    assert (store.count, store.of_caller) == (1, True)
