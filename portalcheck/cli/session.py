"""A run's settings with all layers joined, and how what it finds is handed out."""

from __future__ import annotations

import os
import random
import re
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
import msgspec

from portalcheck.cli import console
from portalcheck.cli.language import system_language
from portalcheck.cli.localized import leading_form
from portalcheck.cli.options import Options
from portalcheck.cli.outputs import Log, Output, cannot_write, copy, named, outputs, show_page, write_files
from portalcheck.cli.terminal import is_terminal
from portalcheck.cli.tracebacks import reduced
from portalcheck.model import Portal, Report
from portalcheck.report.formats.format import Format
from portalcheck.words import interface
from portalcheck.words.catalog import Catalog
from portalcheck.words.interface import _

if TYPE_CHECKING:
    from portalcheck.api.declarations import Check
    from portalcheck.diagnosis.registry import Broken
    from portalcheck.diagnosis.runner import Crash
    from portalcheck.settings import Settings


_LIKE_AN_ID = re.compile(r"[a-z]+(-[a-z0-9]+)+")


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """What a run was asked for: its options, the settings of all layers, the words, the checks, the outputs."""

    options: Options
    settings: Settings
    words: Catalog
    checks: tuple[Check, ...]
    broken: tuple[Broken, ...]
    outputs: tuple[Output, ...]
    log: Log

    @property
    def form(self) -> Format:
        """The form of the report that gives the exit code: that on stdout, else that of the first file."""
        return leading_form(self.options.format, self.options.outputs)

    @property
    def asks(self) -> bool:
        """Whether a person is there to be asked."""
        return (
            self.form is Format.TEXT and not self.options.quiet and console.interactive(self.options.no_input)
        )

    @property
    def shows_progress(self) -> bool:
        """Whether lines of progress are wanted."""
        return self.form is Format.TEXT and not self.options.quiet and is_terminal(sys.stderr)

    @property
    def remembers(self) -> bool:
        """Whether the report is compared with the last one, and kept: only what a person reads is."""
        return self.form is Format.TEXT and self.settings.history.keep

    def say(self, message: str) -> None:
        """A message beside the result, unless nobody wants it or the format forbids it."""
        if not self.options.quiet and not self.form.one_line:
            console.say(message)

    def symptoms(self, told: Sequence[str]) -> tuple[str, ...]:
        """What a person's words mean, those first after which nobody should try again; what fits none is `other`."""
        if not told:
            return ()
        from portalcheck.diagnosis.steps import OTHER, in_order
        from portalcheck.words.symptoms import matches

        found: list[str] = []
        for text in told:
            meant = matches(text)
            if not meant:
                self.say(self.words.ui("message.unknown_symptom", text=text))
            found += meant or (OTHER,)
        return in_order(found)

    def wait(self) -> None:
        """Wait for a random time, so that many computers do not all ask at once; not where a person waits."""
        longest = self.settings.run.jitter
        if longest and not console.interactive(self.options.no_input):
            time.sleep(random.SystemRandom().uniform(0, longest))

    def explain_crashes(self, crashes: Sequence[Crash]) -> None:
        """With -v, where a check crashed."""
        if self.options.verbose:
            for crash in crashes:
                place = f" ({crash.package})" if crash.package else ""
                console.say(f"{crash.check}{place}: {reduced(crash.error)}")

    def render(
        self, report: Report, portal: Portal | None, previous: Report | None = None
    ) -> dict[Output, str]:
        """The report for each output. What cannot be rendered is given out in a simpler form."""
        try:
            return {output: self._text(report, portal, output, previous) for output in self.outputs}
        except Exception:
            self._rescue(report)
            raise

    def _text(
        self, report: Report, portal: Portal | None, output: Output, previous: Report | None = None
    ) -> str:
        return output.form.render(
            report,
            self.words,
            portal=portal,
            previous=previous,
            verbose=self.options.verbose,
            quiet=self.options.quiet,
            on_terminal=output.path is None and is_terminal(sys.stdout),
        )

    def _leading(self, texts: dict[Output, str]) -> str:
        """The text in the form that gives the exit code."""
        return next(text for output, text in texts.items() if output.form is self.form)

    def _rescue(self, report: Report) -> None:
        """What was found, if a renderer fails: the block that the help desk reads, or the JSON.

        Nothing for a program that wants another form: it would take this for its own.
        """
        if self.form in (Format.TEXT, Format.HTML):
            from portalcheck.report import block

            console.result(block.write(report, self.words.installed.numbers.checks.values()))
        elif self.form is Format.JSON:
            console.result(msgspec.json.encode(report).decode() + "\n")

    def hand_out(
        self, report: Report, portal: Portal | None, texts: dict[Output, str], *, logged: bool = True
    ) -> int:
        """Write the report wherever it is wanted; the exit code. Raises click.ClickException if a file fails."""
        failed = write_files(report, self.outputs, texts, self.options.jsonl)
        try:
            if logged:
                self.log.report(report)
        except OSError as error:
            # The log is no result: a run is as good without it.
            self.say(cannot_write(self.words, {str(self.log.path): error}))
        if failed:
            told = {named(path, self.form): error for path, error in failed.items()}
            raise click.ClickException(cannot_write(self.words, told))
        for output in self.outputs:
            if output.path is not None:
                self.say(self.words.ui("copy.written", file=str(output.path)))
            elif output.form is Format.TEXT:
                console.result(console.painted(texts[output], self.words, no_color=self.options.no_color))
            else:
                console.result(texts[output])
        if self.options.copy:
            self.say(self.words.ui("copy.copied" if copy(self._leading(texts)) else "copy.failed"))
        if self.options.open:
            page = next(
                (output.path for output in self.outputs if output.form is Format.HTML and output.path), None
            )
            self.say(show_page(lambda: self._text(report, portal, Output(Format.HTML)), page, self.words))
        return self.form.exit_code(report.exit_code, report.outcome)


