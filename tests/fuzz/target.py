"""A reader of bytes from outside, with what must hold of its answer for any bytes at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

CORPUS = Path(__file__).with_name("corpus")
NOW = 1_795_000_000.0
"""The time (seconds since the epoch) at which signed seeds hold: they are made once."""
GROUPS = ("net", "browser", "machine", "reports")

Check = Callable[[bytes], None]


class Target(msgspec.Struct, frozen=True):
    """`check` raises AssertionError, or whatever the reader should not have raised.

    `longest` is how many bytes an input may have. `compares` lets the fuzzer see what values are compared with;
    without it no checksum is ever guessed.
    """

    name: str
    group: str
    check: Check
    longest: int
    compares: bool

    @property
    def seeds(self) -> Path:
        """The folder of inputs to begin with."""
        return CORPUS / self.name


REGISTERED: dict[str, Target] = {}


def target(group: str, *, longest: int = 4096, compares: bool = True) -> Callable[[Check], Check]:
    """Register a check under its own name, with dashes, in a group of readers."""

    def register(check: Check) -> Check:
        name = check.__name__.replace("_", "-")
        assert group in GROUPS
        assert name not in REGISTERED
        REGISTERED[name] = Target(name, group, check, longest, compares)
        return check

    return register


def text_of(data: bytes) -> str:
    """Any text: what is not UTF-8 becomes surrogates, as in the names of files."""
    return data.decode("utf-8", "surrogateescape")


def parts_of(data: bytes, count: int) -> list[bytes]:
    """The input cut at its first lines of two percent signs, with empty parts for those that are missing."""
    parts = data.split(b"\n%%\n", count - 1)
    return [*parts, *[b""] * (count - len(parts))]
