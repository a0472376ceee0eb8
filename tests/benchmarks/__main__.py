"""`python -m tests.benchmarks`: every budget of the design, measured here and now, as a ratio where one can be had.

Each figure is the median of several runs, ours and the yardstick's in turn, so that a noisy machine treats both alike.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROUNDS = int(os.environ.get("ROUNDS", "9"))
TOOL = [sys.executable, "-m", "portalcheck"]
Row = tuple[str, str, str]


def seconds(command: Sequence[str]) -> float:
    """How long a command takes, output thrown away."""
    since = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - since


def ratio(ours: Sequence[str], yardstick: Sequence[str]) -> float:
    """The median of ours over the median of the yardstick's, measured in turn."""
    pairs = [(seconds(ours), seconds(yardstick)) for _ in range(ROUNDS)]
    return statistics.median(p[0] for p in pairs) / statistics.median(p[1] for p in pairs)


def version() -> Row:
    """How much `--version` costs beside Click itself."""
    measured = ratio([*TOOL, "--version"], [sys.executable, "-c", "import click"])
    return "`portalcheck --version` against `import click`", f"{measured:.2f}", "1.5"


def healthy() -> Row:
    """How much a healthy run costs beside loading the libraries that it cannot do without."""
    libraries = "import click, httpx, dns.resolver, cryptography.x509.verification"
    measured = ratio([*TOOL, "demo"], [sys.executable, "-c", libraries])
    return "healthy run on the practice portal against importing its libraries", f"{measured:.2f}", "1.8"


def memory() -> Row:
    """The peak of a run, in MiB (the practice servers live in the same process)."""
    code = (
        "import resource, subprocess, sys\n"
        "subprocess.run([sys.executable, '-m', 'portalcheck', 'demo'], stdout=subprocess.DEVNULL)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    kib = int(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
    return "peak memory of a run", f"{kib / 1024:.0f} MiB", "64 MiB"


def hang() -> Row:
    """How far a run goes beyond its limit when the portal hangs."""
    limit = 3.0
    worst = max(
        seconds([*TOOL, "demo", "--fault", fault, "--timeout", str(limit)])
        for fault in ("slow", "dns-down", "tls-blocked-silently")
    )
    return "a hang: time beyond `--timeout`", f"{max(0.0, worst - limit):.2f} s", "0.5 s"


def fleet() -> Row:
    """How long many reports take, beside giving each line of the same file to Python's own reader of JSON."""
    from tests.fleet.making import line, report

    reader = "import json, sys\nfor line in open(sys.argv[1], 'rb'): json.loads(line)"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "reports.jsonl")
        with path.open("wb") as file:
            file.writelines(line(report(number)) for number in range(100_000))
        pairs = [
            (seconds([*TOOL, "fleet", str(path)]), seconds([sys.executable, "-c", reader, str(path)]))
            for _ in range(min(ROUNDS, 5))
        ]
    ours, yardstick = (statistics.median(column) for column in zip(*pairs, strict=True))
    measured = f"{ours:.1f} s, {ours / yardstick:.2f} of `json.loads` on each line"
    return "`fleet` over 100,000 reports", measured, "3 s"


def main() -> None:
    """Print the table."""
    unix = [memory] if sys.platform != "win32" else []
    rows: list[Callable[[], Row]] = [version, healthy, *unix, hang, fleet]
    print("| what | measured | budget |\n|---|---|---|")  # noqa: T201  this is a command that prints
    for row in rows:
        print("| " + " | ".join(row()) + " |", flush=True)  # noqa: T201  as above


if __name__ == "__main__":
    main()
