"""Files that are written while the disk fills up, the program is killed, or other runs write them too."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from portalcheck import writing
from tests.lab.spaces import namespaces
from tests.settings.settings_world import unprivileged

pytestmark = pytest.mark.not_on_windows("posix", "signals, limits of the size of files")

OLD, NEW = b"old " * 9000, b"new " * 9000
LINE = "a line of a report " * 30 + "\n"
DEMO = (sys.executable, "-m", "portalcheck", "demo", "--only", "system", "-f", "json", "--no-input")


def left_by(place: Path) -> set[str]:
    return {path.name for path in place.iterdir()}


# ---- killed ----------------------------------------------------------------------------------------


def killed_at(line: int, work: Callable[[], object]) -> bool:
    """Do some work in a process that is killed when it has come to so many lines of the module that writes.

    Whether it came so far.
    """
    child = os.fork()
    if child == 0:
        seen = 0

        def trace(frame: FrameType, event: str, _: Any) -> Any:
            nonlocal seen
            if frame.f_code.co_filename != writing.__file__:
                return None
            if event == "line":
                seen += 1
                if seen == line:
                    os.kill(os.getpid(), signal.SIGKILL)
            return trace

        sys.settrace(trace)
        with contextlib.suppress(BaseException):
            work()
            os._exit(0)
        os._exit(1)
    _, status = os.waitpid(child, 0)
    assert status in (0, signal.SIGKILL), "the work itself failed"
    return status != 0


def kills(work: Callable[[], object]) -> Iterator[int]:
    """The work, killed at each of its lines in turn."""
    line = 1
    while killed_at(line, work):
        yield line
        line += 1
    assert line > 10


def test_a_file_is_whole_wherever_its_writer_was_killed_and_the_next_one_leaves_nothing(
    tmp_path: Path,
) -> None:
    target = tmp_path / "report.json"
    target.write_bytes(OLD)
    unfinished = 0
    for _ in kills(lambda: writing.write(target, NEW)):
        assert target.read_bytes() in (OLD, NEW)
        unfinished += len(left_by(tmp_path)) > 1
        target.write_bytes(OLD)
    assert unfinished
    writing.write(target, NEW)
    assert left_by(tmp_path) == {"report.json"}


def test_lines_are_whole_wherever_the_one_who_adds_is_killed(tmp_path: Path) -> None:
    target = tmp_path / "runs.jsonl"
    for _ in kills(lambda: writing.append_line(target, LINE, most_bytes=9000)):
        writing.append_line(target, LINE, most_bytes=9000)
        assert set(target.read_text().splitlines(keepends=True)) == {LINE}
        assert target.stat().st_size <= 9000
    assert left_by(tmp_path) == {"runs.jsonl", "runs.jsonl.1"}
    assert set((tmp_path / "runs.jsonl.1").read_text().splitlines(keepends=True)) == {LINE}


def test_what_somebody_is_still_writing_is_left_alone(tmp_path: Path) -> None:
    target, told = tmp_path / "report.json", os.pipe()
    child = os.fork()
    if child == 0:
        fsync = os.fsync

        def waits(fd: Any) -> None:
            os.write(told[1], b".")
            signal.raise_signal(signal.SIGSTOP)
            fsync(fd)

        os.fsync = waits
        with contextlib.suppress(BaseException):
            writing.write(target, OLD)
            os._exit(0)
        os._exit(1)
    os.read(told[0], 1)
    os.waitpid(child, os.WUNTRACED)
    writing.write(target, NEW)
    assert target.read_bytes() == NEW
    os.kill(child, signal.SIGCONT)
    assert os.waitpid(child, 0)[1] == 0
    assert target.read_bytes() == OLD
    assert left_by(tmp_path) == {"report.json"}


def test_a_file_of_the_same_sort_of_name_is_nobodys_remains(tmp_path: Path) -> None:
    mine = [tmp_path / name for name in (".report-20261123", ".report-12345678.json", ".report-notes")]
    for path in mine:
        path.write_text("mine")
    writing.write(tmp_path / "report.json", NEW)
    assert left_by(tmp_path) == {"report.json", *(path.name for path in mine)}


# ---- several at once -------------------------------------------------------------------------------


def at_once(works: list[Callable[[], object]]) -> None:
    """Do all works in processes of their own. Raises AssertionError where one fails."""
    children = []
    for work in works:
        child = os.fork()
        if child == 0:
            with contextlib.suppress(BaseException):
                work()
                os._exit(0)
            os._exit(1)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * len(works)


def test_of_many_who_add_lines_none_is_lost(tmp_path: Path) -> None:
    target = tmp_path / "runs.jsonl"

    def add(who: int) -> None:
        for at in range(100):
            writing.append_line(target, f"{who}-{at} {LINE}")

    at_once([lambda who=who: add(who) for who in range(4)])  # type: ignore[misc]  # mypy cannot type a lambda's default
    assert sorted(target.read_text().splitlines(keepends=True)) == sorted(
        f"{who}-{at} {LINE}" for who in range(4) for at in range(100)
    )


def test_a_log_that_many_fill_is_set_aside_once_for_each_time_that_it_is_full(tmp_path: Path) -> None:
    """Two that find it full at once would lose what stood in it, as the second sets an empty one aside."""
    log, most = tmp_path / "runs.log", 100 * len(LINE)

    def add() -> None:
        for _ in range(40):
            writing.append_line(log, LINE, most_bytes=most)

    at_once([add] * 4)
    assert log.read_text() == LINE * 60
    assert (tmp_path / "runs.log.1").read_text() == LINE * 100


def test_many_who_write_one_file_all_succeed_and_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "report.json"

    def write(content: bytes) -> None:
        for _ in range(30):
            writing.write(target, content)

    at_once([lambda content=content: write(content) for content in (OLD, NEW, OLD[::-1])])  # type: ignore[misc]  # as above
    assert target.read_bytes() in (OLD, NEW, OLD[::-1])
    assert left_by(tmp_path) == {"report.json"}


def test_who_holds_on_to_a_file_keeps_nobody_from_adding(tmp_path: Path) -> None:
    import fcntl

    target = tmp_path / "runs.jsonl"
    target.write_text(LINE)
    with target.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        at_once([lambda: writing.append_line(target, LINE)])
    assert target.read_text() == LINE * 2


# ---- a full disk -----------------------------------------------------------------------------------


def test_a_line_that_does_not_fit_is_told_and_none_of_it_stays(tmp_path: Path) -> None:
    import resource

    lines = tmp_path / "runs.jsonl"
    writing.append_line(lines, LINE)

    def add_to_a_full_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(LINE) + 100, len(LINE) + 100))
        with pytest.raises(OSError, match="File too large"):
            writing.append_line(lines, LINE)

    at_once([add_to_a_full_disk])
    assert lines.read_text() == LINE


def test_half_a_line_of_somebody_else_spoils_no_other(tmp_path: Path) -> None:
    lines = tmp_path / "runs.jsonl"
    lines.write_text('{"schema_version": 1, "too')
    writing.append_line(lines, LINE)
    assert lines.read_text().splitlines(keepends=True)[1] == LINE


def test_what_may_be_written_and_not_read_gets_its_line() -> None:
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder) / "runs.jsonl"
        lines.write_text(LINE)
        lines.chmod(0o222)
        lines.parent.chmod(0o755)
        with unprivileged():
            writing.append_line(lines, LINE)
        assert lines.read_bytes().decode() == LINE * 2


@pytest.mark.skipif(not namespaces(), reason="needs a mount of its own")
def test_on_a_full_disk_each_file_is_told_and_what_was_there_stays(tmp_path: Path) -> None:
    """The first line leaves so much of its block that a part of the second one fits."""
    disk = tmp_path / "disk"
    disk.mkdir()
    script = (
        'mount -t tmpfs -o size=20k small "$1"; cd "$1"; shift; printf "%3500s\n" "{}" >runs.jsonl; '
        "echo old >run.log; cp runs.jsonl before; head -c 20480 /dev/zero >fill 2>/dev/null; "
        '"$@" --jsonl runs.jsonl -o json:new.json --log-file run.log; echo "exit $?"; '
        'cmp runs.jsonl before; rm fill; "$@" --jsonl runs.jsonl >/dev/null; tail -n 1 runs.jsonl; ls -A'
    )
    done = subprocess.run(
        [*namespaces(), "--mount", "sh", "-c", script, "sh", disk, *DEMO], capture_output=True, text=True
    )
    first, line, *files = done.stdout.splitlines()
    assert (first, json.loads(line)["outcome"]) == ("exit 2", "ok")
    assert files == ["before", "run.log", "runs.jsonl"]
    why = "(No space left on device)"
    assert (
        f"new.json {why}, runs.jsonl {why} cannot be written. What was there is still there." in done.stderr
    )
