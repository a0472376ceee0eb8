"""Much to read: in time, and in memory that does not grow."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.report.fleet.damaging import TEN_WAYS, healthy, troubled
from tests.report.fleet.making import line, report

pytestmark = pytest.mark.slow

GIB = 1024**3
MOST_MIB = 160
"""The program itself, and a line of 16 MiB in pieces, joined, and decoded."""
MEASURE = (
    "import resource, subprocess, sys\n"
    "done = subprocess.run([sys.executable, '-m', 'portalcheck', 'fleet', *sys.argv[1:]])\n"
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, done.returncode)"
)


def measured(*arguments: str, stdin: int | None = None) -> tuple[str, int, int]:
    """What the program wrote, its peak memory in MiB, and its exit code."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *arguments], stdin=stdin, capture_output=True, text=True, timeout=100
    )
    *out, last = done.stdout.splitlines()
    peak, code = map(int, last.split())
    return "\n".join(out), peak, code


@pytest.mark.parametrize("end", [b"", b"\n" + line(report(1))])
def test_a_gibibyte_of_zeros_is_passed_over(tmp_path: Path, end: bytes) -> None:
    path = tmp_path / "huge.jsonl"
    with path.open("wb") as file:
        file.write(line(report(0)) + b'{"schema_version":1,"cause":"')
        file.truncate(GIB)
        file.seek(GIB)
        file.write(end)
    out, peak, code = measured(str(path))

    assert code == 0
    assert "huge.jsonl, line 2: damaged" in out
    assert out.startswith("2 reports" if end else "1 report,")
    assert peak < MOST_MIB


@pytest.mark.parametrize("piece", [b"x", b"x\n ", b"[1,"], ids=repr)
def test_a_document_that_never_ends_is_not_kept(tmp_path: Path, piece: bytes) -> None:
    path = tmp_path / "huge.jsonl"
    with path.open("wb") as file:
        file.write(line(report(0)) + b'{"schema_version":1,"cause":"')
        file.writelines(piece * (2**20 // len(piece)) for _ in range(64))
        file.write(b"\n" + line(report(1)))
    out, peak, code = measured(str(path))

    assert code == 0
    assert "huge.jsonl, line 2: too long" in out
    assert out.startswith("2 reports")
    assert peak < MOST_MIB


@pytest.mark.parametrize("piece", [b"[", b'{"a":', b'"\\"', b"\\", b"[{},", b"{}", b"1,"], ids=repr)
def test_a_long_line_of_brackets_and_quotes_takes_no_time_and_no_memory(piece: bytes) -> None:
    reading, writing = os.pipe()
    writer = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import sys\nsys.stdout.buffer.write({piece!r} * (15 * 2**20 // {len(piece)}) + b'\\n')\n"
            f"sys.stdout.buffer.write({line(report(1))!r})",
        ],
        stdout=writing,
    )
    os.close(writing)
    since = time.monotonic()
    out, peak, code = measured("-", stdin=reading)
    os.close(reading)
    writer.wait()

    assert code == 0
    assert out.startswith("1 report")
    assert peak < MOST_MIB
    assert time.monotonic() - since < 20


def test_damage_here_and_there_in_very_many_reports_costs_what_is_damaged(tmp_path: Path) -> None:
    count, path = 100_000, tmp_path / "many.jsonl"
    with path.open("wb") as file:
        for number in range(count):
            text = line(report(number, schema_version=2 if number % 200 == 7 else 1))
            file.write(text[: len(text) // 2] + b"\n" if number % 200 == 3 else text)
    out, peak, code = measured(str(path))

    assert code == 0
    assert out.startswith(f"{count * 199 // 200:,} reports")
    assert f"{count // 200} reports could be read in part only" in out
    assert "many.jsonl, line 4\n" in out
    assert f"{count // 200} reports of schema version 2 were left out." in out
    assert peak < MOST_MIB


def test_memory_does_not_grow_with_the_reports(tmp_path: Path) -> None:
    peaks = []
    for count in (10_000, 100_000):
        path = tmp_path / f"{count}.jsonl"
        with path.open("wb") as file:
            file.writelines(line(report(number)) for number in range(count))
        out, peak, code = measured(str(path))
        assert (code, out.split(" ")[0]) == (0, f"{count:,}")
        peaks.append(peak)

    assert peaks[1] <= peaks[0] + 8


def test_a_twentieth_damaged_in_ten_ways_hides_no_computer_in_trouble(tmp_path: Path) -> None:
    draw, count, bad, path = random.Random(5), 100_000, 0, tmp_path / "many.jsonl"
    with path.open("wb") as file:
        for number in range(count):
            is_bad = draw.random() < 0.2
            one, bad = troubled(number) if is_bad else healthy(number), bad + is_bad
            damaged = draw.random() < 0.05
            file.write(TEN_WAYS[number % 10](one).rstrip(b"\n") + b"\n" if damaged else line(one))
    out, peak, code = measured(str(path), "-f", "json")
    summary = json.loads(out)

    assert code == 0
    assert {row["value"]: row["reports"] for row in summary["groups"]["cause"]} == {
        "none": count - bad,
        "proxy-auth": bad,
    }
    assert (summary["reports"], summary["damaged"], summary["changed"]) == (count, 0, 0)
    assert peak < MOST_MIB
