"""How the processor's time grows with the length of a text: a ratio within one run, whatever the machine."""

from __future__ import annotations

import time
from collections.abc import Callable

TIMES = 16
MOST_GROWTH = 3 * TIMES
"""Of a reader in linear time, with room for caches; a quadratic one comes to the square of `TIMES`."""
_LEAST_S = 0.05
"""Several steps of the processor's clock, which on Windows goes by 16 ms."""


def growth(reading: Callable[[int], Callable[[], object]], length: int) -> float:
    """How many times as long a text of `length` takes as one that is `TIMES` shorter."""
    return _mean(reading(length), 0.0) / _mean(reading(length // TIMES), _LEAST_S)


def _mean(read: Callable[[], object], least_s: float) -> float:
    """The time of one call, of as many as take `least_s` together."""
    started, calls, took = time.process_time(), 0, -1.0
    while took < least_s:
        read()
        calls += 1
        took = time.process_time() - started
    return took / calls
