"""Words from outside beside the report: messages on stderr, the agent's view, the block, the line, the memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from portalcheck.model import Report
from portalcheck.report import history as memory
from portalcheck.report.formats.json import render, render_line
from tests.cli.conftest import Ran
from tests.declared import read_paste, write_block
from tests.report.formats import agent_text, hostile, reports
from tests.report.formats.formats import LANGUAGES
from tests.report.formats.test_escaping import harmful

Call = Callable[..., Ran]
WORDS = {kind: text for kind, text in hostile.STRINGS.items() if text.strip()}
FROM_OUTSIDE = {
    "portal": ("run", "--portal"),
    "skip": ("run", "--skip"),
    "only": ("run", "--only"),
    "format": ("run", "--format"),
    "lang": ("run", "--lang"),
    "fail-on": ("run", "--fail-on"),
    "fault": ("demo", "--fault"),
    "topic": ("explain",),
    "file": ("read",),
    "reports": ("fleet",),
    "schema": ("schema",),
}
"""What a person, a shortcut or a script may hand to the program."""


def harmless(text: str) -> bool:
    return not harmful(text)


@pytest.mark.parametrize("place", FROM_OUTSIDE)
@pytest.mark.parametrize("kind", WORDS)
def test_a_hostile_argument_is_told_harmlessly(call: Call, place: str, kind: str) -> None:
    code, out, err = call(*FROM_OUTSIDE[place], f"x{WORDS[kind]}")
    assert code in (2, 3)
    assert harmless(out + err)
    assert "Traceback" not in err


@pytest.mark.parametrize("kind", WORDS)
def test_a_hostile_settings_file_is_told_harmlessly(call: Call, tmp_path: Path, kind: str) -> None:
    file = tmp_path / "config.toml"
    text = json.dumps(WORDS[kind][:500].encode("utf-8", "replace").decode())
    for line in (
        f"{text} = 1",
        f"portal = {text}",
        f"portals.lab.url = {text}",
        f"[checks]\nskip = [{text}]",
    ):
        file.write_text(line + "\n", "utf-8")
        code, out, err = call("config", "check", str(file))
        shown, told = call("config", "show", "--config", str(file))[1:]
        assert code in (0, 2)
        assert harmless(out + err + shown + told)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", hostile.STRINGS)
def test_a_hostile_report_is_shown_to_the_agent_harmlessly(kind: str, lang: str) -> None:
    text = render(hostile.everywhere(hostile.STRINGS[kind]))
    view = agent_text.of_reports(read_paste(text), LANGUAGES[lang])
    assert harmless(view)
    assert "BEGIN PORTALCHECK" not in view


@pytest.mark.parametrize("kind", hostile.STRINGS)
def test_the_block_of_a_hostile_report_is_ascii_and_one_block(kind: str) -> None:
    block = write_block(hostile.everywhere(hostile.STRINGS[kind]))
    assert block.isascii()
    assert max(map(len, block.splitlines())) <= 64
    assert (block.count("BEGIN PORTALCHECK REPORT"), block.count("END PORTALCHECK REPORT")) == (1, 1)
    assert len(read_paste(block)) == 1


@pytest.mark.parametrize("kind", sorted(set(hostile.STRINGS) - {"surrogates"}))
def test_a_hostile_report_is_one_line_of_a_file_of_lines(kind: str) -> None:
    line = render_line(hostile.everywhere(hostile.STRINGS[kind]))
    assert (line.count("\n"), line[-1]) == (1, "\n")
    msgspec.json.decode(line.encode(), type=Report)


@pytest.mark.parametrize("kind", sorted(set(hostile.STRINGS) - {"surrogates"}))
def test_a_hostile_report_is_remembered_as_it_is(tmp_path: Path, kind: str) -> None:
    report = reports.sealed(hostile.report("portal.name", hostile.STRINGS[kind]))
    assert memory.keep(tmp_path, report)
    assert memory.last(tmp_path) == report
    assert [path.name for path in tmp_path.iterdir()] == [memory.NAME]
