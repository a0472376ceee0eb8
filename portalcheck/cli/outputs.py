"""Where the report of a run goes: standard output, files, each in its own form; and the log of runs."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from portalcheck import __version__
from portalcheck.cli import out
from portalcheck.cli.adapters import STDOUT, form_and_path

if TYPE_CHECKING:
    from portalcheck.model import Report
    from portalcheck.settings import Settings
    from portalcheck.words.catalog import Catalog


class Output(msgspec.Struct, frozen=True):
    """A place for the report and the form that it has there; `path` is None for standard output."""

    form: str
    path: Path | None = None


def outputs(
    given: Sequence[str], chosen: str | None, jsonl: Path | None, words: Catalog
) -> tuple[Output, ...]:
    """The outputs of a run; standard output where none is given. Raises click.UsageError for one place twice."""
    found = tuple(
        Output(form, None if path == STDOUT else Path(path))
        for form, path in (form_and_path(output, chosen) for output in given)
    )
    places = [_place(output.path) for output in found] + ([_place(jsonl)] if jsonl else [])
    twice = next((place for place in places if places.count(place) > 1), None)
    if twice is not None:
        raise click.UsageError(words.ui("message.output_twice", file=Path(twice).name))
    return found or (Output(chosen or "text"),)


def _place(path: Path | None) -> str:
    return STDOUT if path is None else os.path.realpath(path)


class Log:
    """A file of limited size with a line on each run, in logfmt: codes only, of the share level."""

    def __init__(self, settings: Settings) -> None:
        self.path, self._most = settings.log_file(), settings.run.log_max_bytes

    def report(self, report: Report) -> None:
        """A run that ended with a report. Raises OSError."""
        self._add(
            {
                "time": report.started,
                "version": report.tool.version,
                "portal": report.portal.profile,
                "outcome": report.outcome.value,
                "cause": report.cause,
                "also": ",".join(report.also),
                "exit": report.exit_code,
                "complete": str(report.complete).lower(),
                "ms": report.duration_ms,
                "code": report.code,
                "run": report.run_id,
            }
        )

    def fault(self, error: Exception) -> None:
        """A run that ended by a fault of ours. Raises OSError."""
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        self._add(
            {"time": now, "version": __version__, "outcome": "bug", "exit": 4, "error": type(error).__name__}
        )

    def _add(self, facts: dict[str, object]) -> None:
        if self.path is None:
            return
        line = " ".join(f"{name}={value}" for name, value in facts.items()) + "\n"
        if _size(self.path) + len(line) > self._most:
            self.path.replace(self.path.with_name(f"{self.path.name}.1"))
        out.append_line(self.path, line)


def _size(path: Path) -> int:
    """Bytes of a regular file; of what is none, or is not there, nothing that could be too much."""
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0
