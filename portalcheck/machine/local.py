"""The surroundings of this process: the one place where `machine` meets the real computer."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from portalcheck.machine.commands import run
from portalcheck.machine.environment import Environment, os_name
from portalcheck.machine.known_folders import windows_folder
from portalcheck.machine.processes import links, names
from portalcheck.machine.registry import this_registry


def this_environment() -> Environment:
    """The surroundings of the user who runs this program."""
    caller = callers_home(os.environ)
    return Environment(
        os=os_name(),
        home=_home() if caller is None else caller,
        for_caller=caller is not None,
        environ=dict(os.environ),
        registry=this_registry(),
        windows=windows_folder(),
        run=run,
        links=links,
        processes=names,
    )


def callers_home(environ: Mapping[str, str]) -> Path | None:
    """The home of the person who runs this as root through sudo, doas or pkexec; None in any other case.

    HOME is root's then, on most systems, whose browsers are not those that the person signs in with.
    """
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    import pwd

    try:
        if name := environ.get("SUDO_USER") or environ.get("DOAS_USER"):
            entry = pwd.getpwnam(name)
        elif number := environ.get("PKEXEC_UID"):
            entry = pwd.getpwuid(int(number))
        else:
            return None
    except (KeyError, ValueError, OverflowError):  # nobody of this computer
        return None
    home = Path(entry.pw_dir)
    return home if entry.pw_uid != 0 and home.is_absolute() else None


def _home() -> Path | None:
    try:
        home = Path.home()
    except RuntimeError:  # no HOME, and no entry in the list of users
        return None
    return home if home.is_absolute() else None
