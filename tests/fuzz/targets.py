"""All targets by name."""

from __future__ import annotations

from tests.fuzz import browser, machine, net, reports
from tests.fuzz.target import GROUPS, REGISTERED, Target

_MODULES = (browser, machine, net, reports)

TARGETS: dict[str, Target] = dict(sorted(REGISTERED.items()))


def chosen(name: str) -> list[Target]:
    """The target of a name, those of a group, or `all`. Raises KeyError for any other word."""
    if name in GROUPS:
        return [one for one in TARGETS.values() if one.group == name]
    return [*TARGETS.values()] if name == "all" else [TARGETS[name]]
