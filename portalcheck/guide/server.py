"""Requests and responses of the page's server, and the server: http.server with bounds on all that others may send.

Every user, program and web site of the computer can connect. So a connection is asked one thing, has little time and
little room for it, and where there are too many, those that have proved nothing go first.
"""

from __future__ import annotations

import contextlib
import io
import logging
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import urlsplit

import msgspec

from portalcheck.guide.access import ADDRESS, OTHER_NAME

_log = logging.getLogger(__name__)

MOST_CONNECTIONS = 64
REQUEST_S = 10.0
"""In which a request must have come, head and body."""
WRITE_S = 20.0
"""A pause in what a client takes, after which it is given up."""
POLL_S = 0.1
"""Between two looks whether this, or a connection, is to stop."""
MAX_HEAD_BYTES = 32 * 1024
MAX_BODY_BYTES = 64 * 1024

FORBIDDEN = 403


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One request, its body read. `headers` are by name in lower case, each the first of its name."""

    method: str
    path: str
    host: str
    headers: Mapping[str, str]
    body: bytes = b""


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """What is answered. `policy` is the content security policy; `shared`: pages of other sites may notice it."""

    status: int = 200
    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    policy: str = "default-src 'none'"
    headers: tuple[tuple[str, str], ...] = ()
    shared: bool = False


class Stream(msgspec.Struct, frozen=True):
    """An answer that goes on: `events` gives the next piece each time, until it ends; `closed` is called at the end.

    `wake` is called when the client has gone, so that who waits for the next piece can end.
    """

    events: Iterator[bytes]
    wake: Callable[[], None]
    closed: Callable[[], None]


class Application(Protocol):
    """Answers requests that have come whole, to a name of this server. None is an answer of nothing but 403."""

    def answer(self, request: Request) -> Response | Stream | None:
        """The answer."""

    def longest(self, path: str) -> int:
        """How many bytes of a body are read for a path."""


class Server(ThreadingHTTPServer):
    """Serves an application on a free port of the loopback; `fault` is the first of ours while it answered."""

    daemon_threads = True
    allow_reuse_address = False
    request_queue_size = 128

    application: Application

    def __init__(self, refusal: bytes = b"") -> None:
        """`refusal` is the page of a 403; `application` must be set before it is started. Raises OSError."""
        self._lock = threading.Lock()
        self._open: dict[socket.socket, bool] = {}
        self.fault: BaseException | None = None
        super().__init__((ADDRESS, 0), _Handler)
        self.refusal = refusal
        self.names = {f"{name}:{self.server_port}": name for name in (ADDRESS, OTHER_NAME)}

    def server_bind(self) -> None:
        """Bind to a port that no other program can bind to as well."""
        if sys.platform == "win32":
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        super().server_bind()

    def start(self) -> None:
        """Serve on a thread of its own."""
        threading.Thread(target=self.serve_forever, args=(POLL_S,), name="page", daemon=True).start()

    def stop(self) -> None:
        """Stop, and close what is open."""
        self.shutdown()
        self.server_close()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            self._open.clear()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection; where there are too many, the oldest that has proved nothing is given up."""
        with self._lock:
            self._open[request] = False
            if len(self._open) > MOST_CONNECTIONS:
                del self._open[next(each for each, proved in self._open.items() if not proved)]
        super().process_request(request, client_address)

    def listens(self, connection: socket.socket) -> bool:
        """Whether what comes on a connection still counts."""
        return connection in self._open

    def prove(self, connection: socket.socket) -> None:
        """A connection has shown that it is the person's."""
        with self._lock:
            if connection in self._open:
                self._open[connection] = True

    def shutdown_request(self, request: Any) -> None:
        """A connection has ended."""
        with self._lock:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is nothing to tell of; a fault of ours is kept, and ends no other answer."""
        del request, client_address
        error = sys.exception()
        if not isinstance(error, OSError):
            _log.debug("the page's server failed: %s", type(error).__name__)
            self.fault = self.fault or error


class _Incoming(io.RawIOBase):
    """What a client sends; at its end when the time for a request is over, or the server has given the client up.

    It looks up again and again, as on Windows no other thread's `shutdown` wakes one that waits for bytes.
    """

    def __init__(self, server: Server, connection: socket.socket) -> None:
        self._server, self._connection = server, connection
        self._until = time.monotonic() + REQUEST_S
        connection.settimeout(POLL_S)

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Some bytes, or 0 at the end. Raises OSError."""
        while time.monotonic() < self._until and self._server.listens(self._connection):
            with contextlib.suppress(TimeoutError):
                return self._connection.recv_into(buffer)
        return 0


class _TooLongError(Exception):
    """A head that is longer than is read."""


