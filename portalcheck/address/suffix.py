"""Where a name's owner begins: the Public Suffix List, with its private part (github.io and the like)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from portalcheck.address.tables import SHARED_HOSTING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


class Name(msgspec.Struct, frozen=True, kw_only=True):
    """A host name in its parts, all as U-labels: `www.` `optum` `.com`.

    `label` is the part that its owner chose, empty for a bare public suffix; `above` what stands in front.
    """

    host: str
    above: tuple[str, ...]
    label: str
    suffix: str

    @property
    def registrable(self) -> str:
        """The domain that has one owner; empty for a bare suffix."""
        return f"{self.label}.{self.suffix}" if self.label else ""

    @property
    def own(self) -> tuple[str, ...]:
        """The labels that the owner chose, the suffix left out."""
        return (*self.above, self.label) if self.label else ()


@cache
def _text() -> bytes:
    """The list as its file has it, a rule a line."""
    import publicsuffixlist

    return b"\n" + Path(publicsuffixlist.PSLFILE).read_bytes() + b"\n"


def _rules(top: bytes) -> Iterator[bytes]:
    """The rules for one top-level domain. To look for their ends is quick; to part all lines is not."""
    text, end = _text(), top + b"\n"
    at = text.find(end)
    while at >= 0:
        line = text[text.rfind(b"\n", 0, at) + 1 : at + len(top)]
        if (line == top or line.endswith(b"." + top)) and not line.startswith(b"//"):
            yield line
        at = text.find(end, at + len(end))


@lru_cache(maxsize=256)
def _list(top: str) -> PublicSuffixList:
    """The rules for one top-level domain. The whole list takes ten times as long to build."""
    from publicsuffixlist import PublicSuffixList

    further = [host.encode() for host in SHARED_HOSTING if host.endswith("." + top)]
    return PublicSuffixList([*_rules(top.encode()), *further], accept_encoded_idn=False)


@lru_cache(maxsize=1024)
def split(display: str) -> Name:
    """The parts of a host name (U-labels, lower case). An unknown top-level domain counts as a suffix."""
    labels = display.split(".")
    suffix = _list(labels[-1]).publicsuffix(display) or labels[-1]
    rest = labels[: len(labels) - suffix.count(".") - 1]
    return Name(host=display, above=tuple(rest[:-1]), label=rest[-1] if rest else "", suffix=suffix)


@cache
def _icann() -> frozenset[bytes]:
    return frozenset(_text().partition(b"// ===END ICANN DOMAINS===")[0].split(b"\n"))


def is_shared(suffix: str) -> bool:
    """Whether a suffix of several labels belongs to a company that lets anyone put up pages below it."""
    if "." not in suffix:
        return False
    encoded = suffix.encode()
    return not {encoded, b"*." + encoded, b"*." + encoded.partition(b".")[2]} & _icann()
