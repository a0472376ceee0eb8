"""How hard a text is to read: Flesch-Kincaid grade for English, Szigriszt-Pazos index for Spanish.

Flesch-Kincaid: Kincaid et al., Research Branch Report 8-75, 1975. Szigriszt-Pazos: Barrio-Cantalejo et al.,
An. Sist. Sanit. Navar. 31(2), 2008, whose INFLESZ scale calls 55 to 65 normal and more than 65 fairly easy.
"""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+")
_SENTENCE_END = re.compile(r"[.!?:]+(?=[\s\"')]|$)")

# Words that the rules below miscount, with the count of the CMU Pronouncing Dictionary; letters that are said
# one by one count one each.
_ENGLISH = {
    "anyone": 3, "beyond": 2, "circles": 2, "client": 2, "disabled": 3, "dns": 3, "doubled": 2,
    "elsewhere": 2, "everyone": 3, "everything": 3, "firewall": 2, "http": 4, "https": 5, "id": 2,
    "idea": 3, "ids": 2, "ipv": 3, "issuer": 3, "layer": 2, "likely": 2, "macos": 3, "official": 3,
    "ok": 2, "people": 2, "quiet": 2, "some": 1, "someone": 2, "something": 2, "sometimes": 2,
    "somewhere": 2, "special": 2, "timeout": 2, "trusted": 2, "used": 1, "vpn": 3, "www": 9,
}  # fmt: skip
_HIATUS = re.compile(r"ia(?!l\b)|[^tscg]io|eo(?!p)|ua(?!g)|[^aeiou]ying|uie|reate")
_SILENT = re.compile(r"[^aeiouyl]e$|[aeiou]le$|[^aeiouytd]ed$|[^aeiouysxzcgh]es$|[aeiou]hes$")
_SPANISH_NUCLEUS = re.compile(r"[iuü]?[aeoáéó][iuyü]?|[iuü]?[íú]|[iuüy]+|[íú]")


def words(text: str) -> list[str]:
    """The words of a text, numbers included."""
    return _WORD.findall(text.replace("\u2019", "'"))


def sentences(text: str) -> list[str]:
    """The sentences of a text; a colon ends one as a full stop does."""
    return [part for part in _SENTENCE_END.split(text) if words(part)]


def english_syllables(word: str) -> int:
    """The syllables of an English word by rule, at least one; a digit counts as one."""
    word = re.sub(r"'(s|re|ll|ve|d|t|m)$", "", word.lower())
    if word in _ENGLISH or word.isdigit():
        return _ENGLISH.get(word, len(word))
    groups = len(re.findall(r"[aeiouy]+", word)) + len(_HIATUS.findall(word))
    return max(1, groups - bool(_SILENT.search(word)))


def spanish_syllables(word: str) -> int:
    """The syllables of a Spanish word: its vowel nuclei, diphthongs as one, stressed i and u apart."""
    word = re.sub(r"(?<=[qg])u(?=[eiéí])", "", word.lower())
    return len(word) if word.isdigit() else max(1, len(_SPANISH_NUCLEUS.findall(word)))


def grade(text: str) -> float:
    """The Flesch-Kincaid grade of an English text."""
    found = words(text)
    syllables = sum(english_syllables(word) for word in found)
    return 0.39 * len(found) / len(sentences(text)) + 11.8 * syllables / len(found) - 15.59


def ease(text: str) -> float:
    """The Szigriszt-Pazos index of a Spanish text; higher is easier."""
    found = words(text)
    syllables = sum(spanish_syllables(word) for word in found)
    return 206.835 - 62.3 * syllables / len(found) - len(found) / len(sentences(text))
