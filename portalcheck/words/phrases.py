"""Sentences that are written in English where they arise, in another language: help, usage errors, settings, profiles.

They come from docstrings, from click and from the settings, and are their own keys in `words/phrases/<language>.toml`,
as in a message catalogue of gettext. `{name}` in a key stands for any text, which is looked up in its turn. What
has no entry stays English. Nothing is ever decided by these sentences; they are only shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import tomli

_SLOT = re.compile(r"\\\{(\w+)\\\}")
_LONGEST = 2000
_DEPTH = 4


class _Pattern(NamedTuple):
    key: re.Pattern[str]
    sentence: str


@cache
def _sentences(lang: str) -> Mapping[str, str]:
    source = files("portalcheck.words") / "phrases" / f"{lang}.toml"
    if not source.is_file():
        return {}
    groups = tomli.loads(source.read_text(encoding="utf-8"))
    return {english: sentence for group in groups.values() for english, sentence in group.items()}


@cache
def _patterns(lang: str) -> tuple[_Pattern, ...]:
    """Keys with slots, those with the most fixed letters first."""
    keys = sorted(
        (key for key in _sentences(lang) if "{" in key), key=lambda key: -len(re.sub(r"\{\w+\}", "", key))
    )
    return tuple(
        _Pattern(re.compile(_SLOT.sub(r"(?P<\1>.+?)", re.escape(key))), _sentences(lang)[key]) for key in keys
    )


def say(english: str, lang: str, depth: int = _DEPTH) -> str:
    """A sentence in a language; as it is where there is none. Blanks and line breaks in it count as one blank."""
    text = english if english.isspace() else re.sub(r"\s+", " ", english)
    known = _sentences(lang).get(text)
    if known is not None:
        return known
    if depth and len(text) <= _LONGEST:
        for pattern in _patterns(lang):
            found = pattern.key.fullmatch(text)
            if found:
                parts = {name: say(part, lang, depth - 1) for name, part in found.groupdict().items()}
                return _filled(pattern.sentence, parts)
    return english


def _filled(sentence: str, parts: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda slot: parts[slot[1]], sentence)


def known(english: str, lang: str) -> bool:
    """Whether there is an entry for a sentence; always so in English."""
    text = " ".join(english.split())
    return lang == "en" or text in _sentences(lang) or any(p.key.fullmatch(text) for p in _patterns(lang))
