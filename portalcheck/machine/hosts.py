"""The hosts file, hosts(5): which addresses it gives for a name."""

from __future__ import annotations

import codecs
from io import BytesIO
from itertools import islice
from pathlib import Path

from portalcheck.machine.files import read_bounded
from portalcheck.machine.hostnames import a_label, address

MAX_BYTES = 16 * 1024 * 1024
MAX_LINES = 10_000


def addresses(path: Path, host: str) -> tuple[str, ...]:
    """The first IPv4 and the first IPv6 address of `host`, in the order of the file; empty without a file.

    Of several lines for a name Chromium takes the first of each family, while getaddrinfo gives all of them.
    Names are compared without case and final dot, and an internationalised name by its A-labels, which is
    how it is asked for. Lists of 200,000 lines are common (advertisement filters), so a line is taken
    apart only where the name stands in it. What lies beyond `MAX_BYTES`, or beyond `MAX_LINES` lines with
    the name in them, is not read.
    """
    name = a_label(host).encode("ascii")
    data = (read_bounded(path, MAX_BYTES) if name else None) or b""
    lines = (line.lower() for line in BytesIO(data.removeprefix(codecs.BOM_UTF8)))
    entries = (_entry(line, name) for line in islice((line for line in lines if name in line), MAX_LINES))
    first: dict[bool, str] = {}
    for entry in filter(None, entries):
        first.setdefault(":" in entry, entry)
    return tuple(first.values())


def _entry(line: bytes, name: bytes) -> str:
    words = line.partition(b"#")[0].split()
    if name not in (word.removesuffix(b".") for word in words[1:]):
        return ""
    text = words[0].decode("ascii", "replace")
    found = None if text.startswith("[") else address(text)
    return str(found or "")
