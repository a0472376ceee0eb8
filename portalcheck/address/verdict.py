"""What is said of an address. Light on purpose: authors of checks import it through `portalcheck.api`."""

from __future__ import annotations

from enum import StrEnum, auto

import msgspec


class Kind(StrEnum):
    """The four answers to "is this the portal's address?"."""

    OFFICIAL = auto()
    LOOKALIKE = auto()
    UNRELATED = auto()
    INVALID = auto()


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The judgement of one address by its name alone.

    `host` is the host a browser would go to, as A-labels; empty if there is none. `url` is the address to
    contact, without user name, password and fragment; empty if it must not be contacted. `trick` says how a
    lookalike differs from the official name `target`, or what is wrong with an invalid address. `marked` is the
    host as a person reads it, with what differs in brackets: `opt[v]m.com`; a missing letter is `[_]`. `notes`
    say what else is odd. The words for each are in the texts of `portalcheck.words` (`tricks`, `address_note`).

    If the address only leads on to another one that its text names (a link wrapper), `inner` is the
    verdict of that one. If that is a lookalike this verdict is one too, with the inner `host`, `trick`,
    `target` and `marked`; else the wrapper itself is judged, and is unrelated.
    """

    kind: Kind
    host: str = ""
    url: str = ""
    trick: str = ""
    target: str = ""
    marked: str = ""
    notes: tuple[str, ...] = ()
    inner: Verdict | None = None

    @property
    def contactable(self) -> bool:
        """Whether the address may be contacted: never a lookalike or an invalid one."""
        return self.kind in (Kind.OFFICIAL, Kind.UNRELATED)
