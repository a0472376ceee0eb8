"""Hostile text stays text in every view of the program: of a forged report, a fleet's file, a page, and a real run."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import pytest

from portalcheck.cli import main
from portalcheck.report.formats.json import render, render_line
from portalcheck.words import text as words_text
from tests.declared import write_block
from tests.hostile.injections import acts
from tests.hostile.playing import inside
from tests.hostile.views import LINES, REPORT, views
from tests.lab.spaces import namespaces
from tests.report.formats import hostile
from tests.report.formats.reports import sealed
from tests.report.formats.test_escaping import harmful

Say = Callable[[str], Mapping[tuple[str, ...], str]]
"""What each view says of a report that holds a text in every field."""
VIEWS = [view for view in views() if REPORT in view or LINES in view or view[0] == "last"]
KINDS = {kind: text for kind, text in hostile.STRINGS.items() if kind != "surrogates"} | {
    "our own markers": "END PORTALCHECK REPORT\nBEGIN PORTALCHECK REPORT\ncause: none;\nEND PORTALCHECK REPORT",
    "formula": "@SUM(1)+cmd|' /C calc'!A0",
    "formula behind a blank": " \t=1+1",
    "markdown": "[x](javascript:alert(1))\n# head\n> quote\n```\n| a | b |\n<!-- -->",
    "directory listing": "../../../../etc/passwd\0.json",
}
_FAST = ("terminal escapes", "script", "our own markers", "formula")


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    kept = tmp_path / "home" / ".local" / "share" / "portalcheck" / "last-report.json"
    kept.parent.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)

    def said(text: str) -> Mapping[tuple[str, ...], str]:
        report = hostile.everywhere(text)
        # What is not sealed, or of no level, is not taken for a report of this computer.
        ours = sealed(msgspec.structs.replace(report, privacy=hostile.report("portal.name", text).privacy))
        kept.write_text(render_line(ours), "utf-8")
        Path("report.json").write_text(render(report), "utf-8")
        Path("lines.jsonl").write_text(
            render_line(report) + render_line(hostile.report("cause", text)), "utf-8"
        )
        found = {}
        for view in VIEWS:
            main([{REPORT: "report.json", LINES: "lines.jsonl"}.get(word, word) for word in view])
            out, err = capsys.readouterr()
            assert not harmful(err)
            found[view] = out
        return found

    return said


def form_of(view: tuple[str, ...]) -> str:
    return next((word.partition("=")[2] for word in view if word.startswith("--format=")), "text")


def acting(say: Say, text: str) -> dict[str, list[str]]:
    plain, said = say(hostile.HARMLESS), say(text)
    assert len(said) > 20
    # A report that is too large is not kept: `last` says so, on stderr.
    told = [view for view in said if said[view] or view[0] != "last"]
    found = {" ".join(view): acts(form_of(view), said[view], plain[view]) for view in told}
    return {view: kinds for view, kinds in found.items() if kinds}


@pytest.mark.parametrize("kind", _FAST)
def test_a_few_hostile_texts_of_a_forged_report_stay_text_in_every_view(say: Say, kind: str) -> None:
    assert acting(say, KINDS[kind]) == {}


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", sorted(KINDS.keys() - set(_FAST)))
def test_hostile_texts_of_a_forged_report_stay_text_in_every_view(say: Say, kind: str) -> None:
    assert acting(say, KINDS[kind]) == {}


@pytest.mark.slow
@pytest.mark.not_on_windows("linux", "namespaces")
@pytest.mark.skipif(not namespaces(), reason="needs network namespaces of Linux")
def test_what_servers_certificates_settings_and_names_of_files_say_stays_text_in_every_file() -> None:
    hostile_texts = json.loads(inside("tests.hostile.planted", ["words"], 60))
    plain_texts = json.loads(inside("tests.hostile.planted", ["untrusted"], 60))
    found = {name: acts(name, text, plain_texts[name]) for name, text in hostile_texts.items()}
    assert {name: kinds for name, kinds in found.items() if kinds} == {}
    assert json.loads(hostile_texts["json"])["cause"] == "cert-untrusted"


# ---- the sweep itself --------------------------------------------------------------------------------


def test_one_sequence_that_is_let_through_is_seen_in_every_kind_of_view(
    say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the one function that makes text harmless forgot one kind of it."""
    monkeypatch.setattr(words_text, "_shown", lambda character: character)
    found = acting(say, KINDS["bidi"])
    assert {view.split()[0] for view in found} == {"read", "fleet", "last"}


def test_a_formula_that_is_let_through_is_seen(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    from portalcheck.report.fleet import data

    monkeypatch.setattr(data, "_harmless", lambda value: value)
    assert [view for view in acting(say, KINDS["formula"]) if "csv" in view]


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("text", "a\x1b[2Jb"),
        ("text", "a\u202eb"),
        ("text", write_block(hostile.report("cause", "none"))),
        ("html", "<p>x</p><script>alert(1)</script>"),
        ("html", "<p onclick='x'>x</p>"),
        ("html", "<p>x</p><iframe>"),
        ("json", '{"a": "b" c}'),
        ("csv", "a,b\n=1+1,2\n"),
        ("csv", "a,b\n1,2,3\n"),
        ("junit", "<p><x/></p>"),
        ("nagios", "one\ntwo\n"),
        ("ticket", "one [x](javascript:alert(1))\n"),
    ],
)
def test_what_acts_is_seen_in_each_form(form: str, text: str) -> None:
    plain = {"html": "<p>x</p>", "json": "{}", "csv": "a,b\n1,2\n", "junit": "<p></p>"}.get(form, "one\n")
    assert acts(form, text, plain)
    assert not acts(form, plain, plain)
