"""Time limits, work done once, and work done side by side, all on daemon threads.

`getaddrinfo`, sqlite3 and trust stores cannot be cancelled; a daemon thread that is left behind does not
hold up the end of the process, while asyncio and thread pools wait for theirs.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Generic, TypeVar

T = TypeVar("T")

STILL_FLOWING_S = 3.0
"""What comes in pieces that are no further apart than this is slow, but it comes."""
_MARGIN_S = 0.3
_STARTING_S = 0.4
_JUDGING_S, _JUDGING_SHARE = 0.3, 0.1
_COMFORTABLE_S = 10.0


def elapsed_ms(since: float) -> int:
    """Whole milliseconds since a moment on the monotonic clock."""
    return round((time.monotonic() - since) * 1000)


class OutOfTime(Exception):  # noqa: N818  # no error: the run was told to end
    """The run's deadline came before an answer."""


class Deadline:
    """The end of the run on the monotonic clock, and the share of it that one step may use.

    `seconds` are those of the whole run, of which `spent` went into the start of the program. As much of the
    start as the run may last longer (contract, section 1) costs the checks nothing.
    """

    def __init__(self, seconds: float, spent: float = 0.0) -> None:
        self.started = time.monotonic()
        self.seconds = seconds - max(0.0, spent - _STARTING_S)
        self.scale = min(max(self.seconds / _COMFORTABLE_S, 0.1), 2.0)
        self.at = self.started + self.seconds - _MARGIN_S * min(1.0, self.scale)

    def remaining(self) -> float:
        """Seconds until work must stop so that the report is still printed in time; never negative."""
        return max(0.0, self.at - time.monotonic())

    @property
    def last_word(self) -> float:
        """Until when what comes can still be judged within the run's time, on the monotonic clock."""
        return self.at - min(_JUDGING_S, _JUDGING_SHARE * self.seconds)

    def part(self, comfortable: float) -> Deadline:
        """A nearer deadline for one piece of work, of the same scale."""
        part = Deadline(self.seconds)
        part.at = time.monotonic() + self.limit(comfortable)
        return part

    def limit(self, comfortable: float) -> float:
        """At most `comfortable` seconds of a ten-second run, scaled to this run, and what remains of it."""
        return max(0.001, min(comfortable * self.scale, self.remaining()))


class _Cell(Generic[T]):
    def __init__(self) -> None:
        self.done = threading.Event()
        self.value: T | None = None
        self.error: BaseException | None = None


class Shared:
    """Answers found once: the first to ask works, the others wait for the same answer."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self._lock = threading.Lock()
        self._cells: dict[Hashable, _Cell[Any]] = {}

    def get(self, key: Hashable, work: Callable[[], T]) -> T:
        """The answer for `key`; raises what `work` raised, or OutOfTime when it is not there in time."""
        with self._lock:
            cell = self._cells.get(key)
            mine = cell is None
            if cell is None:
                cell = self._cells[key] = _Cell()
        if mine:
            try:
                cell.value = work()
            except BaseException as error:
                cell.error = error
            finally:
                cell.done.set()
        elif not cell.done.wait(self._deadline.remaining()):
            raise OutOfTime
        if cell.error is not None:
            raise cell.error
        return cell.value  # type: ignore[return-value]  # set whenever no error was

    def known(self, key: Hashable) -> bool:
        """Whether the answer for `key` is there already."""
        with self._lock:
            cell = self._cells.get(key)
        return cell is not None and cell.done.is_set()


class Later(Generic[T]):
    """Work that goes on meanwhile, on a thread of its own."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._cell: _Cell[T] = _Cell()
        threading.Thread(target=self._do, args=(work,), daemon=True).start()

    def _do(self, work: Callable[[], T]) -> None:
        try:
            self._cell.value = work()
        except BaseException as error:
            self._cell.error = error
        finally:
            self._cell.done.set()

    def get(self, seconds: float) -> T | None:
        """The answer, or None where it is not there in `seconds`; raises what the work raised."""
        if not self._cell.done.wait(max(0.0, seconds)):
            return None
        if self._cell.error is not None:
            raise self._cell.error
        return self._cell.value

    def wait(self, seconds: float) -> None:
        """Wait for the end of the work, whatever comes of it, but no longer than `seconds`."""
        self._cell.done.wait(max(0.0, seconds))


def side_by_side(works: Sequence[Callable[[], T]], seconds: float) -> list[T | None]:
    """Do all works at once; the answers in order, None for each that was not there in `seconds`.

    Raises what the first failing work raised, after all have ended or time is up.
    """
    under_way = [Later(work) for work in works]
    end = time.monotonic() + seconds
    for later in under_way:
        later.wait(end - time.monotonic())
    return [later.get(0.0) for later in under_way]
