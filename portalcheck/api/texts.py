"""The words of a check: one TOML file a language, `en.toml` and others, in the check's own package."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, TypedDict

import msgspec
import tomli

ENGLISH = "en"
Texts = Mapping[str, Any]
_NONE: Texts = MappingProxyType({})


Sentence = str | dict[str, Any]
"""A sentence, or a table of sentences by the evidence."""


class QuestionTexts(TypedDict):
    """A question that the help desk asks, and what each answer means: `Yes: turn it off.`"""

    question: str
    answers: list[str]


class CauseTexts(TypedDict, total=False):
    """The words of a cause; `when` has others, or some of them, for reasons that it rests on.

    `ask` is the help desk's script; `ask_also` names questions that the program itself has words for (phone, others,
    managed, outage); `hand_on` is when to hand on, and to whom.
    """

    verdict: Sentence
    patient: Sentence
    actions: list[Sentence]
    in_browser: list[Sentence]
    agent: Sentence
    ask: list[QuestionTexts]
    ask_also: list[str]
    hand_on: str
    it: Sentence
    when: dict[str, CauseTexts]


class CheckTexts(TypedDict, total=False):
    """All words of a check; each reason has a sentence, or a table of sentences by its evidence.

    `fleet` is the heading of the group that its reasons are counted in, `fleet_values` how values are called there.
    """

    name: str
    reads: str
    contacts: str
    fleet: str
    fleet_values: dict[str, str]
    reasons: dict[str, Sentence]
    causes: dict[str, CauseTexts]


def load_texts(package: str, language: str) -> Texts:
    """The words in a package's folder, for the checks of that package; empty if there are none.

    They have the shape of the program's own: `name`, `reads`, `contacts`, and the tables `reasons` and `causes`.
    Raises ImportError for a package that is not there, ValueError for a file that is not TOML in UTF-8, and
    msgspec.ValidationError for one of another shape.
    """
    return _check_texts(package, language) if package else _NONE


@cache
def _check_texts(package: str, language: str) -> Texts:
    return MappingProxyType(msgspec.convert({**read_texts(package, f"{language}.toml")}, CheckTexts))


@cache
def read_texts(package: str, name: str) -> Texts:
    """A TOML file of words in a package, empty if it is not there.

    Raises ImportError for an unknown package, ValueError for a file that is not TOML in UTF-8.
    """
    source = files(package).joinpath(name)
    try:
        return MappingProxyType(tomli.loads(source.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return _NONE
