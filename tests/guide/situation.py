"""A situation of a browser as data: what it is set to, what the portal does, and what must come of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from tests.lab.world import World

Step = Callable[[World], Any]
CHROMIUM, FIREFOX = "chromium", "firefox"


class Extension(msgspec.Struct, frozen=True, kw_only=True):
    """An extension that we wrote: its files by name. `private` lets it run in private windows, too."""

    files: Mapping[str, str]
    private: bool = False


def extension(manifest: Mapping[str, Any], *, private: bool = False, **files: str) -> Extension:
    """An extension of this manifest; files are named with `_` for the dot."""
    told = {"name": "Something", "version": "1.0", **manifest}
    named = {name.replace("_", "."): text for name, text in files.items()}
    return Extension(files={"manifest.json": json.dumps(told), **named}, private=private)


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """What a browser is set to, and what the world does.

    `policy` is an administrator's, `preferences` are the person's. `private`: the page is opened in a private window.
    `world` are steps of the lab. `then` is what the person does once the page has told: `private` and `other` open the
    page there, `seen-yes` and `seen-no` answer, `again` checks once more.
    """

    id: str
    what: str
    browser: str
    wants: frozenset[str]
    never: frozenset[str] = frozenset()
    cause: str = "none"
    outcome: str = "ok"
    policy: Mapping[str, Any] = {}
    preferences: Mapping[str, Any] = {}
    options: Sequence[str] = ()
    extension: Extension | None = None
    private: bool = False
    world: tuple[Step, ...] = ()
    then: tuple[str, ...] = ()


def told(report: Mapping[str, Any], check: str = "page") -> set[str]:
    """The findings of a check as texts: `page.blocked role=portal`, of each finding also its reason alone."""
    found = set()
    for each in report.get("checks", ()):
        for finding in each["findings"] if each["check"] == check or not check else ():
            reason = finding["reason"]
            found |= {reason, *(f"{reason} {name}={value}" for name, value in finding["args"].items())}
    return found
