"""`portalcheck config`: the merged settings and their origin, where files lie, whether a file is right."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from portalcheck import places
from portalcheck.cli import console, options
from portalcheck.cli.language import catalog
from portalcheck.cli.localized import Command, Group, Option
from portalcheck.cli.session import load_settings
from portalcheck.words.interface import _

if TYPE_CHECKING:
    from portalcheck.settings import Origin


@click.group(cls=Group)
def config() -> None:
    """Show the settings, the places they come from, or whether a settings file is right."""


@config.command(cls=Command)
@options.config
@options.profiles
def show(**given: Any) -> int:
    """Show every setting, its value and where it was set."""
    from portalcheck import settings

    catalog()
    joined = load_settings(options.Options(flags={}, **given))
    for warning in joined.warnings:
        console.say(f"portalcheck: {warning}")
    locked = ", " + _("locked")
    lines = [
        f"{row.key} = {row.text}  # {row.origin}{_extended(row.extended_by)}{locked if row.locked else ''}"
        for row in settings.effective(joined)
    ]
    console.result("\n".join(lines) + "\n")
    return 0


def _extended(origins: tuple[Origin, ...]) -> str:
    places = ", ".join(map(str, origins))
    return ", " + _("extended by {places}").format(places=places) if origins else ""


@config.command(cls=Command)
@options.config
@options.profiles
def path(config: Path | None, profiles: Path | None) -> int:
    """Show where settings files are looked for, lowest layer first."""
    from portalcheck import settings

    catalog()
    rows = settings.paths(config=config, given_profiles=profiles)
    absent = " (" + _("absent") + ")"
    lines = [f"{_(row.layer)} {_(row.kind)}: {shown(row.path)}{'' if row.exists else absent}" for row in rows]
    console.result("\n".join(lines) + "\n")
    return 0


def shown(path: Path | None) -> str:
    """A path without the account's name."""
    return _("none (no home folder)") if path is None else places.shown(path)


@config.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option(
    "--system", cls=Option, is_flag=True, help="The file is meant for the system, and so may lock keys."
)
def check(file: Path | None, system: bool) -> int:
    """Check a settings file (the user's, if none is named)."""
    from portalcheck import settings

    words = catalog()
    for variable in settings.unread_variables(os.environ, options.VARIABLES):
        console.say(f"portalcheck: {variable}")
    rows = settings.paths()
    target = file or next((r.path for r in rows if r.layer == "user file" and r.kind == "settings"), None)
    if target is None or (file is None and not target.exists()):
        console.result(words.ui("message.no_settings", file=shown(target)) + "\n")
        return 0
    checked = settings.check_file(target, system=system or None)
    for warning in checked.warnings:
        console.say(f"portalcheck: {warning}")
    if checked.errors:
        raise click.UsageError("\n".join(map(str, checked.errors)))
    console.result(words.ui("message.settings_right", file=shown(target)) + "\n")
    return 0
