"""A phone code anywhere in a text: written with any dashes, blanks or signs, or spelled in words.

A code that is right is looked for first, in all of the text and in every way to write one; only then what may have been
meant for one. Ordinary words make one of 8,192 a code that is right, so what has neither dashes nor a digit counts only
where nothing else stands in the text, or right behind the word for it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from portalcheck.api.declarations import Numbers
from portalcheck.report.code import LENGTH, CodeProblem, Decoded, decode
from portalcheck.report.code.alphabet import FILLERS, SPOKEN

LONGEST = 1024 * 1024
"""Characters in which spelled words are looked for."""
_ALONE = 200
"""Characters of a text that may be a code and nothing else."""
_SHORT = 40
"""Characters of one that may have been meant for a code."""

_DASHES = str.maketrans(
    dict.fromkeys(
        "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u2796\u2e3a\u2e3b\ufe58\ufe63\uff0d\u30fc\u058a",
        "-",
    )
)
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\ufffd]+")
_SIGN = r"[-\s.,_/:|>*'\"\u00b7]"
_EDGE = r"(?<![0-9A-Za-z])(?<![0-9A-Za-z]-)", r"(?![0-9A-Za-z])(?!-[0-9A-Za-z])"
_GROUPED = re.compile(
    rf"{_EDGE[0]}[0-9A-Za-z]{{4}}{_SIGN}{{1,4}}[0-9A-Za-z]{{4}}{_SIGN}{{1,4}}[0-9A-Za-z]{{2}}{_EDGE[1]}"
)
_DASHED = re.compile(rf"{_EDGE[0]}[0-9A-Za-z]{{3,5}} ?- ?[0-9A-Za-z]{{3,5}} ?- ?[0-9A-Za-z]{{1,3}}{_EDGE[1]}")
_RUN = re.compile(rf"{_EDGE[0]}[0-9A-Za-z]{{{LENGTH}}}{_EDGE[1]}")
_NAMED = re.compile(
    rf"\b(?:code|c[o\u00f3]digo)\b[^0-9A-Za-z\n]{{0,6}}(?:(?:is|es|was|era)\b)?[^0-9A-Za-z]{{0,6}}"
    rf"((?:[0-9A-Za-z]{_SIGN}{{0,3}}){{{LENGTH - 1},{LENGTH + 1}}})(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_DIGIT = re.compile("[0-9]")
_WORD = re.compile(r"[^\W_]+(?:-[^\W\d_]+)?")
_FEWEST_SPOKEN = 3
"""Words for symbols that make a text a spelled code, and not one in which such a word stands."""


def find(text: str, numbers: Numbers) -> Decoded | CodeProblem | None:
    """The code in a text: one that is right, else the likeliest of those that are not, with what may have been meant.

    None where nothing in the text looks like a code. Takes time linear in the length.
    """
    plain = _UNSEEN.sub("", unicodedata.normalize("NFKC", text)).translate(_DASHES)
    for candidate in _candidates(plain):
        meaning = decode(candidate, numbers)
        if isinstance(meaning, Decoded):
            return meaning
    return next(_likely(plain, numbers), None)


def _candidates(text: str) -> Iterator[str]:
    """What may be a right code, the surest way to write one first."""
    if len(text) <= _ALONE:
        yield text
    yield from _matches(_DASHED, text)
    yield from (each for each in _matches(_GROUPED, text) if _DIGIT.search(each) or each.upper() == each)
    yield from (found[1] for found in _NAMED.finditer(text))
    yield from (each for each in _matches(_RUN, text) if _DIGIT.search(each))
    for symbols in _spelled(text[:LONGEST]):
        yield from (symbols[place : place + LENGTH] for place in range(max(1, len(symbols) - LENGTH + 1)))


def _likely(text: str, numbers: Numbers) -> Iterator[CodeProblem]:
    """Codes that are wrong by a symbol or two: what is written as one, called one, spelled as one, or stands alone."""
    alone = [text] if len(text.strip()) <= _SHORT and _DIGIT.search(text) else []
    named = [found[1] for found in _NAMED.finditer(text)]
    for candidate in (*_matches(_DASHED, text), *named, *_spelled(text[:LONGEST]), *alone):
        meaning = decode(candidate, numbers)
        if isinstance(meaning, CodeProblem) and abs(meaning.length - LENGTH) <= 1:
            yield meaning


def _matches(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    return (found[0] for found in pattern.finditer(text))


# ---- spelled -------------------------------------------------------------------------------------


def _spelled(text: str) -> Iterator[str]:
    """The symbols of each part of a text that is nothing but words and letters that stand for symbols."""
    symbols: list[str] = []
    spoken = 0
    after_filler = False
    for found in _WORD.finditer(text):
        word = _folded(found[0])
        if word in FILLERS:
            after_filler = bool(symbols)
            continue
        symbol = SPOKEN.get(word) or (found[0].upper() if _is_written(found[0]) else "")
        if not symbol:
            if spoken >= _FEWEST_SPOKEN:
                yield "".join(symbols)
            symbols, spoken, after_filler = [], 0, False
            continue
        repeated = after_filler and symbol == symbols[-1]  # "E as in Echo"
        if not repeated:
            symbols.append(symbol)
        spoken += word in SPOKEN
        after_filler = False
    if spoken >= _FEWEST_SPOKEN:
        yield "".join(symbols)


def _is_written(word: str) -> bool:
    """Whether a word is a symbol, or a few that were left as they are: `754`, `7K4M`."""
    return word.isascii() and (
        len(word) == 1 or (len(word) <= 4 and word.upper() == word and not word.isalpha())
    )


def _folded(word: str) -> str:
    bare = unicodedata.normalize("NFD", word.casefold().replace("-", ""))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))
