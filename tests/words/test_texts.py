from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest

from portalcheck.api.declarations import INCONCLUSIVE, NONE
from portalcheck.api.texts import load_texts
from portalcheck.diagnosis.article import messages, refs
from portalcheck.diagnosis.steps import BY_SYMPTOM, WITHOUT_SYMPTOM
from portalcheck.words.catalog import variants
from portalcheck.words.files import languages
from portalcheck.words.quantities import KINDS
from portalcheck.words.text import placeholders
from tests.declared import CAUSES, INSTALLED, NOTES, TRICKS, catalog_of, texts_of
from tests.words.words import EVIDENCE, conditions, evidence_given, flat, strings, ui_keys

ROWS = (*CAUSES, INCONCLUSIVE, NONE)
CHECKS = (
    "domain",
    "network",
    "dns",
    "tls",
    "clock",
    "proxy",
    "vpn",
    "service",
    "cookies",
    "browser",
    "system",
    "page",
)
REFS = (
    *(f"step-{number}" for number in range(1, 11)),
    *(f"error-{number}" for number in range(1, 5)),
    "support-checklist",
    "caregiver",
    "security",
    *(f"faq-{number}" for number in range(1, 5)),
)
EVERY_LANGUAGE = pytest.mark.parametrize("language", languages())


def test_there_are_texts_in_english_and_spanish() -> None:
    assert languages() == ("en", "es")


@EVERY_LANGUAGE
def test_a_language_has_the_keys_of_english_and_no_others(language: str) -> None:
    assert {path for path, _ in flat(texts_of(language))} == {path for path, _ in flat(texts_of("en"))}


@EVERY_LANGUAGE
def test_a_sentence_has_the_placeholders_and_a_list_the_length_of_the_english_one(language: str) -> None:
    english = dict(flat(texts_of("en")))
    for path, leaf in flat(texts_of(language)):
        if path[0] == "matching" or path[-1] == "phrases":
            continue
        other = english[path]
        assert type(leaf) is type(other), path
        if isinstance(leaf, list):
            assert isinstance(other, list)
            assert len(leaf) == len(other), path
        else:
            assert placeholders(str(leaf)) == placeholders(str(other)), path


@EVERY_LANGUAGE
def test_no_text_is_empty_or_untidy(language: str) -> None:
    for path, leaf in flat(texts_of(language)):
        if path[0] in ("language", "symptoms", "matching"):
            continue
        for text in strings(leaf):
            assert text == text.strip() != "", path
            assert "  " not in text, path
            assert text.isprintable(), path


def test_english_is_ascii_so_that_any_terminal_can_show_it() -> None:
    assert [text for text in strings(texts_of("en")) if not text.isascii()] == []


@EVERY_LANGUAGE
def test_a_sentence_for_a_person_ends_as_one(language: str) -> None:
    texts = texts_of(language)
    sentences = [
        *strings(texts["reasons"]),
        *(text for row in texts["causes"].values() for text in strings({**row, "ask_also": []})),
        *(text for row in texts["refs"].values() for text in (row["text"], *row["actions"])),
    ]
    assert [text for text in sentences if not re.search(r'[.?]"?$', text)] == []


@EVERY_LANGUAGE
def test_every_cause_and_note_has_words_for_patient_agent_and_it(language: str) -> None:
    assert set(texts_of(language)["causes"]) == {row.id for row in ROWS}
    for row in ROWS:
        words = catalog_of(language).cause(row.id)
        assert words.known
        assert min(len(words.verdict), len(words.patient), len(words.agent), len(words.it)) > 10
        # Without a cause the first step tells what to do.
        assert row.note or row is NONE or 2 <= len(words.actions) <= 5, row.id


@EVERY_LANGUAGE
def test_every_reference_has_words_and_no_step_is_without_actions(language: str) -> None:
    assert tuple(texts_of(language)["refs"]) == tuple(refs()) == REFS
    for ref in refs().values():
        words = catalog_of(language).ref(ref.id)
        assert ref.id in texts_of(language)["refs"]
        assert len(words.title) > 5
        assert len(words.text) > 20
        assert ref.kind == "faq" or 2 <= len(words.actions) <= 5, ref.id


