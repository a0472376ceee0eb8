"""The built program tells a click from a terminal and from a script; told here with real streams."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

if sys.platform != "win32":
    import pty

pytestmark = pytest.mark.not_on_windows("posix", "desktops that start programs without a console")

ASKS = """
import os, sys
from portalcheck.cli.frozen import clicked_on_desktop
sys.exit(clicked_on_desktop(os.environ, os.getpid()))
"""
DESKTOP = {"DISPLAY": ":0"}


class Streams:
    """Something of each kind that a program may find at its three streams."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        ours, theirs = socket.socketpair()
        self._journal = stack.enter_context(theirs)
        stack.enter_context(ours)
        self._folder, self._stack = folder, stack

    def of(self, kind: str) -> int:
        if kind == "null":
            return subprocess.DEVNULL
        if kind == "pipe":
            return subprocess.PIPE
        if kind == "journal":
            return self._journal.fileno()
        if kind == "terminal":
            ours, theirs = pty.openpty()
            self._stack.callback(os.close, ours)
            self._stack.callback(os.close, theirs)
            return theirs
        file = self._stack.enter_context((self._folder / kind).open("a+b"))
        return file.fileno()


@pytest.fixture
def streams(tmp_path: Path) -> Iterator[Streams]:
    with ExitStack() as stack:
        yield Streams(tmp_path, stack)


def clicked(streams: Streams, kinds: str, environ: dict[str, str]) -> bool:
    stdin, stdout, stderr = (streams.of(kind) for kind in kinds.split())
    base = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    process = subprocess.Popen(
        [sys.executable, "-c", ASKS], stdin=stdin, stdout=stdout, stderr=stderr, env={**base, **environ}
    )
    process.communicate(timeout=30)
    assert process.returncode in (0, 1)
    return process.returncode == 1


@pytest.mark.parametrize("environ", [DESKTOP, {"WAYLAND_DISPLAY": "wayland-0"}])
@pytest.mark.parametrize(
    "kinds", ["null null null", "null journal journal", "null .xsession-errors .xsession-errors"]
)
def test_a_desktop_that_starts_it_without_anybody_who_reads_is_a_click(
    streams: Streams, kinds: str, environ: dict[str, str]
) -> None:
    assert clicked(streams, kinds, environ)


@pytest.mark.parametrize(
    "kinds",
    [
        "terminal terminal terminal",
        "null pipe pipe",
        "null pipe null",
        "pipe null null",
        "null report.txt null",
        "null null errors.txt",
        "terminal null null",
        "null null terminal",
        ".xsession-errors null null",
    ],
)
def test_a_terminal_a_pipe_or_a_file_is_none(streams: Streams, kinds: str) -> None:
    assert not clicked(streams, kinds, DESKTOP)


def test_without_a_display_there_is_no_click(streams: Streams) -> None:
    assert not clicked(streams, "null null null", {})


def test_what_a_timer_of_systemd_starts_is_no_click(streams: Streams) -> None:
    script = f"import os\nos.environ['SYSTEMD_EXEC_PID'] = str(os.getpid())\n{ASKS}"
    done = subprocess.run(
        [sys.executable, "-c", script],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **DESKTOP},
        timeout=30,
    )

    assert done.returncode == 0
