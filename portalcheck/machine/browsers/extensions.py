"""Extensions that can block cookies or scripts: the table `extensions.toml`, and what to make of others."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from functools import cache

import msgspec

from portalcheck.machine.browsers.places import data, typed

MAX_NAME = 48
"""How many characters of a name that an extension gives itself are kept."""


class _Extension(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    chromium: tuple[str, ...] = ()
    firefox: tuple[str, ...] = ()


class _Unlisted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    words: tuple[str, ...]
    permissions: frozenset[str]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    extension: tuple[_Extension, ...]
    unlisted: _Unlisted


@cache
def _table() -> _Table:
    return typed(data("extensions.toml"), _Table)


@cache
def _names(family: str) -> dict[str, str]:
    return {id_: one.name for one in _table().extension for id_ in getattr(one, family)}


def listed_name(family: str, extension_id: str) -> str:
    """The public name of an extension of the table (`family` chromium or firefox), `""` for any other."""
    return _names(family).get(extension_id, "")


def unlisted_name(own_name: str, permissions: Collection[object]) -> str:
    """The name of an extension that says of itself that it blocks, and may; `""` for any other."""
    rules = _table().unlisted
    if not any(word in own_name.casefold() for word in rules.words):
        return ""
    return (
        printable(own_name) if any(p in rules.permissions for p in permissions if isinstance(p, str)) else ""
    )


def printable(text: str) -> str:
    """Text from outside, cut short and without what steers a terminal or the direction of writing."""
    plain = "".join(" " if letter.isspace() else letter for letter in text)
    kept = "".join(letter for letter in plain if unicodedata.category(letter)[0] != "C")
    return " ".join(kept.split())[:MAX_NAME].rstrip()
