"""The words that patients read are easy, calm, and our own."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from portalcheck.diagnosis.article import messages
from portalcheck.words.files import languages
from portalcheck.words.text import fill
from tests.declared import texts_of
from tests.report.reading_ease import ease, english_syllables, grade, sentences, spanish_syllables, words
from tests.words.words import strings

LONGEST_SENTENCE = {"en": 18, "es": 22}
# In nothing that a patient reads: words that frighten, and words that accuse.
FORBIDDEN = {
    "en": """fraud malware hacker hacked hack attack attacker virus scam scammer phishing danger dangerous
        fake criminal thief steal stolen spy victim threat compromised infected illegal fatal abort""",
    "es": """fraude malware hacker hackeo ataque atacante virus estafa estafador phishing peligro
        peligroso falso falsa delincuente ladrón robar robo espía víctima amenaza comprometido infectado
        ilegal fatal""",
}
# In nothing that anybody reads.
ACCUSING = frozenset((FORBIDDEN["en"] + " " + FORBIDDEN["es"]).split()) - {
    "fatal",
    "falso",
    "falsa",
    "illegal",
}


def patient_texts(language: str) -> Iterator[tuple[str, str]]:
    """Each text that a patient reads as one piece, by name."""
    texts = texts_of(language)
    for key, row in texts["causes"].items():
        yield f"cause {key}", _joined([*strings([row["verdict"], row["patient"], *row.get("actions", ())])])
    for key, row in texts["refs"].items():
        yield f"ref {key}", _joined([row["title"].split("(")[0], row["text"], *strings(row["actions"])])
    for key, row in texts["symptoms"].items():
        yield f"symptom {key}", row["patient"]
    for key, row in texts["checks"].items():
        yield f"check {key}", _joined([row["reads"], row["contacts"]])
    for check, codes in groupby(texts["reasons"], lambda code: code.split(".")[0]):
        yield f"reasons {check}", _joined(strings([texts["reasons"][code] for code in codes]))
    for key, entry in texts["ui"].items():
        if key != "status":  # single words, which no formula measures
            yield f"ui {key}", _joined(strings(entry))
    yield "tricks", _joined(strings(texts["tricks"]))


def _joined(pieces: Any) -> str:
    plain = (fill(piece, lambda *_: "x").strip(' "') for piece in pieces)
    return " ".join(piece if piece.endswith((".", "?", ":")) else piece + "." for piece in plain)


def _named(language: str) -> list[Any]:
    return [pytest.param(text, id=name) for name, text in patient_texts(language)]


@pytest.mark.parametrize("text", _named("en"))
def test_english_for_patients_is_grade_six_or_below(text: str) -> None:
    assert grade(text) <= 6


@pytest.mark.parametrize("text", _named("es"))
def test_spanish_for_patients_is_of_normal_ease_or_easier(text: str) -> None:
    assert ease(text) >= 55


@pytest.mark.parametrize("language", languages())
def test_no_sentence_for_a_patient_is_long(language: str) -> None:
    long = [
        (name, sentence)
        for name, text in patient_texts(language)
        for sentence in sentences(text)
        if len(words(sentence)) > LONGEST_SENTENCE[language]
    ]
    assert long == []


@pytest.mark.parametrize("language", languages())
def test_nothing_that_a_patient_reads_frightens_or_accuses(language: str) -> None:
    forbidden = set(FORBIDDEN[language].split())
    found = [(name, forbidden & set(words(text.casefold()))) for name, text in patient_texts(language)]
    assert [(name, bad) for name, bad in found if bad] == []


@pytest.mark.parametrize("language", languages())
def test_nobody_is_called_a_crook_to_any_reader(language: str) -> None:
    spoken = [
        text for text in strings(texts_of(language)["causes"]) if set(words(text.casefold())) & ACCUSING
    ]
    assert spoken == []


@pytest.mark.parametrize("language", languages())
def test_no_phone_number_is_made_up(language: str) -> None:
    assert [text for text in strings(texts_of(language)) if re.search(r"\d{3}[-. )]\s?\d{3}", text)] == []


def test_a_portal_that_does_not_answer_may_be_down_or_may_refuse() -> None:
    for language, both in (("en", ("down", "refuse")), ("es", ("caído", "rechace"))):
        assert all(word in texts_of(language)["causes"]["portal-unreachable"]["patient"] for word in both)


# ---- our own words -----------------------------------------------------------------------------

_SHINGLE = 6
_SHINGLES = frozenset((Path(__file__).parent / "article_shingles.txt").read_text(encoding="ascii").split())


def _shingles(text: str) -> Iterator[str]:
    for quoted in messages().values():
        text = text.replace(quoted, ". ")
    found = re.findall(r"[a-z0-9]+", text.casefold().replace("'", ""))
    for start in range(len(found) - _SHINGLE + 1):
        yield " ".join(found[start : start + _SHINGLE])


def _known(shingle: str) -> bool:
    return hashlib.sha256(shingle.encode()).hexdigest()[:12] in _SHINGLES


def test_no_six_words_in_a_row_are_the_articles() -> None:
    """The article's six-word runs are kept as hashes, so that the article itself is not repeated here."""
    assert len(_SHINGLES) > 1000
    copied = [run for text in strings(texts_of("en")) for run in _shingles(text) if _known(run)]
    assert copied == []


def test_the_articles_own_words_would_be_noticed() -> None:
    assert [_known(run) for run in _shingles("How do I reset my Optum password?")] == [True, False]


# ---- the measures themselves -------------------------------------------------------------------


ENGLISH = """
account 2 address 2 addresses 3 browser 2 certificate 4 company 3 computer 3 connected 3 cookies 2 device 2
internet 3 invitation 4 language 2 locked 1 names 1 once 1 page 1 pages 2 password 2 people 2 please 1 real 1
system 2 table 2 tried 1 update 2 username 3 works 1 you're 1
"""
SPANISH = """
aquí 2 aún 2 bueno 2 ciudad 2 código 3 computadora 5 contraseña 4 correo 3 día 2 días 2 envía 3 guía 2
navegador 4 página 3 teléfono 4 usuario 3 y 1
"""


def test_english_syllables_are_counted_as_the_dictionary_does() -> None:
    listed = ENGLISH.split()
    assert {word: english_syllables(word) for word in listed[::2]} == _counts(listed)


def test_spanish_syllables_are_counted_by_their_nuclei() -> None:
    listed = SPANISH.split()
    assert {word: spanish_syllables(word) for word in listed[::2]} == _counts(listed)


def _counts(listed: list[str]) -> dict[str, int]:
    return dict(zip(listed[::2], map(int, listed[1::2]), strict=True))


def test_a_hard_text_is_measured_as_hard() -> None:
    assert (
        grade("Authentication misconfiguration necessitates comprehensive administrative remediation.") > 12
    )
    assert ease("La reconfiguración administrativa de la infraestructura criptográfica institucional.") < 20
    assert grade("The cat sat on the mat. It was a fat cat.") < 2
