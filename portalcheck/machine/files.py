"""Reading small files that anyone may have written: never a device or pipe, never without end."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def read_bounded(path: Path, limit: int) -> bytes | None:
    """The first `limit` bytes of a regular file, or None where there is none to be read.

    A named pipe, a device or a folder is none: opening or reading one might wait for ever.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
    except (OSError, ValueError):  # missing, not permitted; a NUL in the name
        return None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            return None
        with os.fdopen(descriptor, "rb") as file:
            return file.read(limit)
    except OSError:
        return None
