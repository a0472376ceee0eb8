"""How far two names are apart in single typing errors, which kind of error it is, where, and whether it is one."""

from __future__ import annotations

from portalcheck.address.lists import DISTINCTIVE
from portalcheck.address.tables import NEAR_WORDS

_VOWELS = frozenset("aeiouy")
_DIGITS = "0123456789"


def distance(one: str, other: str, limit: int) -> int:
    """Optimal string alignment: letters left out, added, changed, or swapped with their neighbour.

    Gives `limit + 1` as soon as it is clear that there are more than `limit`.
    """
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before: list[int] = []
    previous = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        current = [at]
        for to, wanted in enumerate(other, 1):
            best = min(previous[to] + 1, current[to - 1] + 1, previous[to - 1] + (letter != wanted))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == wanted:
                best = min(best, before[to - 2] + 1)
            current.append(best)
        if min(current) > limit and min(previous) > limit:
            return limit + 1
        before, previous = previous, current
    return min(previous[-1], limit + 1)


def ends(one: str, other: str) -> tuple[int, int]:
    """How many letters two different texts share at the beginning, and then at the end."""
    shortest = min(len(one), len(other))
    head = 0
    while head < shortest and one[head] == other[head]:
        head += 1
    tail = 0
    while tail < shortest - head and one[-1 - tail] == other[-1 - tail]:
        tail += 1
    return head, tail


def typo_trick(seen: str, meant: str) -> str:
    """The trick that makes `meant` into `seen`, for names one error apart; `typo` for more."""
    head, tail = ends(seen, meant)
    was, now = meant[head : len(meant) - tail], seen[head : len(seen) - tail]
    if len(now) == 2 and now == was[::-1]:
        return "transposition"
    if not now and len(was) == 1:
        return "omission"
    if not was and len(now) == 1:
        return _added(seen, head, now, at_end=tail == 0)
    if len(was) == len(now) == 1:
        return "vowel_swap" if {was, now} <= _VOWELS else "replacement"
    return "typo"


def _added(seen: str, head: int, letter: str, *, at_end: bool) -> str:
    if head and seen[head - 1] == letter:
        return "repetition"
    if at_end:
        return "plural" if letter == "s" else "addition"
    return "insertion"


def whole_part(one: str, other: str) -> bool:
    """Whether the only difference is two or more letters side by side that one has and the other lacks."""
    head, tail = ends(one, other)
    return head + tail == min(len(one), len(other)) and abs(len(one) - len(other)) > 1


def mark(seen: str, meant: str) -> str:
    """`seen` with what differs from `meant` in brackets; `[_]` where a letter is missing."""
    if seen == meant:
        return seen
    head, tail = ends(seen, meant)
    middle = seen[head : len(seen) - tail]
    if len(middle) <= 3:
        return f"{seen[:head]}[{middle or '_'}]{seen[len(seen) - tail :]}"
    from difflib import SequenceMatcher  # needed for few names only

    parts = []
    for tag, start, end, _, _ in SequenceMatcher(None, seen, meant, autojunk=False).get_opcodes():
        parts.append(seen[start:end] if tag == "equal" else f"[{seen[start:end] or '_'}]")
    return "".join(parts)


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
