"""What this computer is short of: memory, open files, threads, room on a disk.

A shortage is no fact about the network or a file, and no fault of the program: what met one is not known.
"""

from __future__ import annotations

import contextlib
import errno
import mmap
import os
import sys
import threading

_NUMBERS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS, errno.ENOSPC})
_DISK_QUOTA = getattr(errno, "EDQUOT", errno.ENOSPC)  # which Windows has not
_STACK = 1024 * 1024
"""Of a thread, where glibc would reserve 8 MiB; musl's distributions give Python's so much."""
_M_ARENA_MAX = -8
"""Of malloc.h: how many pools of memory (64 MiB of addresses each) threads may have beside the common one."""
_A_CONNECTION = 8 * 1024 * 1024
"""Bytes of memory that a connection and its thread may need."""
_A_RUN = 48 * 1024 * 1024
"""Bytes that all checks together need at least, beside what is loaded before."""


class ShortageError(OSError):
    """Something cannot be had of the system, such as a thread, for which it has no number of its own."""


def be_frugal() -> None:
    """Reserve no more addresses than are used, if a limit is set to them (`ulimit -v`); before any thread is started.

    Where there are none left libraries crash (OpenSSL), or hang.
    """
    if sys.platform != "linux":
        return
    import resource

    if resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY:
        return
    import ctypes

    threading.stack_size(_STACK)
    with contextlib.suppress(AttributeError):  # musl's has no arenas
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def need_memory() -> None:
    """Raise ShortageError where there is no memory for all checks."""
    if is_short(_A_RUN):
        raise ShortageError(errno.ENOMEM, os.strerror(errno.ENOMEM))


def start(thread: threading.Thread) -> None:
    """Start a thread. Raises ShortageError where the system gives no further one."""
    try:
        thread.start()
    except RuntimeError as error:
        raise ShortageError(errno.EAGAIN, os.strerror(errno.EAGAIN)) from error


def is_shortage(error: BaseException) -> bool:
    """Whether an exception, or what it was raised from, comes of a shortage.

    Some libraries, and the import of one, raise something of their own then; so the system is asked too.
    """
    at: BaseException | None = error
    while at is not None:
        if isinstance(at, ShortageError | MemoryError):
            return True
        if isinstance(at, OSError) and at.errno in (*_NUMBERS, _DISK_QUOTA):
            return True
        at = at.__cause__ or at.__context__
    return is_short()


def is_short(memory: int = _A_CONNECTION) -> bool:
    """Whether this process can have no further open file, or not so many bytes of memory, just now."""
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
        mmap.mmap(-1, memory).close()
    except (OSError, MemoryError) as error:
        return isinstance(error, MemoryError) or error.errno in _NUMBERS
    return False
