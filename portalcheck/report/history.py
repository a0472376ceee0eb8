"""The last report on this computer, so that the next run can say what has changed. Share level only."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from portalcheck.model import SCHEMA_VERSION, Report

NAME = "last-report.json"
_MAX_BYTES = 1024 * 1024


def folder() -> Path | None:
    """The folder for what the tool keeps for this user; None where the user has no home."""
    import platformdirs

    try:
        return platformdirs.user_data_path("portalcheck", appauthor=False)
    except (OSError, RuntimeError, KeyError):
        return None


def last(place: Path | None) -> Report | None:
    """The last report that was kept; None where there is none, or it cannot be read."""
    if place is None:
        return None
    try:
        with (place / NAME).open("rb") as file:
            report = msgspec.json.decode(file.read(_MAX_BYTES), type=Report)
    except (OSError, ValueError, RecursionError):
        return None
    return report if report.schema_version == SCHEMA_VERSION else None


def keep(place: Path | None, report: Report) -> bool:
    """Keep a report in place of the last one, readable by this user only; whether that went well.

    A report with local evidence is never kept.
    """
    if place is None or report.privacy.level != "share":
        return False
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, name = tempfile.mkstemp(prefix=".", dir=place)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(report))
        Path(name).replace(place / NAME)
    except OSError:
        return False
    return True


def age_s(report: Report) -> float:
    """Seconds since a report was begun, by this computer's clock; never negative."""
    began = datetime.strptime(report.started, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return max(0.0, (datetime.now(UTC) - began).total_seconds())


def forget(place: Path | None) -> bool:
    """Remove the report that was kept; whether there was one. Raises OSError."""
    try:
        (place / NAME).unlink() if place is not None else None
    except FileNotFoundError:
        return False
    return place is not None
