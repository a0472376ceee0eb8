"""Files that another program owns, read whole, bounded, and without leaving a trace.

Nothing here opens anything but a regular file, waits for one, or writes. What cannot be read is an `Unreadable`.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from portalcheck.facts import Unreadable
from portalcheck.machine import files
from portalcheck.shortage import is_shortage

MAX_TEXT = 8 * 1024 * 1024
"""The largest settings file that is read, in bytes."""
MAX_PLIST = 4 * 1024 * 1024
MAX_VALUES = 250_000
"""How many values a settings file may hold: each takes many times its text in memory, and a busy profile has 50,000."""
MAX_ENTRIES = 4096
"""How many entries of one folder are looked at."""


_WHY = {
    errno.ENOENT: Unreadable.ABSENT,
    errno.ENOTDIR: Unreadable.ABSENT,
    errno.EACCES: Unreadable.PERMISSION,
    errno.EPERM: Unreadable.PERMISSION,  # macOS without Full Disk Access
    errno.ELOOP: Unreadable.NOT_A_FILE,
    errno.EISDIR: Unreadable.NOT_A_FILE,
    errno.ENXIO: Unreadable.NOT_A_FILE,
    errno.ENODEV: Unreadable.NOT_A_FILE,
    errno.EINVAL: Unreadable.NOT_A_FILE,
    errno.ENAMETOOLONG: Unreadable.NOT_A_FILE,
    errno.EAGAIN: Unreadable.LOCKED,
    errno.EBUSY: Unreadable.LOCKED,
    errno.ETXTBSY: Unreadable.LOCKED,
}
_KEPT_ELSEWHERE = 0x1000 | 0x40000 | 0x400000
"""FILE_ATTRIBUTE_OFFLINE, _RECALL_ON_OPEN and _RECALL_ON_DATA_ACCESS: reading would fetch it, as from OneDrive."""
_WINDOWS_LOCKED = frozenset({32, 33})  # ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION


def unreadable(error: OSError | ValueError) -> Unreadable:
    """Why a file could not be read, by the error of the file system (ValueError: a path that no system takes).

    Raises the error where it tells nothing of the file, but of a shortage.
    """
    if isinstance(error, ValueError):
        return Unreadable.NOT_A_FILE
    if is_shortage(error):
        raise error
    if getattr(error, "winerror", None) in _WINDOWS_LOCKED:
        return Unreadable.LOCKED
    return _WHY.get(error.errno or 0, Unreadable.DAMAGED)


@contextmanager
def opened(path: Path, limit: int) -> Iterator[tuple[int, int] | Unreadable]:
    """A descriptor of a regular file of at most `limit` bytes and its size, or why there is none."""
    found = _open(path, limit)
    try:
        yield found
    finally:
        if not isinstance(found, Unreadable):
            os.close(found[0])


def _open(path: Path, limit: int) -> tuple[int, int] | Unreadable:
    try:
        # Looked at before it is opened, for opening alone has effects on some devices.
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return Unreadable.NOT_A_FILE
        if getattr(status, "st_file_attributes", 0) & _KEPT_ELSEWHERE:
            return Unreadable.AWAY
        if sys.platform == "win32":
            descriptor = files.open_shared(path)
        else:
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except (OSError, ValueError) as error:
        return unreadable(error)
    status = os.fstat(descriptor)
    refused = None
    if not stat.S_ISREG(status.st_mode):
        refused = Unreadable.NOT_A_FILE
    elif status.st_size > limit:
        refused = Unreadable.TOO_BIG
    if refused is not None:
        os.close(descriptor)
        return refused
    return descriptor, status.st_size


def read_from(descriptor: int, size: int) -> bytearray | Unreadable:
    """The first `size` bytes of an open file, fewer if it is shorter."""
    held = bytearray(size)
    view = memoryview(held)
    got = 0
    try:
        os.lseek(descriptor, 0, os.SEEK_SET)
        with open(descriptor, "rb", buffering=0, closefd=False) as source:
            while got < size and (more := source.readinto(view[got:])):
                got += more
    except OSError as error:
        return unreadable(error)
    view.release()
    del held[got:]
    return held


def read(path: Path, limit: int = MAX_TEXT) -> bytes | Unreadable:
    """The content of a regular file of at most `limit` bytes."""
    content = _content(path, limit)
    return content if isinstance(content, Unreadable) else bytes(content)


def _content(path: Path, limit: int) -> bytearray | Unreadable:
    with opened(path, limit) as found:
        return found if isinstance(found, Unreadable) else read_from(*found)


def read_text(path: Path, limit: int = MAX_TEXT) -> str | Unreadable:
    """The content as UTF-8 with or without a byte order mark; what is not UTF-8 is replaced."""
    content = _content(path, limit)
    return content if isinstance(content, Unreadable) else content.decode("utf-8-sig", "replace")


def has_too_many(text: str) -> bool:
    """Whether a text of JSON may hold more than `MAX_VALUES` values."""
    return sum(map(text.count, ",[{")) > MAX_VALUES


def read_json(path: Path) -> dict[str, object] | Unreadable:
    """The JSON object in a file; `DAMAGED` if the file holds anything else."""
    content = read_text(path)
    if isinstance(content, Unreadable):
        return content
    if has_too_many(content):
        return Unreadable.TOO_BIG
    try:
        value = json.loads(content)
    except (ValueError, RecursionError, MemoryError):
        return Unreadable.DAMAGED
    return value if isinstance(value, dict) else Unreadable.DAMAGED


def read_plist(path: Path) -> dict[str, object] | Unreadable:
    """The dictionary in a property list file; `DAMAGED` if the file holds anything else."""
    content = read(path, MAX_PLIST)
    return content if isinstance(content, Unreadable) else parse_plist(content)


def parse_plist(content: bytes) -> dict[str, object] | Unreadable:
    """The dictionary in a property list, binary or XML; `DAMAGED` for anything else."""
    import plistlib

    if content.count(b"<") > 2 * MAX_VALUES:
        return Unreadable.TOO_BIG
    try:
        value = plistlib.loads(content)
    except Exception:  # plistlib raises half a dozen unrelated kinds for broken bytes
        return Unreadable.DAMAGED
    return value if isinstance(value, dict) else Unreadable.DAMAGED


def read_ini(path: Path, limit: int) -> dict[str, dict[str, str]]:
    """The sections of an INI file as browsers and desktops write them; empty if there is none.

    Unlike `configparser` it takes what it understands of a broken file, as those programs do.
    """
    content = read_text(path, limit)
    sections: dict[str, dict[str, str]] = {}
    section: dict[str, str] = {}
    for line in () if isinstance(content, Unreadable) else content.splitlines():
        line = line.strip()
        if line.startswith("[") and line.endswith("]"):
            section = sections.setdefault(line[1:-1], {})
        elif "=" in line and not line.startswith(("#", ";")):
            key, _, value = line.partition("=")
            section.setdefault(key.strip(), value.strip())
    return sections


def texts(value: object) -> list[str]:
    """The texts in a list; empty where it is none."""
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def part(tree: object, *keys: str) -> object:
    """The value at a path of keys in nested dictionaries, None without such a path."""
    for key in keys:
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree


def table(tree: object, *keys: str) -> dict[str, object]:
    """The dictionary at a path of keys, empty if there is none."""
    found = part(tree, *keys)
    return found if isinstance(found, dict) else {}


def folders(path: Path) -> tuple[Path, ...] | Unreadable:
    """The folders in a folder in the order of their names; links that lead to folders count."""
    return _entries(path, lambda entry: entry.is_dir())


def regular_files(path: Path, suffix: str) -> tuple[Path, ...]:
    """The regular files of a folder whose names end in `suffix`, in the order of their names."""
    found = _entries(path, lambda entry: entry.name.endswith(suffix) and entry.is_file())
    return () if isinstance(found, Unreadable) else found


def _entries(path: Path, wanted: Callable[[os.DirEntry[str]], bool]) -> tuple[Path, ...] | Unreadable:
    found: list[str] = []
    try:
        with os.scandir(path) as entries:
            for entry in islice(entries, MAX_ENTRIES):
                if _holds(wanted, entry):
                    found.append(entry.path)
    except (OSError, ValueError) as error:
        return unreadable(error)
    return tuple(Path(name) for name in sorted(found))


def _holds(wanted: Callable[[os.DirEntry[str]], bool], entry: os.DirEntry[str]) -> bool:
    try:
        return wanted(entry)
    except OSError:  # a link in a circle, or one into a folder that is closed to us
        return False


def exists(path: Path) -> bool:
    """Whether anything at all is there, even a link to nowhere; False if that cannot be seen."""
    return presence(path) is True


def presence(path: Path) -> bool | None:
    """Whether anything at all is there, even a link to nowhere; None if a folder above it may not be read."""
    try:
        return bool(path.lstat())
    except (OSError, ValueError) as error:
        return None if unreadable(error) is Unreadable.PERMISSION else False


def changed_at(path: Path) -> float | None:
    """When a file was last written to, None if that cannot be seen."""
    try:
        return path.stat().st_mtime
    except (OSError, ValueError):
        return None
