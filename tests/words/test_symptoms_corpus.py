"""What people say, written by others than those who wrote the matcher, and how much of it is heard rightly.

`a.toml` was read while the phrases were written, `b.toml` never was; `dev-*.toml` are further phrases to learn from.
The floors are what was measured: they may only be raised.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from portalcheck.api.declarations import NONE
from portalcheck.diagnosis.steps import OTHER, in_order, likely_steps
from portalcheck.report.guidance import guidance
from portalcheck.words.files import languages
from portalcheck.words.symptoms import matches, symptom_ids
from tests.declared import catalog_of
from tests.report.formats.test_views_agree import report_of

FOLDER = Path(__file__).with_name("corpus")
FLOORS = {"a": 0.96, "b": 0.7, "dev-1": 0.76, "dev-2": 0.73, "dev-3": 0.74}
"""The share whose first step is the article's for what was said."""
_TYPE_IT = re.compile(
    r"(?<!not )\btype your|try to sign in after|(?<!no )\bescriba a mano|intente entrar", re.IGNORECASE
)


def said(name: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))["said"]
    return found


def heard(text: object, lang: object) -> tuple[str, ...]:
    return in_order(matches(str(text), (str(lang), *languages())) or (OTHER,))


def first_refs(symptoms: object) -> set[str]:
    """The first step of each symptom that must come first: those that forbid further tries, else any."""
    assert isinstance(symptoms, list)
    told = in_order(symptoms)
    safe = [each for each in told if each in ("warning", "security", "error-2")]
    return {likely_steps(NONE, (), (each,))[0].ref for each in (safe[:1] or told)}


@pytest.mark.parametrize("name", FLOORS)
def test_the_first_step_is_right_for_as_many_as_was_measured(name: str) -> None:
    entries = said(name)
    right = sum(
        likely_steps(NONE, (), heard(entry["text"], entry["lang"]))[0].ref in first_refs(entry["symptoms"])
        for entry in entries
    )
    assert right / len(entries) >= FLOORS[name]


@pytest.mark.parametrize("name", ["a"])
def test_nobody_with_a_lock_a_warning_or_an_intruder_is_told_to_type_the_password(name: str) -> None:
    wrong = []
    for entry in said(name):
        if entry.get("unsafe"):
            lang = str(entry["lang"])
            advice = guidance(report_of(NONE, heard(entry["text"], lang)), catalog_of(lang))
            told = " ".join((*advice.actions, *advice.hints, *(a for s in advice.further for a in s.actions)))
            wrong += [entry["text"]] if _TYPE_IT.search(told) else []
    assert wrong == []


def test_every_symptom_is_spoken_of_in_both_halves() -> None:
    for name in ("a", "b"):
        spoken = {symptom for entry in said(name) for symptom in list(entry["symptoms"])}  # type: ignore[call-overload]  # read from TOML
        assert spoken == set(symptom_ids())
