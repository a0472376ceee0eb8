"""What the program writes and where it says that things lie, on Windows' Python."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from portalcheck.demo.faults import FAULTS
from tests.windows.conftest import Windows

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]  # the first of them sets Wine up

CALLS = r"""
import contextlib, io, json, os, sys
from pathlib import Path
from portalcheck.cli import main

def call(*arguments):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(arguments)
    return code, out.getvalue(), err.getvalue()

def below(folder="."):
    return sorted(Path(path, name).as_posix() for path, _, names in os.walk(folder) for name in names)

os.chdir(sys.argv[1])
REPORTS = Path("reports.jsonl")
REPORTS.write_text(call("demo", "--only", "system", "-f", "json")[1])
WAYS = {
    "output": ["demo", "--only", "system", "-o"],
    "jsonl": ["demo", "--only", "system", "--jsonl"],
    "debug": ["demo", "--only", "system", "--debug"],
    "fleet": ["fleet", str(REPORTS), "-o"],
    "integrations": ["integrations", "nagios", "-o"],
}
found = {}
"""
"""Calls the command line within one process, as Wine takes seconds to start another."""


def called(windows: Windows, folder: Path, script: str) -> dict[str, list[object]]:
    ending = "\nprint(json.dumps(found), flush=True)\nos._exit(0)"
    done = windows.python("-c", CALLS + script + ending, windows.path(folder))
    assert done.code == 0, done.err.decode("utf-8", "replace")[-2000:]
    found: dict[str, list[object]] = json.loads(done.text.splitlines()[-1])
    return found


# ---- names ---------------------------------------------------------------------------------------

NO_NAMES = [
    *("NUL", "nul.json", "CON", "COM1.txt", "aux.html", "PRN .txt", "conin$", "lpt9.csv", "COM\u00b9.log"),
    *("x.json.", "x.json ", "ab:c", "x.json::$DATA", "a<b", "a>b", "a|b", "a?b", "a*b", 'a"b', "a\tb"),
    *("nul/x.json", "folder./x.json", "folder /x.json", "\\\\.\\COM1", "//./NUL"),
]
"""Of devices, of other streams of a file, with signs that no name may have, or that Windows cuts short."""


@pytest.mark.parametrize("way", ["output", "jsonl", "debug", "fleet", "integrations"])
def test_a_name_that_no_file_of_windows_has_is_wrong_usage_and_makes_none(
    windows: Windows, tmp_path: Path, way: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "before").write_text("there")
    found = called(
        windows,
        tmp_path,
        f"for name in {NO_NAMES!r}: found[name] = [*call(*WAYS[{way!r}], name), below()]",
    )

    assert found.keys() == {*NO_NAMES}
    for name, (code, out, err, files) in found.items():
        assert (name, code, out) == (name, 2, "")
        assert "Windows takes no such name" in str(err)
        assert files == ["before", "reports.jsonl"]


UNREACHABLE = [
    *("no/such/x.json", "folder", "folder/", "before/x.json", "Q:\\x.json", "y" * 300, "q:x.json"),
    *("\\\\no-such-computer\\share\\x.json", "."),
]


def test_what_cannot_be_written_is_told_by_its_whole_path_with_the_reason(
    windows: Windows, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "before").write_text("there")
    found = called(
        windows,
        tmp_path,
        f"""
for name in {UNREACHABLE!r}:
    for way in ("output", "jsonl", "fleet"):
        found[f"{{way}}|{{name}}"] = [*call(*WAYS[way], name), below()]
""",
    )

    assert len(found) == 3 * len(UNREACHABLE)
    for key, (code, out, err, files) in found.items():
        assert (key, code, out) == (key, 2, "")
        named = key.partition("|")[2].replace("/", "\\").rstrip("\\")
        assert str(err).startswith(f"portalcheck: {named} ("), err
        assert "() cannot be written" not in str(err)
        assert files == ["before", "reports.jsonl"]
    assert "Is a directory" in str(found["output|folder"][2])


def test_a_missing_last_folder_is_made_and_two_names_of_one_file_are_one(
    windows: Windows, tmp_path: Path
) -> None:
    found = called(
        windows,
        tmp_path,
        """
