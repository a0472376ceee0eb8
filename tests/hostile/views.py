"""Every command of the program with every form that it offers, for sweeps over all that it can say of a report.

The commands, formats and languages are those that the program itself lists: a new one joins by itself. One that cannot
be called without more fails the sweep until `NEEDS` says what it needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import click

from portalcheck.cli.group import COMMANDS, load
from portalcheck.words.files import languages

REPORT, LINES, CODE = "@report", "@lines", "@code"
"""What stands for the file of a pasted report, that of JSON lines, and the phone code."""
NEEDS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "read": ((REPORT,), (LINES,), (CODE,)),
    "fleet": ((LINES,),),
    "explain": ((), ("step-4",), ("cookies-stale",)),
    "config": (("show",), ("path",)),
    "completion": (("bash",),),
}
MAY_HOLD: Mapping[str, frozenset[str]] = {"config show": frozenset({"address"})}
"""Kinds of secrets that a view is there to tell: the settings' own DNS servers."""
CONTACT = frozenset({"run", "demo", "guide"})
"""Commands that make reports of their own, which the sweeps make otherwise."""
_FORM = "--format"


def views() -> Iterator[tuple[str, ...]]:
    """The arguments of each call."""
    for name in COMMANDS:
        if name in CONTACT:
            continue
        command = load(name)
        for given in NEEDS.get(name, ((),)):
            for form in _choices(command, _FORM):
                for lang in languages() if _has(command, "--lang") else ("",):
                    more = [*([f"{_FORM}={form}"] if form else []), *([f"--lang={lang}"] if lang else [])]
                    yield (name, *given, *more)


def _has(command: click.Command, option: str) -> bool:
    return any(option in parameter.opts for parameter in command.params)


def _choices(command: click.Command, option: str) -> Sequence[str]:
    """The values of an option; one that is empty where there is no such choice."""
    for parameter in command.params:
        if option in parameter.opts and isinstance(parameter.type, click.Choice):
            return list(parameter.type.choices)
    return ("",)
