"""Scripts and units, each judged by what its system has for that, and run as far as this one can."""

from __future__ import annotations

import os
import plistlib
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
import tree_sitter
import tree_sitter_powershell

from portalcheck import __version__
from portalcheck.integrations import files
from tests.integrations.conftest import Written, run

# ---- Jamf --------------------------------------------------------------------------------------


@pytest.mark.needs_program("shellcheck")
def test_the_extension_attribute_is_a_posix_script_without_fault(written: Written) -> None:
    done = run("shellcheck", "--shell=sh", written("jamf") / "extension-attribute.sh")

    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.needs_program("sh")
def test_the_extension_attribute_gives_the_result_of_a_run(written: Written, tmp_path: Path) -> None:
    environment = {**os.environ, "PATH": f"{_mac(tmp_path, 'root')}:{os.environ['PATH']}"}
    done = run("sh", written("jamf") / "extension-attribute.sh", env=environment)

    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"<result>ok none: [^<>]+</result>\n", done.stdout)


@pytest.mark.needs_program("sh")
def test_the_extension_attribute_runs_as_the_person_at_the_screen(written: Written, tmp_path: Path) -> None:
    environment = {**os.environ, "PATH": f"{_mac(tmp_path, 'pat')}:{os.environ['PATH']}"}
    done = run("sh", written("jamf") / "extension-attribute.sh", env=environment)

    assert done.stdout.startswith("as pat, home set\n<result>ok none: ")


@pytest.mark.needs_program("sh")
@pytest.mark.parametrize("program", ["/no/such/portalcheck", "/etc/passwd"])
def test_the_extension_attribute_says_that_the_program_is_missing(written: Written, program: str) -> None:
    done = run("sh", written("jamf", program) / "extension-attribute.sh")

    assert (done.returncode, done.stdout) == (0, "<result>unknown: portalcheck is not installed</result>\n")


def _mac(folder: Path, person: str) -> Path:
    """The two commands of macOS that the script asks: who is at the screen, and to run as another."""
    place = folder / "mac"
    place.mkdir()
    stat, sudo = place / "stat", place / "sudo"
    stat.write_text(f'#!/bin/sh\n[ "$1 $2 $3" = "-f %Su /dev/console" ] && echo {person}\n')
    sudo.write_text(
        '#!/bin/sh\n[ "$1 $2" = "-H -u" ] || exit 9\necho "as $3, home set"\nshift 3\nexec "$@"\n'
    )
    stat.chmod(0o755)
    sudo.chmod(0o755)
    return place


# ---- Intune: there is no PowerShell to be had, so its grammar judges ------------------------------


def _powershell(written: Written, name: str) -> tree_sitter.Node:
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))
    return parser.parse((written("intune", "") / name).read_bytes()).root_node


@pytest.mark.parametrize("name", ["detect.ps1", "installed.ps1"])
def test_the_powershell_scripts_fit_the_grammar(written: Written, name: str) -> None:
    assert not _powershell(written, name).has_error


def test_the_grammar_would_show_a_fault() -> None:
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))

    assert parser.parse(b"if (Test-Path 'x' { exit 1 }\n").root_node.has_error


def test_the_detection_ends_with_0_or_1_and_lets_nothing_onto_stderr(written: Written) -> None:
    text = (written("intune", "") / "detect.ps1").read_text("ascii")

    assert re.findall(r"exit (\S+)", text) == ["1", "$LASTEXITCODE"]
    assert "& $program run --format intune --no-input 2>$null\n" in text
    assert r"$program = 'C:\Program Files\portalcheck\portalcheck.exe'" in text


def test_what_the_detection_calls_gives_one_line_and_an_exit_code_of_intune(installed: Path) -> None:
    done = run(installed, "run", "--format", "intune", "--no-input")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1
    assert len(done.stdout) <= 2048


def test_the_app_is_detected_by_the_version_that_the_program_tells(written: Written, installed: Path) -> None:
    text = (written("intune", "") / "installed.ps1").read_text("ascii")
    (pattern,) = re.findall(r"-notlike '([^']+)\*'", text)

    assert run(installed, "--version").stdout.splitlines()[0].startswith(pattern)


