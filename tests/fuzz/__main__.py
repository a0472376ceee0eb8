"""`python -m tests.fuzz TARGET|GROUP|all`: fuzz readers of outside bytes, each for some seconds.

    python -m tests.fuzz all --list                          the targets and what holds of each
    python -m tests.fuzz net --seconds 5                     each target of a group for five seconds
    python -m tests.fuzz all --cpu-minutes 60 --keep FOLDER  in turns, until each group has had an hour

With --cpu-minutes the targets take turns of --seconds; a target that broke is left out from then on. --keep
holds inputs that were found to be worth keeping, and those that broke a target. Exit code 1 tells of a finding.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path

import msgspec

from tests.fuzz.engine import Ran, run
from tests.fuzz.target import GROUPS, Target
from tests.fuzz.targets import TARGETS, chosen


def main() -> int:
    """Run what the arguments ask for."""
    assert __doc__ is not None
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="+", choices=[*TARGETS, *GROUPS, "all"], metavar="TARGET")
    parser.add_argument("--seconds", type=float, default=5.0, help="for each target, or each turn")
    parser.add_argument("--cpu-minutes", type=float, help="processor time for each group, in turns")
    parser.add_argument("--keep", type=Path, help="a folder for inputs worth keeping")
    parser.add_argument("--log", type=Path, help="one line of JSON for each run is appended")
    parser.add_argument("--list", action="store_true")
    given = parser.parse_args()
    targets = [target for name in given.what for target in chosen(name)]
    if given.list:
        for target in targets:
            _say(f"{target.group:8} {target.name:24} {(target.check.__doc__ or '').splitlines()[0]}")
        return 0
    broken: set[str] = set()
    spent: Counter[str] = Counter()
    # Processes and no threads: each sees the processor time of its own fuzzers alone.
    with ProcessPoolExecutor(os.cpu_count()) as side_by_side:
        while targets:
            names = [target.name for target in targets]
            rans = side_by_side.map(_ran, names, repeat(given.seconds), repeat(given.keep))
            for target, ran in zip(targets, rans, strict=True):
                _tell(ran, given.log)
                spent[target.group] += int(ran.cpu_s)
                if ran.finding:
                    broken.add(target.name)
            targets = _next_turn(targets, broken, spent, given.cpu_minutes)
    return 1 if broken else 0


def _ran(name: str, seconds: float, keep: Path | None) -> Ran:
    return run(TARGETS[name], seconds, keep)


def _next_turn(
    targets: list[Target], broken: set[str], spent: Counter[str], minutes: float | None
) -> list[Target]:
    if minutes is None:
        return []
    return [one for one in targets if one.name not in broken and spent[one.group] < minutes * 60]


def _tell(ran: Ran, log: Path | None) -> None:
    each_s = ran.runs / ran.cpu_s if ran.cpu_s else 0
    _say(
        f"{ran.group:8} {ran.target:24} {ran.runs:9,} inputs {ran.cpu_s:7.1f} s of processor {each_s:7,.0f}/s"
        f"  {'FOUND ' + ran.finding if ran.finding else 'nothing found'}",
    )
    if ran.said:
        _say(ran.said)
    if log is not None:
        with log.open("ab") as file:
            file.write(msgspec.json.encode(ran) + b"\n")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
