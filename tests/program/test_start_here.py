"""What a person on Windows reads first, beside the program in the zip."""

from __future__ import annotations

import re

import pytest

from portalcheck.program.building import START_HERE, START_HERE_NAME, for_notepad
from tests.report.reading_ease import ease, grade, sentences, words
from tests.report.test_reading_ease import FORBIDDEN, LONGEST_SENTENCE

TEXT = START_HERE.read_text("utf-8")
_, ENGLISH, SPANISH = re.split(r"^(?:ENGLISH|ESPAÑOL)$", TEXT, flags=re.MULTILINE)
BY_LANGUAGE = {"en": ENGLISH, "es": SPANISH}


def pieces(text: str) -> list[str]:
    """Its paragraphs and headings, each a sentence or more."""
    plain = [" ".join(piece.split()) for piece in re.split(r"\n\s*\n", text) if words(piece)]
    return [piece if piece.endswith((".", "?", ":")) else piece + "." for piece in plain]


def test_it_is_easy_to_read_in_both_languages() -> None:
    assert grade(" ".join(pieces(ENGLISH))) <= 6
    assert ease(" ".join(pieces(SPANISH))) >= 55


@pytest.mark.parametrize("language", sorted(BY_LANGUAGE))
def test_its_sentences_are_short_and_calm(language: str) -> None:
    text = BY_LANGUAGE[language]
    said = [sentence for piece in pieces(text) for sentence in sentences(piece)]

    assert [each for each in said if len(words(each)) > LONGEST_SENTENCE[language]] == []
    assert set(FORBIDDEN[language].split()) & set(words(text.casefold())) == set()


def test_both_languages_tell_the_same_steps_in_the_same_order() -> None:
    marks = {
        language: re.findall(r"^(?:\d\.|-(?= ))", text, re.MULTILINE)
        for language, text in BY_LANGUAGE.items()
    }
    names = {
        language: [name for name in re.findall(r'"([^"]+)"', text) if name.islower() or "DLL" in name]
        for language, text in BY_LANGUAGE.items()
    }

    assert marks["en"] == marks["es"] == ["1.", "2.", "3.", "-", "-", "-", "-"]
    assert sorted(names["en"]) == sorted(names["es"])


@pytest.mark.parametrize("language", sorted(BY_LANGUAGE))
def test_unpacking_comes_first(language: str) -> None:
    first = BY_LANGUAGE[language].partition("2.  ")[0]

    assert {"en": "Extract All", "es": "Extraer todo"}[language] in first


def test_any_notepad_shows_it() -> None:
    shown = for_notepad("Español:\nuno\n")

    assert shown == b"\xef\xbb\xbfEspa\xc3\xb1ol:\r\nuno\r\n"
    assert max(map(len, TEXT.splitlines())) <= 72
    assert START_HERE_NAME.isascii()
