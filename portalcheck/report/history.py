"""The last report of this user on this computer, for the next run to compare with. Share level only."""

from __future__ import annotations

import stat
from pathlib import Path

import msgspec

from portalcheck.model import SCHEMA_VERSION, Report
from portalcheck.report import checksums
from portalcheck.report.json_text import NotJSONError, decode
from portalcheck.writing import write

NAME = "last-report.json"
PAGE = "last-report.html"
"""The page that was shown of it in the browser, if it was asked for."""
TRAIL = "last-trail.json"
"""What the person was led through on the page."""
MAX_BYTES = 1024 * 1024
_UNFINISHED = ".last-report-"
_EXIT_CODES = (0, 1, 3)
"""With which a run ends that made a report."""


def folder() -> Path | None:
    """The folder for what the tool keeps for this user; None where the user has no home."""
    import platformdirs

    try:
        return platformdirs.user_data_path("portalcheck", appauthor=False)
    except (OSError, RuntimeError, KeyError):
        return None


def last(place: Path | None) -> Report | None:
    """The last report that was kept; None where there is none, or it is not shown to be as it was kept."""
    if place is None:
        return None
    try:
        document = decode(read_file(place, NAME, MAX_BYTES).decode()).value
        report = msgspec.convert(document, Report)
    except (OSError, ValueError, NotJSONError):
        return None
    known = report.schema_version == SCHEMA_VERSION and report.exit_code in _EXIT_CODES
    return report if known and checksums.is_proved(msgspec.to_builtins(report)) else None


def age(report: Report, now: float) -> float | None:
    """Seconds from a report's start to `now`, seconds since the epoch; None if it does not tell, or lies ahead."""
    import datetime as dt

    try:
        started = dt.datetime.fromisoformat(report.started)
        seconds = now - started.timestamp()
    except (ValueError, OverflowError, OSError):
        return None
    return seconds if started.tzinfo is not None and seconds >= 0 else None


def keep(place: Path | None, report: Report) -> bool:
    """Keep a report in place of the last one, readable by this user only; whether that went well.

    A report with local evidence, or beyond 1 MiB, is never kept. Of runs that end at once, the last one counts.
    """
    if place is None or report.privacy.level != "share":
        return False
    data = msgspec.json.encode(report)
    if len(data) > MAX_BYTES:
        return False
    try:
        keep_file(place, NAME, data)
    except OSError:
        return False
    return True


def keep_file(place: Path, name: str, data: bytes) -> Path:
    """Write a file into the folder, which is made where it is missing; both are this user's alone. Raises OSError."""
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    place.chmod(stat.S_IMODE(place.stat().st_mode) & 0o700)
    path = place / name
    if path.is_symlink() or not path.is_file():
        path.unlink(missing_ok=True)  # neither a link is followed nor a pipe's reader waited for
    write(path, data)
    return path


def read_file(place: Path, name: str, most: int) -> bytes:
    """So many bytes of a file of the folder at most. Raises OSError where there is none, or no regular one."""
    if not (place / name).is_file():  # opening a pipe would wait for its writer
        raise FileNotFoundError(name)
    with (place / name).open("rb") as file:
        return file.read(most)


def forget(place: Path | None) -> bool:
    """Remove the last report and all that was made of it; whether there was anything. Raises OSError if it stays."""
    if place is None:
        return False
    found, failed = False, None
    for path in (*_unfinished(place), *(place / name for name in (PAGE, TRAIL, NAME))):
        try:
            path.unlink()
            found = True
        except (FileNotFoundError, NotADirectoryError):
            pass
        except OSError as error:
            failed = error
    if failed is not None:
        raise failed
    return found


def _unfinished(place: Path) -> tuple[Path, ...]:
    return tuple(place.glob(f"{_UNFINISHED}*"))
