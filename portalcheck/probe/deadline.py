"""When the run ends, and how much of what is left one step may use."""

from __future__ import annotations

import time

from portalcheck.probe.limits import (
    GIVE_UP_SHARE,
    LAST_WORD_S,
    LAST_WORD_SHARE,
    LEAST_SCALE,
    MARGIN_S,
    MOST_SCALE,
    RUN_S,
    START_S,
)


def elapsed_ms(since: float) -> int:
    """Whole milliseconds since a moment on the monotonic clock."""
    return round((time.monotonic() - since) * 1000)


class OutOfTime(Exception):  # noqa: N818  # no error: the run was told to end
    """The run ended before a fact was found."""


class Deadline:
    """The end of a run on the monotonic clock (`at`), and how much of what is left one step may use.

    `seconds` is the length of the whole run, of which `spent` went into the start of the program; of that, `START_S`
    costs the checks nothing. `scale` is what the limits of a run of `RUN_S` are multiplied by.
    """

    def __init__(self, seconds: float, spent: float = 0.0) -> None:
        self.started = time.monotonic()
        self.seconds = seconds - max(0.0, spent - START_S)
        self.scale = min(max(self.seconds / RUN_S, LEAST_SCALE), MOST_SCALE)
        self.at = self.started + self.seconds - MARGIN_S * min(1.0, self.scale)
        self._last_word_s = min(LAST_WORD_S, LAST_WORD_SHARE * self.seconds)
        self._to_give_up_s = self._last_word_s * GIVE_UP_SHARE

    def remaining(self) -> float:
        """Seconds until whoever waits for others' work gives up, before the checks must end; never negative."""
        return max(0.0, self.at - self._to_give_up_s - time.monotonic())

    @property
    def last_word(self) -> float:
        """The moment on the monotonic clock until which an answer can still be judged before the run ends."""
        return self.at - self._last_word_s

    def part(self, comfortable: float) -> Deadline:
        """A nearer deadline for one piece of work, `limit(comfortable)` from now; its scale is that of the run."""
        part = Deadline(self.seconds)
        part.at = time.monotonic() + self.limit(comfortable)
        part._to_give_up_s = 0.0  # it ends with the last word of the run at the latest
        return part

    def limit(self, comfortable: float) -> float:
        """Seconds for a step, which may take `comfortable` in a run of `RUN_S`: scaled, and cut at the last word."""
        return max(0.001, min(comfortable * self.scale, self.last_word - time.monotonic()))
