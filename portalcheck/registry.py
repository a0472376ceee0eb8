"""Checks enter through the entry points of group `portalcheck.checks`, ours and others' by the same door."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.metadata import EntryPoint, entry_points

from portalcheck.api import Check

GROUP = "portalcheck.checks"
_FIRST = "portalcheck_checks"


class RegistryError(Exception):
    """Installed checks that cannot be used together, or that cannot be loaded; the text names them."""


def installed() -> tuple[Check, ...]:
    """All installed checks: the built-in ones in their order, then others' by the name of their entry point.

    Raises RegistryError for two checks of one id, and for an entry point that gives no check.
    """
    points = sorted(entry_points(group=GROUP), key=lambda p: (not p.value.startswith(_FIRST), p.name))
    return unique(check for point in points for check in _load(point))


def unique(checks: Iterable[Check]) -> tuple[Check, ...]:
    """The checks as they come; raises RegistryError where two have one id."""
    found: dict[str, Check] = {}
    for check in checks:
        if check.id in found:
            raise RegistryError(f"two installed checks are called {check.id!r}")
        found[check.id] = check
    return tuple(found.values())


def _load(point: EntryPoint) -> tuple[Check, ...]:
    try:
        loaded = point.load()
    except Exception as error:
        # Anything at all may go wrong in another package's import; which one it was is what helps.
        raise RegistryError(
            f"the checks of {point.value!r} cannot be loaded: {type(error).__name__}"
        ) from error
    checks = loaded if isinstance(loaded, Sequence) else (loaded,)
    if not all(isinstance(check, Check) for check in checks):
        raise RegistryError(f"{point.value!r} gives something that is no check")
    return tuple(checks)


def select(checks: Sequence[Check], only: Iterable[str], skip: Iterable[str]) -> tuple[Check, ...]:
    """The checks to run. Raises KeyError with the first id that no check has."""
    known = {check.id for check in checks}
    only, skip = tuple(only), frozenset(skip)
    for name in (*only, *sorted(skip)):
        if name not in known:
            raise KeyError(name)
    return tuple(check for check in checks if (not only or check.id in only) and check.id not in skip)
