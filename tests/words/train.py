"""Train the classifier of symptoms: `python -m tests.words.train` writes portalcheck/words/symptoms/weights.bin.

    pip install -e '.[train]' && python -m tests.words.train          # some minutes
    python -m tests.words.train --measure                             # how right it is, and writes nothing

It learns from all of corpus/ but `b.toml`, which is there to measure it by. How right it will be with somebody whom it
never read is told by leaving out one author at a time; from these trials come the thresholds, too. The same corpus
gives the same file.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

import portalcheck.words.symptoms as read
from portalcheck.diagnosis.steps import NO_MORE_TRIES
from portalcheck.words.symptoms.classifier import OTHER, Classifier, Decision, Header, features
from portalcheck.words.symptoms.rules import found
from tests.words.said import Said, authors, corpus_digest, forbids_tries_unheard, is_right, said

WEIGHTS = Path(read.__file__).with_name("weights.bin")
LABELS = read.symptom_ids()

PEOPLE = ("a", "dev-1", "dev-2", "dev-3", "dev-4", "dev-5")
"""Those who wrote what people say; the others fill gaps (short texts, single phrases), and measure nothing."""

_OFTEN = 2
"""In so many texts at least a feature must be found."""
_SMOOTH = 10.0
"""Inverse strength of regularisation; 3 to 30 measure the same."""
_MOST = 150_000
"""Weights that are kept, the largest; with all 730,000 it is not righter by more than 0.1 %."""
_WEIGHT_LEVELS, _RARITY_LEVELS = 63, 255
_UNSAFE = 2.0
"""How many wrong steps more one costs that may do harm, when thresholds are chosen."""
_START = Decision(
    0.05, 0.6, 0.3, {label: 0.2 if label in NO_MORE_TRIES else 0.5 for label in LABELS if label != OTHER}
)


class Fit(msgspec.Struct, frozen=True):
    """What was learnt: features by key, each with its rarity, and a row of weights a label."""

    keys: Any
    rarity: Any
    rarity_unit: float
    weights: Any
    bias: Any


def learn(texts: Sequence[Said]) -> Fit:
    """Features and weights from texts."""
    found = [features(read.normalise(one.text)) for one in texts]
    counts: dict[int, int] = {}
    for key in itertools.chain.from_iterable(set(words) | set(letters) for words, letters in found):
        counts[key] = counts.get(key, 0) + 1
    keys = np.array(sorted(key for key, often in counts.items() if often >= _OFTEN), dtype=np.int64)
    often = np.array([counts[key] for key in keys.tolist()])
    rarity = np.log((1 + len(texts)) / (1 + often)) + 1
    unit = float(rarity.max()) / _RARITY_LEVELS
    rarity = np.round(rarity / unit).astype(np.int64)
    table = _table(found, {key: row for row, key in enumerate(keys.tolist())}, rarity)
    weights, bias = np.zeros((len(LABELS), len(keys))), np.zeros(len(LABELS))
    for index, label in enumerate(LABELS):
        model = LogisticRegression(C=_SMOOTH, solver="liblinear", random_state=0)
        model.fit(
            table, [label in one.symptoms for one in texts], sample_weight=[one.weight for one in texts]
        )
        weights[index], bias[index] = model.coef_[0], model.intercept_[0]
    return Fit(keys, rarity, unit, weights, bias)


def _table(found: Iterable[tuple[Mapping[int, int], ...]], rows: Mapping[int, int], rarity: Any) -> Any:
    blocks = []
    for kind in zip(*found, strict=True):
        at = [sorted(rows[key] for key in one if key in rows) for one in kind]
        ends = np.cumsum([0, *map(len, at)])
        columns = np.array(list(itertools.chain.from_iterable(at)), dtype=np.int64)
        values = rarity[columns].astype(float)
        for start, end in itertools.pairwise(ends):
            values[start:end] /= max(float(np.sqrt((values[start:end] ** 2).sum())), 1e-9)
        blocks.append(csr_matrix((values, columns, ends), shape=(len(at), len(rarity))))
    return sum(blocks[1:], blocks[0])


def pack(fit: Fit, decision: Decision, trained_on: str) -> bytes:
    """The file that `Classifier` reads."""
    least = np.sort(np.abs(fit.weights), axis=None)[-min(_MOST, fit.weights.size)]
    unit = float(np.abs(fit.weights).max()) / _WEIGHT_LEVELS
    small = np.where(np.abs(fit.weights) < least, 0, np.round(fit.weights / unit)).astype(np.int8)
    used = np.flatnonzero(small.any(axis=0))
    small = small[:, used]
    rows, labels = np.nonzero(small.T)
    steps = np.diff(fit.keys[used], prepend=0)
    header = Header(
        labels=LABELS,
        bias=tuple(round(float(each), 4) for each in fit.bias),
        weight_unit=round(unit, 6),
        rarity_unit=fit.rarity_unit,
        features=len(used),
        decision=decision,
        trained_on=trained_on,
    )
    tables = (
        steps.astype("<u2"),
        fit.rarity[used].astype(np.uint8),
        np.bincount(rows, minlength=len(used)).astype(np.uint8),
        labels.astype(np.uint8),
        small.T[rows, labels].astype(np.int8),
    )
    assert steps.max() < 2**16, "the keys lie too far apart for steps of 16 bits"
    return zlib.compress(msgspec.json.encode(header) + b"\n" + b"".join(each.tobytes() for each in tables), 9)


class Trial(msgspec.Struct, frozen=True):
    """A text by an author who was left out, with what the rules and the classifier found in it."""

    said: Said
    ruled: Mapping[str, int]
    likely: Mapping[str, tuple[float, float]]
    clear: frozenset[str]

    def heard(self, decision: Decision) -> tuple[str, ...]:
        """The symptoms with these thresholds."""
        return read.together(read.normalise(self.said.text), self.ruled, self.likely, self.clear, decision)


def trials(corpus: Mapping[str, Sequence[Said]]) -> dict[str, list[Trial]]:
    """Each author's texts as read by a classifier that never read this author."""
    tried = {}
    for author in PEOPLE:
        texts = corpus[author]
        others = [one for name, own in corpus.items() if name != author for one in own]
        classifier = Classifier(pack(learn(others), _START, ""))
        tried[author] = [_trial(one, classifier) for one in texts]
        _say(f"{author}: {measured(tried[author], _START)}")
    return tried


