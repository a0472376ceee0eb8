"""Settings, language, checks and symptoms of a run, settled from all layers; and how its report is handed out."""

from __future__ import annotations

import contextlib
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from portalcheck.cli import out
from portalcheck.cli.adapters import ONE_LINERS, leading_form
from portalcheck.cli.language import say, settings_error, settings_warning, system_language
from portalcheck.cli.options import Options
from portalcheck.cli.outputs import Log, outputs
from portalcheck.cli.trace import reduced
from portalcheck.model import Portal, Report
from portalcheck.words.catalog import Catalog

if TYPE_CHECKING:
    from portalcheck.api.declarations import Check
    from portalcheck.diagnosis.registry import Broken, Installed
    from portalcheck.diagnosis.runner import Crash
    from portalcheck.probe.policy import Network
    from portalcheck.settings import Settings

QUESTION_SYMPTOMS = ("error-1", "error-2", "error-3", "error-4", "caregiver")


class Settled:
    """A run's settings with all layers joined."""

    def __init__(
        self,
        options: Options,
        settings: Settings,
        words: Catalog,
        checks: tuple[Check, ...],
        broken: tuple[Broken, ...],
    ) -> None:
        self.options, self.settings, self.words = options, settings, words
        self.checks, self.broken = checks, broken
        self.outputs = outputs(options.outputs, options.format, options.jsonl, words)
        self.log = Log(settings)
        self.symptoms = self._match(options.symptoms)

    # ---- what is asked for ---------------------------------------------------------------------

    @property
    def installed(self) -> Installed:
        """All that the installed checks declare, those that are not run among them."""
        return self.words.installed

    @property
    def timeout(self) -> float:
        """Seconds of the whole run."""
        return self.settings.run.timeout

    @property
    def fail_on(self) -> str:
        """What makes the exit code 1."""
        return self.settings.run.fail_on

    @property
    def format(self) -> str:
        """The form of the report that gives the exit code: that on stdout, else that of the first file."""
        return leading_form(self.options.format, self.options.outputs)

    @property
    def portal(self) -> Portal:
        """The profile to check against."""
        return self.settings.portal()

    @property
    def network(self) -> Network:
        """Who may be contacted."""
        return self.settings.network

    @property
    def asks(self) -> bool:
        """Whether a person is there to be asked."""
        return self.format == "text" and not self.options.quiet and out.interactive(self.options.no_input)

    @property
    def shows_progress(self) -> bool:
        """Whether lines of progress are wanted."""
        return self.format == "text" and not self.options.quiet and sys.stderr.isatty()

    def say(self, message: str) -> None:
        """A message beside the result, unless nobody wants it or the format forbids it."""
        if not self.options.quiet and self.format not in ONE_LINERS:
            out.say(message)

    def _match(self, told: Sequence[str]) -> tuple[str, ...]:
        if not told:
            return ()
        from portalcheck.words.symptoms import match

        found: list[str] = []
        for text in told:
            symptom = match(text, (self.words.lang, "en", "es"))
            if symptom is None:
                self.say(self.words.ui("message.unknown_symptom", text=text))
            else:
                found.append(symptom)
        return tuple(dict.fromkeys(found))

    def ask_symptom(self) -> str:
        """What the sign-in page says, by number or in words; "" where the person skips."""
        from portalcheck.report.formats.lines import numbered, wrap

        labels = [*map(self.words.symptom, QUESTION_SYMPTOMS), self.words.ui("question.other")]
        for line in (*wrap(self.words.ui("question.symptom")), *numbered(labels)):
            out.say(line)
        answer = out.ask("> ")
        if answer.isdecimal() and 1 <= int(answer) <= len(QUESTION_SYMPTOMS):
            return QUESTION_SYMPTOMS[int(answer) - 1]
        if answer == str(len(labels)):
            answer = out.ask(self.words.ui("question.other_text") + " ")
        found = self._match([answer] if answer else [])
        return found[0] if found else ""

    def wait(self) -> None:
        """Wait for a random time, so that many computers do not all ask at once; not where a person waits."""
        longest = self.settings.run.jitter
        if longest and not out.interactive(self.options.no_input):
            time.sleep(random.SystemRandom().uniform(0, longest))

    # ---- what is handed out --------------------------------------------------------------------

    def hand_out(self, report: Report, portal: Portal, *, remember: bool) -> int:
        """Write the report wherever it is wanted; the exit code. With `remember`, it is compared and kept."""
        from portalcheck.report import history as memory

        place = memory.folder() if remember and self.format == "text" and self.settings.history.keep else None
        try:
            texts = {
                output.form: self.render(report, portal, output.form, memory.last(place))
                for output in self.outputs
            }
        except Exception:
            self._rescue(report)
            raise
        self._write_files(report, texts)
        for output in self.outputs:
            if output.path is None:
                out.result(self._painted(texts[output.form]) if output.form == "text" else texts[output.form])
            else:
                self.say(self.words.ui("copy.written", file=output.path.name))
        if self.options.copy:
            self._copy(texts[self.format])
        if self.options.open:
            self._open(report, portal)
        memory.keep(place, report)
        return self._exit_code(report)

    def _rescue(self, report: Report) -> None:
        """What was found, where a renderer fails: the block that the help desk reads, or the JSON.

        Nothing for a program that wants another form: it would take this for its own.
        """
        if self.format in ("text", "html"):
            from portalcheck.report import block as paste

            out.result(paste.write(report, self.installed.numbers.checks.values()))
        elif self.format == "json":
            import msgspec

            out.result(msgspec.json.encode(report).decode() + "\n")

    def _write_files(self, report: Report, texts: Mapping[str, str]) -> None:
        """Write every file, whatever becomes of the others. Raises click.ClickException, which names the failed."""
        from portalcheck.report.formats.json import render_line

        failed: list[str] = []

        def write(how: Callable[[Path, str], None], path: Path, text: str) -> None:
            try:
                how(path, text)
            except OSError:
                failed.append(path.name)

        for output in self.outputs:
            if output.path is not None:
                # Prometheus' textfile collector is another user; there is nothing personal in metrics.
                mode = 0o644 if output.form == "prometheus" else 0o600
                write(partial(out.write_file, mode=mode), output.path, texts[output.form])
        if self.options.jsonl is not None:
            write(out.append_line, self.options.jsonl, render_line(report))
        try:
            self.log.report(report)
        except OSError:
            # The log is no result: a run is as good without it.
            self.say(self.words.ui("message.cannot_write", file=self.log.path.name if self.log.path else ""))
        if failed:
            raise click.ClickException(self.words.ui("message.cannot_write", file=", ".join(failed)))

    def prepare(self) -> None:
        """Load what the report will be rendered with; best done while answers are awaited."""
        self._renderer(self.format)

    def _renderer(self, form: str) -> Any:
        from importlib import import_module

        return import_module(f"portalcheck.report.formats.{form}")

    def render(self, report: Report, portal: Portal, form: str, previous: Report | None = None) -> str:
        """The report in one form; `previous` is the last run's, which only the text speaks of."""
        renderer = self._renderer(form)
        if form == "json":
            return str(renderer.render(report))
        if form == "text":
            return str(
                renderer.render(
                    report, self.words, portal=portal, previous=previous, verbose=self.options.verbose
                )
            )
        if form == "html":
            return str(renderer.render(report, self.words, portal=portal))
        return str(renderer.render(report, self.words))

    def _painted(self, text: str) -> str:
        if not out.wants_colour(self.options.no_color, os.environ):
            return text
        return out.paint(
            text, {s: self.words.ui(f"status.{s}") for s in ("ok", "note", "warn", "fail", "unknown")}
        )

    def _copy(self, text: str) -> None:
        import pyperclip

        try:
            pyperclip.copy(text)
        except pyperclip.PyperclipException:
            self.say(self.words.ui("copy.failed"))
        else:
            self.say(self.words.ui("copy.copied"))

    def _open(self, report: Report, portal: Portal) -> None:
        """Show the page in the browser: the output file if that is one, else one that the next run replaces."""
        import webbrowser

        from portalcheck.report import history as memory

        path = next((output.path for output in self.outputs if output.form == "html" and output.path), None)
        if path is None:
            folder = memory.folder() or Path(tempfile.mkdtemp(prefix="portalcheck-"))
            with contextlib.suppress(OSError):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path = folder / "last-report.html"
            try:
                out.write_file(path, self.render(report, portal, "html"))
            except OSError as error:
                raise click.ClickException(self.words.ui("message.cannot_write", file=path.name)) from error
        opened = webbrowser.open(path.absolute().as_uri())
        self.say(
            self.words.ui("copy.opened") if opened else self.words.ui("copy.open_failed", file=path.name)
        )

    def _exit_code(self, report: Report) -> int:
        if self.format in ("text", "json"):
            return report.exit_code
        from portalcheck.report.formats.exits import adapted

        return adapted(self.format, report.exit_code, report.outcome)

    def log_fault(self, error: Exception) -> None:
        """A run that ends by a fault of ours is in the log too."""
        with contextlib.suppress(OSError):
            self.log.fault(error)

    def explain_crashes(self, crashes: Sequence[Crash]) -> None:
        """With -v, where a check crashed."""
        if self.options.verbose:
            for crash in crashes:
                place = f" ({crash.package})" if crash.package else ""
                out.say(f"{crash.check}{place}: {reduced(crash.error)}")


def settle(options: Options) -> Settled:
    """Join all layers of settings with the options. Raises click.UsageError for what cannot be used."""
    from portalcheck import settings
    from portalcheck.diagnosis import registry

    try:
        joined = settings.load(
            options.flags, os.environ, config=options.config, given_profiles=options.profiles
        )
    except settings.SettingsError as error:
        raise settings_error(error) from error
    installed = registry.installed()
    words = Catalog(system_language(joined.run.lang), installed)
    try:
        checks, broken = registry.select(installed, joined.checks.only, joined.checks.skip)
    except KeyError as error:
        listed = ", ".join(installed.ids())
        raise click.UsageError(words.ui("message.unknown_check", check=error.args[0], list=listed)) from error
    if not (checks or broken):
        raise click.UsageError(say("No check is left to run: --only and --skip leave none."))
    out.fit_to_terminal()
    settled = Settled(options, joined, words, checks, broken)
    for warning in joined.warnings:
        settled.say(f"portalcheck: {settings_warning(warning)}")
    return settled
