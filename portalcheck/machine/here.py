"""The surroundings of this process: the one place where the machine's rooms meet the real computer."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from portalcheck.machine.commands import run
from portalcheck.machine.environment import Environment, NoRegistry, Registry, os_name
from portalcheck.machine.processes import links, names


def this_environment() -> Environment:
    """The surroundings of the user who runs this program."""
    return Environment(
        os=os_name(),
        home=_home(),
        environ=dict(os.environ),
        registry=_registry(),
        run=run,
        links=links,
        processes=names,
    )


def _home() -> Path | None:
    try:
        home = Path.home()
    except RuntimeError:  # no HOME, and no entry in the list of users
        return None
    return home if home.is_absolute() else None


def _registry() -> Registry:
    if sys.platform == "win32":
        from portalcheck.machine.registry import WindowsRegistry

        return WindowsRegistry()
    return NoRegistry()
