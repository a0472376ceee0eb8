"""Commands and options of click whose help, and whose errors, are in the person's language and form."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import click

from portalcheck.report.formats.format import Format
from portalcheck.words.interface import N_, _, click_speaking, language, use

Read = TypeVar("Read")
STDOUT = "-"
_ALONE = frozenset({"--version", "--help", "-h"})
"""What is answered without loading the options of any command, if nothing else is asked for."""
_TO_COPY = "\b"
"""What a paragraph of lines that are shown as they are written begins with, in click."""
N_("[OPTIONS]")
N_("COMMAND [ARGS]...")


class Asked(NamedTuple):
    """What is asked for: the form of the report, `-v`, and the language."""

    form: Format = Format.TEXT
    verbose: bool = False
    language: str = "en"

    def shown(self, text: str) -> str:
        """Help or version, in one line for a form of one line; monitoring plugins show theirs as it is."""
        if not self.form.one_line or self.form is Format.NAGIOS:
            return text
        return self.form.message(text, state="").removesuffix("\n")


class Invocation:
    """How the program was called: when it began, and the command that is being read, with its own arguments.

    Until one is, `default` gives the command that reads what no other does.
    """

    def __init__(
        self, default: Callable[[], click.Command], arguments: Sequence[str] = (), began: float | None = None
    ) -> None:
        self.began = began
        self.command: click.Command | None = None
        self.arguments, self._default = [*arguments], default

    def may_want_one_line(self) -> bool:
        """Whether a form of one line may be asked for, whose readers take every other ending for a failure."""
        texts = (
            *self.arguments,
            os.environ.get("PORTALCHECK_FORMAT", ""),
            os.environ.get("PORTALCHECK_OUTPUT", ""),
        )
        return any(form in text for form in Format if form.one_line for text in texts)

    def is_plain(self) -> bool:
        """Whether nothing but help or version is asked for, in no form of its own."""
        return _ALONE.issuperset(self.arguments) and not self.may_want_one_line()

    def asked(self) -> Asked:
        """What is asked for, as far as it can be told from arguments that may be wrong.

        click reads them once more, past what is wrong in them, as it does for a shell's completion.
        """
        from portalcheck.cli.language import system_language

        if self.is_plain():
            return Asked(language=system_language())
        command = self.command or self._default()
        given = command.make_context(
            command.name,
            [*self.arguments],
            resilient_parsing=True,
            ignore_unknown_options=True,
        ).params
        language = system_language(str(given.get("lang") or ""))
        form = leading_form(given.get("format"), given.get("outputs") or ())
        return Asked(form, bool(given.get("verbose")), language)


def form_and_path(output: str, chosen: str | None) -> tuple[Format, str]:
    """The format and the path of an output: as in `json:PATH`, else by -f, else by the suffix, else text."""
    form, _colon, path = output.partition(":")
    if path and form in {*Format}:
        return Format(form), path
    return Format(chosen) if chosen else Format.of_file(output), output


def leading_form(chosen: str | None, outputs: Sequence[str]) -> Format:
    """The format that gives the exit code: that of stdout, if something goes there, else the first file's."""
    if not outputs:
        return Format(chosen or Format.TEXT)
    forms = [form_and_path(output, chosen) for output in outputs]
    return next((form for form, path in forms if path == STDOUT), forms[0][0])


def paragraphs(command: click.Command) -> list[str]:
    """The help of a command in the person's language, a paragraph each; lines to copy stay as they are."""
    text = inspect.cleandoc(command.help or "").partition("\f")[0]
    return [
        part if part.startswith(_TO_COPY) else _(" ".join(part.split()))
        for part in text.split("\n\n")
        if part
    ]


def _in_language(read: Callable[[], Read], invocation: object) -> Read:
    """What click makes of arguments; what is wrong in them is told in the language that they ask for."""
    try:
        with click_speaking():
            return read()
    except click.UsageError:
        if not isinstance(invocation, Invocation):
            raise
        # click writes its message where it meets the fault, before it has come to `--lang`.
        use(invocation.asked().language)
        with click_speaking():
            return read()


class Option(click.Option):
    """An option whose help is looked up when it is shown."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The option as `--help` lists it, and its help; None for a hidden one."""
        record = super().get_help_record(ctx)
        return record and (record[0], _(self.help or ""))


class Command(click.Command):
    """A command whose help is in the person's language, and in the one line of some forms."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Read the arguments; what is wrong in them is told by whom they were meant for."""
        invocation = extra.get("obj") or (parent and parent.obj)
        if isinstance(invocation, Invocation) and parent is not None:
            invocation.command, invocation.arguments = self, [*args]
        read = super().make_context
        try:
            return _in_language(lambda: read(info_name, [*args], parent, **extra), invocation)
        except KeyboardInterrupt:
            raise click.exceptions.Abort from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; Ctrl-C is told by us, since click writes a line of its own to stderr."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise click.exceptions.Abort from None

    def get_help(self, ctx: click.Context) -> str:
        """The help, in the language and the form that the rest of the arguments ask for."""
        want = ctx.find_object(Invocation)
        asked = want.asked() if want is not None else Asked()
        use(asked.language)
        with click_speaking():
            return asked.shown(super().get_help(ctx))

    def get_help_option_names(self, ctx: click.Context) -> list[str]:
        """The names of the option that shows the help: the same in every context, since click keeps the option."""
        del ctx
        return ["-h", "--help"]

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """The option `--help`, with its help in the language of now."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = _("Show this message and exit.")
        return option

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What the command is for."""
        del ctx
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text("\n\n".join(paragraphs(self)))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Examples of the command, and the exit codes."""
        from portalcheck.cli import reference
        from portalcheck.diagnosis.registry import NO_CHECKS
        from portalcheck.words.catalog import Catalog

        words = Catalog(language(), NO_CHECKS)
        if examples := [*reference.examples(ctx.command_path, words)]:
            with formatter.section(_("Examples")):
                for line, text in examples:
                    formatter.write_text(line)
                    with formatter.indentation():
                        formatter.write_text(text)
        with formatter.section(_("Exit codes")):
            formatter.write_dl([*reference.exit_codes(words)])

    def get_short_help_str(self, limit: int = 45) -> str:
        """What the command is for, as it is listed: its first paragraph, however long."""
        del limit
        return paragraphs(self)[0]

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """The parts of the line of usage after the command's name."""
        return [_(piece) for piece in super().collect_usage_pieces(ctx)]


class Group(Command, click.Group):
    """A group of such commands."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is called; an unknown one is told in the person's language."""
        resolve = super().resolve_command
        return _in_language(lambda: resolve(ctx, [*args]), ctx.find_object(Invocation))
