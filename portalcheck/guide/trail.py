"""What the person was led through, and what became of it: kept for this user, and gone on with at the next start."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from portalcheck.model import Tried, TriedOutcome
from portalcheck.report.history import TRAIL, keep_file, read_file

MAX_BYTES = 64 * 1024
KEPT_S = 7 * 86_400
"""How long it is gone on with: after a week it is another trouble."""
MOST = 40


class Trail(msgspec.Struct, frozen=True, kw_only=True):
    """What was tried for one portal, in order, each reference once; and what the sign-in page was told to say.

    `at` is when it last changed, in seconds since the epoch.
    """

    portal: str
    at: float = 0.0
    tried: tuple[Tried, ...] = ()
    symptoms: tuple[str, ...] = ()

    def with_tried(self, ref: str, outcome: TriedOutcome, now: float) -> Trail:
        """The same with one more; what was said of the reference before is replaced."""
        others = [each for each in self.tried if each.ref != ref][-MOST:]
        return msgspec.structs.replace(self, tried=(*others, Tried(ref, outcome)), at=now)

    def with_symptoms(self, symptoms: Sequence[str], now: float) -> Trail:
        """The same with what the sign-in page says."""
        return msgspec.structs.replace(self, symptoms=tuple(symptoms), at=now)

    def outcome(self, ref: str) -> TriedOutcome | None:
        """What became of a reference, None if it was not tried."""
        return next((each.outcome for each in self.tried if each.ref == ref), None)

    @property
    def solved(self) -> str:
        """The reference that solved it, if one did; empty else."""
        return next((each.ref for each in self.tried if each.outcome is TriedOutcome.SOLVED), "")


def kept(place: Path | None, portal: str, now: float) -> Trail:
    """The trail to go on with: the last one if it is of this portal, recent, and led to no end; else an empty one."""
    new = Trail(portal=portal)
    if place is None:
        return new
    try:
        found = msgspec.json.decode(read_file(place, TRAIL, MAX_BYTES), type=Trail)
    except (OSError, ValueError, RecursionError):
        return new
    recent = 0 <= now - found.at <= KEPT_S
    return found if found.portal == portal and recent and not found.solved else new


def keep(place: Path | None, trail: Trail) -> None:
    """Keep a trail in place of the last one; one that is empty is forgotten."""
    if place is None:
        return
    with contextlib.suppress(OSError):
        if trail.tried or trail.symptoms:
            keep_file(place, TRAIL, msgspec.json.encode(trail))
        else:
            (place / TRAIL).unlink(missing_ok=True)
