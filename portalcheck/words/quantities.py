"""Numbers, durations, sizes and dates as a language writes them; the words come from its texts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from portalcheck.words.text import fill

MINUTE, HOUR, DAY = 60, 3600, 86400
_LARGEST = 10**15


class Quantities:
    """Writes quantities with the `language` and `units` tables of one language's texts."""

    def __init__(self, texts: Mapping[str, Any]) -> None:
        self._language: Mapping[str, str] = texts["language"]
        self._units: Mapping[str, Any] = texts["units"]

    def write(self, value: object, kind: str) -> str | None:
        """`value` as a quantity of this kind; None where it is no such quantity or the kind is not known."""
        if kind == "date":
            return self.date(value) if isinstance(value, str) else None
        if kind == "profile":
            return self.profile(value)
        writer = _WRITERS.get(kind)
        if writer is None or isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return writer(self, value) if _writable(value) else None

    def date(self, value: str) -> str | None:
        """An ISO 8601 time as a day and a time of day, in the zone it is given in; None where it is none."""
        try:
            when = datetime.fromisoformat(value[:40])
        except ValueError:
            return None
        zone = " UTC" if when.utcoffset() == timedelta() else ""
        month = self._units["months"][when.month - 1]
        return self._told("date", month=month, day=when.day, year=when.year, time=f"{when:%H:%M}{zone}")

    def plain(self, value: float) -> str:
        """A number as it is, without grouping: a port, a status, a share."""
        if not _writable(value):
            return self._language["missing"]
        if isinstance(value, int):
            return str(value)
        return f"{value:.10g}".replace(".", self._language["decimal"])

    def number(self, value: float) -> str:
        """A count, in groups of three from five digits on."""
        if isinstance(value, float) and not value.is_integer():
            return self.plain(round(value, 1))
        whole = int(value)
        return f"{whole:,}".replace(",", self._language["group"]) if abs(whole) >= 10_000 else str(whole)

    def duration(self, seconds: float) -> str:
        """A span in the largest unit true enough: `10 days`, `3 hours`, `1 h 5 min`, `1.2 seconds`."""
        seconds = abs(seconds)
        if round(seconds) < MINUTE:
            return self._count("second", _short(seconds))
        minutes = round(seconds / MINUTE)
        if minutes < 60:
            return self._count("minute", minutes)
        if minutes < 24 * 60:
            hours, minutes = divmod(minutes, 60)
            return self._told("hour_minute", h=hours, m=minutes) if minutes else self._count("hour", hours)
        hours = round(seconds / HOUR)
        if hours < 48:
            days, hours = divmod(hours, 24)
            return self._told("day_hour", d=days, h=hours) if hours else self._count("day", days)
        days = round(seconds / DAY)
        return self._count("day", days) if days < 2 * 365 else self._count("year", round(days / 365.25))

    def age(self, seconds: float) -> str:
        """How long ago something was, to the minute."""
        return self._told("recent") if round(seconds) < MINUTE else self.duration(seconds)

    def offset(self, seconds: float) -> str:
        """A clock's error with its direction; positive is ahead of the true time."""
        if round(seconds) == 0:
            return self._told("exact")
        return self._told("ahead" if seconds > 0 else "behind", duration=self.duration(seconds))

    def milliseconds(self, value: float) -> str:
        """Milliseconds up to a second, then seconds."""
        return self._count("ms", round(value)) if abs(value) < 1000 else self.duration(value / 1000)

    def size(self, value: float) -> str:
        """Bytes up to 1,024, then kilobytes of 1,024."""
        if abs(value) < 1024:
            return self._count("bytes", round(value))
        return self._told("kilobytes", n=self.number(_short(value / 1024)))

    def profile(self, value: object) -> str:
        """Which profile of a browser, set behind its name; nothing for the first, mostly the only one."""
        if isinstance(value, bool) or not isinstance(value, int) or not 1 < value < _LARGEST:
            return ""
        return " " + self._told("profile", n=self.number(value))

    def _count(self, unit: str, value: float) -> str:
        forms: Sequence[str] = self._units[unit]
        return forms[0 if value == 1 else 1].replace("{n}", self.number(value))

    def _told(self, unit: str, **values: object) -> str:
        return fill(self._units[unit], lambda name, _: str(values[name]))


def _writable(value: float) -> bool:
    return (isinstance(value, int) or math.isfinite(value)) and abs(value) < _LARGEST


def _short(value: float) -> float:
    return round(value, 1) if abs(value) < 10 else round(value)


_WRITERS: Mapping[str, Callable[[Quantities, float], str]] = {
    "number": Quantities.number,
    "duration": Quantities.duration,
    "age": Quantities.age,
    "offset": Quantities.offset,
    "ms": Quantities.milliseconds,
    "bytes": Quantities.size,
    "days": lambda own, value: own._count("day", round(value)),
}
KINDS = frozenset({*_WRITERS, "date", "profile"})
"""The kinds of quantity that a placeholder may name."""
