"""Every view of every report tells a person the same: the same first actions, the same next steps, and no more."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator

import pytest

from portalcheck.api.declarations import INCONCLUSIVE, NONE, Cause
from portalcheck.diagnosis.steps import BY_SYMPTOM, NO_MORE_TRIES, in_order, likely_steps
from portalcheck.model import Outcome, Report
from portalcheck.report import code as phonecode
from portalcheck.report.formats import html, junit, text
from portalcheck.report.formats.text import SCREEN
from portalcheck.report.guidance import guidance
from tests.declared import CAUSES, INSTALLED, catalog_of, read_paste
from tests.report.formats import agent_text, reports

LANGUAGES = ("en", "es")
SYSTEMS = ("windows", "macos", "linux")
SEVERAL = (("error-1", "error-2"), ("blank", "warning"), ("outdated", "app"))
Told = tuple[tuple[str, ...], ...]
TOLD: Told = ((), *((each,) for each in BY_SYMPTOM), *SEVERAL)
BESIDE_A_CAUSE: Told = ((), ("error-1",), *((each,) for each in NO_MORE_TRIES), *SEVERAL)
"""Beside a cause all other symptoms only add their steps."""
_TYPE_IT = {
    "en": re.compile(
        r"(?<!not )\btype (?:both|your (?:user|pass)|them)|try to sign in after each", re.IGNORECASE
    ),
    "es": re.compile(
        r"(?<!no )\bescriba (?:los dos|a mano|su)|intente entrar después de cada", re.IGNORECASE
    ),
}
_OTHER_SYSTEMS = {
    "windows": re.compile(r"\b(?:macOS|Mac|System Settings|Ajustes del Sistema)\b"),
    "macos": re.compile(r"\b(?:Windows|Time & language)\b"),
    "linux": re.compile(r"\b(?:macOS|Mac|Windows|System Settings)\b"),
}


def named() -> dict[str, Cause]:
    return {cause.id: cause for cause in (NONE, INCONCLUSIVE, *CAUSES) if not cause.note}


def report_of(cause: Cause, symptoms: tuple[str, ...], system: str = "windows") -> Report:
    outcome = Outcome.OK if cause is NONE else Outcome.UNKNOWN if cause is INCONCLUSIVE else Outcome.FAIL
    told = in_order(symptoms)
    steps, checks = likely_steps(cause, (), told), reports.healthy().checks
    return reports.report(outcome, cause.id, steps, checks, code=0, symptoms=told, system=system)


def told_beside(cause: str) -> Told:
    return TOLD if cause in (NONE.id, INCONCLUSIVE.id) else BESIDE_A_CAUSE


def flat(shown: str) -> str:
    return " ".join(shown.split())


def views(report: Report, lang: str) -> Iterator[tuple[str, str]]:
    words = catalog_of(lang)
    for on_terminal in (False, True):
        yield f"text {on_terminal}", flat(text.render(report, words, on_terminal=on_terminal))
    page = re.sub(r"<(style|script)>.*?</\1>", "", html.render(report, words), flags=re.DOTALL)
    yield "html", flat(entities.unescape(re.sub(r"<[^>]+>", " ", page)))
    pasted = text.render(report, catalog_of("en"))
    yield "agent", flat(agent_text.of_reports(read_paste(pasted), words))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("cause", named())
def test_each_view_has_the_first_actions_and_the_next_steps(cause: str, lang: str) -> None:
    for told in told_beside(cause):
        report = report_of(named()[cause], told)
        advice = guidance(report, catalog_of(lang))
        assert advice.actions
        assert advice.further
        parts = (advice.verdict[0], *advice.never, *advice.actions, advice.article, advice.further[0].title)
        for name, shown in views(report, lang):
            assert [part for part in parts if flat(part) not in shown] == [], (name, told)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("cause", named())
def test_what_engines_collect_tells_the_same_steps_and_what_not_to_do(cause: str, lang: str) -> None:
    for told in told_beside(cause):
        report = report_of(named()[cause], told)
        advice = guidance(report, catalog_of(lang))
        collected = flat(entities.unescape(junit.render(report, catalog_of(lang))))
        parts = (*advice.never, *advice.actions, *(step.title for step in advice.further))
        assert [part for part in parts if flat(part) not in collected] == [], told


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("cause", named())
def test_a_code_leads_to_the_same_first_actions(cause: str, lang: str) -> None:
    words, report = catalog_of(lang), report_of(named()[cause], ())
    heard = phonecode.decode(report.code, INSTALLED.numbers)
    shown = flat(agent_text.of_code(heard, words))
    advice = guidance(report, words)

    assert [part for part in (*advice.actions, advice.article) if flat(part) not in shown] == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("cause", named())
def test_beside_a_lock_a_warning_or_an_intruder_no_view_says_to_type_the_password(
    cause: str, lang: str
) -> None:
    for told in told_beside(cause):
        if set(told).isdisjoint(NO_MORE_TRIES):
            continue
        for name, shown in views(report_of(named()[cause], told), lang):
            assert _TYPE_IT[lang].findall(shown) == [], (name, told)
            assert catalog_of(lang).ui(f"never.{in_order(told)[0]}") in shown


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("cause", named())
def test_only_the_menus_of_the_reports_own_system_are_named(cause: str, system: str, lang: str) -> None:
    advice = guidance(report_of(named()[cause], (), system), catalog_of(lang))
    told = " ".join((*advice.verdict, *advice.actions, *(a for step in advice.further for a in step.actions)))

    assert _OTHER_SYSTEMS[system].findall(told) == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("cause", named())
def test_the_last_screen_holds_portal_verdict_first_actions_next_step_and_code(cause: str, lang: str) -> None:
    for told in told_beside(cause):
        report = report_of(named()[cause], told)
        words = catalog_of(lang)
        advice = guidance(report, words)
        lines = text.render(report, words, on_terminal=True).splitlines()[-SCREEN:]
        shown = flat(" ".join(lines))
        parts = (advice.portal, advice.verdict[0], *advice.actions, advice.further[0].title, advice.urgent)
        assert [part for part in parts if flat(part) not in shown] == [], told
        assert lines[-1] == words.ui("report.code", code=report.code)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("cause", named())
def test_whoever_tells_of_a_phone_reads_that_it_was_not_looked_at(cause: str, lang: str) -> None:
    words = catalog_of(lang)
    for told in (("app",), ("outdated", "app"), ("error-1", "app"), ("error-2", "app")):
        for name, shown in views(report_of(named()[cause], told), lang):
            if name != "agent":  # who is told to ask for the phone
                assert words.symptom_unseen("app") in shown, (name, told)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_with_an_intruder_the_first_thing_to_do_is_to_call(lang: str) -> None:
    call = {"en": "Call your clinic at once", "es": "Llame enseguida a su clínica"}[lang]
    assert call in guidance(report_of(NONE, ("security",)), catalog_of(lang)).actions[0]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_with_no_cause_the_verdict_speaks_of_the_symptom_that_was_told(lang: str) -> None:
    words = catalog_of(lang)
    for symptom in BY_SYMPTOM:
        assert words.symptom_means(symptom) in guidance(report_of(NONE, (symptom,)), words).verdict
        assert words.cause("none").patient not in guidance(report_of(NONE, (symptom,)), words).verdict
