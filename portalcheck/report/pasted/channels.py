"""What mail, chat and ticket systems do to a text, undone as far as a report needs it; in time linear in its length.

A block holds only letters, digits, `.,/-:;`, blanks and line ends, so whatever else is found in it was put there by a
channel; a JSON report is proved by its seal. What is undone here need not be right for any other text.
"""

from __future__ import annotations

import binascii
import html
import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import unquote_to_bytes

import msgspec

from portalcheck.report.pasted.encodings import decode_bytes
from portalcheck.report.pasted.links import may_have_links, without_links

_ROUNDS = 3
"""For markup that was escaped, and sent on as markup."""

_SEQUENCES = re.compile(
    r"(?:\x1b|\^\[)(?:\[[0-?]{0,30}[ -/]{0,4}[@-~]|[\]P^_][^\x07\x1b]{0,4000}(?:\x07|\x1b\\)|[ -/]{0,4}[0-~])"
    r"|\[(?:\d{1,3};?){0,5}m"
)
"""Control sequences of terminals (ECMA-48), also those of colours whose first character was lost."""
# Zero-width, bidirectional and other characters that are not seen, and controls but for blanks. Dropping NUL also
# makes a text of UTF-16 without its byte order mark readable, as far as it is ASCII.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffd\U000e0000-\U000e0fff]+"
)
_ALIKE = {
    **dict.fromkeys("\uff1a\ufe55\ufe13\u2236\ua789\u02d0\u02f8\u05c3", ":"),
    **dict.fromkeys("\uff1b\u037e\ufe54\ufe14\u061b\u204f", ";"),
    **dict.fromkeys("\uff0c\u3001\ufe50\ufe51\ufe10\ufe11\uff64\u060c\u201a", ","),
    **dict.fromkeys("\u3002\uff0e\uff61\ufe52\ufe12\u2024\u06d4", "."),
    **dict.fromkeys("\u2044\u2215\uff0f\u29f8\u2571", "/"),
    **dict.fromkeys(
        "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u2796\u2e3a\u2e3b\ufe58\ufe63\uff0d\u058a\u30fc",
        "-",
    ),
    **{
        chr(sign): f"{top}/{bottom}"
        for sign, top, bottom in (
            *((0xBC, 1, 4), (0xBD, 1, 2), (0xBE, 3, 4), (0x2150, 1, 7), (0x2151, 1, 9), (0x2152, 1, 10)),
            *((0x2153, 1, 3), (0x2154, 2, 3), (0x2155, 1, 5), (0x2156, 2, 5), (0x2157, 3, 5), (0x2158, 4, 5)),
            *((0x2159, 1, 6), (0x215A, 5, 6), (0x215B, 1, 8), (0x215C, 3, 8), (0x215D, 5, 8), (0x215E, 7, 8)),
        )
    },
}
"""Punctuation that keyboards and typography put in place of ours, and fractions, which parts of a line look like."""
_ALIKES = re.compile(f"[{''.join(_ALIKE)}]")
_BASE64 = re.compile(r"^content-transfer-encoding:\s{0,8}base64", re.IGNORECASE | re.MULTILINE)
_BASE64_LINES = re.compile(r"^(?:[A-Za-z0-9+/]{40,76}\r?\n)+[A-Za-z0-9+/]{0,76}={0,2}", re.MULTILINE)
_BINARY = re.compile("[\x00-\x08\x0e-\x1f\ufffd]")
_LOOKED_AT, _MOST_BINARY = 4000, 0.1
_SOFT_BREAK = re.compile(r"=[ \t]{0,8}\r?\n")
_QUOTED = re.compile(r"(?:=[0-9A-Fa-f]{2})+")
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_PLUS_FOR_BLANKS = re.compile(r"portal[ .+-]?check\+report", re.IGNORECASE)
_RICH_TEXT = re.compile(r"\{\\(?:rtf|\*|field|fld)", re.IGNORECASE)
_RICH_LINE = re.compile(r"\\(?:par|line|row|cell|sect|page)(?![a-z])[ ]?|\\\r?\n")
_RICH_HEX = re.compile(r"\\'([0-9A-Fa-f]{2})")
_RICH_WORD = re.compile(r"\\(?:\*\\?)?[a-zA-Z]{1,32}-?\d{0,10} ?|[{}]")
_ESCAPE = re.compile(r'\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|([rnt"\'\\/]))')
_NAMED = {"r": "\r", "n": "\n", "t": "\t"}
_ESCAPED_MARKUP = re.compile(r"\\([_*\[\]<>#~|`{}().!+-])")
_TAG = re.compile(
    r"<(?:!\[CDATA\[|![^<>]{0,1000}|(/?)([a-z][a-z0-9:-]{0,20})(?:\s[^<>]{0,8000})?/?)>|\]\]>", re.IGNORECASE
)
_INLINE = frozenset(
    {
        *(
            "a",
            "abbr",
            "b",
            "bdi",
            "bdo",
            "big",
            "cite",
            "code",
            "em",
            "font",
            "i",
            "ins",
            "kbd",
            "mark",
            "o:p",
            "q",
        ),
        *("s", "samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var", "wbr"),
    }
)
"""Elements that begin no line of their own (HTML, phrasing content)."""


