"""Facts that are found once a run, however many checks ask for them at the same time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable, Mapping, Set
from contextvars import ContextVar
from typing import Any, TypeVar

from portalcheck.probe.aliases import Aliases
from portalcheck.probe.deadline import Deadline, OutOfTime, elapsed_ms
from portalcheck.probe.dependencies import MAY_ASK
from portalcheck.probe.threads import Cell

_log = logging.getLogger(__name__)

T = TypeVar("T")
Key = str | tuple[Hashable, ...]
"""A fact by its name, or by a tuple of its name and what it is about."""
_ASKERS: ContextVar[tuple[str, ...]] = ContextVar("askers", default=())
"""The facts that are being found here, outermost first; a thread has those of the one that started it."""


class AskError(Exception):
    """A fact, while it was being found, asked for one that it may not ask for; the text names the chain of askers."""


class Memo:
    """The facts of a run: the first to ask for one works, the others wait for the same answer.

    `may_ask` names every fact, and those that it may ask for while it is being found. The log calls what a fact is
    about by `aliases`.
    """

    def __init__(
        self,
        deadline: Deadline,
        may_ask: Mapping[str, Set[str]] = MAY_ASK,
        aliases: Aliases | None = None,
    ) -> None:
        self._deadline, self._may_ask, self._aliases = deadline, may_ask, aliases or Aliases()
        self._lock = threading.Lock()
        self._cells: dict[Key, Cell[Any]] = {}

    def get(self, key: Key, work: Callable[[], T]) -> T:
        """The answer for `key`; raises what `work` raised, or OutOfTime when it is not there in time.

        Raises AskError at once if it is asked for by a fact that may not (`may_ask`), on whatever thread.
        """
        askers = self._askers(key)
        with self._lock:
            cell = self._cells.get(key)
            mine = cell is None
            if cell is None:
                cell = self._cells[key] = Cell()
        if mine:
            before, since = _ASKERS.set(askers), time.monotonic()
            try:
                cell.value = work()
            except BaseException as error:
                cell.error = error
            finally:
                _ASKERS.reset(before)
                cell.done.set()
                self._log_found(key, cell, elapsed_ms(since))
        elif not cell.done.wait(self._deadline.remaining()):
            _log.debug("fact %s: not there in time", askers[-1])
            raise OutOfTime
        if cell.error is not None:
            raise cell.error
        return cell.value  # type: ignore[return-value]  # set whenever no error was

    def _log_found(self, key: Key, cell: Cell[Any], ms: int) -> None:
        fact, *about = (key,) if isinstance(key, str) else key
        what = self._aliases.told(*about, before=" ")
        if cell.error is None:
            _log.debug(
                "fact %s%s found in %d ms%s", fact, what, ms, self._aliases.told(cell.value, before=": ")
            )
        else:
            _log.debug("fact %s%s failed after %d ms: %s", fact, what, ms, type(cell.error).__name__)

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
