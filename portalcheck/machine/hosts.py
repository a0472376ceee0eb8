"""The hosts file, hosts(5): which addresses it gives for a name."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from portalcheck.machine.files import open_regular
from portalcheck.machine.hostnames import a_label, address

MAX_BYTES = 16 * 1024 * 1024
MAX_LINES = 10_000
_BLOCK = 1024 * 1024


def addresses(path: Path, host: str) -> tuple[str, ...]:
    """The addresses of `host` in the order of the file, each once; empty without a file.

    Names are compared without case and final dot, and an internationalised name by its A-labels, which is
    how it is asked for. Lists of 200,000 lines are common (advertisement filters), so a line is taken
    apart only where the name stands in it. What lies beyond `MAX_BYTES`, or beyond `MAX_LINES` lines with
    the name in them, is not read.
    """
    name = a_label(host).encode("ascii")
    file = open_regular(path) if name else None
    if file is None:
        return ()
    with file:
        lines = (line for block in _blocks(file) for line in _lines_with(name, block.lower()))
        entries = [_entry(line, name) for line in islice(lines, MAX_LINES)]
    return tuple(dict.fromkeys(entry for entry in entries if entry))


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    """The file in pieces that end at the end of a line."""
    rest = b""
    for count in range(MAX_BYTES // _BLOCK):
        try:
            data = file.read(_BLOCK)
        except OSError:
            data = b""
        if count == 0:
            data = data.removeprefix(codecs.BOM_UTF8)
        if not data:
            break
        whole, newline, tail = data.rpartition(b"\n")
        if newline:
            yield rest + whole
            rest = tail
        else:
            rest += tail
    yield rest


def _lines_with(name: bytes, block: bytes) -> Iterator[bytes]:
    at = block.find(name)
    while at >= 0:
        start = block.rfind(b"\n", 0, at) + 1
        end = block.find(b"\n", at)
        end = len(block) if end < 0 else end
        yield block[start:end]
        at = block.find(name, end)


def _entry(line: bytes, name: bytes) -> str:
    words = line.partition(b"#")[0].split()
    if name not in (word.removesuffix(b".") for word in words[1:]):
        return ""
    text = words[0].decode("ascii", "replace")
    return text if address(text) and not text.startswith("[") else ""
