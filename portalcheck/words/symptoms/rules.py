"""What is a fact and no matter of how people put it: words that stand next to each other (rules.toml)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

import msgspec

from portalcheck.api.texts import Texts, read_texts

_BEFORE = 3
"""So many words before a rule's are looked at for a negation."""


class Rule(msgspec.Struct, frozen=True):
    """Words that point to a symptom where they stand in a row; `*` ends a word that may go on."""

    symptom: str
    words: tuple[str, ...]


@cache
def written(table: str = "rules") -> tuple[Rule, ...]:
    """The rules of rules.toml, or what is denied there (`denials`)."""
    texts = _texts()[table]
    return tuple(Rule(symptom, tuple(line.split())) for symptom, lines in texts.items() for line in lines)


def found(words: Sequence[str], rules: Iterable[Rule]) -> Mapping[str, int]:
    """The symptoms of the rules whose words are found and not denied, each with the place where they first stand."""
    first: dict[str, int] = {}
    known = frozenset(words)
    for rule in rules:
        if rule.words[0] in known:
            for place in _places(rule.words, words):
                if negations().isdisjoint(words[max(0, place - _BEFORE) : place]):
                    first[rule.symptom] = min(place, first.get(rule.symptom, place))
    return first


def _places(rule: tuple[str, ...], words: Sequence[str]) -> Iterator[int]:
    """Where the words of a rule stand in a row."""
    for place in range(len(words) - len(rule) + 1):
        if words[place] == rule[0] and all(
            word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted
            for word, wanted in zip(words[place : place + len(rule)], rule, strict=True)
        ):
            yield place


def denied(words: Sequence[str]) -> frozenset[str]:
    """The symptoms that are expressly denied."""
    return frozenset(rule.symptom for rule in written("denials") if any(_places(rule.words, words)))


@cache
def negations() -> frozenset[str]:
    """Words that deny what follows."""
    return frozenset(_texts()["negations"])


def _texts() -> Texts:
    return read_texts("portalcheck.words.symptoms", "rules.toml")