class _Head:
    """The lines of a request's head, up to a size in all."""

    def __init__(self, file: Any) -> None:
        self._file, self._left = file, MAX_HEAD_BYTES

    def readline(self, most: int = -1) -> bytes:
        """The next line, as files have it. Raises _TooLongError."""
        line: bytes = self._file.readline(min(most, self._left + 1) if most >= 0 else self._left + 1)
        self._left -= len(line)
        if self._left < 0:
            raise _TooLongError
        return line


class _Handler(BaseHTTPRequestHandler):
    """Reads one request within the bounds, and answers it."""

    server: Server
    protocol_version = "HTTP/1.1"

    def handle(self) -> None:
        """One request, and no more."""
        self.close_connection = True
        body = io.BufferedReader(_Incoming(self.server, self.connection))
        self.rfile.close()
        self.rfile = _Head(body)  # type: ignore[assignment]  # all that http.server reads of a head
        try:
            self.raw_requestline = self.rfile.readline(MAX_HEAD_BYTES)
            request = self._request(body) if self.raw_requestline and self.parse_request() else None
        except (_TooLongError, ValueError):
            request = None
        finally:
            self.rfile = body
            self.connection.settimeout(WRITE_S)
        if not self.raw_requestline:
            return
        answer = self._answered(request) if request is not None else None
        if isinstance(answer, Stream):
            self._stream(answer)
        else:
            self._send(answer or Response(status=FORBIDDEN, body=self.server.refusal))

    def _request(self, body: Any) -> Request | None:
        """The request with its body; None for one that is not even read. Raises ValueError."""
        hosts = self.headers.get_all("Host", [])
        host = self.server.names.get(hosts[0].lower()) if len(hosts) == 1 else None
        if host is None or self.command not in ("GET", "POST") or "Transfer-Encoding" in self.headers:
            return None
        length = int(self.headers.get("Content-Length", "0"))
        path = urlsplit(self.path).path
        if not 0 <= length <= self.server.application.longest(path):
            return None
        headers = {name.lower(): value for name, value in reversed(self.headers.items())}
        return Request(
            method=self.command,
            path=path,
            host=host,
            headers=headers,
            body=body.read(length) if length else b"",
        )

    def _answered(self, request: Request) -> Response | Stream | None:
        if not _is_of_own_origin(request):
            return None
        answer = self.server.application.answer(request)
        if answer is not None:
            self.server.prove(self.connection)
        return answer

    def _send(self, response: Response) -> None:
        self.send_response_only(response.status)
        for name, value in _headers(response):
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        self.wfile.write(response.body)

    def _stream(self, stream: Stream) -> None:
        """Send what comes, as it comes; the client's end of the connection tells when it goes."""
        response = Response(kind="text/event-stream; charset=utf-8")
        threading.Thread(target=self._watch, args=(stream,), daemon=True).start()
        try:
            self.send_response_only(response.status)
            for name, value in _headers(response):
                self.send_header(name, value)
            self.end_headers()
            for event in stream.events:
                self.wfile.write(event)
        except OSError:
            pass
        finally:
            stream.closed()

    def _watch(self, stream: Stream) -> None:
        """Wait until the client closes its end; it has nothing more to say."""
        with contextlib.suppress(OSError):
            while True:
                try:
                    if not self.connection.recv(1024):
                        break
                except TimeoutError:
                    continue
        stream.wake()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Whatever is wrong with a request: that it was refused, and no more."""

    def handle_expect_100(self) -> bool:
        """No client of ours asks whether it may send its body."""
        return False

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: addresses are secret."""


def _is_of_own_origin(request: Request) -> bool:
    """Whether a request's Origin, if there is one, is this server's by the name that it was asked by.

    A form of a page without referrers sends `null` (Fetch, "append a request Origin header"); then the browser must say
    otherwise that it is of the same origin, as no page can make it say.
    """
    own = f"http://{request.headers['host'].lower()}"
    origin = request.headers.get("origin", own)
    return origin == own or (origin == "null" and request.headers.get("sec-fetch-site") == "same-origin")


def _headers(response: Response) -> Iterator[tuple[str, str]]:
    yield "Connection", "close"
    yield "Cache-Control", "no-store"
    yield "Referrer-Policy", "no-referrer"
    yield "X-Content-Type-Options", "nosniff"
    yield "Content-Type", response.kind
    yield "Content-Security-Policy", response.policy
    yield "Cross-Origin-Resource-Policy", "cross-origin" if response.shared else "same-origin"
    if not response.shared:
        yield "Cross-Origin-Opener-Policy", "same-origin"
        yield "X-Frame-Options", "DENY"
    yield from response.headers
