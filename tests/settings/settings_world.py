"""A system folder and a user folder of settings, in a temporary place."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import pytest

from portalcheck.settings import Settings, SettingsError, load


class World(msgspec.Struct, frozen=True):
    """Writes settings files and loads them. `user` and `system` are the files, which need not be there."""

    root: Path

    @property
    def system(self) -> Path:
        return self.root / "etc" / "config.toml"

    @property
    def user(self) -> Path:
        return self.root / "home" / "config.toml"

    def write(self, path: Path, text: str | bytes) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def load(
        self,
        *,
        system: str | bytes | None = None,
        user: str | bytes | None = None,
        environ: Mapping[str, str] | None = None,
        config: Path | None = None,
        flags: Mapping[str, object] | None = None,
    ) -> Settings:
        if system is not None:
            self.write(self.system, system)
        if user is not None:
            self.write(self.user, user)
        return load(flags or {}, environ or {}, config=config, system_file=self.system, user_file=self.user)


def caught(world: World, **layers: object) -> SettingsError:
    """The error that loading these layers ends in."""
    with pytest.raises(SettingsError) as info:
        world.load(**layers)  # type: ignore[arg-type]  # the arguments of `load`, from a row of a table
    return info.value


def toml(text: str) -> str:
    """A text as a TOML string, whatever it holds."""
    plain = (char if " " <= char <= "~" and char not in '"\\' else f"\\U{ord(char):08x}" for char in text)
    return f'"{"".join(plain)}"'


@contextlib.contextmanager
def unprivileged() -> Iterator[None]:
    """Be nobody for a while, where the tests are run by root, who may read everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
