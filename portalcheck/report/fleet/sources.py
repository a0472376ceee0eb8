"""Where reports lie: files, folders and a stream, each as chunks of bytes that are read one after the other."""

from __future__ import annotations

import codecs
import gzip
import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import msgspec

from portalcheck.report.block.layout import MARKER
from portalcheck.report.fleet.counting import plain
from portalcheck.report.fleet.decoding import MARK

STDIN = "-"
CHUNK = 1024 * 1024
DEEPEST = 16
"""Folders below a folder that are looked into."""
_NAMED = re.compile(r"\.(?:json|jsonl|ndjson)(?![a-z0-9])", re.IGNORECASE)
"""Names of files of reports, those that were rotated or kept among them (`.jsonl.1`, `.json-20261128`, `.json.bak`)."""
_MARK = MARK.encode()
_GZIP = b"\x1f\x8b"
_UTF8_BOM = codecs.BOM_UTF8
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_NOT_UTF16 = re.compile(rb"[^\x00]{64,}")
"""What UTF-16 of reports never has: so many bytes in a row without one that is 0."""
_OVERLAP = 128
"""Bytes that are decoded together with what comes after them, so that no end of UTF-16 is overlooked."""


class CannotReadError(Exception):
    """A file or folder that was named cannot be read; its argument is the name."""


class Source(msgspec.Struct, frozen=True):
    """A file of reports: how it is called in the summary, and its path (None for the stream).

    `named` tells a file that was asked for from one that was found in a folder; `likely` is false for one whose
    name is none of reports, which is read only where its beginning holds one.
    """

    name: str
    path: Path | None
    named: bool
    likely: bool = True


class LeftOut(msgspec.Struct, frozen=True):
    """A file or folder below a folder that was not looked into, since it cannot be read or leads out of it."""

    name: str


def find(given: Iterable[str]) -> Iterator[Source | LeftOut]:
    """The files that the arguments stand for; folders in the order of names. Raises CannotReadError."""
    for argument in given:
        path = Path(argument)
        if argument == STDIN:
            yield Source(STDIN, None, True)
        elif os.path.isdir(path):  # noqa: PTH112  that of Path raises for names that no file can have
            yield from _folder(path, plain(path.name or "."), Path(os.path.realpath(path)))
        else:
            yield Source(plain(path.name or argument), path, True)


def chunks(source: Source, stdin: BinaryIO) -> Iterator[bytes]:
    """The bytes of a source as UTF-8 without mark or NUL; what is packed with gzip is unpacked.

    Nothing for a file that is not likely to hold reports and whose beginning holds none. Raises CannotReadError for a
    file that was named, else OSError; OSError for a packed one that is damaged.
    """
    try:
        if source.path is None:
            yield from _as_utf8(_unpacked(stdin))
        else:
            with source.path.open("rb") as file:
                parts = _as_utf8(_unpacked(file))
                start = next(parts, b"")
                if source.likely or _MARK in start or MARKER.search(start.decode("utf-8", "replace")):
                    yield from chain((start,) if start else (), parts)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        # What was unpacked until then is read, also where the file was named.
        raise OSError(str(error)) from error
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        if source.named:
            raise CannotReadError(source.name) from error
        raise


def _unpacked(file: BinaryIO) -> Iterator[bytes]:
    """The bytes of a file, those that gzip packed as they were."""
    start = file.read(CHUNK)
    if not start.startswith(_GZIP):
        yield from chain((start,) if start else (), _read(file.read))
        return
    raw = _Replayed(start, file)
    with gzip.GzipFile(fileobj=raw) as packed:  # type: ignore[call-overload]  # whatever has read()
        yield from _read(packed.read)


class _Replayed:
    """A stream whose beginning was read already."""

    def __init__(self, start: bytes, file: BinaryIO) -> None:
        self._start, self._file = start, file

    def read(self, size: int = -1) -> bytes:
        """As of a file."""
        if not self._start:
            return self._file.read(size)
        part = self._start if size < 0 else self._start[:size]
        self._start = self._start[len(part) :]
        return part


def _read(read: Callable[[int], bytes | None]) -> Iterator[bytes]:
    while chunk := read(CHUNK):
        yield chunk


def _as_utf8(parts: Iterator[bytes]) -> Iterator[bytes]:
    """What Windows PowerShell 5 writes with `>` is UTF-16 with a mark; all else is taken as UTF-8.

    Files of both kinds may have been joined. In a piece of UTF-16 without a mark each letter of a report, which is
    of ASCII, has a byte 0 beside it, and nothing else in a report has one; nor do blocks of zeros matter, which a power
    cut leaves.
    """
    first = next(parts, b"")
    while len(first) < len(_UTF8_BOM) and (more := next(parts, b"")):
        first += more
    parts = chain((first.removeprefix(_UTF8_BOM),), parts)
    if first[:2] in _UTF16:
        parts = _from_utf16(parts, _UTF16[first[:2]])
    for part in parts:
        yield part.replace(b"\0", b"") if b"\0" in part else part


def _from_utf16(parts: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """UTF-16 as UTF-8, until something begins that is none."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    held = next(parts, b"")[2:]
    for part in chain(parts, (b"",)):
        held += part
        if other := _NOT_UTF16.search(held):
            place = other.start() + other.start() % 2
            yield decoder.decode(held[:place], final=True).encode()
            yield from chain((held[place:],), parts)
            return
        ready = max(len(held) - _OVERLAP, 0) // 2 * 2 if part else len(held)
        yield decoder.decode(held[:ready], final=not part).encode()
        held = held[ready:]


def _folder(folder: Path, name: str, root: Path, depth: int = 0) -> Iterator[Source | LeftOut]:
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        if depth == 0:
            raise CannotReadError(name) from error
        yield LeftOut(name)
        return
    for entry in entries:
        path, called = folder / entry.name, f"{name}/{plain(entry.name)}"
        if entry.is_dir(follow_symlinks=False):
            yield from _folder(path, called, root, depth + 1) if depth < DEEPEST else (LeftOut(called),)
        else:
            inside = not entry.is_symlink() or Path(os.path.realpath(path)).is_relative_to(root)
            # A pipe or a device in a folder could hold up the reader for ever.
            fit = inside and os.path.isfile(path)  # noqa: PTH113  that of Path raises where it may not look
            likely = _NAMED.search(entry.name) is not None
            yield Source(called, path, False, likely) if fit else LeftOut(called)
