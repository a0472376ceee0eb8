"""Reading small files that anyone may have written: never a device or pipe, never without end."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import BinaryIO

from portalcheck.shortage import is_shortage

if sys.platform == "win32":
    import ctypes
    import msvcrt

    _GENERIC_READ, _SHARED, _EXISTING = 0x80000000, 7, 3
    _INVALID = ctypes.c_void_p(-1).value

    def open_shared(path: Path) -> int:
        """A descriptor to read a file that others may read, write, rename and delete meanwhile.

        Raises OSError, which has the `winerror` that the C runtime's open keeps to itself.
        """
        sys.audit("open", str(path), None, os.O_RDONLY)  # as os.open tells it (PEP 578)
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.CreateFileW.restype = ctypes.c_void_p
        handle = kernel.CreateFileW(str(path), _GENERIC_READ, _SHARED, None, _EXISTING, 0, None)
        if handle == _INVALID:
            raise ctypes.WinError(ctypes.get_last_error())
        return msvcrt.open_osfhandle(handle, os.O_RDONLY)


def is_remote(path: str | Path) -> bool:
    r"""Whether a path names another computer: `//server/share`, `\\server\share`."""
    return str(path).replace("\\", "/").startswith("//")


def open_regular(path: Path) -> BinaryIO | None:
    """A regular file opened for reading, or None if it cannot be opened or is something else.

    Opening or reading a named pipe or a device might wait for ever. Raises OSError where the system is short of files.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
    except (OSError, ValueError) as error:  # missing, not permitted; a NUL in the name
        if is_shortage(error):
            raise
        return None
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    return None


def read_bounded(path: Path, limit: int) -> bytes | None:
    """The first `limit` bytes of a regular file, or None if it cannot be read or is something else."""
    file = open_regular(path)
    if file is None:
        return None
    with file:
        try:
            return file.read(limit)
        except OSError:  # a failing disk, or a network share that went away
            return None
