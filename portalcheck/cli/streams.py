"""The standard streams of this process, which work whatever is at their other end."""

from __future__ import annotations

import errno
import io
import os
import sys
from pathlib import Path
from typing import Any

from portalcheck.cli.terminal import is_terminal


class _Result(io.FileIO):
    """Standard output on Windows, whose C runtime says EINVAL where a pipe's reader went away (ERROR_NO_DATA)."""

    def write(self, data: Any) -> int:
        """As everywhere else, BrokenPipeError says so."""
        try:
            return super().write(data)
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE)) from error


class _Messages(io.FileIO):
    """Standard error. What nobody reads, or a full disk does not take, is lost: a message is no result."""

    def write(self, data: Any) -> int:
        """Never raises OSError."""
        try:
            return super().write(data)
        except OSError:
            return len(data)


def prepare() -> None:
    """Streams that work: one that was closed leads nowhere, and a console without a letter shows another.

    The latter happens with cp437, cp1252 and the C locale.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115  open to the end
    _lead_through("stderr", _Messages)
    if sys.platform == "win32":
        _lead_through("stdout", _Result)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            # What goes into a pipe or a file on Windows would be in its ANSI code page, with other ends of lines.
            piped = sys.platform == "win32" and not is_terminal(stream)
            reconfigure(**({"encoding": "utf-8", "newline": "\n"} if piped else {}), errors="replace")


def _lead_through(name: str, kind: type[io.FileIO]) -> None:
    """Let the process's own stream pass through another kind of file; not Windows' console, nor a test's."""
    stream = getattr(sys, name)
    if stream is not getattr(sys, f"__{name}__"):
        return
    buffer = stream.buffer
    if type(getattr(buffer, "raw", buffer)) is io.FileIO:  # python -u has no buffer between
        stream.flush()
        led = io.BufferedWriter(kind(stream.fileno(), "w", closefd=False))
        own = {"encoding": stream.encoding, "line_buffering": stream.line_buffering}
        setattr(sys, name, io.TextIOWrapper(led, **own))