def _trial(one: Said, classifier: Classifier) -> Trial:
    words = read.normalise(one.text)
    ruled, likely = found(words, read.rules()), classifier.likelihoods(words)
    return Trial(one, ruled, likely, read.in_clauses(one.text, classifier))


def measured(tried: Iterable[Trial], decision: Decision) -> str:
    """How many first steps are right, and how often what forbids further tries was not heard."""
    right, unheard, count = _counted(tried, decision)
    return f"{right / count:.1%} of {count} right, {unheard} times unheard that nobody should try again"


def _counted(tried: Iterable[Trial], decision: Decision) -> tuple[int, int, int]:
    right = unheard = count = 0
    for trial in tried:
        heard = trial.heard(decision)
        right += is_right(trial.said, heard)
        unheard += forbids_tries_unheard(trial.said, heard)
        count += 1
    return right, unheard, count


def chosen(tried: Sequence[Sequence[Trial]]) -> Decision:
    """The thresholds that cost least, each author as much as another, one after the other, twice round.

    Of the labels only those that forbid further tries have a threshold of their own: more of them, tuned on some
    authors, was less right with the others.
    """

    def cost(decision: Decision) -> float:
        return sum(_cost(own, decision) for own in tried)

    best = _START
    least = cost(best)
    for change in [*_changes()] * 2:
        for value in change.values:
            other = change.of(best, value)
            if (now := cost(other)) < least:
                best, least = other, now
    return best


def _cost(tried: Sequence[Trial], decision: Decision) -> float:
    right, unheard, count = _counted(tried, decision)
    return (count - right + _UNSAFE * unheard) / count


class _Change(msgspec.Struct, frozen=True):
    """Values to try for one field of a decision, or for one label's threshold."""

    name: str
    values: tuple[float, ...]

    def of(self, decision: Decision, value: float) -> Decision:
        if self.name in LABELS:
            return msgspec.structs.replace(decision, sure={**decision.sure, self.name: value})
        return msgspec.structs.replace(decision, **{self.name: value})


def _changes() -> Iterable[_Change]:
    yield _Change("least", (0.03, 0.04, 0.05, 0.06, 0.08))
    yield _Change("rival", (0.4, 0.6, 0.8, 1.0, 1.3))
    yield _Change("share", (0.1, 0.2, 0.3, 0.45))
    for label in NO_MORE_TRIES:
        yield _Change(label, (0.15, 0.2, 0.25, 0.3))


def _say(line: object) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Train, or only measure."""
    arguments = argparse.ArgumentParser(prog="python -m tests.words.train")
    arguments.add_argument("--measure", action="store_true", help="write nothing")
    told = arguments.parse_args()
    corpus = {author: said(author) for author in authors()}
    tried = trials(corpus)
    decision = chosen([tried[author] for author in PEOPLE])
    _say(decision)
    for author, own in tried.items():
        _say(f"{author} unread: {measured(own, decision)}")
    if not told.measure:
        fit = learn([one for own in corpus.values() for one in own])
        packed = pack(fit, decision, corpus_digest())
        WEIGHTS.write_bytes(packed)
        _say(f"{WEIGHTS.name}: {len(packed):,} bytes")


if __name__ == "__main__":
    main()
