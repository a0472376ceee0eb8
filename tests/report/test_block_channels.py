from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.model import Report
from portalcheck.report.recovered import Integrity, RecoveredReport
from tests.declared import read_paste, write_block
from tests.report import block_channels
from tests.report.block_channels import CHANNELS, HARMLESS, Channel
from tests.report.block_reports import SAMPLE, expected, lost_values, make_report, wrong_values
from tests.words.growing import MOST_GROWTH, growth

_TEN_MEGABYTES = 10_000_000

REPORTS = [SAMPLE, *(make_report(seed) for seed in range(8))]
WHOLE = tuple(channel for channel in CHANNELS if channel is not block_channels.truncated)
LOSING: tuple[Channel, ...] = (
    block_channels.truncated,
    block_channels.truncated_at_start,
    block_channels.truncated_at_both_ends,
)
UNREADABLE = block_channels.semicolons_dropped


def read_one(text: str | bytes) -> RecoveredReport:
    (recovered,) = read_paste(text)
    return recovered


def test_there_are_nineteen_channels_and_eighteen_lose_nothing() -> None:
    assert (len(set(CHANNELS)), len(WHOLE)) == (19, 18)


@pytest.mark.parametrize("channel", [*WHOLE, *HARMLESS], ids=lambda channel: channel.__name__)
def test_a_channel_that_loses_nothing_leaves_the_report_whole(channel: Channel) -> None:
    for report in REPORTS:
        recovered = read_one(channel(write_block(report)))
        assert recovered.integrity is Integrity.COMPLETE
        assert wrong_values(recovered, report) == []
        assert lost_values(recovered, report) == []


@pytest.mark.parametrize("channel", LOSING, ids=lambda channel: channel.__name__)
def test_what_was_cut_off_is_told_and_the_rest_is_right(channel: Channel) -> None:
    for report in REPORTS:
        recovered = read_one(channel(write_block(report)))
        assert recovered.integrity is Integrity.PART_MISSING
        assert wrong_values(recovered, report) == []
        assert recovered.missing
        assert recovered.unproven == ()


def test_a_cut_report_names_the_fields_and_checks_that_are_lost() -> None:
    block = write_block(SAMPLE)
    start = read_one(block[: block.index("also:")])
    assert start.missing == ("also", "likely_steps", "symptoms", "checks", "privacy", "code")
    end = read_one(block[block.index("vpn/2/3") :])
    assert {"cause", "outcome", "checks.dns", "checks.vpn"} <= set(end.missing)
    assert "checks.cookies" not in end.missing
    assert [check["check"] for check in end.fields["checks"]][:2] == ["service", "cookies"]


def test_a_report_whose_every_line_is_unreadable_is_still_announced() -> None:
    recovered = read_one(UNREADABLE(write_block(SAMPLE)))
    assert (recovered.integrity, recovered.fields) == (Integrity.PART_MISSING, {})
    assert "cause" in recovered.missing


@settings(max_examples=200)
@given(
    st.sampled_from(REPORTS),
    st.lists(st.sampled_from((*CHANNELS, *HARMLESS, *LOSING, UNREADABLE)), min_size=2, max_size=4),
)
def test_channels_together_never_make_a_wrong_value_and_every_loss_is_told(
    report: Report, channels: list[Channel]
) -> None:
    text = write_block(report)
    for channel in channels:
        text = channel(text)
    for recovered in read_paste(text):
        assert wrong_values(recovered, report) == []
        if lost_values(recovered, report):
            assert recovered.integrity is not Integrity.COMPLETE


@settings(max_examples=150)
@given(st.sampled_from(REPORTS), st.permutations(WHOLE))
def test_two_harmless_channels_never_make_a_report_vanish(report: Report, order: list[Channel]) -> None:
    text = write_block(report)
    for channel in order[:2]:
        text = channel(text)
    found = read_paste(text)
    assert found
    for recovered in found:
        assert wrong_values(recovered, report) == []
        assert recovered.integrity is not Integrity.COMPLETE or not lost_values(recovered, report)


# ---- encodings and places ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "encoding", ["ascii", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "binary"]
)
def test_bytes_are_read_in_the_encoding_they_come_in(encoding: str) -> None:
    block = write_block(SAMPLE)
    data = (
        b"\x00\x80\xff" * 5 + block.encode() + b"\x00\x80\xff"
        if encoding == "binary"
        else block.encode(encoding)
    )
    recovered = read_one(data)
    assert recovered.integrity is Integrity.COMPLETE
    assert wrong_values(recovered, SAMPLE) == []


def test_latin_1_blanks_and_quotes_do_no_harm() -> None:
    block = "\u201c" + write_block(SAMPLE).replace(" ", "\u00a0") + "\u201d"
    assert read_one(block.encode("cp1252")).integrity is Integrity.COMPLETE


def test_two_reports_in_one_text_are_read_in_order() -> None:
    one, other = REPORTS[1], REPORTS[2]
    text = "first:\n" + write_block(one) + "and then:\n" + block_channels.reply_quoted(write_block(other))
    found = read_paste(text)
    assert [recovered.integrity for recovered in found] == [Integrity.COMPLETE] * 2
    assert [
        lost_values(recovered, report) for recovered, report in zip(found, (one, other), strict=True)
    ] == [[], []]


def test_a_report_that_is_quoted_again_and_again_is_one_report() -> None:
    block = write_block(SAMPLE)
    replies = "\n\n".join([block, block_channels.reply_quoted(block), block_channels.truncated(block)])
    assert read_one(replies).integrity is Integrity.COMPLETE


def test_a_sentence_that_names_the_first_and_the_last_line_is_no_report_beside_one() -> None:
    hint = "Copy all from BEGIN PORTALCHECK REPORT to END PORTALCHECK REPORT:\n\n"
    assert read_one(hint + write_block(SAMPLE)).integrity is Integrity.COMPLETE


def test_halves_of_two_reports_are_never_taken_for_one() -> None:
    for seed in range(20):
        one, other = make_report(seed), make_report(seed + 100)
        text = block_channels.truncated(write_block(one)) + block_channels.truncated_at_start(
            write_block(other)
        )
        found = read_paste(text)
        assert all(recovered.integrity is not Integrity.COMPLETE for recovered in found)
        for recovered in found:
            assert not wrong_values(recovered, one) or not wrong_values(recovered, other)


@pytest.mark.slow
def test_a_report_in_ten_megabytes_of_mail_is_found_in_time_that_grows_as_the_mail_does() -> None:
    line = (
        "> On Monday; Anna wrote: see <b>this</b> &amp; that, e.g. abcdef; =C3=A9 http://mail.example/x?y=z\n"
    )
    block = block_channels.html_escaped(write_block(SAMPLE))

    def mail(size: int) -> str:
        half = line * (size // 2 // len(line))
        return half + block + half

    recovered = read_one(mail(_TEN_MEGABYTES))
    assert recovered.integrity is Integrity.COMPLETE
    assert recovered.fields["cause"] == expected(SAMPLE)["cause"]
    assert growth(lambda size: partial(read_paste, mail(size)), _TEN_MEGABYTES) < MOST_GROWTH
