"""Reports of which a part is lost, or that were edited: what can be read is counted, and all is told."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from portalcheck.report.fleet import Place
from tests.report.fleet.damaging import IN_PART, TEN_WAYS, begin_cut, end_cut, healthy, troubled
from tests.report.fleet.making import Report, counts, found, line, lines, of_bytes, of_files, report

HEALTHY = [healthy(n) for n in range(7)]
TROUBLED = [troubled(n) for n in range(7, 10)]
RIGHT = ({"ok": 7, "fail": 3}, {"none": 7, "proxy-auth": 3})

NEED_LINES = {"its beginning is lost", "cut off, and names in order"}
"""What cannot be told apart where nothing stands between."""


@pytest.mark.parametrize(
    ("name", "end"), [(name, end) for name in IN_PART for end in (b"\n", b"")[: 2 - (name in NEED_LINES)]]
)
def test_what_can_be_read_of_a_damaged_report_is_counted(name: str, end: bytes) -> None:
    parts = (IN_PART[name](one).rstrip(b"\n") + end for one in TROUBLED)
    content = lines(HEALTHY) + b"".join(parts) + line(report(99))
    summary = of_bytes(content)
    outcomes, causes = found(summary)

    assert (outcomes["ok"], summary.reports) == (8, 11)
    assert (outcomes.get("fail", 0) + outcomes.get("unknown", 0), causes["proxy-auth"]) == (3, 3)
    assert (summary.in_part + summary.unproved, summary.damaged) == (3, 0)
    assert counts(summary, "proxy").get(None, 0) == 8


def test_where_a_report_in_part_stands_is_told() -> None:
    summary = of_bytes(lines(HEALTHY) + end_cut(TROUBLED[0]) + b"\n" + lines(TROUBLED[1:]))

    assert summary.first_in_part == (Place("-", 8),)
    assert found(summary) == RIGHT


def test_what_could_not_be_read_is_unknown_and_not_absent() -> None:
    text = line(TROUBLED[0])
    summary = of_bytes(text[: text.index(b'"portal"')])

    for group, rows in summary.groups.items():
        known = {"version": "0.1.0"}.get(group, "unknown")
        assert {row.value: row.reports for row in rows} == {known: 1}, group


@pytest.mark.parametrize("first", [True, False])
def test_a_whole_copy_counts_instead_of_one_that_was_cut_off_or_edited(first: bool) -> None:
    one = TROUBLED[0]
    for worse in (
        line(one)[:400] + b"\n",
        line({**one, "outcome": "ok", "cause": "none"}),
        begin_cut(one)[:0],
    ):
        parts = [worse, line(one)]
        summary = of_bytes(b"".join(parts if first else reversed(parts)))

        assert (found(summary), summary.in_part, summary.changed) == (({"fail": 1}, {"proxy-auth": 1}), 0, 0)
        assert summary.duplicates == bool(worse)


def test_halves_of_one_line_tell_what_each_has() -> None:
    text = line(TROUBLED[0])
    place = text.index(b'"checks"')
    summary = of_bytes(line(HEALTHY[0]) + text[:place] + b"\n" + line(HEALTHY[1]) + text[place:])

    assert counts(summary, "outcome") == {"ok": 2, "fail": 1}


def test_an_end_of_line_within_a_report_parts_it_only_for_the_eye() -> None:
    text = line(TROUBLED[0])
    for place in (text.index(b'"portal"'), text.index(b'"outcome"') + 3, text.index(b'"checks"') + 1):
        summary = of_bytes(line(HEALTHY[0]) + text[:place] + b"\r\n" + text[place:] + line(HEALTHY[1]))

        assert counts(summary, "cause") == {"none": 2, "proxy-auth": 1}


@pytest.mark.parametrize("place", [b'"portal"', b'"outcome"', b'"privacy"', b'"reason":"dns.resolves"'])
def test_halves_of_two_reports_are_two(place: bytes) -> None:
    first = line(TROUBLED[0])
    content = first[: first.index(place)] + b"\n" + begin_cut(TROUBLED[1]) + line(HEALTHY[0])
    summary = of_bytes(content)

    assert (summary.reports, counts(summary, "outcome")["ok"]) == (3, 1)
    assert counts(summary, "cause")["proxy-auth"] >= 1


# ---- edited, and of other versions ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "edit",
    [
        {"outcome": "ok"},
        {"cause": "none"},
        {"owner": None},
        {"owner": 5},
        {"started": "2026-11-24T00:00:00Z"},
        {"tool": {"name": "portalcheck", "version": "9"}},
        {"platform": {"os": "linux", "release": "11"}},
    ],
)
def test_an_edited_report_is_counted_and_told(edit: Report) -> None:
    summary = of_bytes(line(HEALTHY[0]) + line({**TROUBLED[0], **edit}))

    assert (summary.reports, summary.changed, summary.first_changed) == (2, 1, (Place("-", 2),))


@pytest.mark.parametrize("seal", [{}, {"layout": "9", "outcome": "0000"}, {"layout": ""}])
def test_a_report_without_a_proof_that_is_known_is_told(seal: Report) -> None:
    summary = of_bytes(line({**TROUBLED[0], "seal": seal}))

    assert (found(summary), summary.unproved, summary.changed) == (({"fail": 1}, {"proxy-auth": 1}), 1, 0)


def test_reports_of_all_versions_so_far_are_whole_and_proved() -> None:
    folder = Path(__file__).parents[1] / "golden" / "schema-1"
    paths = [path for path in folder.glob("*.json") if path.name != "schema.json"]
    summary = of_files(*paths)

    assert (summary.reports, summary.damaged, summary.in_part) == (len(paths), 0, 0)
    # The first ones had no checksums.
    assert (summary.changed, summary.unproved) == (0, len(paths))


def test_the_first_layout_of_checksums_is_known() -> None:
    """It did not cover the owner, which reports did not have."""
    seal = {**HEALTHY[0]["seal"], "layout": "1"}
    del seal["owner"]
    earlier = {name: value for name, value in HEALTHY[0].items() if name != "owner"} | {"seal": seal}

    summary = of_bytes(line(earlier) + line({**earlier, "run_id": "1"}) + line({**earlier, "owner": "you"}))
    assert (summary.reports, summary.duplicates, summary.changed, summary.unproved) == (2, 1, 1, 0)


def test_a_later_version_may_say_more() -> None:
    later = {**TROUBLED[0], "tried": [{"ref": "step-4"}], "owner": "somebody-new", "cause": "quantum"}
    assert counts(of_bytes(line(later)), "cause") == {"quantum": 1}


@pytest.mark.parametrize("damage", [b'"seal":', b'"layout":"2",', b'"seal":{"layout":"2","schema_version"'])
def test_no_checksum_is_taken_for_a_value(damage: bytes) -> None:
    """The names of a seal are those of the fields: `"cause":"jjrk"`."""
    text = line(TROUBLED[0]).replace(damage, b"", 1)
    without_fields = text[:100] + text[text.index(b'"code"') :]
    only_seal = text[text.index(b'"outcome":"', text.index(b'"code"')) :]
    summary = of_bytes(line(HEALTHY[0]) + without_fields + b"\n" + only_seal + text[:-2] + b"\n")

    assert counts(summary, "cause").keys() <= {"none", "proxy-auth", "unknown"}


# ---- very many ---------------------------------------------------------------------------------------


def test_damage_in_ten_ways_hides_no_computer_in_trouble() -> None:
    draw = random.Random(19)
    content, bad = [], [draw.random() < 0.2 for _ in range(2000)]
    for number, is_bad in enumerate(bad):
        one = troubled(number) if is_bad else healthy(number)
        damaged = draw.random() < 0.05
        content.append(TEN_WAYS[number % 10](one).rstrip(b"\n") + b"\n" if damaged else line(one))
    summary = of_bytes(b"".join(content))

    assert counts(summary, "cause") == {"none": 2000 - sum(bad), "proxy-auth": sum(bad)}
    assert (summary.reports, summary.damaged) == (2000, 0)
    assert summary.in_part > 50
