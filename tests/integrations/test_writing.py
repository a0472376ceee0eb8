"""`portalcheck integrations`: what it lists, shows and writes, and what it refuses."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portalcheck import __version__
from portalcheck.cli import main
from portalcheck.integrations import INTEGRATIONS, files
from tests.integrations.conftest import Written

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(["integrations", *arguments])
        return (code, *capsys.readouterr())

    return run


@pytest.mark.parametrize("name", INTEGRATIONS)
def test_every_file_is_of_this_version_and_has_no_gap(name: str) -> None:
    found = list(files(name, version="9.8.7"))

    assert found
    for file in found:
        assert "@VERSION@" not in file.text
        assert "@PROGRAM@" not in file.text
        assert file.text.isascii(), file.path  # PowerShell 5.1 and schtasks guess at other letters
        assert "\r" not in file.text
        assert file.text.endswith("\n")
    assert any("9.8.7" in file.text for file in found)
    places = [INTEGRATIONS[name].program in file.text for file in found]
    assert any(places)


@pytest.mark.parametrize("lang", ["en", "es"])
def test_without_a_name_every_engine_is_listed_with_what_it_gets(call: Call, lang: str) -> None:
    code, out, err = call("--lang", lang)
    listed = dict(line.split(": ", 1) for line in out.splitlines()[:-1])

    assert (code, err) == (0, "")
    assert list(listed) == list(INTEGRATIONS)
    assert all(listed.values())


def test_one_file_is_shown_and_several_are_named(call: Call) -> None:
    assert "fleet/policies.gitops.yml\n" in call("fleet")[1]
    assert call("jamf")[1].startswith(f"#!/bin/sh\n# portalcheck {__version__}: ")
    assert "ansible/roles/portalcheck/tasks/main.yml\n" in call("ansible")[1]
    assert "systemd/portalcheck.timer\n" in call("all")[1]


def test_all_are_written_each_into_its_folder(call: Call, tmp_path: Path) -> None:
    code, out, err = call("all", "-o", str(tmp_path / "new"))
    made = {path.relative_to(tmp_path / "new").as_posix() for path in tmp_path.rglob("*") if path.is_file()}

    assert (code, out) == (0, "")
    assert made == {f"{name}/{file.path}" for name in INTEGRATIONS for file in files(name, version="1")}
    assert err.count("\n") == len(made) + len(INTEGRATIONS)


@pytest.mark.parametrize("name", INTEGRATIONS)
@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_next_step_is_told_after_writing(call: Call, tmp_path: Path, name: str, lang: str) -> None:
    folder = tmp_path / "a folder"
    code, out, err = call(name, "-o", str(folder), "--lang", lang)
    last = err.splitlines()[-1]

    assert (code, out) == (0, "")
    assert last.startswith({"en": "Next: ", "es": "Siguiente paso: "}[lang])
    assert "{folder}" not in last
    assert len(last.split()) > 4
    named = [word.strip("'") for word in re.findall(r"'[^']*'/?[\w.*-]*", last)]
    for path in named:
        assert path.startswith(str(folder))


@pytest.mark.not_on_windows("posix", "modes of files")
def test_what_is_written_can_be_read_by_others(written: Written) -> None:
    for path in written("systemd").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) & 0o044 == 0o044


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["puppet"], "There are no files for puppet"),
        (["-o", "x"], "ansible, intune"),
        (["jamf", "--program", "relative/path"], "relative/path"),
        (["jamf", "--program", "/opt/it's/portalcheck"], "cannot be used"),
        (["jamf", "--program", "/opt/a\nb"], "cannot be used"),
        (["nagios", "--program", "/opt/my tools/portalcheck"], "cannot be used"),
        (["jamf", "-o", "/dev/null/x"], "extension-attribute.sh"),
    ],
)
def test_what_cannot_be_written_is_told(call: Call, arguments: list[str], said: str) -> None:
    code, out, err = call(*arguments)

    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


@given(st.text(min_size=1))
def test_no_path_of_the_program_can_say_anything_else_in_a_script(path: str) -> None:
    try:
        text = "".join(
            file.text
            for name in ("jamf", "intune", "systemd")
            for file in files(name, version="1", program=path)
        )
    except ValueError:
        return
    assert path in text
    assert not set(path) & set("'\"`$%&<>|;\n\r\0*?!#~^{}[]=")
