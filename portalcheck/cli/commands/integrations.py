"""`portalcheck integrations`: what the engines of IT need, written out."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from portalcheck import __version__, writing
from portalcheck.cli import console, options
from portalcheck.cli.language import catalog
from portalcheck.cli.localized import Command, Option
from portalcheck.cli.outputs import cannot_write

EVERY = "all"

if TYPE_CHECKING:
    from portalcheck.integrations import File
    from portalcheck.words.catalog import Catalog


@click.command(cls=Command)
@click.argument("name", required=False)
@click.option(
    "-o",
    "--output",
    "folder",
    cls=Option,
    type=click.Path(path_type=Path, readable=False),
    metavar="FOLDER",
    help="Write the files into this folder.",
)
@click.option(
    "--program",
    cls=Option,
    default="",
    metavar="PATH",
    help="Where portalcheck lies on the computers that are checked.",
)
@options.lang
def integrations(name: str | None, folder: Path | None, program: str, lang: str | None) -> int:
    """Show or write out what Ansible, Intune, Jamf and others need to run portalcheck on many computers.

    Without a NAME all are listed. With one, its file is shown, or all files are written with -o; `all` is every one.
    """
    from portalcheck import integrations as room

    words = catalog(lang)
    if name is None:
        if folder is not None:
            raise click.UsageError(
                words.ui("integrations.name_one", list=", ".join([*room.INTEGRATIONS, EVERY]))
            )
        lines = [f"{known}: {words.ui(f'integrations.what.{known}')}" for known in room.INTEGRATIONS]
        console.result("\n".join([*lines, words.ui("integrations.how")]) + "\n")
        return 0
    if name not in (*room.INTEGRATIONS, EVERY):
        listed = ", ".join([*room.INTEGRATIONS, EVERY])
        raise click.UsageError(words.ui("integrations.unknown", name=name, list=listed))
    names = tuple(room.INTEGRATIONS) if name == EVERY else (name,)
    try:
        found = {known: tuple(room.files(known, version=__version__, program=program)) for known in names}
    except ValueError as error:
        raise click.UsageError(words.ui("integrations.program", path=str(error))) from error
    if folder is not None:
        for known, files in found.items():
            place = folder / known if name == EVERY else folder
            _write(place, files, words)
            _tell_next(known, place, words)
    elif name != EVERY and len(found[name]) == 1:
        console.result(found[name][0].text)
    else:
        paths = [f"{known}/{file.path}" for known, files in found.items() for file in files]
        console.result("\n".join([*paths, words.ui("integrations.how")]) + "\n")
    return 0


def _write(folder: Path, files: tuple[File, ...], words: Catalog) -> None:
    """Write files below a folder, which is made where it is missing. Raises click.ClickException."""
    for file in files:
        path = folder / file.path
        try:
            writing.check_name(path)
            path.parent.mkdir(parents=True, exist_ok=True)
            writing.write(path, file.content, mode=0o644)
        except OSError as error:
            raise click.ClickException(cannot_write(words, {str(path): error})) from error
        console.say(words.ui("copy.written_to", file=str(path)))


def _tell_next(name: str, folder: Path, words: Catalog) -> None:
    """Say what is to be done with the files of an engine."""
    from portalcheck.integrations import INTEGRATIONS

    step = INTEGRATIONS[name].next_step
    place = shlex.quote(str(folder)) if os.name == "posix" else str(folder)
    told = [words.ui(f"integrations.then.{name}"), step.replace("{folder}", place)]
    console.say(f"{words.ui('integrations.next')} {' '.join(filter(None, told))}")
