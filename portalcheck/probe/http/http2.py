"""HTTP/2 (RFC 9113) by h2, over a stream that bounds time and size."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import h2.settings

from portalcheck.facts import Failure
from portalcheck.probe.http.http1 import MOST_INTERIM, Head, Request
from portalcheck.probe.streams import EvidenceStream

_READ_SIZE = 64 * 1024
_MOST_EVENTS = 100_000
"""Frames of one response that are taken apart: a page of the largest size in small frames has a tenth of it."""


_SETTINGS = {
    h2.settings.SettingCodes.ENABLE_PUSH: 0,
    h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: 6 * 1024 * 1024,
}
"""As Chromium has them: nothing that was not asked for, and room for a page."""
_TELLING = (
    h2.events.ResponseReceived,
    h2.events.InformationalResponseReceived,
    h2.events.DataReceived,
    h2.events.StreamEnded,
)
_BY_CODE: dict[int | None, Failure] = {h2.errors.ErrorCodes.HTTP_1_1_REQUIRED: Failure.HTTP_1_REQUIRED}
"""What RST_STREAM's codes (RFC 9113, 7) mean here, if they mean more than that there will be no answer."""


class Http2:
    """One connection's requests and responses, one after another, each on a stream of its own.

    Whatever goes wrong is a StreamError, and the stream's `failure` says what it was.
    """

    def __init__(self, stream: EvidenceStream) -> None:
        self._stream = stream
        config = h2.config.H2Configuration(client_side=True, header_encoding=None)
        self._http = h2.connection.H2Connection(config)
        self._http.local_settings = h2.settings.Settings(client=True, initial_values=_SETTINGS)
        self._current = 0
        self._done, self._gone = True, False
        self._events: deque[h2.events.Event] = deque()
        self._taken = 0
        self.heard = False

    @property
    def idle(self) -> bool:
        """Whether another request can be sent, as far as is known before it is tried."""
        return self._done and not self._gone

    def ask(self, request: Request) -> Head:
        """Send a request and read the head of its response; `heard` says whether anything came of that."""
        self._taken, self.heard = 0, False
        self._send(request)
        for _ in range(MOST_INTERIM):
            event = self._next()
            if isinstance(event, h2.events.ResponseReceived):
                return self._head(event)
            if not isinstance(event, h2.events.InformationalResponseReceived):
                break
        raise self._stream.gave_up(Failure.MALFORMED)

    def body(self) -> Iterator[bytes]:
        """The body piece by piece."""
        while True:
            event = self._next()
            if isinstance(event, h2.events.StreamEnded):
                self._done = True
                return
            if isinstance(event, h2.events.DataReceived):
                self._http.acknowledge_received_data(event.flow_controlled_length or 0, self._current)
                self._flush()
                yield bytes(event.data or b"")

    def finish(self) -> None:
        """A response was read to its end: be ready for the next request, or close if there can be none."""
        if not self.idle:
            self._stream.close()

    def _head(self, event: h2.events.ResponseReceived) -> Head:
        fields = [(bytes(name), bytes(value)) for name, value in event.headers or ()]
        status = dict(fields).get(b":status", b"")
        if not status.isdigit() or len(status) != 3:  # RFC 9110, 15
            raise self._stream.gave_up(Failure.MALFORMED)
        return Head(int(status), [field for field in fields if not field[0].startswith(b":")])

    def _send(self, request: Request) -> None:
        url = request.url
        pseudo = {
            ":method": request.method,
            ":authority": url.netloc,
            ":scheme": url.scheme,
            ":path": url.target,
        }
        fields = [(name.lower(), value) for name, value in {**pseudo, **request.headers}.items()]
        try:
            if not self._current:
                self._http.initiate_connection()
            self._current, self._done = self._http.get_next_available_stream_id(), False
            self._http.send_headers(self._current, fields, end_stream=not request.body)
            if request.body:
                self._http.send_data(self._current, request.body, end_stream=True)
        except h2.exceptions.ProtocolError as error:
            # The server has ended the connection meanwhile.
            raise self._stream.gave_up(Failure.CLOSED) from error
        self._flush()

    def _flush(self) -> None:
        if data := self._http.data_to_send():
            self._stream.write(data)

    def _next(self) -> h2.events.Event:
        """The next event of the current stream; those of the connection itself are answered."""
        while True:
            while self._events:
                event = self._events.popleft()
                self._taken += 1
                self._stream.watch_time()
                if self._taken > _MOST_EVENTS:
                    raise self._stream.gave_up(Failure.TOO_LARGE)
                if isinstance(event, h2.events.ConnectionTerminated):
                    self._gone = True
                    if event.error_code:
                        raise self._stream.gave_up(_BY_CODE.get(event.error_code, Failure.CLOSED))
                elif getattr(event, "stream_id", None) == self._current:
                    self.heard = True
                    if isinstance(event, h2.events.StreamReset):
                        self._done = True
                        raise self._stream.gave_up(_BY_CODE.get(event.error_code, Failure.STREAM_RESET))
                    if isinstance(event, _TELLING):
                        return event
            self._receive()

    def _receive(self) -> None:
        data = self._stream.read(_READ_SIZE)
        if not data:
            raise self._stream.gave_up(Failure.CLOSED)
        try:
            self._events += self._http.receive_data(data)
        except h2.exceptions.DenialOfServiceError as error:
            raise self._stream.gave_up(Failure.TOO_LARGE) from error
        except h2.exceptions.ProtocolError as error:
            raise self._stream.gave_up(Failure.MALFORMED) from error
        self._flush()
