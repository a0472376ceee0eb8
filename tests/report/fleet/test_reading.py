"""Every shape in which reports come, and every damage, costs what is damaged and nothing else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.report.fleet import Damaged, documents, scanning
from portalcheck.report.fleet.decoding import Decoder, Head
from tests.declared import INSTALLED
from tests.report.fleet.making import counts, line, lines, of_bytes, report

DECODER = Decoder(INSTALLED.fleet, INSTALLED.numbers)

THREE = [report(n) for n in range(3)]
PRETTY = [json.dumps(document, indent=2) for document in THREE]
SHAPES = {
    "lines": lines(THREE),
    "lines without a last end": lines(THREE)[:-1],
    "lines of Windows": lines(THREE).replace(b"\n", b"\r\n"),
    "lines with blank ones": b"\n\n" + b"\n \n".join(map(line, THREE)),
    "documents over many lines": "\n".join(PRETTY).encode(),
    "documents of Windows": "\r\n".join(PRETTY).replace("\n", "\r\n").encode(),
    "a list on one line": json.dumps(THREE).encode(),
    "a list over many lines": json.dumps(THREE, indent=2).encode(),
    "a list whose first fields share a line with their bracket": b"[\n "
    + b",\n ".join(json.dumps(d, indent=2).replace("{\n  ", "{ ", 1).encode() for d in THREE)
    + b"\n]",
    "a list with one a line": b"[\n" + b",\n".join(line(d).strip() for d in THREE) + b"\n]\n",
    "a list that shares its brackets": b"[" + b",\n".join(line(d).strip() for d in THREE) + b"]",
    "two lists without an end of line": f"{json.dumps(THREE[:1], indent=1)}{json.dumps(THREE[1:])}".encode(),
    "documents without an end of line": b"".join(line(d).strip() for d in THREE),
    "a UTF-8 mark": b"\xef\xbb\xbf" + lines(THREE),
    "PowerShell's UTF-16": "\r\n".join(PRETTY).encode("utf-16"),
    "UTF-16 big-endian": b"\xfe\xff" + lines(THREE).decode().encode("utf-16-be"),
}
GOOD = line(report(100))
PIECES = (b'{"', b"{", b"}", b"[", b"]", b",", b"\n", b"{}\n", b"\xff\xfe", GOOD, PRETTY[0].encode())


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size", [1, 7, 1000, 10**6])
def test_every_shape_gives_its_reports(shape: str, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    content = SHAPES[shape]
    monkeypatch.setattr(
        "portalcheck.report.fleet.sources.CHUNK", size if size > 1 or len(content) < 20_000 else 3
    )
    summary = of_bytes(content)

    assert (summary.reports, summary.duplicates, summary.damaged) == (3, 0, 0)


def test_a_document_that_is_read_at_once_needs_no_indentation() -> None:
    assert of_bytes(json.dumps(THREE, indent=0).encode()).reports == 3
    assert of_bytes(json.dumps(THREE[0], indent=0).encode()).reports == 1


@pytest.mark.parametrize(
    ("damage", "places"),
    [
        (b'{"schema_version":1,"outc\n', [(1, "damaged")]),
        (b'{"schema_version":1,\n', [(1, "damaged")]),
        (b"\x00\x01\xff\xfe\n", [(1, "damaged")]),
        (b"{}\n", [(1, "no-report")]),
        (b'{"a":1}\n', [(1, "no-report")]),
        (b'{"schema_version":null}\n', [(1, "no-report")]),
        (b"[{},{}]\n", [(1, "no-report"), (1, "no-report")]),
        (b"{}{rest\n", [(1, "no-report"), (1, "damaged")]),
        (b'"{"\n', [(1, "damaged")]),
        (b'{"schema_version":1}\n', [(1, "damaged")]),
        (b"{" * 100_000 + b"\n", [(1, "damaged")]),
        (b'{"schema_version":1,"x":' + b"[" * 100_000 + b"\n", [(1, "damaged")]),
    ],
)
def test_damage_is_named_and_the_next_report_is_found(damage: bytes, places: list[tuple[int, str]]) -> None:
    summary = of_bytes(damage + GOOD)

    assert summary.first_damaged == tuple(Damaged("-", number, why) for number, why in places)
    assert (summary.damaged, summary.reports) == (len(places), 1)


def test_a_cut_off_end_is_named_by_its_beginning() -> None:
    summary = of_bytes(GOOD + PRETTY[0].encode()[:60])

    assert summary.reports == 1
    assert summary.first_damaged == (Damaged("-", 2, "damaged"),)


@pytest.mark.parametrize(
    "text", [b"garbage\nmore garbage\n", b"null\n\n0\n", b"[1,2]\n[INFO] done\n", "señales\n—\n".encode()]
)
def test_lines_that_are_no_json_are_counted_and_hide_nothing(text: bytes) -> None:
    summary = of_bytes(GOOD + text + line(report(1)))

    assert (summary.reports, summary.damaged, summary.other_text) == (2, 0, 2)


def test_one_of_a_hundred_damaged_among_ten_thousand() -> None:
    content = [line(report(n)) for n in range(10_000)]
    for n in range(50, 10_000, 100):
        content[n] = content[n][: n % 900 + 1] + b"\n" if n % 200 == 50 else b"\xff" + content[n]
    summary = of_bytes(b"".join(content))

    told = sorted(place.line for place in (*summary.first_damaged, *summary.first_in_part))
    cut_early = sum(n % 900 < 100 for n in range(50, 10_000, 200))
    assert (summary.reports, summary.damaged, summary.in_part) == (
        10_000 - cut_early,
        cut_early,
        50 - cut_early,
    )
    assert {line % 200 for line in told} == {51}


def test_a_long_line_is_counted_and_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "LONGEST", 5000)
    monkeypatch.setattr(scanning, "STEP", 500)
    monkeypatch.setattr("portalcheck.report.fleet.sources.CHUNK", 512)
    summary = of_bytes(GOOD + b'{"' + b"x" * 5001 + b"\n" + line(report(1)) + b'{"a":[\n' + b" 1,\n" * 2000)

    assert summary.reports == 2
    assert summary.first_damaged == (Damaged("-", 2, "too-long"), Damaged("-", 4, "too-long"))


def test_other_schema_versions_are_counted_by_version_and_not_summarised() -> None:
    other = [report(n, schema_version=2, cause=["an", "array"]) for n in range(3)]
    summary = of_bytes(lines([*other, report(3, schema_version=0), report(4)]))

    assert summary.other_schemas == {"2": 3, "0": 1}
    assert (summary.reports, summary.damaged) == (1, 0)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(st.binary(max_size=40), st.sampled_from(PIECES)), max_size=12))
def test_any_bytes_are_read_to_their_end(pieces: list[bytes]) -> None:
    summary = of_bytes(b"".join(pieces))

    assert summary.reports + summary.duplicates <= pieces.count(GOOD) + pieces.count(PRETTY[0].encode())
    assert len(summary.first_damaged) == min(summary.damaged, 10)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.binary(max_size=60).filter(lambda junk: b"\n" not in junk and junk[:1] not in b" \t"), max_size=8
    )
)
def test_no_line_of_junk_hides_the_report_after_it(junk: list[bytes]) -> None:
    content = b"x\n" + b"".join(part + b"\n" + line(report(number)) for number, part in enumerate(junk))

    assert of_bytes(content).reports == len(junk)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(GOOD) - 2), st.binary(min_size=1, max_size=1))
def test_a_changed_byte_costs_one_report_at_most(place: int, byte: bytes) -> None:
    content = GOOD[:place] + byte + GOOD[place + 1 :]

    assert counts(of_bytes(line(report(1)) + content + line(report(2))), "os")["windows"] >= 2


@pytest.mark.parametrize("listed", [False, True])
@pytest.mark.parametrize("indent", [0, 1, 2, 4, "\t"])
def test_reports_over_many_lines_are_read_however_far_they_are_indented(
    indent: int | str, listed: bool
) -> None:
    reports = [{**report(number), "also": [{"deep": [{"er": 1}, {"er": 2}]}]} for number in range(3)]
    made = [reports] if listed else reports
    content = "\n".join(json.dumps(one, indent=indent) for one in made).encode()

    assert len([*documents.documents([content[:1], content[1:]], DECODER)]) == 3
    assert of_bytes(content).reports == 3


@pytest.mark.parametrize("start", [b'{"a":\n"b"\n', b'{\n"a": [\n', b'{\n"a": [\n"b",\n'])
def test_a_document_without_indentation_that_is_cut_off_hides_no_line_after_it(start: bytes) -> None:
    assert of_bytes(start + line(report(1)) + line(report(2))).reports == 2


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([GOOD, b"junk\n", *(text.encode() + b"\n" for text in PRETTY)])),
    st.integers(1, 3000),
)
def test_where_the_chunks_end_changes_nothing(pieces: list[bytes], size: int) -> None:
    content = b"".join([*pieces, GOOD, GOOD])
    cut = [content[start : start + size] for start in range(0, len(content), size)]
    found, whole = ([*documents.documents(parts, DECODER)] for parts in (cut, [content[:1], content[1:]]))

    assert found == whole
    assert sum(isinstance(part, Head) for _, part in found) == len(pieces) + 2 - pieces.count(b"junk\n")
