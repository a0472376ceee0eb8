"""Run the command line, in this process or in one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portalcheck.cli import main
from portalcheck.words import interface

Ran = tuple[int, str, str]
"""Exit code, stdout, stderr."""


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., Ran]]:
    """Call the command line in this process; the language that it spoke ends with the test."""

    def run(*arguments: str) -> Ran:
        code = main(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    yield run
    interface.reset()


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the program as a person does, in an empty folder."""

    def run(
        *arguments: str, env: dict[str, str] | None = None, stdin: str = "", timeout: float = 30
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "portalcheck", *arguments],
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=timeout,
            cwd=tmp_path,
            env={**os.environ, **(env or {})},
        )

    return run
