"""The one door to files that are written: whole or not at all, a line at a time, or a log from its beginning.

Every reason for which a file cannot be written is an OSError with the reason in `strerror`.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path, PurePath, PureWindowsPath
from typing import TextIO

from portalcheck.words.interface import N_

_PRIVATE = 0o600
"""Reports are for the person who made them, until that person shares them."""
_PATIENCE_S = 10.0
"""How long others that append to the same file are waited for."""
_BEYOND_ALL_FILES = 2**31 - 2
_BINARY = getattr(os, "O_BINARY", 0)
_NO_NAME = re.compile(
    r'[\x00-\x1f<>:"|?*]|[. ]$|^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3]) *(?:\.|$)',
    re.IGNORECASE,
)
"""What no file of Windows can be called ("Naming Files, Paths, and Namespaces"), though opening it may well succeed:
devices, another stream of a file, and names that are cut short."""
_ODD = N_(
    'Windows takes no such name: a device such as NUL, one of < > : " | ? *, or a dot or blank at its end'
)


def check_name(path: PurePath) -> None:
    """Raise OSError for a name that no file of this system can have, or that would be another file's."""
    if isinstance(path, PureWindowsPath):
        names = (name for name in path.parts if name not in (path.anchor, ".."))
        if path.drive.startswith("\\\\.\\") or any(map(_NO_NAME.search, names)):
            raise OSError(errno.EINVAL, _ODD)
    elif "\0" in str(path):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))


def write(path: Path, content: bytes, *, mode: int = _PRIVATE) -> None:
    """Write whole or not at all: a temporary file beside the target, then a rename. Raises OSError.

    Links are followed and a file's mode is kept; `mode` is a new one's. What is no regular file (a device, a
    pipe) is written to as it is. A missing last folder is made, for its owner alone.
    """
    target = _target(path)
    if target.exists() and not target.is_file():
        with target.open("wb") as stream:
            stream.write(content)
        return
    if sys.platform == "win32" and target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    # Not by tempfile, which tries ten thousand names in a folder of Windows where nothing may be made.
    temporary = target.with_name(f".{target.stem[:40]}-{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, _PRIVATE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if sys.platform != "win32":  # which has no mode, and cannot remove what is read-only
            temporary.chmod(_mode_of(target, mode))
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def append_line(path: Path, line: str) -> None:
    """Append one line with one write, so that runs side by side do not mix theirs. Raises OSError."""
    descriptor = os.open(_target(path), os.O_WRONLY | os.O_CREAT | os.O_APPEND | _BINARY, _PRIVATE)
    try:
        with _alone(descriptor):
            os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)


def begin(path: Path) -> TextIO:
    """A file to write to, in UTF-8 with line feeds, for its owner alone; what was in it is lost. Raises OSError."""
    # A pipe that nobody reads is refused, where opening it would wait for ever.
    waiting = getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(_target(path), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | waiting, _PRIVATE)
    if sys.platform != "win32":
        os.set_blocking(descriptor, True)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.fchmod(descriptor, _PRIVATE)  # one that was there already may have been others' to read
    return os.fdopen(descriptor, "w", encoding="utf-8", newline="\n")


def _target(path: Path) -> Path:
    """The file itself, where links lead to it; its folder is made if that is all that is missing. Raises OSError."""
    check_name(path)
    target = Path(os.path.realpath(path))
    if target.is_dir():  # which Windows would say was not permitted
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not target.parent.exists():
        target.parent.mkdir(mode=0o700, exist_ok=True)
    return target


def _mode_of(target: Path, mode: int) -> int:
    """The mode of an existing file, else the given one as far as the umask allows it."""
    try:
        return stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return mode & ~mask


@contextlib.contextmanager
def _alone(descriptor: int) -> Iterator[None]:
    """On Windows, where O_APPEND goes to the end first and writes then, keep others from doing so between."""
    if sys.platform != "win32":
        yield
        return
    import msvcrt

    last = time.monotonic() + _PATIENCE_S
    while True:
        os.lseek(descriptor, _BEYOND_ALL_FILES, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            break
        except OSError:
            if time.monotonic() > last:
                raise
            time.sleep(0.005)
    try:
        yield
    finally:
        os.lseek(descriptor, _BEYOND_ALL_FILES, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
