"""From what a person says of the sign-in page to symptoms.

Two readers look at a text. What is a fact, such as a browser's error code, an error message or that an account is
locked, is found by rules (`rules.toml`) and always counts. All else is a matter of how people put it: a classifier that
was trained on what they say (`python -m tests.words.train`) tells how likely each symptom is. A text is cut to a bound
first, so that any size is read in bounded time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cache

from portalcheck.api.texts import ENGLISH
from portalcheck.diagnosis.article import messages
from portalcheck.words.files import languages, load
from portalcheck.words.symptoms.classifier import OTHER, Classifier, Decision, trained
from portalcheck.words.symptoms.rules import Rule, denied, found, written

LONGEST = 20_000
"""Characters of a text that are looked at."""
_WORDS = 2_000
_BETWEEN = re.compile(
    r"[.,;:!?\n()]+|\b(?:and|but|then|also|y|pero|luego|entonces|ademas|además)\b", re.IGNORECASE
)
_CLAUSE, _CLAUSES = 3, 100
"""Words of a clause at least, and clauses that are read."""
_CLEAR, _HEARD_AT_ALL = 0.7, 0.1
"""How likely something must be in a clause to count, and in the whole text."""
_SHORTEST = 3
"""Letters of the longest word at least, for a text to say anything."""

_APOSTROPHES = re.compile("['\u2019\u2018\u02bc`\u00b4]")
_EMAIL = re.compile(r"\be[\s-]mails?\b")


def symptom_ids() -> tuple[str, ...]:
    """The ids that there are, in the order in which they are offered; `other`, what fits none, is the last."""
    return tuple(load(ENGLISH)["symptoms"])


def matches(text: str) -> tuple[str, ...]:
    """The symptoms that `text` is about, in the order told: an id as it is, else those of free text.

    Where one of the article's own messages is quoted, it is the symptom. Empty for a text that fits none.
    """
    identity = text[:100].strip().casefold()
    if identity in symptom_ids():
        return (identity,)
    words = normalise(text)
    joined = f" {' '.join(words)} "
    quoted = tuple(symptom for symptom, message in _messages() if f" {message} " in joined)
    return quoted or _told(text[:LONGEST], words)


def normalise(text: str) -> list[str]:
    """The words of the beginning of a text, without case, accents, apostrophes and signs."""
    folded = unicodedata.normalize("NFKC", text[:LONGEST])[:LONGEST].casefold()
    folded = _EMAIL.sub("email", _APOSTROPHES.sub("", folded))
    bare = "".join(c for c in unicodedata.normalize("NFD", folded) if not unicodedata.combining(c))
    return re.findall(r"[^\W_]+", bare)[:_WORDS]


def _told(text: str, words: list[str]) -> tuple[str, ...]:
    if all(len(word) < _SHORTEST for word in words):
        return ()
    likely = trained().likelihoods(words)
    return together(
        words, found(words, rules()), likely, in_clauses(text, trained()), trained().header.decision
    )


def in_clauses(text: str, classifier: Classifier) -> frozenset[str]:
    """What a clause is clearly about: one of several troubles is little of the whole text and all of its clause."""
    clauses = [words for part in _BETWEEN.split(text) if len(words := normalise(part)) >= _CLAUSE]
    if len(clauses) < 2:
        return frozenset()
    heard = (classifier.likelihoods(words).items() for words in clauses[:_CLAUSES])
    return frozenset(label for told in heard for label, (chance, _) in told if chance >= _CLEAR) - {OTHER}


def together(
    words: Sequence[str],
    ruled: Mapping[str, float],
    likely: Mapping[str, tuple[float, float]],
    clear: Set[str],
    decision: Decision,
) -> tuple[str, ...]:
    """What rules find, and beside it what the classifier is sure of, in all or in a clause; else its best guess.

    In the order told: each comes with the place where it is told, a likelihood before its place.
    """
    chances = {label: chance for label, (chance, _) in likely.items()}
    labels = decision.labels(chances, guess=not ruled, denied=denied(words))
    labels |= {label for label in clear - denied(words) if chances[label] >= _HEARD_AT_ALL}
    places = {**{label: likely[label][1] for label in labels}, **ruled}
    return tuple(sorted(places, key=places.__getitem__))


@cache
def _messages() -> tuple[tuple[str, str], ...]:
    return tuple((symptom, " ".join(normalise(message))) for symptom, message in messages().items())


@cache
def rules() -> tuple[Rule, ...]:
    """All rules: those that are written, and the words in which the program itself offers the symptoms."""
    return (*written(), *_captions())


def _captions() -> Iterator[Rule]:
    """A symptom said in the words by which the program offers it; an id or a word alone says too little."""
    for language in languages():
        for symptom, texts in load(language)["symptoms"].items():
            words = tuple(normalise(texts["label"]))
            if len(words) > 1:
                yield Rule(symptom, words)
