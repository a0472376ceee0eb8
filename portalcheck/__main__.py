"""The program, as `python -m portalcheck` and as the installed command."""

from __future__ import annotations

import time
from typing import NoReturn

BEGAN = time.monotonic()
"""When this program began, on the monotonic clock; taken before anything that costs time is loaded."""


def start() -> NoReturn:
    """Load and run the command line."""
    from portalcheck.cli import entry

    entry(began=BEGAN)


if __name__ == "__main__":
    start()
