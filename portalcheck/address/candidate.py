"""A host that may be a lookalike, in the forms in which it is compared, and what it is found to imitate."""

from __future__ import annotations

from typing import Self

import msgspec

from portalcheck.address.lists import tokens
from portalcheck.address.skeleton import letters, skeleton, without_separators
from portalcheck.address.suffix import Name


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
