"""The program, as `python -m portalcheck` and as the installed command."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import time
from typing import NoReturn

BEGAN = time.monotonic()
"""When this program began, on the monotonic clock; taken before anything that costs time is loaded."""


def _leave_the_folder() -> None:
    """Load no module from the folder that the program was called in, where `python -m` looks for each one first."""
    first = sys.path[0] if sys.path and not sys.flags.safe_path else None
    with contextlib.suppress(FileNotFoundError):  # a folder that is gone
        if first == "" or first == os.getcwd():  # noqa: PTH109  # pathlib is loaded later, and not from there
            del sys.path[0]


def _start_nothing_from_here() -> None:
    """Let libraries that start a program (a browser, a clipboard) find none in the folder that one stands in."""
    os.environ["NODEFAULTCURRENTDIRECTORYINEXEPATH"] = "1"  # Windows, which takes any case, looks there first
    if "PATH" in os.environ:
        folders = os.environ["PATH"].split(os.pathsep)
        os.environ["PATH"] = os.pathsep.join(filter(os.path.isabs, folders)) or os.defpath


def start() -> NoReturn:
    """Load and run the command line."""
    # What is loaded lives to the end: to look through it for garbage again and again costs a twentieth of a run.
    gc.set_threshold(100_000)
    _start_nothing_from_here()
    from portalcheck.shortage import be_frugal

    be_frugal()
    from portalcheck.cli import entry

    entry(began=BEGAN)


if __name__ == "__main__":
    _leave_the_folder()
    start()
