"""The forms that a report can be given in."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from portalcheck.model import Outcome, Portal, Report
    from portalcheck.words.catalog import Catalog

_NAGIOS = ("ok", "warn", "fail", "unknown")
"""Outcomes by the exit codes of plugins, from 0."""
_ENDED_WITH_A_REPORT = frozenset({0, 1, 3})


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
        """The exit code that this form's readers expect (contract.md, Exit codes), where `text` ends with `code`.

        `outcome` is None if no report came about. nagios: by outcome, whatever `--fail-on` says of the code; 3 for all
        that is no report (usage, bug, help, Ctrl-C). intune: 1 for every code but 0, since Intune takes any other one
        for health. jamf: 0, since Jamf drops the text of a script that fails.
        """
        if self is Format.NAGIOS:
            return _NAGIOS.index(outcome if outcome and code in _ENDED_WITH_A_REPORT else "unknown")
        if self is Format.INTUNE:
            return int(code != 0)
        return 0 if self is Format.JAMF else code

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
                render: Callable[..., str] = self._line().render
                return render

    def render(
        self,
        report: Report,
        words: Catalog,
        *,
        portal: Portal | None = None,
        **text_only: object,
    ) -> str:
        """The report in this form.

        `portal` tells whom to call; the forms for programs have no use for it. `text_only` are what
        `portalcheck.report.formats.text.render` takes besides.
        """
        further: dict[str, object] = {}
        if self is Format.TEXT:
            further = {"portal": portal, **text_only}
        elif self is Format.HTML:
            further = {"portal": portal}
        return self.renderer()(report, words, **further)

    def message(self, text: str, state: str = "unknown") -> str:
        """What ended without a report, as the one line in its place. Only for a form of one line."""
        message: str = self._line().message(text, state)
        return message

    def _line(self) -> Any:
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
