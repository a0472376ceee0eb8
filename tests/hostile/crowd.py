"""Many runs on one computer against one portal, some at once: `python -m tests.hostile.crowd RUNS AT_ONCE SECONDS`.

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


def crowd(runs: int, at_once: int, seconds: float) -> list[Said]:
    """What so many runs say, of which so many go on at any moment."""
    world = World().start()
    world.patient.arguments = ["--timeout", str(seconds)]
    world.patient.patience_s = seconds + 60
    world.patient.write()
    try:
        with ThreadPoolExecutor(at_once) as pool:
            return list(pool.map(lambda _: world.patient.run(), range(runs)))
    finally:
        world.close()


if __name__ == "__main__":
    found = crowd(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
    json.dump(msgspec.to_builtins(found), sys.stdout)
    sys.stdout.flush()
    os._exit(0)
