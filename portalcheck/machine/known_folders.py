r"""Windows' folders as the system itself has them: no environment variable, which anyone may set, leads elsewhere.

The registry names them (`ProfileList`, and for a person `User Shell Folders`, where group policy and people redirect
them to); what it writes as `%SystemRoot%` and `%SystemDrive%` is told by the system, as SHGetKnownFolderPath has it.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path, PureWindowsPath

from portalcheck.machine.environment import Environment, Registry
from portalcheck.machine.files import is_remote

USUAL_WINDOWS = r"C:\Windows"
_PROFILES = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList"
_USERS = r"Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders"
_HOME = "%USERPROFILE%\\"


def windows_folder() -> str:
    r"""Where Windows lies, such as `C:\Windows`; the usual place on a system that is none."""
    if sys.platform != "win32":
        return USUAL_WINDOWS
    import ctypes

    buffer = ctypes.create_unicode_buffer(260)
    length = ctypes.windll.kernel32.GetSystemWindowsDirectoryW(buffer, len(buffer))
    return buffer.value if 0 < length < len(buffer) else USUAL_WINDOWS


def of_system(text: str, windows: str) -> str:
    """A path that the system's part of the registry names; `windows` is where Windows lies."""
    drive = PureWindowsPath(windows).drive
    known = {"systemroot": windows, "windir": windows, "systemdrive": drive}
    return re.sub("%([^%]+)%", lambda match: known.get(match[1].lower(), match[0]), text)


def program_data(registry: Registry, windows: str) -> str:
    r"""The folder of what programs keep for all users, such as `C:\ProgramData`."""
    usual = r"%SystemDrive%\ProgramData"
    named = registry.value("HKLM", _PROFILES, "ProgramData")
    path = of_system(named if isinstance(named, str) else usual, windows)
    return path if PureWindowsPath(path).is_absolute() and "%" not in path else of_system(usual, windows)


def of_user(environment: Environment, name: str, variable: str, below_home: str) -> Path | None:
    r"""A folder of the person's (`AppData`, `Local AppData`), also one that is redirected to a file server.

    Where the registry does not name it, the variable counts, if it leads to this computer, else the usual place.
    """
    named = environment.registry.value("HKCU", _USERS, name)
    if isinstance(named, str):
        if named.upper().startswith(_HOME):
            return environment.home and environment.home.joinpath(*PureWindowsPath(named[len(_HOME) :]).parts)
        path = re.sub("%([^%]+)%", lambda match: environment.variable(match[1]) or match[0], named)
        if PureWindowsPath(path).is_absolute() and "%" not in path:
            return environment.at(path)
    folder = environment.folder(variable)
    if folder is not None and not is_remote(environment.variable(variable)):
        return folder
    return environment.home and environment.home / below_home
