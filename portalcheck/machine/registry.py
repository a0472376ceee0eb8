"""The Windows registry as `environment.Registry` describes it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress

from portalcheck.machine.environment import Registry, RegistryValue

MAX_ENTRIES = 4096


def text(values: Mapping[str, RegistryValue], name: str) -> str:
    """A value of a key as text; empty where it is missing or of another type."""
    value = values.get(name)
    return value if isinstance(value, str) else ""


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
            with suppress(OSError, KeyError, ValueError), _open(hive, key) as handle:
                return as_value(winreg.QueryValueEx(handle, name)[0])
            return None

        def values(self, hive: str, key: str) -> Mapping[str, RegistryValue]:
            """All values of a key by name."""
            read: dict[str, RegistryValue] = {}
            with suppress(OSError, KeyError, ValueError), _open(hive, key) as handle:
                for index in range(MAX_ENTRIES):  # OSError is the end of the list
                    name, raw, _ = winreg.EnumValue(handle, index)
                    if (value := as_value(raw)) is not None:
                        read[name] = value
            return read

        def subkeys(self, hive: str, key: str) -> tuple[str, ...]:
            """The names of a key's subkeys."""
            read: list[str] = []
            with suppress(OSError, KeyError, ValueError), _open(hive, key) as handle:
                for index in range(MAX_ENTRIES):  # OSError is the end of the list
                    read.append(winreg.EnumKey(handle, index))
            return tuple(read)

    def _open(hive: str, key: str) -> winreg.HKEYType:
        return winreg.OpenKey(_HIVES[hive], key, 0, winreg.KEY_READ | winreg.KEY_WOW64_64KEY)


def this_registry() -> Registry:
    """The registry of this computer, an empty one where the system has none."""
    if sys.platform == "win32":
        return WindowsRegistry()
    return Registry()


def as_value(raw: object) -> RegistryValue | None:
    """A value as `winreg` gives it in the form that `Registry` promises; None for an empty binary one."""
    if isinstance(raw, list):
        return tuple(part for part in raw if isinstance(part, str))
    return raw if isinstance(raw, (str, int, bytes)) else None
