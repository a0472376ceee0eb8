"""What people say, and how much of it is heard rightly.

`b.toml` tells how right the classifier is with somebody new: it was not trained on it, and nobody who works on it is to
read it, so what fails here tells numbers alone. The floors are what was measured: they may only be raised.
"""

from __future__ import annotations

import re

import pytest

from portalcheck.api.declarations import NONE
from portalcheck.diagnosis.steps import OTHER, in_order
from portalcheck.report.guidance import guidance
from portalcheck.words.symptoms import matches, symptom_ids
from portalcheck.words.symptoms.classifier import trained
from tests.declared import catalog_of
from tests.report.formats.test_views_agree import report_of
from tests.words.said import authors, corpus_digest, is_right, said

FLOORS = {"b": 0.92, **dict.fromkeys(authors(), 0.98)}
"""The share whose first step is the article's for what was said; of what it was trained on nearly all."""
UNSAFE = {"a": 0, "b": 1}
"""How many are told to type the password though they should not try again: none is wanted, one was measured."""
_TYPE_IT = re.compile(
    r"(?<!not )\btype your|try to sign in after|(?<!no )\bescriba a mano|intente entrar", re.IGNORECASE
)


@pytest.mark.parametrize("name", FLOORS)
def test_the_first_step_is_right_for_as_many_as_was_measured(name: str) -> None:
    share = _right(name)
    assert share >= FLOORS[name]


@pytest.mark.parametrize(("name", "most"), UNSAFE.items())
def test_nobody_with_a_lock_a_warning_or_an_intruder_is_told_to_type_the_password(
    name: str, most: int
) -> None:
    unsafe = _unsafe(name)
    assert unsafe <= most


def _right(name: str) -> float:
    texts = said(name)
    return sum(is_right(one, matches(one.text)) for one in texts) / len(texts)


def _unsafe(name: str) -> int:
    unsafe = 0
    for one in said(name):
        if one.unsafe:
            advice = guidance(report_of(NONE, in_order(matches(one.text) or (OTHER,))), catalog_of(one.lang))
            told = " ".join((*advice.actions, *advice.hints, *(a for s in advice.further for a in s.actions)))
            unsafe += _TYPE_IT.search(told) is not None
    return unsafe


def test_the_weights_were_trained_on_the_corpus_that_lies_here() -> None:
    assert trained().header.trained_on == corpus_digest()


def test_every_symptom_is_spoken_of_in_both_halves() -> None:
    for name in ("a", "b"):
        spoken = {symptom for one in said(name) for symptom in one.symptoms}
        assert spoken == set(symptom_ids())
