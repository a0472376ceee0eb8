"""The rules by which a name is found to imitate another one; the first that holds is the answer.

Order, length floors and guards follow Chromium's lookalike checks. They are stricter where a portal has few
names and the question is "is this mine?" (other endings, hyphens, shapes within ASCII), and as careful
about false alarms: first letters, numbers behind a name, real words, and names that many share.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from portalcheck.address.candidate import Candidate, Likeness, Protected
from portalcheck.address.combosquatting import distinctive, embedding, with_sign_in_word
from portalcheck.address.edits import distance, is_typo, is_word, mark, typo_trick
from portalcheck.address.lists import DISTINCTIVE, SHORTEST_NAME
from portalcheck.address.skeleton import letters, skeleton, without_digits, without_separators
from portalcheck.address.suffix import Name, is_shared, split


def likeness(name: Name, targets: tuple[Protected, ...]) -> Likeness | None:
    """Which of the targets a host imitates, if any. Names of the same owner imitate nobody."""
    strangers = [target for target in targets if target.name.registrable != name.registrable]
    if not strangers:
        return None
    candidate = Candidate.of(name)
    for rule in _RULES:
        for target in strangers:
            found = rule(candidate, target)
            if found is not None:
                return found
    return None


def alike_to_the_eye(name: Name, host: str) -> Likeness | None:
    """A host that becomes an official one when letters that look alike are folded, however short its name is.

    None for one of the same owner.
    """
    meant = split(host)
    if meant.registrable == name.registrable:
        return None
    return Likeness(_shape_trick(name.host, host), host, mark(name.host, host))


def uses_name(name: Name, targets: tuple[Protected, ...]) -> bool:
    """Whether a host has the name of a target somewhere in it."""
    whole = skeleton(without_separators(letters(name.host)))
    return any(not target.common and target.shape in whole for target in targets)


def _separators(candidate: Candidate, target: Protected) -> Likeness | None:
    """The same letters with dots and hyphens in other places, with or without www."""
    if target.common and not target.name.above:
        return None
    if candidate.joined not in (target.joined, "www" + target.joined):
        return None
    if candidate.name.label == target.name.label and candidate.joined == target.joined:
        return None  # only the ending differs
    meant, have = target.name.host, candidate.name.host.removeprefix("www.")
    if without_separators(have.removeprefix("www")) != without_separators(meant):
        trick = _shape_trick(have, meant)
    elif have.startswith("www") or have.count(".") < meant.count("."):
        trick = "missing_dot"
    elif have.count("-") > meant.count("-"):
        trick = "hyphenation"
    elif have.count("-") < meant.count("-"):
        trick = "dot_for_hyphen" if have.count(".") > meant.count(".") else "hyphen_omission"
    else:
        trick = "separator"
    return Likeness(trick, target.host, mark(candidate.name.host, meant))


def _same_name(candidate: Candidate, target: Protected) -> Likeness | None:
    """The same name in the eye of the reader: letters of the same shape, hyphens, or another ending."""
    if candidate.shape != target.shape:
        return None
    raw, meant = candidate.name.label, target.name.label
    imitated = raw != meant and (not raw.isascii() or len(meant) >= SHORTEST_NAME)
    if target.common and not (imitated and candidate.name.suffix == target.name.suffix):
        return None
    if raw == meant:
        return _other_ending(candidate, target)
    if raw.isascii() and without_separators(raw) == without_separators(meant):
        trick = "hyphenation" if raw.count("-") >= meant.count("-") else "hyphen_omission"
    else:
        trick = _shape_trick(raw, meant)
    return _of_label(trick, candidate, target)


def _other_ending(candidate: Candidate, target: Protected) -> Likeness:
    if is_shared(candidate.name.suffix):
        trick = "brand_on_shared_hosting"
    else:
        trick = "tld_typo" if distance(candidate.name.suffix, target.name.suffix, 1) <= 1 else "tld_swap"
    return Likeness(trick, target.host, ".".join((*candidate.name.own, f"[{candidate.name.suffix}]")))


def _typos(candidate: Candidate, target: Protected) -> Likeness | None:
    """One typing error under the same ending; for long names up to two, under any ending."""
    if target.common:
        return None
    long = len(target.bare) >= DISTINCTIVE
    if not long and candidate.name.suffix != target.name.suffix:
        return None
    stem = candidate.bare.rstrip("0123456789")
    for bare in dict.fromkeys((candidate.bare, without_digits(stem) + candidate.bare[len(stem) :])):
        if is_typo(bare, target.bare, 2 if long else 1):
            return _of_label(typo_trick(bare, target.bare), candidate, target)
    if long and distance(candidate.shape, target.shape, 1) <= 1 and not is_word(candidate.bare, target.bare):
        return _of_label("typo", candidate, target)
    return None


def _with_www(candidate: Candidate, target: Protected) -> Likeness | None:
    """`wwwoptum.net`: the dot after www left out, under any ending."""
    if target.common:
        return None
    fronts = ("www", "wwww", "ww")
    if any(
        candidate.bare.startswith(w) and skeleton(candidate.bare[len(w) :]) == target.shape for w in fronts
    ):
        return _of_label("missing_dot", candidate, target)
    return None


_RULES: tuple[Callable[[Candidate, Protected], Likeness | None], ...] = (
    _separators,
    _same_name,
    _typos,
    _with_www,
    embedding,
    distinctive,
    with_sign_in_word,
)


def _of_label(trick: str, candidate: Candidate, target: Protected) -> Likeness:
    marked = ".".join(
        (*candidate.name.above, mark(candidate.name.label, target.name.label), candidate.name.suffix)
    )
    return Likeness(trick, target.host, marked)


def _shape_trick(seen: str, meant: str) -> str:
    """Which kind of letter only looks like the right one."""
    odd = [c for c in seen if not c.isascii()]
    if not odd:
        if not meant.isascii():
            return "homoglyph"
        changed = set(seen) - set(meant)
        return "digit_swap" if changed and all(c.isdigit() for c in changed) else "ascii_lookalike"
    names = [unicodedata.name(c, "") for c in odd]
    if any(name.startswith("CYRILLIC") for name in names):
        return "homoglyph_cyrillic"
    if any(name.startswith("GREEK") for name in names):
        return "homoglyph_greek"
    if all(name.startswith(("LATIN", "COMBINING")) for name in names):
        decomposed = all(
            unicodedata.normalize("NFD", c)[0].isascii() or unicodedata.combining(c) for c in odd
        )
        return "diacritic" if decomposed else "homoglyph_latin_ext"
    return "homoglyph"
