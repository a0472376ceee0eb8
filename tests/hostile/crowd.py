"""Many runs on one computer that begin at the same moment: `python -m tests.hostile.crowd RUNS TIMEOUT [ROW]`.

Each waits until all are there, then all go on at once, in the world of a row of the lab, or in a healthy one. Prints
what each came to as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import msgspec

from tests.lab.patient import Patient, Said
from tests.lab.rows import ROWS
from tests.lab.world import World

PATIENCE_S = 1000.0
"""After which a process that has not ended is one that hangs."""
_BARRIER = 'echo >"{ready}"; read -r _ <"{go}"; exec "$@"'


def crowd(runs: int, timeout_s: str, row_id: str = "") -> list[Said]:
    """What so many runs say that begin at once."""
    world = World().start()
    try:
        for step in (*ROWS[row_id].setting, *ROWS[row_id].fault) if row_id else ():
            step(world)
        world.patient.write()
        return _at_once(world.patient, runs, timeout_s)
    finally:
        world.close()


def _at_once(patient: Patient, runs: int, timeout_s: str) -> list[Said]:
    ready, go = patient.folder / "ready", patient.folder / "go"
    os.mkfifo(ready)
    os.mkfifo(go)
    # The portal and the DNS server stand for computers of their own, which a crowd here takes nothing from.
    patient.wrapper = ["sh", "-c", _BARRIER.format(ready=ready, go=go), "sh", "nice", "-n", "19"]
    patient.arguments = ["--timeout", timeout_s]
    patient.patience_s = PATIENCE_S
    # Opened for both, a pipe neither waits for its other end nor ends with it.
    with (
        ready.open("r+b", buffering=0) as told,
        go.open("r+b", buffering=0) as word,
        ThreadPoolExecutor(runs) as pool,
    ):
        said = [pool.submit(patient.run) for _ in range(runs)]
        while runs:
            runs -= len(told.read(runs) or b"")
        word.write(b"\n" * len(said))
        return [one.result() for one in said]


if __name__ == "__main__":
    json.dump(msgspec.to_builtins(crowd(int(sys.argv[1]), *sys.argv[2:])), sys.stdout)
    sys.stdout.flush()
    os._exit(0)
