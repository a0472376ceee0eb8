"""The files of an engine, written out as IT does it, and a program for them that contacts nobody."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from portalcheck.cli import main

ROOT = Path(__file__).resolve().parents[2]
Written = Callable[..., Path]


@pytest.fixture
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """portalcheck as a program of its own, which looks at this computer only and leads to no network."""
    folder = tmp_path_factory.mktemp("bin")
    if sys.platform == "win32":
        path = folder / "portalcheck.cmd"
        path.write_text(f'@set PORTALCHECK_ONLY=system\n@"{sys.executable}" -m portalcheck %*\n')
    else:
        path = folder / "portalcheck"
        path.write_text(f'#!/bin/sh\nPORTALCHECK_ONLY=system exec "{sys.executable}" -m portalcheck "$@"\n')
        path.chmod(0o755)
    return path


@pytest.fixture
def written(tmp_path: Path, installed: Path, capsys: pytest.CaptureFixture[str]) -> Written:
    """Write out the files of an engine, for that program unless told otherwise; their folder."""

    def write(name: str, program: str | None = None) -> Path:
        folder = tmp_path / "engine"
        place = str(installed) if program is None else program
        assert main(["integrations", name, "-o", str(folder), *(["--program", place] if place else [])]) == 0
        capsys.readouterr()
        return folder

    return write


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of wheels, as a site without an index of its own would have it."""
    folder = tmp_path_factory.mktemp("wheels")
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return folder


def run(*command: str | Path, **more: object) -> subprocess.CompletedProcess[str]:
    """Run a program to its end."""
    return subprocess.run(  # type: ignore[call-overload,no-any-return]  # keyword arguments of subprocess.run
        [str(word) for word in command], **{"capture_output": True, "text": True, "timeout": 60, **more}
    )
