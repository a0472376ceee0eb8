"""What the help desk hands over: files, standard input, the clipboard, or words and codes on the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from portalcheck.cli import console
from portalcheck.cli.terminal import drop_typed, is_terminal
from portalcheck.words.catalog import Catalog
from portalcheck.words.interface import _

STDIN = "-"
_LONGEST_CODE = 60
"""Characters of a line that is a code and nothing else."""


def texts(source: Sequence[str], words: Catalog, *, paste: bool) -> list[str | bytes]:
    """The texts that arguments stand for: two of two files, else one. Text of the command line itself is a `str`.

    Raises click.UsageError where there is none to be had.
    """
    if paste:
        return [_clipboard()]
    if not source:
        return [_stdin(words)]
    if len(source) <= 2 and all(name == STDIN or _is_there(name) for name in source):
        if source == (STDIN, STDIN):
            raise click.UsageError(_("Standard input can be read only once."))
        return [_stdin(words) if name == STDIN else _file(name) for name in source]
    return [" ".join(source)]


def _is_there(name: str) -> bool:
    try:
        return Path(name).exists()
    except (OSError, ValueError):  # a name that no file can have
        return False


def _file(name: str) -> bytes:
    from portalcheck.report.pasted.encodings import LONGEST

    try:
        with Path(name).open("rb") as file:
            return file.read(LONGEST + 1)
    except OSError as error:
        raise click.UsageError(
            _("{file} cannot be read ({reason}).").format(file=name, reason=_(error.strerror or ""))
        ) from error


def _stdin(words: Catalog) -> bytes:
    """Standard input; a person at a terminal is asked for it, and told how to end it."""
    from portalcheck.report.pasted.encodings import LONGEST

    if not is_terminal(sys.stdin):
        return sys.stdin.buffer.read(LONGEST + 1)
    console.say(words.ui("question.paste", os="windows" if sys.platform == "win32" else "other"))
    lines: list[bytes] = []
    while line := sys.stdin.buffer.readline():
        lines.append(line)
        if len(lines) == 1 and _is_code(line, words):
            # What follows in a paste must not go to the shell as commands.
            drop_typed(sys.stdin)
            break
    return b"".join(lines)


def _is_code(line: bytes, words: Catalog) -> bool:
    """Whether a first line is a code alone, after which nobody should have to say that this is all."""
    from portalcheck.report.code import Decoded
    from portalcheck.report.pasted.codes import find_code

    text = line.strip()
    return len(text) <= _LONGEST_CODE and isinstance(find_code(text, words.installed.numbers), Decoded)


def _clipboard() -> bytes:
    """The text on the clipboard, as UTF-8. Raises click.UsageError where there is no clipboard."""
    import pyperclip

    try:
        return str(pyperclip.paste()).encode("utf-8", "replace")
    except pyperclip.PyperclipException as error:
        raise click.UsageError(
            _("The clipboard cannot be read. Put the report into a file, and name that.")
        ) from error
