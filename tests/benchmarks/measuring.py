"""How the benchmarks measure: commands as a user's computer runs them, ours and the yardstick's in turn."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

ROUNDS = int(os.environ.get("ROUNDS", "9"))
REPOSITORY = Path(__file__).parents[2]
TOOL = (sys.executable, "-m", "portalcheck")


class Took(msgspec.Struct, frozen=True):
    """What one run of a command took, in seconds: by the clock, and of the processors' time."""

    wall: float
    cpu: float


class Ratio(msgspec.Struct, frozen=True):
    """Ours over the yardstick's: the medians by the clock, the least of the processors' time.

    Whatever else the machine does only adds to either, and to the processors' time little.
    """

    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.wall:.2f} ({self.cpu:.2f} of CPU time)"


@functools.cache
def environment() -> Mapping[str, str]:
    """This environment, with Python's bytecode kept as an installed program's is, in a folder of its own."""
    folder = tempfile.mkdtemp(prefix="portalcheck-benchmark-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": folder}


def took(command: Sequence[str]) -> Took:
    """What a command takes, its output thrown away."""
    before, since = _children(), time.perf_counter()
    subprocess.run(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        cwd=REPOSITORY,
        env=environment(),
    )
    wall = time.perf_counter() - since
    return Took(wall, _children() - before)


def _children() -> float:
    """Seconds of the processors' time that this process's ended children have used; Windows does not tell."""
    if sys.platform == "win32":
        return time.perf_counter()
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def ratio(ours: Sequence[str], yardstick: Sequence[str], rounds: int = ROUNDS) -> Ratio:
    """Ours beside the yardstick, after one run of each that is not counted."""
    took(ours), took(yardstick)
    pairs = [(took(ours), took(yardstick)) for _ in range(rounds)]
    mine, theirs = zip(*pairs, strict=True)
    return Ratio(
        median(one.wall for one in mine) / median(one.wall for one in theirs),
        min(one.cpu for one in mine) / min(one.cpu for one in theirs),
    )


def median(values: Iterable[float]) -> float:
    """The value in the middle."""
    return statistics.median(values)


def peak_kib(command: Sequence[str]) -> int:
    """The most memory (resident set, KiB) that a command has at once."""
    code = (
        "import resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    # The first run makes the bytecode, which takes more than running it.
    subprocess.run(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=REPOSITORY,
        env=environment(),
        check=False,
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *command],
        capture_output=True,
        text=True,
        check=True,
        cwd=REPOSITORY,
        env=environment(),
    )
    # macOS counts in bytes.
    return int(done.stdout) // (1024 if sys.platform == "darwin" else 1)
