"""Ctrl-C ends the program, whatever a library makes of it."""

from __future__ import annotations

import contextlib
import logging
import signal
import sys
import threading

_log = logging.getLogger(__name__)

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
        # Of what Python ignores (Ctrl-C in a weak reference's callback, which comes again) it tells with files' places.
        # `id` says nothing, and needs no memory for it, which may be what lacks.
        sys.unraisablehook = id
        threading.excepthook = cls._fell_silent

    @classmethod
    def _hear(cls, _number: int, _frame: object) -> None:
        cls.heard = True
        again = threading.Timer(_ONCE_MORE_S, cls._once_more)
        again.daemon = True
        with contextlib.suppress(RuntimeError):  # where there is no further thread
            again.start()
        raise KeyboardInterrupt

    @staticmethod
    def _fell_silent(ended: threading.ExceptHookArgs) -> None:
        """Say nothing of a thread that an exception ends: whoever waited for it says what follows."""
        _log.debug("a thread ended with %s", ended.exc_type.__name__)

    @classmethod
    def _once_more(cls) -> None:
        if cls.taken:
            return
        if sys.platform == "win32":
            signal.raise_signal(signal.SIGINT)
        else:  # to the thread that may be waiting for something
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
