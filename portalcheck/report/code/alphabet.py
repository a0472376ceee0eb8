"""The symbols of the phone code: a word to spell each with, and the symbols that are easily mistaken for it."""

from __future__ import annotations

from collections.abc import Mapping

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32, in the order of their values."""
SAME = str.maketrans("OIL", "011")
"""Letters that are read as the digits they look like."""

# Names of letters and digits that are taken for each other on the phone, in English or Spanish, and shapes that
# are taken for each other on a screen or on paper.
_ALIKE = tuple(group.translate(SAME) for group in (
    "BCDEGPTVZ3", "AHJK8", "FSX", "MN", "59", "19", "Y15", "QW2", "8H3", "7S",
    "BVW", "CSZ", "GJ", "KQ", "67", "NM", "PT", "TD", "DY", "RL1", "5S", "2Z", "8B", "0DQ", "17", "6G",
    "VY", "4A", "9GQ", "CG", "EF3", "KX", "NH", "PR", "38", "60", "89", "VW", "1J", "T7",
))  # fmt: skip
ALIKE: Mapping[str, str] = {
    symbol: "".join(
        dict.fromkeys(each for group in _ALIKE if symbol in group for each in group if each != symbol)
    )
    for symbol in SYMBOLS
}
"""For each symbol those that are easily heard or read in its place."""

_NATO = (
    "Alfa Bravo Charlie Delta Echo Foxtrot Golf Hotel Juliett Kilo Mike November Papa Quebec Romeo Sierra Tango "
    "Victor Whiskey X-ray Yankee Zulu"
)
_SPANISH = (
    "Antonio Barcelona Carmen Dolores Enrique Francia Guatemala Honduras Jorge Kilo Madrid Nicaragua Pedro Queso Roma "
    "Sevilla Toledo Valencia Washington Xavier Yolanda Zaragoza"
)
WORDS: Mapping[str, Mapping[str, str]] = {
    lang: {**{digit: digit for digit in SYMBOLS[:10]}, **{word[0]: word for word in words.split()}}
    for lang, words in (("en", _NATO), ("es", _SPANISH))
}
"""By language, the word for each symbol: the NATO alphabet, a Spanish one; digits are themselves."""

_OTHER_WORDS = (
    ("0", "zero oh cero"), ("1", "one uno"), ("2", "two dos"), ("3", "three tree tres"), ("4", "four fower cuatro"),
    ("5", "five fife cinco"), ("6", "six seis"), ("7", "seven siete"), ("8", "eight ait ocho"),
    ("9", "nine niner nueve"), ("A", "alpha ana"), ("B", "beta burgos bueno"), ("C", "carlos casa"),
    ("D", "david dedo"),
    ("E", "elefante espana"), ("F", "federico fox"), ("G", "gato"), ("H", "historia hugo"), ("0", "oscar oviedo"),
    ("1", "india ines italia lima lorenzo luis"), ("J", "juliet julieta jose juan"), ("M", "maria mama"),
    ("N", "navarra nino"), ("P", "papa pablo paris"), ("R", "ramon raul"), ("S", "sabado sara"), ("T", "tomas toro"),
    ("V", "vaca victoria"), ("W", "whisky"), ("X", "xray xilofono"), ("Y", "yegua yolando"), ("Z", "zapato"),
)  # fmt: skip
SPOKEN: Mapping[str, str] = {
    **{word: symbol for symbol, words in _OTHER_WORDS for word in words.split()},
    **{
        word.lower().replace("-", ""): symbol
        for words in WORDS.values()
        for symbol, word in words.items()
        if not word.isdigit()
    },
}
"""What people say for a symbol, in either language and in other alphabets, without case, accents and hyphens."""
FILLERS = frozenset(
    {
        *(
            "as",
            "in",
            "for",
            "like",
            "than",
            "then",
            "and",
            "the",
            "dash",
            "hyphen",
            "space",
            "comma",
            "letter",
            "number",
        ),
        *("como", "de", "guion", "raya", "espacio", "coma", "letra", "numero", "luego", "con"),
    }
)
"""What people say between symbols."""
