"""`portalcheck schema`: the JSON Schema of the report or of the settings file."""

from __future__ import annotations

import json

import click

from portalcheck.cli import console
from portalcheck.cli.localized import Command


@click.command(cls=Command)
@click.argument("which", type=click.Choice(["report", "config"]), default="report")
def schema(which: str) -> int:
    """Print the JSON Schema of the report or of the settings file."""
    from inspect import cleandoc

    import msgspec

    from portalcheck import settings
    from portalcheck.model import Report

    document = msgspec.json.schema(Report) if which == "report" else settings.config_schema()
    for each in document["$defs"].values():
        # msgspec before 0.23 leaves a docstring indented as the source has it.
        each["description"] = cleandoc(each["description"])
    console.result(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    return 0
