from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.api.declarations import INCONCLUSIVE, NONE
from portalcheck.diagnosis.article import refs
from portalcheck.diagnosis.registry import Installed
from portalcheck.report.explain import WIDTH, explain, suggest, topics
from portalcheck.words.catalog import Catalog
from portalcheck.words.files import languages
from tests.architecture.printer import CHECK as PRINTER
from tests.declared import CAUSES, catalog_of, texts_of

EVERY_LANGUAGE = pytest.mark.parametrize("language", languages())


@EVERY_LANGUAGE
def test_every_check_reason_cause_note_and_reference_is_a_topic(language: str) -> None:
    texts = texts_of(language)
    known = set(topics(catalog_of(language)))
    assert known == {*texts["checks"], *texts["reasons"], *texts["causes"], *texts["symptoms"], *refs()}


@EVERY_LANGUAGE
def test_every_topic_is_explained_in_full_and_in_narrow_lines(language: str) -> None:
    words = catalog_of(language)
    for topic in topics(words):
        text = explain(topic, words)
        assert text is not None
        assert topic in text
        assert len(text.splitlines()) >= 2, topic
        assert max(map(len, text.splitlines())) <= WIDTH, topic
        assert "{" not in text


@EVERY_LANGUAGE
def test_the_overview_names_every_topic_but_the_single_results(language: str) -> None:
    words = catalog_of(language)
    overview = explain(None, words)
    assert overview is not None
    for topic in (*texts_of("en")["checks"], *(row.id for row in (*CAUSES, NONE, INCONCLUSIVE)), *refs()):
        assert f"  {topic}: " in overview


def test_a_cause_is_explained_to_all_three_readers_with_its_reference() -> None:
    words = catalog_of("en").cause("clock-wrong")
    text = " ".join((explain("clock-wrong", catalog_of("en")) or "").split())
    for part in (words.verdict, words.patient, words.agent, words.it, f"1. {words.actions[0]}", "step-7: "):
        assert part in text


def test_a_reason_names_the_check_that_gives_it_and_the_causes_that_rest_on_it() -> None:
    text = explain("tls.untrusted", catalog_of("en")) or ""
    assert "Given by the check: tls (Certificate)" in text
    assert "Can lead to: intercept-untrusted, cert-untrusted" in text


def test_a_reference_names_the_causes_that_lead_to_it() -> None:
    text = explain("step-7", catalog_of("en")) or ""
    assert "Causes that lead here: none, clock-wrong, os-roots-stale, software-outdated" in text
    assert {row.id for row in CAUSES if row.ref == "step-7"} == {
        "clock-wrong",
        "os-roots-stale",
        "software-outdated",
    }


def test_a_topic_is_found_in_any_case_and_with_blanks_around() -> None:
    assert explain("  CLOCK ", catalog_of("en")) == explain("clock", catalog_of("en"))


def test_an_added_check_is_a_topic_with_its_results() -> None:
    words = Catalog("en", Installed([PRINTER]))
    assert "Page <page> is stuck in {x.__class__}." in (explain("printer", words) or "")
    assert "Given by the check: printer (Printer)" in (explain("printer.jam", words) or "")


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("clok", "clock"),
        ("step7", "step-7"),
        ("intercepted", "tls.intercepted"),
        ("my account is locked", "error-2"),
        ("cuenta bloqueada", "error-2"),
        ("captive", "captive-portal"),
    ],
)
def test_an_unknown_topic_is_answered_with_what_may_have_been_meant(asked: str, meant: str) -> None:
    words = catalog_of("es")
    assert explain(asked, words) is None
    assert meant in suggest(asked, words)


def test_nothing_is_suggested_where_nothing_is_near() -> None:
    assert suggest("", catalog_of("en")) == ()
    assert suggest("qqqqqqqq" * 100_000, catalog_of("en")) == ()


@settings(max_examples=50, deadline=None)
@given(st.text())
def test_any_topic_is_explained_or_not_and_suggested_for_at_most_thrice(topic: str) -> None:
    words = catalog_of("en")
    assert explain(topic, words) is None or topic.strip()
    assert len(suggest(topic, words)) <= 3
