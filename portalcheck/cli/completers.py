"""What a shell is offered for a value: ids of checks, faults, topics, portals, each with its words.

Called by click while a command line is typed, so nothing is raised here: where the settings or an added check
are broken there is nothing to offer, and the command itself will say why.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from portalcheck.words.catalog import Catalog

Item = CompletionItem[str]
Completer = Callable[[click.Context, click.Parameter, str], list[Item]]
Offer = tuple[str, str]
"""A value and its words."""


def _completer(offers: Callable[[click.Context], Iterable[Offer]]) -> Completer:
    def complete(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[Item]:
        return _starting(offers, ctx, incomplete)

    return complete


def _starting(
    offers: Callable[[click.Context], Iterable[Offer]], ctx: click.Context, start: str, before: str = ""
) -> list[Item]:
    from portalcheck.settings import SettingsError

    with contextlib.suppress(click.ClickException, SettingsError):
        return [
            CompletionItem(before + value, help=words or None)
            for value, words in offers(ctx)
            if value.startswith(start)
        ]
    return []


def _words(ctx: click.Context) -> Catalog:
    from portalcheck.cli.language import catalog

    return catalog(ctx.params.get("lang"))


def _checks(ctx: click.Context) -> Iterator[Offer]:
    words = _words(ctx)
    yield from ((check, words.check(check).name) for check in words.installed.ids())


def _faults(ctx: click.Context) -> Iterator[Offer]:
    from portalcheck.demo import FAULTS

    words = _words(ctx)
    yield from ((fault, words.term("fault", fault)) for fault in FAULTS)


def _topics(ctx: click.Context) -> Iterator[Offer]:
    from portalcheck.report import explain

    words = _words(ctx)
    titles = {check: words.check(check).name for check in words.installed.ids()}
    titles |= {row.id: words.cause(row.id).verdict for row in words.installed.rows()}
    titles |= {ref: words.ref(ref).title for ref in words.ids("refs")}
    yield from ((topic, titles.get(topic, "")) for topic in explain.topics(words))


def _causes(ctx: click.Context) -> Iterator[Offer]:
    words = _words(ctx)
    yield from ((row.id, words.cause(row.id).verdict) for row in words.installed.rows() if not row.further)


def _portals(ctx: click.Context) -> Iterator[Offer]:
    from portalcheck import settings

    named = ctx.params.get("config")
    joined = settings.load({}, os.environ, config=Path(named) if named else None)
    yield from ((each.portal.profile, each.portal.name) for each in joined.profiles.values())


def _symptoms(ctx: click.Context) -> Iterator[Offer]:
    words = _words(ctx)
    yield from ((symptom, words.symptom(symptom)) for symptom in words.ids("symptoms"))


def _languages(_ctx: click.Context) -> Iterator[Offer]:
    from portalcheck.words.files import languages

    yield from ((language, "") for language in languages())


def check_ids(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[Item]:
    """The next id of a list with commas; those that stand before it are not offered again."""
    before, comma, start = incomplete.rpartition(",")
    taken = set(before.split(","))
    found = _starting(_checks, ctx, start, before + comma)
    return [item for item in found if item.value.rpartition(",")[2] not in taken]


def path(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[Item]:
    """A file or folder, which the shell finds itself."""
    return [CompletionItem(incomplete, type="file")]


def words_of(*values: str) -> Completer:
    """A few fixed values."""
    return _completer(lambda _: ((value, "") for value in values))


faults = _completer(_faults)
topics = _completer(_topics)
causes = _completer(_causes)
portals = _completer(_portals)
symptoms = _completer(_symptoms)
languages = _completer(_languages)
