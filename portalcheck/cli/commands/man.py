"""`portalcheck man`: the manual page, made of the commands' own help texts."""

from __future__ import annotations

from collections.abc import Iterator

import click

from portalcheck import __version__, settings
from portalcheck.cli import console, options, roff
from portalcheck.cli.commands.config import shown
from portalcheck.cli.group import group
from portalcheck.cli.language import catalog
from portalcheck.cli.localized import Command, paragraphs
from portalcheck.cli.reference import EXAMPLES, exit_codes
from portalcheck.report import history
from portalcheck.words import interface
from portalcheck.words.catalog import Catalog

_NAME = "portalcheck"
_COMMON_VARIABLES = ("NO_COLOR", "FORCE_COLOR", "TERM", "ACCESSIBLE", "LC_ALL", "BROWSER")
_BASED_ON = "run"
"""The command whose options another one may share."""


@click.command(cls=Command)
@options.lang
def man(lang: str | None) -> int:
    """Print the manual page, for man(1).

    \b
    portalcheck man > ~/.local/share/man/man1/portalcheck.1
    """
    console.result(page(catalog(lang)))
    return 0


def page(words: Catalog) -> str:
    """The whole page as roff, in the language of the words."""
    interface.use(words.lang)
    context = click.Context(group, info_name=_NAME)
    lines = [
        roff.title(_NAME.upper(), 1, f"{_NAME} {__version__}", words.ui("man.manual")),
        roff.heading(words.ui("man.name")),
        f"{_NAME} \\- {roff.line(words.ui('man.short'))}",
        roff.heading(words.ui("man.synopsis")),
        *_synopsis(context),
        roff.heading(words.ui("man.description")),
        *roff.paragraphs(paragraphs(group)),
        *_options(group, context),
        roff.heading(words.ui("man.commands")),
        *_commands(group, context, words),
        roff.heading(words.ui("man.exit_status")),
        *_exit_status(words),
        roff.heading(words.ui("man.environment")),
        *_environment(context, words),
        roff.heading(words.ui("man.files")),
        *_files(words),
        roff.heading(words.ui("man.examples")),
        *_examples(words),
    ]
    return "\n".join(lines) + "\n"


def _loaded(parent: click.Group, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    for name in parent.list_commands(context):
        command = parent.get_command(context, name)
        assert command is not None
        yield command, click.Context(command, info_name=name, parent=context)


def _usage(command: click.Command, context: click.Context) -> str:
    return " ".join([context.command_path, *command.collect_usage_pieces(context)])


def _synopsis(context: click.Context) -> Iterator[str]:
    for command, inner in _loaded(group, context):
        yield roff.line(_usage(command, inner))
        yield ".br"


def _records(command: click.Command, context: click.Context) -> dict[str, str]:
    """Each option as --help writes it, with its text."""
    options = (each for each in command.get_params(context) if isinstance(each, click.Option))
    found = (option.get_help_record(context) for option in options)
    return {term: text for term, text in filter(None, found) if "--help" not in term}


def _options(
    command: click.Command, context: click.Context, without: frozenset[str] = frozenset()
) -> list[str]:
    return [
        line
        for term, text in _records(command, context).items()
        if term not in without
        for line in roff.entry(roff.bold(term), text)
    ]


def _commands(parent: click.Group, context: click.Context, words: Catalog) -> Iterator[str]:
    based_on = group.get_command(context, _BASED_ON)
    assert based_on is not None
    shared = frozenset(_records(based_on, context))
    for command, inner in _loaded(parent, context):
        yield roff.subheading(_usage(command, inner))
        yield from roff.paragraphs(paragraphs(command))
        takes_them = command is not based_on and shared <= _records(command, inner).keys()
        yield from _options(command, inner, shared if takes_them else frozenset())
        if takes_them:
            yield from roff.paragraphs([words.ui("man.shares", command=f"{_NAME} {_BASED_ON}")])
        if isinstance(command, click.Group):
            yield from _commands(command, inner, words)


def _exit_status(words: Catalog) -> Iterator[str]:
    for code, meaning in exit_codes(words):
        yield from roff.entry(roff.bold(code), meaning)
    yield from roff.paragraphs([words.ui("man.exit.formats")])


def _environment(context: click.Context, words: Catalog) -> Iterator[str]:
    command = group.get_command(context, _BASED_ON)
    assert command is not None
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            long = max(parameter.opts, key=len)
            variable = f"{_NAME.upper()}_{long.removeprefix('--').replace('-', '_').upper()}"
            yield from roff.entry(roff.bold(variable), words.ui("man.variable.option", option=long))
    for name in _COMMON_VARIABLES:
        yield from roff.entry(roff.bold(name), words.ui(f"man.variable.{name.lower()}"))


def _files(words: Catalog) -> Iterator[str]:
    for row in settings.paths():
        key = f"{row.layer}_{row.kind}".replace(" ", "_")
        yield from roff.entry(roff.bold(shown(row.path)), words.ui(f"man.file.{key}"))
    kept = history.folder()
    if kept is not None:
        yield from roff.entry(roff.bold(shown(kept / history.NAME)), words.ui("man.file.memory"))


def _examples(words: Catalog) -> Iterator[str]:
    for command, key in EXAMPLES.items():
        yield from roff.entry(roff.bold(command), words.ui(f"man.example.{key}"))
