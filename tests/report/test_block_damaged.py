from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from portalcheck.model import Report
from portalcheck.report.block import layout
from portalcheck.report.recovered import Integrity, RecoveredReport
from tests.declared import read_paste, write_block
from tests.report.block_reports import SAMPLE, lost_values, make_report, wrong_values
from tests.words.growing import MOST_GROWTH, growth

BLOCK = write_block(SAMPLE)
LINES = BLOCK.splitlines()


def read_one(text: str | bytes) -> RecoveredReport:
    (recovered,) = read_paste(text)
    return recovered


def closed(*lines: str) -> str:
    """A block of lines (`key: value`) with right marks and a right closing check, as a later version could write it."""
    pairs = [(key, value) for key, _, value in (line.partition(": ") for line in lines)]
    closing = layout.closing_check(pairs)
    marked = [f"{key}: {value}, {layout.mark(closing[:2], key, value)};" for key, value in pairs]
    return "\n".join([layout.BEGIN, *marked, f"check: {closing};", layout.END])


# ---- edited ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("was", "now", "key"),
    [
        ("cause: vpn-breaks", "cause: none", "cause"),
        ("outcome: fail", "outcome: ok", "outcome"),
        ("exit/1", "exit/0", "outcome"),
        ("skew-s/minus 70", "skew-s/minus 71", "clock"),
        ("skew-s/minus 70", "skew-s/70", "clock"),
        ("share/0.25", "share/025", "proxy/2/2"),
        ("share/0.25", "share/0-25", "proxy/2/2"),
        ("complete/no", "complete/yes", "outcome"),
        ("also: cookies-stale, vpn-active", "also: cookies-stale/vpn-active", "also"),
        ("also: cookies-stale, vpn-active", "also: vpn-active, cookies-stale", "also"),
        ("dns/1/3: ", "tls/1/3: ", "tls/1/3"),
        ("ms/412", "ms/41 3", "started"),
    ],
)
def test_an_edited_line_is_said_to_be_changed_and_its_value_is_not_shown(
    was: str, now: str, key: str
) -> None:
    recovered = read_one(BLOCK.replace(was, now))
    assert recovered.integrity is Integrity.CHANGED
    assert key in [line.key for line in recovered.unproven]
    assert wrong_values(recovered, SAMPLE) == []
    assert recovered.fields["tool"]["version"] == SAMPLE.tool.version


def test_no_edit_of_one_character_makes_a_wrong_value() -> None:
    chance = random.Random(5)
    report = msgspec.structs.replace(SAMPLE, checks=SAMPLE.checks[:5])
    block = write_block(report)
    for place in range(len(block)):
        now = chance.choice("0123456789abcxyz ,.;:/-\n") if place % 3 else ""
        for recovered in read_paste(block[:place] + now + block[place + 1 :]):
            assert wrong_values(recovered, report) == []
            if lost_values(recovered, report):
                assert recovered.integrity is not Integrity.COMPLETE


@settings(max_examples=150)
@given(st.lists(st.tuples(st.integers(0, len(LINES)), st.integers(0, len(LINES))), min_size=1, max_size=5))
def test_lines_that_were_moved_doubled_or_dropped_are_never_complete_and_never_wrong(
    moves: list[tuple[int, int]],
) -> None:
    lines = LINES[1:-1]
    for source, target in moves:
        line = lines.pop(source % len(lines))
        lines[target % len(lines) : target % len(lines)] = [line] * (source % 3)
    for recovered in read_paste("\n".join([LINES[0], *lines, LINES[-1]])):
        assert wrong_values(recovered, SAMPLE) == []
        same = list(dict.fromkeys(lines)) == LINES[1:-1]
        assert same or recovered.integrity is not Integrity.COMPLETE


def test_a_line_that_was_taken_out_is_missing() -> None:
    recovered = read_one("\n".join(line for line in LINES if not line.startswith("also:")))
    assert (recovered.integrity, recovered.missing) == (Integrity.PART_MISSING, ("also",))


def test_a_check_whose_first_line_is_lost_is_missing_and_not_guessed_from_the_others() -> None:
    recovered = read_one("\n".join(line for line in LINES if not line.startswith("cookies/1/5")))
    assert recovered.missing == ("checks.cookies",)
    assert "cookies" not in [check["check"] for check in recovered.fields["checks"]]


