"""Ctrl-C ends the program, whatever a library makes of it."""

from __future__ import annotations

import signal
import sys
import threading

_ONCE_MORE_S = 0.25
"""After which Ctrl-C is tried again if something swallowed it."""


class Interrupt:
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
