"""Files that another program owns, read whole, bounded, and without leaving a trace.

Nothing here opens anything but a regular file, waits for one, or writes. What cannot be read is a `Why`.
"""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from itertools import islice
from pathlib import Path

MAX_TEXT = 32 * 1024 * 1024
"""The largest settings file that is read, in bytes."""
MAX_ENTRIES = 4096
"""How many entries of one folder are looked at."""


class Why(StrEnum):
    """Why something could not be read. All but `absent` are the contract's words."""

    ABSENT = "absent"
    LOCKED = "locked"
    PERMISSION = "permission"
    DAMAGED = "damaged"
    BUSY = "busy"
    TOO_BIG = "too-big"
    UNKNOWN_LAYOUT = "unknown-layout"
    NOT_A_FILE = "not-a-file"


_WHY = {
    errno.ENOENT: Why.ABSENT,
    errno.ENOTDIR: Why.ABSENT,
    errno.EACCES: Why.PERMISSION,
    errno.EPERM: Why.PERMISSION,  # macOS without Full Disk Access
    errno.ELOOP: Why.NOT_A_FILE,
    errno.EISDIR: Why.NOT_A_FILE,
    errno.ENXIO: Why.NOT_A_FILE,
    errno.ENODEV: Why.NOT_A_FILE,
    errno.EINVAL: Why.NOT_A_FILE,
    errno.ENAMETOOLONG: Why.NOT_A_FILE,
    errno.EAGAIN: Why.LOCKED,
    errno.EBUSY: Why.LOCKED,
    errno.ETXTBSY: Why.LOCKED,
}
_WINDOWS_LOCKED = frozenset({32, 33})  # ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION


def why(error: OSError | ValueError) -> Why:
    """The reason behind an error of the file system (ValueError: a path that no system takes)."""
    if isinstance(error, ValueError):
        return Why.NOT_A_FILE
    if getattr(error, "winerror", None) in _WINDOWS_LOCKED:
        return Why.LOCKED
    return _WHY.get(error.errno or 0, Why.DAMAGED)


def is_remote(path: str | Path) -> bool:
    r"""Whether opening the path could reach out to another computer: `//server/share`, `\\server\share`."""
    return str(path).replace("\\", "/").startswith("//")


@contextmanager
def opened(path: Path, limit: int) -> Iterator[tuple[int, int] | Why]:
    """A descriptor of a regular file of at most `limit` bytes and its size, or why there is none."""
    found = _open(path, limit)
    try:
        yield found
    finally:
        if not isinstance(found, Why):
            os.close(found[0])


