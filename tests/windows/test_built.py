"""The program for people without Python, built for Windows and met as a person meets it: see the README beside this."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from portalcheck import __version__
from portalcheck.program.building import START_HERE, START_HERE_NAME
from tests.benchmarks.measuring import ratio
from tests.windows.conftest import Done, Windows

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]  # the first of them builds

TELLING = ("outcome", "exit_code", "cause", "also", "owner")
ODD = "Mi carpeta ñandú 日本 & (1)"
"""A folder as people name theirs: blanks, letters of no code page, and what shells take for their own."""
LETTERS = {"LC_ALL": "C.UTF-8"}
"""Wine calls files by the locale's code page, and C's has no ñ."""
KEPT = os.environ.get("PORTALCHECK_SCREENSHOTS")
_BUILDING_S = 1500
VERSION_AT_MOST = 2.0
"""How much `--version` may cost beside loading Click in Windows' Python."""


class Program:
    """The zip, and its content in a folder with an odd name."""

    def __init__(self, windows: Windows, archive: Path, folder: Path) -> None:
        self.windows, self.archive, self.folder = windows, archive, folder
        self.path = windows.path(folder / "portalcheck.exe")

    def __call__(self, *arguments: str, stdin: bytes = b"") -> Done:
        return self.windows.program(self.path, *arguments, stdin=stdin, environ=LETTERS)


@pytest.fixture(scope="module")
def built(windows: Windows, tmp_path_factory: pytest.TempPathFactory) -> Program:
    """Built once; unpacked as Explorer's "Extract All" does."""
    target = tmp_path_factory.mktemp("built")
    to = ("--to", windows.path(target))
    done = windows.python("-m", "portalcheck.program", *to, within_s=_BUILDING_S)
    assert done.code == 0, done.err[-3000:]
    (archive,) = target.glob("*.zip")
    with zipfile.ZipFile(archive) as file:
        file.extractall(target / ODD)
    return Program(windows, archive, target / ODD)


PROPERTIES = """
import ctypes, sys
version = ctypes.WinDLL("version")
size = version.GetFileVersionInfoSizeW(sys.argv[1], None)
data, value, length = ctypes.create_string_buffer(size), ctypes.c_wchar_p(), ctypes.c_uint()
version.GetFileVersionInfoW(sys.argv[1], 0, size, data)
for name in sys.argv[2:]:
    version.VerQueryValueW(data, rf"\\StringFileInfo\\040904B0\\{name}", ctypes.byref(value), ctypes.byref(length))
    print(value.value)
"""


def test_its_properties_name_it(built: Program, windows: Windows) -> None:
    done = windows.python(
        "-c", PROPERTIES, built.path, "ProductName", "ProductVersion", "FileDescription", environ=LETTERS
    )
    name, version, told = done.text.splitlines()

    assert (name, version) == ("portalcheck", __version__)
    assert "sign-in" in told


AS_EXPLORER_SORTS = """
import ctypes, functools, sys
compare = ctypes.windll.shlwapi.StrCmpLogicalW
print(*sorted(sys.argv[1:], key=functools.cmp_to_key(compare)), sep="\\n")
"""


def test_the_zip_shows_one_program_its_parts_and_first_of_all_what_to_read(
    built: Program, windows: Windows
) -> None:
    with zipfile.ZipFile(built.archive) as file:
        seen = {name.partition("/")[0] for name in file.namelist()}
        text = file.read(START_HERE_NAME)

    assert seen == {START_HERE_NAME, "portalcheck.exe", "_internal"}
    assert windows.python("-c", AS_EXPLORER_SORTS, *seen).text.splitlines()[0] == START_HERE_NAME
    assert text.decode("utf-8-sig").replace("\r\n", "\n") == START_HERE.read_text("utf-8")


def test_what_is_started_inside_the_zip_says_what_start_here_says(built: Program, tmp_path: Path) -> None:
    """Explorer unpacks nothing but the program that is clicked."""
    shutil.copy(built.folder / "portalcheck.exe", tmp_path)
    done = built.windows.program(built.windows.path(tmp_path / "portalcheck.exe"))

    assert done.code != 0
    assert "Failed to load Python DLL" in done.err.decode()
    assert START_HERE.read_text("utf-8").count("Failed to load Python DLL") == 2


