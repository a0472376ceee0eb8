"""HTTP/1.1 with keep-alive over TCP or TLS (RFC 9110, 9112), and what the practice sites answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from email.utils import formatdate

import h11
import msgspec

from portalcheck.demo import plan
from portalcheck.demo.plan import Site
from portalcheck.demo.servers import Peer

DRIP_S = 8.6
_DRIPS = 43
_MAX_HEAD = 64 * 1024
_MAX_BODY = 64 * 1024
_LONG_COOKIE = 8 * 1024

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1>{body}</body></html>
"""
_FORM = (
    '<form method="post"><label>Username <input name="username" autocomplete="username"></label> '
    '<label>Password <input name="password" type="password" autocomplete="current-password"></label> '
    "<button>Sign in</button></form>"
)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request: `host` is the Host header's without port, in lower case; `target` the path and query."""

    method: str
    host: str
    target: str
    cookie_bytes: int


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A response. `drip_s` spreads the body evenly over so many seconds."""

    status: int = 200
    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    location: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    drip_s: float = 0.0


Application = Callable[[Asked], Page]


def page(title: str, body: str = "", *, status: int = 200, drip_s: float = 0.0) -> Page:
    """A small HTML page."""
    return Page(status=status, body=_PAGE.format(title=title, body=body).encode(), drip_s=drip_s)


def redirect(location: str) -> Page:
    """A 302 response."""
    return Page(status=302, location=location)


# ---- sites ---------------------------------------------------------------------------------------


def portal(site: Site) -> Application:
    """The portal's front: the way to the sign-in page, or what is wrong with it."""
    login = f"https://{plan.IDENTITY}{plan.LOGIN_PATH}"
    answers: Mapping[Site, Page] = {
        "error": page("We will be back soon", status=503),
        "forbidden": page("Access denied", status=403),
        "bad-location": redirect(f"https://{plan.IDENTITY}:https{plan.LOGIN_PATH}"),
        "leaves-https": redirect(f"http://{plan.CANARIES[0]}{plan.LOGIN_PATH}"),
    }

    def answer(asked: Asked) -> Page:
        if asked.target.partition("?")[0] not in (plan.SIGN_IN_PATH, "/"):
            return page("Not found", status=404)
        if site == "refuses-long-cookies" and asked.cookie_bytes > _LONG_COOKIE:
            return page("Bad request", status=400)
        return answers.get(site, redirect(login))

    return answer


def identity(site: Site) -> Application:
    """The host that the portal sends people to for signing in."""

    def answer(asked: Asked) -> Page:
        if asked.target.partition("?")[0] != plan.LOGIN_PATH:
            return page("Not found", status=404)
        if site == "loop":
            return redirect(f"https://{plan.PORTAL}{plan.SIGN_IN_PATH}")
        return page("Practice portal: sign in", _FORM, drip_s=DRIP_S if site == "drips" else 0.0)

    return answer


def plain_portal(asked: Asked) -> Page:
    """Port 80 of the portal and its identity host: the way to HTTPS."""
    return redirect(f"https://{asked.host}{asked.target}")


def neutral(_: Asked) -> Page:
    """A canary's front page."""
    return page("Nothing to see here")


def blocked(_: Asked) -> Page:
    """The page that a filter shows instead of what was asked for."""
    return page("This site is blocked", status=403)


def open_network(_: Asked) -> Page:
    """The probe of an open network: 204 for every path, as such services do."""
    return Page(status=204)


def gateway(asked: Asked) -> Page:
    """A Wi-Fi sign-in gateway: its page for itself, and the way to it for everything else."""
    if asked.host == plan.GATEWAY:
        return page("Welcome to our Wi-Fi", "<form><button>I accept the terms</button></form>")
    return redirect(f"http://{plan.GATEWAY}/welcome")


def by_host(sites: Mapping[str, Application], otherwise: Application) -> Application:
    """Several sites behind one address, told apart by the Host header."""
    return lambda asked: sites.get(asked.host, otherwise)(asked)


# ---- the server ----------------------------------------------------------------------------------


def serve(application: Application, peer: Peer) -> None:
    """Answer the requests of one connection until either side ends it; nonsense gets its 4xx and the end."""
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=_MAX_HEAD)
    try:
        while not peer.stopping.is_set():
            asked = _request(connection, peer)
            if asked is None:
                return
            _respond(connection, peer, asked, application(asked))
            if h11.MUST_CLOSE in (connection.our_state, connection.their_state):
                return
            connection.start_next_cycle()
    except h11.RemoteProtocolError as error:
        if connection.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            wrong = page("Bad request", status=error.error_status_hint)
            _send_head(connection, peer, wrong, len(wrong.body))
            _send(connection, peer, h11.Data(data=wrong.body))
            peer.linger()
    except h11.LocalProtocolError:
        return  # a request that leaves no way to answer, such as an upgrade


def _request(connection: h11.Connection, peer: Peer) -> Asked | None:
    asked: Asked | None = None
    size = 0
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            if connection.they_are_waiting_for_100_continue:
                _send(connection, peer, h11.InformationalResponse(status_code=100, headers=[]))
            connection.receive_data(peer.socket.recv(16 * 1024))
        elif isinstance(event, h11.Request):
            asked = _read(event)
        elif isinstance(event, h11.Data):
            size += len(event.data)
            if size > _MAX_BODY:
                return None
        elif isinstance(event, h11.EndOfMessage):
            return asked
        else:
            return None


def _read(request: h11.Request) -> Asked:
    headers = {bytes(name): bytes(value) for name, value in request.headers}
    host = headers.get(b"host", b"").decode("ascii", "replace").lower()
    target = bytes(request.target).decode("ascii", "replace")
    return Asked(
        method=bytes(request.method).decode("ascii"),
        host=host.partition(":")[0] if not host.startswith("[") else host,
        target=target.removeprefix(f"http://{host}"),  # as a proxy is asked (RFC 9112, 3.2.2)
        cookie_bytes=sum(len(value) for name, value in request.headers if name == b"cookie"),
    )


def _respond(connection: h11.Connection, peer: Peer, asked: Asked, answer: Page) -> None:
    _send_head(connection, peer, answer, len(answer.body))
    if asked.method != "HEAD" and answer.body:
        for piece in _pieces(answer):
            _send(connection, peer, h11.Data(data=piece))
            if answer.drip_s and peer.stopping.wait(answer.drip_s / _DRIPS):
                return
    _send(connection, peer, h11.EndOfMessage())


def _pieces(answer: Page) -> Sequence[bytes]:
    if not answer.drip_s:
        return [answer.body]
    size = -(-len(answer.body) // _DRIPS)
    return [answer.body[start : start + size] for start in range(0, len(answer.body), size)]


def _send_head(connection: h11.Connection, peer: Peer, answer: Page, length: int) -> None:
    # The practice world keeps true time; it is the practice computer's clock that may be wrong.
    headers = [("Date", formatdate(time.time(), usegmt=True)), ("Server", "practice"), *answer.headers]
    if answer.status != 204:
        headers += [("Content-Length", str(length)), ("Content-Type", answer.kind)]
    if answer.location:
        headers.append(("Location", answer.location))
    _send(connection, peer, h11.Response(status_code=answer.status, headers=headers))


def _send(connection: h11.Connection, peer: Peer, event: h11.Event) -> None:
    data = connection.send(event)
    if data:
        peer.socket.sendall(data)
