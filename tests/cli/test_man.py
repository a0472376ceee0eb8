"""The manual page is made of the help texts, is right roff, and is what man(1) shows."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from portalcheck.cli import roff
from portalcheck.cli.group import COMMANDS, group
from portalcheck.cli.reference import EXAMPLES
from portalcheck.report.formats.format import Format
from tests.cli.conftest import Ran

LANGUAGES = pytest.mark.parametrize("lang", ["en", "es"])


@pytest.fixture
def page(call: Callable[..., Ran], tmp_path: Path) -> Callable[[str], Path]:
    def write(lang: str) -> Path:
        code, out, err = call("man", "--lang", lang)
        assert (code, err) == (0, "")
        path = tmp_path / "portalcheck.1"
        path.write_text(out, "utf-8")
        return path

    return write


def as_shown(path: Path) -> str:
    done = subprocess.run(
        ["man", "--warnings", "-l", str(path)],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "200", "MAN_KEEP_FORMATTING": ""},
        check=True,
    )
    assert done.stderr == ""
    return done.stdout


@pytest.mark.needs_program("man")
@pytest.mark.needs_program("groff")
@LANGUAGES
def test_man_shows_the_page_without_a_warning_and_with_all_commands_and_options(
    page: Callable[[str], Path], lang: str
) -> None:
    shown = as_shown(page(lang))

    assert [name for name in COMMANDS if f"portalcheck {name}" not in shown] == []
    assert [form for form in [*Format] if form not in shown] == []
    run = group.get_command(group.make_context("portalcheck", ["run", "x"]), "run")
    assert run is not None
    assert [opt for each in run.params for opt in each.opts if opt.startswith("-") and opt not in shown] == []
    assert "PORTALCHECK_INCLUDE_LOCAL" in shown
    assert "portalcheck/config.toml" in shown


@pytest.mark.needs_program("groff")
@LANGUAGES
def test_groff_has_nothing_to_warn_of(page: Callable[[str], Path], lang: str) -> None:
    done = subprocess.run(
        ["groff", "-man", "-ww", "-z", "-Tutf8", "-rCHECKSTYLE=3", str(page(lang))],
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.needs_program("man")
@pytest.mark.needs_program("groff")
def test_the_sections_stand_in_the_order_of_man_pages(page: Callable[[str], Path]) -> None:
    shown = as_shown(page("en"))

    assert re.findall(r"^[A-Z][A-Z ]+$", shown, re.MULTILINE) == [
        "NAME",
        "SYNOPSIS",
        "DESCRIPTION",
        "COMMANDS",
        "EXIT STATUS",
        "ENVIRONMENT",
        "FILES",
        "EXAMPLES",
    ]


def test_the_page_names_no_account_and_is_ascii(page: Callable[[str], Path]) -> None:
    text = page("es").read_text("utf-8")

    assert text.isascii()
    assert str(Path.home()) not in text


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_are_commands_that_can_be_parsed(example: str) -> None:
    words = shlex.split(example)[1:]
    context = group.make_context("portalcheck", words or ["run"])
    name, command, rest = group.resolve_command(context, words or ["run"])
    while isinstance(command, click.Group):
        context = command.make_context(name, [*rest], parent=context)
        name, command, rest = command.resolve_command(context, rest)

    assert command is not None
    assert command.make_context(name, rest, parent=context).params


@pytest.mark.needs_program("man")
@pytest.mark.needs_program("groff")
@pytest.mark.parametrize(
    "text",
    [".SH gone", "'br gone", r"a\fBb\n(x", "--two-hyphens", '"quoted"', "~/x `y` ^", "é ñ ¿ 日", "a\\\nb"],
)
def test_any_text_is_shown_letter_for_letter(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.1"
    lines = [roff.title("X", 1, "x", "x"), roff.heading("NAME"), "x \\- y", *roff.paragraphs([text])]
    path.write_text("\n".join(lines) + "\n", "utf-8")

    assert " ".join(text.split()) in as_shown(path)
