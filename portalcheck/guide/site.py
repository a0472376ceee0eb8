"""All of the page together: the server, the rounds and what is shown, from the first address to the end."""

from __future__ import annotations

import time
from pathlib import Path

from portalcheck.guide import trail as trails
from portalcheck.guide.application import GuidePage, Pages, refused
from portalcheck.guide.controller import Controller, Line
from portalcheck.guide.events import Hub
from portalcheck.guide.server import Server
from portalcheck.guide.views import Views
from portalcheck.model import Report
from portalcheck.report.formats import html
from portalcheck.words.catalog import Catalog


class Site:
    """The page of `portalcheck guide`. `symptoms` were told on the command line. Raises OSError without a port."""

    def __init__(self, line: Line, words: Catalog, place: Path | None, symptoms: tuple[str, ...]) -> None:
        self._words, self._line = words, line
        self._hub = Hub()
        self._server = Server(refused(words))
        self.pages = Pages(self._server.server_port)
        trail = trails.kept(place, f"{line.portal.profile} {line.host}", time.time())
        trail = trail.with_symptoms(symptoms, time.time()) if symptoms else trail
        self.controller = Controller(line, self._hub, trail, self.pages.url_of)
        views = Views(words, line.portal, line.checks, line.url)
        self._server.application = GuidePage(
            self.pages, self._hub, self.controller, views, line.url, self._saved
        )

    def _saved(self, report: Report) -> str:
        return html.render(report, self._words, self._line.portal)

    def serve(self) -> None:
        """Serve the page, which says that the first round is to come."""
        self._server.start()

    def start(self) -> None:
        """Serve, and begin the first round."""
        self.serve()
        self.controller.begin()

    def is_open(self) -> bool:
        """Whether any window has shown the page."""
        return self.pages.access.is_open()

    def end(self, seconds: float) -> None:
        """Say on every page that this ends, for that long at most, and stop."""
        self.controller.end()
        until = time.monotonic() + seconds
        while self._hub.listening() and time.monotonic() < until:
            self._hub.wait(until - time.monotonic())
        self._server.stop()

    @property
    def fault(self) -> BaseException | None:
        """What went wrong in this program, if something did."""
        return self.controller.fault or self._server.fault