@pytest.mark.parametrize("fault", ["", "captive-portal", "clock-wrong", "dns-filtered"])
def test_the_practice_portal_is_judged_as_from_source(built: Program, fault: str) -> None:
    arguments = ("demo", *(("--fault", fault) if fault else ()), "-f", "json", "--timeout", "30")
    done, source = built(*arguments), built.windows.python("-m", "portalcheck", *arguments)
    here, there = json.loads(done.text), json.loads(source.text)

    assert {name: here[name] for name in TELLING} == {name: there[name] for name in TELLING}
    assert (done.code, done.err) == (source.code, source.err)


@pytest.mark.parametrize(
    "arguments",
    [("--version",), ("checks", "--lang", "es"), ("explain", "clock-wrong"), ("read", "7K4M-6TDS-Z6")],
)
def test_it_says_what_the_source_says(built: Program, arguments: tuple[str, ...]) -> None:
    assert built(*arguments) == built.windows.python("-m", "portalcheck", *arguments)


AS_CMD_DOES = """
import subprocess, sys
for line in sys.argv[1:]:
    subprocess.run(line, shell=True)
"""


def test_a_report_goes_as_utf_8_through_cmd_into_a_file_and_is_read_again(
    built: Program, tmp_path: Path
) -> None:
    report, told = tmp_path / "informe ñ.txt", tmp_path / "told.txt"
    lines = (
        f'"{built.path}" demo --fault dns-filtered --lang es > "{built.windows.path(report)}"',
        f'"{built.path}" read --lang es < "{built.windows.path(report)}" > "{built.windows.path(told)}"',
    )
    built.windows.python("-c", AS_CMD_DOES, *lines, environ=LETTERS)

    assert "ó" in report.read_text("utf-8")
    assert "ó" in told.read_text("utf-8")
    assert told.read_text("utf-8") == built("read", "--lang", "es", stdin=report.read_bytes()).text


PASTED = """
import pyperclip, subprocess, sys
pyperclip.copy(sys.stdin.buffer.read().decode("utf-8"))
sys.exit(subprocess.run([sys.argv[1], "read", "--paste", "--lang", "es"]).returncode)
"""


def test_a_report_on_the_clipboard_is_read(built: Program, tmp_path: Path) -> None:
    report = built("demo", "--fault", "dns-filtered", "--lang", "es").out
    (tmp_path / "report").write_bytes(report)
    script = '"$winpython" -c "$1" "$2" < "$3"'
    done = built.windows.alone(script, PASTED, built.path, tmp_path / "report", environ=LETTERS)

    assert (done.code, done.text) == (0, built("read", "--lang", "es", stdin=report).text)


WITHOUT_CONSOLE = """
import subprocess, sys
code = subprocess.Popen(sys.argv[1:], creationflags=subprocess.DETACHED_PROCESS, close_fds=True).wait()
sys.exit(code)
"""


