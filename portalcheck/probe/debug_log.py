"""What a run did and when, one line an event, written to a file: everything that is logged below `portalcheck`."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portalcheck.writing import begin

_ROOT = "portalcheck"


class _SinceStart(logging.Formatter):
    """`+0.123 s  probe.trace  text`: seconds since this was made, the logger's name below `portalcheck`, the event."""

    def __init__(self) -> None:
        super().__init__()
        self._start = time.time()

    def format(self, record: logging.LogRecord) -> str:
        room = record.name.removeprefix(f"{_ROOT}.")
        return f"{record.created - self._start:+.3f} s  {room:<29}  {record.getMessage()}"


class _Quiet(logging.StreamHandler):  # type: ignore[type-arg]
    """Loses what cannot be written (a full disk, a thread that comes after the end): no run fails for its log."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # logging's own name
        """Do nothing."""


@contextmanager
def write_to(path: Path) -> Iterator[None]:
    """Write all events to a file (UTF-8, for its owner alone) until the end; what was in it is lost.

    Raises OSError where the file cannot be opened; what cannot be written later is left out.
    """
    file = begin(path)
    logger = logging.getLogger(_ROOT)
    before = logger.level, logger.propagate
    handler = _Quiet(file)
    handler.setFormatter(_SinceStart())
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before[0])
        logger.propagate = before[1]
        with contextlib.suppress(OSError):
            file.close()
