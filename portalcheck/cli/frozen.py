"""The start of the built program, which people without Python have: a double click leaves the report on the screen.

Started from a terminal or a script it is the command itself. Started by a click it has no terminal, or on
Windows a window of its own that closes at the end; then the page is opened in the browser, as `guide` does.
An installed package never comes here.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from portalcheck.cli.exit_codes import BUG, USAGE
from portalcheck.cli.main import entry as run_command
from portalcheck.cli.terminal import is_terminal

_BY_CLICK = ("guide", "--or-report")
_SCRIPTED = ("FORMAT", "OUTPUT", "JSONL", "OPEN", "NO_INPUT", "QUIET")
"""Variables of options that only somebody sets who has the program run without a person."""
_SESSION_LOG = re.compile(r"\.xsession-errors|wayland-session\.log")
"""Where some desktops lead the output of the programs that they start."""


def entry(*, began: float | None = None) -> NoReturn:
    """The program; `began` is when it did, on the monotonic clock."""
    _give_back_the_library_path()
    if sys.argv[1:] or any(f"PORTALCHECK_{name}" in os.environ for name in _SCRIPTED):
        run_command(began=began)
    if has_own_console():
        _run_in_own_console(began)
    if sys.platform not in ("win32", "darwin") and clicked_on_desktop(os.environ, os.getpid()):
        run_command(_BY_CLICK, began=began)
    run_command(began=began)


def has_own_console() -> bool:
    """Whether this is Windows and nobody else is in the console, so that its window closes when this ends."""
    if sys.platform != "win32":
        return False
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        return False
    import ctypes

    processes = (ctypes.c_uint32 * 2)()
    return int(ctypes.windll.kernel32.GetConsoleProcessList(processes, 2)) == 1


def clicked_on_desktop(environ: Mapping[str, str], process: int) -> bool:
    """Whether a desktop started this process and nobody reads what it prints (Linux and the like).

    A script has a pipe or a file at one of the three streams, a timer of systemd names the process that it
    started (SYSTEMD_EXEC_PID, systemd.exec(5)), and neither a service nor a login from afar has a display.
    """
    if not (environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")):
        return False
    if environ.get("SYSTEMD_EXEC_PID") == str(process):
        return False
    return _leads_nowhere(0) and all(_leads_nowhere(each) or _is_session_log(each) for each in (1, 2))


def _leads_nowhere(descriptor: int) -> bool:
    """A closed stream, the null device, or the socket of the journal."""
    try:
        found = os.fstat(descriptor)
    except OSError:
        return True
    return stat.S_ISSOCK(found.st_mode) or os.path.samestat(found, Path(os.devnull).stat())


def _is_session_log(descriptor: int) -> bool:
    try:
        return _SESSION_LOG.search(str(Path(f"/proc/self/fd/{descriptor}").readlink())) is not None
    except OSError:
        return False


def _run_in_own_console(began: float | None) -> NoReturn:
    """The page opens in the browser; where that cannot be, the window stays until Enter."""
    import webbrowser

    try:
        webbrowser.get()
        shows = True
    except webbrowser.Error:
        shows = False

    def hold(code: int) -> None:
        if not shows or code in (USAGE, BUG):
            from portalcheck.cli import console
            from portalcheck.cli.language import system_language
            from portalcheck.words.catalog import Catalog

            console.ask(Catalog(system_language("")).ui("message.close_window") + " ")

    run_command(_BY_CLICK, before_end=hold, began=began)


def _give_back_the_library_path() -> None:
    """Programs that this one starts, the browser among them, are to find their own libraries, not those in here.

    PyInstaller keeps what was set before in a variable of its own ("LD_LIBRARY_PATH / LIBPATH considerations").
    """
    for name in ("LD_LIBRARY_PATH", "LIBPATH"):
        before = os.environ.pop(f"{name}_ORIG", None)
        if before is not None:
            os.environ[name] = before
        elif name in os.environ:
            del os.environ[name]
