"""The summary of many reports, counted in one pass."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import BinaryIO, Generic, NamedTuple, TypeVar

import msgspec

from portalcheck.diagnosis.registry import Installed
from portalcheck.model import Outcome
from portalcheck.report.fleet.counting import LONGEST_NAME, RunIds, Tally, plain
from portalcheck.report.fleet.decoding import (
    UNKNOWN,
    Decoder,
    Head,
    OtherSchema,
    OtherText,
    is_code,
)
from portalcheck.report.fleet.documents import documents
from portalcheck.report.fleet.grouping import OUTCOMES, By, Grouped, Row, also
from portalcheck.report.fleet.proof import Proof, proof
from portalcheck.report.fleet.sources import LeftOut, Source, chunks, find

One = TypeVar("One")

SUMMARY_VERSION = 1
MOST_NAMED = 10
"""Places and files of each kind that are named; the others are only counted."""
MOST_DAYS = 4000
MOST_LISTED = 100_000
MOST_HELD = 10_000
"""Reports in part, or edited, that are kept until all is read, since a better copy may follow."""
GROUPS = ("owner", "outcome", "cause", "os", "version")
"""What is counted of every report; after these come the groups of facts that the installed checks declare."""
SOLVED = "solved"
"""What is counted where anybody was led to a solution: the cause, a blank, and the step that solved it."""


class Day(msgspec.Struct, frozen=True):
    """The reports that were started on a day (UTC, by the clocks of the computers), by outcome."""

    day: str
    reports: int
    outcomes: dict[str, int]


class Place(msgspec.Struct, frozen=True):
    """A place by its file and its line (from 1)."""

    file: str
    line: int


class Damaged(Place, frozen=True):
    """A place that holds no report, and why (`Damage`)."""

    why: str


class Listed(Place, frozen=True):
    """A report that was asked for: where it stands, its run, when it was started, and its outcome.

    `first` is whether what was asked for is the report's cause, and not one of its further ones.
    """

    run_id: str
    started: str
    outcome: str
    first: bool


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked besides: kinds of groups (`grouping.KINDS`), the reports of a cause, a time to begin with."""

    by: tuple[str, ...] = ()
    cause: str = ""
    since: dt.datetime | None = None


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What many reports say together.

    `reports` counts each run once, `duplicates` the further copies. Of the reports `in_part` could not be read wholly,
    `changed` were edited (a field that is counted, by its checksum), and of `unproved` that cannot be told, since they
    have no checksums that this version knows. `damaged` are places without a report, `other_text` lines that are no
    JSON, `without` files that hold no report. `earlier` were started before the time that was asked for, and in
    `earlier_failing` of them something stops sign-in. `more` counts, by group, the reports whose value is beyond the
    bounded table; `undated` those without a day that can be told. Rows come with the most frequent first, days in
    their order.
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
    in_part: int = 0
    first_in_part: tuple[Place, ...] = ()
    changed: int = 0
    first_changed: tuple[Place, ...] = ()
    unproved: int = 0
    other_text: int = 0
    without: int = 0
    first_without: tuple[str, ...] = ()
    since: str = ""
    earlier: int = 0
    earlier_failing: int = 0
    by: dict[str, tuple[By, ...]] = {}
    asked: str = ""
    listed: tuple[Listed, ...] = ()
    unlisted: int = 0


def summarise(
    given: Iterable[str], stdin: BinaryIO, installed: Installed, question: Question | None = None
) -> Summary:
    """Read all reports of files, folders and `-` (stdin), and count them. Raises sources.CannotReadError."""
    count = _Count(installed, question or Question())
    for source in find(given):
        if isinstance(source, LeftOut):
            count.left_out.add(source.name)
            continue
        try:
            count.read(source, stdin)
        except OSError:
            count.left_out.add(source.name)
    return count.summary()


class _Few(Generic[One]):
    """How many there are of a kind, and the first of them."""

    def __init__(self) -> None:
        self.count = 0
        self._first: list[One] = []

    def add(self, one: One) -> None:
        """Count one more."""
        self.count += 1
        if len(self._first) < MOST_NAMED:
            self._first.append(one)

    @property
    def first(self) -> tuple[One, ...]:
        """The first ones."""
        return tuple(self._first)


class _Report(NamedTuple):
    """A report to count, what its seal says, and where it stands: the number of its source, and the place."""

    head: Head
    proof: Proof
    source: int
    place: Place