def test_a_check_whose_later_line_is_lost_keeps_the_findings_before_it() -> None:
    recovered = read_one("\n".join(line for line in LINES if not line.startswith("cookies/5/5")))
    (cookies,) = [check for check in recovered.fields["checks"] if check["check"] == "cookies"]
    assert [finding["reason"] for finding in cookies["findings"]] == ["cookies.found"]
    assert recovered.missing == ("checks.cookies",)


@pytest.mark.parametrize(
    "line",
    [
        "cause: none;",
        "cause: none, 123456;",
        "cause: cert-expired, mq0000;",
        "Note: I think it is the router;",
    ],
)
def test_a_line_that_was_put_in_is_said_to_be_a_change(line: str) -> None:
    for place in (1, 9, len(LINES) - 2):
        recovered = read_one("\n".join([*LINES[:place], line, *LINES[place:]]))
        assert recovered.integrity is Integrity.CHANGED
        assert wrong_values(recovered, SAMPLE) == []
        assert lost_values(recovered, SAMPLE) == []


def test_a_line_of_another_report_is_said_to_be_a_change() -> None:
    other = write_block(make_report(3)).splitlines()
    foreign = next(line for line in other if line.startswith("cause:"))
    lines = [foreign if line.startswith("cause:") else line for line in LINES]
    recovered = read_one("\n".join(lines))
    assert recovered.integrity is Integrity.CHANGED
    assert "cause" not in recovered.fields
    assert "cause" in [line.key for line in recovered.unproven]


def test_a_closing_check_that_was_changed_is_said_to_be_a_change() -> None:
    closing = LINES[-2]
    other = "00" if closing[-4:-2] != "00" else "11"
    recovered = read_one(BLOCK.replace(closing, closing[:-4] + other + closing[-2:]))
    assert recovered.integrity is Integrity.CHANGED
    assert wrong_values(recovered, SAMPLE) == []


def test_letters_taken_for_digits_do_no_harm_in_checks() -> None:
    for seed in range(30):
        report = make_report(seed)
        lines = write_block(report).splitlines()
        text = "\n".join(line[:-7] + line[-7:].replace("0", "O").replace("1", "l") for line in lines)
        assert read_one(text).integrity is Integrity.COMPLETE


@settings(max_examples=100)
@given(st.integers(0, 50), st.integers(51, 99))
def test_pieces_of_two_reports_give_no_report_that_is_neither(seed: int, other_seed: int) -> None:
    one, other = make_report(seed), make_report(other_seed)
    # What tells two blocks apart is ten bits of their closing checks: one pair in 1,024 has the same.
    assume(_tag(one) != _tag(other))
    pieces = [*write_block(one).splitlines()[1:-1], *write_block(other).splitlines()[1:-1]]
    random.Random(seed).shuffle(pieces)
    for recovered in read_paste("\n".join([layout.BEGIN, *pieces, layout.END])):
        assert _agrees(recovered, one) or _agrees(recovered, other)
        assert recovered.integrity is not Integrity.COMPLETE


def _tag(report: Report) -> str:
    return write_block(report).splitlines()[-2].partition(": ")[2][:2]


def _agrees(recovered: RecoveredReport, report: Report) -> bool:
    """Whether no value is another one; the order of lines was lost, so checks may come in any."""
    return wrong_values(recovered, report) == []


# ---- newer -------------------------------------------------------------------------------------


def test_keys_and_items_of_tomorrow_are_left_alone() -> None:
    recovered = read_one(
        closed(
            "layout: 1, schema/1, lines/4, colour/blue",
            "cause: none, since/2027",
            "weather: rain",
            "dns: ok, ms/1",
        )
    )
    assert recovered.integrity is Integrity.COMPLETE
    assert recovered.unknown == ("weather",)
    assert (recovered.fields["cause"], recovered.fields["checks"][0]["status"]) == ("none", "ok")


