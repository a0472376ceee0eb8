"""What is counted, once, and that the counts stay small."""

from __future__ import annotations

import random

import pytest

from portalcheck.report.fleet import Day
from portalcheck.report.fleet.counting import LONGEST_NAME, MOST_NAMES, RunIds, Tally
from portalcheck.report.fleet.summary import MOST_DAYS
from tests.report.fleet.making import counts, finding, line, lines, of_bytes, report
from tests.report.formats import hostile
from tests.report.formats.test_escaping import harmful


def test_each_run_is_counted_once() -> None:
    summary = of_bytes(lines([report(n % 7, cause="slow") for n in range(20)]))

    assert (summary.reports, summary.duplicates) == (7, 13)
    assert counts(summary, "cause") == {"slow": 7}


def test_reports_without_a_run_id_are_all_counted() -> None:
    assert of_bytes(lines([report(1, run_id="")] * 3)).reports == 3


def test_ids_are_told_apart_however_many() -> None:
    seen, draw = RunIds(), random.Random(1)
    ids = [f"{draw.getrandbits(128):032x}" for _ in range(5000)]

    assert all(seen.is_new(run_id) for run_id in ids)
    assert not any(seen.is_new(run_id) for run_id in ids)


def test_counts_and_shares_of_every_group() -> None:
    summary = of_bytes(
        lines(
            [
                report(1, outcome="fail", cause="mtu", platform={"os": "linux"}, tool={"version": "9"}),
                report(2, outcome="fail", cause="mtu"),
                report(3),
                report(4, cause="slow", outcome="warn"),
            ]
        )
    )

    assert counts(summary, "outcome") == {"fail": 2, "ok": 1, "warn": 1}
    assert counts(summary, "cause") == {"mtu": 2, "none": 1, "slow": 1}
    assert counts(summary, "os") == {"windows": 3, "linux": 1}
    assert counts(summary, "version") == {"0.1.0": 3, "9": 1}
    assert [row.share for row in summary.groups["outcome"]] == [0.5, 0.25, 0.25]


@pytest.mark.parametrize(
    ("group", "reason", "name"),
    [
        ("inspection", "tls.intercepted", "product"),
        ("vpn", "vpn.active", "product"),
        ("proxy", "proxy.used", "kind"),
    ],
)
def test_network_facts_are_counted_once_a_report(group: str, reason: str, name: str) -> None:
    summary = of_bytes(
        lines(
            [
                report(1, finding(reason, **{name: "first"}), finding(reason, **{name: "second"})),
                report(2, finding(reason, **{name: "first"})),
                report(3, finding(reason)),
                report(4, finding(reason, **{name: 5})),
                report(5, finding("other.reason", text=reason)),
            ]
        )
    )

    assert counts(summary, group) == {"first": 2, "unknown": 2, None: 1}
    assert summary.damaged == 0


def test_days_are_in_utc_and_a_clock_that_jumped_is_a_day_of_its_own() -> None:
    started = [
        "2026-11-23T00:00:00Z",
        "2026-11-22T23:30:00-05:00",
        "2026-11-23T09:00:00",
        "1970-01-01T00:00:00Z",
        "2099-12-31T23:59:59Z",
        "",
        "yesterday",
        "2026-13-45T00:00:00Z",
        "9999-12-31T23:00:00-23:00",
        "9" * 5000,
    ]
    summary = of_bytes(lines([report(n, started=text) for n, text in enumerate(started)]))

    assert [(day.day, day.reports) for day in summary.days] == [
        ("1970-01-01", 1),
        ("2026-11-23", 3),
        ("2099-12-31", 1),
    ]
    assert (summary.undated, summary.reports) == (5, 10)


def test_a_day_tells_its_outcomes_and_an_unheard_of_one_is_unknown() -> None:
    outcomes = ["fail", "fail", "ok", "warn", "unknown", "splendid"]
    summary = of_bytes(lines([report(n, outcome=outcome) for n, outcome in enumerate(outcomes)]))

    assert summary.days == (Day("2026-11-23", 6, {"fail": 2, "unknown": 2, "warn": 1, "ok": 1}),)


def test_names_beyond_the_table_are_counted_together() -> None:
    summary = of_bytes(lines([report(n, cause=f"cause-{n}") for n in range(MOST_NAMES + 5)]))

    assert len(summary.groups["cause"]) == MOST_NAMES
    assert summary.more == {"cause": 5}


def test_days_beyond_the_table_are_undated() -> None:
    started = (f"{1000 + n // 28}-01-{n % 28 + 1:02d}T00:00:00Z" for n in range(MOST_DAYS + 3))
    summary = of_bytes(b"".join(line(report(n, started=text)) for n, text in enumerate(started)))

    assert (len(summary.days), summary.undated) == (MOST_DAYS, 3)


@pytest.mark.parametrize("text", hostile.STRINGS.values(), ids=list(hostile.STRINGS))
def test_names_are_short_and_harmless(text: str) -> None:
    tally = Tally()
    for _ in range(2):
        tally.add(text)
    ((name, count),) = tally.ranked()

    assert count == tally.total() == 2
    assert harmful(name) == []
    assert len(name) <= LONGEST_NAME
