"""Which calls of an autoconfig script are sure to be made. What is expected was tried with Firefox ESR 153."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portalcheck.machine.browsers.autoconfig import Call, calls


def told(script: str, shift: int = 0) -> list[Call]:
    return list(calls(b"// not run\n" + script.encode(), shift))


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('lockPref("a", 2);', [Call("lockPref", "a", 2)]),
        ("lockPref('a', -3)", [Call("lockPref", "a", -3)]),
        (
            'lockPref("a", true)\ndefaultPref("b", "x\\ny");',
            [Call("lockPref", "a", True), Call("defaultPref", "b", "x\ny")],
        ),
        ('pref("a", /* two */ 2); // lockPref("no", 1)', [Call("pref", "a", 2)]),
        (
            '/* lockPref("no", 1) */ unlockPref("a"); clearPref("b")',
            [Call("unlockPref", "a"), Call("clearPref", "b")],
        ),
        ('var text = "lockPref(\\"no\\", 1)"; lockPref("a", 1)', [Call("lockPref", "a", 1)]),
        ("var text = `\nlockPref('no', 1)`;", []),
        (
            'try { lockPref("a", 1); } catch (e) { lockPref("b", 1); }',
            [Call("lockPref", "a", 1), Call("", "b")],
        ),
        ('if (x) { lockPref("a", 1); }', [Call("", "a")]),
        ('if (x) lockPref("a", 1);', [Call("", "a")]),
        ('if (x)\n  lockPref("a", 1);\nelse\n  lockPref("b", 1);', [Call("", "a"), Call("", "b")]),
        ('x && lockPref("a", 1);', [Call("", "a")]),
        ('function f() { lockPref("a", 1); }\nlockPref("b", 1);', [Call("", "a"), Call("lockPref", "b", 1)]),
        ('lockPref("a", 1 + 1);', [Call("", "a")]),
        ('lockPref("a", x);', [Call("", "a")]),
        ('lockPref("a", `${x}`);', [Call("", "a")]),
        ('lockPref("a" + x, 1);', []),
        ("lockPref(x, 1);", []),
        ('myLockPref("a", 1); lockPrefs("b", 1)', []),
        ('lockPref("a"', []),
        ('lockPref("a", 1', [Call("", "a")]),
    ],
)
def test_a_call_at_the_top_with_a_plain_value_is_sure(script: str, expected: list[Call]) -> None:
    assert told(script) == expected


def test_the_first_line_is_not_run() -> None:
    assert list(calls(b'lockPref("a", 1);', 0)) == []


def test_a_script_may_be_moved_by_some_letters() -> None:
    moved = bytes((byte + 13) % 256 for byte in b'//\nlockPref("a", 1);')
    assert list(calls(moved, 13)) == [Call("lockPref", "a", 1)]


@pytest.mark.parametrize(
    "part",
    ['"\\', "'", "`", "/*", "{", "try{", "}", 'lockPref("', 'lockPref("a",', "lockPref(", 'lockPref("a",1);'],
)
def test_reading_takes_time_in_proportion_to_the_length(part: str) -> None:
    started = time.process_time()
    told(part * 50_000)
    assert time.process_time() - started < 3


@given(st.text(alphabet="lockPref(\"'`,1){}tr y;/*\\\n", max_size=80), st.binary(max_size=20), st.integers())
def test_no_script_brings_the_reader_down(script: str, noise: bytes, shift: int) -> None:
    assert all(call.name is not None for call in calls(noise + script.encode(), shift))
