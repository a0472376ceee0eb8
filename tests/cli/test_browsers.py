"""A home with browsers, read by the program as a person runs it; nobody is contacted for that."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.machine.browsers import world as made
from tests.machine.browsers.world import SECRET, Cookie, World, chromium_db, firefox_db

FORMATS = ("text", "json", "html", "junit", "nagios", "prometheus", "intune", "jamf")
SETTINGS = """
portal = "lab"
[portals.lab]
name = "Lab"
url = "https://www.portal.test/login"
official = ["portal.test"]
"""


_ON_LINUX = (".config/chromium", ".mozilla/firefox")
_ON_WINDOWS = ("AppData/Local/Google/Chrome/User Data", "AppData/Roaming/Mozilla/Firefox/Profiles")
"""Where a browser of Chromium's family and Firefox keep their profiles."""


class Person:
    """A person with a home, who runs the program there."""

    def __init__(self, folder: Path) -> None:
        self.home = World(folder).home
        ours = _ON_WINDOWS if sys.platform == "win32" else _ON_LINUX
        self.chromium, self.firefox = (self.home / each for each in ours)
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        (folder / "settings.toml").write_text(SETTINGS)
        self._settings = folder / "settings.toml"

    def run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        unset = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "CHROME_CONFIG_HOME", "CHROME_USER_DATA_DIR")
        environ = {name: value for name, value in os.environ.items() if name not in unset}
        return subprocess.run(
            [sys.executable, "-m", "portalcheck", "--config", str(self._settings), "--no-input", *arguments],
            capture_output=True,
            timeout=60,
            cwd=self.temporary.parent,
            env=environ
            | dict.fromkeys(("HOME", "USERPROFILE"), str(self.home))
            | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self.temporary))
            | {
                "APPDATA": str(self.home / "AppData/Roaming"),
                "LOCALAPPDATA": str(self.home / "AppData/Local"),
            },
        )

    def report(self, *arguments: str) -> dict[str, Any]:
        done = self.run("--only", "cookies,browser", "-f", "json", *arguments)
        assert done.stderr == b""
        assert done.returncode in (0, 1), done
        report: dict[str, Any] = json.loads(done.stdout)
        return report

    def findings(self, *arguments: str) -> dict[str, dict[str, Any]]:
        """The arguments by reason, the last of each."""
        return {
            f["reason"]: f["args"] for check in self.report(*arguments)["checks"] for f in check["findings"]
        }


@pytest.fixture
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Person:
    monkeypatch.setattr(made, "NOW", time.time())  # the program goes by the clock
    return Person(tmp_path)


def files(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("form", FORMATS)
def test_a_planted_value_or_name_is_in_no_output_no_file_and_no_temporary_one(
    person: Person, form: str
) -> None:
    cookies = [Cookie(name="planted-name"), Cookie(name="planted-name", path="/login"), Cookie(expires=-9)]
    chromium_db(person.chromium / "Planted Profile" / "Cookies", cookies)
    firefox_db(person.firefox / "planted.default" / "cookies.sqlite", cookies, wal=True)
    before = files(person.home)
    done = person.run(
        "--only", "cookies,browser,system", "-f", form, "-v", "--include-local", "--jsonl", "log"
    )
    left = files(person.temporary.parent)
    new = {path: held for path, held in left.items() if path not in before and not path.endswith(".toml")}
    assert done.stdout
    assert list(person.temporary.iterdir()) == []
    assert {path: left[path] for path in before} == before
    assert any(Path(path).name == "log" for path in new)
    for held in (done.stdout, done.stderr, *(content for _, content in new.values())):
        assert SECRET not in held
        assert b"lanted" not in held


def test_what_is_found_has_the_arguments_of_the_contract(person: Person) -> None:
    cookies = [
        Cookie(name="a", value=b"1"),
        Cookie(name="a", value=b"22", path="/login"),
        Cookie(name="b", value=b"", host="login.portal.test"),
        Cookie(name="c", expires=-9),
    ]
    firefox_db(person.firefox / "x.default" / "cookies.sqlite", cookies)
    found = person.findings()
    assert found["cookies.found"] == {
        "browser": "firefox",
        "profile": 1,
        "count": 3,
        "expired": 1,
        "session": None,
        "sent": 2,
        "duplicates": 1,
        "header_bytes": len("a=1; a=22"),
    }
    assert found["cookies.duplicates"] == {"browser": "firefox", "profile": 1, "header_bytes": 9}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"not a database", "damaged"),
        pytest.param(
            None, "not-a-file", marks=pytest.mark.not_on_windows("posix", "named pipes among files")
        ),
        (b"SQLite format 3\0" + b"\0" * 5000, "damaged"),
    ],
)
def test_a_store_that_cannot_be_read_is_unknown_and_the_run_is_complete(
    person: Person, content: bytes | None, why: str
) -> None:
    store = person.chromium / "Default" / "Cookies"
    store.parent.mkdir(parents=True)
    if content is None:
        os.mkfifo(store)
    else:
        store.write_bytes(content)
    report = person.report()
    (cookies,) = [check for check in report["checks"] if check["check"] == "cookies"]
    assert (report["complete"], report["outcome"], report["cause"]) == (True, "ok", "none")
    assert cookies["status"] == "unknown"
    assert cookies["findings"][0]["args"]["why"] == why
    assert "browser-unread" in report["also"]


@pytest.mark.parametrize("how", ["option", "setting", "variable"])
def test_the_stores_are_not_looked_at_when_that_is_turned_off(
    person: Person, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    chromium_db(person.chromium / "Default" / "Cookies", [Cookie()])
    if how == "setting":
        person._settings.write_text(SETTINGS + '[checks]\nskip = ["cookies"]\n')
    if how == "variable":
        monkeypatch.setenv("PORTALCHECK_SKIP", "cookies")
    shown = person.report(*(["--skip", "cookies"] if how == "option" else []))
    assert "cookies" not in [check["check"] for check in shown["checks"] if check["status"] != "skip"]


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_files_that_are_read_are_told_without_the_name_of_the_home(
    call: Callable[..., tuple[int, str, str]], lang: str
) -> None:
    code, told, _ = call("checks", "--lang", lang)
    assert code == 0
    assert str(Path.home()) not in told
    for name in ("cookies.sqlite", f"Network{os.sep}Cookies", "Secure Preferences", "permissions.sqlite"):
        assert name in told
