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

_MARGIN_S = 0.3
_COMFORTABLE_S = 10.0


class OutOfTime(Exception):  # noqa: N818  # no error: the run was told to end
    """The run's deadline came before an answer."""


class Deadline:
    """The end of the run on the monotonic clock, and the share of it that one step may use."""

    def __init__(self, seconds: float) -> None:
        self.started = time.monotonic()
        self.seconds = seconds
        self.scale = min(max(seconds / _COMFORTABLE_S, 0.1), 2.0)
        self.at = self.started + seconds - _MARGIN_S * min(1.0, self.scale)

    def remaining(self) -> float:
        """Seconds until work must stop so that the report is still printed in time; never negative."""
        return max(0.0, self.at - time.monotonic())

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


def side_by_side(works: Sequence[Callable[[], T]], seconds: float) -> list[T | None]:
    """Do all works at once; the answers in order, None for each that was not there in `seconds`.

    Raises what the first failing work raised, after all have ended or time is up.
    """
    cells: list[_Cell[T]] = [_Cell() for _ in works]

    def do(work: Callable[[], T], cell: _Cell[T]) -> None:
        try:
            cell.value = work()
        except BaseException as error:
            cell.error = error
        finally:
            cell.done.set()

    for work, cell in zip(works, cells, strict=True):
        threading.Thread(target=do, args=(work, cell), daemon=True).start()
    end = time.monotonic() + seconds
    for cell in cells:
        cell.done.wait(max(0.0, end - time.monotonic()))
    for cell in cells:
        if cell.done.is_set() and cell.error is not None:
            raise cell.error
    return [cell.value if cell.done.is_set() else None for cell in cells]
