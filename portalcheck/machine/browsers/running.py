"""Whether a browser is running, by the files that it locks; None if that cannot be seen."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

from portalcheck.facts import Unreadable
from portalcheck.machine.browsers.reading import exists, opened
from portalcheck.machine.environment import Environment

_MAX_LOCK = 1024 * 1024


def chromium(environment: Environment, folder: Path, *, boxed: bool) -> bool | None:
    """Chromium and its kin: by `lockfile` (Windows), or the process that the link `SingletonLock` names."""
    if environment.os == "windows":
        return exists(folder / "lockfile")  # goes away by itself when the process does
    try:
        owner = str((folder / "SingletonLock").readlink())
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        return None
    host, _, number = owner.rpartition("-")
    if boxed or host != platform.node() or not number.isascii() or not number.isdigit():
        return None
    return _is_alive(int(number))  # the link outlives a browser that was ended by a signal


def _is_alive(process: int) -> bool | None:
    if sys.platform == "win32" or not 0 < process < 2**31:
        return None
    try:
        os.kill(process, 0)  # no signal is sent
    except ProcessLookupError:
        return False
    except OSError:  # another user's
        return True
    return True


def firefox(environment: Environment, profile: Path) -> bool | None:
    """Firefox: by its lock on `.parentlock` (Unix) or `parent.lock` (Windows), files that stay behind."""
    if environment.os == "windows":
        return _is_held(profile / "parent.lock")
    if sys.platform == "win32":
        return None
    with opened(profile / ".parentlock", _MAX_LOCK) as found:
        if isinstance(found, Unreadable):
            return False if found is Unreadable.ABSENT else None
        return _is_locked(found[0])


def _is_held(lock: Path) -> bool | None:
    with opened(lock, _MAX_LOCK) as found:
        if not isinstance(found, Unreadable):
            return False
        return {Unreadable.ABSENT: False, Unreadable.LOCKED: True}.get(found)


if sys.platform != "win32":
    import fcntl
    import struct

    def _is_locked(descriptor: int) -> bool | None:
        """Whether another process holds a lock on the file; asking takes none."""
        layout = _flock_layout()
        if layout is None:
            return None
        form, order = layout
        fields = {"type": fcntl.F_WRLCK, "whence": os.SEEK_SET, "start": 0, "len": 0, "pid": 0}
        try:
            answer = fcntl.fcntl(
                descriptor, fcntl.F_GETLK, struct.pack(form, *(fields[name] for name in order))
            )
        except OSError:
            return None
        held = dict(zip(order, struct.unpack(form, answer[: struct.calcsize(form)]), strict=True))
        return bool(held["type"] != fcntl.F_UNLCK)

    def _flock_layout() -> tuple[str, tuple[str, ...]] | None:
        """How `struct flock` lies in memory (64-bit), which Python leaves to its callers."""
        if sys.maxsize < 2**32:
            return None
        if sys.platform == "linux":
            return "hhqqi4x", ("type", "whence", "start", "len", "pid")
        if sys.platform == "darwin":
            return "qqihh", ("start", "len", "pid", "type", "whence")
        return None
else:

    def _is_locked(descriptor: int) -> bool | None:
        """None: Windows has no such locks."""
        del descriptor
        return None
