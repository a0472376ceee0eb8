"""From what a person says of the sign-in page to symptoms.

Each language has a list of phrases (phrases/<language>.toml). A phrase is found where its words stand in order with
little in between; the longer the phrase, the more it says, and of two that share words the longer one counts. A text
is cut to a bound first, so that any size is read in bounded time.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import permutations

import msgspec

from portalcheck.api.texts import ENGLISH
from portalcheck.diagnosis.article import messages
from portalcheck.diagnosis.steps import NO_MORE_TRIES
from portalcheck.words.files import choose_language, load, load_phrases

LONGEST = 20_000
"""Characters of a text that are looked at."""
_WORDS = 2_000
_GAP = 2
"""Words that may stand between two words of a phrase, fillers not counted."""
_REACH = 8
"""Words that may stand between two words of a phrase at most, fillers counted."""
_SHORT = 4
"""Up to so many words (fillers not counted) one telling word is enough."""
_SLIP = 5
"""From so many letters on, a word is known with one typing slip."""
_LONG, _SLIGHT = 18, 2
"""In a text of more words than that a phrase that says no more is by the way, where another symptom is told."""
_BESIDE: Mapping[str, frozenset[str]] = {"app": frozenset({"outdated", "error-1"})}
"""Symptoms whose words may tell of another one as well: that the app crashes is about the app, too."""
_LEADING = ("security", "warning", "other-device", "error-2", "error-3", "session", "forgot", "pending")
"""Which symptoms win where two are equally likely from the same words: the more particular ones, in this order."""

_APOSTROPHES = re.compile("['\u2019\u2018\u02bc`\u00b4]")
_EMAIL = re.compile(r"\be[\s-]mails?\b")


class Phrase(msgspec.Struct, frozen=True):
    """Words in order that point to a symptom; `weight` is how much they say."""

    symptom: str
    words: tuple[str, ...]
    weight: float


class Lexicon(msgspec.Struct, frozen=True):
    """All that is known of how people put it, in some languages together; `kinds` are words that do the same."""

    phrases: tuple[Phrase, ...]
    kinds: Mapping[str, frozenset[str]]
    negations: frozenset[str]
    fillers: frozenset[str]
    messages: Mapping[str, str]

    @property
    def words(self) -> frozenset[str]:
        """Every word or beginning of a word that a phrase names, or a kind that a phrase names."""
        named = frozenset(word for phrase in self.phrases for word in phrase.words)
        return named.union(*self.kinds.values())


def symptom_ids() -> tuple[str, ...]:
    """The ids that there are, in the order in which they are offered; `other`, what fits none, is the last."""
    return tuple(load(ENGLISH)["symptoms"])


def matches(text: str, languages: Iterable[str]) -> tuple[str, ...]:
    """The symptoms that `text` is about, in the order told: an id as it is, else those of free text.

    `languages` says whose phrases to look for. The article's own messages are known in every language, and where one
    is quoted, it is the symptom. Empty for a text that fits none.
    """
    identity = text[:100].strip().casefold()
    if identity in symptom_ids():
        return (identity,)
    chosen = tuple(dict.fromkeys(choose_language(language) for language in languages)) or (ENGLISH,)
    lexicon = _lexicon(chosen)
    words = normalise(text)
    joined = f" {' '.join(words)} "
    quoted = tuple(symptom for symptom, message in lexicon.messages.items() if f" {message} " in joined)
    return quoted or _told(words, lexicon)


def normalise(text: str) -> list[str]:
    """The words of the beginning of a text, without case, accents, apostrophes and signs."""
    folded = unicodedata.normalize("NFKC", text[:LONGEST])[:LONGEST].casefold()
    folded = _EMAIL.sub("email", _APOSTROPHES.sub("", folded))
    bare = "".join(c for c in unicodedata.normalize("NFD", folded) if not unicodedata.combining(c))
    return re.findall(r"[^\W_]+", bare)[:_WORDS]


@cache
def _lexicon(languages: tuple[str, ...]) -> Lexicon:
    texts = [load_phrases(language) for language in languages]
    return Lexicon(
        phrases=tuple(phrase for language in languages for phrase in _phrases(language)),
        kinds={
            _kind(language, name): frozenset(map(_pattern, words))
            for language, each in zip(languages, texts, strict=True)
            for name, words in each["kinds"].items()
        },
        negations=frozenset(word for each in texts for word in each["matching"]["negations"]),
        fillers=frozenset(word for each in texts for word in each["matching"]["fillers"]),
        messages={symptom: " ".join(normalise(message)) for symptom, message in messages().items()},
    )


def _phrases(language: str) -> Iterable[Phrase]:
    texts, labels = load_phrases(language)["phrases"], load(language)["symptoms"]
    for symptom, lines in texts.items():
        for line in (labels[symptom]["label"], *lines):
            bare = line.rstrip("!~").split()
            words = tuple(_kind(language, w[1:-1]) if w.startswith("<") else _pattern(w) for w in bare)
            weight = max(len(words), 2) if line.endswith("!") else len(words)
            orders = permutations(words) if line.endswith("~") else (words,)
            yield from (Phrase(symptom, order, weight) for order in orders)


def _kind(language: str, name: str) -> str:
    """What a kind of words is called among the words themselves."""
    return f"<{language} {name}>"


def _pattern(word: str) -> str:
    return "".join(normalise(word)) + ("*" if word.endswith("*") else "")


def _told(words: Sequence[str], lexicon: Lexicon) -> tuple[str, ...]:
    """The symptoms whose phrases are found; of phrases that share words the one that says most counts."""
    needed = 1 if sum(word not in lexicon.fillers for word in words) <= _SHORT else 2
    places = _places(words, lexicon)
    found = [
        (phrase, at)
        for phrase in lexicon.phrases
        if phrase.weight >= needed and (at := _found(phrase.words, words, places, lexicon))
    ]
    found.sort(key=lambda each: (-each[0].weight, _rank(each[0].symptom)))
    taken: dict[int, str] = {}
    first: dict[str, int] = {}
    for phrase, at in found:
        beside = _BESIDE.get(phrase.symptom, frozenset()) | {phrase.symptom}
        slight = phrase.weight <= _SLIGHT and phrase.symptom not in (*first, *NO_MORE_TRIES)
        by_the_way = slight and len(words) > _LONG and bool(first)
        if not by_the_way and all(taken.get(place, phrase.symptom) in beside for place in at):
            taken |= {place: phrase.symptom for place in at if place not in taken}
            first[phrase.symptom] = min(first.get(phrase.symptom, at[0]), at[0])
    return tuple(sorted(first, key=first.__getitem__))


def _rank(symptom: str) -> int:
    return _LEADING.index(symptom) if symptom in _LEADING else len(_LEADING)


def _places(words: Sequence[str], lexicon: Lexicon) -> Mapping[str, list[int]]:
    patterns = lexicon.words
    whole = {pattern for pattern in patterns if not pattern.endswith("*")}
    starts = [pattern for pattern in patterns if pattern.endswith("*")]
    places: dict[str, list[int]] = {}
    known: dict[str, list[str]] = {}
    for place, word in enumerate(words):
        if word not in known:
            known[word] = [start for start in starts if word.startswith(start[:-1])]
            known[word] += [word] if word in whole else _near(word, whole) if not known[word] else []
            known[word] += [kind for kind, own in lexicon.kinds.items() if not own.isdisjoint(known[word])]
        for pattern in known[word]:
            places.setdefault(pattern, []).append(place)
    return places


def _near(word: str, patterns: Iterable[str]) -> list[str]:
    if not _SLIP <= len(word) <= 30:
        return []
    return [each for each in patterns if len(each) >= _SLIP and each[0] == word[0] and _one_slip(word, each)]


def _one_slip(one: str, other: str) -> bool:
    """Whether the words differ by one letter: changed, added, left out, or swapped with its neighbour."""
    if abs(len(one) - len(other)) > 1:
        return False
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    a, b = one[same:], other[same:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


def _found(
    phrase: Sequence[str], words: Sequence[str], places: Mapping[str, list[int]], lexicon: Lexicon
) -> tuple[int, ...]:
    """Where the words of a phrase stand, the first time that they do so in order; empty if they never do."""
    if any(word not in places for word in phrase):
        return ()
    followed = (_follow(phrase, first, words, places, lexicon) for first in places[phrase[0]])
    return next(filter(None, followed), ())


def _follow(
    phrase: Sequence[str], first: int, words: Sequence[str], places: Mapping[str, list[int]], lexicon: Lexicon
) -> tuple[int, ...]:
    if _undone(first, words, lexicon):
        return ()
    at = [first]
    for pattern in phrase[1:]:
        after = bisect_right(places[pattern], at[-1])
        if after == len(places[pattern]) or places[pattern][after] - at[-1] > _REACH + 1:
            return ()
        between = words[at[-1] + 1 : places[pattern][after]]
        if any(word in lexicon.negations for word in between):
            return ()
        if sum(word not in lexicon.fillers for word in between) > _GAP:
            return ()
        at.append(places[pattern][after])
    return tuple(at)


def _undone(first: int, words: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether a negation stands before a phrase, with nothing but fillers in between."""
    before = first - 1
    while before >= 0 and first - before <= _REACH and words[before] in lexicon.fillers:
        before -= 1
    return before >= 0 and words[before] in lexicon.negations
