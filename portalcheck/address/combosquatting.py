"""The official name used as bait: inside a longer name, or beside a word of sign-in pages."""

from __future__ import annotations

from collections.abc import Iterator

from portalcheck.address.candidate import Candidate, Likeness, Protected
from portalcheck.address.edits import is_typo
from portalcheck.address.lists import DISTINCTIVE
from portalcheck.address.skeleton import skeleton, without_separators
from portalcheck.address.suffix import Name
from portalcheck.address.tables import SIGN_IN_WORDS

_LONG_WORD = 5
_WORDS_OF_A_HOST = 3
_SHAPES_OF_WORDS = {skeleton(word): word for word in SIGN_IN_WORDS}


def embedding(candidate: Candidate, target: Protected) -> Likeness | None:
    """The whole official name inside the host, dots and hyphens alike, with another owner behind it."""
    if target.common and len(target.tokens[0]) < _WORDS_OF_A_HOST:
        wanted, above = target.name.registrable.split("."), list(candidate.name.above)
        held = any(above[at : at + len(wanted)] == wanted for at in range(len(above)))
        return _owned_by_other(candidate, target) if held else None
    for form in target.tokens if not target.common else target.tokens[:1]:
        for at in range(len(candidate.words) - len(form)):
            if candidate.words[at : at + len(form)] == form:
                return _owned_by_other(candidate, target)
    return None


def distinctive(candidate: Candidate, target: Protected) -> Likeness | None:
    """A rare name anywhere in what the owner chose."""
    if target.common or len(target.bare) < DISTINCTIVE:
        return None
    for part in (*candidate.folded, ".".join(candidate.folded)):
        searched = "." not in part or "-" in target.label
        if searched and target.shape in skeleton(without_separators(part)):
            trick = "combosquat" if without_separators(part) != target.bare else "brand_in_name"
            return Likeness(trick, target.host, _mark_around(candidate.name, target))
    return None


def with_sign_in_word(candidate: Candidate, target: Protected) -> Likeness | None:
    """The official name and a word of sign-in pages, in one label or in two."""
    if target.common:
        return None
    named = any(skeleton(without_separators(part)) == target.shape for part in candidate.folded)
    if (named and any(_all_sign_in_words(part) for part in candidate.folded)) or any(
        _has_sign_in_word(rest) for part in candidate.folded for rest in _around(part, target)
    ):
        return Likeness("combosquat", target.host, _mark_around(candidate.name, target))
    return None


def _around(part: str, target: Protected) -> Iterator[str]:
    """What is left of a label with a hyphen for the official name; nothing if that is not in it."""
    by_shape = (skeleton(part), (skeleton(target.label), target.shape))
    for text, names in ((part, (target.label, target.bare)), by_shape):
        for name in names:
            before, found, after = text.partition(name)
            if found:
                yield f"{before}-{after}"
                return
    words = part.split("-")
    for at, word in enumerate(words):
        if len(words) > 1 and is_typo(word, target.bare, 1):
            yield "-".join(words[:at] + words[at + 1 :])


def _has_sign_in_word(rest: str) -> bool:
    """A short word must stand by itself, a long one may be part of another."""
    for piece in filter(None, rest.replace("_", "-").split("-")):
        shape = skeleton(piece)
        if shape in _SHAPES_OF_WORDS:
            return True
        if any(len(word) >= _LONG_WORD and form in shape for form, word in _SHAPES_OF_WORDS.items()):
            return True
    return False


def _all_sign_in_words(part: str) -> bool:
    return all(skeleton(piece) in _SHAPES_OF_WORDS for piece in part.split("-"))


def _owned_by_other(candidate: Candidate, target: Protected) -> Likeness:
    owner = candidate.name.registrable or candidate.name.suffix
    front = candidate.name.host.removesuffix(owner)
    return Likeness("target_embedding", target.host, f"{front}[{owner}]")


def _mark_around(name: Name, target: Protected) -> str:
    """The host with what stands around the official name in brackets, if that is there letter by letter."""
    own = ".".join(name.own)
    for part in (target.name.label, target.bare):
        before, found, after = own.partition(part)
        if found:
            around = [f"[{text}]" if text else "" for text in (before, after)]
            return f"{around[0]}{part}{around[1]}.{name.suffix}"
    return name.host
