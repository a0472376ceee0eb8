"""Many runs on one computer against one portal, some at once: `python -m tests.hostile.crowd RUNS AT_ONCE [TIMEOUT]`.

Prints what each came to as JSON. So many programs share the processors, so that each run's --timeout is what they
need all together by the measure of one that runs alone, times `ROOM`; the budget is then that of any run.
"""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import msgspec

from tests.lab.patient import Patient, Said
from tests.lab.world import World

ROOM = 3.0
"""The portal, the DNS server and whoever measures need processors too."""
_USUAL_S = 10.0
_ALONE = 3


class Crowd(msgspec.Struct, frozen=True):
    """What each run said; the seconds of one alone, the --timeout of each, and what starting may take in the crowd."""

    alone_s: float
    timeout_s: float
    starting_s: float
    said: list[Said]


def crowd(runs: int, at_once: int, timeout_s: float = 0.0) -> Crowd:
    """What so many runs say, of which so many go on at any moment; with too short a time, if one is given."""
    world = World().start()
    patient = world.patient
    # The portal and the DNS server stand for computers of their own, which a crowd here takes nothing from.
    patient.wrapper = ["nice", "-n", "19"]
    patient.write()
    try:
        patient.run()
        alone = min(patient.run().seconds for _ in range(_ALONE))
        together = alone * at_once / (os.cpu_count() or 1)
        timeout = timeout_s or max(_USUAL_S, ROOM * together)
        patient.arguments = ["--timeout", f"{timeout:.1f}"]
        patient.patience_s = timeout + 2 * ROOM * together + 60
        return Crowd(alone, timeout, ROOM * together, _all(patient, runs, at_once))
    finally:
        world.close()


def _all(patient: Patient, runs: int, at_once: int) -> list[Said]:
    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(lambda _: patient.run(), range(runs)))


if __name__ == "__main__":
    found = crowd(int(sys.argv[1]), int(sys.argv[2]), *map(float, sys.argv[3:]))
    json.dump(msgspec.to_builtins(found), sys.stdout)
    sys.stdout.flush()
    os._exit(0)
