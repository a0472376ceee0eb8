"""Runs that are stopped for longer than they wait for an answer: `python -m tests.hostile.paused SECONDS...`.

As a computer does to its programs that is suspended, or far too busy. The network is healthy and slow, so that at
each of these moments (seconds after the start) something is waited for. Prints what each came to as JSON.
"""

from __future__ import annotations

import copy
import json
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec

from tests.lab import boxes
from tests.lab.patient import Patient, Said
from tests.lab.world import World

STOPPED_S = 4.5
TIMEOUT_S = 10
_DELAY_S = 0.15
_STOP = (
    '"$@" & tool=$!; sleep {after}; kill -STOP $tool; sleep {stopped}; kill -CONT $tool; wait $tool; exit $?'
)


def paused(moments: Sequence[str]) -> list[Said]:
    """What the runs say that were stopped at these moments."""
    world = World().start()
    boxes.link(delay_s=_DELAY_S)(world)
    world.settle()
    world.patient.write()
    try:
        with ThreadPoolExecutor(len(moments)) as pool:
            return list(pool.map(lambda after: _stopped(world.patient, after), moments))
    finally:
        world.close()


def _stopped(usual: Patient, after: str) -> Said:
    patient = copy.copy(usual)
    patient.wrapper = ["sh", "-c", _STOP.format(after=after, stopped=STOPPED_S), "sh"]
    patient.arguments = ["--timeout", str(TIMEOUT_S)]
    return patient.run()


if __name__ == "__main__":
    json.dump(msgspec.to_builtins(paused(sys.argv[1:])), sys.stdout)
    sys.stdout.flush()
    os._exit(0)
