"""Every option of the command line, each declared once, and its variable."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec
from click.shell_completion import CompletionItem

from portalcheck.cli import completers
from portalcheck.cli.group import show_version
from portalcheck.cli.localized import Option
from portalcheck.report.formats.format import Format

Function = TypeVar("Function", bound=Callable[..., Any])

BETWEEN = ";"
"""What stands between several values in a variable."""
_BY_SETTINGS = ("portal", "timeout", "lang", "fail_on", "only", "skip", "jitter", "log_file")
"""Options whose variables the settings read themselves, so that each value's origin is known."""


VARIABLES: set[str] = set()
"""The variables of all options that are declared here, but for those that the settings read."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line asks for. `flags` are the settings that it overrides."""

    flags: Mapping[str, object]
    config: Path | None = None
    profiles: Path | None = None
    symptoms: tuple[str, ...] = ()
    format: str | None = None
    outputs: tuple[str, ...] = ()
    jsonl: Path | None = None
    debug: Path | None = None
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


def option(*names: str, **settings: Any) -> Callable[[Function], Function]:
    """An option of click with its help in the person's language; its variable is that of its long name."""
    name = max(names, key=len).removeprefix("--").replace("-", "_")
    if name not in _BY_SETTINGS:
        settings["envvar"] = f"PORTALCHECK_{name.upper()}"
        VARIABLES.add(settings["envvar"])
    return click.option(*names, cls=Option, **settings)


def _file(name: str, text: str) -> Callable[[Function], Function]:
    return option(name, type=click.Path(path_type=Path, readable=False), metavar="FILE", help=text)


def _flag(*names: str, text: str) -> Callable[[Function], Function]:
    return option(*names, is_flag=True, help=text)


def form(forms: Sequence[str], text: str) -> Callable[[Function], Function]:
    """In which of its forms a command gives its answer."""
    return click.option("-f", "--format", "form", cls=Option, type=click.Choice(forms), help=text)


def output(text: str) -> Callable[[Function], Function]:
    """The file that a command writes its answer to."""
    return click.option(
        "-o",
        "--output",
        cls=Option,
        metavar="FILE",
        type=click.Path(path_type=Path, readable=False),
        help=text,
    )


no_open = click.option(
    "--no-open",
    "not_opened",
    cls=Option,
    is_flag=True,
    help="Print the page's address instead of opening it.",
)
or_report = click.option("--or-report", is_flag=True, hidden=True)
"""For a click: where the page may not be shown, the report is."""
lang = option(
    "--lang",
    metavar="en|es",
    help="Language of the words (default: the system's).",
    shell_complete=completers.languages,
)
config = _file("--config", "Use this settings file instead of the user's.")
profiles = _file("--profiles", "More portal profiles: a file, or a folder of files.")
format_of_report = option(
    "-f",
    "--format",
    type=click.Choice([form.value for form in Format]),
    help="Form of the report (default text, or by the suffix of --output).",
)
outputs = option(
    "-o",
    "--output",
    "outputs",
    type=_Files(),
    multiple=True,
    metavar="[FMT:]FILE",
    help="Write the report to this file; - is standard output. May be given again, each in its own form.",
)
no_color = _flag("--no-color", text="No color.")

_OPTIONS: tuple[Callable[[Callable[..., Any]], Callable[..., Any]], ...] = (
    option(
        "-p",
        "--portal",
        metavar="NAME",
        help="Profile to use (else the settings', else optum).",
        shell_complete=completers.portals,
    ),
    config,
    profiles,
    option(
        "--symptom",
        "symptoms",
        type=_Several(),
        multiple=True,
        metavar="TEXT|ID",
        shell_complete=completers.symptoms,
        help="What the sign-in page said; may be given again.",
    ),
    option(
        "--only",
        metavar="IDS",
        help="Run only these checks (comma-separated ids).",
        shell_complete=completers.check_ids,
    ),
    option(
        "--skip",
        metavar="IDS",
        help="Leave these checks out (comma-separated ids).",
        shell_complete=completers.check_ids,
    ),
    option("--timeout", metavar="SECONDS", help="Limit of the whole run (default 10)."),
    format_of_report,
    outputs,
    _file("--jsonl", "Append the report to this file, as one line of JSON."),
    _file("--debug", "Write what was done and when, one line an event, to this file."),
    _flag("--copy", text="Put the report on the clipboard too."),
    _flag("--open", text="Show the report in the browser."),
    option("--jitter", metavar="SECONDS", help="Wait up to so long first (not for a person at a terminal)."),
    option("--log-file", metavar="FILE", help="Add a line on this run to a log of limited size."),
    lang,
    option(
        "--fail-on",
        metavar="never|fail|warn",
        help="What makes the exit code 1 (default fail).",
        shell_complete=completers.words_of("never", "fail", "warn"),
    ),
    _flag(
        "--include-local",
        text="Add IT detail that stays on this computer by default.",
    ),
    _flag("--no-input", text="Never ask anything."),
    _flag("-q", "--quiet", text="No messages beside the result."),
    _flag("-v", "--verbose", text="Every finding of every check, and how to say the code."),
    no_color,
    # For engines that add it to a whole command line, whose format then gives the exit code.
    click.option(
        "--version", is_flag=True, is_eager=True, expose_value=False, hidden=True, callback=show_version
    ),
)


def report_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command all options of `run`."""
    for decorate in reversed(_OPTIONS):
        command = decorate(command)
    return command


def collect(given: Mapping[str, Any]) -> Options:
    """The options of click's keyword arguments."""
    flags = {name: given[name] for name in _BY_SETTINGS if given.get(name) is not None}
    rest = {name: value for name, value in given.items() if name not in _BY_SETTINGS}
    return Options(flags=flags, **rest)
