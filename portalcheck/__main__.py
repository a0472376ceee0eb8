"""The program, as `python -m portalcheck` and as the installed command."""

from __future__ import annotations

import sys
from typing import NoReturn

from portalcheck.turn import take


def start() -> NoReturn:
    """Wait for a turn where many start at once, then load and run the command line."""
    stopped = not take(sys.argv[1:])
    from portalcheck.cli import entry

    entry(stopped=stopped)


if __name__ == "__main__":
    start()
