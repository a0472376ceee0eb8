"""`portalcheck read --paste`, with a program that gives the clipboard as a desktop's own does."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.skipif(sys.platform == "darwin", reason="the clipboard of a person is theirs"),
    pytest.mark.not_on_windows("program", "a clipboard's; tests/windows has one of its own"),
]

Program = Callable[..., subprocess.CompletedProcess[str]]
CODE = "7K4M-6TDS-Z6"


@pytest.fixture
def clipboard(tmp_path: Path) -> Callable[[str], Mapping[str, str]]:
    """Put a text on a clipboard; the variables that lead there."""

    def holding(text: str) -> Mapping[str, str]:
        (tmp_path / "held").write_text(text, "utf-8")
        xclip = tmp_path / "xclip"
        xclip.write_text(f"#!/bin/sh\n/bin/cat {tmp_path / 'held'}\n", "utf-8")
        xclip.chmod(0o755)
        return {"DISPLAY": ":0", "WAYLAND_DISPLAY": "", "PATH": f"{tmp_path}:/usr/bin:/bin"}

    return holding


@pytest.mark.parametrize("text", [CODE, f"El código es {CODE}, gracias.\r\n"])
def test_a_code_on_the_clipboard_is_read_as_one_that_is_typed(
    program: Program, clipboard: Callable[[str], Mapping[str, str]], text: str
) -> None:
    pasted = program("read", "--paste", env={**clipboard(text)})

    assert (pasted.returncode, pasted.stdout) == (0, program("read", CODE).stdout)


def test_a_report_on_the_clipboard_is_read_as_one_in_a_file(
    program: Program, clipboard: Callable[[str], Mapping[str, str]]
) -> None:
    report = program("demo", "--fault", "dns-filtered", "--lang", "es").stdout
    pasted = program("read", "--paste", "--lang", "es", env={**clipboard(report)})

    assert pasted.returncode == 0
    assert _without_age(pasted.stdout) == _without_age(program("read", "--lang", "es", stdin=report).stdout)


def _without_age(answer: str) -> list[str]:
    return [line for line in answer.splitlines() if not line.lstrip().startswith("Hecho: ")]


def test_an_empty_clipboard_holds_no_report(
    program: Program, clipboard: Callable[[str], Mapping[str, str]]
) -> None:
    assert program("read", "--paste", env={**clipboard("")}).returncode == 3


def test_where_there_is_no_clipboard_it_says_what_else_can_be_done(program: Program) -> None:
    done = program("read", "--paste", env={"DISPLAY": "", "WAYLAND_DISPLAY": ""})

    assert done.returncode == 2
    assert "file" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_code_and_the_clipboard_at_once_are_refused(program: Program) -> None:
    assert program("read", CODE, "--paste").returncode == 2
