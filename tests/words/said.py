"""What people say, in corpus/: written by others than those who wrote the matcher, each file by another author."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from portalcheck.api.declarations import NONE
from portalcheck.diagnosis.steps import NO_MORE_TRIES, OTHER, in_order, likely_steps

_PHRASE = 0.5
FOLDER = Path(__file__).with_name("corpus")


class Said(msgspec.Struct, frozen=True):
    """One text, and the symptoms that it tells of; `unsafe` where a wrong step could do harm.

    `weight` is how much it counts in training: a mere phrase less than what somebody said.
    """

    text: str
    lang: str
    symptoms: tuple[str, ...]
    unsafe: bool = False
    weight: float = 1.0


def said(name: str) -> list[Said]:
    """The texts of a file of the corpus."""
    read = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))["said"]
    weight = _PHRASE if name == "dev-7" else 1.0
    return [msgspec.structs.replace(one, weight=weight) for one in msgspec.convert(read, list[Said])]


def authors() -> tuple[str, ...]:
    """The files to learn from: all but `b`, which is there to measure by, and which nobody is to read."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml") if path.stem != "b"))


def corpus_digest() -> str:
    """A digest of the files to learn from, by which weights tell what they were trained on."""
    digest = hashlib.sha256()
    for author in authors():
        digest.update((FOLDER / f"{author}.toml").read_bytes())
    return digest.hexdigest()


def is_right(one: Said, heard: Sequence[str]) -> bool:
    """Whether the first step is the article's for what was said.

    That is the step of a symptom that forbids further tries where one was told, else of any that was told.
    """
    told = in_order(one.symptoms)
    gravest = [each for each in told if each in NO_MORE_TRIES][:1]
    return _first_ref(heard or (OTHER,)) in {_first_ref((each,)) for each in gravest or told}


def forbids_tries_unheard(one: Said, heard: Sequence[str]) -> bool:
    """Whether something was told after which nobody should try again, and nothing of the kind was heard."""
    forbidding = set(NO_MORE_TRIES)
    return not forbidding.isdisjoint(one.symptoms) and forbidding.isdisjoint(heard)


def _first_ref(symptoms: Sequence[str]) -> str:
    return likely_steps(NONE, (), in_order(symptoms))[0].ref
