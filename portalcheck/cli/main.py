"""The program: from the command that was called to its exit code, whatever way it ends."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

import click

from portalcheck.cli import streams
from portalcheck.cli.exit_codes import BUG, INTERRUPTED, OK, UNKNOWN, USAGE
from portalcheck.cli.group import COMPLETION, DEFAULT, Done, group, load
from portalcheck.cli.interrupt import Interrupt
from portalcheck.cli.localized import Asked, Invocation
from portalcheck.cli.terminal import is_terminal
from portalcheck.shortage import is_shortage
from portalcheck.words.interface import _, click_speaking, is_chosen, reset, use


def entry(
    argv: Sequence[str] | None = None,
    before_end: Callable[[int], None] = lambda _code: None,
    *,
    began: float | None = None,
) -> NoReturn:
    """The program. Threads that hang in the system's own calls must not hold up its end, so it ends at once.

    `before_end` is given the exit code when all has been said; `began` is when the program did, on the
    monotonic clock.
    """
    streams.prepare()
    try:
        Interrupt.listen()
        code = _run(_invocation(argv, began))
    except KeyboardInterrupt:
        code = _Ending(_invocation(argv, began)).interrupted()
    before_end(code)
    with contextlib.suppress(OSError, ValueError):
        _flush()
    os._exit(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and give the exit code; never raises and never lets a traceback out."""
    streams.prepare()
    return _run(_invocation(argv, None))


def _run(invocation: Invocation) -> int:
    reset()
    try:
        code = _Ending(invocation).code_of(
            lambda: group.main(
                [*invocation.arguments], prog_name="portalcheck", standalone_mode=False, obj=invocation
            )
        )
        _flush()
    except BrokenPipeError:
        # The reader of our output went away (`| head`): what it wanted it has; the rest goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = OK
    except KeyboardInterrupt:
        code = _Ending(invocation).interrupted()
    except Exception as error:
        # Neither the result nor a word about it can be written.
        code = UNKNOWN if isinstance(error, OSError) or is_shortage(error) else BUG
    return code


def _invocation(argv: Sequence[str] | None, began: float | None) -> Invocation:
    return Invocation(lambda: load(DEFAULT), sys.argv[1:] if argv is None else argv, began)


class _Ending:
    """Every way out has its exit code, and every message its place."""

    def __init__(self, invocation: Invocation) -> None:
        self._invocation, self._early = invocation, Asked()

    def code_of(self, work: Callable[[], object]) -> int:
        """The exit code of a command. Raises BrokenPipeError if nobody reads what it prints any more."""
        try:
            if self._invocation.may_want_one_line():
                self._early = self._invocation.asked()
            result = work()
        except BrokenPipeError:
            raise
        except (click.exceptions.Abort, KeyboardInterrupt):
            return self.interrupted()
        except click.ClickException as error:
            return self._refused(error)
        except SystemExit as stop:
            if COMPLETION in os.environ:  # the way click ends when it has told a shell what to offer
                return stop.code if isinstance(stop.code, int) else OK
            # How click takes a reader that went away, whatever its own mode.
            raise BrokenPipeError from stop
        except Exception as error:
            return self.interrupted() if Interrupt.heard else self._failed(error)
        if isinstance(result, Done):
            return result
        if result == OK and self._invocation.is_plain():
            return OK
        return self._asked().form.exit_code(result if isinstance(result, int) else OK)

    def interrupted(self) -> int:
        """The end by Ctrl-C."""
        Interrupt.taken = True
        try:
            want = self._asked()
        except Exception:
            want = self._early  # what Ctrl-C broke off while it was loaded may never be loaded again
        # A terminal shows ^C at the beginning of the line.
        on_terminal = is_terminal(sys.stderr) and not want.form.one_line
        self._say(f"\n{_('Stopped.')}" if on_terminal else _("Stopped."), want)
        return want.form.exit_code(INTERRUPTED)

    def _refused(self, error: click.ClickException) -> int:
        want = self._asked()
        with click_speaking():
            text = f"portalcheck: {error.format_message()}"
            if isinstance(error, click.UsageError):
                text += self._usage(error.ctx)
        self._say(text, want)
        return want.form.exit_code(USAGE)

    def _usage(self, context: click.Context | None) -> str:
        """The usage of the command that was called, as far as that is known, and where its help is."""
        command = self._invocation.command
        path = context.command_path if context else f"portalcheck {command.name if command else ''}".strip()
        told = _("Try '{command} {option}' for help.").format(command=path, option="--help")
        return f"\n{context.get_usage()}\n{told}" if context else f"\n{told}"

    def _failed(self, error: Exception) -> int:
        """The result that could not be handed over; else the last net: what was not foreseen is a bug of ours."""
        from portalcheck.cli.console import OutputLostError

        want = self._asked()
        full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO)
        if isinstance(error, OutputLostError) or full:
            why = error.strerror if isinstance(error, OSError) else str(error)
            text = _("portalcheck: the output cannot be written: {why}")
            self._say(text.format(why=_(why or "")), want)
            return want.form.exit_code(UNKNOWN)
        if is_shortage(error):
            self._say(
                _(
                    "portalcheck: this computer is short of memory, open files or programs. Close some, and try again."
                ),
                want,
            )
            return want.form.exit_code(UNKNOWN)
        text = _("portalcheck met a fault of its own ({kind}). Please report it; -v shows more.")
        self._say(text.format(kind=type(error).__name__), want)
        if want.verbose and not want.form.one_line:
            from portalcheck.cli.tracebacks import reduced

            self._say(reduced(error), want)
        return want.form.exit_code(BUG)

    def _asked(self) -> Asked:
        want = self._invocation.asked()
        if not is_chosen():
            use(want.language)
        return want

    def _say(self, message: str, want: Asked) -> None:
        from portalcheck.cli.console import OutputLostError, result, say

        if want.form.one_line:
            with contextlib.suppress(OutputLostError):  # the exit code tells, too
                result(want.form.message(message.splitlines()[0]))
        else:
            say(message)


def _flush() -> None:
    sys.stdout.flush()
    sys.stderr.flush()
