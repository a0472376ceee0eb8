"""Whether a report is as it was made, as far as its fields are counted.

All of the seals of a hundred thousand reports would take a minute; those of the fields that every summary counts take
less than a second.
"""

from __future__ import annotations

from enum import Enum, auto

from portalcheck.report.checksums import LAYOUTS, checksum, text_as_json
from portalcheck.report.fleet.decoding import Head
from portalcheck.report.recovered import Integrity


class Proof(Enum):
    """What a report's seal says of its fields: as they were made, edited, or nothing."""

    HOLDS = auto()
    BROKEN = auto()
    MISSING = auto()


def is_of_one_run(head: Head) -> bool:
    """Whether the cause and the seal are of the run whose id the report has."""
    run, cause = text_as_json(head.run_id), text_as_json(head.cause)
    return checksum(run, '"cause"', cause) == head.seal.cause


def proof(head: Head) -> Proof:
    """Whether outcome, cause, owner, start, tool and system are those that were sealed (`report.checksums`)."""
    if head.pasted is not None:
        return Proof.BROKEN if head.pasted is Integrity.CHANGED else Proof.HOLDS
    seal, text = head.seal, text_as_json
    covered = LAYOUTS.get(seal.layout)
    if covered is None:
        return Proof.MISSING
    owner = "null" if head.owner is None else text(head.owner) if isinstance(head.owner, str) else ""
    if "owner" not in covered and head.owner is not None:
        return Proof.BROKEN
    run = text(head.run_id)
    tool = f'{{"name":{text(head.tool.name)},"version":{text(head.tool.version)}}}'
    platform = f'{{"os":{text(head.platform.os)},"release":{text(head.platform.release)}}}'
    holds = (
        checksum(run, '"outcome"', text(head.outcome)) == seal.outcome
        and checksum(run, '"cause"', text(head.cause)) == seal.cause
        and checksum(run, '"started"', text(head.started)) == seal.started
        and checksum(run, '"tool"', tool) == seal.tool
        and checksum(run, '"platform"', platform) == seal.platform
        and ("owner" not in covered or checksum(run, '"owner"', owner) == seal.owner)
    )
    return Proof.HOLDS if holds else Proof.BROKEN
