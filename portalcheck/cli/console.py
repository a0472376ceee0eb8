"""Printing and asking: every word that leaves the program goes through here."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from portalcheck.cli.terminal import is_terminal
from portalcheck.words.text import clean

if TYPE_CHECKING:
    from portalcheck.words.catalog import Catalog

_LONGEST_LINE = 4000
_PAINT = {"fail": "red", "warn": "yellow", "note": "cyan", "ok": "green", "unknown": "magenta"}


class OutputLostError(Exception):
    """The result could not be written to stdout: a full disk, a broken device. Its text is the system's reason."""


def harmless(message: str) -> str:
    """A message line by line without what a terminal would act on."""
    return "\n".join(clean(line, _LONGEST_LINE) for line in message.split("\n"))


def say(message: str) -> None:
    """A message beside the result, on stderr; whatever it repeats of what was typed or read is made harmless."""
    click.echo(harmless(message), err=True)


def result(text: str) -> None:
    """The result, on stdout. A reader that goes away early (`| head`) has what it wanted."""
    try:
        click.echo(text, nl=False, color=True)
        sys.stdout.flush()
    except BrokenPipeError:
        _to_nowhere()
    except OSError as error:
        # A full disk behind a redirection; what is still buffered must not be tried again at the end.
        _to_nowhere()
        raise OutputLostError(error.strerror or "") from error


def ask(question: str) -> str:
    """What a person answers on the terminal; nothing where they end the input, as with Enter."""
    click.echo(question, nl=False, err=True)
    return sys.stdin.readline().strip()


def _to_nowhere() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def wants_colour(no_color: bool, environ: Mapping[str, str]) -> bool:
    """Whether stdout may be painted: NO_COLOR beats FORCE_COLOR (no-color.org); an empty value counts as unset."""
    if no_color or environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    return is_terminal(sys.stdout) and environ.get("TERM") != "dumb" and not environ.get("ACCESSIBLE")


def painted(text: str, words: Catalog, *, no_color: bool) -> str:
    """Colour the status words at the beginning of lines; the words stay, so colour is never all that tells."""
    if not wants_colour(no_color, os.environ):
        return text
    for status, colour in _PAINT.items():
        pattern = re.compile(rf"^(  )({re.escape(words.ui(f'status.{status}'))})(?=:)", re.MULTILINE)
        text = pattern.sub(lambda m, c=colour: m[1] + click.style(m[2], fg=c), text)  # type: ignore[misc]  # mypy cannot type a lambda's default
    return text


def fit_to_terminal() -> None:
    """Wrap what is to be shown on a terminal to its width."""
    if is_terminal(sys.stdout):
        from portalcheck.report.formats import lines

        lines.fit(shutil.get_terminal_size().columns)


def interactive(no_input: bool) -> bool:
    """Whether a person can be asked something."""
    return not no_input and is_terminal(sys.stdin) and is_terminal(sys.stderr)