found["made"] = [*call("demo", "--only", "system", "-o", "made/x.json"), below("made")]
found["twice"] = [*call("demo", "--only", "system", "-o", "a.json", "-o", "text:A.JSON"), below()]
""",
    )

    assert found["made"] == [0, "", "The report is in made\\x.json.\n", ["made/x.json"]]
    assert found["twice"][0] == 2
    assert found["twice"][3] == ["made/x.json", "reports.jsonl"]


# ---- files that are held, or may not be changed --------------------------------------------------

HELD = r"""
import ctypes
kernel = ctypes.WinDLL("kernel32")
kernel.CreateFileW.restype = ctypes.c_void_p
for name in ("read-only", "held", "alone"):
    Path(name).write_text("old")
os.chmod("read-only", 0o444)
# Shared to read and write (1 + 2), not to delete (4), as programs in C open files; and with nobody.
held = [kernel.CreateFileW("held", 0x80000000, 3, None, 3, 0, None)]
held += [kernel.CreateFileW("alone", 0x80000000, 0, None, 3, 0, None)]
for name in ("read-only", "held", "alone"):
    for way in ("output", "fleet"):
        found[f"{way}|{name}"] = [*call(*WAYS[way], name), below()]
for handle in held:
    kernel.CloseHandle(ctypes.c_void_p(handle))
found["content"] = [Path(name).read_text() for name in ("read-only", "held", "alone")]

from portalcheck.model import Report
from portalcheck.report import history
import msgspec
place = Path("kept")
report = msgspec.json.decode(REPORTS.read_bytes(), type=Report)
found["kept"] = [history.keep(place, report)]
os.chmod(place / history.NAME, 0o444)
found["not-kept"] = [history.keep(place, report), below(place)]
os.chmod(place / history.NAME, 0o644)
"""


def test_a_file_that_is_held_or_read_only_stays_and_nothing_is_left_beside_it(
    windows: Windows, tmp_path: Path
) -> None:
    found = called(windows, tmp_path, HELD)
    content, kept, not_kept = (found.pop(name) for name in ("content", "kept", "not-kept"))

    assert content == ["old"] * 3
    assert len(found) == 6
    for key, (code, out, err, files) in found.items():
        assert (key, code, out) == (key, 2, "")
        assert str(err).startswith(f"portalcheck: {key.partition('|')[2]} (")
        assert files == ["alone", "held", "read-only", "reports.jsonl"]
    assert (kept, not_kept) == ([True], [False, ["kept/last-report.json"]])


# ---- ends of lines -------------------------------------------------------------------------------


def test_what_is_written_has_line_feeds_alone(windows: Windows, tmp_path: Path) -> None:
    """Files of every kind: a shell of Unix takes a carriage return for a part of the last word."""
    called(
        windows,
        tmp_path,
        """
REPORTS.unlink()
outputs = [part for form in ("text", "json", "html", "junit", "nagios", "prometheus", "intune", "jamf")
           for part in ("-o", f"{form}:report.{form}")]
found["run"] = list(call("demo", "--only", "system", *outputs, "--jsonl", "a.jsonl", "--debug", "a.debug",
                         "--log-file", str(Path("a.log").absolute())))
found["all"] = list(call("integrations", "all", "-o", "engines"))
for form in ("text", "json", "csv", "html"):
    found[form] = list(call("fleet", "a.jsonl", "-f", form, "-o", f"fleet.{form}"))