def open_session(options: Options, *, runs: bool = True) -> Session:
    """Join all layers of settings with the options. Raises click.UsageError for what cannot be used.

    Unless it `runs`, no checks are chosen.
    """
    from portalcheck.diagnosis import registry

    interface.use(system_language(str(options.flags.get("lang") or "")))
    settings = load_settings(options)
    installed = registry.installed()
    words = Catalog(system_language(settings.run.lang), installed)
    interface.use(words.lang)
    try:
        only, skip = (settings.checks.only, settings.checks.skip) if runs else ((), ())
        checks, broken = registry.select(installed, only, skip)
    except KeyError as error:
        listed = ", ".join(installed.ids())
        raise click.UsageError(words.ui("message.unknown_check", check=error.args[0], list=listed)) from error
    if runs and not (checks or broken):
        raise click.UsageError(_("No check is left to run: --only and --skip leave none."))
    console.fit_to_terminal()
    session = Session(
        options=options,
        settings=settings,
        words=words,
        checks=checks,
        broken=broken,
        outputs=outputs(options.outputs, options.format, (options.jsonl, options.debug), words),
        log=Log(settings),
    )
    if runs:
        _refuse_unknown_ids(options.symptoms, words)
    for warning in settings.warnings:
        session.say(f"portalcheck: {warning}")
    return session


def _refuse_unknown_ids(told: Sequence[str], words: Catalog) -> None:
    """Refuse what looks like the id of a symptom and is none. Raises click.UsageError."""
    if not told:
        return
    from difflib import get_close_matches

    from portalcheck.words.symptoms import matches

    ids = words.ids("symptoms")
    listed = ", ".join(ids)
    for text in told:
        known = matches(text)
        if not known and _LIKE_AN_ID.fullmatch(text.strip()) and get_close_matches(text, ids):
            raise click.UsageError(words.ui("message.no_symptom", symptom=text, list=listed))


def load_settings(options: Options) -> Settings:
    """The settings of all layers. Raises click.UsageError for what cannot be used."""
    from portalcheck import settings

    try:
        return settings.load(
            options.flags, os.environ, config=options.config, given_profiles=options.profiles
        )
    except settings.SettingsError as error:
        raise click.UsageError(str(error)) from error
