"""The Windows registry as `environment.Registry` describes it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TypeVar

from portalcheck.machine.environment import Registry, RegistryValue

MAX_ENTRIES = 4096

Row = TypeVar("Row")

if sys.platform == "win32":
    import winreg

    _HIVES = {
        "HKLM": winreg.HKEY_LOCAL_MACHINE,
        "HKCU": winreg.HKEY_CURRENT_USER,
        "HKCR": winreg.HKEY_CLASSES_ROOT,
    }

    class WindowsRegistry(Registry):
        """This computer's registry, its 64-bit view."""

        def value(self, hive: str, key: str, name: str) -> RegistryValue | None:
            """One value of a key, or None."""
            try:
                with _open(hive, key) as handle:
                    return as_value(winreg.QueryValueEx(handle, name)[0])
            except (OSError, KeyError, ValueError):
                return None

        def values(self, hive: str, key: str) -> Mapping[str, RegistryValue]:
            """All values of a key by name."""
            try:
                with _open(hive, key) as handle:
                    rows = _all(lambda index: winreg.EnumValue(handle, index))
            except (OSError, KeyError, ValueError):
                return {}
            read = {row[0]: as_value(row[1]) for row in rows}
            return {name: value for name, value in read.items() if value is not None}

        def subkeys(self, hive: str, key: str) -> tuple[str, ...]:
            """The names of a key's subkeys."""
            try:
                with _open(hive, key) as handle:
                    return tuple(_all(lambda index: winreg.EnumKey(handle, index)))
            except (OSError, KeyError, ValueError):
                return ()

    def _open(hive: str, key: str) -> winreg.HKEYType:
        return winreg.OpenKey(_HIVES[hive], key, 0, winreg.KEY_READ | winreg.KEY_WOW64_64KEY)


def _all(entry: Callable[[int], Row]) -> list[Row]:
    rows: list[Row] = []
    for index in range(MAX_ENTRIES):
        try:
            rows.append(entry(index))
        except OSError:  # the end of the list
            break
    return rows


def as_value(raw: object) -> RegistryValue | None:
    """A value as `winreg` gives it in the form that `Registry` promises; None for an empty binary one."""
    if isinstance(raw, list):
        return tuple(part for part in raw if isinstance(part, str))
    return raw if isinstance(raw, (str, int, bytes)) else None
