"""Counts that stay small whatever is counted: names by a bounded table, runs by a hash of eight bytes each."""

from __future__ import annotations

from array import array

from portalcheck.report.formats.sheet import harmless
from portalcheck.words.text import LONGEST, clean

MOST_NAMES = 1000
"""Different names that one table counts one by one; reports with further ones are counted together."""
LONGEST_NAME = 80
_FIRST_SIZE = 1 << 10
_64_BITS = (1 << 64) - 1


def plain(text: str, longest: int = LONGEST) -> str:
    """A text of a report or a file's name as one line that is safe to show, and in which no reader finds a report."""
    return harmless(clean(text, longest))


class Tally:
    """How often each name occurs; `others` counts those for which the table had no place."""

    def __init__(self, most: int = MOST_NAMES) -> None:
        self._counts: dict[str, int] = {}
        self._most = most
        self.others = 0

    def add(self, name: str) -> str | None:
        """Count one occurrence; gives the name as it is counted, None where it is among the others."""
        if name not in self._counts:  # else it is known to be clean
            name = plain(name, LONGEST_NAME)
        if name in self._counts or len(self._counts) < self._most:
            self._counts[name] = self._counts.get(name, 0) + 1
            return name
        self.others += 1
        return None

    def ranked(self) -> list[tuple[str, int]]:
        """Names and counts, the most frequent first, then by name."""
        return sorted(self._counts.items(), key=lambda item: (-item[1], item[0]))

    def total(self) -> int:
        """The number of all occurrences that were added."""
        return sum(self._counts.values()) + self.others


class RunIds:
    """The run ids that were seen, as 64-bit hashes in an open table: 16 to 32 bytes for each.

    Among a million runs, two share a hash with a chance of one in 30 million; one of them would not be counted.
    """

    def __init__(self) -> None:
        self._table = array("Q", bytes(8 * _FIRST_SIZE))
        self._used = 0

    def is_new(self, run_id: str) -> bool:
        """Whether this id is met for the first time."""
        # Python's own hash of a text is keyed anew in each process, so that nobody can make ids that collide.
        key = (hash(run_id) & _64_BITS) or 1
        place = self._place(key)
        if self._table[place]:
            return False
        self._table[place] = key
        self._used += 1
        if 2 * self._used > len(self._table):
            old, self._table = self._table, array("Q", bytes(16 * len(self._table)))
            for known in filter(None, old):
                self._table[self._place(known)] = known
        return True

    def _place(self, key: int) -> int:
        """Where a key stands, or is to be put."""
        mask = len(self._table) - 1
        place = key & mask
        while self._table[place] not in (0, key):
            place = (place + 1) & mask
        return place
