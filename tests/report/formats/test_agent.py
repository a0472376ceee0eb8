"""What a help desk agent reads of a pasted report."""

from __future__ import annotations

import msgspec
import pytest

from portalcheck.model import Privacy, Report
from portalcheck.report.formats import html, json, text
from portalcheck.report.guidance import for_agent, for_it, guidance
from tests.declared import read_paste, write_block
from tests.report.formats import agent_text, hostile, reports
from tests.report.formats.formats import ENGLISH, LANGUAGES, SPANISH


def view(report: Report, lang: str = "en") -> str:
    return agent_text.of_reports(read_paste(write_block(report)), LANGUAGES[lang])


def flat(shown: str) -> str:
    return " ".join(shown.split())


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", reports.ALL)
def test_the_view_has_verdict_cause_meaning_steps_origin_and_what_to_prepare(name: str, lang: str) -> None:
    report, words = reports.ALL[name](), LANGUAGES[lang]
    told = guidance(report, words)
    shown, place = flat(view(report, lang)), 0
    for part in (
        words.ui("read.complete"),
        told.verdict[0],
        words.ui("report.cause", cause=report.cause),
        *for_agent(report, words),
        *told.never,
        *told.actions,
        told.article,
        *(step.line for step in told.further),
        for_it(report, words),
        words.ui("report.system", os="windows", release="11"),
        words.ui("read.prepare"),
        *words.ref("support-checklist").actions,
        words.ui("read.verify"),
    ):
        place = shown.index(flat(part), place)


def test_where_no_local_cause_holds_and_nothing_was_told_the_agent_is_told_what_to_ask() -> None:
    silent = msgspec.structs.replace(reports.healthy(), symptoms=())
    shown = view(silent)
    assert ENGLISH.ui("read.ask_symptom") in shown
    assert all(ENGLISH.symptom(symptom) in flat(shown) for symptom in ENGLISH.ids("symptoms"))
    assert ENGLISH.ui("read.ask_symptom") not in view(reports.healthy())
    assert ENGLISH.ui("read.ask_symptom") not in view(reports.stopped())


def test_what_was_left_out_is_named_with_how_to_ask_for_it() -> None:
    shown = flat(view(reports.stopped()))
    assert "3 network addresses" in shown
    assert "--include-local" in shown


def test_an_echo_blames_nobody_to_the_agent_either() -> None:
    shown = flat(view(reports.stopped()))
    assert ENGLISH.ui("step.echo", reasons=["VPN"]) in shown
    assert ENGLISH.reason("service.no-connection", {}) not in shown


def test_a_report_in_one_language_is_read_in_another() -> None:
    pasted = text.render(reports.stopped(), SPANISH)
    assert agent_text.of_reports(read_paste(pasted), ENGLISH) == view(reports.stopped())


def local() -> Report:
    return msgspec.structs.replace(reports.stopped(), privacy=Privacy("local", {}, {"portal": 1}))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_block_with_local_evidence_says_who_may_see_it(lang: str) -> None:
    words = LANGUAGES[lang]
    for shown in (text.render(local(), words), html.render(local(), words)):
        assert flat(words.ui("privacy.local_block")) in flat(shown)
        assert words.ui("heading.block_local") in shown
        assert words.ui("heading.block") not in shown
        assert "privacy: local" in shown
    assert words.ui("read.local") in flat(view(local(), lang))
    shared = text.render(reports.stopped(), words)
    assert words.ui("heading.block") in shared
    assert words.ui("privacy.local_block") not in flat(shared)


def test_an_edited_report_is_not_taken_for_the_callers() -> None:
    block = write_block(reports.stopped()).replace("cause: vpn-breaks", "cause: cert-expired")
    shown = agent_text.of_reports(read_paste(block), ENGLISH)
    assert shown.startswith(ENGLISH.ui("read.changed"))
    assert ENGLISH.cause("cert-expired").verdict not in shown


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_hostile_string_of_a_report_reaches_the_agents_terminal(lang: str) -> None:
    report = hostile.everywhere("".join(hostile.STRINGS.values()))
    document = json.render(report)
    for shown in (view(report, lang), agent_text.of_reports(read_paste(document), LANGUAGES[lang])):
        assert [char for char in shown if not char.isprintable() and char != "\n"] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_no_browser_can_open_is_not_said_to_be_a_name_that_does_not_exist(lang: str) -> None:
    catalog = LANGUAGES[lang]
    own, other = catalog.cause("name-wrong", {"domain.invalid"}), catalog.cause("name-wrong")
    assert own.verdict != other.verdict
    for shown in (
        text.render(reports.invalid(), catalog),
        html.render(reports.invalid(), catalog),
        view(reports.invalid(), lang),
    ):
        assert own.verdict in flat(shown)
        assert other.verdict not in flat(shown)
