"""Which format is asked for, told even where the arguments cannot be parsed: some formats have own exit codes.

Those that show one line of stdout (Nagios, Intune, Jamf) get every word there: a usage error, a bug, the help.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import click

FORMATS = ("text", "json", "html", "junit", "nagios", "prometheus", "intune", "jamf")
SUFFIXES = {
    ".json": "json",
    ".html": "html",
    ".htm": "html",
    ".xml": "junit",
    ".prom": "prometheus",
    ".txt": "text",
}
"""The format that a file's name asks for, without -f."""
STDOUT = "-"
BETWEEN = ";"
"""What stands between several values in a variable."""
ONE_LINERS = ("nagios", "intune", "jamf")
"""Formats whose readers show stdout only, and take what is on stderr for nothing or for a failure."""
_TELLING = ("-h", "--help", "--version")


class Asked(NamedTuple):
    """What is asked for, as far as it can be told from arguments that may be wrong."""

    format: str
    verbose: bool = False
    tells: bool = False
    """The help or the version is asked for."""


def asked(arguments: Sequence[str]) -> Asked:
    """What the arguments, or the environment, ask for; the format `text` where they ask for none."""
    variable = os.environ.get("PORTALCHECK_FORMAT", "")
    texts = (variable, os.environ.get("PORTALCHECK_OUTPUT", ""), *arguments)
    if not any(form in text for form in ONE_LINERS for text in texts):
        # No format with rules of its own can be meant, and --version need not know the options of `run`.
        return Asked("text", _is_verbose(arguments))
    from portalcheck.cli.main import MODULES

    command = arguments[0] if arguments and arguments[0] in MODULES else "run"
    if MODULES[command] != MODULES["run"]:
        return Asked("text", _is_verbose(arguments))
    return _scanned(arguments, variable)


def _is_verbose(arguments: Sequence[str]) -> bool:
    return not {"-v", "--verbose"}.isdisjoint(arguments)


def _scanned(arguments: Sequence[str], variable: str) -> Asked:
    """Read the arguments as click does, but past what is wrong in them."""
    import click

    from portalcheck.cli.run import demo

    options = {
        name: option for option in demo.params for name in option.opts if isinstance(option, click.Option)
    }
    given: list[tuple[str, str]] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            break
        given += _options_of(word, options, lambda: next(words, ""))
    chosen = [value for name, value in given if name in ("-f", "--format")] or [variable]
    outputs = [value for name, value in given if name in ("-o", "--output")]
    outputs = outputs or os.environ.get("PORTALCHECK_OUTPUT", "").split(BETWEEN)
    names = {name for name, _ in given}
    return Asked(
        leading_form(chosen[-1], [output for output in outputs if output]),
        verbose=bool(names & {"-v", "--verbose"}),
        tells=bool(names & set(_TELLING)),
    )


def _options_of(
    word: str, options: dict[str, click.Option], following: Callable[[], str]
) -> list[tuple[str, str]]:
    """The options in one argument, with their values; `following` takes the next argument."""
    if word.startswith("--"):
        name, equals, value = word.partition("=")
        takes = name in options and not options[name].is_flag
        return [(name, value if equals or not takes else following())]
    found: list[tuple[str, str]] = []
    rest = word[1:] if word.startswith("-") else ""
    while rest:
        name, rest = f"-{rest[0]}", rest[1:]
        if name in options and not options[name].is_flag:
            return [*found, (name, rest or following())]
        found.append((name, ""))
    return found


def form_and_path(output: str, chosen: str | None) -> tuple[str, str]:
    """The format and the path of an output: as in `json:PATH`, else by -f, else by the suffix, else text."""
    form, _, path = output.partition(":")
    if path and form in FORMATS:
        return form, path
    return chosen or SUFFIXES.get(PurePath(output).suffix.lower(), "text"), output


def leading_form(chosen: str | None, outputs: Sequence[str]) -> str:
    """The format that gives the exit code: that of stdout, where something goes there, else the first file's."""
    if not outputs:
        return chosen or "text"
    forms = [form_and_path(output, chosen) for output in outputs]
    return next((form for form, path in forms if path == STDOUT), forms[0][0])


def exit_code(form: str, code: int) -> int:
    """The exit code in a format, where no report came about."""
    if form in ("text", "json"):
        return code
    from portalcheck.report.formats.exits import adapted

    return adapted(form, code, None)


def told(form: str, text: str, *, state: str = "unknown") -> str:
    """A message as what stdout shows in a format of one line."""
    from portalcheck.report.formats import intune, jamf, nagios

    messages = {"nagios": nagios.message, "intune": intune.message, "jamf": jamf.message}
    return messages[form](text, state)
