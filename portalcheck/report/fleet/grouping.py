"""Reports by what they name: portal, browser, symptom, first step, owner, network; with outcomes and causes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from portalcheck.api.declarations import NONE
from portalcheck.model import Outcome
from portalcheck.report.fleet.counting import Tally
from portalcheck.report.fleet.decoding import UNKNOWN, Head, is_code

OUTCOMES = (Outcome.FAIL.value, Outcome.UNKNOWN.value, Outcome.WARN.value, Outcome.OK.value)
"""By gravity (contract.md, Rulings)."""
MOST_CAUSES = 50
"""Causes that are counted for each value."""


class Row(msgspec.Struct, frozen=True):
    """How many reports have a value, and their share of all (0 to 1).

    `value` is None for the reports that name none.
    """

    value: str | None
    reports: int
    share: float


class By(Row, frozen=True):
    """The reports that name a value, with their outcomes, and their causes but `none`."""

    outcomes: dict[str, int]
    causes: dict[str, int]


class _Portal(msgspec.Struct, frozen=True):
    profile: str = UNKNOWN


class _Step(msgspec.Struct, frozen=True):
    ref: str


class _Args(msgspec.Struct, frozen=True):
    browser: str = ""


class _Finding(msgspec.Struct, frozen=True):
    args: _Args = _Args()


class _Check(msgspec.Struct, frozen=True):
    findings: list[_Finding] = []


_portal = msgspec.json.Decoder(_Portal | None).decode
_steps = msgspec.json.Decoder(list[_Step]).decode
_texts = msgspec.json.Decoder(list[str]).decode
_checks = msgspec.json.Decoder(list[_Check]).decode
_UNREADABLE = (msgspec.DecodeError, UnicodeError, RecursionError)


def _of_portal(head: Head) -> tuple[str, ...]:
    portal = _portal(head.portal)
    return (portal.profile,) if portal is not None else ()


def _of_browser(head: Head) -> tuple[str, ...]:
    """Every browser that a finding names in its argument of that name, as the contract has it."""
    return tuple(finding.args.browser for check in _checks(head.checks) for finding in check.findings)


def _of_owner(head: Head) -> tuple[str, ...]:
    if head.owner is None:
        return ()
    return (head.owner if is_code(head.owner) else UNKNOWN,)


KINDS: Mapping[str, Callable[[Head], tuple[str, ...]]] = {
    "portal": _of_portal,
    "browser": _of_browser,
    "symptom": lambda head: tuple(_texts(head.symptoms)),
    "ref": lambda head: tuple(step.ref for step in _steps(head.likely_steps)[:1]),
    "owner": _of_owner,
    "network": lambda head: tuple(f"{group}: {value}" for group, value in head.facts),
}
"""What reports can be grouped by, and the values that a report has."""


def also(head: Head) -> tuple[str, ...]:
    """The further causes of a report, as far as they can be read."""
    try:
        return tuple(_texts(head.also))
    except _UNREADABLE:
        return ()


class Grouped:
    """The counts of one kind of groups."""

    def __init__(self, kind: str) -> None:
        self._values_of = KINDS[kind]
        self._reports: dict[str | None, dict[str, int]] = {}
        self._causes: dict[str | None, Tally] = {}
        self._names = Tally()

    def add(self, head: Head) -> None:
        """Count a report, once for each value that it names."""
        try:
            values = {*self._values_of(head)} - {""}
        except _UNREADABLE:
            values = {UNKNOWN}
        if not values:
            self._add(None, head)
        for name in map(self._names.add, values):
            if name is not None:  # else it is counted as one of `more`
                self._add(name, head)

    def _add(self, name: str | None, head: Head) -> None:
        if name not in self._reports:
            self._reports[name] = dict.fromkeys(OUTCOMES, 0)
            self._causes[name] = Tally(MOST_CAUSES)
        outcomes = self._reports[name]
        outcomes[head.outcome if head.outcome in outcomes else Outcome.UNKNOWN.value] += 1
        if head.cause != NONE.id:
            self._causes[name].add(head.cause)

    def rows(self, reports: int) -> tuple[By, ...]:
        """The values, the most frequent first; last the reports that name none."""
        ranked: list[str | None] = [name for name, _ in self._names.ranked()]
        return tuple(
            By(
                name,
                count := sum(self._reports[name].values()),
                round(count / reports, 4),
                self._reports[name],
                dict(self._causes[name].ranked()),
            )
            for name in (*ranked, None)
            if name in self._reports
        )

    @property
    def more(self) -> int:
        """How often further values were named, for which the table has no place."""
        return self._names.others
