"""The program, as `python -m portalcheck` and as the installed command."""

from __future__ import annotations

import sys
from typing import NoReturn

from portalcheck.turn import TURN, limit


def start() -> NoReturn:
    """Wait for a turn where many start at once, then load and run the command line."""
    stopped = False
    try:
        TURN.wait(limit(sys.argv[1:]))
    except KeyboardInterrupt:
        stopped = True
    from portalcheck.cli import entry

    entry(stopped=stopped)


if __name__ == "__main__":
    start()
