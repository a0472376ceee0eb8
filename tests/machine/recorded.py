"""Recorded computers: an Environment made of files in a folder, registry rows and outputs of commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from portalcheck.machine.environment import Environment, InterfaceState, Registry, RegistryValue


class RecordedRegistry(Registry):
    """Registry values by `HIVE\\key`; keys and names have no case, as on Windows."""

    def __init__(self, keys: Mapping[str, Mapping[str, RegistryValue]]) -> None:
        self._keys = {key.lower(): dict(values) for key, values in keys.items()}
        self._spelled = tuple(keys)

    def values(self, hive: str, key: str) -> Mapping[str, RegistryValue]:
        return self._keys.get(f"{hive}\\{key}".lower(), {})

    def value(self, hive: str, key: str, name: str) -> RegistryValue | None:
        lower = {each.lower(): value for each, value in self.values(hive, key).items()}
        return lower.get(name.lower())

    def subkeys(self, hive: str, key: str) -> tuple[str, ...]:
        start = f"{hive}\\{key}\\".lower()
        below = (
            each[len(start) :].split("\\")[0] for each in self._spelled if each.lower().startswith(start)
        )
        return tuple(dict.fromkeys(below))


class RecordedCommands:
    """Outputs by command line; every other program is not installed. `asked` counts what was run."""

    def __init__(self, outputs: Mapping[str, str | None]) -> None:
        self._outputs = outputs
        self.asked: list[str] = []

    def __call__(self, argv: Sequence[str], timeout: float) -> str | None:
        line = " ".join(argv)
        self.asked.append(line)
        assert 0 < timeout <= 1.0
        return next((text for start, text in self._outputs.items() if line.startswith(start)), None)


def computer(
    os: str,
    root: Path | None = None,
    *,
    files: Mapping[str, str | bytes] | None = None,
    environ: Mapping[str, str] | None = None,
    registry: Mapping[str, Mapping[str, RegistryValue]] | None = None,
    commands: Mapping[str, str | None] | RecordedCommands | None = None,
    links: Mapping[str, InterfaceState] | None = None,
    processes: Iterable[str] = (),
    home: str = "",
) -> Environment:
    """An environment of that system; `files` are written below `root`."""
    root = root or Path("/nonexistent-recorded-root")
    for path, content in (files or {}).items():
        file = root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return Environment(
        os=os,
        home=root / home.lstrip("/") if home else None,
        environ=environ or {},
        root=root,
        registry=RecordedRegistry(registry or {}),
        run=commands if isinstance(commands, RecordedCommands) else RecordedCommands(commands or {}),
        links=lambda: links or {},
        processes=lambda: frozenset(processes),
    )


def up(*addresses: str) -> InterfaceState:
    """An interface that is up."""
    return InterfaceState(up=True, addresses=addresses)


def down(*addresses: str) -> InterfaceState:
    """An interface that is down."""
    return InterfaceState(up=False, addresses=addresses)
