"""What the program does on Windows' Python: see the README beside this for what is genuine there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from portalcheck.demo.faults import FAULTS
from portalcheck.report.formats.format import Format
from tests.windows.conftest import REPOSITORY, Windows

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]  # the first of them sets Wine up

TELLING = ("outcome", "exit_code", "cause", "also", "owner")
_LONG = ("text", "html")
"""Forms with so many words that some have accents."""
ODD_HERE: dict[str, str] = {}
"""Faults that Wine shows another way than Windows, and why."""


def of_linux(*arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "portalcheck", *arguments, "-f", "json"],
        capture_output=True,
        text=True,
        check=False,
        cwd=REPOSITORY,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_demo_fault_is_judged_as_on_linux(windows: Windows, fault: str) -> None:
    if why := ODD_HERE.get(fault):
        pytest.xfail(why)
    done = windows.python("-m", "portalcheck", "demo", "--fault", fault, "-f", "json")
    here, there = of_linux("demo", "--fault", fault), json.loads(done.text)

    assert {name: there[name] for name in TELLING} == {name: here[name] for name in TELLING}
    assert done.code == here["exit_code"]


@pytest.mark.parametrize("form", [form.value for form in Format])
@pytest.mark.parametrize("lang", ["en", "es"])
def test_every_form_is_utf_8_through_a_pipe(windows: Windows, form: str, lang: str) -> None:
    done = windows.python("-m", "portalcheck", "demo", "--fault", "dns-filtered", "-f", form, "--lang", lang)

    assert done.text.strip()
    assert "\r" not in done.text
    assert "\N{REPLACEMENT CHARACTER}" not in done.text
    assert "ó" in done.text or form not in _LONG or lang == "en"


def test_what_cmd_leads_into_a_file_is_utf_8(windows: Windows, tmp_path: Path) -> None:
    python, into = windows.path(windows.folder / "py" / "python.exe"), windows.path(tmp_path / "out.txt")
    windows.program("cmd", "/c", f"{python} -m portalcheck demo --fault dns-filtered --lang es > {into}")

    assert "ó" in (tmp_path / "out.txt").read_text("utf-8")


APPENDS = """
import sys
from pathlib import Path
from portalcheck.writing import append_line
for number in range(500):
    append_line(Path(sys.argv[1]), f"{sys.argv[2]}-{number} " + "x" * 200 + "\\n")
"""


def test_of_four_processes_that_append_five_hundred_lines_each_none_is_lost(
    windows: Windows, tmp_path: Path
) -> None:
    target = tmp_path / "runs.jsonl"
    winpython = [sys.executable, str(windows.folder / "winpython"), "-c", APPENDS, windows.path(target)]
    running = [subprocess.Popen([*winpython, str(number)]) for number in range(4)]
    for each in running:
        each.wait(200)

    lines = target.read_text("utf-8").splitlines()
    wanted = {f"{one}-{number} " + "x" * 200 for one in range(4) for number in range(500)}
    assert len(lines) == 2000
    assert set(lines) == wanted


LOCKED = """
import ctypes, sys
from pathlib import Path
from portalcheck.machine.browsers import reading
path = Path(sys.argv[1])
kernel = ctypes.WinDLL("kernel32")
kernel.CreateFileW.restype = ctypes.c_void_p
print(reading.read_text(path))
alone = kernel.CreateFileW(str(path), 0x80000000, 0, None, 3, 0, None)
print(reading.read_text(path), reading.read_text(path.with_name("missing")))
"""


def test_a_file_that_another_program_holds_is_locked_and_not_forbidden(
    windows: Windows, tmp_path: Path
) -> None:
    (tmp_path / "Cookies").write_text("cookies")
    done = windows.python("-c", LOCKED, windows.path(tmp_path / "Cookies"))

    assert done.text.split() == ["cookies", "locked", "absent"]


TERMINAL = """
from portalcheck.cli.terminal import is_terminal
with open("NUL") as nothing:
    print(nothing.isatty(), is_terminal(nothing))
"""


def test_nul_is_no_terminal(windows: Windows) -> None:
    assert windows.python("-c", TERMINAL).text.split() == ["True", "False"]


BOUND = """
import socket, psutil
from portalcheck.probe.connect.socket_options import bind_to_interface
for name in psutil.net_if_addrs():
    with socket.socket() as sock:
        bind_to_interface(sock, name)
        print("bound")
try:
    bind_to_interface(socket.socket(), "no such interface")
except OSError:
    print("none")
"""


def test_a_socket_is_bound_to_an_interface_by_the_name_that_people_see(windows: Windows) -> None:
    *bound, none = windows.python("-c", BOUND).text.split()

    assert set(bound) == {"bound"}
    assert none == "none"


LANGUAGE = """
import ctypes
from portalcheck.cli import language
for number in (0x0409, 0x080A, 0x0C0A, 0x540A, 0x0407):
    ctypes.windll.kernel32.GetUserDefaultUILanguage = lambda: number
    print(language.system_language())
"""


def test_the_language_is_that_of_the_screen(windows: Windows) -> None:
    """Of the United States; of Mexico, Spain and the United States in Spanish; and one that is not spoken here."""
    assert windows.python("-c", LANGUAGE).text.split() == ["en", "es", "es", "es", "en"]
