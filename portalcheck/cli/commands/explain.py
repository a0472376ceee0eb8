"""`portalcheck explain`: a check, a result, a cause or a part of the article in plain words."""

from __future__ import annotations

import json

import click

from portalcheck.cli import completers, console, options
from portalcheck.cli.language import catalog
from portalcheck.cli.localized import Command, Option


@click.command(cls=Command)
@click.argument("topic", required=False, shell_complete=completers.topics)
@click.option(
    "-f",
    "--format",
    "form",
    cls=Option,
    type=click.Choice(["text", "json"]),
    default="text",
    help="Form of the answer; json without a topic has every code.",
)
@options.lang
def explain(topic: str | None, form: str, lang: str | None) -> int:
    """Explain a check, a result, a cause or a part of the article in plain words."""
    from portalcheck.report import explain as pages
    from portalcheck.report.codes import codes

    words = catalog(lang)
    if form == "json":
        found = codes(topic, words)
        text = json.dumps(found, indent=2) + "\n" if found is not None else None
    else:
        text = pages.explain(topic, words)
    if text is None:
        assert topic is not None
        near = pages.suggest(topic, words)
        hint = " " + words.ui("explain.suggest", list=near) if near else ""
        raise click.UsageError(words.ui("explain.unknown", topic=topic) + hint)
    console.result(text)
    return 0
