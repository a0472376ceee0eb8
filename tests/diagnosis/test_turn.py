"""Programs that start at once take turns; nobody waits for ever, and nothing is left behind."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from portalcheck import turn
from portalcheck.turn import Turn, holders, limit

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="no advisory locks on Windows; nobody waits there"
)

HOLDER = """
import sys
from portalcheck.turn import Turn
turn = Turn()
turn.wait(sys.argv[1:], 10)
print("mine", flush=True)
sys.stdin.readline()
"""


PATIENCE_S = 3.0
PATIENT = f"""
import sys, time
from portalcheck.turn import Turn
since = time.monotonic()
turn = Turn()
turn.wait(sys.argv[1:], {PATIENCE_S})
turn.end()
print(time.monotonic() - since, turn.spent)
"""


def started(file: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def is_told(program: subprocess.Popen[str]) -> bool:
    """Whether a holder has its turn, or soon has."""
    assert program.stdout is not None
    return bool(select.select([program.stdout], [], [], 1.0)[0])


def holder(file: Path) -> subprocess.Popen[str]:
    program = started(file)
    assert program.stdout is not None
    assert program.stdout.readline() == "mine\n"
    return program


@contextmanager
def all_turns_taken() -> Iterator[None]:
    """By somebody who never gives them back."""
    others = [holder(Path(name)) for name in turn._files()]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.communicate()


def waited(file: Path, seconds: float) -> float:
    since = time.monotonic()
    mine = Turn()
    mine.wait([str(file)], seconds)
    took = time.monotonic() - since
    mine.end()
    return took


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "a module.py"
    made.touch(mode=0o444)
    return made


def test_a_free_turn_is_taken_at_once_and_given_back(file: Path) -> None:
    assert waited(file, 5.0) + waited(file, 5.0) < 2.0


def test_a_turn_that_another_one_has_is_waited_for_no_longer_than_allowed(file: Path) -> None:
    with holder(file) as other:
        assert 0.3 <= waited(file, 0.3) < 3.0
        other.kill()


def test_a_turn_that_is_free_beside_one_that_is_taken_is_found_at_once(file: Path, tmp_path: Path) -> None:
    beside = tmp_path / "another module.py"
    beside.touch()
    with holder(file) as other:
        since = time.monotonic()
        for files in ([file, beside], [beside, file]):
            mine = Turn()
            mine.wait([str(one) for one in files], 5.0)
            mine.end()
        assert time.monotonic() - since < 2.0
        other.kill()


def test_who_gave_up_waiting_holds_nothing_afterwards(file: Path) -> None:
    with holder(file) as other:
        waited(file, 0.1)
        other.kill()
    time.sleep(0.1)

    assert waited(file, 5.0) < 2.0


def test_a_turn_ends_with_its_process_whatever_becomes_of_it(file: Path) -> None:
    with holder(file) as other:
        other.kill()
        other.wait()
        assert waited(file, 5.0) < 2.0


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who has a lock")
def test_who_waits_where_it_goes_forward_waits_on_and_the_time_counts_from_its_turn(file: Path) -> None:
    first, second = started(file), started(file)
    holding = first if (is_told(first), is_told(second)) == (True, False) else second
    other = second if holding is first else first
    patient = subprocess.Popen(
        [sys.executable, "-c", PATIENT, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    for program in (holding, other):
        time.sleep(2.0)
        program.kill()
        program.communicate()
    out, _ = patient.communicate(timeout=30)
    waited_s, counted_s = map(float, out.split())

    assert waited_s > PATIENCE_S
    assert counted_s < waited_s


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who has a lock")
def test_it_is_known_who_has_a_lock(file: Path) -> None:
    assert holders(str(file)) == frozenset()
    with holder(file) as other:
        assert holders(str(file)) == {str(other.pid).encode()}
        other.kill()

    assert holders(str(file.parent / "none")) == frozenset()


def test_an_unreadable_or_missing_file_is_not_waited_for(tmp_path: Path) -> None:
    assert waited(tmp_path / "none", 5.0) < 2.0
    assert Turn().spent is None


def test_the_turns_are_files_that_are_there_and_nothing_is_written_to_them() -> None:
    files = [Path(name) for name in turn._files()]
    before = [(one.stat().st_mtime_ns, one.stat().st_size) for one in files]
    turns = [Turn() for _ in files]
    for mine, one in zip(turns, files, strict=True):
        mine.wait([str(one)], 1.0)
    for mine in turns:
        mine.end()

    assert files
    assert before == [(one.stat().st_mtime_ns, one.stat().st_size) for one in files]


@pytest.mark.parametrize(
    ("arguments", "variable", "seconds"),
    [
        ([], "", 5.0),
        (["--timeout", "4"], "", 2.0),
        (["--timeout=4"], "", 2.0),
        (["https://a.example/", "--timeout", "4", "-v"], "20", 2.0),
        ([], "20", 10.0),
        (["--timeout"], "", 5.0),
        (["--timeout", "soon"], "", 0.0),
        (["--timeout", "-1"], "", 0.0),
        (["--timeout", "nan"], "", 0.0),
        (["--timeout", "inf"], "", 0.0),
    ],
)
def test_half_of_the_time_limit_may_be_waited(
    arguments: list[str], variable: str, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTALCHECK_TIMEOUT", variable)

    assert limit(arguments) == seconds


@pytest.mark.slow
def test_what_a_wrapper_did_before_is_not_counted_as_the_programs_start(tmp_path: Path) -> None:
    wrapper = f'sleep 3; exec "{sys.executable}" -m portalcheck demo --timeout 3 -f json'
    done = subprocess.run(["sh", "-c", wrapper], capture_output=True, text=True, check=False, cwd=tmp_path)

    assert (done.returncode, done.stderr) == (0, "")


def test_ctrl_c_while_a_turn_is_waited_for_ends_the_program(tmp_path: Path) -> None:
    with all_turns_taken():
        program = subprocess.Popen(
            [sys.executable, "-m", "portalcheck", "demo", "--timeout", "60", "--lang", "en"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
        )
        time.sleep(1.0)
        program.send_signal(signal.SIGINT)
        out, err = program.communicate(timeout=20)

    assert (program.returncode, out, err) == (130, "", "Stopped.\n")


def test_waiting_for_a_turn_does_not_keep_a_run_from_ending_in_time(tmp_path: Path) -> None:
    with all_turns_taken():
        since = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "portalcheck", "demo", "--timeout", "4", "-f", "json"],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env={**os.environ, "HOME": str(tmp_path)},
        )
        took = time.monotonic() - since

    assert (done.returncode, done.stderr) == (0, "")
    assert 2.0 <= took <= 4.5
