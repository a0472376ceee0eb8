"""Where reports lie: files, folders and a stream, each as chunks of bytes that are read one after the other."""

from __future__ import annotations

import codecs
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from portalcheck.words.text import clean

STDIN = "-"
SUFFIXES = (".json", ".jsonl")
CHUNK = 1024 * 1024
DEEPEST = 16
"""Folders below a folder that are looked into."""
_UTF8_BOM = codecs.BOM_UTF8
_UTF16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class CannotReadError(Exception):
    """A file or folder that was named cannot be read; its argument is the name."""


class Source(msgspec.Struct, frozen=True):
    """A file of reports: how it is called in the summary, and its path (None for the stream).

    `named` tells a file that was asked for from one that was found in a folder.
    """

    name: str
    path: Path | None
    named: bool


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
            yield from _folder(path, clean(path.name or "."), Path(os.path.realpath(path)))
        else:
            yield Source(clean(path.name or argument), path, True)


def chunks(source: Source, stdin: BinaryIO) -> Iterator[bytes]:
    """The bytes of a source as UTF-8 without a mark. Raises CannotReadError for one that was named, else OSError."""
    try:
        if source.path is None:
            yield from _as_utf8(_read(stdin.read))
        else:
            with source.path.open("rb", buffering=0) as file:
                yield from _as_utf8(_read(file.read))
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        if source.named:
            raise CannotReadError(source.name) from error
        raise


def _read(read: Callable[[int], bytes | None]) -> Iterator[bytes]:
    while chunk := read(CHUNK):
        yield chunk


def _as_utf8(parts: Iterator[bytes]) -> Iterator[bytes]:
    """What Windows PowerShell 5 writes with `>` is UTF-16 with a mark; all else is taken as UTF-8."""
    first = next(parts, b"")
    while len(first) < len(_UTF8_BOM) and (more := next(parts, b"")):
        first += more
    if not first.startswith(_UTF16_BOMS):
        yield first.removeprefix(_UTF8_BOM)
        yield from parts
        return
    decoder = codecs.getincrementaldecoder("utf-16")(errors="replace")
    yield decoder.decode(first).encode("utf-8", "replace")
    for part in parts:
        yield decoder.decode(part).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


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
        path, called = folder / entry.name, f"{name}/{clean(entry.name)}"
        if entry.is_dir(follow_symlinks=False):
            yield from _folder(path, called, root, depth + 1) if depth < DEEPEST else (LeftOut(called),)
        elif entry.name.lower().endswith(SUFFIXES):
            inside = not entry.is_symlink() or Path(os.path.realpath(path)).is_relative_to(root)
            # A pipe or a device in a folder could hold up the reader for ever.
            fit = inside and os.path.isfile(path)  # noqa: PTH113  that of Path raises where it may not look
            yield Source(called, path, False) if fit else LeftOut(called)
