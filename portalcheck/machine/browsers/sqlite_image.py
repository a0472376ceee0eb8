"""SQLite databases of running programs, read from a private copy in memory.

No lock is taken, no file is made, nothing is written. The copy is what the last finished transaction left:
the main file, with the committed frames of its write-ahead log laid over it (sqlite.org/fileformat2.html, 4).
A copy during which the files changed is thrown away and taken again.
"""

from __future__ import annotations

import struct
import time
from array import array
from pathlib import Path
from sys import byteorder

from portalcheck.facts import Unreadable
from portalcheck.machine.browsers.reading import opened, read_from
from portalcheck.probe.limits import BUSY_STORE_S

MAX_MAIN = 128 * 1024 * 1024
"""The largest database that is looked at, in bytes; browsers keep theirs below a tenth of it."""
MAX_LOG = 32 * 1024 * 1024

_MAGIC = b"SQLite format 3\0"
_HEADER = 100
_LOG_HEADER = struct.Struct(">8I")
_FRAME_HEADER = struct.Struct(">6I")
_LOG_MAGIC = 0x377F0682  # the last bit tells in which byte order the checksums were made
_CHUNK = 1024 * 1024
_WORD = 0xFFFFFFFF


def take(path: Path) -> bytearray | Unreadable:
    """A consistent copy of a database, empty for one that was never written to.

    `busy` where a transaction is under way, or was cut off and not yet rolled back.
    """
    for pause in BUSY_STORE_S:
        if (taken := _take_once(path)) is not Unreadable.BUSY:
            return taken
        time.sleep(pause)
    return _take_once(path)


def _take_once(path: Path) -> bytearray | Unreadable:
    with opened(path, MAX_MAIN) as found:
        if isinstance(found, Unreadable):
            return found
        if _in_transaction(path):
            return Unreadable.BUSY
        descriptor, size = found
        main = read_from(descriptor, size)
        if isinstance(main, Unreadable):
            return main
        log = _log(path)
        if isinstance(log, Unreadable):
            return log
        if not _unchanged(path, main, log) or _in_transaction(path):
            return Unreadable.BUSY
    if not main:
        return main
    if len(main) < _HEADER or not main.startswith(_MAGIC):
        return Unreadable.DAMAGED
    return _overlaid(main, log)


def _sibling(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _in_transaction(path: Path) -> bool:
    """Whether there is a hot rollback journal: one whose header was not wiped (SQLite, pager.c)."""
    with opened(_sibling(path, "-journal"), MAX_MAIN) as found:
        if isinstance(found, Unreadable):
            return found is not Unreadable.ABSENT
        first = read_from(found[0], 1)
    return isinstance(first, Unreadable) or bool(first.strip(b"\0"))


def _log(path: Path) -> bytearray | Unreadable:
    with opened(_sibling(path, "-wal"), MAX_LOG) as found:
        if isinstance(found, Unreadable):
            return bytearray() if found is Unreadable.ABSENT else found
        return read_from(*found)


def _unchanged(path: Path, main: bytearray, log: bytearray) -> bool:
    """Whether the main file and the log's generation are still those that were read."""
    with opened(path, MAX_MAIN) as found:
        if isinstance(found, Unreadable) or found[1] != len(main) or not _same(found[0], main):
            return False
    with opened(_sibling(path, "-wal"), MAX_LOG) as found:
        if isinstance(found, Unreadable):
            return not log
        head = read_from(found[0], min(found[1], _LOG_HEADER.size))
    return head == log[: _LOG_HEADER.size]


def _same(descriptor: int, content: bytearray) -> bool:
    at = 0
    with open(descriptor, "rb", buffering=0, closefd=False) as again:
        try:
            while chunk := again.read(_CHUNK):
                if not content.startswith(chunk, at):  # a plain comparison of memory, without a copy
                    return False
                at += len(chunk)
        except OSError:
            return False
    return at == len(content)


def _overlaid(main: bytearray, log: bytearray) -> bytearray:
    """The database as of its last commit, marked in its header's two version bytes as one without a log."""
    stored = int.from_bytes(main[16:18])
    page = 65536 if stored == 1 else stored
    pages, count = _committed(log, page)
    for number, start in pages.items():
        end = number * page
        if len(main) < end:
            main.extend(bytes(end - len(main)))
        main[end - page : end] = log[start : start + page]
    if count:
        del main[count * page :]
    main[18:20] = b"\x01\x01"
    return main


def _committed(log: bytearray, page: int) -> tuple[dict[int, int], int]:
    """Where in the log each page's newest committed version begins, and how many pages the database then has.

    Nothing for a log that is empty, cut off in its header, of another page size, or not a log.
    """
    if len(log) < _LOG_HEADER.size:
        return {}, 0
    magic, _version, size, _checkpoint, salt1, salt2, sum1, sum2 = _LOG_HEADER.unpack_from(log)
    if magic & ~1 != _LOG_MAGIC or size != page or page < 512 or page & (page - 1):
        return {}, 0
    swap = (byteorder == "little") == bool(magic & 1)
    sums = _checksum(log[:24], 0, 0, swap)
    if sums != (sum1, sum2):
        return {}, 0
    pending: dict[int, int] = {}
    committed: dict[int, int] = {}
    count = 0
    for start in range(_LOG_HEADER.size, len(log) - _FRAME_HEADER.size - page + 1, _FRAME_HEADER.size + page):
        number, pages, frame_salt1, frame_salt2, sum1, sum2 = _FRAME_HEADER.unpack_from(log, start)
        content = start + _FRAME_HEADER.size
        if (frame_salt1, frame_salt2) != (salt1, salt2) or not 0 < number <= MAX_MAIN // page:
            break
        sums = _checksum(log[start : start + 8] + log[content : content + page], *sums, swap)
        if sums != (sum1, sum2):
            break
        pending[number] = content
        if pages:
            committed |= pending
            pending = {}
            count = min(pages, MAX_MAIN // page)
    return committed, count


def _checksum(content: bytearray, sum1: int, sum2: int, swap: bool) -> tuple[int, int]:
    words = array("I", bytes(content))
    if swap:
        words.byteswap()
    pairs = iter(words)
    for first, second in zip(pairs, pairs, strict=True):
        sum1 = (sum1 + first + sum2) & _WORD
        sum2 = (sum2 + second + sum1) & _WORD
    return sum1, sum2
