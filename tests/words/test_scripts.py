"""The help desk's scripts: each cause and symptom has one, in plain words, and none asks for a secret."""

from __future__ import annotations

import re

import pytest

from portalcheck.api.declarations import NONE
from portalcheck.diagnosis.steps import BY_SYMPTOM
from portalcheck.words.catalog import Catalog, Script
from portalcheck.words.files import languages
from tests.declared import CAUSES, catalog_of
from tests.report.reading_ease import ease, grade

NAMED = tuple(dict.fromkeys(cause.id for cause in CAUSES if not cause.note and cause.id != NONE.id))
EVERY_LANGUAGE = pytest.mark.parametrize("words", [catalog_of(each) for each in languages()], ids=languages())
_ASKS_FOR_A_SECRET = re.compile(
    r"(?:what|which) is your (?:password|code|PIN)|¿cuál es su (?:contraseña|código)", re.IGNORECASE
)


def scripts(words: Catalog) -> dict[str, Script]:
    return {
        **{cause: words.script(cause) for cause in NAMED},
        **{symptom: words.symptom_script(symptom) for symptom in BY_SYMPTOM},
    }


@EVERY_LANGUAGE
def test_each_cause_and_symptom_has_a_script(words: Catalog) -> None:
    for name, script in scripts(words).items():
        assert script.questions, name
        assert script.hand_on.endswith("."), name
        for asked in script.questions:
            assert "?" in asked.question or asked.question.endswith("."), (name, asked)
            assert len(asked.answers) >= 2, (name, asked)
            assert all(": " in answer and answer.endswith((".", "?")) for answer in asked.answers), (
                name,
                asked,
            )


@EVERY_LANGUAGE
def test_a_script_is_short_and_plain(words: Catalog) -> None:
    for name, script in scripts(words).items():
        assert len(script.questions) <= 3, name
        spoken = " ".join(
            [
                *(part for asked in script.questions for part in (asked.question, *asked.answers)),
                script.hand_on,
            ]
        )
        assert grade(spoken) <= 6 if words.lang == "en" else ease(spoken) >= 60, name


@EVERY_LANGUAGE
def test_no_script_asks_for_a_secret(words: Catalog) -> None:
    for name, script in scripts(words).items():
        assert not any(_ASKS_FOR_A_SECRET.search(asked.question) for asked in script.questions), name


def test_a_cause_of_others_without_a_script_has_an_empty_one() -> None:
    assert catalog_of("en").script("of.others") == Script()
