"""Programs of the system, run without a shell and never waited for longer than allowed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from portalcheck.shortage import ShortageError, start

MAX_OUTPUT = 4 * 1024 * 1024
_FOLDERS = (
    "/usr/bin",
    "/bin",
    "/usr/sbin",
    "/sbin",
    "/run/current-system/sw/bin",  # NixOS
    "/run/current-system/profile/bin",  # Guix
)
_KEPT = frozenset(
    {"HOME", "LOGNAME", "USER", "PATH", "TMPDIR", "DISPLAY", "WAYLAND_DISPLAY"}
    | {"APPDATA", "COMSPEC", "LOCALAPPDATA", "PATHEXT", "PROGRAMDATA", "SYSTEMDRIVE", "SYSTEMROOT"}
    | {"TEMP", "TMP", "USERPROFILE", "WINDIR"}
)
_KEPT_PREFIXES = ("DBUS_", "DCONF_", "GIO_", "GSETTINGS_", "XDG_")


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What a program of the system needs of the variables to find the user's settings; all others stay here."""
    kept = {
        name: value
        for name, value in environ.items()
        if name.upper() in _KEPT or name.startswith(_KEPT_PREFIXES)
    }
    return {**kept, "LC_ALL": "C", "LANGUAGE": ""}


def find(name: str) -> Path | None:
    """The program of that bare name in the system's own folders; PATH, which anyone may set, is not read."""
    if not name or Path(name).name != name:
        return None
    for folder in _system_folders():
        program = folder / (f"{name}.exe" if sys.platform == "win32" else name)
        if program.is_file() and os.access(program, os.X_OK):
            return program
    return None


def run(argv: Sequence[str], timeout: float) -> str | None:
    """The output (stdout, UTF-8) of `argv`, whose first word is a bare name; see `environment.Runner`.

    The program gets no input. It and its children are ended when `timeout` seconds are over, when it has
    said more than `MAX_OUTPUT` bytes, or as soon as it is done.
    """
    program = find(argv[0]) if argv else None
    if program is None:
        return None
    try:
        process = subprocess.Popen(  # noqa: S603 - a program of the system, fixed arguments, no shell
            [str(program), *argv[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(os.environ),
            cwd=program.anchor,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, ValueError):  # may not be run; a NUL in an argument
        return None
    return _outcome(process, timeout)


def _outcome(process: subprocess.Popen[bytes], timeout: float) -> str | None:
    output: list[bytes] = []

    def listen() -> None:
        if process.stdout is not None:
            with process.stdout:
                output.append(process.stdout.read(MAX_OUTPUT + 1))
        process.wait()

    # A thread of its own, because a grandchild may hold the pipe open after the program has ended.
    listener = threading.Thread(target=listen, name="portalcheck-command", daemon=True)
    try:
        start(listener)
    except ShortageError:
        _end(process)
        process.wait()
        raise
    listener.join(timeout)
    if listener.is_alive():
        _end(process)
        return None
    if not output or len(output[0]) > MAX_OUTPUT or process.returncode != 0:
        return None
    return output[0].decode("utf-8", "replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):  # already gone, and its children too
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


def _system_folders() -> tuple[Path, ...]:
    if sys.platform != "win32":
        return tuple(Path(folder) for folder in _FOLDERS)
    import ctypes

    buffer = ctypes.create_unicode_buffer(260)
    length = ctypes.windll.kernel32.GetSystemDirectoryW(buffer, len(buffer))
    return (Path(buffer.value),) if length else ()
