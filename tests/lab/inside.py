"""Plays one row, in namespaces of its own, and prints what happened as JSON: `python -m tests.lab.inside ROW`.

Further arguments name twists: healthy oddities that must not change the verdict. With `--browse` in their place it is
Chromium that goes to the sign-in page, after the fault.
"""

from __future__ import annotations

import json
import os
import sys

import msgspec

from tests.lab.rows import ROWS, TWISTS
from tests.lab.world import World


def play(row_id: str, twists: list[str]) -> dict[str, object]:
    """The world before and after the row's fault, by a plain probe and by the tool."""
    row = ROWS[row_id]
    world = World().start()
    try:
        for step in (*row.setting, *(step for name in twists for step in TWISTS[name])):
            step(world)
        closed = world.is_closed
        probe_before = world.probe()
        before = world.run()
        for step in row.fault:
            step(world)
        probe_after = world.probe()
        world.settle()
        after = world.run()
    finally:
        world.close()
    return {
        "closed": closed,
        "before": msgspec.to_builtins(before),
        "after": msgspec.to_builtins(after),
        "changed": {k: [probe_before[k], v] for k, v in probe_after.items() if probe_before[k] != v},
    }


def browse(row_id: str) -> bool:
    """Whether the sign-in page loads in Chromium after the row's fault."""
    row = ROWS[row_id]
    world = World().start()
    try:
        for step in (*row.setting, *row.fault):
            step(world)
        return world.patient.loads_in_chromium()
    finally:
        world.close()


if __name__ == "__main__":
    browses = sys.argv[2:] == ["--browse"]
    json.dump(browse(sys.argv[1]) if browses else play(sys.argv[1], sys.argv[2:]), sys.stdout)
    sys.stdout.flush()
    # Servers' threads are left behind on purpose; the namespaces go with the process.
    os._exit(0)