class Undoing(msgspec.Struct, frozen=True):
    """What to undo besides: quoted-printable, which a link's `=3D` may look like; how often backslash escapes, which
    JSON needs itself; and whether of a link the host stays that it leads to."""

    quoted_printable: bool = True
    escapes: int = _ROUNDS
    hosts: bool = False


_ALL = Undoing()


def undone(text: str, undoing: Undoing = _ALL) -> str:
    """A text with transfer encodings, markup, links and unseen characters undone."""
    text = _UNSEEN.sub("", _SEQUENCES.sub("", text) if "[" in text or "\x1b" in text else text)
    text = _plain_punctuation(text)
    if _BASE64.search(text):
        text = _BASE64_LINES.sub(lambda found: _from_base64(found[0]), text)
    if undoing.quoted_printable and "=" in text:
        text = _QUOTED.sub(lambda found: _from_quoted(found[0]), _SOFT_BREAK.sub("", text))
    if _RICH_TEXT.search(text):
        text = _from_rich_text(text, hosts=undoing.hosts)
    for number in range(_ROUNDS):
        before = text
        if "\\" in text:
            text = _ESCAPED_MARKUP.sub(r"\1", text)
            text = _ESCAPE.sub(_escaped, text) if number < undoing.escapes else text
        if "&" in text:
            text = html.unescape(text)
        if may_have_links(text):
            text = without_links(text, hosts=undoing.hosts)
        if "<" in text:
            text = _TAG.sub(_break, text)
        if "%" in text:
            text = _PERCENT.sub(lambda found: unquote_to_bytes(found[0]).decode("utf-8", "replace"), text)
        if text == before:
            break
    if "+" in text and _PLUS_FOR_BLANKS.search(text):
        text = text.replace("+", " ")
    return _UNSEEN.sub("", _plain_punctuation(_SEQUENCES.sub("", text) if "[" in text else text))


def _plain_punctuation(text: str) -> str:
    return text if text.isascii() else _ALIKES.sub(lambda found: _ALIKE[found[0]], text)


def _break(tag: re.Match[str]) -> str:
    return "" if (tag[2] or "").lower() in _INLINE else "\n"


def _escaped(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else _NAMED.get(found[3], found[3])


def _from_base64(lines: str) -> str:
    """What lines hold that is text; of an attachment that is none, nothing."""
    try:
        decoded = decode_bytes(binascii.a2b_base64(lines))
    except binascii.Error:
        return lines
    beginning = decoded[:_LOOKED_AT].replace("\0", "")
    if len(_BINARY.findall(beginning)) > _MOST_BINARY * len(beginning):
        return ""
    return _UNSEEN.sub("", decoded)


def _from_quoted(escapes: str) -> str:
    return bytes.fromhex(escapes.replace("=", "")).decode("utf-8", "replace")


def _from_rich_text(text: str, *, hosts: bool) -> str:
    """RTF (Rich Text Format 1.9) as plain text, as far as a mail program's is made of paragraphs and links."""
    text = without_links(text, hosts=hosts)
    text = _RICH_HEX.sub(lambda found: bytes.fromhex(found[1]).decode("cp1252", "replace"), text)
    return _RICH_WORD.sub("", _RICH_LINE.sub("\n", text))


# ---- what JSON needs besides ---------------------------------------------------------------------

_CURLY_QUOTES = re.compile("[\u201c-\u201f\u2033\u2036\u00ab\u00bb\uff02\u301d-\u301f]")
_ODD_BLANKS = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_QUOTE_MARKS = re.compile(r"^[ \t]*(?:[>|][ \t]?)+", re.MULTILINE)
_OPENING_LINE = re.compile(r"^[ \t]*(\S[^\n\"]{0,200}?[ \t:|>\]])\{[ \t]*\r?$", re.MULTILINE)
_MOST_PREFIXES = 50
_LINE_END = re.compile(r"\r?\n")
_LINE_END_AND_BLANKS = re.compile(r"[ \t]*\r?\n[ \t]*")


def as_json(text: str) -> str:
    """A text whose quotation marks, blanks and beginnings of lines are such as JSON has them."""
    text = _ODD_BLANKS.sub(" ", _CURLY_QUOTES.sub('"', text))
    text = _QUOTE_MARKS.sub("", text)
    prefixes = dict.fromkeys(
        _prefix(found[1]) for found in islice(_OPENING_LINE.finditer(text), _MOST_PREFIXES)
    )
    return re.sub(rf"^[ \t]*(?:{'|'.join(prefixes)})", "", text, flags=re.MULTILINE) if prefixes else text


def joined_lines(text: str) -> Iterator[str]:
    """A text whose lines were cut, at blanks or anywhere, put together again."""
    yield _LINE_END_AND_BLANKS.sub(" ", text)
    yield _LINE_END.sub("", text)


def _prefix(written: str) -> str:
    """A pattern for what a log or a chat puts before each line, whatever numbers stand in it."""
    parts = re.split(r"(\d+|\s+)", written.rstrip())
    return (
        "".join(r"\d+" if part.isdigit() else r"\s+" if part.isspace() else re.escape(part) for part in parts)
        + r"[ \t]?"
    )
