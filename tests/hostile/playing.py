"""Meets many hostile peers in namespaces of their own, several worlds side by side."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec

from tests.hostile.stage import Met
from tests.lab.spaces import REPOSITORY, in_fresh_spaces

_EACH_S = 40


def meet(ids: Sequence[str], worlds: int = 2) -> dict[str, Met]:
    """What came of each. Raises RuntimeError where the lab itself failed."""
    with ThreadPoolExecutor(worlds) as pool:
        parts = pool.map(_meet, (ids[start::worlds] for start in range(worlds)))
        found = {row_id: met for part in parts for row_id, met in part}
    return {row_id: found[row_id] for row_id in ids}


def _meet(ids: Sequence[str]) -> list[tuple[str, Met]]:
    if not ids:
        return []
    lines = inside("tests.hostile.inside", ids, _EACH_S * len(ids)).splitlines()
    rows = [json.loads(line) for line in lines]
    return [(row["id"], msgspec.convert(row["met"], Met)) for row in rows]


def inside(module: str, arguments: Iterable[str], seconds: float) -> str:
    """The output of a module that runs in namespaces of its own."""
    done = subprocess.run(
        in_fresh_spaces([sys.executable, "-m", module, *arguments]),
        capture_output=True,
        text=True,
        check=False,
        cwd=REPOSITORY,
        timeout=seconds,
        env={
            **os.environ,
            "LAB_PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            "PYTHONPATH": os.pathsep.join([str(REPOSITORY), os.environ.get("PYTHONPATH", "")]),
        },
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return done.stdout
