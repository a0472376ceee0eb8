"""Random worlds, what must come of them by the contract, and what does: `python -m tests.lab.generator --seeds 0-29`.

A world has up to three faults that do not depend on each other, and up to three oddities that do no harm. Its
seed makes it; `--world link-down+vpn-full` plays one that is named by its injectors. `--repair 10` also repairs
what was named in every tenth world, and looks whether the next fault is named then. Only `--record` writes a file.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import msgspec

from tests.contract.reading import blocks
from tests.lab.injectors import BOTH, FAULTS, INJECTORS, ODDITIES, Injector, Layer, compatible
from tests.lab.spaces import clock_library, told_inside
from tests.lab.world import Ran, World

RECORD = Path(__file__).with_name("generated.json")
MODULE = "tests.lab.generator"
VERDICTS = ("exact", "unsure", "wrong")
_HOW_MANY_FAULTS = (0, 1, 1, 1, 2, 2, 2, 2, 3, 3)
_MOST = 3

Plan = tuple[Injector, ...]
"""A world: its faults, then its oddities."""


# ---- making one ----------------------------------------------------------------------------------


def plan_of(seed: int) -> Plan:
    """The world of a seed. An injector that is new to the table leaves most worlds as they were."""
    chance = random.Random(seed)
    chosen: list[Injector] = []
    for table, most in ((FAULTS, chance.choice(_HOW_MANY_FAULTS)), (ODDITIES, chance.randint(0, _MOST))):
        room = len(chosen) + most
        for one in sorted(table, key=lambda one: random.Random(f"{seed} {one.id}").random()):
            if len(chosen) < room and all(compatible(one, other) for other in chosen):
                chosen.append(one)
    return tuple(chosen)


def plan_named(text: str) -> Plan:
    """The world of these injectors, which may stand together or not. Raises KeyError where one is unknown."""
    return tuple(INJECTORS[name] for name in text.split("+") if name)


def name_of(plan: Plan) -> str:
    """The injectors of a world, as `--world` takes them."""
    return "+".join(one.id for one in plan)


# ---- what must come of it ------------------------------------------------------------------------


class Expected(msgspec.Struct, frozen=True):
    """`exact` are the causes that the contract wants, `bearable` are those that hold too and may not be provable."""

    exact: frozenset[str]
    bearable: frozenset[str] = frozenset()


@cache
def _order() -> tuple[str, ...]:
    (block,) = blocks("Order of blame")
    return tuple(re.split(r"[,\s]+", block.strip()))


def rank(cause: str) -> int:
    """The place of a cause in the contract's order of blame. Raises StopIteration where it has none."""
    return next(place for place, pattern in enumerate(_order()) if fnmatch(cause, pattern))


def expected(plan: Iterable[Injector]) -> Expected:
    """What the contract's order of blame makes of the faults that can be seen.

    Where one is behind another for the hosts of sign-in and still shows on neutral hosts, or where an injector
    says that the order is open, either may be named.
    """
    faults = [one for one in plan if one.cause]
    if not faults:
        return Expected(frozenset({"none"}))
    seen = [one for one in faults if not _is_hidden(one, one.hosts, faults)]
    blind = frozenset[str]().union(*(one.blinds for one in seen))
    shown = [one for one in seen if not one.cause <= blind]
    sure = [one for one in shown if not _is_hidden(one, one.hosts & BOTH, faults)]
    firsts = {*_first(shown), *_first(sure)}
    free = [one for one in shown if any(_is_open(one, first) for first in firsts)]
    return Expected(_causes((*firsts, *free)), _causes(one for one in seen if one not in shown))


def _is_hidden(one: Injector, hosts: frozenset[str], faults: Iterable[Injector]) -> bool:
    """Whether nobody comes far enough to meet it on the way to these hosts; the sign-in page lies behind both."""
    return any(
        not each.warns
        and each.layer < one.layer
        and (bool(each.hosts & BOTH) if one.layer is Layer.SIGN_IN else hosts <= each.hosts)
        for each in faults
    )


def _first(faults: Sequence[Injector]) -> list[Injector]:
    """Those that the order of blame has first; what only hurts comes after what stops sign-in."""
    places = {one.id: (one.warns, min(map(rank, one.cause))) for one in faults}
    return [one for one in faults if places[one.id] == min(places.values())]


def _is_open(one: Injector, first: Injector) -> bool:
    return not one.warns and bool(one.either & first.cause or first.either & one.cause)


def _causes(faults: Iterable[Injector]) -> frozenset[str]:
    return frozenset[str]().union(*(one.cause for one in faults))


def judged(said: Expected, cause: str, code: int) -> str:
    """exact, unsure (it did not tell, or told what could not be proved), or wrong: another cause, or none, as sure."""
    if cause in said.exact and not (cause == "none" and code == 3):
        return "exact"
    return "unsure" if code == 3 or cause == "inconclusive" or cause in said.bearable else "wrong"


# ---- playing it ----------------------------------------------------------------------------------


def play_here(plan: Plan) -> Ran:
    """The world and one run of the tool, in the namespaces of this process."""
    world = World().start()
    try:
        for one in sorted(plan, key=lambda one: one.phase):
            for step in one.steps:
                step(world)
        assert world.is_closed, "there is a way out of the lab"
        world.settle()
        return world.run()
    finally:
        world.close()


