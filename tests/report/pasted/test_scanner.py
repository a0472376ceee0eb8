"""Where reports stood, each run once, and in time that grows as the text does, whatever the text."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from portalcheck.report import checksums
from portalcheck.report.json_text import DEEPEST, NotJSONError, Unreadable, decode
from portalcheck.report.pasted.scanner import scan
from portalcheck.report.recovered import Integrity
from tests.declared import NUMBERS, write_block
from tests.report.block_reports import make_report
from tests.report.pasted.mangled import BLOCK, COMPACT, DOCUMENT, JSON
from tests.words.growing import MOST_GROWTH, growth


def another(run: str) -> str:
    document = {**DOCUMENT, "run_id": run}
    return json.dumps({**document, "seal": checksums.compute(document)})


def test_each_report_tells_the_line_that_it_begins_on() -> None:
    indented = json.dumps(json.loads(another("three")), indent=2)
    text = f"Hello\n\n{BLOCK}and\n{another('two')}\n\nfrom the log:\n{indented}\n"
    found = list(scan(text, NUMBERS))
    assert [each.line for each in found] == [
        text[: text.index(part)].count("\n") + 1 for part in ("BEGIN", '{"schema', "{\n")
    ]
    assert all(each.report.integrity is Integrity.COMPLETE for each in found)


def test_bytes_of_several_encodings_one_behind_the_other_are_all_read() -> None:
    parts = [another(str(number)) + "\n" for number in range(6)]
    encodings = ("utf-16", "utf-8", "utf-8-sig", "utf-16-be", "ascii", "utf-32")
    data = b"".join(part.encode(encoding) for part, encoding in zip(parts, encodings, strict=True))
    found = scan(data, NUMBERS).reports
    assert sorted(report.fields["run_id"] for report in found) == [*"012345"]
    assert all(report.integrity is Integrity.COMPLETE for report in found)


def test_a_stream_with_damage_between_gives_all_that_is_whole() -> None:
    lines = [another(str(number)) for number in range(5)]
    text = "\n".join(
        [
            lines[0],
            lines[1][:300],
            lines[2] + "non-zero return code",
            "\0\0\0",
            "{",
            lines[3],
            "]}",
            lines[4][400:],
        ]
    )
    found = scan(text, NUMBERS).reports
    whole = [report.fields["run_id"] for report in found if report.integrity is Integrity.COMPLETE]
    assert whole == ["0", "2", "3"]
    (cut,) = [report for report in found if report.integrity is not Integrity.COMPLETE]
    assert (cut.fields["run_id"], cut.proved) == ("1", {})


def test_two_blocks_and_a_report_of_one_of_them_are_two_runs() -> None:
    other = write_block(make_report(2))
    assert len(scan(BLOCK + other + JSON + BLOCK.lower(), NUMBERS).found) == 2


@pytest.mark.parametrize(
    "pattern",
    ["<https://", "<https://a ", "https://a,", "https://a;b", "&lt;", "\\u003c", "\\\\", "%20", "%25", "\x1b[0m",
     "\x1b]", "[0;1m", '{"a":', '{"schema_version":', '{"schema_version": 1, ', '{"schema_version":1}', "{\\rtf",
     "\\par ", '"schema_version": 1, {', "[1]", "\u00bd", "\u201c", "{\n", "x: {\n", "> ", "<a href='", "<![CDATA[",
     "[url=", 'HYPERLINK "', "portalcheck+report", "7K4M-", "alpha bravo ", "\ud800", "=\n", "mailto:", "@{",
     '{"schema_version": 1, "seal": {"layout": "3"}, "checks": ['],
)  # fmt: skip
def test_no_text_takes_more_than_linear_time(pattern: str) -> None:
    def reading(size: int) -> Callable[[], object]:
        text = pattern * (size // len(pattern))
        return lambda: (scan(text, NUMBERS), scan(COMPACT + text, NUMBERS))

    assert growth(reading, 200_000) < MOST_GROWTH


# ---- the decoder ---------------------------------------------------------------------------------


def test_a_document_is_read_up_to_its_end_and_no_further() -> None:
    document = decode('  {"a": [1, 2.5, true, null]} and more')
    assert (document.value, document.end, document.limits) == ({"a": [1, 2.5, True, None]}, 29, frozenset())


@pytest.mark.parametrize("text", ["", "{", '{"a"', "nul", "[1,", '{"a": 1', "]", "[" * 100_000])
def test_what_is_no_document_is_told_to_be_none(text: str) -> None:
    with pytest.raises(NotJSONError):
        decode(text)


@pytest.mark.parametrize("depth", [DEEPEST + 1, 500, 1000, 50_000])
def test_what_goes_too_deep_is_left_out_and_the_rest_is_read(depth: int) -> None:
    document = decode('{"a": ' + "[" * depth + "]" * depth + ', "b": 1}')
    assert document.value["b"] == 1
    assert [limit.value for limit in document.limits] == ["depth"]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("18446744073709551615", 2**64 - 1),
        ("-9223372036854775808", -(2**63)),
        ("1e308", 1e308),
        ("1" + "0" * 30, 1e30),
    ],
)
def test_numbers_are_read_as_far_as_64_bits_hold_them(written: str, value: float) -> None:
    assert decode(written).value == value


@pytest.mark.parametrize(
    "written", ["NaN", "Infinity", "-Infinity", "1e309", "9" * 310, "9" * 10_000, "0." + "1" * 10_000]
)
def test_a_number_that_cannot_be_held_is_no_number(written: str) -> None:
    document = decode(f"[{written}, 1]")
    assert isinstance(document.value[0], Unreadable)
    assert (document.value[1], [limit.value for limit in document.limits]) == (1, ["number"])
