"""Others' checks run in this process, with all its rights; what they do to it by mistake is kept from the result.

What they print goes nowhere, a process that they fork has no hold on the caller's streams, and what they change for the
whole process (its folder, variables, locale, limits, hooks) is set back when the checks are over. Not kept from harm is
who means it: a check may do whatever the caller may.
"""

from __future__ import annotations

import contextlib
import locale
import os
import socket
import sys
import threading
from collections.abc import Iterator
from typing import Any, TextIO

_STREAMS = (0, 1, 2)
_kept: dict[int, int] = {}
"""What the standard streams were, while checks run: a copy of each by its number."""


class _OfMain:
    """A stream that only the main thread writes to; what any other thread writes, or does to it, is nothing."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, or say that it was written."""
        return self._stream.write(text) if _is_main() else len(text)

    def flush(self) -> None:
        """Flush what the main thread wrote."""
        if _is_main():
            self._stream.flush()

    def close(self) -> None:
        """Nothing: the stream is the process's."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _is_main() -> bool:
    return threading.current_thread() is threading.main_thread()


@contextlib.contextmanager
def contained(*, present: bool) -> Iterator[None]:
    """Keep the process as it is while checks run, if others' checks are `present` among them."""
    if not present:
        yield
        return
    out, err = sys.stdout, sys.stderr
    before = _state()
    with _streams_apart(out):
        sys.stdout, sys.stderr = _OfMain(out), _OfMain(err)
        ours = sys.stdout, sys.stderr
        try:
            yield
        finally:
            # One that did not end in time may still print: so these stay.
            sys.stdout, sys.stderr = ours
            _set_back(before)


@contextlib.contextmanager
def _streams_apart(out: TextIO) -> Iterator[None]:
    """Lead standard output nowhere, and put all streams back in the end, whatever became of their numbers."""
    out.flush()
    for number in _STREAMS:
        with contextlib.suppress(OSError):  # one that is closed
            _kept[number] = os.dup(number)
    if 1 in _kept:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_let_go)
    try:
        yield
    finally:
        for number, kept in _kept.items():
            with contextlib.suppress(OSError):  # one that a check closed with all others
                os.dup2(kept, number)
                os.close(kept)
        _kept.clear()


def _let_go() -> None:
    """In a process that a check forked: let go of the caller's streams, which would seem open as long as it lives."""
    with contextlib.suppress(OSError):
        nowhere = os.open(os.devnull, os.O_RDWR)
        for number, kept in _kept.items():
            os.dup2(nowhere, number)
            os.close(kept)


def _state() -> tuple[Any, ...]:
    try:
        here = os.getcwd()  # noqa: PTH109  # the same as `Path.cwd`, and no more is needed
    except FileNotFoundError:
        here = None
    mask = os.umask(0o077)
    os.umask(mask)
    hooks = threading.excepthook, sys.excepthook, sys.unraisablehook
    limits = socket.getdefaulttimeout(), sys.getrecursionlimit()
    return here, mask, dict(os.environ), locale.setlocale(locale.LC_ALL), hooks, limits


def _set_back(state: tuple[Any, ...]) -> None:
    here, mask, environ, words, hooks, limits = state
    sys.setrecursionlimit(limits[1])
    socket.setdefaulttimeout(limits[0])
    threading.excepthook, sys.excepthook, sys.unraisablehook = hooks
    os.umask(mask)
    if dict(os.environ) != environ:
        os.environ.clear()
        os.environ.update(environ)
    with contextlib.suppress(locale.Error, OSError):
        locale.setlocale(locale.LC_ALL, words)
    with contextlib.suppress(OSError):
        if here is not None:
            os.chdir(here)
