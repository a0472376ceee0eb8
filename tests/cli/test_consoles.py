"""Consoles and redirections of every kind, and clocks that jump: what is written can be read back."""

from __future__ import annotations

import codecs
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import pytest

from portalcheck.model import Report
from portalcheck.report import history as memory
from tests.cli.conftest import Ran
from tests.report.fleet.making import lines, of_bytes, report
from tests.report.formats.reports import sealed

Call = Callable[..., Ran]
# Where the locale has no letters but ASCII, click writes UTF-8.
ENCODINGS: Mapping[str, tuple[str, dict[str, str]]] = {
    "cp1252": ("cp1252", {"PYTHONIOENCODING": "cp1252"}),
    "cp437": ("cp437", {"PYTHONIOENCODING": "cp437"}),
    "cp932": ("cp932", {"PYTHONIOENCODING": "cp932"}),
    "C": ("utf-8", {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}),
    "POSIX": ("utf-8", {"LC_ALL": "POSIX"}),
}


def ran(folder: Path, encoding: str, *arguments: str) -> tuple[int, bytes, bytes]:
    done = subprocess.run(
        [sys.executable, "-m", "portalcheck", *arguments],
        capture_output=True,
        cwd=folder,
        timeout=60,
        env={**os.environ, **ENCODINGS[encoding][1]},
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("form", ["text", "json", "html", "junit", "nagios", "prometheus", "intune", "jamf"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_format_passes_every_console_and_a_file_is_always_utf_8(
    tmp_path: Path, encoding: str, form: str
) -> None:
    target = tmp_path / "copy"
    arguments = ("demo", "--only", "system", "--lang", "es", "-o", f"{form}:-", "-o", f"json:{target}")
    code, out, err = ran(tmp_path, encoding, *arguments)

    assert code == 0
    assert b"Traceback" not in err
    assert out.decode(ENCODINGS[encoding][0])
    assert json.loads(target.read_bytes().decode("utf-8"))["outcome"] == "ok"
    if form in ("json", "junit", "prometheus"):
        assert out.isascii()


@pytest.mark.parametrize("encoding", ["cp437", "C"])
def test_a_usage_error_passes_every_console(tmp_path: Path, encoding: str) -> None:
    code, out, err = ran(tmp_path, encoding, "demo", "--portal", "cl\u00ednica-\u2603", "--lang", "es")

    assert (code, out) == (2, b"")
    assert err.startswith(b"portalcheck: ")
    assert b"Traceback" not in err


def powershell(text: str, version: str) -> bytes:
    """What `> FILE` of PowerShell makes of a program's output: lines ended its way, in its encoding."""
    ended = text.replace("\n", "\r\n")
    if version == "5.1":
        return codecs.BOM_UTF16_LE + ended.encode("utf-16-le")
    return (codecs.BOM_UTF8 if version == "7 utf8BOM" else b"") + ended.encode()


@pytest.mark.parametrize("version", ["5.1", "7", "7 utf8BOM"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_report_that_powershell_redirected_is_read_back_whole(
    call: Call, tmp_path: Path, version: str, form: str
) -> None:
    _, out, _ = call("demo", "--fault", "portal-error", "-f", form)
    path = tmp_path / "report.txt"
    path.write_bytes(powershell(out, version))
    code, told, _ = call("read", str(path), "-f", "json")
    found = json.loads(told)

    assert code == 0
    assert (found["integrity"], found["cause"]) == ("complete", "portal-error")


@pytest.mark.parametrize("version", ["5.1", "7", "7 utf8BOM"])
def test_reports_that_powershell_redirected_are_summed_up(call: Call, tmp_path: Path, version: str) -> None:
    for number in range(3):
        _, out, _ = call("demo", "--only", "system", "-f", "json")
        (tmp_path / f"{number}.json").write_bytes(powershell(out, version))
    code, told, _ = call("fleet", str(tmp_path), "-f", "json")
    summary = json.loads(told)

    assert (code, summary["reports"], summary["damaged"]) == (0, 3, 0)


# ---- clocks that jump ----------------------------------------------------------------------------


def test_clocks_that_jump_between_reports_lose_none_of_them() -> None:
    starts = [
        "2026-11-23T08:00:00Z",
        "1970-01-01T00:00:09Z",
        "2099-12-31T23:59:59Z",
        "2026-11-22T23:00:00-05:00",
    ]
    odd = ["0000-00-00T00:00:00Z", "yesterday", "", "99999-01-01T00:00:00Z"]
    summary = of_bytes(lines(report(n, started=started) for n, started in enumerate([*starts, *odd])))

    assert (summary.reports, summary.undated) == (8, 4)
    assert [(day.day, day.reports) for day in summary.days] == [
        ("1970-01-01", 1),
        ("2026-11-23", 2),
        ("2099-12-31", 1),
    ]


@pytest.mark.parametrize("started", ["2099-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "noon"])
def test_a_last_report_from_another_time_is_compared_all_the_same(tmp_path: Path, started: str) -> None:
    kept = msgspec.json.decode(json.dumps(report(1)), type=Report)
    assert memory.keep(tmp_path, sealed(msgspec.structs.replace(kept, started=started)))
    last = memory.last(tmp_path)

    assert last is not None
    assert (last.started, last.cause) == (started, kept.cause)
