"""`portalcheck config`: the merged settings and their origin, where files lie, whether a file is right."""

from __future__ import annotations

import os
from pathlib import Path

import click

from portalcheck.cli import out
from portalcheck.cli.language import say, settings_error, settings_warning
from portalcheck.cli.tell import catalog

_config = click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    envvar="PORTALCHECK_CONFIG",
    help="Use this settings file instead of the user's.",
)


_profiles = click.option(
    "--profiles",
    type=click.Path(path_type=Path),
    metavar="FILE",
    envvar="PORTALCHECK_PROFILES",
    help="More portal profiles: a file, or a folder of files.",
)


@click.group()
def config() -> None:
    """Show the settings, the places they come from, or whether a settings file is right."""


@config.command()
@_config
@_profiles
def show(config_file: Path | None, profiles: Path | None) -> int:
    """Show every setting, its value and where it was set."""
    from portalcheck import settings

    try:
        joined = settings.load({}, os.environ, config=config_file, given_profiles=profiles)
    except settings.SettingsError as error:
        raise settings_error(error) from error
    for warning in joined.warnings:
        out.say(f"portalcheck: {settings_warning(warning)}")
    rows = settings.effective(joined)
    lines = [
        f"{row.key} = {row.text}  # {say(str(row.origin))}{', ' + say('locked') if row.locked else ''}"
        for row in rows
    ]
    out.result("\n".join(lines) + "\n")
    return 0


@config.command()
@_config
@_profiles
def path(config_file: Path | None, profiles: Path | None) -> int:
    """Show where settings files are looked for, lowest layer first."""
    from portalcheck import settings

    rows = settings.paths(os.environ, config=config_file, given_profiles=profiles)
    absent = f" ({say('absent')})"
    lines = [
        f"{say(row.layer)} {say(row.kind)}: {shown(row.path)}{'' if row.exists else absent}" for row in rows
    ]
    out.result("\n".join(lines) + "\n")
    return 0


def shown(path: Path | None) -> str:
    """A path without the account's name."""
    if path is None:
        return say("none (no home folder)")
    try:
        return f"~/{path.relative_to(Path.home()).as_posix()}"
    except (ValueError, RuntimeError):
        return str(path)


@config.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--system", is_flag=True, help="The file is meant for the system, and so may lock keys.")
def check(file: Path | None, system: bool) -> int:
    """Check a settings file (the user's, if none is named)."""
    from portalcheck import settings

    words = catalog(None)
    target = file or next(
        (
            row.path
            for row in settings.paths(os.environ)
            if row.layer == "user file" and row.kind == "settings"
        ),
        None,
    )
    if target is None or (file is None and not target.exists()):
        out.result(words.ui("message.no_settings", file=shown(target)) + "\n")
        return 0
    errors = settings.check_file(target, os.environ, system=system or None).errors
    if errors:
        raise settings_error(errors[0])
    out.result(words.ui("message.settings_right", file=shown(target)) + "\n")
    return 0
