"""Meets every hostile peer and writes the table of README.md anew: `python -m tests.hostile.readme`."""

from __future__ import annotations

import os
from pathlib import Path

from tests.hostile.playing import meet
from tests.hostile.stage import TIMEOUT_S, Met
from tests.hostile.table import BEHAVIOURS

README = Path(__file__).with_name("README.md")
_HEAD = """# Hostile peers

What the program makes of peers that lie, flood, drip or never end: one run of the real program for each, in the world
of [the lab](../lab/README.md), with `--timeout {timeout:g}`. Time is that of the whole process, from its start to its
end; memory is the peak of its resident set. The budget is the deadline and half a second, and 128 MiB.

    pytest tests/hostile -m ""             all of them (some minutes; the usual run takes a few)
    python -m tests.hostile.readme         measure, and write this page anew

{summary}

| who | what it does | cause | exit code | seconds | MiB |
| --- | --- | --- | --- | --- | --- |
{rows}
"""


def page(mets: dict[str, Met]) -> str:
    """The page with these figures."""
    slowest = max(met.seconds for met in mets.values())
    largest = max(met.peak_kib for met in mets.values()) / 1024
    late = sum(met.seconds > TIMEOUT_S + 0.5 for met in mets.values())
    load, processors = os.getloadavg()[0], os.cpu_count()
    summary = (
        f"Of {len(mets)} the slowest took {slowest:.1f} s and the largest {largest:.0f} MiB; {late} took more than "
        f"{TIMEOUT_S + 0.5:g} s. Measured with a load of {load:.0f} on {processors} processors."
    )
    rows = [
        f"| {BEHAVIOURS[row_id].who} | {BEHAVIOURS[row_id].what} | {met.cause} | {met.code} | {met.seconds:.1f} "
        f"| {met.peak_kib / 1024:.0f} |"
        for row_id, met in mets.items()
    ]
    return _HEAD.format(timeout=TIMEOUT_S, summary=summary, rows="\n".join(rows))


if __name__ == "__main__":
    README.write_text(page(meet([*BEHAVIOURS])), "utf-8")
