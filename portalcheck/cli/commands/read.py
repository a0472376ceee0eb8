"""`portalcheck read`: a pasted report or a phone code, for the help desk."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import click

from portalcheck.api.declarations import Numbers
from portalcheck.cli import completers, console, options
from portalcheck.cli.language import catalog
from portalcheck.cli.localized import Command, Option
from portalcheck.cli.terminal import is_terminal
from portalcheck.words.interface import _

MAX_BYTES = 16 * 1024 * 1024
MAX_CODE_TEXT = 100_000
_CODE = re.compile(r"^[0-9A-Za-z](?:[\s\u2010-\u2015-]*[0-9A-Za-z]){7,11}$")

_WRITTEN_CODE = re.compile(r"\b[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{2}\b")


@click.command(cls=Command)
@click.argument("source", metavar="[FILE|-|CODE]", nargs=-1, shell_complete=completers.path)
@click.option(
    "-f",
    "--format",
    "form",
    cls=Option,
    type=click.Choice(["text", "json"]),
    default="text",
    help="Form of the answer.",
)
@click.option("--paste", cls=Option, is_flag=True, help="Read what is on the clipboard.")
@options.lang
def read(source: tuple[str, ...], form: str, paste: bool, lang: str | None) -> int:
    """Understand a pasted report (a file, or standard input) or a code read out on the phone."""
    from portalcheck.report import code as phonecode
    from portalcheck.report.formats import agent

    words = catalog(lang)
    numbers = words.installed.numbers
    spoken = " ".join(source)
    if spoken and paste:
        raise click.UsageError(_("Name a file or a code, or use --paste, but not both."))
    if spoken and _CODE.match(spoken) and not Path(spoken).exists():
        heard = phonecode.decode(spoken, numbers)
        if form == "json":
            console.result(_code_json(heard))
        else:
            console.result(agent.render_code(heard, words))
        return 0 if isinstance(heard, phonecode.Decoded) else 3
    text = _clipboard() if paste else _text(spoken)
    from portalcheck.report.pasted.scanner import scan

    reports = scan(text, numbers).reports
    found = _code_within(text, numbers) if not reports else None
    if found is not None:
        heard = phonecode.decode(found, numbers)
        console.result(_code_json(heard) if form == "json" else agent.render_code(heard, words))
        return 0
    if form == "json":
        documents = [report.to_json() for report in reports]
        console.result(json.dumps(documents[0] if len(documents) == 1 else documents, indent=2) + "\n")
    else:
        console.result(agent.render_reports(reports, words))
    return 0 if reports else 3


def _code_within(text: bytes, numbers: Numbers) -> str | None:
    """A phone code whose check holds, where a text has one and no report."""
    from portalcheck.report.code import Decoded, decode

    for match in _WRITTEN_CODE.finditer(text.decode("utf-8", "replace")[:MAX_CODE_TEXT]):
        if isinstance(decode(match[0], numbers), Decoded):
            return match[0]
    return None


def _text(source: str) -> bytes:
    """The bytes of a file, or of standard input. Raises click.UsageError where there are none to be had."""
    if source in ("", "-"):
        if not source and is_terminal(sys.stdin):
            raise click.UsageError(
                _("Paste the report into a file, or name a code: portalcheck read 7K4M-6TDS-Z6")
            )
        return sys.stdin.buffer.read(MAX_BYTES)
    try:
        with Path(source).open("rb") as file:
            return file.read(MAX_BYTES)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise click.UsageError(
            _("{file}: no such file, and no phone code.").format(file=Path(source).name)
        ) from error


def _clipboard() -> bytes:
    """The text on the clipboard, as UTF-8. Raises click.UsageError where there is no clipboard."""
    import pyperclip

    try:
        return str(pyperclip.paste()).encode("utf-8", "replace")[:MAX_BYTES]
    except pyperclip.PyperclipException as error:
        raise click.UsageError(
            _("The clipboard cannot be read. Put the report into a file, and name that.")
        ) from error


def _code_json(heard: object) -> str:
    import msgspec

    from portalcheck.report.code import Decoded

    document = {"code_is_right": isinstance(heard, Decoded), **msgspec.to_builtins(heard)}
    return json.dumps(document, indent=2) + "\n"
