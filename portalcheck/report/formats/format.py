"""The forms that a report can be given in."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import PurePath
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from portalcheck.model import Outcome, Portal, Report
    from portalcheck.words.catalog import Catalog


class _Line(Protocol):
    """A renderer of one line: a module."""

    def render(self, report: Report, catalog: Catalog) -> str: ...

    def message(self, text: str, state: str) -> str: ...


class Format(StrEnum):
    """A form of the report; the values are those of `--format`."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"
    JUNIT = "junit"
    NAGIOS = "nagios"
    PROMETHEUS = "prometheus"
    INTUNE = "intune"
    JAMF = "jamf"

    @classmethod
    def of_file(cls, name: str) -> Format:
        """The format that a file's name asks for by its suffix; the text if it asks for none."""
        return _SUFFIXES.get(PurePath(name).suffix.lower(), cls.TEXT)

    @property
    def one_line(self) -> bool:
        """Whether its readers show one line of stdout, and take what is on stderr for nothing or for a failure."""
        return self in (Format.NAGIOS, Format.INTUNE, Format.JAMF)

    def exit_code(self, code: int, outcome: Outcome | None = None) -> int:
        """The exit code that this form's readers expect; `outcome` is None if no report came about."""
        if not self.one_line:
            return code
        from portalcheck.report.formats.exit_codes import adapted

        return adapted(self, code, outcome)

    def renderer(self) -> Callable[..., str]:
        """What renders this form; to load it takes time, and is best done while answers are awaited."""
        match self:
            case Format.TEXT:
                from portalcheck.report.formats import text

                return text.render
            case Format.HTML:
                from portalcheck.report.formats import html

                return html.render
            case Format.JSON:
                from portalcheck.report.formats import json

                return json.render
            case Format.JUNIT:
                from portalcheck.report.formats import junit

                return junit.render
            case Format.PROMETHEUS:
                from portalcheck.report.formats import prometheus

                return prometheus.render
            case Format.NAGIOS | Format.INTUNE | Format.JAMF:
                return self._line().render

    def render(
        self,
        report: Report,
        words: Catalog,
        *,
        portal: Portal | None = None,
        previous: Report | None = None,
        verbose: bool = False,
    ) -> str:
        """The report in this form.

        `portal` tells whom to call, `previous` is the last run's report, and `verbose` asks for every finding;
        the forms for programs have no use for them.
        """
        if self is Format.JSON:
            return self.renderer()(report)
        if self is Format.TEXT:
            return self.renderer()(report, words, portal=portal, previous=previous, verbose=verbose)
        if self is Format.HTML:
            return self.renderer()(report, words, portal=portal)
        return self.renderer()(report, words)

    def message(self, text: str, state: str = "unknown") -> str:
        """What ended without a report, as the one line in its place. Only for a form of one line."""
        return self._line().message(text, state)

    def _line(self) -> _Line:
        from portalcheck.report.formats import intune, jamf, nagios

        return {Format.NAGIOS: nagios, Format.INTUNE: intune, Format.JAMF: jamf}[self]


_SUFFIXES = {
    ".json": Format.JSON,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".xml": Format.JUNIT,
    ".prom": Format.PROMETHEUS,
    ".txt": Format.TEXT,
}
