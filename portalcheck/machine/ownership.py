"""Whose a file is on Windows, where everybody may put files beside those that hold for all users."""

from __future__ import annotations

import re
import sys
from pathlib import Path

_TRUSTED = re.compile(
    r"""S-1-5-18                    # Local System
      | S-1-5-32-544                # Administrators: the owner of what an elevated one of them makes
      | S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464  # Windows' own installer
      | S-1-5-21-[\d-]+-(?:500|512) # the account Administrator; Domain Admins""",
    re.VERBOSE,
)
"""Well-known security identifiers (Microsoft, Windows security: Security identifiers)."""

if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _FILE, _OWNER = 1, 1  # SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION

    def owner(path: Path) -> str:
        """The security identifier of a file's owner, such as `S-1-5-18`. Raises OSError."""
        advapi, kernel = ctypes.WinDLL("advapi32"), ctypes.WinDLL("kernel32")
        kernel.LocalFree.argtypes = [ctypes.c_void_p]
        advapi.GetNamedSecurityInfoW.argtypes = [
            wintypes.LPCWSTR,
            *[ctypes.c_int] * 2,
            *[ctypes.c_void_p] * 5,
        ]
        advapi.ConvertSidToStringSidW.argtypes = [ctypes.c_void_p] * 2
        sid, descriptor, text = ctypes.c_void_p(), ctypes.c_void_p(), wintypes.LPWSTR()
        asked = ctypes.byref(sid), None, None, None, ctypes.byref(descriptor)
        if error := advapi.GetNamedSecurityInfoW(str(path), _FILE, _OWNER, *asked):
            raise ctypes.WinError(error)
        try:
            if not advapi.ConvertSidToStringSidW(sid, ctypes.byref(text)):
                raise ctypes.WinError()
            found = text.value or ""
            kernel.LocalFree(text)
            return found
        finally:
            kernel.LocalFree(descriptor)

    def is_the_systems(path: Path) -> bool:
        """Whether a file and its folder belong to the system or to administrators, who alone decide for all users.

        Who owns the folder could put another file in its place. One that is not there is nobody else's.
        """
        try:
            return all(is_trusted(owner(each)) for each in (path, path.parent))
        except FileNotFoundError:
            return True
        except (OSError, ValueError):
            return False
else:

    def is_the_systems(path: Path) -> bool:
        """Always: elsewhere nobody else can put files where the system's lie."""
        del path
        return True


def is_trusted(sid: str) -> bool:
    """Whether a security identifier is the system's or administrators'."""
    return _TRUSTED.fullmatch(sid) is not None