@pytest.mark.parametrize(("number", "schema"), [(2, 1), (1, 2), (3, 4)])
def test_a_newer_layout_or_schema_is_told_and_its_values_are_not_taken_for_ours(
    number: int, schema: int
) -> None:
    recovered = read_one(closed(f"layout: {number}, schema/{schema}, lines/2", "cause: none"))
    assert (recovered.newer, recovered.layout, recovered.schema_version) == (True, number, schema)
    assert recovered.fields == {"schema_version": schema}
    assert [(line.key, line.text) for line in recovered.unproven] == [("cause", "none")]


def test_lines_of_a_newer_layout_that_cannot_be_judged_are_not_called_changed() -> None:
    block = closed("layout: 2, schema/1, lines/2", "cause: none").replace("none, ", "none ~ ")
    recovered = read_one(block)
    assert (recovered.integrity, recovered.newer) == (Integrity.PART_MISSING, True)


@pytest.mark.parametrize(
    "line",
    ["dns: fine, ms/1", "dns: ok", "dns: ok, ms/x", "dns: ok, ms/1, count/3", "outcome: good", "steps: step-1, sure",
     "steps: cause/none", "privacy: share, address/many", "outcome: ok, exit/yes", "dns: ok, ms/1, fail, a/1"],
)  # fmt: skip
def test_a_proved_line_that_makes_no_sense_is_shown_as_it_is(line: str) -> None:
    recovered = read_one(closed("layout: 1, schema/1, lines/2", line))
    key, _, text = line.partition(": ")
    assert [(unproven.key, unproven.text) for unproven in recovered.unproven] == [(key, text)]
    assert set(recovered.fields) <= {"schema_version", "checks"}
    assert recovered.fields["checks"] == []


# ---- hostile -----------------------------------------------------------------------------------


@settings(max_examples=200)
@given(st.one_of(st.binary(max_size=400), st.text(max_size=400)))
def test_anything_is_read_without_harm(data: str | bytes) -> None:
    assert all(isinstance(recovered, RecoveredReport) for recovered in read_paste(data))


_SHREDS = st.sampled_from(
    [*LINES, "\n", ";", ":", ", ", "BEGIN PORTALCHECK REPORT", "check: 00000000;", "x: y, 000000;", "&lt;", "=0A",
     "<br>", "layout/1/9: 1", "{", '"schema_version": 1', "\u202e", "\x00", "dns/2/1: , mq0000;", "/", "text ", "about"]
)  # fmt: skip


@settings(max_examples=200)
@given(st.lists(_SHREDS, max_size=30))
def test_shreds_of_a_report_are_read_without_harm_and_never_wrong(shreds: list[str]) -> None:
    for recovered in read_paste("\n".join(shreds)):
        if recovered.source == "block":
            assert wrong_values(recovered, SAMPLE) == []


@pytest.mark.parametrize(
    "pattern",
    [";", "a;", "a:b;", "run: a, b, abcdef;", "a:" * 8, "BEGIN PORTALCHECK REPORT ", "END PORTALCHECK REPORT;",
     "BEGIN PORTALCHECK REPORT\na:b, abcdef;", "<a ", "<http://a|", "&amp;", "&", "=20", "=", "http://", "\u00e9",
     "\u0315\u0300", "\u200b", "[1,", "{", "a-", "begin ", "- ", "check: 00000000;", "\n1. ", "a , ", "\\n", "a.\n",
     "content-transfer-encoding: base64\n" + "A" * 70 + "\n", "a-b-c-d-e:", "layout/1/9999: 1, 000000;", "\n>",
     "A" * 76 + "\n"],
)  # fmt: skip
def test_no_text_takes_more_than_linear_time(pattern: str) -> None:
    """In and out of a block, by its ratio to a shorter text of the same sort."""

    def reading(size: int) -> Callable[[], object]:
        text = pattern * (size // len(pattern))
        inside = f"{layout.BEGIN}\n{LINES[1]}\n{text}"
        return lambda: (read_paste(text), read_paste(inside))

    assert growth(reading, 500_000) < MOST_GROWTH


@pytest.mark.slow
def test_ten_megabytes_of_random_bytes_are_read_in_time_that_grows_as_they_do() -> None:
    def reading(size: int) -> Callable[[], object]:
        return partial(read_paste, random.Random(1).randbytes(size))

    assert reading(10_000_000)() == []
    assert growth(reading, 10_000_000) < MOST_GROWTH
