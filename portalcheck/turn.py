"""Programs that start at the same moment take turns, so that each is quick instead of all of them slow.

Nearly all processor time of a run goes into its start. Where hundreds start at once (a schedule on a shared
computer), a few at a time load their modules; waiting for answers needs no turn. What is locked are files of this
package, by advisory locks of the system (flock(2)), which end with the process whatever becomes of it: nothing is
written. Where there are no such locks, nobody waits.

Nothing is imported here that costs time, as it comes before everything else.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Sequence

_AT_ONCE = 2 * (os.cpu_count() or 1)
_SHARE = 0.5
"""Of the run's time limit: who waited so long without any progress goes on."""
_LOOK_S = 1.0
_USUAL_S = 10.0
_LOADED = time.monotonic()
"""When this program began. The system's own word counts from before an `exec`, as wrappers in shell do it."""


class Turn:
    """One of the few turns; it ends with `end`, at the latest with the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._descriptor = -1
        self._over = False
        self._began: float | None = None

    def wait(self, files: Sequence[str], patience_s: float) -> None:
        """Wait until one of the files is this program's, or until nobody's turn has ended for so long."""
        self._began = _LOADED
        if not files or any(self._take(file, blocking=False) for file in files):
            return
        # Processes that start one after the other have numbers that follow each other.
        queue = files[os.getpid() % len(files)]
        taken = threading.Event()
        threading.Thread(target=self._wait, args=(queue, taken), name="turn", daemon=True).start()
        since = last = time.monotonic()
        whose = holders(queue)
        while not taken.wait(min(_LOOK_S, max(0.0, last + patience_s - time.monotonic()))):
            now, before, whose = time.monotonic(), whose, holders(queue)
            if whose != before:
                last = now
            elif now - last >= patience_s:
                self.end()
                break
        # Where more start at once than can be ready in time, their time begins when it can be used.
        self._began += last - since

    def _wait(self, queue: str, taken: threading.Event) -> None:
        self._take(queue, blocking=True)
        taken.set()

    def _take(self, file: str, *, blocking: bool) -> bool:
        """Lock a file; True where that came about, or nothing can be locked at all."""
        try:
            import fcntl

            descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
        except (ImportError, OSError):
            return True
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if blocking else fcntl.LOCK_NB))
        except OSError as error:
            os.close(descriptor)
            return not isinstance(error, BlockingIOError)
        with self._lock:
            if not self._over:
                self._descriptor = descriptor
                return True
        os.close(descriptor)
        return True

    def end(self) -> None:
        """Let the next one go on."""
        with self._lock:
            self._over = True
            descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    @property
    def spent(self) -> float | None:
        """Seconds since the program began, without those in a queue; None where it is another's program that began."""
        return None if self._began is None else time.monotonic() - self._began


def holders(file: str) -> frozenset[bytes]:
    """The processes that have locked a file (proc_locks(5)); none where the system does not tell."""
    try:
        inode = b":%d" % os.stat(file).st_ino  # noqa: PTH116  pathlib is not loaded yet
        with open("/proc/locks", "rb") as locks:  # noqa: PTH123  as above
            fields = [line.split() for line in locks]
    except OSError:
        return frozenset()
    return frozenset(
        field[4] for field in fields if len(field) > 5 and field[1] == b"FLOCK" and field[5].endswith(inode)
    )


def _files() -> list[str]:
    """As many files of this program as may load at once, the same ones for all of its processes."""
    # A built program has its files elsewhere (PyInstaller, "Run-time Information").
    folder = getattr(sys, "_MEIPASS", "") or os.path.dirname(__file__)  # noqa: PTH120  as above
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.path for entry in entries if entry.is_file())[:_AT_ONCE]
    except OSError:
        return []


def limit(arguments: Sequence[str]) -> float:
    """Seconds of standstill that are waited for a turn, by what can be told before anything is loaded."""
    told = os.environ.get("PORTALCHECK_TIMEOUT", "")
    for word, following in zip(arguments, [*arguments[1:], ""], strict=False):
        name, _, value = word.partition("=")
        if name == "--timeout":
            told = value or following
    try:
        seconds = float(told or _USUAL_S)
    except ValueError:
        seconds = 0.0
    return _SHARE * seconds if 0 < seconds < float("inf") else 0.0


TURN = Turn()
"""This process's own."""


def take(arguments: Sequence[str]) -> bool:
    """Wait for this process's turn, by its arguments; False where Ctrl-C came instead."""
    try:
        TURN.wait(_files(), limit(arguments))
    except KeyboardInterrupt:
        return False
    return True
