"""Where the report of a run goes: standard output, files, clipboard, browser; and the log of runs."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from portalcheck import __version__, writing
from portalcheck.cli.exit_codes import BUG, UNKNOWN
from portalcheck.cli.localized import STDOUT, form_and_path, leading_form
from portalcheck.places import shown
from portalcheck.report.formats.format import Format
from portalcheck.shortage import is_shortage
from portalcheck.words.interface import _

if TYPE_CHECKING:
    from portalcheck.model import Report
    from portalcheck.settings import Settings
    from portalcheck.words.catalog import Catalog


class Output(msgspec.Struct, frozen=True):
    """A place for the report and the form that it has there; `path` is None for standard output."""

    form: Format
    path: Path | None = None


def outputs(
    given: Sequence[str], chosen: str | None, others: Sequence[Path | None], words: Catalog
) -> tuple[Output, ...]:
    """The outputs of a run; standard output if none is given.

    Raises click.UsageError for one place twice, and for names that no file can have, `others` that are written to
    among them.
    """
    found = tuple(
        Output(form, None if path == STDOUT else Path(path))
        for form, path in (form_and_path(output, chosen) for output in given)
    )
    for path in filter(None, (*(output.path for output in found), *others)):
        try:
            writing.check_name(path)
        except OSError as error:
            told = named(path, leading_form(chosen, given))
            raise click.UsageError(cannot_write(words, {told: error})) from error
    places = [*(_place(output.path) for output in found), *(_place(path) for path in others if path)]
    twice = next((place for place in places if places.count(place) > 1), None)
    if twice is not None:
        raise click.UsageError(words.ui("message.output_twice", file=Path(twice).name))
    return found or (Output(Format(chosen or Format.TEXT)),)


def _place(path: Path | None) -> str:
    return STDOUT if path is None else os.path.normcase(os.path.realpath(path))


def write_files(
    report: Report, outputs: Sequence[Output], texts: dict[Output, str], jsonl: Path | None
) -> dict[Path, OSError]:
    """Write every file, whatever becomes of the others; which could not be written, and why."""
    from portalcheck.report.formats.json import render_line

    failed: dict[Path, OSError] = {}
    for output in outputs:
        if output.path is not None:
            # Prometheus' textfile collector is another user; there is nothing personal in metrics.
            mode = 0o644 if output.form is Format.PROMETHEUS else 0o600
            try:
                writing.write(output.path, texts[output].encode(), mode=mode)
            except OSError as error:
                failed[output.path] = error
    if jsonl is not None:
        try:
            writing.append_line(jsonl, render_line(report))
        except OSError as error:
            failed[jsonl] = error
    return failed


def form_of_file(output: Path | None, suffixes: Mapping[str, str]) -> str:
    """The form that a file's name asks for by its suffix; the text if it asks for none."""
    return suffixes.get(output.suffix.lower() if output else "", "text")


def hand_over(text: str, output: Path | None, words: Catalog, *, said: str = "copy.written_to") -> None:
    """Print a result, or write it to a file and say so by the text `said` of the words.

    Raises click.ClickException with the place and the reason if the file cannot be written.
    """
    from portalcheck.cli import console

    if output is None:
        console.result(text)
        return
    try:
        writing.write(output, text.encode())
    except OSError as error:
        raise click.ClickException(cannot_write(words, {str(output): error})) from error
    console.say(words.ui(said, file=str(output)))


def cannot_write(words: Catalog, failed: Mapping[str, OSError]) -> str:
    """The message that files, by what they are called, could not be written, and why."""
    named = [f"{name} ({_(error.strerror or '')})" for name, error in failed.items()]
    return words.ui("message.cannot_write", file=", ".join(named))


def named(path: Path, form: Format) -> str:
    """What a file that the caller named is called in a message.

    What is said in one line stands in the place of a report, where no path may stand.
    """
    return path.name if form.one_line else str(path)


def copy(text: str) -> bool:
    """Put a text on the clipboard; whether there is one."""
    import pyperclip

    try:
        pyperclip.copy(text)
    except pyperclip.PyperclipException:
        return False
    return True


def show_page(page: Callable[[], str], written: Path | None, words: Catalog) -> str:
    """Show the report in the browser: the file that was written, else one that the next run replaces.

    Gives the message that says what became of it. Raises click.ClickException if no page could be written.
    """
    import webbrowser

    from portalcheck.report import history

    path = written
    if path is None:
        folder = history.folder() or Path(tempfile.mkdtemp(prefix="portalcheck-"))
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / history.PAGE
        try:
            writing.write(path, page().encode())
        except OSError as error:
            raise click.ClickException(cannot_write(words, {shown(path): error})) from error
    opened = webbrowser.open(path.absolute().as_uri())
    return words.ui("copy.opened") if opened else words.ui("copy.open_failed", file=shown(path))


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
        """A run that ended by a fault of ours or a lack; a log that cannot be written is no second fault."""
        outcome = (
            {"outcome": "unknown", "exit": UNKNOWN} if is_shortage(error) else {"outcome": "bug", "exit": BUG}
        )
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time()))
        with contextlib.suppress(OSError):
            self._add(
                {
                    "time": now,
                    "version": __version__,
                    **outcome,
                    "error": type(error).__name__,
                }
            )

    def _add(self, facts: dict[str, object]) -> None:
        if self.path is None:
            return
        line = " ".join(f"{name}={value}" for name, value in facts.items()) + "\n"
        writing.append_line(self.path, line, most_bytes=self._most)
