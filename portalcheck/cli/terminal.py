"""Is there a person at the other end?"""

from __future__ import annotations

import sys
from typing import TextIO


def drop_typed(stream: TextIO) -> None:
    """Drop what was typed or pasted on a terminal and not read, as far as the system can."""
    if sys.platform == "win32":
        import msvcrt

        while msvcrt.kbhit():
            msvcrt.getwch()
        return
    import termios

    termios.tcflush(stream.fileno(), termios.TCIFLUSH)


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person is at the other end of a stream: a terminal, and not Windows' NUL, which says that it is one."""
    if stream is None or not stream.isatty():
        return False
    if sys.platform != "win32":
        return True
    import ctypes
    import msvcrt

    handle = ctypes.c_void_p(msvcrt.get_osfhandle(stream.fileno()))
    return bool(ctypes.windll.kernel32.GetConsoleMode(handle, ctypes.byref(ctypes.c_uint32())))
