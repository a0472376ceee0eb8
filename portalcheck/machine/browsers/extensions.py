"""Extensions that can block cookies or scripts: the table `extensions.toml`, and what to make of others."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

import msgspec

from portalcheck.facts import ANOTHER
from portalcheck.machine.browsers.matching import Page
from portalcheck.machine.browsers.places import data, typed


class _Extension(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    chromium: tuple[str, ...] = ()
    firefox: tuple[str, ...] = ()


class _Unlisted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    words: tuple[str, ...]
    permissions: frozenset[str]
    alone: frozenset[str]
    with_hosts: frozenset[str]


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


def may_block(permissions: Collection[str], hosts: Collection[str], page: Page | None) -> bool:
    """Whether an extension of Chromium's that may do this, on these hosts, can block a page or its cookies."""
    rules = _table().unlisted
    if not rules.alone.isdisjoint(permissions):
        return True
    return not rules.with_hosts.isdisjoint(permissions) and any(_covers(host, page) for host in hosts)


def _covers(pattern: str, page: Page | None) -> bool:
    """Whether a match pattern, such as `*://*.example/*`, means a page."""
    if page is None or pattern == "<all_urls>":
        return pattern == "<all_urls>"
    scheme, _, rest = pattern.partition("://")
    host = rest.partition("/")[0].lower()
    below = host.removeprefix("*.")
    return scheme in ("*", page.scheme) and (
        host in ("*", page.host) or (below != host and below in page.domains)
    )
