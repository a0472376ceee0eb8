"""Bytes as text, in whatever encoding they came, up to a length."""

from __future__ import annotations

import codecs
import re

from portalcheck.report.json_text import Limit

LONGEST = 64 * 1024 * 1024
"""Bytes or characters that are looked at, mails with attachments among them; the rest of a longer text is not read."""

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NOT_ASCII = re.compile(rb"[^\t\n\r\x20-\x7e]+")


def decode(text: str | bytes) -> tuple[str, frozenset[Limit]]:
    """The text as far as it is read, and whether that is all; bytes by their byte order mark, else as UTF-8."""
    limits = frozenset({Limit.LENGTH} if len(text) > LONGEST else ())
    text = text[:LONGEST]
    return decode_bytes(text) if isinstance(text, bytes) else text, limits


def decode_bytes(data: bytes) -> str:
    """Bytes by their byte order mark, else as UTF-8; what is none is U+FFFD."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    return data.decode("utf-8", "replace")


def is_mixed(data: bytes) -> bool:
    """Whether bytes may hold text of several encodings, one behind the other, which no single one reads."""
    return b"\0" in data[:LONGEST]


def only_ascii(data: bytes) -> str:
    """What is ASCII in bytes of several encodings; of UTF-16 and UTF-32 too, since their further bytes are dropped."""
    return _NOT_ASCII.sub(b"", data[:LONGEST]).decode("ascii")
