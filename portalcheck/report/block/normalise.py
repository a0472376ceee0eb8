"""What mail, chat and ticket systems do to a text, undone as far as the block needs it; in time linear in its
length.

The block holds only letters, digits, `.,/-:;`, blanks and line ends, so whatever else is found in it was put
there by a channel. What is undone here need not be right for any other text.
"""

from __future__ import annotations

import binascii
import codecs
import html
import re
import unicodedata

LONGEST = 10_000_000
"""Bytes or characters that are looked at; the rest of a longer text is not read."""

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# Zero-width, bidirectional and other characters that are not seen, and controls but for blanks. Dropping NUL also
# makes a text of UTF-16 without its byte order mark readable, as far as it is ASCII.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffd\U000e0000-\U000e0fff]+"
)
_WIDE = {"\uff1a": ":", "\uff1b": ";", "\u037e": ";", "\ufe54": ";", "\ufe55": ":"}
_BASE64 = re.compile(r"^content-transfer-encoding:\s{0,8}base64", re.IGNORECASE | re.MULTILINE)
_BASE64_LINES = re.compile(r"^(?:[A-Za-z0-9+/]{40,76}\r?\n)+[A-Za-z0-9+/]{0,76}={0,2}", re.MULTILINE)
_SOFT_BREAK = re.compile(r"=[ \t]{0,8}\r?\n")
_QUOTED = re.compile(r"(?:=[0-9A-Fa-f]{2})+")
_LABELLED_LINK = re.compile(r"<[a-z]{3,6}:[^<>|\s]{1,500}\|([^<>|]{0,200})>", re.IGNORECASE)
_LINK = re.compile(r"[(\[<]?\b(?:https?://|mailto:)[^\s<>()\[\];,]{0,500}[)\]>]?", re.IGNORECASE)
_TAG = re.compile(r"<(?:![^<>]{0,1000}|/?[a-z][a-z0-9:-]{0,20}(?:\s[^<>]{0,1000})?/?)>", re.IGNORECASE)
_WRITTEN_LINE_END = re.compile(r"(?:\\r)?\\n")

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


def normalise_text(text: str) -> str:
    """The whole text with transfer encodings, markup and unseen characters undone."""
    text = _UNSEEN.sub("", text)
    for wide, narrow in _WIDE.items():
        text = text.replace(wide, narrow)
    if _BASE64.search(text):
        text = _BASE64_LINES.sub(lambda found: _from_base64(found[0]), text)
    if "=" in text:
        text = _QUOTED.sub(lambda found: _from_quoted(found[0]), _SOFT_BREAK.sub("", text))
    if "\\" in text:
        text = _WRITTEN_LINE_END.sub("\n", text)
    for _ in range(2):
        # Twice, for markup that was escaped, and sent on as markup.
        if "&" in text:
            text = html.unescape(text)
        if "://" in text or "mailto:" in text:
            text = _LINK.sub(" ", _LABELLED_LINK.sub(r"\1", text))
        if "<" in text:
            text = _TAG.sub("\n", text)
    return _UNSEEN.sub("", text)


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


def decode(text: str | bytes) -> str:
    """The text, as far as it is read at all; bytes by their byte order mark, else as UTF-8."""
    text = text[:LONGEST]
    return _decode(text) if isinstance(text, bytes) else text


def _decode(data: bytes) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    return data.decode("utf-8", "replace")


def _from_base64(lines: str) -> str:
    try:
        decoded = binascii.a2b_base64(lines)
    except binascii.Error:
        return lines
    return _UNSEEN.sub("", _decode(decoded))


def _from_quoted(escapes: str) -> str:
    return bytes.fromhex(escapes.replace("=", "")).decode("utf-8", "replace")
