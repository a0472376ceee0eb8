"""A piece of a text with nothing but what a line of a block may hold.

The block holds only letters, digits, `.,/-:;`, blanks and line ends, so whatever else is found in it was put
there by a channel.
"""

from __future__ import annotations

import re
import unicodedata

_DASHES = dict.fromkeys(
    map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d"), "-"
)
_NUMBERING = re.compile(r"(?:^|\n)[\s>]*\d{1,3}[.)]\s")
# A point or dash at which a word was broken. Those with only blanks at one side are bullets and the like.
_BROKEN_AFTER = re.compile(r"(?<=[A-Za-z0-9])([.-])[ \t\r]*\n[\s>|]*(?=[A-Za-z0-9/])")
_BROKEN_BEFORE = re.compile(r"(?<=[A-Za-z0-9])[ \t\r]*\n[\s>|]*([.-])(?=[A-Za-z0-9/])")
_FOREIGN = re.compile(r"[^A-Za-z0-9 .,/:-]+")
_LOOSE = re.compile(r"(?<![A-Za-z0-9])-+|\.(?![A-Za-z0-9/])|(?<![A-Za-z0-9])\.")
_BLANKS = re.compile(r"\s+")


def normalise_line(piece: str) -> str:
    """A piece of a plain text with nothing but what a block may hold, on one line. Meant for pieces of
    bounded length.

    Dashes of any kind are `-`; bullets, numbering, quote marks, and points and dashes that stand alone are
    gone.
    """
    if not piece.isascii():
        piece = unicodedata.normalize("NFKC", piece.translate(_DASHES))
    if "\n" in piece:
        piece = _BROKEN_BEFORE.sub(r"\1", _BROKEN_AFTER.sub(r"\1", _NUMBERING.sub("\n", piece)))
    known = _FOREIGN.sub("", _BLANKS.sub(" ", piece))
    return _BLANKS.sub(" ", _LOOSE.sub("", known)).strip()
