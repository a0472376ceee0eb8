"""Printing, writing files, and asking: every word that leaves the program goes through here."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from portalcheck.cli.terminal import is_terminal
from portalcheck.words.text import clean

if TYPE_CHECKING:
    from portalcheck.words.catalog import Catalog

_PRIVATE = 0o600
"""Reports are for the person who made them, until that person shares them."""
_LONGEST_LINE = 4000
_PATIENCE_S = 10.0
"""How long others that append to the same file are waited for."""
_BEYOND_ALL_FILES = 2**31 - 2
_PAINT = {"fail": "red", "warn": "yellow", "note": "cyan", "ok": "green", "unknown": "magenta"}


class OutputLostError(Exception):
    """The result could not be written to stdout: a full disk, a broken device. Its text is the system's reason."""


def harmless(message: str) -> str:
    """A message line by line without what a terminal would act on."""
    return "\n".join(clean(line, _LONGEST_LINE) for line in message.split("\n"))


def say(message: str) -> None:
    """A message beside the result, on stderr; whatever it repeats of what was typed or read is made harmless."""
    try:
        click.echo(harmless(message), err=True)
    except OSError:  # nobody reads it, or the disk is full: a message is no result
        _to_nowhere(2)


def result(text: str) -> None:
    """The result, on stdout. A reader that goes away early (`| head`) has what it wanted."""
    try:
        click.echo(text, nl=False, color=True)
        sys.stdout.flush()
    except BrokenPipeError:
        _to_nowhere(1)
    except OSError as error:
        # A full disk behind a redirection; what is still buffered must not be tried again at the end.
        _to_nowhere(1)
        raise OutputLostError(error.strerror or "") from error


def ask(question: str) -> str:
    """What a person answers on the terminal; nothing where they end the input, as with Enter."""
    click.echo(question, nl=False, err=True)
    return sys.stdin.readline().strip()


def _to_nowhere(descriptor: int) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)


def wants_colour(no_color: bool, environ: Mapping[str, str]) -> bool:
    """Whether stdout may be painted: NO_COLOR beats FORCE_COLOR (no-color.org); an empty value counts as unset."""
    if no_color or environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    return is_terminal(sys.stdout) and environ.get("TERM") != "dumb" and not environ.get("ACCESSIBLE")


def painted(text: str, words: Catalog, *, no_color: bool) -> str:
    """Colour the status words at the beginning of lines; the words stay, so colour is never all that tells."""
    if not wants_colour(no_color, os.environ):
        return text
    for status, colour in _PAINT.items():
        pattern = re.compile(rf"^(  )({re.escape(words.ui(f'status.{status}'))})(?=:)", re.MULTILINE)
        text = pattern.sub(lambda m, c=colour: m[1] + click.style(m[2], fg=c), text)  # type: ignore[misc]  # mypy cannot type a lambda's default
    return text


def fit_to_terminal() -> None:
    """Wrap what is to be shown on a terminal to its width."""
    if is_terminal(sys.stdout):
        from portalcheck.report.formats import lines

        lines.fit(shutil.get_terminal_size().columns)


def interactive(no_input: bool) -> bool:
    """Whether a person can be asked something."""
    return not no_input and is_terminal(sys.stdin) and is_terminal(sys.stderr)


def write_file(path: Path, text: str, *, mode: int = _PRIVATE) -> None:
    """Write UTF-8 whole or not at all, with a line feed at each line's end. Raises OSError."""
    write_bytes(path, text.encode(), mode=mode)


def write_bytes(path: Path, content: bytes, *, mode: int = _PRIVATE) -> None:
    """Write whole or not at all: a temporary file beside the target, then a rename. Raises OSError.

    Links are followed and a file's mode is kept; `mode` is a new one's. What is no regular file (a device, a
    pipe) is written to as it is.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        with target.open("wb") as stream:
            stream.write(content)
        return
    descriptor, name = tempfile.mkstemp(prefix=".portalcheck-", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(_mode_of(target, mode))
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _mode_of(target: Path, mode: int) -> int:
    """The mode of an existing file, else the given one as far as the umask allows it."""
    try:
        return stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return mode & ~mask


def append_line(path: Path, line: str) -> None:
    """Append one line with one write, so that runs side by side do not mix theirs. Raises OSError."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, _PRIVATE)
    try:
        with _alone(descriptor):
            os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _alone(descriptor: int) -> Iterator[None]:
    """On Windows, where O_APPEND goes to the end first and writes then, keep others from doing so between."""
    if sys.platform != "win32":
        yield
        return
    import msvcrt

    last = time.monotonic() + _PATIENCE_S
    while True:
        os.lseek(descriptor, _BEYOND_ALL_FILES, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            break
        except OSError:
            if time.monotonic() > last:
                raise
            time.sleep(0.005)
    try:
        yield
    finally:
        os.lseek(descriptor, _BEYOND_ALL_FILES, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
