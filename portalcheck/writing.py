"""The one door to files that are written: whole or not at all, a line at a time, or a log from its beginning.

Every reason for which a file cannot be written is an OSError with the reason in `strerror`.
"""

from __future__ import annotations

import contextlib
import errno
import glob
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
_PATIENCE_S = 10.0 if sys.platform == "win32" else 0.3
"""How long others that append to the same file are waited for; each takes a millisecond."""
_UNFINISHED = ".portalcheck"
"""How the name of a file ends that is being written: no other program's does."""
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
    pipe) is written to as it is. A missing last folder is made, for its owner alone. What killed programs left of
    the same file is removed.
    """
    target = _target(path)
    if target.exists() and not target.is_file():
        with target.open("wb") as stream:
            stream.write(content)
        return
    if sys.platform == "win32" and target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    discard_unfinished(target)
    try:
        _write_beside(target, content, mode)
    except FileNotFoundError:
        _write_beside(target, content, mode)


def _write_beside(target: Path, content: bytes, mode: int) -> None:
    """Write a file and move it to its place. FileNotFoundError: another run took it for one that was left behind."""
    # Not by tempfile, which tries ten thousand names in a folder of Windows where nothing may be made.
    temporary = target.with_name(f"{_beginning(target)}{secrets.token_hex(4)}{_UNFINISHED}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, _PRIVATE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            _lock(descriptor)
            file.write(content)
            file.flush()
            os.fsync(descriptor)
            if (
                sys.platform != "win32"
            ):  # which has no mode, cannot remove what is read-only, nor move what is open
                os.fchmod(descriptor, _mode_of(target, mode))
                temporary.replace(target)
        if sys.platform == "win32":
            temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def discard_unfinished(target: Path) -> None:
    """Remove what killed programs left beside a file that they were writing, and nothing that one is still writing."""
    for path in target.parent.glob(f"{glob.escape(_beginning(target))}*{_UNFINISHED}"):
        with contextlib.suppress(OSError):
            if sys.platform == "win32":  # which keeps what is open
                path.unlink()
                continue
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
            try:
                if _lock(descriptor):
                    path.unlink()
            finally:
                os.close(descriptor)


def append_line(path: Path, line: str, *, most_bytes: int | None = None) -> None:
    """Append one line, whole or not at all, so that runs side by side neither mix theirs nor lose any. Raises OSError.

    A file that would grow beyond `most_bytes` is first set aside as `NAME.1`, in place of the last one. What does not
    end with a line end, as a killed program may leave it, gets one.
    """
    target, data = _target(path), line.encode()
    if target.exists() and not target.is_file():
        with target.open("wb", buffering=0) as stream:
            _write_all(stream.fileno(), data)
        return
    while not _is_appended(target, data, most_bytes):
        if sys.platform == "win32":  # which does not move what is open
            _set_aside(target)


def _is_appended(target: Path, data: bytes, most_bytes: int | None) -> bool:
    """Append to a file if it has room; otherwise it is set aside, by this run or by another."""
    descriptor = _open_to_append(target)
    try:
        with _alone(descriptor):
            if not _is_at(target, descriptor):
                return False
            size = os.fstat(descriptor).st_size
            if most_bytes is not None and size and size + len(data) > most_bytes:
                if sys.platform != "win32":
                    _set_aside(target)
                return False
            _write_all(descriptor, data if _ends_a_line(descriptor, size) else b"\n" + data)
    finally:
        os.close(descriptor)
    return True


def _open_to_append(target: Path) -> int:
    flags = os.O_CREAT | os.O_APPEND | _BINARY
    try:
        return os.open(target, os.O_RDWR | flags, _PRIVATE)
    except PermissionError:  # it may be one that may be written to, and not read
        return os.open(target, os.O_WRONLY | flags, _PRIVATE)


def _is_at(target: Path, descriptor: int) -> bool:
    """Whether an open file is still the one of that name."""
    try:
        return os.path.samestat(target.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _set_aside(target: Path) -> None:
    target.replace(target.with_name(f"{target.name}.1"))


def _ends_a_line(descriptor: int, size: int) -> bool:
    try:
        os.lseek(descriptor, max(size - 1, 0), os.SEEK_SET)
        return os.read(descriptor, 1) in (b"", b"\n")
    except OSError:
        return True


def _write_all(descriptor: int, data: bytes) -> None:
    """Write to the end, all or nothing: a disk may take a part before it is full. Raises OSError."""
    regular, size, written = stat.S_ISREG(os.fstat(descriptor).st_mode), os.fstat(descriptor).st_size, 0
    try:
        while written < len(data):
            written += os.write(descriptor, data[written:])
    except BaseException:
        with contextlib.suppress(OSError):
            if regular and written and os.fstat(descriptor).st_size == size + written:
                os.ftruncate(descriptor, size)
        raise


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


def _beginning(target: Path) -> str:
    """How the name of an unfinished file begins."""
    return f".{target.stem[:40]}-"


def _lock(descriptor: int) -> bool:
    """Lock a file for as long as it is open, if nobody else has; whether nobody had. Not on Windows."""
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True


@contextlib.contextmanager
def _alone(descriptor: int) -> Iterator[None]:
    """Keep other runs from appending meanwhile. Raises OSError on Windows, where one has the file for too long.

    Windows' O_APPEND goes to the end first and writes then; elsewhere each write goes to the end by itself, so that
    whoever holds on to the file (a run that was stopped) need not be waited for.
    """
    last = time.monotonic() + _PATIENCE_S
    if sys.platform != "win32":
        while not _lock(descriptor) and time.monotonic() < last:
            time.sleep(0.005)
        yield
        return
    import msvcrt

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
