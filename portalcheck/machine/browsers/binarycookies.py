"""Safari's `Cookies.binarycookies`: all that it tells of a cookie but the value, whose length is enough.

The layout is not published; it is known from several independent readers. It has pages of records; a record
holds offsets into itself to text that ends with a NUL. Times are seconds since 2001-01-01.
"""

from __future__ import annotations

import math
import struct
from typing import NamedTuple

from portalcheck.facts import Unreadable
from portalcheck.machine.browsers.reading import parse_plist, part

_MAGIC = b"cook"
_PAGE_TAG = b"\0\0\1\0"
_RECORD = struct.Struct(
    "<4I4I2I2d"
)  # size, version, flags, port; domain, name, path, value; comment, its URL; times
_EPOCH_S = 978_307_200
_SECURE = 1
_NEVER = 1


class Record(NamedTuple):
    """One cookie; times in seconds since the Unix epoch, None for none."""

    host: str
    path: str
    name: bytes
    secure: int
    expires: float | None
    value_bytes: int
    changed: float | None


class Jar(NamedTuple):
    """A whole file; `accepts_none` says that Safari is set to take no cookies at all."""

    records: tuple[Record, ...]
    accepts_none: bool


def parse(content: bytes) -> Jar | Unreadable:
    """The cookies in a file, none for an empty one; `damaged` for any but a whole and consistent file."""
    if not content:
        return Jar((), accepts_none=False)
    try:
        records, end = _records(content)
    except (ValueError, struct.error):
        return Unreadable.DAMAGED
    return Jar(tuple(records), _accepts_none(content[end:]))


def _records(content: bytes) -> tuple[list[Record], int]:
    if not content.startswith(_MAGIC):
        raise ValueError
    (count,) = struct.unpack_from(">I", content, 4)
    sizes = struct.unpack_from(f">{count}I", content, 8)
    start = 8 + 4 * count
    if start + sum(sizes) > len(content):
        raise ValueError
    records: list[Record] = []
    for size in sizes:
        records += _page(content[start : start + size])
        start += size
    return records, start


def _page(page: bytes) -> list[Record]:
    if not page.startswith(_PAGE_TAG):
        raise ValueError
    (count,) = struct.unpack_from("<I", page, 4)
    offsets = struct.unpack_from(f"<{count}I", page, 8)
    records = []
    left = len(page)
    for offset in offsets:
        fields = _RECORD.unpack_from(page, offset)
        size = fields[0]
        left -= size
        # Records that overlapped could make a small file take for ever.
        if size < _RECORD.size or offset + size > len(page) or left < 0:
            raise ValueError
        records.append(_record(page[offset : offset + size], fields))
    return records


def _record(record: bytes, fields: tuple[float, ...]) -> Record:
    host, name, path, value = (int(offset) for offset in fields[4:8])
    expires, created = (_time(seconds) for seconds in fields[10:12])
    return Record(
        host=_text(record, host).decode("utf-8", "replace").lower(),
        path=_text(record, path).decode("utf-8", "replace"),
        name=_text(record, name),
        secure=int(fields[2]) & _SECURE,
        expires=expires,
        value_bytes=_end(record, value) - value,
        changed=created,
    )


def _text(record: bytes, start: int) -> bytes:
    return record[start : _end(record, start)]


def _end(record: bytes, start: int) -> int:
    end = record.find(b"\0", start)
    if start < _RECORD.size or end < 0:
        raise ValueError
    return end


def _time(seconds: float) -> float | None:
    return seconds + _EPOCH_S if math.isfinite(seconds) and seconds > 0 else None


def _accepts_none(tail: bytes) -> bool:
    """What the property list behind the pages says: NSHTTPCookieAcceptPolicy 0 all, 1 none, 2 first party."""
    start = tail.find(b"bplist00")
    return start >= 0 and part(parse_plist(tail[start:]), "NSHTTPCookieAcceptPolicy") == _NEVER