def play(plan: Plan, clock: Path | None) -> Ran:
    """The same in namespaces of its own."""
    return msgspec.json.decode(told_inside(MODULE, "--inside", name_of(plan), clock=clock), type=Ran)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a world."""

    plan: str
    expected: tuple[str, ...]
    got: str
    code: int
    also: tuple[str, ...]
    seconds: float
    judged: str


def outcome(plan: Plan, clock: Path | None) -> Outcome:
    """Play a world and judge what was said."""
    said, ran = expected(plan), play(plan, clock)
    cause = str(ran.report.get("cause", "no report"))
    return Outcome(
        plan=name_of(plan),
        expected=tuple(sorted(said.exact)),
        got=cause,
        code=ran.code,
        also=tuple(ran.report.get("also", ())),
        seconds=ran.seconds,
        judged=judged(said, cause, ran.code),
    )


def repaired(plan: Plan, cause: str) -> Plan:
    """The world without the faults that have this cause."""
    return tuple(one for one in plan if cause not in one.cause)


# ---- many of them --------------------------------------------------------------------------------


class Figures(msgspec.Struct, kw_only=True):
    """What came of many worlds."""

    seeds: str
    day: str
    counts: dict[str, int]
    repaired: dict[str, int]
    foretold: int = 0
    could_foretell: int = 0
    slowest_s: float = 0.0


def recorded() -> Figures:
    """The figures of the last large run."""
    return msgspec.json.decode(RECORD.read_bytes(), type=Figures)


def _line(label: str, found: Outcome) -> str:
    return (
        f"{found.judged:6} {label:9} {found.plan or '(nothing)'}\n"
        f"       expected {'/'.join(found.expected)}, got {found.got}, exit {found.code}, {found.seconds:.1f} s"
        f"{', also ' + ' '.join(found.also) if found.also else ''}"
    )


def _tell(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def _seeds(text: str) -> list[int]:
    parts = (part.partition("-") for part in text.split(","))
    return [seed for first, _, last in parts for seed in range(int(first), int(last or first) + 1)]


class _Campaign:
    """Plays worlds, tells each, and counts."""

    def __init__(self, repair_every: int, clock: Path | None) -> None:
        self.repair_every, self.clock = repair_every, clock
        self.counts, self.repaired, self.slowest_s = Counter[str](), Counter[str](), 0.0
        self.foretold = self.could_foretell = 0

    def one(self, label: str, plan: Plan, *, repair: bool) -> None:
        """Play one world and, where asked to, the same without what was named."""
        try:
            found = outcome(plan, self.clock)
        except Exception as why:  # whatever fails in the lab itself, the other worlds are played
            self.counts["lab failed"] += 1
            _tell(f"failed {label:9} {name_of(plan)}\n       {why!r:.600}")
            return
        self.counts[found.judged] += 1
        self.slowest_s = max(self.slowest_s, found.seconds)
        lines = [_line(label, found)]
        rest = repaired(plan, found.got)
        if repair and len(rest) < len(plan):
            then = outcome(rest, self.clock)
            self.repaired[then.judged] += 1
            if then.got not in ("none", "inconclusive"):
                self.could_foretell += 1
                self.foretold += then.got in found.also
            lines.append(_line("repaired", then))
        _tell(*lines)

    def summary(self) -> str:
        """The totals."""
        total = self.counts.total() or 1
        told = ", ".join(
            f"{name} {count} ({100 * count / total:.1f} %)" for name, count in sorted(self.counts.items())
        )
        return (
            f"{total} worlds: {told}; repaired {dict(self.repaired)}, "
            f"next one told before {self.foretold} of {self.could_foretell}; slowest {self.slowest_s:.1f} s"
        )


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"python -m {MODULE}", description=__doc__)
    parser.add_argument("--seeds", default="", help="for example 0-29 or 3,5,8-9")
    parser.add_argument("--world", action="append", default=[], help="injectors, joined by +")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--repair", type=int, default=0, metavar="N", help="repair every Nth world")
    parser.add_argument("--record", action="store_true", help="keep the figures for the page about the lab")
    parser.add_argument("--show", action="store_true", help="the plans and what is expected, without playing")
    parser.add_argument("--inside", default=None, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Play what was asked for; 1 where anything was wrong and sure."""
    asked = _arguments(arguments)
    worlds = [(f"seed {seed}", plan_of(seed)) for seed in (_seeds(asked.seeds) if asked.seeds else ())]
    worlds += [("named", plan_named(text)) for text in asked.world]
    if asked.show:
        for label, plan in worlds:
            _tell(f"{label} {name_of(plan)}: {'/'.join(sorted(expected(plan).exact))}")
        return 0
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(asked.jobs) as threads:
        campaign = _Campaign(asked.repair, clock_library(Path(folder)))
        for number, (label, plan) in enumerate(worlds):
            repair = bool(asked.repair) and number % asked.repair == 0
            threads.submit(campaign.one, label, plan, repair=repair)
        threads.shutdown()
        _tell(campaign.summary())
    if asked.record:
        figures = Figures(
            seeds=asked.seeds,
            day=dt.datetime.now(dt.UTC).date().isoformat(),
            counts=dict(sorted(campaign.counts.items())),
            repaired=dict(sorted(campaign.repaired.items())),
            foretold=campaign.foretold,
            could_foretell=campaign.could_foretell,
            slowest_s=campaign.slowest_s,
        )
        RECORD.write_bytes(msgspec.json.format(msgspec.json.encode(figures), indent=2) + b"\n")
    return 1 if campaign.counts["wrong"] else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        json.dump(msgspec.to_builtins(play_here(plan_named(sys.argv[2]))), sys.stdout)
        sys.stdout.flush()
        # Servers' threads are left behind on purpose; the namespaces go with the process.
        os._exit(0)
    sys.exit(main())
