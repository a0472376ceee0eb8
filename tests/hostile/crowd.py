"""Many runs at once on one computer against one portal: `python -m tests.hostile.crowd RUNS SECONDS`.

Prints what each came to as JSON; `SECONDS` is their --timeout.
"""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import msgspec

from tests.lab.patient import Said
from tests.lab.world import World


def crowd(runs: int, seconds: float) -> list[Said]:
    """What so many runs say that begin together."""
    world = World().start()
    world.patient.arguments = ["--timeout", str(seconds)]
    world.patient.patience_s = seconds + 60
    world.patient.write()
    try:
        with ThreadPoolExecutor(runs) as pool:
            return list(pool.map(lambda _: world.patient.run(), range(runs)))
    finally:
        world.close()


if __name__ == "__main__":
    json.dump(msgspec.to_builtins(crowd(int(sys.argv[1]), float(sys.argv[2]))), sys.stdout)
    sys.stdout.flush()
    os._exit(0)
