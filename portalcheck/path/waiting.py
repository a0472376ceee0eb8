"""Time limits, work done once, and work done side by side, all on daemon threads.

`getaddrinfo`, sqlite3 and trust stores cannot be cancelled; a daemon thread that is left behind does not
hold up the end of the process, while asyncio and thread pools wait for theirs.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Mapping, Sequence, Set
from contextvars import Context, ContextVar, copy_context
from typing import Any, Generic, TypeVar

from portalcheck.path.dependencies import MAY_ASK

T = TypeVar("T")
Key = str | tuple[Hashable, ...]
"""A fact by its name, or by a tuple of its name and what it is about."""

STILL_FLOWING_S = 3.0
"""What comes in pieces that are no further apart than this is slow, but it comes."""
_MARGIN_S = 0.3
_STARTING_S = 0.4
_JUDGING_S, _JUDGING_SHARE = 0.3, 0.1
_COMFORTABLE_S = 10.0
_ASKERS: ContextVar[tuple[str, ...]] = ContextVar("askers", default=())
"""The facts that are being found here, outermost first; a thread has those of the one that started it."""


def elapsed_ms(since: float) -> int:
    """Whole milliseconds since a moment on the monotonic clock."""
    return round((time.monotonic() - since) * 1000)


class OutOfTime(Exception):  # noqa: N818  # no error: the run was told to end
    """The run's deadline came before an answer."""


class AskError(Exception):
    """A fact asked for one that it may not ask for, such as itself; the text names all that were being found."""


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
    """Answers found once: the first to ask works, the others wait for the same answer.

    `may_ask` names every fact, and those that it may ask for while it is being found.
    """

    def __init__(self, deadline: Deadline, may_ask: Mapping[str, Set[str]] = MAY_ASK) -> None:
        self._deadline, self._may_ask = deadline, may_ask
        self._lock = threading.Lock()
        self._cells: dict[Key, _Cell[Any]] = {}

    def get(self, key: Key, work: Callable[[], T]) -> T:
        """The answer for `key`; raises what `work` raised, or OutOfTime when it is not there in time.

        Raises AskError at once where a fact that may not ask for this one does so, on whatever thread of its own.
        """
        askers = self._askers(key)
        with self._lock:
            cell = self._cells.get(key)
            mine = cell is None
            if cell is None:
                cell = self._cells[key] = _Cell()
        if mine:
            before = _ASKERS.set(askers)
            try:
                cell.value = work()
            except BaseException as error:
                cell.error = error
            finally:
                _ASKERS.reset(before)
                cell.done.set()
        elif not cell.done.wait(self._deadline.remaining()):
            raise OutOfTime
        if cell.error is not None:
            raise cell.error
        return cell.value  # type: ignore[return-value]  # set whenever no error was

    def _askers(self, key: Key) -> tuple[str, ...]:
        fact = key if isinstance(key, str) else str(key[0])
        askers = _ASKERS.get()
        if fact not in (self._may_ask[askers[-1]] if askers else self._may_ask):
            raise AskError("may not be asked for: " + " -> ".join((*askers, fact)))
        return (*askers, fact)

    def known(self, key: Key) -> bool:
        """Whether the answer for `key` is there already."""
        with self._lock:
            cell = self._cells.get(key)
        return cell is not None and cell.done.is_set()


class Later(Generic[T]):
    """Work that goes on meanwhile, on a thread of its own, for the fact that is being found here."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._cell: _Cell[T] = _Cell()
        threading.Thread(target=copy_context().run, args=(self._do, work), daemon=True).start()

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


def begin(work: Callable[[], object]) -> None:
    """Start work that nobody waits for: it belongs to no fact, and may ask for each."""
    Context().run(Later, work)


def side_by_side(works: Sequence[Callable[[], T]], seconds: float) -> list[T | None]:
    """Do all works at once; the answers in order, None for each that was not there in `seconds`.

    Raises what the first failing work raised, after all have ended or time is up.
    """
    under_way = [Later(work) for work in works]
    end = time.monotonic() + seconds
    for later in under_way:
        later.wait(end - time.monotonic())
    return [later.get(0.0) for later in under_way]
