"""Meets every hostile peer and writes what came of it into the lab's page: `python -m tests.hostile.readme`."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from tests.hostile.behaviour import Behaviour
from tests.hostile.playing import meet
from tests.hostile.stage import TIMEOUT_S, Met
from tests.hostile.table import BEHAVIOURS

PLACE = Path(__file__).with_name("measured.json")
MOST_S, MOST_MIB = TIMEOUT_S + 0.5, 128
HEAD = ("who", "what it does", "cause", "exit code", "seconds", "MiB")


class Came(msgspec.Struct, frozen=True):
    """What one meeting came to: of the whole process, the time in seconds and the peak of its resident set in MiB."""

    cause: str
    code: int
    seconds: float
    mib: int


class Measured(msgspec.Struct, frozen=True):
    """All meetings by the behaviour's id, on a machine with that load (of one minute) and so many processors."""

    load: float
    processors: int
    met: dict[str, Came]


def measured() -> Measured:
    """What was measured last."""
    return msgspec.json.decode(PLACE.read_bytes(), type=Measured)


def summary(found: Measured) -> str:
    """The extremes in a sentence."""
    slowest = max(came.seconds for came in found.met.values())
    largest = max(came.mib for came in found.met.values())
    late = sum(came.seconds > MOST_S for came in found.met.values())
    return (
        f"Of {len(found.met)} the slowest took {slowest:.1f} s and the largest {largest} MiB; {late} took more than "
        f"{MOST_S:g} s. Measured with a load of {found.load:.0f} on {found.processors} processors."
    )


def rows(found: Measured) -> list[tuple[str, ...]]:
    """The table's rows, in the order of the behaviours."""
    return [_row(behaviour, found.met[row_id]) for row_id, behaviour in BEHAVIOURS.items()]


def _row(behaviour: Behaviour, came: Came) -> tuple[str, ...]:
    return (
        behaviour.who, behaviour.what, came.cause, str(came.code), f"{came.seconds:.1f}", str(came.mib),
    )  # fmt: skip


def _came(met: Met) -> Came:
    return Came(met.cause, met.code, round(met.seconds, 1), round(met.peak_kib / 1024))


def main() -> None:
    """Measure, keep the figures, and write the lab's page anew."""
    from tests.lab import readme

    mets = meet([*BEHAVIOURS])
    found = Measured(
        os.getloadavg()[0], os.cpu_count() or 1, {row_id: _came(met) for row_id, met in mets.items()}
    )
    PLACE.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")
    readme.PLACE.write_text(readme.page(), "utf-8")


if __name__ == "__main__":
    main()
