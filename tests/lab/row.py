"""A situation as data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from tests.lab.world import World

Step = Callable[[World], Any]

QUIET = frozenset({"own-dns", "portal"})
"""Who is contacted on a healthy machine: its own DNS server and the portal."""

TROUBLE = QUIET | {"neutral-dns", "canary", "open", "aia"}
"""Who may be contacted beside them when something is wrong."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What is odd before (`setting`), what is broken (`fault`), and what must come of it.

    `cause` are the acceptable ones (more than one only where the notes leave it open); `innocent` causes and
    notes must appear nowhere; `also` must all be there; `contacts` are the roles that may be contacted.
    `shows` are keys of the plain probe that the fault must change. `ref` and `code` are not looked at where they
    are empty or None, as several causes are possible. `beyond` says why the tool cannot judge the row yet.
    `kind` is the number of the class of bug reports to which it belongs, where the table of classes does not say so.
    `chromium` tells whether the sign-in page loads in Chromium in the same world, None where it is not tried.
    """

    id: str
    what: str
    cause: frozenset[str]
    shows: tuple[str, ...]
    fault: tuple[Step, ...]
    setting: tuple[Step, ...] = ()
    also: frozenset[str] = frozenset()
    innocent: frozenset[str] = frozenset()
    ref: str = ""
    code: int | None = 1
    contacts: frozenset[str] = TROUBLE
    reasons: frozenset[str] = frozenset()
    shares_name: bool = False
    beyond: str = ""
    kind: str = ""
    chromium: bool | None = None


def cause(*causes: str) -> frozenset[str]:
    """A set of causes."""
    return frozenset(causes)
