"""`portalcheck checks`: the installed checks, what each reads and what each contacts."""

from __future__ import annotations

from collections.abc import Iterator

import click

from portalcheck.cli import console, options
from portalcheck.cli.language import catalog
from portalcheck.cli.localized import Command
from portalcheck.cli.tracebacks import reduced
from portalcheck.facts import BrowserFiles
from portalcheck.places import written
from portalcheck.words.catalog import Catalog


@click.command(cls=Command)
@options.lang
def checks(lang: str | None) -> int:
    """Show the installed checks: what each reads and what each contacts."""
    words = catalog(lang)
    lines = []
    for check in words.installed.checks:
        told = words.check(check.id)
        lines += [
            f"{check.id}: {told.name}",
            f"  {words.ui('explain.reads')} {told.reads}",
            f"  {words.ui('explain.contacts')} {told.contacts}",
            *_files(check.files, words),
        ]
    for broken in words.installed.broken:
        lines += [
            f"{broken.id}: {words.reason(broken.reason)}",
            *(f"  {line}" for line in (broken.package, *reduced(broken.error).splitlines())),
        ]
    console.result("\n".join(lines or [words.ui("list.no_checks")]) + "\n")
    return 0


def _files(files_of: BrowserFiles | None, words: Catalog) -> Iterator[str]:
    """Every file that a check reads of browsers on this kind of system, and where."""
    if files_of is None:
        return
    from portalcheck.machine.browsers.files import read
    from portalcheck.machine.environment import os_name
    from portalcheck.report.formats.lines import wrap

    system = os_name()
    for files in read(files_of, system):
        names = [words.term("browser", name) for name in files.browsers]
        if names:
            yield from wrap(words.ui("files.of", browsers=names), "  ")
        for key in ("folders", "beside", "profile", "program", "elsewhere"):
            listed = [written(path, system) for path in getattr(files, key)]
            if listed:
                yield from wrap(words.ui(f"files.{key}", list=listed), "    " if names else "  ")
