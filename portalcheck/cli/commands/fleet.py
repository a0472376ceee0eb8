"""`portalcheck fleet`: many reports in one summary."""

from __future__ import annotations

import datetime as dt
import glob
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from portalcheck.cli import completers, console, options
from portalcheck.cli.exit_codes import OK, UNKNOWN
from portalcheck.cli.language import catalog
from portalcheck.cli.localized import Command, Option
from portalcheck.cli.outputs import form_of_file, hand_over
from portalcheck.words.interface import _

if TYPE_CHECKING:
    from portalcheck.report.fleet import Summary
    from portalcheck.words.catalog import Catalog

FORMATS = ("text", "json", "csv", "html")
KINDS = ("portal", "browser", "symptom", "ref", "owner", "network")
"""What reports can be grouped by, as `report.fleet.grouping` has it."""
_BACK = re.compile(r"([0-9]{1,5}) ?([dhw])")
_UNITS = {"d": "days", "h": "hours", "w": "weeks"}
_SUFFIXES = {".json": "json", ".csv": "csv", ".html": "html", ".htm": "html"}


def _since(_ctx: click.Context, _param: click.Parameter, text: str | None) -> dt.datetime | None:
    """A date or time (RFC 3339; in UTC where it names no zone), or so many days or hours before now."""
    if text is None:
        return None
    now = dt.datetime.now(dt.UTC)
    try:
        if back := _BACK.fullmatch(text.strip().lower()):
            return now - dt.timedelta(**{_UNITS[back[2]]: int(back[1])})
        moment = dt.datetime.fromisoformat(text.strip())
        return moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    except (ValueError, OverflowError):
        problem = _(
            "{text!r} is no date such as 2026-11-01, and no number of days or hours such as 7d or 12h"
        )
        raise click.BadParameter(problem.format(text=text)) from None


@click.command(cls=Command)
@click.argument("given", metavar="FILE...", nargs=-1, required=True, shell_complete=completers.path)
@options.form(FORMATS, "Form of the summary; by the name of -o, else text.")
@options.output("Write the summary to a file, whole or not at all.")
@click.option(
    "--by",
    cls=Option,
    type=click.Choice(KINDS),
    multiple=True,
    help="Group the reports by this, with outcomes and causes; may be given again.",
)
@click.option(
    "--list",
    "cause",
    cls=Option,
    default="",
    metavar="CAUSE",
    help="List the reports that have this cause or note: file, line, and run.",
    shell_complete=completers.causes,
)
@click.option(
    "--since",
    cls=Option,
    metavar="DATE|DAYS",
    callback=_since,
    help="Only reports from a date on (2026-11-01), or of the last days or hours (7d, 12h).",
)
@options.lang
def fleet(
    given: tuple[str, ...],
    form: str | None,
    output: Path | None,
    by: tuple[str, ...],
    cause: str,
    since: dt.datetime | None,
    lang: str | None,
) -> int:
    """Summarize many reports: by who needs to act, cause, outcome, system, version, network and day.

    FILE is a file of JSON or JSON lines, whatever is written around the reports, a folder of such files, or - for
    standard input. Each run is counted once. What cannot be read wholly is counted with what can be read of it, and
    told.
    """
    from portalcheck.report.fleet import Question, summarise
    from portalcheck.report.fleet.sources import CannotReadError

    words = catalog(lang)
    question = Question(by=tuple(dict.fromkeys(by)), cause=cause.strip().lower(), since=since)
    try:
        summary = summarise(_expanded(given), sys.stdin.buffer, words.installed, question)
    except CannotReadError as error:
        raise click.UsageError(words.ui("message.cannot_read", file=str(error))) from error
    if cause and not (summary.listed or summary.unlisted):
        _hint(question.cause, words)
    form = form or form_of_file(output, _SUFFIXES)
    hand_over(_renderer(form)(summary, words), output, words, said="copy.written")
    return OK if summary.reports else UNKNOWN


def _hint(cause: str, words: Catalog) -> None:
    """Say what may have been meant by a cause that neither a report has nor we know."""
    from difflib import get_close_matches

    known = (*words.installed.cause_ids(), *words.installed.cause_ids(notes=True))
    near = get_close_matches(cause, known, n=3)
    if cause not in known and near:
        console.say(words.ui("explain.suggest", list=near))


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
