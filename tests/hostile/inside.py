"""Meets hostile peers, one after the other, in namespaces of its own: `python -m tests.hostile.inside ID...`.

Prints a line of JSON for each.
"""

from __future__ import annotations

import os
import sys

import msgspec

from tests.hostile.rows_inside import PLANTED
from tests.hostile.stage import Stage
from tests.hostile.table import BEHAVIOURS


def main(ids: list[str]) -> None:
    """Meet those of these ids."""
    rows = BEHAVIOURS | {row.id: row for row in PLANTED}
    stage = Stage()
    if not stage.world.is_closed:
        raise RuntimeError("there is a way out of the lab")
    try:
        for row_id in ids:
            met = stage.meet(*rows[row_id].steps)
            sys.stdout.write(msgspec.json.encode({"id": row_id, "met": met}).decode() + "\n")
            sys.stdout.flush()
    finally:
        stage.world.close()


if __name__ == "__main__":
    main(sys.argv[1:])
    # Servers' threads are left behind on purpose; the namespaces go with the process.
    os._exit(0)
