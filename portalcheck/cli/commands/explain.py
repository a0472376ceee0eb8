"""`portalcheck explain`: a check, a result, a cause or a part of the article in plain words."""

from __future__ import annotations

import click

from portalcheck.cli import completers, console, options
from portalcheck.cli.language import catalog
from portalcheck.cli.localized import Command


@click.command(cls=Command)
@click.argument("topic", required=False, shell_complete=completers.topics)
@options.lang
def explain(topic: str | None, lang: str | None) -> int:
    """Explain a check, a result, a cause or a part of the article in plain words."""
    from portalcheck.report import explain as pages

    words = catalog(lang)
    text = pages.explain(topic, words)
    if text is None:
        assert topic is not None
        near = pages.suggest(topic, words)
        hint = " " + words.ui("explain.suggest", list=near) if near else ""
        raise click.UsageError(words.ui("explain.unknown", topic=topic) + hint)
    console.result(text)
    return 0
