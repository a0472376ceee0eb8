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

    # Where in a `struct flock` of so many bytes (64-bit) its type lies, which Python leaves to its callers.
    _FLOCK = {"linux": (0, 32), "darwin": (20, 24)} if sys.maxsize > 2**32 else {}

    def _is_locked(descriptor: int) -> bool | None:
        """Whether another process holds a lock on the file; asking takes none."""
        if sys.platform not in _FLOCK:
            return None
        at, size = _FLOCK[sys.platform]
        asked = bytearray(size)  # zeros: from the start (SEEK_SET) to the end
        struct.pack_into("h", asked, at, fcntl.F_WRLCK)
        try:
            answer = fcntl.fcntl(descriptor, fcntl.F_GETLK, bytes(asked))
        except OSError:
            return None
        return bool(struct.unpack_from("h", answer, at)[0] != fcntl.F_UNLCK)
else:

    def _is_locked(descriptor: int) -> bool | None:
        """None: Windows has no such locks."""
        del descriptor
        return None
