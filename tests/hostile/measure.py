"""Run a program and write down how long it took and how much memory: `python -I measure.py OUTPUT PROGRAM ...`.

A small process of its own, because the peak of a program counts that of the process that it was forked from.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path


def main(output: str, argv: list[str]) -> int:
    """The exit code of the program; the figures go into the file."""
    began = time.monotonic()
    process = os.posix_spawn(argv[0], argv, os.environ)
    _, status, used = os.wait4(process, 0)
    figures = {"seconds": round(time.monotonic() - began, 2), "peak_kib": used.ru_maxrss}
    Path(output).write_text(json.dumps(figures), "ascii")
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
