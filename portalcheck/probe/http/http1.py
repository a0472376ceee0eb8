"""HTTP/1.1 (RFC 9112) by h11, over a stream that bounds time and size."""

from __future__ import annotations

from collections.abc import Iterator

import h11
import msgspec

from portalcheck.address.url import Address
from portalcheck.probe.streams import EvidenceStream, StreamError

MAX_HEAD_BYTES = 100 * 1024
MOST_INTERIM = 100
"""Responses of the 1xx kind before the real one (RFC 9110, 15.2); taking thousands apart costs seconds."""
_READ_SIZE = 64 * 1024
_HEADERS_TOO_LARGE = 431

NotHttp = h11.ProtocolError
"""What is raised when the peer does not speak HTTP."""


class Request(msgspec.Struct, frozen=True):
    """What is asked for. `headers` go without Host and Content-Length, which follow from the rest."""

    method: str
    url: Address
    headers: dict[str, str]
    body: bytes = b""


class Head(msgspec.Struct, frozen=True):
    """The head of a response: its status, and its fields as they came."""

    status: int
    fields: list[tuple[bytes, bytes]]


class Http1:
    """One connection's requests and responses, one after another."""

    def __init__(self, stream: EvidenceStream, *, absolute: bool) -> None:
        """`absolute` sends whole URLs as targets, as proxies want them (RFC 9112, 3.2.2)."""
        self._stream, self._absolute = stream, absolute
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD_BYTES)

    @property
    def idle(self) -> bool:
        """Whether another request can be sent, as far as is known before it is tried."""
        return self._http.states == {h11.CLIENT: h11.IDLE, h11.SERVER: h11.IDLE}

    @property
    def heard(self) -> bool:
        """Whether anything came of the last request."""
        return self._stream.received > 0

    def ask(self, request: Request) -> Head:
        """Send a request and read the head of its response; raises StreamError or NotHttp."""
        self._send(request)
        for _ in range(MOST_INTERIM):
            event = self._next()
            if isinstance(event, h11.Response):
                return Head(event.status_code, [(bytes(name), bytes(value)) for name, value in event.headers])
            if not isinstance(event, h11.InformationalResponse):
                raise StreamError
        raise h11.RemoteProtocolError("no end of interim responses", error_status_hint=_HEADERS_TOO_LARGE)

    def body(self) -> Iterator[bytes]:
        """The body piece by piece; raises StreamError or NotHttp."""
        while True:
            event = self._next()
            if isinstance(event, h11.EndOfMessage):
                return
            if not isinstance(event, h11.Data):
                raise StreamError
            yield bytes(event.data)

    def finish(self) -> None:
        """A response was read to its end: be ready for the next request, or close if there can be none."""
        if self._http.states == {h11.CLIENT: h11.DONE, h11.SERVER: h11.DONE}:
            self._http.start_next_cycle()
        else:
            self._stream.close()

    def _send(self, request: Request) -> None:
        headers = [("Host", request.url.netloc), *request.headers.items()]
        if request.body:
            headers.append(("Content-Length", str(len(request.body))))
        target = request.url.url if self._absolute else request.url.target
        pieces = [self._http.send(h11.Request(method=request.method, target=target, headers=headers))]
        if request.body:
            pieces.append(self._http.send(h11.Data(data=request.body)))
        pieces.append(self._http.send(h11.EndOfMessage()))
        try:
            self._stream.write(b"".join(piece or b"" for piece in pieces))
        except StreamError:
            # A server may refuse a request before it has read it all, and its answer is there to be read.
            return

    def _next(self) -> object:
        while True:
            self._stream.watch_time()
            event = self._http.next_event()
            if event is not h11.NEED_DATA:
                return event
            data = self._stream.read(_READ_SIZE)
            if not data and self._http.their_state is h11.SEND_RESPONSE:
                raise StreamError
            self._http.receive_data(data)


def is_too_large(error: Exception) -> bool:
    """Whether a head was longer than is read."""
    return isinstance(error, h11.RemoteProtocolError) and error.error_status_hint == _HEADERS_TOO_LARGE
