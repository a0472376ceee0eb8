"""The package of checks/README.md, built and installed: its cause is one like any other, wherever a cause is told."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from portalcheck.diagnosis.registry import Installed
from portalcheck.words.catalog import Catalog
from tests.checks.third_party import call, installed, on_a_full_disk

README = Path(__file__).resolve().parents[2] / "checks" / "README.md"
FILES = dict(re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", README.read_text("utf-8"), re.DOTALL))
PACKAGE = "portalcheck_disk"
FORMATS = ("text", "html", "json", "junit", "nagios", "prometheus", "intune", "jamf")
LANGUAGES = ("en", "es")
EVERY_LANGUAGE = pytest.mark.parametrize("lang", LANGUAGES)
WORDS: dict[str, dict[str, Any]] = {
    lang: tomllib.loads(FILES.get(f"{PACKAGE}/{lang}.toml", "")) for lang in LANGUAGES
}
Reports = Callable[[str], Path]
ON_A_FULL_DISK = pytest.mark.not_on_windows("linux", "mounts of small disks")


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter with the README's package."""
    return installed(tmp_path_factory.mktemp("third-party"), FILES)


@pytest.fixture(scope="module")
def full_disk(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """The command that starts a program whose home folder is on a full disk."""
    command = on_a_full_disk(tmp_path_factory.mktemp("home"))
    if not command:
        pytest.skip("no small disk can be mounted here")
    return command


@pytest.fixture(scope="module")
def reports(python: Path, full_disk: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Reports:
    """A folder with the report of one run on a full disk in every format, the file's name is the format's."""
    made: dict[str, Path] = {}

    def report(lang: str) -> Path:
        if lang not in made:
            made[lang] = tmp_path_factory.mktemp(lang)
            outputs = [word for form in FORMATS for word in ("-o", f"{form}:{made[lang] / form}")]
            done = call(python, "demo", "--lang", lang, *outputs, "-o", "text:-", before=full_disk)
            assert done.returncode == 1, done.stderr
        return made[lang]

    return report


def cause(lang: str) -> dict[str, Any]:
    """The words of the package's cause."""
    words: dict[str, Any] = WORDS[lang]["causes"]["disk.full"]
    return words


def flat(text: str) -> str:
    """A text as one line."""
    return " ".join(text.split())


# ---- the README ----------------------------------------------------------------------------------


def test_the_readme_holds_a_whole_package_and_its_tests() -> None:
    assert [*FILES] == [
        "pyproject.toml",
        f"{PACKAGE}/__init__.py",
        f"{PACKAGE}/en.toml",
        f"{PACKAGE}/es.toml",
        f"test_{PACKAGE}.py",
    ]


@pytest.mark.slow
def test_the_tests_of_the_readme_pass_as_written(python: Path, tmp_path: Path) -> None:
    test = f"test_{PACKAGE}.py"
    (tmp_path / test).write_text(FILES[test], "utf-8")
    done = subprocess.run(
        [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'own'}", test],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=100,
    )

    assert done.returncode == 0, done.stdout


# ---- the check -----------------------------------------------------------------------------------


@EVERY_LANGUAGE
def test_the_check_is_listed_with_its_own_words(python: Path, lang: str) -> None:
    listed = call(python, "checks", "--lang", lang).stdout

    assert f"disk: {WORDS[lang]['name']}\n" in listed
    assert WORDS[lang]["reads"] in flat(listed)
    assert WORDS[lang]["contacts"] in flat(listed)


def test_the_check_runs_beside_the_built_in_ones(python: Path) -> None:
    done = call(python, "demo", "-f", "json")
    report = json.loads(done.stdout)

    assert done.returncode == 0
    assert report["checks"][-1]["check"] == "disk"
    assert report["checks"][-1]["findings"][0]["reason"] in ("disk.room", "disk.low", "disk.full")
    assert len(report["checks"]) == 12
    assert report["complete"]


@EVERY_LANGUAGE
def test_the_report_says_it_in_the_checks_own_words(python: Path, lang: str) -> None:
    shown = call(python, "demo", "--only", "disk", "--lang", lang, "-v").stdout
    sentences = (WORDS[lang]["reasons"][reason] for reason in ("disk.room", "disk.low", "disk.full"))

    assert f": {WORDS[lang]['name']}\n" in shown
    assert any(sentence.partition("{")[0] in flat(shown) for sentence in sentences)


def test_the_check_can_be_explained(python: Path) -> None:
    done = call(python, "explain", "disk")

    assert (done.returncode, done.stderr) == (0, "")
    assert "disk.full" in done.stdout


@pytest.mark.parametrize("arguments", [["--only", "disk"], ["--skip", "disk"]])
def test_the_check_can_be_chosen_by_its_id(python: Path, arguments: list[str]) -> None:
    report = json.loads(call(python, "demo", "-f", "json", *arguments).stdout)

    assert ("disk" in [check["check"] for check in report["checks"]]) is ("--only" in arguments)


# ---- its cause, in every format ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "code"), [(form, {"nagios": 2, "jamf": 0}.get(form, 1)) for form in FORMATS]
)
@ON_A_FULL_DISK
def test_a_full_disk_stops_sign_in_by_the_exit_code_of_every_format(
    python: Path, full_disk: tuple[str, ...], form: str, code: int
) -> None:
    done = call(python, "demo", "--only", "disk", "-f", form, before=full_disk)

    assert (done.returncode, done.stderr) == (code, "")
    assert "isk" in done.stdout


@EVERY_LANGUAGE
@pytest.mark.parametrize("form", ["text", "html"])
@ON_A_FULL_DISK
def test_a_person_reads_the_cause_in_the_words_of_the_package(reports: Reports, form: str, lang: str) -> None:
    text = flat(unescape(re.sub(r"<[^>]*>", " ", (reports(lang) / form).read_text("utf-8"))))

    for sentence in (cause(lang)["verdict"], cause(lang)["patient"], *cause(lang)["actions"]):
        assert sentence in text
    assert WORDS[lang]["reasons"]["disk.full"] in text


@EVERY_LANGUAGE
@ON_A_FULL_DISK
def test_programs_read_the_cause_and_who_must_act(reports: Reports, lang: str) -> None:
    report = json.loads((reports(lang) / "json").read_text("utf-8"))

    assert (report["cause"], report["owner"], report["outcome"]) == ("disk.full", "you", "fail")
    assert [step["ref"] for step in report["likely_steps"]][:2] == ["step-4", "step-5"]
    assert report["checks"][-1]["findings"][0]["args"] == {"free_mb": 0}
    assert report["privacy"]["withheld"]["path"] == 1


@EVERY_LANGUAGE
@ON_A_FULL_DISK
def test_junit_has_the_cause_as_the_failure_of_the_verdict(reports: Reports, lang: str) -> None:
    suite = ElementTree.parse(reports(lang) / "junit").getroot()
    failure = suite.find(".//testcase[@name='verdict']/failure")

    assert failure is not None
    assert (failure.get("type"), failure.get("message")) == ("disk.full", cause(lang)["verdict"])


@EVERY_LANGUAGE
@pytest.mark.parametrize(
    ("form", "line"),
    [
        ("nagios", "PORTAL CRITICAL: disk.full - {verdict}"),
        ("intune", "fail disk.full | {verdict} |"),
        ("jamf", "<result>fail disk.full step-4: {verdict}"),
        ("prometheus", 'portalcheck_cause{{portal="practice",cause="disk.full"}} 1\n'),
    ],
)
@ON_A_FULL_DISK
def test_formats_of_it_name_the_cause(reports: Reports, form: str, line: str, lang: str) -> None:
    assert line.format(verdict=cause(lang)["verdict"]) in (reports(lang) / form).read_text("utf-8")


# ---- its cause, at the help desk -----------------------------------------------------------------


def block(report: str) -> str:
    """What a person pastes of a report."""
    begin, end = "BEGIN PORTALCHECK REPORT", "END PORTALCHECK REPORT"
    return report[report.index(begin) : report.index(end) + len(end)] + "\n"


@EVERY_LANGUAGE
@pytest.mark.parametrize("pasted_in", LANGUAGES)
@ON_A_FULL_DISK
def test_the_agent_reads_the_cause_of_a_pasted_block(
    python: Path, reports: Reports, pasted_in: str, lang: str
) -> None:
    pasted = block((reports(pasted_in) / "text").read_text("utf-8"))
    done = call(python, "read", "-", "--lang", lang, stdin=pasted)

    assert (done.returncode, done.stderr) == (0, "")
    for sentence in (
        cause(lang)["verdict"],
        cause(lang)["agent"],
        cause(lang)["it"],
        *cause(lang)["actions"],
    ):
        assert sentence in flat(done.stdout)
    assert "disk.full" in done.stdout


@ON_A_FULL_DISK
def test_programs_read_the_cause_of_a_pasted_block(python: Path, reports: Reports) -> None:
    pasted = block((reports("en") / "text").read_text("utf-8"))
    document = json.loads(call(python, "read", "-", "-f", "json", stdin=pasted).stdout)

    assert (document["integrity"], document["cause"], document["owner"]) == ("complete", "disk.full", "you")


@ON_A_FULL_DISK
def test_who_does_not_have_the_package_still_reads_cause_owner_and_steps(reports: Reports) -> None:
    pasted = block((reports("en") / "text").read_text("utf-8"))
    document = json.loads(call(sys.executable, "read", "-", "-f", "json", stdin=pasted).stdout)
    shown = call(sys.executable, "read", "-", stdin=pasted)

    assert (document["integrity"], document["cause"], document["owner"]) == ("complete", "disk.full", "you")
    assert [step["ref"] for step in document["likely_steps"]][:2] == ["step-4", "step-5"]
    assert shown.returncode == 0
    assert "disk.full" in shown.stdout
    assert "step-4" in shown.stdout


@EVERY_LANGUAGE
@ON_A_FULL_DISK
def test_a_phone_code_says_that_it_is_another_cause(python: Path, reports: Reports, lang: str) -> None:
    code = json.loads((reports(lang) / "json").read_text("utf-8"))["code"]
    document = json.loads(call(python, "read", code, "-f", "json").stdout)
    shown = call(python, "read", code, "--lang", lang)

    assert (document["code_is_right"], document["cause"]) == (True, "other")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert Catalog(lang, Installed(())).ui("read.code_cause_other") in flat(shown.stdout)


@EVERY_LANGUAGE
def test_the_cause_can_be_explained(python: Path, lang: str) -> None:
    done = call(python, "explain", "disk.full", "--lang", lang)

    assert (done.returncode, done.stderr) == (0, "")
    for sentence in (cause(lang)["verdict"], cause(lang)["patient"], cause(lang)["agent"], cause(lang)["it"]):
        assert sentence in flat(done.stdout)


@EVERY_LANGUAGE
@pytest.mark.parametrize("form", ["text", "html"])
@ON_A_FULL_DISK
def test_a_fleet_counts_the_cause(python: Path, reports: Reports, form: str, lang: str) -> None:
    done = call(python, "fleet", str(reports(lang) / "json"), "-f", form, "--lang", lang)
    text = flat(unescape(re.sub(r"<[^>]*>", " ", done.stdout)))

    assert (done.returncode, done.stderr) == (0, "")
    assert cause(lang)["verdict"].rstrip(".") in text or "disk.full" in text


@pytest.mark.parametrize("form", ["json", "csv"])
@ON_A_FULL_DISK
def test_programs_read_the_cause_of_a_fleet(python: Path, reports: Reports, form: str) -> None:
    assert "disk.full" in call(python, "fleet", str(reports("en") / "json"), "-f", form).stdout
