"""Commands, options, variables and formats are those of contract.md."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

from portalcheck.cli.group import group
from portalcheck.report.formats.format import Format
from portalcheck.settings.sources import OPTIONS, PREFIX
from tests.contract.reading import code, column, spans, table

ALL_OF_RUN = "all options of run"
SHARED = ("--config", "--profiles", "--lang")
"""Options of other commands that have a variable too."""


def commands(parent: click.Group, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    """Every command that does something, with those of groups below it."""
    for name in parent.list_commands(context):
        command = parent.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context)
        if isinstance(command, click.Group):
            yield from commands(command, inner)
        elif not command.hidden:
            yield command, inner


ROOT = click.Context(group, info_name="portalcheck")
BUILT = {inner.command_path: (command, inner) for command, inner in commands(group, ROOT)}
ROWS = {
    " ".join(word for word in code(row["command"]).split() if word.islower() and word.isalpha()): row
    for row in table("Command line")
}
"""The rows of the document, by command without its arguments."""
RUN = table("Options of run")


def shown(command: click.Command, context: click.Context) -> dict[str, click.Option]:
    """The options that are not hidden, as --help writes them, without --help."""
    found = {}
    for option in command.get_params(context):
        record = option.get_help_record(context) if isinstance(option, click.Option) else None
        if record is not None and "--help" not in option.opts:
            assert isinstance(option, click.Option)
            found[record[0]] = option
    return found


def arrived(told: set[str]) -> set[str]:
    return told


def test_the_commands_are_those_of_the_document() -> None:
    assert BUILT.keys() == ROWS.keys() - {"portalcheck"}


@pytest.mark.parametrize("name", BUILT)
def test_the_arguments_of_a_command_are_those_of_the_document(name: str) -> None:
    command, context = BUILT[name]
    arguments = [piece for piece in command.collect_usage_pieces(context) if piece != "[OPTIONS]"]

    assert code(ROWS[name]["command"]) == " ".join([name, *arguments])


@pytest.mark.parametrize("name", BUILT)
def test_the_options_of_a_command_are_those_of_the_document(name: str) -> None:
    cell = ROWS[name]["options"]
    told = {span for span in spans(cell) if span.startswith("-")}
    if name == "portalcheck run" or ALL_OF_RUN in cell:
        told |= set(column(RUN, "option"))

    assert arrived(told) == arrived(set(shown(*BUILT[name])))


def test_without_a_command_there_are_the_options_of_the_document() -> None:
    told = {span for span in spans(ROWS["portalcheck"]["options"]) if span.startswith("-")}

    assert told == set(shown(group, ROOT))
    assert group.default_cmd_name == "run"


def variable_of(option: click.Option) -> object:
    """The variable of an option: of click, or one that the settings read themselves."""
    if option.envvar is None and option.name in OPTIONS:
        return f"{PREFIX}{option.name.upper()}"
    return option.envvar


def test_every_option_of_run_has_the_variable_of_its_name_as_the_document_says() -> None:
    told = {code(row["option"]): code(row["variable"]) for row in RUN}
    built = {term: variable_of(option) for term, option in shown(*BUILT["portalcheck run"]).items()}

    assert built == told
    for term, variable in told.items():
        (long,) = (word for word in term.replace(",", "").split() if word.startswith("--"))
        assert variable == f"{PREFIX}{long.removeprefix('--').replace('-', '_').upper()}"


@pytest.mark.parametrize("name", sorted(BUILT.keys() - {"portalcheck run", "portalcheck demo"}))
def test_in_other_commands_three_options_have_the_same_variables(name: str) -> None:
    of_run = {code(row["option"]): code(row["variable"]) for row in RUN}
    options = shown(*BUILT[name])
    built = {term: variable_of(option) for term, option in options.items() if term in of_run}

    assert {term: variable for term, variable in built.items() if variable} == {
        term: of_run[term] for term in built if built[term] or term.startswith(SHARED)
    }


def test_the_variables_of_settings_that_are_no_option_are_those_of_the_document() -> None:
    told = {code(row["variable"]): code(row["setting"]) for row in table("Settings")}
    options = {code(row["variable"]) for row in RUN}
    built = {f"{PREFIX}{name.upper()}": key for name, key in OPTIONS.items()}
    built = {variable: key for variable, key in built.items() if variable not in options}

    assert told == built


def test_the_formats_and_their_suffixes_are_those_of_the_document() -> None:
    rows = table("Formats")
    suffixes = {
        suffix: code(row["format"]) for row in rows for suffix in spans(row["guessed from the suffix"])
    }

    assert tuple(column(rows, "format")) == (*Format,)
    assert all(Format.of_file(f"report{suffix}") == form for suffix, form in suffixes.items())
