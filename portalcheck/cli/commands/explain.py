"""`portalcheck explain`: a check, a result, a cause or a part of the article in plain words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from portalcheck.cli import completers, options
from portalcheck.cli.language import catalog
from portalcheck.cli.localized import Command
from portalcheck.cli.outputs import form_of_file, hand_over

if TYPE_CHECKING:
    from portalcheck.words.catalog import Catalog

FORMATS = ("text", "html", "json")
_SUFFIXES = {".html": "html", ".htm": "html", ".json": "json"}


@click.command(cls=Command)
@click.argument("topic", required=False, shell_complete=completers.topics)
@options.form(
    FORMATS,
    "Form of the page; by the name of -o, else text. HTML is one sheet to print; JSON has every code.",
)
@options.output("Write the page to a file, whole or not at all.")
@options.lang
def explain(topic: str | None, form: str | None, output: Path | None, lang: str | None) -> int:
    """Explain a check, a result, a cause, a symptom or a part of the article in plain words."""
    from portalcheck.report import explain as pages

    words = catalog(lang)
    form = form or form_of_file(output, _SUFFIXES)
    text = _rendered(topic, form, words)
    if text is None:
        assert topic is not None
        near = pages.suggest(topic, words)
        hint = " " + words.ui("explain.suggest", list=near) if near else ""
        raise click.UsageError(words.ui("explain.unknown", topic=topic) + hint)
    hand_over(text, output, words)
    return 0


def _rendered(topic: str | None, form: str, words: Catalog) -> str | None:
    """The page in a form; None for a topic that nothing is known of."""
    if form == "json":
        from portalcheck import __version__
        from portalcheck.report.codes import codes

        found = codes(topic, words, __version__)
        return json.dumps(found, indent=2) + "\n" if found is not None else None
    if form == "html":
        from portalcheck.report.formats import handout

        return handout.render(topic, words)
    from portalcheck.report import explain as pages

    return pages.explain(topic, words)
