"""HTTP/2 on the lab's servers, by the library h2: as it should be, and as it should not."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from email.utils import formatdate

import h2.config
import h2.connection
import h2.errors
import h2.events

from portalcheck.demo import web
from portalcheck.demo.servers import Peer, Serve
from tests.lab.row import Step
from tests.lab.servers import Application, Site
from tests.lab.world import World

Answer = Callable[[h2.connection.H2Connection, int, web.Page], None]
"""What becomes of one stream of a connection, and of the page that belongs there."""


def page(connection: h2.connection.H2Connection, stream: int, answer: web.Page) -> None:
    """The page."""
    fields = [(":status", str(answer.status)), ("content-type", answer.kind)]
    fields += [("date", formatdate(time.time(), usegmt=True))]
    fields += [("location", answer.location)] if answer.location else []
    connection.send_headers(stream, fields, end_stream=not answer.body)
    if answer.body:
        connection.send_data(stream, answer.body, end_stream=True)


def reset(code: h2.errors.ErrorCodes) -> Answer:
    """RST_STREAM with a code."""
    return lambda connection, stream, answer: connection.reset_stream(stream, code)


def go_away(connection: h2.connection.H2Connection, stream: int, answer: web.Page) -> None:
    """GOAWAY with an error."""
    connection.close_connection(h2.errors.ErrorCodes.INTERNAL_ERROR)


def silent(connection: h2.connection.H2Connection, stream: int, answer: web.Page) -> None:
    """Nothing."""


def serve(application: Application, become: Answer, peer: Peer) -> None:
    """Answer HTTP/2 where it was chosen, else HTTP/1.1."""
    assert isinstance(peer.socket, ssl.SSLSocket)
    if peer.socket.selected_alpn_protocol() != "h2":
        web.serve(application, peer)
        return
    config = h2.config.H2Configuration(client_side=False, header_encoding="utf-8")
    connection = h2.connection.H2Connection(config)
    connection.initiate_connection()
    peer.socket.sendall(connection.data_to_send())
    while data := peer.socket.recv(16 * 1024):
        for event in connection.receive_data(data):
            if isinstance(event, h2.events.RequestReceived):
                fields = {str(name): str(value) for name, value in event.headers or ()}
                asked = web.Asked(
                    method=fields[":method"],
                    host=fields[":authority"].partition(":")[0],
                    target=fields[":path"],
                    cookie_bytes=len(fields.get("cookie", "")),
                )
                become(connection, event.stream_id or 0, application(asked))
        peer.socket.sendall(connection.data_to_send())
        if connection.state_machine.state is h2.connection.ConnectionState.CLOSED:
            return


def speaks(*protocols: str, become: Answer = page, host: str = "", canaries: bool = False) -> Step:
    """What the portal offers by ALPN, and what becomes of HTTP/2 (of one of its hosts, if one is named)."""

    def step(world: World) -> None:
        for site in (world.portal, *([world.canaries] if canaries else [])):
            _speak(site, protocols, become, host)

    return step


def _speak(site: Site, protocols: tuple[str, ...], become: Answer, host: str) -> None:
    for context in (*site.contexts.values(), site.otherwise):
        context.set_alpn_protocols([*protocols])

    def inner(application: Application) -> Serve:
        def by_host(peer: Peer) -> None:
            asked_of: list[str] = []

            def noting(asked: web.Asked) -> web.Page:
                asked_of.append(asked.host)
                return application(asked)

            def which(connection: h2.connection.H2Connection, stream: int, answer: web.Page) -> None:
                (become if not host or asked_of[-1] == host else page)(connection, stream, answer)

            serve(noting, which, peer)

        return by_host

    site.speak = inner
