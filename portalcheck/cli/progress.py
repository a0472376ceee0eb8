"""Progress on a terminal: a line for each check as soon as it is done, never redrawn."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from portalcheck.cli import console
from portalcheck.model import CheckResult
from portalcheck.words.catalog import Catalog

if TYPE_CHECKING:
    from portalcheck.api.declarations import Check

NAME_AFTER_S = 3.0
_REMIND_EVERY_S = 3.0


class Progress:
    """Says what is done and, after three seconds, what is waited for; silent unless `visible`."""

    def __init__(self, words: Catalog, *, visible: bool) -> None:
        self._words, self._visible = words, visible
        self._next = time.monotonic() + NAME_AFTER_S

    def start(self, portal: str) -> None:
        """The first line, before anything is contacted."""
        from portalcheck.report.formats.lines import wrap

        for line in wrap(self._words.ui("progress.start", portal=portal)):
            self._say(line)

    def ended(self, result: CheckResult) -> None:
        """Nothing: on a terminal each check has its place."""

    def result(self, result: CheckResult) -> None:
        """A check is done."""
        status = self._words.ui(f"status.{result.status.value}")
        self._say(
            "  " + self._words.ui("progress.line", check=self._words.check(result.check).name, status=status)
        )

    def waiting(self, check: Check) -> None:
        """A check is waited for."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _REMIND_EVERY_S
            self._say("  " + self._words.ui("progress.waiting", check=self._words.check(check.id).name))

    def end(self) -> None:
        """An empty line between progress and report."""
        self._say("")

    def _say(self, line: str) -> None:
        if self._visible:
            console.say(line)
