"""The command itself: what may follow `portalcheck`, and what becomes of a word that is no command."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import click
from click_default_group import DefaultGroup

from portalcheck.cli.exit_codes import OK
from portalcheck.cli.localized import Asked, Group, Invocation, Option
from portalcheck.words.interface import _

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

DEFAULT = "run"
COMPLETION = "_PORTALCHECK_COMPLETE"
"""The variable by which a shell asks click what may be typed next."""
COMMANDS = (
    *("run", "guide", "read", "explain", "checks", "portals", "config", "demo", "fleet", "schema", "last"),
    *("integrations", "completion", "man"),
)
"""Each is a module of its name in `commands`, loaded when it is called; in the order of `--help`."""


def load(name: str) -> click.Command:
    """The command of a name."""
    command: click.Command = getattr(import_module(f"portalcheck.cli.commands.{name}"), name)
    return command


class LazyGroup(Group, DefaultGroup):
    """Loads a command when it is called, and takes anything that is no command as an address to run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order of `--help`."""
        del ctx
        return [*COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command by its name; else the default one, with the word as its address."""
        if cmd_name not in COMMANDS:
            if not ctx.resilient_parsing:
                refuse_misspelt(cmd_name, _following(cmd_name, ctx.find_object(Invocation)))
            # What click-default-group looks at to hand the word on to the default command.
            ctx.arg0 = cmd_name  # type: ignore[attr-defined]  # an attribute of click-default-group's own
            cmd_name = DEFAULT
        return load(cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Every command with its whole first paragraph."""
        with formatter.section(_("Commands")):
            formatter.write_dl([(name, load(name).get_short_help_str()) for name in self.list_commands(ctx)])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As typed; a shell that asks what may come first is not given the default command."""
        if ctx.resilient_parsing:
            return click.Group.parse_args(self, ctx, args)
        parsed: list[str] = super().parse_args(ctx, args)
        return parsed

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[Any]]:
        """Commands, and where an option is begun, those of the default command too."""
        found = super().shell_complete(ctx, incomplete)
        if incomplete.startswith("-"):
            offered = {item.value for item in found}
            found += [i for i in load(DEFAULT).shell_complete(ctx, incomplete) if i.value not in offered]
        return found


def _following(word: str, invocation: Invocation | None) -> list[str]:
    """The words behind the first one, up to the first option."""
    words = invocation.arguments if invocation is not None else []
    behind = words[words.index(word) + 1 :] if word in words else []
    return [*takewhile(lambda text: not text.startswith("-"), behind)]


def refuse_misspelt(word: str, further: Sequence[str] = ()) -> None:
    """A word that can be no address is a slip of the keyboard, never checked as one. Raises click.UsageError.

    `further` are the words that follow it, as of a sentence without quotes.
    """
    from portalcheck.address import may_be_address

    if word.startswith("-") or may_be_address(word):
        return
    if word in COMMANDS:
        text = _("The command comes first, and its options after it: portalcheck {name}")
        raise click.UsageError(text.format(name=word))
    from portalcheck.cli.guessing import command_meant, line_meant

    if command := command_meant(word, COMMANDS):
        text = _("No such command {name!r}. Did you mean {meant!r}?").format(name=word, meant=command)
    else:
        text = _("No such command {name!r}, and no address, which has a dot.").format(name=word)
        if line := line_meant(" ".join((word, *further))):
            text += " " + _("Did you mean: {line}").format(line=line)
    raise click.UsageError(text)


def show_version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    """Print the version, and end."""
    if not value or ctx.resilient_parsing:
        return
    from portalcheck import __version__

    lines = [f"portalcheck {__version__}"]
    invocation = ctx.find_object(Invocation)
    # Alone, as it is mostly given, it is not worth loading the options of `run`.
    asked = invocation.asked() if invocation is not None and not invocation.is_plain() else Asked()
    if asked.verbose:
        from portalcheck.cli.version import facts

        lines += facts()
    click.echo(asked.shown("\n".join(lines)))
    ctx.exit(OK)


@click.group(
    cls=LazyGroup,
    default=DEFAULT,
    default_if_no_args=True,
    context_settings={"max_content_width": 100},
)
@click.option(
    "--version",
    cls=Option,
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=show_version,
    help="Show the version and exit; with -v also what this copy is made of.",
)
def group() -> None:
    """Find out why a patient portal cannot be reached or signed in to, and what to do first.

    Without a command it checks this computer against the portal of the settings. It asks for no password,
    sends no report anywhere, and contacts only your name server and the portal unless something is wrong.
    """


class Done(int):
    """The exit code of a command that ran to its end, in the format that it was asked for."""


@group.result_callback()
def _done(result: int) -> Done:
    return Done(result)
