"""Typing errors: names one letter away, and for long names two, unless they are words of their own."""

from __future__ import annotations

from portalcheck.address.edits import distance, whole_part
from portalcheck.address.lists import DISTINCTIVE
from portalcheck.address.tables import NEAR_WORDS

_DIGITS = "0123456789"


def is_typo(have: str, meant: str, limit: int) -> bool:
    """Whether `have` is `meant` with at most `limit` typing errors, and not likely something else."""
    apart = distance(have, meant, limit)
    if apart > limit or is_word(have, meant):
        return False
    if apart == 2:
        return not whole_part(have, meant)
    if have.rstrip(_DIGITS) == meant.rstrip(_DIGITS):
        return False
    return len(meant) >= DISTINCTIVE or not _differs_at_start(have, meant)


def is_word(have: str, meant: str) -> bool:
    """Whether the name holds a real word that the official one does not."""
    return any(word in have and word not in meant for word in NEAR_WORDS)


def _differs_at_start(have: str, meant: str) -> bool:
    """A first letter changed, added or left out makes another word; a doubled or swapped one is a typing error."""
    if not have[:1].isascii():
        return False
    if have[1:] == meant[1:] or have == meant[1:]:
        return True
    return have[1:] == meant and have[0] != meant[0]
