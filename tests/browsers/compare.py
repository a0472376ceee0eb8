"""Browsers compared with what is read of them: `python -m tests.browsers.compare --family chromium --seeds 1-150`.

Every seed is a situation (who sets what, in which form, and what the person has set), which the real browser is asked
for first. Every difference is told. Needs root: files of policies are laid over the system's in a view of its own.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import click

FAMILIES = ("chromium", "firefox")


def judged(real: Any, read: Any) -> str:
    """What a reading is worth, by what the real browser does: right, wrong blame, silent, or different otherwise."""
    if real == read:
        return "right, works" if real.works else "right, stopped"
    if real.works != read.works:
        return "wrong blame" if real.works else "silent"
    return "different"


@click.command()
@click.option("--family", type=click.Choice(FAMILIES), required=True)
@click.option(
    "--seeds", default="1-20", show_default=True, help="A number, or the first and the last: 1-150."
)
def main(family: str, seeds: str) -> None:
    """Ask the real browser and our reading in each situation; exit 1 where they differ."""
    compare = importlib.import_module(f"tests.browsers.compare_{family}")
    first, _, last = seeds.partition("-")
    came: Counter[str] = Counter()
    started = time.monotonic()
    for seed in range(int(first), int(last or first) + 1):
        with tempfile.TemporaryDirectory() as folder:
            for what, (real, read) in compare.compared(seed, Path(folder)).items():
                verdict = judged(real, read)
                came[verdict] += 1
                if not verdict.startswith("right"):
                    click.echo(f"{seed} {what}: {verdict}\n  browser {real}\n  read    {read}")
                    click.echo(f"  {compare.situation(seed)}")
    click.echo(f"{dict(came)} in {time.monotonic() - started:.0f} s")
    sys.exit(any(not verdict.startswith("right") for verdict in came))


if __name__ == "__main__":
    main()
