"""Where files lie, as people are told: a form that the system's file manager takes, without the account's name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import PurePath, PureWindowsPath

_VARIABLES = ("LOCALAPPDATA", "APPDATA", "USERPROFILE")
"""Of Windows, the innermost first: Explorer fills them in, and does not know `~`, which macOS' Finder does."""


def shown(path: PurePath, environ: Mapping[str, str] = os.environ) -> str:
    r"""A path; what is the person's own begins with `%LOCALAPPDATA%\` and the like on Windows, elsewhere with `~/`."""
    if isinstance(path, PureWindowsPath):
        own, between = [(f"%{name}%", environ.get(name, "")) for name in _VARIABLES], "\\"
    else:
        own, between = [("~", os.path.expanduser("~"))], "/"  # noqa: PTH111  # Path.expanduser raises where there is no home
    for name, text in own:
        folder = type(path)(text)
        if folder.is_absolute() and folder.name and path.is_relative_to(folder):
            return between.join((name, *path.relative_to(folder).parts))
    return str(path)


def written(path: str, os: str) -> str:
    """A path that was written with `/`, as this system (linux, macos, windows) writes it."""
    return path.replace("/", "\\") if os == "windows" else path
