"""One target under libFuzzer, in a process of its own: atheris ends the process that it runs in."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from tests.fuzz.target import Target

_RUNS = re.compile(r"stat::number_of_executed_units: (\d+)")
_SLOWEST_S = 300
"""By the clock on the wall, which goes on where other programs are at work; the worker bounds the processor time."""
_MEMORY_MIB = 1024
_PATIENCE_S = 1200


class Ran(msgspec.Struct, frozen=True):
    """What one run of a target came to; `finding` is the input that broke it, and `said` the end of its output."""

    target: str
    group: str
    runs: int
    wall_s: float
    cpu_s: float
    finding: str
    said: str


def run(target: Target, seconds: float, keep: Path | None = None) -> Ran:
    """Fuzz a target for so many seconds, from its seeds and what earlier runs put into `keep`."""
    with tempfile.TemporaryDirectory(prefix="portalcheck-fuzz-") as temporary:
        grown = (keep or Path(temporary)) / "grown" / target.name
        found = (keep or Path(temporary)) / "found" / target.name
        grown.mkdir(parents=True, exist_ok=True)
        found.mkdir(parents=True, exist_ok=True)
        before = {path.name for path in found.iterdir()}
        flags = [
            f"-max_total_time={max(round(seconds), 1)}",
            f"-max_len={target.longest}",
            f"-artifact_prefix={found}{os.sep}",
            f"-timeout={_SLOWEST_S}",
            f"-rss_limit_mb={_MEMORY_MIB}",
            f"-use_cmp={int(target.compares)}",
            "-print_final_stats=1",
            "-verbosity=1",
        ]
        command = [
            sys.executable,
            "-m",
            "tests.fuzz.worker",
            target.group,
            target.name,
            *flags,
            str(grown),
            str(target.seeds),
        ]
        began = time.monotonic()
        cpu = os.times()
        done = subprocess.run(
            command,
            capture_output=True,
            timeout=seconds + _PATIENCE_S,
            env={**os.environ, "TMPDIR": temporary},
        )
        after = os.times()
        said = (done.stdout + done.stderr).decode("utf-8", "replace")
        runs = _RUNS.search(said)
        new = sorted({path.name for path in found.iterdir()} - before)
        broken = done.returncode != 0
        return Ran(
            target=target.name,
            group=target.group,
            runs=int(runs[1]) if runs else 0,
            wall_s=round(time.monotonic() - began, 1),
            cpu_s=round(
                after.children_user + after.children_system - cpu.children_user - cpu.children_system, 1
            ),
            finding=(new[0] if new else "unnamed") if broken else "",
            said=_told(said) if broken else "",
        )


def _told(said: str) -> str:
    """The trace of what was raised, or the end of what the fuzzer said."""
    _, mark, rest = said.partition("=== Uncaught Python exception: ===")
    return rest.partition("\nINFO:")[0].strip() if mark else said[-1500:].strip()
