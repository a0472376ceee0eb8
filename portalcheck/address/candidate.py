"""A host as it is seen: its folded forms, and what is found when it imitates another."""

from __future__ import annotations

import msgspec

from portalcheck.address.profile import tokens
from portalcheck.address.skeleton import letters, skeleton, squeeze
from portalcheck.address.suffix import Name


class Likeness(msgspec.Struct, frozen=True):
    """A name imitates the host `target` by a trick; `marked` is the name with what differs in brackets."""

    trick: str
    target: str
    marked: str


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A host with its folded forms: the owner's `label` as letters, `bare` without hyphens.

    `shape` is the skeleton of that, `squeezed` the whole host without dots and hyphens; `words` are the
    skeletons of all words of the host, `folded` the letters of each label that the owner chose.
    """

    name: Name
    label: str
    bare: str
    shape: str
    squeezed: str
    words: tuple[str, ...]
    folded: tuple[str, ...]


def look(name: Name) -> Seen:
    """The folded forms of a host."""
    label = letters(name.label)
    bare = squeeze(label)
    return Seen(
        name=name,
        label=label,
        bare=bare,
        shape=skeleton(bare),
        squeezed=squeeze(letters(name.host)),
        words=tokens(name.host),
        folded=tuple(letters(part) for part in name.own),
    )
