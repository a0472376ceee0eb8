"""Readers of the result or of the messages that go away: neither changes the exit code."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--version"], 0),
        (["completion", "zsh"], 0),
        (["demo", "--only", "system"], 0),
        (["demo", "--nope"], 2),
        (["demo", "--nope", "-f", "nagios"], 3),
        (["demo", "--nope", "-f", "intune"], 1),
        (["demo", "--only", "system", "-o", "no/such/folder/x"], 2),
    ],
)
@pytest.mark.parametrize("closed", ["stdout", "stderr", "both"])
def test_the_exit_code_is_the_same_when_nobody_reads(arguments: list[str], code: int, closed: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    kept = subprocess.PIPE
    done = subprocess.run(
        [sys.executable, "-m", "portalcheck", *arguments],
        stdout=kept if closed == "stderr" else writing,
        stderr=kept if closed == "stdout" else writing,
        check=False,
    )
    os.close(writing)

    assert done.returncode == code
    assert b"Traceback" not in (done.stderr or b"")
