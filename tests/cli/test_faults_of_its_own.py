"""A bug in the program, or in another person's check: one line, a trace that tells of nobody, and what was found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from portalcheck.report.recovered import Integrity
from tests.declared import read_paste

Broken = Callable[..., subprocess.CompletedProcess[str]]

SECRET = "/home/pat.doe/portal.example/203.0.113.9"
"""What an exception's message may hold."""

_CHECK = f"""
from collections.abc import Iterable

from portalcheck.api import Check, Context, Finding, Reason, ok

FINE = Reason("mine.fine")


def mine(ctx: Context) -> Iterable[Finding]:
    yield ok(FINE)
    try:
        raise OSError(2, "No such file", {SECRET!r})
    except OSError as error:
        raise KeyError({SECRET!r}) from error


CHECKS = (Check("mine", run=mine, reasons=[FINE]),)
"""
_NO_CHECK = "CHECKS = ()\n"


@pytest.fixture
def broken(tmp_path: Path) -> Broken:
    """The program with one function of its own that raises, or with another person's check installed.

    `sitecustomize` belongs to the interpreter: the program knows nothing of it.
    """

    def run(*arguments: str, function: str = "", check: str = _NO_CHECK) -> subprocess.CompletedProcess[str]:
        site = tmp_path / "site"
        site.mkdir(exist_ok=True)
        module, _, name = function.rpartition(".")
        patch = [
            f"import {module}",
            "def broken(*_, **__):",
            f"    raise RuntimeError({SECRET!r})",
            f"{module}.{name} = broken",
        ]
        (site / "sitecustomize.py").write_text("\n".join(patch if function else [""]), "utf-8")
        (site / "mine.py").write_text(check, "utf-8")
        package = site / "mine-1.dist-info"
        package.mkdir(exist_ok=True)
        (package / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 1\n", "utf-8")
        (package / "entry_points.txt").write_text("[portalcheck.checks]\nmine = mine:CHECKS\n", "utf-8")
        return subprocess.run(
            [sys.executable, "-m", "portalcheck", "demo", "--no-input", *arguments],
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")])},
        )

    return run


def tells_of_nobody(text: str) -> bool:
    return not any(word in text for word in ("pat.doe", "portal.example", "203.0.113.9", "/", "Traceback"))


# ---- another person's check ------------------------------------------------------------------------


def test_a_check_that_raises_is_unknown_and_the_others_go_on(broken: Broken) -> None:
    done = broken("-f", "json", check=_CHECK)
    report = json.loads(done.stdout)
    (mine,) = (check for check in report["checks"] if check["check"] == "mine")
    assert [finding["reason"] for finding in mine["findings"]] == ["mine.fine", "run.crashed"]
    assert (mine["findings"][1]["status"], report["complete"], report["cause"]) == ("unknown", False, "none")
    assert (done.returncode, len(report["checks"]), done.stderr) == (0, 12, "")


def test_verbose_tells_where_a_check_raised_and_not_what_it_held(broken: Broken) -> None:
    done = broken("-v", check=_CHECK)
    assert "mine: KeyError" in done.stderr
    assert "mine.py:" in done.stderr
    assert "from FileNotFoundError (ENOENT)" in done.stderr
    assert tells_of_nobody(done.stderr)
    assert "pat.doe" not in done.stdout


# ---- the program itself ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "function",
    [
        "portalcheck.report.formats.text.render",
        "portalcheck.cli.line.diagnose",
        "portalcheck.cli.commands.run.build",
        "portalcheck.settings.load",
        "portalcheck.diagnosis.registry.installed",
    ],
)
def test_a_bug_is_one_line_and_exit_code_4(broken: Broken, function: str) -> None:
    done = broken(function=function)
    assert done.returncode == 4
    assert done.stderr == (
        "portalcheck met a fault of its own (RuntimeError). Please report it; -v shows more.\n"
    )


@pytest.mark.parametrize(
    "function", ["portalcheck.report.formats.text.render", "portalcheck.cli.line.diagnose"]
)
def test_what_was_found_is_shown_before_the_bug(broken: Broken, function: str) -> None:
    done = broken(function=function)
    (recovered,) = read_paste(done.stdout)
    assert recovered.integrity is Integrity.COMPLETE
    assert len(recovered.fields["checks"]) == 11
    assert done.returncode == 4


def test_without_a_diagnosis_the_report_says_that_it_could_not_tell(broken: Broken) -> None:
    done = broken("-f", "json", function="portalcheck.cli.line.diagnose")
    report = json.loads(done.stdout)
    assert (report["cause"], report["outcome"], len(report["checks"])) == ("inconclusive", "unknown", 11)


def test_a_broken_json_renderer_still_gives_json(broken: Broken) -> None:
    done = broken("-f", "json", function="portalcheck.report.formats.json.render")
    assert json.loads(done.stdout)["cause"] == "none"
    assert done.returncode == 4


@pytest.mark.parametrize("form", ["junit", "prometheus"])
def test_a_program_gets_nothing_rather_than_another_form(broken: Broken, form: str) -> None:
    done = broken("-f", form, function=f"portalcheck.report.formats.{form}.render")
    assert (done.returncode, done.stdout) == (4, "")


@pytest.mark.parametrize(
    ("form", "code", "shape"), [("nagios", 3, "UNKNOWN"), ("intune", 1, ""), ("jamf", 0, "<result>")]
)
def test_formats_of_one_line_tell_a_bug_in_one_line(broken: Broken, form: str, code: int, shape: str) -> None:
    done = broken("-f", form, function=f"portalcheck.report.formats.{form}.render")
    assert (done.returncode, done.stderr) == (code, "")
    assert len(done.stdout.splitlines()) == 1
    assert shape in done.stdout


@pytest.mark.parametrize(
    "function", ["portalcheck.report.formats.text.render", "portalcheck.cli.line.diagnose"]
)
def test_verbose_tells_the_way_to_the_bug_and_nothing_that_it_held(broken: Broken, function: str) -> None:
    done = broken("-v", function=function)
    first, *way = done.stderr.splitlines()
    assert first.startswith("portalcheck met a fault of its own (RuntimeError)")
    assert way[0] == "RuntimeError"
    assert any("run.py:" in line for line in way)
    assert tells_of_nobody("\n".join(way))
