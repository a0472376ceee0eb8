"""Work at the same time, on daemon threads.

`getaddrinfo`, sqlite3 and trust stores cannot be cancelled; a daemon thread that is left behind does not
hold up the end of the process, while asyncio and thread pools wait for theirs.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextvars import Context, copy_context
from typing import Generic, TypeVar

from portalcheck.shortage import start

T = TypeVar("T")


class Cell(Generic[T]):
    """The outcome of some work: `value` or `error` is set before `done`."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.value: T | None = None
        self.error: BaseException | None = None


class Future(Generic[T]):
    """Work on a thread of its own, for the same fact (`memo`) as the thread that starts it.

    Raises ShortageError where there is no further thread.
    """

    def __init__(self, work: Callable[[], T]) -> None:
        self._cell: Cell[T] = Cell()
        start(threading.Thread(target=copy_context().run, args=(self._do, work), daemon=True))

    def _do(self, work: Callable[[], T]) -> None:
        try:
            self._cell.value = work()
        except BaseException as error:
            self._cell.error = error
        finally:
            self._cell.done.set()

    def get(self, seconds: float) -> T | None:
        """The result, or None if it is not there in `seconds`. Raises what the work raised."""
        if not self._cell.done.wait(max(0.0, seconds)):
            return None
        if self._cell.error is not None:
            raise self._cell.error
        return self._cell.value

    def wait(self, seconds: float) -> None:
        """Wait at most `seconds` for the work to end; raises nothing."""
        self._cell.done.wait(max(0.0, seconds))


def spawn(work: Callable[[], object]) -> None:
    """Start work that nobody waits for. It belongs to no fact, so that it may ask for any."""
    Context().run(Future, work)


def gather(works: Sequence[Callable[[], T]], seconds: float) -> list[T | None]:
    """Do all works at once; their results in order, None for each that is not there in `seconds`.

    Raises what the first failing work raised, after all have ended or time is up.
    """
    under_way = [Future(work) for work in works]
    end = time.monotonic() + seconds
    for later in under_way:
        later.wait(end - time.monotonic())
    return [later.get(0.0) for later in under_way]
