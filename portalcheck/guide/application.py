"""What the page's server answers: which paths there are, and who may ask for them. All else is 403, whatever it is.

A window's path is secret and shows its page; scripts and forms also prove the window's secret, which stands in the page
alone. So the page works where all cookies are blocked, and a site that sends requests here gets nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from urllib.parse import parse_qs

import msgspec

from portalcheck.guide import views
from portalcheck.guide.access import ADDRESS, OTHER_NAME, Access, Purpose, Window
from portalcheck.guide.controller import Controller
from portalcheck.guide.events import Hub
from portalcheck.guide.server import MAX_BODY_BYTES, Request, Response, Stream
from portalcheck.guide.told import told
from portalcheck.guide.views import Views
from portalcheck.model import Report, TriedOutcome
from portalcheck.words.catalog import Catalog

PLAIN = "text/plain; charset=utf-8"
_JSON = "application/json"
_GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
_REFRESH = (
    '<!doctype html><meta charset="utf-8"><title>-</title><meta http-equiv="refresh" content="0;url={}">'
)
_COOKIE_S = 60
_MOST_SYMPTOMS = 20

Answer = Response | Stream | None


class Pages:
    """What all pages of this program share: the address that opens one, the clean path after it, style and script."""

    def __init__(self, port: int) -> None:
        self.access = Access()
        self.origin = f"http://{ADDRESS}:{port}"
        self.other = f"http://{OTHER_NAME}:{port}"

    def address(self, purpose: Purpose) -> str:
        """A new address that opens one window."""
        return self.origin + self.access.mint(purpose)

    def url_of(self, window: Window) -> str:
        """Where a window's page is."""
        return self.origin + window.path

    def opened(self, request: Request, token: str) -> Answer:
        """The way from a single-use address to its window's path."""
        # A page that embeds or fetches an address, if it ever had one, would spend it.
        if request.method != "GET" or request.headers.get("sec-fetch-dest", "document") != "document":
            return None
        window = self.access.use(token)
        return Response(status=303, headers=(("Location", window.path),)) if window is not None else None

    def policy(self, *, asks: str = "'self'", frames: str = "'none'") -> str:
        """The content security policy of a page: its own files, and for `asks` what its tests ask."""
        return (
            f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src {asks}; "
            f"frame-src {frames}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )


def own(request: Request) -> bool:
    """Whether a browser says that a request is of this very site, or of nobody's page."""
    return request.headers.get("sec-fetch-site", "none") in ("same-origin", "none")


def after_address(request: Request) -> bool:
    """The same for what a person opens, which a file or a program may have led to."""
    leads = request.headers.get("sec-fetch-mode") == "navigate"
    return own(request) or (leads and request.headers.get("sec-fetch-dest") == "document")


def proof(request: Request) -> str:
    """The secret that a request shows: in its header, or in the form that it sends."""
    return request.headers.get("x-token") or form(request).get("token", [""])[0]


def form(request: Request) -> dict[str, list[str]]:
    """The fields of a form."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return {}
    return parse_qs(request.body.decode("utf-8", "replace"), max_num_fields=100) if request.body else {}


class GuidePage:
    """The application of `portalcheck guide`."""

    def __init__(
        self,
        pages: Pages,
        hub: Hub,
        controller: Controller,
        views: Views,
        url: str,
        saved: Callable[[Report], str],
    ) -> None:
        """`url` is the sign-in page, empty if nobody may go there; `saved` is a report as a file to keep."""
        self._pages, self._hub, self._controller, self._views = pages, hub, controller, views
        self._url, self._saved = url, saved
        self._acts = {
            "again": lambda _window, _fields: controller.check_again(),
            "stop": lambda _window, _fields: controller.stop(),
            "share": lambda _window, _fields: controller.share(),
            "start-over": lambda _window, _fields: controller.start_over(),
            "told": self._tell,
            "seen-yes": lambda window, _fields: controller.answered(window, seen=True),
            "seen-no": lambda window, _fields: controller.answered(window, seen=False),
            "address-private": lambda window, _fields: self._mint(window, Purpose.PRIVATE),
            "address-other": lambda window, _fields: self._mint(window, Purpose.OTHER),
            **{outcome.value: self._tried(outcome) for outcome in TriedOutcome},
        }

    def longest(self, path: str) -> int:
        """How many bytes of a body are read."""
        del path
        return MAX_BODY_BYTES

    def answer(self, request: Request) -> Answer:
        """The answer; None for whatever is not to be answered."""
        kind, _, rest = request.path.removeprefix("/").partition("/")
        name, _, what = rest.partition("/")
        if request.host == OTHER_NAME:
            return self._across(request, kind, name, what)
        if kind == "s" and not what and after_address(request):
            return self._pages.opened(request, name)
        window = self._pages.access.window(name) if kind == "w" else None
        if window is None:
            return None
        if request.method == "GET" and not what:
            return self._page(request, window) if after_address(request) else None
        return self._of_window(request, window, what) if own(request) else None

    # ---- the page ------------------------------------------------------------------------------

    def _page(self, request: Request, window: Window) -> Answer:
        window.served = True
        self._controller.opened(window, request.headers.get("user-agent", ""))
        html = self._views.page(self._controller.state(), window, self._controller.seen(window))
        asks = f"'self' {self._pages.other} https:"
        if self._url.startswith("http:"):
            asks += " http:"
        return Response(body=html.encode(), policy=self._pages.policy(asks=asks, frames=self._pages.other))

    def _of_window(self, request: Request, window: Window, what: str) -> Answer:
        if not window.served:
            return None
        if request.method == "GET":
            files: dict[str, Callable[[], Answer]] = {
                "page.css": views.style,
                "page.js": views.script,
                "off.gif": lambda: self._off(window),
                "report.html": self._report,
                "events": lambda: self._events(request, window),
            }
            return files[what]() if what in files else None
        if not window.proves(proof(request)):
            return None
        posts: dict[str, Callable[[], Answer]] = {
            "do": lambda: self._do(request, window),
            "tests": lambda: self._tests(request, window),
            "echo": lambda: self._alive(window),
            "where": lambda: Response(body=msgspec.json.encode(self._controller.where_else()), kind=_JSON),
            "cookies": lambda: self._cookies(request, window),
        }
        return posts[what]() if what in posts else None

    def _events(self, request: Request, window: Window) -> Answer:
        if not window.proves(request.headers.get("x-token", "")):
            return None
        self._alive(window)
        return self._hub.stream(lambda: self._parts(window))

    def _parts(self, window: Window) -> dict[str, str]:
        state, seen = self._controller.state(), self._controller.seen(window)
        plan = {
            "round": state.round,
            "url": self._url,
            "other": f"{self._pages.other}/c/{window.nonce}",
            "frame": f"{self._pages.other}/f/{window.nonce}",
        }
        return self._views.parts(state, window, seen, plan)

    def _off(self, window: Window) -> Answer:
        self._controller.shows_no_scripts(window)
        return Response(body=_GIF, kind="image/gif")

    def _report(self) -> Answer:
        report = self._controller.state().report
        if report is None:
            return None
        attached = ("Content-Disposition", 'attachment; filename="portalcheck.html"')
        return Response(body=self._saved(report).encode(), headers=(attached,))

    # ---- tests ---------------------------------------------------------------------------------

    def _alive(self, window: Window) -> Response:
        self._controller.alive(window)
        return Response(status=204)

    def _tests(self, request: Request, window: Window) -> Answer:
        found = told(request.body)
        if found is None:
            return None
        self._controller.alive(window)
        self._controller.tested(window, found)
        return Response(status=204)

    def _cookies(self, request: Request, window: Window) -> Response:
        """Set a cookie under a fresh name, or say whether the last one came back; what came decides, nothing else."""
        seen = self._controller.seen(window)
        if request.body == b"set":
            seen.cookie = f"portalcheck-{secrets.token_hex(4)}"
            cookie = f"{seen.cookie}=1; Path={window.path}; Max-Age={_COOKIE_S}; HttpOnly; SameSite=Lax"
            return Response(status=204, headers=(("Set-Cookie", cookie),))
        seen.cookies = bool(seen.cookie) and f"{seen.cookie}=1" in request.headers.get("cookie", "")
        return Response(body=b"came" if seen.cookies else b"gone", kind=PLAIN)

    def _across(self, request: Request, kind: str, nonce: str, what: str) -> Answer:
        """The test across sites, which gives nothing away: something that answers, and a frame that sets cookies."""
        window = self._pages.access.of_nonce(nonce)
        if window is None or not window.served or request.method != "GET":
            return None
        if kind == "c" and not what:
            return Response(status=204, shared=True)
        if kind != "f":
            return None
        policy = f"default-src 'none'; frame-ancestors {self._pages.origin}"
        seen = self._controller.seen(window)
        if what == "echo":
            seen.others = bool(seen.others_cookie) and f"{seen.others_cookie}=1" in request.headers.get(
                "cookie", ""
            )
            return Response(body=b"<!doctype html><title>-</title>", policy=policy, shared=True)
        seen.others, seen.others_cookie = None, f"portalcheck-{secrets.token_hex(4)}"
        path = f"/f/{nonce}"
        more = f"Path={path}; Max-Age={_COOKIE_S}; HttpOnly; SameSite=None; Secure"
        body = _REFRESH.format(f"{path}/echo").encode()
        cookie = ("Set-Cookie", f"{seen.others_cookie}=1; {more}")
        return Response(body=body, policy=policy, shared=True, headers=(cookie,))

    # ---- what is clicked -----------------------------------------------------------------------

    def _do(self, request: Request, window: Window) -> Answer:
        fields = form(request)
        act = self._acts.get(fields.get("act", [""])[0])
        if act is None:
            return None
        self._controller.acted()
        act(window, fields)
        if request.headers.get("x-token"):
            return Response(status=204)
        return Response(status=303, headers=(("Location", window.path),))

    def _tell(self, _window: Window, fields: dict[str, list[str]]) -> None:
        known = self._views.symptoms()
        self._controller.told([each for each in fields.get("symptom", ())[:_MOST_SYMPTOMS] if each in known])

    def _tried(self, outcome: TriedOutcome) -> Callable[[Window, dict[str, list[str]]], None]:
        def act(_window: Window, fields: dict[str, list[str]]) -> None:
            ref = fields.get("ref", [""])[0]
            if ref in self._views.refs():
                self._controller.tried(ref, outcome)

        return act

    def _mint(self, window: Window, purpose: Purpose) -> None:
        self._controller.addressed(window, self._pages.address(purpose), purpose)


def refused(words: Catalog) -> bytes:
    """The page of a 403, which says what a person may do who opened an address twice, and no more."""
    from markupsafe import escape

    title = escape(words.ui("guide.refused_title"))
    said = "".join(f"<p>{escape(words.ui(f'guide.refused_{which}'))}</p>" for which in ("first", "then"))
    html = (
        f'<!doctype html><html lang="{words.lang}"><meta charset="utf-8"><title>{title}</title>{said}</html>'
    )
    return html.encode()
