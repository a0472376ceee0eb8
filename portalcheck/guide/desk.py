"""The help desk's page: a box for pastes and codes, and what they mean, as one types. Nothing is kept of either."""

from __future__ import annotations

import time
from collections.abc import Callable

from portalcheck.guide import views
from portalcheck.guide.access import Purpose, Window
from portalcheck.guide.application import PLAIN, Answer, Pages, after_address, form, own, proof, refused
from portalcheck.guide.events import Hub
from portalcheck.guide.server import Request, Response, Server
from portalcheck.report.formats.pages import own_file, template
from portalcheck.words.catalog import Catalog

MAX_TEXT_BYTES = 2 * 1024 * 1024
_LONGEST = MAX_TEXT_BYTES


class Desk:
    """Serves the box; `understand` says what a text means. Raises OSError."""

    def __init__(self, words: Catalog, understand: Callable[[str], str]) -> None:
        self.words, self._understand = words, understand
        self._server, self._hub = Server(refused(words)), Hub()
        self.pages = Pages(self._server.server_port)
        self._server.application = self
        self._last = time.monotonic()

    def start(self) -> str:
        """Serve; the address that opens the page."""
        self._server.start()
        return self.pages.address(Purpose.HERE)

    @property
    def fault(self) -> BaseException | None:
        """What went wrong in this program, if something did."""
        return self._server.fault

    def is_open(self) -> bool:
        """Whether any window has shown the page."""
        return self.pages.access.is_open()

    def wait_for_end(self) -> None:
        """Wait until nobody has typed for long, or nobody has the page open any more."""
        self._hub.wait_for_end(lambda: self._last)

    def end(self) -> None:
        """Stop."""
        self._hub.end()
        self._server.stop()

    # ---- what is answered ----------------------------------------------------------------------

    def longest(self, path: str) -> int:
        """How many bytes of a body are read: those of a report, which a form makes up to three times as long."""
        return 3 * MAX_TEXT_BYTES if path.startswith("/w/") else 0

    def answer(self, request: Request) -> Answer:
        """The answer; None for whatever is not to be answered."""
        kind, _, rest = request.path.removeprefix("/").partition("/")
        name, _, what = rest.partition("/")
        if kind == "s" and not what and after_address(request):
            return self.pages.opened(request, name)
        window = self.pages.access.window(name) if kind == "w" else None
        if window is None or not (own(request) or (not what and after_address(request))):
            return None
        if request.method == "GET":
            return self._shown(request, window, what)
        if what != "read" or not window.proves(proof(request)):
            return None
        return self._read(request, window)

    def _shown(self, request: Request, window: Window, what: str) -> Answer:
        if not what:
            window.served = True
            return self._page(window, "", "")
        if what == "events" and window.proves(request.headers.get("x-token", "")):
            return self._hub.stream(dict)
        if what == "desk.js":
            return Response(
                body=own_file("desk.js", views.PACKAGE).encode(), kind="text/javascript; charset=utf-8"
            )
        return views.style() if what == "page.css" else None

    def _page(self, window: Window, text: str, answer: str) -> Response:
        html = template("desk.html.j2", _LONGEST, views.PACKAGE).render(
            lang=self.words.lang,
            ui=self.words.ui,
            path=window.path,
            secret=window.secret,
            text=text.splitlines(),
            answer=answer.splitlines(),
        )
        return Response(body=html.encode(), policy=self.pages.policy())

    def _read(self, request: Request, window: Window) -> Response:
        self._last = time.monotonic()
        fields = form(request)
        text = fields.get("text", [""])[0] if fields else request.body.decode("utf-8", "replace")
        answer = self._understand(text) if text.strip() else ""
        return self._page(window, text, answer) if fields else Response(body=answer.encode(), kind=PLAIN)
