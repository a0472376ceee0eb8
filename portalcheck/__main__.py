"""The program, as `python -m portalcheck` and as the installed command."""

from __future__ import annotations

import gc
import time
from typing import NoReturn

BEGAN = time.monotonic()
"""When this program began, on the monotonic clock; taken before anything that costs time is loaded."""


def start() -> NoReturn:
    """Load and run the command line."""
    # What is loaded lives to the end: to look through it for garbage again and again costs a twentieth of a run.
    gc.set_threshold(100_000)
    from portalcheck.shortage import be_frugal

    be_frugal()
    from portalcheck.cli import entry

    entry(began=BEGAN)


if __name__ == "__main__":
    start()
