"""Where a setting was made, and what is told of one that cannot be used."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from portalcheck.words.interface import N_, _, ngettext


class Layer(StrEnum):
    """The layers of settings, lowest first."""

    BUILT_IN = N_("built-in")
    SYSTEM = N_("system file")
    USER = N_("user file")
    ENVIRONMENT = N_("environment")
    FLAG = N_("flag")


class Origin(msgspec.Struct, frozen=True):
    """Where a value was set: the layer, and its file, or the name of the variable or flag.

    `place` is how a person is told of it; a file of the person's own without the account's name
    (`~/...`). `within` is the key path that the file as a whole stands for (a file that is one profile).
    """

    layer: Layer
    file: Path | None = None
    place: str = ""
    within: str = ""

    def __str__(self) -> str:
        return _(self.layer) if self.layer is Layer.BUILT_IN else f"{_(self.layer)} {self.place}"

    def key(self, key: str) -> str:
        """A key path as it is written at this place."""
        if self.layer in (Layer.ENVIRONMENT, Layer.FLAG):
            return ""
        return key.removeprefix(f"{self.within}.") if self.within else key


BUILT_IN = Origin(Layer.BUILT_IN)


class Entry(msgspec.Struct, frozen=True):
    """The value of one key and where it was set."""

    value: Any
    origin: Origin
    added: tuple[Origin, ...] = ()
    """The layers that added to a list, where the layers below it are not replaced."""


def hint(suggestion: str) -> str:
    """What may have been meant, behind a message; nothing without a suggestion."""
    return " " + _("(did you mean {suggestion}?)").format(suggestion=suggestion) if suggestion else ""


class SettingsError(Exception):
    """A setting that cannot be used: where, which key, what was wrong, and what was expected.

    `str()` is one line for a person, in the language that the program speaks. `key` is empty if the file as a
    whole is meant.
    """

    def __init__(
        self, origin: Origin, key: str, problem: str, expected: str, *, suggestion: str = ""
    ) -> None:
        self.origin, self.key = origin, key
        where = [part for part in (origin.place, origin.key(key)) if part]
        text = _("{what_is_wrong}; expected {expected}").format(
            what_is_wrong=": ".join([*where, problem]), expected=expected
        )
        super().__init__(text + hint(suggestion))


MOST_PROBLEMS = 50


class Problems:
    """What `with problems:` does with a SettingsError: it is raised, or with `keep`, put to the `errors`.

    Kept errors let all of a file be told at once. The last of `MOST_PROBLEMS` is raised too: enough is enough.
    """

    def __init__(self, *, keep: bool = False) -> None:
        self.keep = keep
        self.errors: list[SettingsError] = []

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: object, trace: object) -> bool:
        if not self.keep or not isinstance(error, SettingsError):
            return False
        if error not in self.errors:
            self.errors.append(error)
        return len(self.errors) < MOST_PROBLEMS


class NotTheSystems(msgspec.Struct, frozen=True):
    """A file among the system's that is not the system's own: whoever made it decides for nobody else."""

    origin: Origin

    def __str__(self) -> str:
        told = _("{place}: belongs neither to administrators nor to the system, so it is ignored")
        return told.format(place=self.origin.place)


class SettingsWarning(msgspec.Struct, frozen=True):
    """Keys that were set where the system's file has locked them, and so have no effect."""

    origin: Origin
    keys: tuple[str, ...]
    locked_by: Origin

    def __str__(self) -> str:
        text = ngettext(
            "{place}: {keys} is locked by {file}; this has no effect",
            "{place}: {keys} are locked by {file}; this has no effect",
            len(self.keys),
        )
        return text.format(place=self.origin.place, keys=", ".join(self.keys), file=self.locked_by.place)
