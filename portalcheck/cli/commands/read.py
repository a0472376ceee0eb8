"""`portalcheck read`: a pasted report, a phone code, or what a caller says, for the help desk."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from portalcheck.cli import completers, console, options, pasting
from portalcheck.cli.exit_codes import OK, UNKNOWN
from portalcheck.cli.language import catalog
from portalcheck.cli.localized import Command, Option
from portalcheck.cli.outputs import form_of_file, hand_over
from portalcheck.cli.symptoms import meant, refuse_unknown_ids
from portalcheck.words.interface import _

if TYPE_CHECKING:
    from portalcheck.report.code import CodeProblem, Decoded
    from portalcheck.report.formats.sheet import Sheet
    from portalcheck.report.pasted.scanner import Reading
    from portalcheck.report.recovered import RecoveredReport
    from portalcheck.words.catalog import Catalog

FORMATS = ("text", "json", "ticket", "html")
_SUFFIXES = {".json": "json", ".html": "html", ".htm": "html"}


@click.command(cls=Command)
@click.argument("source", metavar="[FILE|-|CODE]", nargs=-1, shell_complete=completers.path)
@options.form(FORMATS, "Form of the answer; by the name of -o, else text. A ticket is six lines of ASCII.")
@options.output("Write the answer to a file, whole or not at all.")
@click.option(
    "--open",
    "opens",
    cls=Option,
    is_flag=True,
    help="Open a page in the browser with a box for reports and codes.",
)
@click.option("--paste", cls=Option, is_flag=True, help="Read what is on the clipboard.")
@click.option(
    "--symptom",
    "told",
    cls=Option,
    metavar="TEXT|ID",
    multiple=True,
    shell_complete=completers.symptoms,
    help="What the caller sees; beside a code or a report, or alone for a caller who can run nothing.",
)
@options.lang
def read(
    source: tuple[str, ...],
    form: str | None,
    output: Path | None,
    opens: bool,
    paste: bool,
    told: tuple[str, ...],
    lang: str | None,
) -> int:
    """Understand a pasted report (a file, or standard input) or a code read out on the phone.

    Of two files it tells what has changed from one to the other. With --symptom alone it gives the script for a
    caller who cannot run anything.
    """
    if opens:
        if source or paste or told or output:
            raise click.UsageError(_("The page of --open has a box of its own; name no report beside it."))
        return _desk(lang)
    words = catalog(lang)
    if source and paste:
        raise click.UsageError(_("Name a file or a code, or use --paste, but not both."))
    refuse_unknown_ids(told, words)
    symptoms = meant(told, words, console.say)
    form = form or form_of_file(output, _SUFFIXES)
    answer: _Answer
    if symptoms and not source and not paste:
        answer = _Symptoms(symptoms, words)
    else:
        texts = pasting.texts(source, words, paste=paste)
        answer = (
            _of_two(texts, words) if len(texts) == 2 else _of_one(texts[0], symptoms, words, given=source)
        )
    text = answer.in_form(form)
    hand_over(text, output, words)
    return answer.exit_code


def _desk(lang: str | None) -> int:
    """The page with the box, until it is closed. Raises click.UsageError where it may not or cannot be shown."""
    from portalcheck.cli.commands.guide import desk

    return desk(options.Options(flags={"lang": lang} if lang else {}), understood)


def understood(text: str, words: Catalog) -> str:
    """What a text means that holds reports or a code, for the help desk, as `read` says it."""
    from portalcheck.report.formats.sheet import as_text

    return as_text(_of_one(text.encode(), (), words, given=()).sheets())


def _of_one(text: str | bytes, symptoms: Sequence[str], words: Catalog, *, given: Sequence[str]) -> _Answer:
    """The reports in a text; where none of them tells its cause, what the phone code in it tells too."""
    from portalcheck.report.code import Decoded
    from portalcheck.report.pasted.codes import find_code
    from portalcheck.report.pasted.scanner import scan

    numbers = words.installed.numbers
    reading = scan(text, numbers)
    if not any("cause" in report.fields for report in reading.reports):
        code = find_code(text, numbers)
        if isinstance(text, str) and not reading.found and code is None:  # neither a file nor a code
            raise click.UsageError(_("{file}: no such file, and no phone code.").format(file=" ".join(given)))
        told = any(len(report.fields) > 1 for report in reading.reports)
        if code is not None and not told:
            return _Code(code, symptoms, words, with_report=bool(reading.found))
        return _Reports(reading, symptoms, words, code if isinstance(code, Decoded) else None)
    return _Reports(reading, symptoms, words)


def _of_two(texts: Sequence[str | bytes], words: Catalog) -> _Answer:
    from portalcheck.report.pasted.scanner import scan

    readings = [scan(text, words.installed.numbers) for text in texts]
    if all(len(reading.found) == 1 for reading in readings):
        return _Comparison([reading.reports[0] for reading in readings], words)
    raise click.UsageError(_("To compare, each of the two files must hold one report."))


# ---- answers -------------------------------------------------------------------------------------


class _Answer:
    """What is said of what was given, in every form."""

    exit_code = OK

    def __init__(self, words: Catalog) -> None:
        self.words = words
        self.now = time.time()

    def in_form(self, form: str) -> str:
        """The answer as text, JSON, ticket or page."""
        from portalcheck.report.formats.sheet import as_page, as_text

        if form == "json":
            return json.dumps(self.document(), indent=2) + "\n"
        if form == "ticket":
            return self.ticket()
        if form == "html":
            return as_page(self.words.ui("read.page"), self.sheets(), self.words)
        return as_text(self.sheets())

    def sheets(self) -> list[Sheet]:
        raise NotImplementedError

    def document(self) -> Any:
        raise NotImplementedError

    def ticket(self) -> str:
        from portalcheck.report.formats.sheet import as_text
        from portalcheck.report.formats.ticket import ascii_only

        return ascii_only(as_text(self.sheets()))


class _Reports(_Answer):
    """Reports, and `code` where it tells what they do not."""

    def __init__(
        self, reading: Reading, symptoms: Sequence[str], words: Catalog, code: Decoded | None = None
    ) -> None:
        super().__init__(words)
        self.reading, self.symptoms, self.code = reading, symptoms, code
        self.exit_code = OK if reading.found else UNKNOWN

    def sheets(self) -> list[Sheet]:
        from portalcheck.report.formats.agent import code_sheet, report_sheets

        reports, limits = self.reading.reports, self.reading.limits
        sheets = report_sheets(reports, self.words, limits, symptoms=self.symptoms, now=self.now)
        if self.code is not None:
            sheets.append(code_sheet(self.code, self.words, self.symptoms, with_report=True))
        return sheets

    def document(self) -> Any:
        documents = [report.to_json() for report in self.reading.reports]
        if not documents and self.reading.limits:
            return {"integrity": "part-missing", "truncated": [limit.value for limit in self.reading.limits]}
        return documents[0] if len(documents) == 1 else documents

    def ticket(self) -> str:
        from portalcheck.report.formats.ticket import of_report

        if not self.reading.found:
            return super().ticket()
        reports = self.reading.reports
        return "\n".join(
            of_report(report, self.words, self.symptoms, self.now, self.code) for report in reports
        )


class _Code(_Answer):
    def __init__(
        self, code: Decoded | CodeProblem, symptoms: Sequence[str], words: Catalog, *, with_report: bool
    ) -> None:
        from portalcheck.report.code import CodeProblem

        super().__init__(words)
        self.code, self.symptoms, self.with_report = code, symptoms, with_report
        self.right = None if isinstance(code, CodeProblem) else code
        self.exit_code = OK if self.right else UNKNOWN

    def sheets(self) -> list[Sheet]:
        from portalcheck.report.formats.agent import code_sheet

        return [code_sheet(self.code, self.words, self.symptoms, with_report=self.with_report)]

    def document(self) -> Any:
        document: dict[str, Any] = {"code_is_right": self.right is not None, **msgspec.to_builtins(self.code)}
        if self.symptoms:
            document["symptoms"] = [*self.symptoms]
        return document

    def ticket(self) -> str:
        from portalcheck.report.formats.ticket import of_code

        return of_code(self.right, self.words, self.symptoms) if self.right else super().ticket()


class _Symptoms(_Answer):
    def __init__(self, symptoms: Sequence[str], words: Catalog) -> None:
        super().__init__(words)
        self.symptoms = symptoms

    def sheets(self) -> list[Sheet]:
        from portalcheck.report.formats.agent import symptom_sheet

        return [symptom_sheet(self.symptoms, self.words)]

    def document(self) -> Any:
        from portalcheck.report.formats.agent import of_symptoms

        report = of_symptoms(self.symptoms)
        return {"symptoms": [*report.symptoms], "likely_steps": msgspec.to_builtins(report.likely_steps)}

    def ticket(self) -> str:
        from portalcheck.report.formats.ticket import of_symptoms

        return of_symptoms(self.symptoms, self.words)


class _Comparison(_Answer):
    def __init__(self, reports: Sequence[RecoveredReport], words: Catalog) -> None:
        super().__init__(words)
        self.before, self.after = reports

    def sheets(self) -> list[Sheet]:
        from portalcheck.report.formats.comparison import sheet

        return [sheet(self.before, self.after, self.words, self.now)]

    def document(self) -> Any:
        from portalcheck.report.formats.comparison import to_json

        return to_json(self.before, self.after)
