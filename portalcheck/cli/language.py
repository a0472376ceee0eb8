"""The language of what is said before, or without, a run: help, usage errors, settings errors."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from portalcheck.settings import SettingsError, SettingsWarning

ARGUMENTS: ContextVar[Sequence[str]] = ContextVar("ARGUMENTS", default=())
"""The arguments that `main` was called with; they may hold --lang, even where they are wrong."""

_PLACES = ("[OPTIONS]", "COMMAND [ARGS]...")


def system_language(chosen: str) -> str:
    """The language asked for, else the system's, else English."""
    import locale

    from portalcheck.words.files import choose_language

    environment = [os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    first = next((value for value in environment if value), None)
    try:
        system = locale.getlocale()[0]
    except ValueError:
        system = None
    return choose_language(chosen or None, first or system)


def asked_language() -> str:
    """The language by --lang, else by its variable, else the system's; the last --lang wins, as in click."""
    arguments = ARGUMENTS.get()
    found = os.environ.get("PORTALCHECK_LANG", "")
    for index, argument in enumerate(arguments):
        if argument == "--lang" and index + 1 < len(arguments):
            found = arguments[index + 1]
        elif argument.startswith("--lang="):
            found = argument.partition("=")[2]
    return system_language(found)


def say(english: str) -> str:
    """A sentence that was written in English, in the language that is asked for."""
    from portalcheck.words.phrases import say as in_language

    return in_language(english, asked_language())


def settings_error(error: SettingsError) -> click.UsageError:
    """What is wrong with the settings, in the language that is asked for."""
    from portalcheck.words.catalog import Catalog

    ui = Catalog(asked_language()).ui
    where = [part for part in (error.origin.place, error.origin.key(error.key)) if part]
    hint = " " + ui("message.meant", word=error.suggestion) if error.suggestion else ""
    text = ui("message.bad_settings", where=": ".join([*where, say(error.problem)]), what=say(error.expected))
    return click.UsageError(text + hint)


def settings_warning(warning: SettingsWarning) -> str:
    """That a locked setting had no effect, in the language that is asked for."""
    from portalcheck.words.catalog import Catalog

    return Catalog(asked_language()).ui(
        "message.locked", key=warning.keys, file=warning.locked_by.place, origin=warning.origin.place
    )


class Formatter(click.HelpFormatter):
    """Help in the language that is asked for."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The line of usage."""
        for english in _PLACES:
            args = args.replace(english, say(english))
        super().write_usage(prog, args, say("Usage: ") if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        """A heading, without its colon."""
        super().write_heading(say(heading))

    def write_text(self, text: str) -> None:
        """Paragraphs."""
        super().write_text("\n\n".join(say(paragraph) for paragraph in text.split("\n\n")))

    def write_dl(self, rows: Iterable[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        """Options or commands, each with its help."""
        super().write_dl([(name, say(text)) for name, text in rows], *args, **kwargs)


class Context(click.Context):
    """A context whose help is in the language that is asked for."""

    formatter_class = Formatter


def localize(command: click.Command) -> click.Command:
    """Give a command, and those below it, help in the language that is asked for."""
    command.context_class = Context
    for below in getattr(command, "commands", {}).values():
        localize(below)
    return command
