"""Mozilla's trust store, as the certifi package brings it."""

from __future__ import annotations

from calendar import timegm

from portalcheck.facts import Roots
from portalcheck.machine import pem


def roots() -> Roots:
    """Mozilla's roots for servers; `newest` is the day of certifi's release, which its version is."""
    import certifi

    return Roots(
        certificates=pem.certificates(certifi.contents().encode("utf-8")), newest=day(certifi.__version__)
    )


def day(version: str) -> float | None:
    """The start of the day (UTC) that a calendar version such as `2025.01.31` names, or None."""
    parts = version.split(".")[:3]
    if len(parts) != 3 or not all(part.isdecimal() and len(part) <= 4 for part in parts):
        return None
    year, month, day_of_month = map(int, parts)
    return float(timegm((year, month, day_of_month, 0, 0, 0))) if 1 <= month <= 12 else None
