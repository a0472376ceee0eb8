"""Extensions that can block cookies or scripts: the table `extensions.toml`, and what to make of others."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

import msgspec

from portalcheck.facts import ANOTHER
from portalcheck.machine.browsers.places import data, typed


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


def public_names() -> frozenset[str]:
    """All that may be told of an extension: the names of the table, and `ANOTHER`."""
    return frozenset({*(one.name for one in _table().extension), ANOTHER})


def listed_name(family: str, extension_id: str) -> str:
    """The public name of an extension of the table (`family` chromium or firefox), `""` for any other."""
    return _names(family).get(extension_id, "")


def unlisted_name(own_name: str, permissions: Collection[object]) -> str:
    """`ANOTHER` for an extension that says of itself that it blocks, and may; `""` for any other.

    Its own name may tell of an employer or a person.
    """
    rules = _table().unlisted
    says_so = any(word in own_name.casefold() for word in rules.words)
    may = any(wish in rules.permissions for wish in permissions if isinstance(wish, str))
    return ANOTHER if says_so and may else ""