def test_every_reference_that_a_cause_or_symptom_leads_to_exists() -> None:
    led_to = {ref for row in ROWS for ref in (row.ref, *row.then) if ref}
    led_to |= {ref for steps in (WITHOUT_SYMPTOM, *BY_SYMPTOM.values()) for ref in steps}
    assert led_to <= set(refs())


@EVERY_LANGUAGE
def test_every_symptom_has_words_for_the_person_and_the_help_desk(language: str) -> None:
    assert set(texts_of(language)["symptoms"]) == set(BY_SYMPTOM)
    assert {ref.symptom for ref in refs().values() if ref.symptom} <= set(BY_SYMPTOM)
    words = catalog_of(language)
    for symptom in BY_SYMPTOM:
        for sentence in (words.symptom_means(symptom), words.symptom_agent(symptom)):
            assert len(sentence) > 20
            assert sentence.endswith(".")


@pytest.mark.parametrize("symptom", sorted(messages()))
def test_an_error_is_titled_with_the_articles_own_message(symptom: str) -> None:
    for language in languages():
        assert messages()[symptom] in catalog_of(language).ref(symptom).title
    assert catalog_of("en").symptom(symptom) == messages()[symptom]


@EVERY_LANGUAGE
def test_every_check_says_what_it_reads_and_contacts(language: str) -> None:
    assert tuple(texts_of(language)["checks"]) == CHECKS
    assert all(all(told.values()) for told in texts_of(language)["checks"].values())


@EVERY_LANGUAGE
def test_every_declared_reason_has_words_and_no_words_are_left_of_others(language: str) -> None:
    assert set(texts_of(language)["reasons"]) == set(INSTALLED.reasons)


@EVERY_LANGUAGE
def test_words_lie_beside_the_check_that_declares_what_they_are_of(language: str) -> None:
    for check in INSTALLED.checks:
        beside = load_texts(check.words, language)
        assert set(beside["reasons"]) == set(check.reasons)
        declared = {row.id for row in check.causes}
        assert set(beside.get("causes", {})) <= declared
        variants_of = [code for row in beside.get("causes", {}).values() for code in row.get("when", {})]
        assert set(variants_of) <= {str(reason) for row in check.causes for reason in row.evidence}


def _spoken_of(entry: object) -> frozenset[str]:
    named = {name for text in variants(entry) for name, _ in placeholders(text)}
    return frozenset(named | set(conditions(entry))) - {"gravity"}


@EVERY_LANGUAGE
def test_a_sentence_speaks_only_of_evidence_that_its_reason_has(language: str) -> None:
    strange = {
        reason: _spoken_of(entry) - EVIDENCE.get(reason, frozenset())
        for reason, entry in texts_of(language)["reasons"].items()
    }
    assert {reason: names for reason, names in strange.items() if names} == {}


def test_the_checks_give_the_evidence_that_the_sentences_speak_of() -> None:
    english = texts_of("en")["reasons"]
    given = list(evidence_given())
    assert given
    missing = [(reason, names) for reason, names in given if not _named_always(english[reason]) <= names]
    assert missing == []


def _named_always(entry: object) -> frozenset[str]:
    """Names in every variant of a sentence, so that no evidence goes without them."""
    named = [frozenset(name for name, _ in placeholders(text)) for text in variants(entry)]
    return frozenset.intersection(*named)


@EVERY_LANGUAGE
def test_every_way_in_which_an_address_differs_has_words(language: str) -> None:
    assert set(texts_of(language)["tricks"]) == TRICKS
    assert set(texts_of(language)["terms"]["address_note"]) == NOTES


def _kinds(entry: object) -> Iterator[str]:
    for text in strings(entry):
        yield from (kind for _, kind in placeholders(text) if kind)


@EVERY_LANGUAGE
def test_every_kind_that_a_placeholder_names_is_known(language: str) -> None:
    texts = texts_of(language)
    assert set(_kinds(texts)) <= KINDS | {"trick"} | set(texts["terms"])


def test_every_fixed_word_that_the_program_asks_for_is_there() -> None:
    def found(key: str) -> bool:
        entry: object = texts_of("en")["ui"]
        for part in key.split("."):
            entry = entry.get(part) if isinstance(entry, Mapping) else None
        return isinstance(entry, str) or (isinstance(entry, Mapping) and "default" in entry)

    assert [(file, key) for file, key in ui_keys() if not found(key)] == []
