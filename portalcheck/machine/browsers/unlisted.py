"""Browsers that are not in the table of places, found by the files that their families keep (`unlisted.toml`).

They go by `ANOTHER`, and are read as their family is; of policies that are theirs alone nothing is known.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from pathlib import Path

import msgspec

from portalcheck.facts import ANOTHER
from portalcheck.machine.answering import statuses
from portalcheck.machine.browsers.places import Browser, Place, data, filled, is_new, typed, variables
from portalcheck.machine.browsers.reading import exists
from portalcheck.machine.environment import Environment

_MOST = 64
"""How many such folders are looked at."""
_DEPTH = 3  # how many names above a file may say what it belongs to
_SHORTEST = 3
_FAMILIES = {"profiles.ini": "firefox", "cookies.sqlite": "firefox", "Last Version": "chromium"}
_BESIDE = {"cookies.sqlite": "prefs.js", "Last Version": "Local State"}


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    linux: tuple[str, ...]
    macos: tuple[str, ...]
    windows: tuple[str, ...]
    never: frozenset[str]


@cache
def _table() -> _Table:
    return typed(data("unlisted.toml"), _Table)


def patterns(os: str) -> tuple[str, ...]:
    """The files that are looked for on a system, as templates with `*` for any name."""
    found: tuple[str, ...] = getattr(_table(), os)
    return found


def folders(family: str, os: str) -> tuple[str, ...]:
    """Where places of a family are looked for, as templates with `*` for any name."""
    found = (template.removesuffix("/*/cookies.sqlite").rpartition("/") for template in patterns(os))
    return tuple(dict.fromkeys(folder for folder, _, name in found if _FAMILIES.get(name) == family))


def unlisted(environment: Environment, known: Sequence[Place], handler: str) -> tuple[Place, ...]:
    """The places of browsers that are not among the `known` ones.

    First those that the system's handler of links seems to be called after: a person has several, and uses one.
    """
    seen: set[tuple[int, int]] = set()
    for place in known:
        if not place.away:
            is_new(place.folder, seen)
    places = [place for place in islice(_looked_for(environment, known), _MOST) if is_new(place.folder, seen)]
    return tuple(sorted(places, key=lambda place: not _is_called_after(handler, place.folder)))


def _looked_for(environment: Environment, known: Sequence[Place]) -> Iterator[Place]:
    starts = variables(environment)
    away = {parent for place in known if place.away for parent in place.folder.parents}
    answering = statuses([(s, s) for s in starts.values() if s is not None and s not in away])
    for template in patterns(environment.os):
        root, _, pattern = template.partition("}")
        start, _ = filled(root + "}", starts)
        there = start is not None and isinstance(answering.get(start), os.stat_result)
        for path in _matches(start, pattern.removeprefix("/")) if start is not None and there else ():
            if {name.lower().removeprefix(".") for name in path.parts[-1 - _DEPTH : -1]} & _table().never:
                continue
            beside = _BESIDE.get(path.name)
            if beside is None or exists(path.with_name(beside)):
                folder = path.parent.parent if path.name == "cookies.sqlite" else path.parent
                browser = Browser(ANOTHER, _FAMILIES[path.name])
                yield Place(browser, folder, boxed="/.var/app/" in template)


def _matches(start: Path, pattern: str) -> Iterator[Path]:
    try:
        yield from start.glob(pattern)
    except (OSError, ValueError):  # what cannot be listed holds nothing for us
        return


def _is_called_after(handler: str, folder: Path) -> bool:
    letters = _letters(handler)
    names = (_letters(name) for name in folder.parts[-_DEPTH:])
    return any(len(name) >= _SHORTEST and name in letters for name in names)


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
