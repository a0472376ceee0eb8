"""The commands, and the one place where exit codes are given (contract.md, Exit codes)."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click
from click_default_group import DefaultGroup

from portalcheck.cli.adapters import ONE_LINERS, Asked, asked, exit_code, told
from portalcheck.turn import TURN

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_ONCE_MORE_S = 0.25
"""After which Ctrl-C is tried again where something swallowed it."""
OK, FINDING, USAGE, UNKNOWN, BUG, INTERRUPTED = 0, 1, 2, 3, 4, 130
MODULES = {
    "run": "portalcheck.cli.run",
    "read": "portalcheck.cli.desk",
    "explain": "portalcheck.cli.tell",
    "checks": "portalcheck.cli.tell",
    "portals": "portalcheck.cli.tell",
    "config": "portalcheck.cli.config",
    "demo": "portalcheck.cli.run",
    "fleet": "portalcheck.cli.fleet",
    "schema": "portalcheck.cli.tell",
    "completion": "portalcheck.cli.shell",
    "man": "portalcheck.cli.man",
    "integrations": "portalcheck.cli.integrations",
}
"""Commands are loaded when they are called."""
COMPLETION = "_PORTALCHECK_COMPLETE"
"""The variable by which a shell asks click what may be typed next."""


class LazyGroup(DefaultGroup):
    """Loads a command's module when it is called, and takes anything that is no command as an address to run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order of contract.md."""
        del ctx
        return list(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command by its name; else the default one, with the word as its address."""
        from importlib import import_module

        if cmd_name not in MODULES:
            if not ctx.resilient_parsing:
                _refuse_misspelt(cmd_name)
            # What click-default-group looks at to hand the word on to the default command.
            ctx.arg0 = cmd_name  # type: ignore[attr-defined]  # an attribute of click-default-group's own
            cmd_name = self.default_cmd_name or cmd_name
        from portalcheck.cli.language import localize

        if MODULES[cmd_name] != MODULES["run"]:
            TURN.end()
        return localize(getattr(import_module(MODULES[cmd_name]), cmd_name))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Every command with its whole first sentence, which the formatter puts into the person's language."""
        rows = []
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            rows.append((name, ((command and command.help) or "").partition("\n\n")[0]))
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def make_context(self, *args: Any, **named: Any) -> click.Context:
        """Read the arguments."""
        with _ctrl_c_is_ours():
            return super().make_context(*args, **named)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        with _ctrl_c_is_ours():
            return super().invoke(ctx)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As typed; a shell that asks what may come first is not given the default command."""
        if ctx.resilient_parsing:
            return click.Group.parse_args(self, ctx, args)
        parsed: list[str] = super().parse_args(ctx, args)
        return parsed

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[Any]]:
        """Commands, and where an option is begun, those of the default command too."""
        found = super().shell_complete(ctx, incomplete)
        default = self.get_command(ctx, self.default_cmd_name or "")
        if incomplete.startswith("-") and default is not None:
            offered = {item.value for item in found}
            found += [item for item in default.shell_complete(ctx, incomplete) if item.value not in offered]
        return found


@contextlib.contextmanager
def _ctrl_c_is_ours() -> Iterator[None]:
    """Ctrl-C is told by us, since click writes a line of its own to stderr."""
    try:
        yield
    except KeyboardInterrupt:
        raise click.exceptions.Abort from None


def _refuse_misspelt(word: str) -> None:
    """A word without a dot that is nearly a command is a slip of the keyboard, not an address."""
    from difflib import get_close_matches

    close = (
        []
        if set(word) & set(".:/") or word.startswith("-")
        else get_close_matches(word.lower(), MODULES, n=1, cutoff=0.7)
    )
    if close:
        raise click.UsageError(f"No such command {word!r}. Did you mean {close[0]!r}?")


def show_version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    """Print the version, and end."""
    if value and not ctx.resilient_parsing:
        from portalcheck import __version__

        click.echo(f"portalcheck {__version__}")
        if asked(ctx.obj or ()).verbose:
            from portalcheck.cli.about import facts

            click.echo("\n".join(facts()))
        ctx.exit(OK)


@click.group(
    cls=LazyGroup,
    default="run",
    default_if_no_args=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version",
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


class _Interrupt:
    """Remembers Ctrl-C: a library that is interrupted may raise something else in its place, or nothing at all."""

    heard = False
    taken = False
    """Whether it has come to where the program ends by it."""

    @classmethod
    def listen(cls) -> None:
        """Take SIGINT over: for the program, never for whoever calls `main` from a program of their own."""
        signal.signal(signal.SIGINT, cls._hear)
        sys.unraisablehook = cls._ignored

    @classmethod
    def _hear(cls, _number: int, _frame: object) -> None:
        cls.heard = True
        again = threading.Timer(_ONCE_MORE_S, cls._once_more)
        again.daemon = True
        again.start()
        raise KeyboardInterrupt

    @classmethod
    def _ignored(cls, ignored: sys.UnraisableHookArgs) -> None:
        """Say nothing of Ctrl-C where Python ignores exceptions (a weak reference's callback): it comes again."""
        if not isinstance(ignored.exc_value, KeyboardInterrupt):
            sys.__unraisablehook__(ignored)

    @classmethod
    def _once_more(cls) -> None:
        if cls.taken:
            return
        if sys.platform == "win32":
            signal.raise_signal(signal.SIGINT)
        else:  # to the thread that may be waiting for something
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


class Done(int):
    """The exit code of a command that ran to its end, in the format that it was asked for."""


@group.result_callback()
def _done(result: int) -> Done:
    return Done(result)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and give the exit code; never raises and never lets a traceback out."""
    from portalcheck.cli.language import ARGUMENTS, localize

    arguments = list(sys.argv[1:] if argv is None else argv)
    ARGUMENTS.set(arguments)
    localize(group)
    _prepare_streams()
    try:
        code = _guarded(
            lambda: group.main(
                arguments, prog_name="portalcheck", standalone_mode=False, obj=tuple(arguments)
            ),
            arguments,
        )
        _flush()
    except BrokenPipeError:
        code = _closed_pipe()
    except KeyboardInterrupt:
        code = exit_code(asked(arguments).format, INTERRUPTED)
    return code


def entry(
    argv: Sequence[str] | None = None,
    before_end: Callable[[int], None] = lambda _code: None,
    *,
    stopped: bool = False,
) -> NoReturn:
    """The program. Threads that hang in the system's own calls must not hold up its end, so it ends at once.

    `before_end` is given the exit code when all has been said; `stopped` says that Ctrl-C came before this.
    """
    try:
        _Interrupt.listen()
        if stopped:
            raise KeyboardInterrupt
        code = main(argv)
    except KeyboardInterrupt:
        code = _interrupted(sys.argv[1:] if argv is None else argv)
    before_end(code)
    with contextlib.suppress(OSError, ValueError):
        _flush()
    os._exit(code)


def _interrupted(arguments: Sequence[str]) -> int:
    """The end by Ctrl-C before it was known what is asked for."""
    want = asked(arguments)
    _stopped(want)
    return exit_code(want.format, INTERRUPTED)


def _guarded(work: Callable[[], Any], arguments: Sequence[str]) -> int:
    """Give every way out its exit code, and every message its place."""
    try:
        want = asked(arguments)
    except KeyboardInterrupt:
        return _interrupted(arguments)
    try:
        result = _help_in_one_line(work, want.format) if want.tells else work()
        return result if isinstance(result, Done) else exit_code(want.format, OK)
    except click.exceptions.Exit as stop:
        return exit_code(want.format, stop.exit_code)
    except (click.exceptions.Abort, KeyboardInterrupt):
        _stopped(want)
        return exit_code(want.format, INTERRUPTED)
    except click.UsageError as error:
        context = f"\n{error.ctx.get_usage()}" if error.ctx is not None else ""
        _say(f"portalcheck: {_in_words(error.format_message())}{context}", want)
        return exit_code(want.format, USAGE)
    except click.ClickException as error:
        _say(f"portalcheck: {error.format_message()}", want)
        return exit_code(want.format, USAGE)
    except BrokenPipeError:
        raise
    except SystemExit as stop:
        if COMPLETION in os.environ:  # the way click ends when it has told a shell what to offer
            return stop.code if isinstance(stop.code, int) else OK
        # How click takes a reader that went away, whatever its own mode.
        raise BrokenPipeError from stop
    except Exception as error:
        if _Interrupt.heard:
            _stopped(want)
            return exit_code(want.format, INTERRUPTED)
        lost = _output_lost(error)
        if lost:
            _say(f"portalcheck: {_in_words(f'the output cannot be written: {lost}')}", want)
            return exit_code(want.format, UNKNOWN)
        # The last net: whatever was not foreseen is a bug of ours, told in one line.
        return _bug(error, want)


def _output_lost(error: Exception) -> str:
    """Why the result could not be handed over, where that is so; what was found is then not known to anybody."""
    from portalcheck.cli.out import OutputLostError

    if isinstance(error, OutputLostError):
        return str(error)
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO)
    return (error.strerror or "") if full and isinstance(error, OSError) else ""


def _in_words(english: str) -> str:
    from portalcheck.cli.language import say

    return say(english)


def _help_in_one_line(work: Callable[[], Any], form: str) -> Any:
    """What click prints of help or version, held back and shown as the format has it."""
    from io import StringIO

    held = StringIO()
    try:
        with contextlib.redirect_stdout(held):
            result = work()
    except BaseException:
        click.echo(held.getvalue(), nl=False)
        raise
    text = held.getvalue()
    # Monitoring plugins show their help as it is; and with a report, -h was the value of an option.
    plain = form == "nagios" or isinstance(result, Done)
    click.echo(text if plain else told(form, text, state=""), nl=False)
    return result


def _bug(error: Exception, want: Asked) -> int:
    _say(
        _in_words(
            f"portalcheck met a fault of its own ({type(error).__name__}). Please report it; -v shows more."
        ),
        want,
    )
    if want.verbose:
        from portalcheck.cli.trace import reduced

        if want.format not in ONE_LINERS:
            _say(reduced(error), want)
    return exit_code(want.format, BUG)


def _stopped(want: Asked) -> None:
    _Interrupt.taken = True
    # A terminal shows ^C at the beginning of the line.
    stopped = _in_words("Stopped.")
    _say(f"\n{stopped}" if sys.stderr.isatty() and want.format not in ONE_LINERS else stopped, want)


def _say(message: str, want: Asked) -> None:
    if want.format in ONE_LINERS:
        click.echo(told(want.format, message.splitlines()[0]), nl=False)
    else:
        from portalcheck.cli.out import harmless

        click.echo(harmless(message), err=True)


def _prepare_streams() -> None:
    """Streams that work: one that was closed leads nowhere, and a console without a letter shows another.

    The latter happens with cp437, cp1252 and the C locale.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115  open to the end
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _flush() -> None:
    sys.stdout.flush()
    sys.stderr.flush()


def _closed_pipe() -> int:
    """The reader of our output went away (`| head`): what it wanted it has; the rest goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return OK
