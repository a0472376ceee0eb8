"""The options of `run`, which `demo` shares, and their variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
import msgspec
from click.shell_completion import CompletionItem

from portalcheck.cli import complete
from portalcheck.cli.adapters import BETWEEN, FORMATS

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

_BY_SETTINGS = ("portal", "timeout", "lang", "fail_on", "only", "skip", "jitter", "log_file")
"""Options whose variables the settings read themselves, so that each value's origin is known."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line asks for. `flags` are the settings that it overrides."""

    flags: Mapping[str, object]
    config: Path | None = None
    profiles: Path | None = None
    symptoms: tuple[str, ...] = ()
    format: str | None = None
    outputs: tuple[str, ...] = ()
    jsonl: Path | None = None
    copy: bool = False
    open: bool = False
    include_local: bool = False
    no_input: bool = False
    quiet: bool = False
    verbose: bool = False
    no_color: bool = False


class _Several(click.types.StringParamType):
    """Texts of an option that may be given again; in its variable, semicolons stand between them."""

    envvar_list_splitter = BETWEEN


class _Files(_Several):
    """Several files; a shell completes their names."""

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        """Files, by the shell itself."""
        del ctx, param
        return [CompletionItem(incomplete, type="file")]


def _file(name: str, variable: str, text: str) -> Decorator:
    return click.option(
        name, type=click.Path(path_type=Path), metavar="FILE", envvar=f"PORTALCHECK_{variable}", help=text
    )


def _flag(*names: str, variable: str, text: str) -> Decorator:
    return click.option(*names, is_flag=True, envvar=f"PORTALCHECK_{variable}", help=text)


def _show_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    from portalcheck.cli.main import show_version

    show_version(ctx, param, value)


_OPTIONS: tuple[Decorator, ...] = (
    click.option(
        "-p",
        "--portal",
        metavar="NAME",
        help="Profile to use (else the settings', else optum).",
        shell_complete=complete.portals,
    ),
    _file("--config", "CONFIG", "Use this settings file instead of the user's."),
    _file("--profiles", "PROFILES", "More portal profiles: a file, or a folder of files."),
    click.option(
        "--symptom",
        "symptoms",
        type=_Several(),
        multiple=True,
        metavar="TEXT|ID",
        shell_complete=complete.symptoms,
        envvar="PORTALCHECK_SYMPTOM",
        help="What the sign-in page said; may be given again.",
    ),
    click.option(
        "--only",
        metavar="IDS",
        help="Run only these checks (comma-separated ids).",
        shell_complete=complete.check_ids,
    ),
    click.option(
        "--skip",
        metavar="IDS",
        help="Leave these checks out (comma-separated ids).",
        shell_complete=complete.check_ids,
    ),
    click.option("--timeout", metavar="SECONDS", help="Limit of the whole run (default 10)."),
    click.option(
        "-f",
        "--format",
        type=click.Choice(FORMATS),
        envvar="PORTALCHECK_FORMAT",
        help="Form of the report (default text, or by the suffix of --output).",
    ),
    click.option(
        "-o",
        "--output",
        "outputs",
        type=_Files(),
        multiple=True,
        metavar="[FMT:]FILE",
        envvar="PORTALCHECK_OUTPUT",
        help="Write the report to this file; - is standard output. May be given again, each in its own form.",
    ),
    _file("--jsonl", "JSONL", "Append the report to this file, as one line of JSON."),
    _flag("--copy", variable="COPY", text="Put the report on the clipboard too."),
    _flag("--open", variable="OPEN", text="Show the report in the browser."),
    click.option(
        "--jitter", metavar="SECONDS", help="Wait up to so long first (not for a person at a terminal)."
    ),
    click.option("--log-file", metavar="FILE", help="Add a line on this run to a log of limited size."),
    click.option(
        "--lang",
        metavar="en|es",
        help="Language of the words (default: the system's).",
        shell_complete=complete.languages,
    ),
    click.option(
        "--fail-on",
        metavar="never|fail|warn",
        help="What makes the exit code 1 (default fail).",
        shell_complete=complete.words_of("never", "fail", "warn"),
    ),
    _flag(
        "--include-local",
        variable="INCLUDE_LOCAL",
        text="Add IT detail that stays on this computer by default.",
    ),
    _flag("--no-input", variable="NO_INPUT", text="Never ask anything."),
    _flag("-q", "--quiet", variable="QUIET", text="No messages beside the result."),
    _flag(
        "-v", "--verbose", variable="VERBOSE", text="Every finding of every check, and how to say the code."
    ),
    _flag("--no-color", variable="NO_COLOR", text="No color."),
    # For engines that add it to a whole command line, whose format then gives the exit code.
    click.option(
        "--version", is_flag=True, is_eager=True, expose_value=False, hidden=True, callback=_show_version
    ),
)


def report_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command all options of `run`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def collect(given: Mapping[str, Any]) -> Options:
    """The options of click's keyword arguments."""
    flags = {name: given[name] for name in _BY_SETTINGS if given.get(name) is not None}
    rest = {name: value for name, value in given.items() if name not in _BY_SETTINGS}
    return Options(flags=flags, **rest)
