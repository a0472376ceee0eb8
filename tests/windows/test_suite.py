"""The tests of the other rooms, on Windows' Python: all but those whose marker says why they cannot run."""

from __future__ import annotations

from pathlib import Path

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped

from tests.windows.conftest import REPOSITORY, Windows

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
_ROOM_S = 900

NOT_THERE = {
    "architecture": "reads the source, which is the same",
    "benchmarks": "ratios of what was measured on Linux",
    "browsers": "Linux's browsers",
    "hostile": "peers in namespaces",
    "lab": "namespaces",
    "program": "the program that is built on Linux; test_program.py builds Windows'",
    "windows": "is this",
}
LEFT_OUT = {
    "address": 0,
    "checks": 38,
    "cli": 126,
    "contract": 0,
    "demo": 2,
    "diagnosis": 6,
    "fuzz": 0,
    "guide": 18,
    "integrations": 25,
    "machine": 58,
    "probe": 18,
    "report": 10,
    "settings": 6,
    "words": 0,
}
"""How many tests of a room are left out there by a marker; only ever fewer."""
ONCE_IS_ENOUGH = {
    "cli/test_hostile_words.py": "hostile words in each view and message",
    "report/formats/test_escaping.py": "hostile words in each field of each format",
    "report/formats/test_views_agree.py": "each cause in each view and language",
    "report/test_reading_ease.py": "the length of words and sentences",
}
"""Files whose tests are run on Linux alone, and what they hold.

The rule: pure functions over values and texts, which meet neither files nor clock, locale, process, encoding of a
stream, nor a library that is compiled for Windows; and more than ten seconds there. A room's other files are run.
"""


def test_every_room_is_run_there_or_says_why_it_is_not() -> None:
    rooms = {path.parent.name for path in (REPOSITORY / "tests").glob("*/*.py")}

    assert rooms == {*NOT_THERE, *LEFT_OUT}


def test_what_is_run_once_is_there() -> None:
    assert [each for each in ONCE_IS_ENOUGH if not (REPOSITORY / "tests" / each).is_file()] == []


LONG = frozenset({"checks", "cli", "integrations", "machine", "probe", "report"})
"""Rooms of minutes each, which are run by hand before a release."""


@pytest.mark.parametrize(
    "room", [pytest.param(room, marks=[pytest.mark.thorough] if room in LONG else []) for room in LEFT_OUT]
)
def test_the_tests_of_a_room_pass_on_windows(windows: Windows, tmp_path: Path, room: str) -> None:
    results = tmp_path / "results.xml"
    done = windows.python(
        *("-m", "pytest", "-q", "--strict-markers", "--import-mode=importlib", "-p", "no:cacheprovider"),
        *("-o", "addopts=", "-m", "not slow", f"--junitxml={windows.path(results)}"),
        *(f"--ignore={windows.path(REPOSITORY / 'tests' / each)}" for each in ONCE_IS_ENOUGH),
        windows.path(REPOSITORY / "tests" / room),
        environ={"PORTALCHECK_NO_SKIPS": "1"},  # but those that are named
        within_s=_ROOM_S,
    )
    assert results.is_file(), done.text[-3000:]
    # Wine may die when all is over, so what was found counts, not the exit code.
    cases = [case for suite in JUnitXml.fromfile(str(results)) for case in suite]
    bad = [
        f"{case.classname}.{case.name}"
        for case in cases
        if any(isinstance(r, (Error, Failure)) for r in case.result)
    ]
    left_out = [case for case in cases if any(isinstance(r, Skipped) for r in case.result)]

    assert not bad, done.text[-20000:]
    assert len(cases) > len(left_out)
    assert len(left_out) == LEFT_OUT[room], "a ceiling that only goes down"
