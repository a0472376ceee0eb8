"""`python -m tests.benchmarks`: every budget of the design, measured here and now, as a ratio where one can be had.

Each figure is the median of several runs (ROUNDS in the environment), ours and the yardstick's in turn, so that a
noisy machine treats both alike. Python's bytecode is kept, as it is on the computer of anyone who installed us.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import link, page
from tests.benchmarks.measuring import ROUNDS, TOOL, median, peak_kib, ratio, took
from tests.benchmarks.stores import HOSTS, great_store
from tests.report.fleet.making import line, report

Row = tuple[str, str, str]
LIBRARIES = "import click, httpx, dns.resolver, cryptography.x509.verification"
VERSION_AT_MOST = "1.3"
HEALTHY_AT_MOST = "1.5"
MEMORY_AT_MOST = "64 MiB"
FIRST_BYTE_AT_MOST, OPEN_AT_MOST = 1.0, 1.3
HANGS = ("slow", "dns-down", "tls-blocked-silently")
_READS_LINES = "import json, sys\nfor line in open(sys.argv[1], 'rb'): json.loads(line)"


def version() -> Row:
    """How much `--version` costs beside Click itself."""
    measured = ratio([*TOOL, "--version"], [sys.executable, "-c", "import click"])
    return "`portalcheck --version` against `import click`", str(measured), VERSION_AT_MOST


def healthy() -> Row:
    """How much a healthy run costs beside loading libraries for the same work."""
    measured = ratio([*TOOL, "demo"], [sys.executable, "-c", LIBRARIES])
    return (
        "healthy run on the practice portal against importing libraries for it",
        str(measured),
        HEALTHY_AT_MOST,
    )


def over_a_link() -> Row:
    """How much later than curl a healthy run ends over a link of 100 ms."""
    found = link.measure(ROUNDS)
    measured = found if isinstance(found, link.Beside) else None
    text = (
        f"not measured: {found}"
        if measured is None
        else f"curl + {measured.ours - measured.curl:.2f} s ({measured.ours:.2f} s beside {measured.curl:.2f} s)"
    )
    return (
        "healthy run over a 100 ms round-trip link against `curl` of the same address",
        text,
        "curl + 0.25 s",
    )


def memory() -> Row:
    """The peak of a run (the practice servers live in the same process)."""
    if sys.platform == "win32":
        measured = "not measured: Windows tells no peak of children"
    else:
        measured = f"{peak_kib([*TOOL, 'demo']) / 1024:.0f} MiB"
    return "peak memory of a run", measured, MEMORY_AT_MOST


def hang() -> Row:
    """How far a run goes beyond its limit when the portal hangs."""
    limit = 3.0
    took([*TOOL, "demo"])  # the bytecode is kept from then on
    worst = max(took([*TOOL, "demo", "--fault", fault, "--timeout", str(limit)]).wall for fault in HANGS)
    return "a hang: time beyond `--timeout`", f"{max(0.0, worst - limit):.2f} s", "0.5 s"


def cookies() -> Row:
    """How long counting takes in a great store of cookies, few of which or all of which are the portal's."""
    told = []
    for name, firefox in (("Chromium", False), ("Firefox", True)):
        few, every = (_counting(ours_every, firefox=firefox) for ours_every in (1000, 1))
        told.append(f"{name} {few:.2f} s, {every:.2f} s if all are the portal's")
    return "cookie store of 100,000 rows", "; ".join(told), "0.15 s"


def _counting(ours_every: int, *, firefox: bool) -> float:
    times = []
    with tempfile.TemporaryDirectory() as folder:
        world, _ = great_store(Path(folder), rows=100_000, ours_every=ours_every, firefox=firefox)
        for _ in range(ROUNDS):
            since = time.perf_counter()
            world.store(hosts=HOSTS)
            times.append(time.perf_counter() - since)
    return median(times)


def fleet() -> Row:
    """How long many reports take, beside giving each line of the same file to Python's own reader of JSON."""
    with tempfile.TemporaryDirectory() as folder:
        path = reports(Path(folder), 100_000)
        pairs = [
            (took([*TOOL, "fleet", path]).wall, took([sys.executable, "-c", _READS_LINES, path]).wall)
            for _ in range(min(ROUNDS, 5))
        ]
    ours, yardstick = (median(column) for column in zip(*pairs, strict=True))
    measured = f"{ours:.1f} s, {ours / yardstick:.2f} of `json.loads` on each line"
    return "`fleet` over 100,000 reports", measured, "3 s"


def fleet_memory() -> Row:
    """How much more memory ten times the reports take."""
    if sys.platform == "win32":
        return "memory of `fleet`", "not measured: Windows tells no peak of children", "flat"
    with tempfile.TemporaryDirectory() as folder:
        few, many = (
            peak_kib([*TOOL, "fleet", reports(Path(folder), count)]) / 1024 for count in (10_000, 100_000)
        )
    return (
        "memory of `fleet` over 100,000 reports against 10,000",
        f"{many / few:.2f} ({many:.0f} MiB beside {few:.0f} MiB)",
        "flat",
    )


def reports(folder: Path, count: int) -> str:
    """A file of so many reports, a line each."""
    path = folder / f"{count}.jsonl"
    with path.open("wb") as file:
        file.writelines(line(report(number)) for number in range(count))
    return str(path)


def first_byte() -> Row:
    """When the page of `guide` is there, beside a whole healthy run; and what a run costs that has it open."""
    found = page.measure(ROUNDS)
    return (
        "the page: first byte against a healthy run; a run with the page open against one without",
        f"{found.first_byte:.2f}; {found.run:.2f}",
        f"{FIRST_BYTE_AT_MOST}; {OPEN_AT_MOST}",
    )


ROWS: tuple[Callable[[], Row], ...] = (
    version,
    healthy,
    over_a_link,
    memory,
    hang,
    cookies,
    fleet,
    fleet_memory,
    first_byte,
)


def main() -> None:
    """Print the table."""
    print("| what | measured | budget |\n|---|---|---|")  # noqa: T201  this is a command that prints
    for row in ROWS:
        print("| " + " | ".join(row()) + " |", flush=True)  # noqa: T201  as above


if __name__ == "__main__":
    main()
