"""A connection whose every read and write is bounded in time and size."""

from __future__ import annotations

import time
from typing import Protocol

from portalcheck.facts import Failure
from portalcheck.probe.failures import client_certificate_requested, of_os_error


class Transport(Protocol):
    """What carries bytes both ways: a connected socket, or TLS over one. Errors are OSError, as a socket's."""

    def recv(self, size: int, /) -> bytes:
        """Up to `size` bytes, b"" at the end."""

    def sendall(self, data: bytes, /) -> None:
        """Send all of `data`."""

    def settimeout(self, seconds: float | None, /) -> None:
        """How long each later call may take; TimeoutError when it takes longer."""

    def close(self) -> None:
        """Close it; more than once is no error."""


class StreamError(Exception):
    """Nothing more can be read or written; `failure` of the stream says why, if it is known."""


class EvidenceStream:
    """Carries one exchange after another; what went wrong is kept in `failure`, and raised as StreamError.

    `begin` sets how long an exchange may take and how much it may bring, so that neither a slow drip nor endless
    headers or bodies hold anyone up. `received` counts what the exchange brought.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._until = 0.0
        self._left = 0
        self.failure: Failure | None = None
        self.client_certificate_requested = False
        self.received = 0
        self.ended = False

    def begin(self, until: float, max_bytes: int) -> None:
        """A new exchange, until a moment of the monotonic clock and up to so many bytes."""
        self._until, self._left = until, max_bytes
        self.failure, self.received = None, 0

    def shorten(self, until: float) -> None:
        """Let the exchange end at an earlier moment of the monotonic clock; a later one changes nothing."""
        self._until = min(self._until, until)

    def watch_time(self) -> None:
        """Raise StreamError if the exchange's time is up, for a reader of much data that has come already."""
        try:
            self._patience()
        except TimeoutError as error:
            raise self._noted(error) from error

    def gave_up(self, failure: Failure) -> StreamError:
        """What a reader raises who cannot go on, for a reason that the bytes do not show."""
        self.failure = failure
        return StreamError()

    def read(self, max_bytes: int) -> bytes:
        """Up to `max_bytes` bytes, b"" at the end; raises StreamError."""
        if self._left <= 0:
            self.failure = Failure.TOO_LARGE
            raise StreamError
        try:
            self._transport.settimeout(self._patience())
            data = self._transport.recv(min(max_bytes, self._left))
        except OSError as error:
            raise self._noted(error) from error
        self._left -= len(data)
        self.received += len(data)
        self.ended = not data
        return data

    def write(self, buffer: bytes) -> None:
        """Send all of `buffer`; raises StreamError."""
        try:
            self._transport.settimeout(self._patience())
            self._transport.sendall(buffer)
        except OSError as error:
            raise self._noted(error) from error

    def close(self) -> None:
        """Close the connection; never raises."""
        try:
            self._transport.close()
        except OSError as error:
            self.failure = self.failure or of_os_error(error)

    def _patience(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _noted(self, error: OSError) -> StreamError:
        self.failure = of_os_error(error)
        self.client_certificate_requested = client_certificate_requested(error)
        return StreamError()