# ---- systemd -----------------------------------------------------------------------------------


@pytest.mark.needs_program("systemd-analyze")
def test_systemd_takes_the_units_as_they_are(written: Written) -> None:
    folder = written("systemd")
    done = run(
        "systemd-analyze", "verify", "--man=no", folder / "portalcheck.service", folder / "portalcheck.timer"
    )

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.needs_program("systemd-analyze")
def test_systemd_would_show_a_fault(written: Written) -> None:
    service = written("systemd", "/no/such/portalcheck") / "portalcheck.service"

    assert run("systemd-analyze", "verify", "--man=no", service).returncode != 0


def test_the_service_leaves_a_report_in_its_folder_of_state(written: Written, tmp_path: Path) -> None:
    text = (written("systemd") / "portalcheck.service").read_text("ascii")
    (command,) = re.findall(r"^ExecStart=(.+)$", text, re.MULTILINE)
    (tmp_path / "portalcheck").mkdir()
    done = run(*command.replace("%S", str(tmp_path)).split())

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert '"exit_code": 0' in (tmp_path / "portalcheck" / "report.json").read_text("utf-8")


def test_the_timer_spreads_the_runs() -> None:
    timer = next(file.text for file in files("systemd", version="1") if file.path.endswith(".timer"))

    assert re.search(r"^RandomizedDelaySec=\d+h$", timer, re.MULTILINE)


# ---- Windows and macOS: structure only ---------------------------------------------------------------


def test_the_scheduled_task_is_utf_16_with_a_mark_and_has_the_parts_in_the_order_of_the_schema(
    written: Written,
) -> None:
    content = (written("windows-task", "") / "portalcheck-task.xml").read_bytes()
    root = ElementTree.fromstring(content)
    names = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"

    assert content.startswith((b"\xff\xfe", b"\xfe\xff"))
    assert [child.tag.removeprefix(names) for child in root] == [
        "RegistrationInfo",
        "Triggers",
        "Principals",
        "Settings",
        "Actions",
    ]
    assert root.findtext(f".//{names}RandomDelay") == "PT4H"
    assert root.findtext(f".//{names}Command") == r'"C:\Program Files\portalcheck\portalcheckw.exe"'
    principal = root.find(f".//{names}Principal")
    actions = root.find(f"{names}Actions")
    assert principal is not None
    assert actions is not None
    assert principal.get("id") == actions.get("Context")


def test_the_arguments_of_the_task_make_a_report(written: Written, installed: Path, tmp_path: Path) -> None:
    root = ElementTree.fromstring((written("windows-task", "") / "portalcheck-task.xml").read_bytes())
    told = root.findtext(".//{*}Arguments") or ""
    arguments = told.replace("C:\\Users\\Public\\Documents\\", f"{tmp_path}{os.sep}").split()
    done = run(installed, *arguments, cwd=tmp_path)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [path.name for path in tmp_path.glob("*report.json")] == ["portalcheck-report.json"]


def test_the_job_of_launchd_is_a_property_list_that_runs_the_program(
    written: Written, tmp_path: Path
) -> None:
    job = plistlib.loads((written("launchd") / "org.portalcheck.run.plist").read_bytes())
    *command, jitter, seconds, output, place = job["ProgramArguments"]

    assert (jitter, int(seconds), output) == ("--jitter", 14400, "--output")
    # A background job's network is throttled (setpriority(2), PRIO_DARWIN_BG), and it is what is measured.
    assert job.get("ProcessType", "Standard") == "Standard"
    # /Library/Application Support is there on each Mac; the folder of ours below it is not.
    form, _, target = place.partition(":")
    assert (form, target) == ("json", "/Library/Application Support/portalcheck/report.json")
    done = run(*command, output, f"json:{tmp_path}/portalcheck/report.json")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "portalcheck" / "report.json").exists()


def test_the_version_in_each_heading_is_the_installed_one(written: Written) -> None:
    for name in ("jamf", "intune"):
        for path in written(name).iterdir():
            assert f"portalcheck {__version__}: " in path.read_text("utf-8")
