"""Which format is asked for, told even where the arguments cannot be parsed: some formats have own exit codes."""

from __future__ import annotations

import os
from collections.abc import Sequence

SUFFIXES = {
    ".json": "json",
    ".html": "html",
    ".htm": "html",
    ".xml": "junit",
    ".prom": "prometheus",
    ".txt": "text",
}
"""The format that a file's name asks for, without -f."""
_QUIET_ON_STDERR = {"intune"}


def asked_format(arguments: Sequence[str]) -> str:
    """The format that the arguments, or the environment, ask for; `text` where they ask for none."""
    found = os.environ.get("PORTALCHECK_FORMAT", "")
    for index, argument in enumerate(arguments):
        if argument in ("-f", "--format") and index + 1 < len(arguments):
            found = arguments[index + 1]
        elif argument.startswith("--format="):
            found = argument.partition("=")[2]
        elif argument.startswith("-f") and not argument.startswith("--") and len(argument) > 2:
            found = argument[2:].removeprefix("=")
    return found or "text"


def exit_code(arguments: Sequence[str], code: int) -> int:
    """The exit code in the format that is asked for, where no report came about."""
    wanted = asked_format(arguments)
    if wanted in ("text", "json"):
        return code
    from portalcheck.render.exits import adapted

    return adapted(wanted, code, None)


def speaks_on_stderr(arguments: Sequence[str]) -> bool:
    """Whether messages may go to stderr."""
    return asked_format(arguments) not in _QUIET_ON_STDERR