def _open(path: Path, limit: int) -> tuple[int, int] | Why:
    if is_remote(path):
        return Why.NOT_A_FILE
    try:
        # Looked at before it is opened, for opening alone has effects on some devices.
        if not stat.S_ISREG(path.stat().st_mode):
            return Why.NOT_A_FILE
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        descriptor = os.open(path, flags | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOCTTY", 0))
    except (OSError, ValueError) as error:
        return why(error)
    status = os.fstat(descriptor)
    refused = None
    if not stat.S_ISREG(status.st_mode):
        refused = Why.NOT_A_FILE
    elif status.st_size > limit:
        refused = Why.TOO_BIG
    if refused is not None:
        os.close(descriptor)
        return refused
    return descriptor, status.st_size


def read_from(descriptor: int, size: int) -> bytearray | Why:
    """The first `size` bytes of an open file, fewer where it is shorter."""
    held = bytearray(size)
    view = memoryview(held)
    got = 0
    try:
        os.lseek(descriptor, 0, os.SEEK_SET)
        with open(descriptor, "rb", buffering=0, closefd=False) as source:
            while got < size and (more := source.readinto(view[got:])):
                got += more
    except OSError as error:
        return why(error)
    view.release()
    del held[got:]
    return held


def read(path: Path, limit: int = MAX_TEXT) -> bytes | Why:
    """The content of a regular file of at most `limit` bytes."""
    with opened(path, limit) as found:
        if isinstance(found, Why):
            return found
        content = read_from(*found)
    return content if isinstance(content, Why) else bytes(content)


def read_text(path: Path, limit: int = MAX_TEXT) -> str | Why:
    """The content as UTF-8 with or without a byte order mark; what is not UTF-8 is replaced."""
    content = read(path, limit)
    return content if isinstance(content, Why) else content.decode("utf-8-sig", "replace")


def read_json(path: Path) -> dict[str, object] | Why:
    """The JSON object in a file; `damaged` where the file holds anything else."""
    content = read_text(path)
    if isinstance(content, Why):
        return content
    try:
        value = json.loads(content)
    except (ValueError, RecursionError, MemoryError):
        return Why.DAMAGED
    return value if isinstance(value, dict) else Why.DAMAGED


def read_plist(path: Path) -> dict[str, object] | Why:
    """The dictionary in a property list file; `damaged` where the file holds anything else."""
    content = read(path)
    return content if isinstance(content, Why) else parse_plist(content)


def parse_plist(content: bytes) -> dict[str, object] | Why:
    """The dictionary in a property list, binary or XML; `damaged` for anything else."""
    import plistlib

    try:
        value = plistlib.loads(content)
    except Exception:  # plistlib raises half a dozen unrelated kinds for broken bytes
        return Why.DAMAGED
    return value if isinstance(value, dict) else Why.DAMAGED


def read_ini(path: Path, limit: int) -> dict[str, dict[str, str]]:
    """The sections of an INI file as browsers and desktops write them; empty where there is none.

    Unlike `configparser` it takes what it understands of a broken file, as those programs do.
    """
    content = read_text(path, limit)
    sections: dict[str, dict[str, str]] = {}
    section: dict[str, str] = {}
    for line in () if isinstance(content, Why) else content.splitlines():
        line = line.strip()
        if line.startswith("[") and line.endswith("]"):
            section = sections.setdefault(line[1:-1], {})
        elif "=" in line and not line.startswith(("#", ";")):
            key, _, value = line.partition("=")
            section.setdefault(key.strip(), value.strip())
    return sections


def part(tree: object, *keys: str) -> object:
    """The value at a path of keys in nested dictionaries, None where there is no such path."""
    for key in keys:
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree


def table(tree: object, *keys: str) -> dict[str, object]:
    """The dictionary at a path of keys, empty where there is none."""
    found = part(tree, *keys)
    return found if isinstance(found, dict) else {}


def folders(path: Path) -> tuple[Path, ...] | Why:
    """The folders in a folder in the order of their names; links that lead to folders count."""
    return _entries(path, lambda entry: entry.is_dir())


def regular_files(path: Path, suffix: str) -> tuple[Path, ...]:
    """The regular files of a folder whose names end in `suffix`, in the order of their names."""
    found = _entries(path, lambda entry: entry.name.endswith(suffix) and entry.is_file())
    return () if isinstance(found, Why) else found


def _entries(path: Path, wanted: Callable[[os.DirEntry[str]], bool]) -> tuple[Path, ...] | Why:
    if is_remote(path):
        return Why.NOT_A_FILE
    found: list[str] = []
    try:
        with os.scandir(path) as entries:
            for entry in islice(entries, MAX_ENTRIES):
                if _holds(wanted, entry):
                    found.append(entry.path)
    except (OSError, ValueError) as error:
        return why(error)
    return tuple(Path(name) for name in sorted(found))


def _holds(wanted: Callable[[os.DirEntry[str]], bool], entry: os.DirEntry[str]) -> bool:
    try:
        return wanted(entry)
    except OSError:  # a link in a circle, or one into a folder that is closed to us
        return False


def exists(path: Path) -> bool:
    """Whether anything at all is there, even a link to nowhere; False where that cannot be told."""
    return presence(path) is True


def presence(path: Path) -> bool | None:
    """As `exists`, but None where a folder on the way is closed to us."""
    try:
        return not is_remote(path) and bool(path.lstat())
    except (OSError, ValueError) as error:
        return None if why(error) is Why.PERMISSION else False


def changed_at(path: Path) -> float | None:
    """When a file was last written to, None where that cannot be told."""
    try:
        return None if is_remote(path) else path.stat().st_mtime
    except (OSError, ValueError):
        return None