class _Count:
    """The counts while reports are read."""

    def __init__(self, installed: Installed, question: Question) -> None:
        facts = installed.fleet
        self._read, self._question = Decoder(facts, installed.numbers), question
        self._sources = self._files = self._reports = self._duplicates = self._undated = self._other_text = 0
        self._unproved = self._earlier = self._earlier_failing = self._unlisted = 0
        self.left_out, self._without = _Few[str](), _Few[str]()
        self._damaged, self._in_part, self._changed = _Few[Damaged](), _Few[Place](), _Few[Place]()
        self._runs = RunIds()
        self._held: dict[str, _Report] = {}
        self._other_schemas = Tally()
        self._tallies = {group: Tally() for group in (*GROUPS, *(group for group, _ in facts.values()))}
        self._by = {kind: Grouped(kind) for kind in question.by}
        self._listed: list[tuple[int, Listed]] = []
        self._days: dict[str, dict[str, int]] = {}

    def read(self, source: Source, stdin: BinaryIO) -> None:
        """Count the reports of a source. Raises what `sources.chunks` raises."""
        self._sources += 1
        empty = True
        for line, found in documents(chunks(source, stdin), self._read):
            if isinstance(found, OtherText):
                self._other_text += found.lines
                continue
            if empty:
                empty = False
                self._files += 1
            if isinstance(found, Head):
                shown = proof(found) if found.whole else Proof.MISSING
                self._report(_Report(found, shown, self._sources, Place(source.name, line)))
            elif isinstance(found, OtherSchema):
                self._other_schemas.add(str(found.version))
            else:
                self._damaged.add(Damaged(source.name, line, found.value))
        if empty and source.path is not None:
            self._without.add(source.name)

    def _report(self, report: _Report) -> None:
        """Count a run once: its best copy, since one that was cut off may have been sent again."""
        run_id, head = report.head.run_id, report.head
        is_sure = head.whole and report.proof is not Proof.BROKEN
        if run_id and not self._runs.is_new(run_id):
            self._duplicates += 1
            if run_id not in self._held:
                return
            if is_sure:
                del self._held[run_id]
            elif head.whole:
                self._held[run_id] = report
        if is_sure or not run_id or (run_id not in self._held and len(self._held) >= MOST_HELD):
            self._add(report)
        else:
            self._held.setdefault(run_id, report)

    def _add(self, report: _Report) -> None:
        head, since = report.head, self._question.since
        moment = _moment(head.started)
        if since is not None and moment is not None and moment < since:
            self._earlier += 1
            self._earlier_failing += head.outcome == Outcome.FAIL.value
            return
        self._reports += 1
        if not head.whole:
            self._in_part.add(report.place)
        elif report.proof is Proof.BROKEN:
            self._changed.add(report.place)
        elif report.proof is Proof.MISSING:
            self._unproved += 1
        tallies = self._tallies
        if head.owner is not None:
            tallies["owner"].add(head.owner if is_code(head.owner) else UNKNOWN)
        tallies["outcome"].add(head.outcome)
        tallies["cause"].add(head.cause)
        tallies["os"].add(head.platform.os)
        tallies["version"].add(head.tool.version)
        for group, value in head.facts:
            tallies[group].add(value)
        if head.solved:
            tallies.setdefault(SOLVED, Tally()).add(head.solved)
        for grouped in self._by.values():
            grouped.add(head)
        self._date(moment, head.outcome)
        if self._question.cause:
            self._list(report)

    def _list(self, report: _Report) -> None:
        head, wanted = report.head, self._question.cause
        if wanted not in (head.cause, *also(head)):
            return
        if len(self._listed) >= MOST_LISTED:
            self._unlisted += 1
            return
        told = Listed(
            file=report.place.file,
            line=report.place.line,
            run_id=plain(head.run_id, LONGEST_NAME),
            started=plain(head.started, LONGEST_NAME),
            outcome=plain(head.outcome, LONGEST_NAME),
            first=head.cause == wanted,
        )
        self._listed.append((report.source, told))

    def _date(self, moment: dt.datetime | None, outcome: str) -> None:
        day = moment.date().isoformat() if moment is not None else ""
        if day not in self._days:
            if not day or len(self._days) >= MOST_DAYS:
                self._undated += 1
                return
            self._days[day] = dict.fromkeys(OUTCOMES, 0)
        outcomes = self._days[day]
        # An outcome that nobody knows is no proof of anything.
        outcomes[outcome if outcome in outcomes else Outcome.UNKNOWN.value] += 1

    def summary(self) -> Summary:
        """The summary of all that was counted."""
        for report in self._held.values():
            self._add(report)
        question, more = self._question, {group: tally.others for group, tally in self._tallies.items()}
        more |= {f"by {kind}": grouped.more for kind, grouped in self._by.items()}
        return Summary(
            files=self._files,
            reports=self._reports,
            duplicates=self._duplicates,
            damaged=self._damaged.count,
            first_damaged=self._damaged.first,
            other_schemas=dict(self._other_schemas.ranked()),
            left_out=self.left_out.count,
            first_left_out=self.left_out.first,
            groups={group: self._rows(group) for group in self._tallies},
            more={group: others for group, others in more.items() if others},
            days=tuple(
                Day(day, sum(outcomes.values()), outcomes) for day, outcomes in sorted(self._days.items())
            ),
            undated=self._undated,
            in_part=self._in_part.count,
            first_in_part=self._in_part.first,
            changed=self._changed.count,
            first_changed=self._changed.first,
            unproved=self._unproved,
            other_text=self._other_text,
            without=self._without.count,
            first_without=self._without.first,
            since=question.since.strftime("%Y-%m-%dT%H:%M:%SZ") if question.since else "",
            earlier=self._earlier,
            earlier_failing=self._earlier_failing,
            by={kind: grouped.rows(self._reports) for kind, grouped in self._by.items()},
            asked=question.cause,
            listed=tuple(told for _, told in sorted(self._listed, key=lambda one: (one[0], one[1].line))),
            unlisted=self._unlisted,
        )

    def _rows(self, group: str) -> tuple[Row, ...]:
        tally = self._tallies[group]
        rows: list[tuple[str | None, int]] = [*tally.ranked()]
        if self._reports > tally.total():
            rows.append((None, self._reports - tally.total()))
        return tuple(Row(value, count, round(count / self._reports, 4)) for value, count in rows)


def _moment(started: str) -> dt.datetime | None:
    """A time as RFC 3339 writes it, in UTC; None for another text."""
    try:
        moment = dt.datetime.fromisoformat(started[:40])
        return moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    except (ValueError, OverflowError):
        return None
