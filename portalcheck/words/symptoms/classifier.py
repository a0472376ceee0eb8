"""How likely a short text is about each of some labels: a linear classifier, one logistic regression a label.

`python -m tests.words.train` makes its weights; here they are read and applied. The features of a text are its words,
its pairs of words up to three apart, and the runs of two to five letters in a word, all of them written as they sound,
so that slips of the pen matter less. A feature counts by its rarity (inverse document frequency); words and runs of
letters are scaled to the same length, and a feature is known by 24 bits of its CRC.
"""

from __future__ import annotations

import re
import struct
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cache, lru_cache
from importlib.resources import files
from math import exp, sqrt
from zlib import crc32, decompress

import msgspec

from portalcheck.words.symptoms.rules import negations

OTHER = "other"
"""The label of texts that are about none of the others."""

_RUNS = range(2, 6)
_APART = 3
_KEY = 0xFFFFFF
_LIKELIER = 0.5

_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("ph", "f"), ("ck|qu", "k"), ("c(?=[eiy])", "s"), ("ch", "X"), ("c", "k"), ("[zx]", "s"), ("v", "b"),
        ("ll", "y"), ("h", ""), ("g(?=[ei])", "j"), (r"(.)\1+", r"\1"),
    )
)  # fmt: skip
"""What sounds alike in English or Spanish and is often mistaken for each other in writing, in this order."""

Features = Mapping[int, int]
"""The features of a text, each with the place of the word where it first stands."""


class Decision(msgspec.Struct, frozen=True):
    """From likelihoods to labels: `least` is what a best guess needs, and `rival` times the likelihood of none;
    `sure` is what each label needs to count beside others, and `share` of the best one's. Where that is half or
    more, the label must also be likelier than none.
    """

    least: float
    rival: float
    share: float
    sure: Mapping[str, float]

    def labels(self, likely: Mapping[str, float], *, guess: bool, denied: Set[str] = frozenset()) -> set[str]:
        """The labels that a text is about; with `guess` the likeliest one needs no certainty.

        What is `denied` must be likelier than not.
        """
        if not likely:
            return set()
        best = max((label for label in likely if label != OTHER), key=likely.__getitem__)
        top = likely[best]
        none = likely[OTHER]
        told = {best} if guess and top >= max(self.least, self.rival * none) else set()
        for label, sure in self.sure.items():
            rival = none if sure >= _LIKELIER else 0.0
            if likely[label] >= max(sure, self.share * top, rival):
                told.add(label)
        return told - {label for label in denied if likely[label] < _LIKELIER}


class Header(msgspec.Struct, frozen=True):
    """What weights.bin begins with; a weight or rarity is a small whole number of its unit."""

    labels: tuple[str, ...]
    bias: tuple[float, ...]
    weight_unit: float
    rarity_unit: float
    features: int
    decision: Decision
    trained_on: str


class Classifier:
    """The likelihoods of labels, as trained."""

    def __init__(self, packed: bytes) -> None:
        head, _, tables = decompress(packed).partition(b"\n")
        self.header = msgspec.json.decode(head, type=Header)
        count = self.header.features
        steps = struct.unpack_from(f"<{count}H", tables)
        self._keys = array("I", _summed(steps))
        self._rarity = tables[2 * count : 3 * count]
        sizes = tables[3 * count : 4 * count]
        self._starts = array("I", (0, *_summed(sizes)))
        total = self._starts[-1]
        self._labels = tables[4 * count : 4 * count + total]
        self._weights = array("b", tables[4 * count + total :])

    def likelihoods(self, words: Sequence[str]) -> Mapping[str, tuple[float, float]]:
        """For each label how likely it is, from 0 to 1, and around which word of `words` that is said.

        Empty for a text of which nothing is known.
        """
        count = len(self.header.labels)
        scores, told, places = list(self.header.bias), [0.0] * count, [0.0] * count
        known = list(self._known(words))
        if not known:
            return {}
        for value, place, row in known:
            for at in range(self._starts[row], self._starts[row + 1]):
                label, part = self._labels[at], value * self._weights[at] * self.header.weight_unit
                scores[label] += part
                if part > 0:
                    told[label] += part
                    places[label] += part * place
        return {
            label: (1 / (1 + exp(-score)), place / for_it if for_it else 0.0)
            for label, score, for_it, place in zip(self.header.labels, scores, told, places, strict=True)
        }

    def _known(self, words: Sequence[str]) -> Iterator[tuple[float, int, int]]:
        """The value, place and row of each feature of a text that is known here."""
        for kind in features(words):
            known = [(row, place) for key, place in kind.items() if (row := self._row(key)) is not None]
            length = sqrt(sum(self._rarity[row] ** 2 for row, _ in known))
            yield from ((self._rarity[row] / length, place, row) for row, place in known)

    def _row(self, key: int) -> int | None:
        row = bisect_left(self._keys, key)
        return row if row < len(self._keys) and self._keys[row] == key else None


@cache
def trained() -> Classifier:
    """The classifier of symptoms, from weights.bin."""
    return Classifier((files("portalcheck.words.symptoms") / "weights.bin").read_bytes())


def features(words: Sequence[str]) -> tuple[Features, Features]:
    """A text's words and pairs of words, and its runs of letters; what stands twice counts once.

    A word that is denied is another word.
    """
    sounds = [sound(word) for word in words]
    told: dict[int, int] = {}
    letters: dict[int, int] = {}
    for place, one in enumerate(sounds):
        denied = not negations().isdisjoint(words[max(0, place - _APART) : place])
        told.setdefault(_key(f"{'!' if denied else '='}{one}"), place)
        for apart, other in enumerate(sounds[place + 1 : place + 1 + _APART]):
            told.setdefault(_key(f"={one}{'~' if apart else '='}{other}"), place)
    for one, place in {one: place for place, one in reversed(list(enumerate(sounds)))}.items():
        whole = f" {one} "
        for length in _RUNS:
            for start in range(len(whole) - length + 1):
                letters.setdefault(_key(whole[start : start + length]), place)
    return told, letters


@lru_cache(maxsize=10_000)
def sound(word: str) -> str:
    """A word as it sounds, roughly."""
    for pattern, as_heard in _SOUNDS:
        word = pattern.sub(as_heard, word)
    return word


def _key(feature: str) -> int:
    return crc32(feature.encode("utf-8", "surrogatepass")) & _KEY


def _summed(steps: Sequence[int]) -> Iterator[int]:
    total = 0
    for step in steps:
        total += step
        yield total
