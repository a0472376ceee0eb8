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
    from portalcheck import settings
    from portalcheck.diagnosis.registry import installed
    from portalcheck.report.schema import completed, report_schema

    document = (
        report_schema(installed()) if which == "report" else completed(settings.config_schema(), "config")
    )
    console.result(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    return 0
