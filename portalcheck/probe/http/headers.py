"""Header fields of a response (RFC 9110, 5), and what some of them say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from email.utils import parsedate_to_datetime

_MAX_AGE_S = 10 * 366 * 86400
_CHALLENGE_HEADERS = ("cf-mitigated", "x-amzn-waf-action", "x-datadome")


class Headers:
    """Fields by name, whatever its case; `items` are names and values as they came, in order."""

    def __init__(self, items: Iterable[tuple[bytes, bytes]] = ()) -> None:
        self._items = [(name.lower().decode("latin-1"), _text(value)) for name, value in items]

    def __contains__(self, name: str) -> bool:
        return any(name == known for known, _ in self._items)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._items)

    def every(self, name: str) -> list[str]:
        """The values of all fields of a lower-case name, in order."""
        return [value for known, value in self._items if known == name]

    def get(self, name: str, default: str = "") -> str:
        """The value of a lower-case name; several make one list (RFC 9110, 5.3)."""
        return ", ".join(self.every(name)) if name in self else default


def _text(value: bytes) -> str:
    """A field's value: UTF-8 if it is, as browsers read it, else Latin-1, which any bytes are."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def server_time(headers: Headers) -> float | None:
    """Date (RFC 9110, 6.6.1) plus Age (RFC 9111, 5.1), or None where Date is absent or no date."""
    try:
        date = parsedate_to_datetime(headers.get("date"))
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    # The form without a zone is universal time too (RFC 9110, 5.6.7).
    moment = date.replace(tzinfo=dt.UTC) if date.tzinfo is None else date
    age = headers.get("age", "0").strip()
    seconds = int(age) if age.isdecimal() and len(age) <= 9 else 0
    return moment.timestamp() + min(seconds, _MAX_AGE_S)


def announces_challenge(headers: Headers) -> bool:
    """Whether a field says that the page is a challenge, which asks whether a person is there."""
    return any(name in headers for name in _CHALLENGE_HEADERS)
