"""The summary of many reports, counted in one pass."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import BinaryIO

import msgspec

from portalcheck.model import Outcome
from portalcheck.report.fleet.counting import RunIds, Tally
from portalcheck.report.fleet.decoding import UNKNOWN, Decoder, Facts, Head, OtherSchema, is_code
from portalcheck.report.fleet.documents import documents
from portalcheck.report.fleet.sources import LeftOut, Source, chunks, find

SUMMARY_VERSION = 1
MOST_NAMED = 10
"""Damaged places, and files left out, that are named; the others are only counted."""
MOST_DAYS = 4000
GROUPS = ("owner", "outcome", "cause", "os", "version")
"""What is counted of every report; after these come the groups of facts that the installed checks declare."""
OUTCOMES = (Outcome.FAIL.value, Outcome.UNKNOWN.value, Outcome.WARN.value, Outcome.OK.value)
"""By gravity (contract.md, Rulings)."""


class Row(msgspec.Struct, frozen=True):
    """How many reports have a value, and their share of all (0 to 1).

    `value` is None for the reports that name none.
    """

    value: str | None
    reports: int
    share: float


class Day(msgspec.Struct, frozen=True):
    """The reports that were started on a day (UTC, by the clocks of the computers), by outcome."""

    day: str
    reports: int
    outcomes: dict[str, int]


class Damaged(msgspec.Struct, frozen=True):
    """A place that holds no report: the file, the line (from 1), and why (`Damage`)."""

    file: str
    line: int
    why: str


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What many reports say together.

    `reports` counts each run once, `duplicates` the further copies. `more` counts, by group, the reports whose
    value is beyond the bounded table; `undated` those without a day that can be told. Rows come with the most
    frequent first, days in their order.
    """

    summary_version: int = SUMMARY_VERSION
    files: int
    reports: int
    duplicates: int
    damaged: int
    first_damaged: tuple[Damaged, ...]
    other_schemas: dict[str, int]
    left_out: int
    first_left_out: tuple[str, ...]
    groups: dict[str, tuple[Row, ...]]
    more: dict[str, int]
    days: tuple[Day, ...]
    undated: int


def summarise(given: Iterable[str], stdin: BinaryIO, facts: Facts) -> Summary:
    """Read all reports of files, folders and `-` (stdin), and count them. Raises sources.CannotReadError."""
    count = _Count(facts)
    for source in find(given):
        if isinstance(source, LeftOut):
            count.leave_out(source.name)
            continue
        count.files += 1
        try:
            count.read(source, stdin)
        except OSError:
            count.leave_out(source.name)
    return count.summary()


class _Count:
    """The counts while reports are read."""

    def __init__(self, facts: Facts) -> None:
        self._read = Decoder(facts)
        self.files = self._reports = self._duplicates = self._damaged = self._left_out = self._undated = 0
        self._first_damaged: list[Damaged] = []
        self._first_left_out: list[str] = []
        self._runs = RunIds()
        self._other_schemas = Tally()
        self._tallies = {group: Tally() for group in (*GROUPS, *(group for group, _ in facts.values()))}
        self._days: dict[str, dict[str, int]] = {}

    def read(self, source: Source, stdin: BinaryIO) -> None:
        """Count the reports of a source. Raises what `sources.chunks` raises."""
        for line, found in documents(chunks(source, stdin), self._read):
            if isinstance(found, Head):
                self._report(found)
            elif isinstance(found, OtherSchema):
                self._other_schemas.add(str(found.version))
            else:
                self._damaged += 1
                if len(self._first_damaged) < MOST_NAMED:
                    self._first_damaged.append(Damaged(source.name, line, found.value))

    def leave_out(self, name: str) -> None:
        """Count a file or folder that cannot be looked into."""
        self._left_out += 1
        if len(self._first_left_out) < MOST_NAMED:
            self._first_left_out.append(name)

    def _report(self, head: Head) -> None:
        if head.run_id and not self._runs.is_new(head.run_id):
            self._duplicates += 1
            return
        self._reports += 1
        tallies = self._tallies
        if head.owner is not None:
            tallies["owner"].add(head.owner if is_code(head.owner) else UNKNOWN)
        tallies["outcome"].add(head.outcome)
        tallies["cause"].add(head.cause)
        tallies["os"].add(head.platform.os)
        tallies["version"].add(head.tool.version)
        for group, value in head.facts:
            tallies[group].add(value)
        self._date(head)

    def _date(self, head: Head) -> None:
        day = _day(head.started)
        if day not in self._days:
            if not day or len(self._days) >= MOST_DAYS:
                self._undated += 1
                return
            self._days[day] = dict.fromkeys(OUTCOMES, 0)
        outcomes = self._days[day]
        # An outcome that nobody knows is no proof of anything.
        outcomes[head.outcome if head.outcome in outcomes else Outcome.UNKNOWN.value] += 1

    def summary(self) -> Summary:
        """The summary of all that was counted."""
        return Summary(
            files=self.files,
            reports=self._reports,
            duplicates=self._duplicates,
            damaged=self._damaged,
            first_damaged=tuple(self._first_damaged),
            other_schemas=dict(self._other_schemas.ranked()),
            left_out=self._left_out,
            first_left_out=tuple(self._first_left_out),
            groups={group: self._rows(group) for group in self._tallies},
            more={group: tally.others for group, tally in self._tallies.items() if tally.others},
            days=tuple(
                Day(day, sum(outcomes.values()), outcomes) for day, outcomes in sorted(self._days.items())
            ),
            undated=self._undated,
        )

    def _rows(self, group: str) -> tuple[Row, ...]:
        tally = self._tallies[group]
        rows: list[tuple[str | None, int]] = [*tally.ranked()]
        if self._reports > tally.total():
            rows.append((None, self._reports - tally.total()))
        return tuple(Row(value, count, round(count / self._reports, 4)) for value, count in rows)


def _day(started: str) -> str:
    """The day in UTC of a time as RFC 3339 writes it; empty for another text."""
    try:
        moment = dt.datetime.fromisoformat(started[:40])
        return (moment.astimezone(dt.UTC) if moment.tzinfo else moment).date().isoformat()
    except (ValueError, OverflowError):
        return ""