""",
    )
    files = [path for path in tmp_path.rglob("*") if path.is_file()]

    assert len(files) > 30
    assert {path.name for path in files} >= {"a.debug", "a.jsonl", "a.log", "fleet.csv", "report.text"}
    assert [path.name for path in files if b"\r" in path.read_bytes()] == []


@pytest.mark.parametrize("arguments", ["completion zsh", "completion fish", "man"])
def test_a_script_that_cmd_leads_into_a_file_has_line_feeds_alone(
    windows: Windows, tmp_path: Path, arguments: str
) -> None:
    python, into = windows.path(windows.folder / "py" / "python.exe"), windows.path(tmp_path / "out")
    windows.program("cmd", "/c", f"{python} -m portalcheck {arguments} > {into}")
    content = (tmp_path / "out").read_bytes()

    assert content.count(b"\n") > 10
    assert b"\r" not in content


# ---- a reader that goes away ---------------------------------------------------------------------

PIPES = """
import json, subprocess, sys
found = []
for arguments, *closed in json.loads(sys.argv[1]):
    program = subprocess.Popen([sys.executable, "-m", "portalcheck", *arguments],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    ends = {"out": program.stdout, "err": program.stderr}
    for name in closed:
        ends[name].close()
    told = [pipe.read().decode() for name, pipe in ends.items() if name not in closed]
    found.append([program.wait(), "".join(told)])
print(json.dumps(found))
"""
ENDS = [
    (["--version"], ["out"], 0),
    (["--help"], ["out", "err"], 0),
    (["explain"], ["out"], 0),
    (["demo", "--fault", "portal-error"], ["out"], 1),
    (["demo", "--fault", "portal-error", "-f", "json"], ["out", "err"], 1),
    (["demo", "--nope"], ["err"], 2),
    (["demo", "--nope", "-f", "nagios"], ["out"], 3),
]


def test_a_reader_that_went_away_changes_no_exit_code_and_is_no_fault(windows: Windows) -> None:
    """As behind `| more` and q; Windows tells it by another error than Unix."""
    asked = json.dumps([[arguments, *closed] for arguments, closed, _ in ENDS])
    found = json.loads(windows.python("-c", PIPES, asked).text.splitlines()[-1])

    assert found == [[code, ""] for _, _, code in ENDS]


# ---- places --------------------------------------------------------------------------------------


def test_places_are_told_as_explorer_takes_them_and_without_the_account(
    windows: Windows, tmp_path: Path
) -> None:
    found = called(
        windows,
        tmp_path,
        """
home = Path(os.environ["USERPROFILE"])
mine = home / "mine" / "c.toml"
mine.parent.mkdir(exist_ok=True)
mine.write_text("[run]\\ntimeout = 9\\n")
found["account"] = [home.name]
for command in (["config", "path"], ["config", "show", "--config", str(mine)], ["checks"], ["man"]):
    found[command[-1] if len(command) < 3 else "show"] = list(call(*command))
""",
    )
    (account,) = found.pop("account")
    told = {name: " ".join(str(out).split()) for name, (_, out, _) in found.items()}

    assert "%LOCALAPPDATA%\\portalcheck\\config.toml" in told["path"]
    assert "%USERPROFILE%\\mine\\c.toml" in told["show"]
    assert "%LOCALAPPDATA%\\Google\\Chrome\\User Data" in told["checks"]
    assert "Network\\Cookies" in told["checks"]
    for text in told.values():
        assert f"\\{account}\\" not in text
        assert "~" not in text


# ---- a slow start --------------------------------------------------------------------------------

LATE = """
import runpy, sys, time
time.sleep(float(sys.argv[1]))
sys.argv[:2] = ["portalcheck"]
runpy.run_module("portalcheck", run_name="__main__", alter_sys=True)
"""
SLOW_TO_LOAD = """
import sys, time
EACH = float(sys.argv.pop(1))
class Scanned:
    "Each module is looked at before it is let through, as by a scanner on access or a cold disk."
    def find_spec(self, name, path=None, target=None):
        time.sleep(EACH)
sys.meta_path.insert(0, Scanned())
sys.argv[0] = "portalcheck"
from portalcheck.__main__ import start
start()
"""


@pytest.mark.parametrize(
    ("script", "delay", "start_ms"), [(LATE, "0", 0), (LATE, "12", 0), (SLOW_TO_LOAD, "0.015", 4000)]
)
@pytest.mark.parametrize("fault", ["healthy", "slow"])
def test_a_slow_start_changes_no_verdict(
    windows: Windows, fault: str, script: str, delay: str, start_ms: int
) -> None:
    done = windows.python("-c", script, delay, "demo", "--fault", fault, "-f", "json")
    report = json.loads(done.text)

    assert (report["cause"], report["complete"], done.code) == (FAULTS[fault].cause, True, 0)
    assert report["start_ms"] >= start_ms
