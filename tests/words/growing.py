"""How the processor's time grows with the length of a text: a ratio within one run, whatever the machine."""

from __future__ import annotations

import time
from collections.abc import Callable

TIMES = 16
MOST_GROWTH = 3 * TIMES
"""Of a reader in linear time, with room for caches; a quadratic one comes to the square of `TIMES`."""
_ROUNDS = 3


def growth(reading: Callable[[int], Callable[[], object]], length: int) -> float:
    """How many times as long a text of `length` takes as one that is `TIMES` shorter, of which the best try counts."""
    return _least(reading(length), 1) / max(_least(reading(length // TIMES), _ROUNDS), 1e-4)


def _least(read: Callable[[], object], rounds: int) -> float:
    took = []
    for _ in range(rounds):
        started = time.process_time()
        read()
        took.append(time.process_time() - started)
    return min(took)
