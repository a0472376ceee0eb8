"""The rules by which a name is found to imitate another one; the first that holds is the answer.

Order, length floors and guards follow Chromium's lookalike checks. They are stricter where a portal has few
names and the question is "is this mine?" (other endings, hyphens, shapes within ASCII), and as careful
about false alarms: first letters, numbers behind a name, real words, and names that many share.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from portalcheck.address.candidate import Likeness, Seen, look
from portalcheck.address.combosquatting import distinctive, embedding, with_sign_in_word
from portalcheck.address.edits import distance, mark, slip
from portalcheck.address.profile import DISTINCTIVE, SHORTEST_NAME, Target
from portalcheck.address.skeleton import letters, skeleton, squeeze, without_digits
from portalcheck.address.suffix import Name, is_shared
from portalcheck.address.typos import is_slip, is_word


def likeness(name: Name, targets: tuple[Target, ...]) -> Likeness | None:
    """Which of the targets a host imitates, if any. Names of the same owner imitate nobody."""
    strangers = [target for target in targets if target.name.registrable != name.registrable]
    if not strangers:
        return None
    seen = look(name)
    for rule in _RULES:
        for target in strangers:
            found = rule(seen, target)
            if found is not None:
                return found
    return None


def uses_name(name: Name, targets: tuple[Target, ...]) -> bool:
    """Whether a host has the name of a target somewhere in it."""
    whole = skeleton(squeeze(letters(name.host)))
    return any(not target.common and target.shape in whole for target in targets)


def _separators(seen: Seen, target: Target) -> Likeness | None:
    """The same letters with dots and hyphens in other places, with or without www."""
    if target.common and not target.name.above:
        return None
    if seen.squeezed not in (target.squeezed, "www" + target.squeezed):
        return None
    if seen.name.label == target.name.label and seen.squeezed == target.squeezed:
        return None  # only the ending differs
    meant, have = target.name.host, seen.name.host.removeprefix("www.")
    if squeeze(have.removeprefix("www")) != squeeze(meant):
        trick = _shape_trick(have, meant)
    elif have.startswith("www") or have.count(".") < meant.count("."):
        trick = "missing_dot"
    elif have.count("-") > meant.count("-"):
        trick = "hyphenation"
    elif have.count("-") < meant.count("-"):
        trick = "dot_for_hyphen" if have.count(".") > meant.count(".") else "hyphen_omission"
    else:
        trick = "separator"
    return Likeness(trick, target.host, mark(seen.name.host, meant))


def _same_name(seen: Seen, target: Target) -> Likeness | None:
    """The same name in the eye of the reader: letters of the same shape, hyphens, or another ending."""
    if seen.shape != target.shape:
        return None
    raw, meant = seen.name.label, target.name.label
    imitated = raw != meant and (not raw.isascii() or len(meant) >= SHORTEST_NAME)
    if target.common and not (imitated and seen.name.suffix == target.name.suffix):
        return None
    if raw == meant:
        return _other_ending(seen, target)
    if raw.isascii() and squeeze(raw) == squeeze(meant):
        trick = "hyphenation" if raw.count("-") >= meant.count("-") else "hyphen_omission"
    else:
        trick = _shape_trick(raw, meant)
    return _of_label(trick, seen, target)


def _other_ending(seen: Seen, target: Target) -> Likeness:
    if is_shared(seen.name.suffix):
        trick = "brand_on_shared_hosting"
    else:
        trick = "tld_typo" if distance(seen.name.suffix, target.name.suffix, 1) <= 1 else "tld_swap"
    return Likeness(trick, target.host, ".".join((*seen.name.own, f"[{seen.name.suffix}]")))


def _slips(seen: Seen, target: Target) -> Likeness | None:
    """One slip of the hand under the same ending; for long names up to two, under any ending."""
    if target.common:
        return None
    long = len(target.bare) >= DISTINCTIVE
    if not long and seen.name.suffix != target.name.suffix:
        return None
    stem = seen.bare.rstrip("0123456789")
    for bare in dict.fromkeys((seen.bare, without_digits(stem) + seen.bare[len(stem) :])):
        if is_slip(bare, target.bare, 2 if long else 1):
            return _of_label(slip(bare, target.bare), seen, target)
    if long and distance(seen.shape, target.shape, 1) <= 1 and not is_word(seen.bare, target.bare):
        return _of_label("typo", seen, target)
    return None


def _with_www(seen: Seen, target: Target) -> Likeness | None:
    """`wwwoptum.net`: the dot after www left out, under any ending."""
    if target.common:
        return None
    fronts = ("www", "wwww", "ww")
    if any(seen.bare.startswith(w) and skeleton(seen.bare[len(w) :]) == target.shape for w in fronts):
        return _of_label("missing_dot", seen, target)
    return None


_RULES: tuple[Callable[[Seen, Target], Likeness | None], ...] = (
    _separators,
    _same_name,
    _slips,
    _with_www,
    embedding,
    distinctive,
    with_sign_in_word,
)


def _of_label(trick: str, seen: Seen, target: Target) -> Likeness:
    marked = ".".join((*seen.name.above, mark(seen.name.label, target.name.label), seen.name.suffix))
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
