"""Hosts in the forms in which they are compared: one that may be a lookalike, and those that it may imitate."""

from __future__ import annotations

import re
from typing import Self

import msgspec

from portalcheck.address.skeleton import letters, skeleton, without_separators
from portalcheck.address.suffix import Name

_TOKEN = re.compile(r"[^\W_]+")


def tokens(text: str) -> tuple[str, ...]:
    """The words of a host as skeletons; whatever is no letter or digit parts them."""
    return tuple(skeleton(word) for word in _TOKEN.findall(letters(text)))


class Likeness(msgspec.Struct, frozen=True):
    """A name imitates the host `target` by a trick; `marked` is the name with what differs in brackets."""

    trick: str
    target: str
    marked: str


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A host in the forms in which it is compared: the owner's `label` as letters, `bare` the same without hyphens.

    `shape` is the skeleton of `bare`, `joined` the whole host without dots and hyphens; `words` are the
    skeletons of all words of the host, `folded` the letters of each label that the owner chose.
    """

    name: Name
    label: str
    bare: str
    shape: str
    joined: str
    words: tuple[str, ...]
    folded: tuple[str, ...]

    @classmethod
    def of(cls, name: Name) -> Self:
        """The forms of a host."""
        label = letters(name.label)
        bare = without_separators(label)
        return cls(
            name=name,
            label=label,
            bare=bare,
            shape=skeleton(bare),
            joined=without_separators(letters(name.host)),
            words=tokens(name.host),
            folded=tuple(letters(part) for part in name.own),
        )


class Protected(Candidate, frozen=True, kw_only=True):
    """The name of a `host` that may be imitated.

    `common` says that it is too short or too ordinary for likeness to mean anything. `tokens` are the ways to write
    the host and its registrable domain in words, as skeletons, the longest first.
    """

    host: str
    common: bool
    tokens: tuple[tuple[str, ...], ...]
