"""What the program learns of the computer on Windows' Python: its release, its folders, the programs that it starts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from portalcheck.program.building import without_window
from tests.machine.browsers.world import Cookie, firefox_db
from tests.windows.conftest import HERE, Windows

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]  # the first of them sets Wine up

RELEASE = """
import json, runpy, sys
from portalcheck.machine import windows
from portalcheck.machine.local import this_environment
made = runpy.run_path(sys.argv[1])
found = {}
for name in made["RELEASES"]:
    made["set_release"](name)
    found[name] = windows.system(this_environment()).release
print(json.dumps(found))
"""


def test_releases_and_editions_are_read_from_the_registry(windows: Windows) -> None:
    done = windows.python("-c", RELEASE, windows.path(HERE / "as_windows.py"))

    assert json.loads(done.text) == {
        "7": "7",
        "8.1": "8.1",
        "10-22H2": "10 22H2 Home",
        "10-LTSC-2021": "10 LTSC 2021",
        "11-23H2": "11 23H2 Home",
        "11-24H2": "11 24H2 Home",
        "11-25H2": "11 25H2 Home",
        "server-2019": "server 2019",
        "server-2022": "server 2022",
        "server-2025": "server 2025",
    }


SYSTEMS_PLACES = r"""
import os
from pathlib import Path
from portalcheck.machine import commands, windows
from portalcheck.machine.local import this_environment
from portalcheck.settings.sources import system_folder
hosts = Path(r"C:\windows\system32\drivers\etc\hosts")
hosts.parent.mkdir(parents=True, exist_ok=True)
hosts.touch()
print(system_folder())
print(commands.find("cmd"))
print(windows.hosts_file(this_environment(), "planted.example"))
"""


def test_no_variable_leads_away_from_what_is_the_systems(windows: Windows, tmp_path: Path) -> None:
    """Settings that lock others, programs that are started, and the hosts file: each is planted where variables say."""
    for name in ("portalcheck/config.toml", "cmd.exe", "system32/cmd.exe", "system32/drivers/etc/hosts"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("192.0.2.66 planted.example\n")
    names = (
        "ProgramData",
        "ALLUSERSPROFILE",
        "WIN_PD_OVERRIDE_COMMON_APPDATA",
        "windir",
        "SystemDrive",
        "Path",
    )
    planted = "".join(
        f"os.environ[{name!r}] = {windows.path(tmp_path)!r}\n" for name in (*names, "SystemRoot")
    )
    done = windows.python("-c", SYSTEMS_PLACES.replace("import os\n", f"import os\n{planted}", 1))

    folder, program, addresses = done.text.splitlines()
    assert folder == r"C:\ProgramData\portalcheck"
    assert program.lower() == r"c:\windows\system32\cmd.exe"
    assert addresses == "()"


OF_A_USER = r"""
import shutil
from pathlib import Path
from portalcheck import settings
from portalcheck.machine import ownership
from portalcheck.settings.sources import system_folder

folder = Path(system_folder())
(folder / "portals.d").mkdir(parents=True)
try:
    config = folder / "config.toml"
    config.write_text('portal = "mine"\nlocked = ["portal"]\n', "utf-8")
    (folder / "portals.d" / "mine.toml").write_text('name = "Mine"\nurl = "https://mine.example/"\n', "utf-8")
    for owner in ("", "S-1-5-18"):
        if owner:  # Wine gives no file to another
            ownership.owner = lambda path: owner
        found = settings.load({}, {}, user_file=None)
        print(found.profile, found.is_locked("portal"), *[each.origin.file.name for each in found.warnings])
        print(*[each.origin.file.name for each in settings.check_file(config).warnings])
finally:
    shutil.rmtree(folder)