def test_it_needs_no_console(built: Program, tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    arguments = ("demo", "--fault", "clock-wrong", "-o", built.windows.path(target))
    done = built.windows.python("-c", WITHOUT_CONSOLE, built.path, *arguments, environ=LETTERS)

    assert done.code == json.loads(target.read_text("utf-8"))["exit_code"] == 1


BROWSER = """#!/bin/sh
for page; do cp "${page#file://}" "$SHOWN.part" && mv "$SHOWN.part" "$SHOWN"; done
"""
"""Wine opens pages by the desktop's xdg-open."""
OPENED_WITHIN = """
for _ in $(seq 100); do
  if [ -e "$SHOWN" ]; then exit 0; fi
  sleep 0.1
done
"""


@pytest.fixture
def browser(tmp_path: Path) -> dict[str, str]:
    """Variables that make a browser which keeps the page it is given."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "xdg-open").write_text(BROWSER, "utf-8")
    (tmp_path / "bin" / "xdg-open").chmod(0o755)
    return {
        **LETTERS,
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "SHOWN": str(tmp_path / "shown.html"),
        "PORTALCHECK_TIMEOUT": "60",  # Wine's start may wait for a busy machine
        "PORTALCHECK_GUIDE_ENABLED": "false",  # the page would wait for a browser that loads it
    }


CLICK = (
    """
mount --bind "$1" "$1"
mount -o remount,ro,bind "$1"
"$winpython" --exe start /wait /unix "$1/portalcheck.exe" || echo "$?"
"""
    + OPENED_WITHIN
)


def test_a_double_click_shows_the_report_without_the_page_also_where_nothing_can_be_written(
    built: Program, browser: dict[str, str]
) -> None:
    done = built.windows.alone(CLICK, built.folder, environ=browser)
    page = Path(browser["SHOWN"]).read_text("utf-8")

    assert done.text.split() == ["1"]
    assert "This computer is not on any network." in page
    assert page.rstrip().endswith("</html>")


HIDDEN = (
    """
"$winpython" -c "
import subprocess, sys
nowhere = dict.fromkeys(('stdin', 'stdout', 'stderr'), subprocess.DEVNULL)
print(subprocess.Popen(sys.argv[1:], creationflags=subprocess.CREATE_NEW_CONSOLE, **nowhere).wait())
" "$1"
"""
    + OPENED_WITHIN
)


def test_a_task_whose_streams_are_nul_gets_no_browser(built: Program, browser: dict[str, str]) -> None:
    done = built.windows.alone(HIDDEN, built.path, environ=browser)

    assert done.text.split() == ["1"]
    assert not Path(browser["SHOWN"]).exists()


ASKED = (
    """
"$winpython" --exe start /wait /unix "$1/portalcheck.exe" &
while kill -0 $! 2>/dev/null; do
  sleep 1
  xdotool key 2 Return
done
"""
    + OPENED_WITHIN
)


def test_who_double_clicks_without_the_page_is_asked_where_nothing_is_wrong(
    built: Program, browser: dict[str, str]
) -> None:
    built.windows.alone(ASKED, built.folder, environ={**browser, "PORTALCHECK_ONLY": "system"})

    page = Path(browser["SHOWN"]).read_text("utf-8")
    assert "Account locked" in page


CLOSED = """
"$winpython" --exe start /wait /unix "$1/portalcheck.exe" &
"$winpython" -c "$2" wait
[ -z "$SHOT" ] || import -window root "$SHOT"
"$winpython" -c "$2" close
wait $!
find /run/upper -path "*/users/*" -type f
"""
WINDOW = """
import ctypes, sys, time
user, window = ctypes.windll.user32, 0
while not (window := user.FindWindowW("WineConsoleClass", None)):
    time.sleep(0.1)
if sys.argv[1] == "wait":
    time.sleep(5)
else:
    print(user.PostMessageW(window, 0x10, 0, 0))  # WM_CLOSE, as by the cross in its corner
"""


def test_a_window_that_is_closed_ends_the_program_and_leaves_nothing(
    built: Program, browser: dict[str, str]
) -> None:
    shot = {"SHOT": f"{KEPT}/windows-console.png" if KEPT else ""}
    waits = {**browser, **shot, "PORTALCHECK_ONLY": "system"}  # for an answer
    done = built.windows.alone(CLOSED, built.folder, WINDOW, environ=waits)

    assert done.text.split() == ["1"]
    assert not Path(browser["SHOWN"]).exists()


def test_the_version_costs_at_most_twice_what_click_costs(built: Program, windows: Windows) -> None:
    """By the clock, since Wine's server does part of the work; another program keeps that awake meanwhile."""
    wine = functools.partial(_wine, windows)
    with subprocess.Popen(wine("python.exe", "-c", "input()"), stdin=subprocess.PIPE) as awake:
        measured = ratio(
            wine(built.folder / "portalcheck.exe", "--version"),
            wine("python.exe", "-c", "import click"),
            rounds=7,
        )
        awake.communicate(b"\n")
    assert measured.wall <= VERSION_AT_MOST


def _wine(windows: Windows, program: str | Path, *arguments: str) -> list[str]:
    own = (f"WINEPREFIX={windows.folder / 'prefix'}", "WINEDEBUG=-all", "LC_ALL=C.UTF-8")
    return ["env", *own, "/usr/lib/wine/wine64", str(windows.folder / "py" / program), *arguments]
