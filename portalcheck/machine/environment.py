"""All that `machine` reads from: files below a root, environment variables, registry, commands.

Everything that differs between this computer and a recorded one is in `Environment`, so that the reader
of every system is tested on any system.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath

import msgspec

RegistryValue = str | int | bytes | tuple[str, ...]
"""A registry value: REG_SZ and REG_EXPAND_SZ (unexpanded) as text, REG_DWORD and REG_QWORD as a number,
REG_MULTI_SZ as a tuple, REG_BINARY as bytes."""

Runner = Callable[[Sequence[str], float], str | None]
"""Run a program of the system by its bare name, at most so many seconds; its output, or None where the
program is absent, fails, takes too long or says too much."""


class Registry:
    r"""The Windows registry; this one is that of a system that has none.

    Hives are `HKLM`, `HKCU` and `HKCR`; keys are written with backslashes. No method raises: what is missing or
    may not be read is None or empty.
    """

    def value(self, hive: str, key: str, name: str) -> RegistryValue | None:
        """One value of a key (`""` names the default value), or None."""
        del hive, key, name
        return None

    def values(self, hive: str, key: str) -> Mapping[str, RegistryValue]:
        """All values of a key by name."""
        del hive, key
        return {}

    def subkeys(self, hive: str, key: str) -> tuple[str, ...]:
        """The names of a key's subkeys."""
        del hive, key
        return ()


class InterfaceState(msgspec.Struct, frozen=True):
    """A network interface as every system has it: whether it is up, and its IP addresses as text."""

    up: bool
    addresses: tuple[str, ...]


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """The surroundings of one user on one computer.

    `os` is linux, macos or windows; `home` is None if the user has none; `root` stands for `/` (or the
    system drive) and is a folder of recorded files in tests. `for_caller` says that `home` is that of the person who
    called the program through sudo or the like, and not of the account that it runs as.
    `windows` is where Windows lies. `links` gives the network interfaces by name, `processes` the names of the
    running programs.
    """

    os: str
    home: Path | None
    environ: Mapping[str, str]
    root: Path = Path("/")
    registry: Registry = Registry()
    run: Runner = lambda _argv, _timeout: None
    links: Callable[[], Mapping[str, InterfaceState]] = dict
    processes: Callable[[], frozenset[str]] = frozenset
    for_caller: bool = False
    windows: str = r"C:\Windows"

    def at(self, path: str) -> Path:
        """Where an absolute path of the described system lies on this one."""
        if self.root == Path("/"):
            return Path(path)
        pure = PureWindowsPath(path) if self.os == "windows" else PurePosixPath(path)
        return self.root.joinpath(*[part for part in pure.parts if part not in (pure.anchor, "..")])

    def variable(self, name: str) -> str:
        """An environment variable, `""` if it is unset. Names have no case on Windows."""
        if self.os != "windows":
            return self.environ.get(name, "")
        return next((value for key, value in self.environ.items() if key.upper() == name.upper()), "")

    def folder(self, name: str) -> Path | None:
        """The folder that an environment variable names (as APPDATA does); None where unset or relative."""
        text = self.variable(name)
        pure = PureWindowsPath(text) if self.os == "windows" else PurePosixPath(text)
        return self.at(text) if text and pure.is_absolute() else None


def os_name(platform: str = sys.platform) -> str:
    """`linux`, `macos` or `windows` for a `sys.platform`; every other Unix is read as Linux is."""
    return {"win32": "windows", "cygwin": "windows", "darwin": "macos"}.get(platform, "linux")
