"""`portalcheck fleet`: many reports in one summary."""

from __future__ import annotations

import glob
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from portalcheck import writing
from portalcheck.cli import completers, console, options
from portalcheck.cli.exit_codes import OK, UNKNOWN
from portalcheck.cli.language import catalog
from portalcheck.cli.localized import Command, Option
from portalcheck.cli.outputs import cannot_write

if TYPE_CHECKING:
    from portalcheck.report.fleet import Summary
    from portalcheck.words.catalog import Catalog

FORMATS = ("text", "json", "csv", "html")
_SUFFIXES = {".json": "json", ".csv": "csv", ".html": "html", ".htm": "html"}


@click.command(cls=Command)
@click.argument("given", metavar="FILE...", nargs=-1, required=True, shell_complete=completers.path)
@click.option(
    "-f",
    "--format",
    "form",
    cls=Option,
    type=click.Choice(FORMATS),
    help="Form of the summary; by the name of -o, else text.",
)
@click.option(
    "-o",
    "--output",
    cls=Option,
    metavar="FILE",
    type=click.Path(path_type=Path, readable=False),
    help="Write the summary to a file, whole or not at all.",
)
@options.lang
def fleet(given: tuple[str, ...], form: str | None, output: Path | None, lang: str | None) -> int:
    """Summarize many reports: by who needs to act, cause, outcome, system, version, network and day.

    FILE is a file of JSON or JSON lines, a folder of such files, or - for standard input. Each run is counted
    once. Damaged lines are counted and named, and stop nothing.
    """
    from portalcheck.report.fleet import summarise
    from portalcheck.report.fleet.sources import CannotReadError

    words = catalog(lang)
    try:
        summary = summarise(_expanded(given), sys.stdin.buffer, words.installed.fleet)
    except CannotReadError as error:
        raise click.UsageError(words.ui("message.cannot_read", file=str(error))) from error
    form = form or _SUFFIXES.get(output.suffix.lower() if output else "", "text")
    text = _renderer(form)(summary, words)
    if output is None:
        console.result(text)
    else:
        _write(output, text, words)
        console.say(words.ui("copy.written", file=str(output)))
    return OK if summary.reports else UNKNOWN


def _expanded(given: tuple[str, ...]) -> tuple[str, ...]:
    """What patterns stand for that no shell has expanded, as Windows' does not; one that stands for nothing stays."""
    names: list[str] = []
    for text in given:
        is_pattern = bool({*"*?"} & {*text}) and not Path(text).exists()
        found = sorted(glob.glob(text)) if is_pattern else []  # noqa: PTH207  Path's take no absolute patterns
        names += found or [text]
    return tuple(names)


def _renderer(form: str) -> Callable[[Summary, Catalog], str]:
    from portalcheck.report.fleet import data as fleet_data
    from portalcheck.report.fleet import html as fleet_html
    from portalcheck.report.fleet import text as fleet_text

    renderers: dict[str, Callable[[Summary, Catalog], str]] = {
        "text": fleet_text.render,
        "json": fleet_data.render_json,
        "csv": fleet_data.render_csv,
        "html": fleet_html.render,
    }
    return renderers[form]


def _write(output: Path, text: str, words: Catalog) -> None:
    try:
        writing.write(output, text.encode())
    except OSError as error:
        raise click.ClickException(cannot_write(words, {str(output): error})) from error