"""


def test_what_a_user_puts_among_the_systems_settings_is_ignored(windows: Windows) -> None:
    """Anybody may make files in ProgramData: a lock of theirs would hold for everybody."""
    done = windows.python("-c", OF_A_USER)

    assert done.text.splitlines() == [
        "optum False mine.toml config.toml",
        "config.toml mine.toml",
        "mine True",
        "",
    ]


REDIRECTED = r"""
import sys, winreg
from pathlib import Path
from portalcheck.machine import browsers
from portalcheck.machine.local import this_environment
SHELL = r"Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders"
key = winreg.OpenKey(winreg.HKEY_CURRENT_USER, SHELL, 0, winreg.KEY_ALL_ACCESS)
before, kind = winreg.QueryValueEx(key, "AppData")
try:
    for folder in sys.argv[1:]:
        winreg.SetValueEx(key, "AppData", 0, winreg.REG_EXPAND_SZ, folder)
        found = browsers.cookie_stores(this_environment(), "https://portal.test/", ["portal.test"], 1_795_000_000)
        print(*[(one.browser, one.count, one.unreadable) for one in found if one.browser == "firefox"])
finally:
    winreg.SetValueEx(key, "AppData", 0, kind, before)
"""


def test_a_firefox_on_a_file_server_is_found(windows: Windows, tmp_path: Path) -> None:
    """Redirected to a share, with a profile elsewhere on it; to a share that is not there; and below OneDrive."""
    share, homes = tmp_path / "share", windows.folder / "prefix" / "dosdevices" / "unc" / "files.example"
    root = share / "pat" / "Roaming" / "Mozilla" / "Firefox"
    firefox_db(share / "apart" / "cookies.sqlite", [Cookie()])
    root.mkdir(parents=True)
    (root / "profiles.ini").write_text("[Profile0]\nIsRelative=0\nPath=\\\\files.example\\homes\\apart\n")
    homes.mkdir(parents=True, exist_ok=True)
    (homes / "homes").unlink(missing_ok=True)
    (homes / "homes").symlink_to(share)
    firefox_db(tmp_path / "OneDrive - Clinic/Roaming/Mozilla/Firefox/Profiles/x/cookies.sqlite", [Cookie()])
    places = (
        r"\\files.example\homes\pat\Roaming",
        r"\\files.example\homes\none\Roaming",
        windows.path(tmp_path / "OneDrive - Clinic" / "Roaming"),
    )
    done = windows.python("-c", REDIRECTED, *places)

    assert done.text.splitlines() == ["('firefox', 1, None)", "", "('firefox', 1, None)"]


STARTED = r"""
import subprocess, sys
import _winapi
from portalcheck.machine import commands
flags, create = [], _winapi.CreateProcess
def noted(*arguments):
    flags.append(arguments[5])
    return create(*arguments)
_winapi.CreateProcess = noted
print(commands.run(["cmd", "/c", "echo said"], 30.0).strip())
print(all(each & subprocess.CREATE_NO_WINDOW for each in flags), len(flags))
"""


def test_a_program_that_is_started_gets_no_window(windows: Windows) -> None:
    assert windows.python("-c", STARTED).text.split() == ["said", "True", "1"]


WINDOWLESS = r"""
import subprocess, sys
twin, *places = sys.argv[1:]
print(subprocess.run([twin, "-c", {code!r}, *places]).returncode)
"""
IN_THE_TWIN = r"""
import ctypes, sys
seen, report = sys.argv[1:]
with open(seen, "w") as file:
    print(ctypes.windll.kernel32.GetConsoleWindow(), ctypes.windll.kernel32.GetConsoleCP(), file=file)
sys.stdin = sys.stdout = sys.stderr = None  # as they are there on Windows; Wine hands on those of its caller
from portalcheck.cli.main import entry
sys.argv = ["portalcheck", "demo", "--quiet", "--no-input", "--timeout", "60", "--output", f"json:{report}"]
entry()
"""


def test_the_twin_for_scheduled_tasks_has_no_console_and_writes_its_report(
    windows: Windows, tmp_path: Path
) -> None:
    """Made of Python's own program as a build makes it of portalcheck's."""
    program = windows.folder / "py" / "python.exe"
    twin = program.with_name("pythonw-made-here.exe")
    without_window(program, twin)
    places = (tmp_path / "seen.txt", tmp_path / "report.json")
    code = WINDOWLESS.format(code=IN_THE_TWIN)
    done = windows.python("-c", code, windows.path(twin), *map(windows.path, places))

    assert places[0].read_text().split() == ["0", "0"]
    assert done.text.split() == [str(json.loads(places[1].read_text("utf-8"))["exit_code"])]
