"""One hostile behaviour as data."""

from __future__ import annotations

import msgspec

from tests.hostile.stage import Step


class Behaviour(msgspec.Struct, frozen=True, kw_only=True):
    """Who misbehaves, how, and what the tool may say of it.

    `cause` are the acceptable ones.
    """

    id: str
    who: str
    what: str
    steps: tuple[Step, ...]
    cause: frozenset[str]
