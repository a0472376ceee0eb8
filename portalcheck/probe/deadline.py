"""The end of the run, and the share of it that one step may use."""

from __future__ import annotations

import time

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
    start as the run may last longer (contract.md, Options of run) costs the checks nothing.
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
