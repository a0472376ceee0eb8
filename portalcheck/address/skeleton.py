"""Names reduced to what the eye takes them for. Results are keys for comparing, never to be shown.

`letters` replaces single letters only, so that a typing error stays one; `skeleton` also makes
all shapes the same that a hasty reader takes for one another (UTS 39 and dnstwist's glyphs are the models).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

_MARKS = ("Mn", "Me", "Mc")
_LATIN = re.compile(r"LATIN (?:SMALL LETTER|LETTER SMALL CAPITAL) (?:INSULAR )?([A-Z])(?: WITH .*)?")

SUPPLEMENT = {
    # Cyrillic and Greek letters that UTS 39 pairs with small capitals only
    "\u0442": "t", "\u043c": "m", "\u043f": "n", "\u043d": "h", "\u043a": "k", "\u0432": "b", "\u0446": "u",
    "\u0438": "u", "\u044c": "b", "\u044a": "b", "\u0447": "u", "\u03c4": "t", "\u03ba": "k", "\u03b5": "e",
    "\u03c9": "w", "\u03c7": "x", "\u03bc": "u", "\u03b2": "b",
    # Latin letters of other languages and of phonetic alphabets
    "\u00df": "b", "\u00f0": "d", "\u0259": "e", "\u025b": "e", "\u0254": "c", "\u0289": "u", "\u028a": "u",
    "\u028d": "m", "\u0292": "3", "\u0185": "b", "\u0138": "k",
}  # fmt: skip
"""Letters that look like ASCII ones and that confusables.txt leaves out."""

_DIGITS = str.maketrans("013457", "oleast")
_SHAPES = str.maketrans("013456789" + "vqi", "oleasbtbg" + "upl")
_TWO_FOR_ONE = {"rn": "m", "nn": "m", "in": "m", "vv": "w", "cl": "d"}
_TWO = re.compile("|".join(_TWO_FOR_ONE))
_UTS_39 = str.maketrans("01", "ol")
_SEPARATORS = str.maketrans("", "", ".-_")


@cache
def _table() -> dict[str, str]:
    from portalcheck.address.confusables import LOOKS_LIKE

    table = {character: plain for plain, characters in LOOKS_LIKE.items() for character in characters}
    return table | SUPPLEMENT


@lru_cache(maxsize=4096)
def _letter(character: str) -> str:
    """What one letter looks like: by the tables, by its parts, or by its name without the ornament."""
    if character.isascii():
        return character.lower()
    if character in _table():
        return _table()[character]
    if unicodedata.category(character) in _MARKS:
        return ""
    parts = unicodedata.normalize("NFKD", character)
    if parts != character:
        return "".join(map(_letter, parts))
    name = unicodedata.name(character, "")
    latin = _LATIN.fullmatch(name)
    if latin is not None:
        return latin[1].lower()
    base, ornament, _ = name.partition(" WITH ")
    if ornament:
        try:
            return _letter(unicodedata.lookup(base))
        except KeyError:
            return character
    return character.casefold()


@lru_cache(maxsize=4096)
def letters(text: str) -> str:
    """Lower-case text with marks dropped and each foreign letter replaced by the ASCII one it looks like.

    Letters that look like no ASCII one stay.
    """
    return text.lower() if text.isascii() else "".join(map(_letter, text))


def without_digits(text: str) -> str:
    """Folded text with the digits that stand for letters replaced: `0ptum` is `optum`."""
    return text.translate(_DIGITS)


@lru_cache(maxsize=4096)
def skeleton(text: str) -> str:
    """The shape of a text: foreign letters, digits, pairs like `rn` and letters like `v` replaced."""
    return _TWO.sub(lambda found: _TWO_FOR_ONE[found[0]], letters(text)).translate(_SHAPES)


def folded(host: str) -> str:
    """A host with look-alike letters folded as UTS 39 does, and no more: two that agree are the same to the eye."""
    return letters(host).replace("rn", "m").translate(_UTS_39)


def without_separators(text: str) -> str:
    """Without dots, hyphens and underscores."""
    return text.translate(_SEPARATORS)
