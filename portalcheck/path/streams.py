"""A connected socket as httpcore's network stream, every read and write within the limits of one exchange."""

from __future__ import annotations

import ssl
import time
from typing import Any, Protocol

import httpcore

from portalcheck.facts import Failure
from portalcheck.path.classify import of_os_error, wants_certificate


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


class EvidenceStream(httpcore.NetworkStream):
    """Carries one exchange after another; what went wrong is kept in `failure`, and raised as httpcore expects.

    `begin` sets how long an exchange may take and how much it may bring, so that neither a slow drip nor endless
    headers or bodies hold anyone up. `received` counts what the exchange brought.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._until = 0.0
        self._left = 0
        self.failure: Failure | None = None
        self.wants_certificate = False
        self.received = 0
        self.ended = False

    def begin(self, until: float, max_bytes: int) -> None:
        """A new exchange, until a moment of the monotonic clock and up to so many bytes."""
        self._until, self._left = until, max_bytes
        self.failure, self.received = None, 0

    def shorten(self, until: float) -> None:
        """Let the exchange end earlier than was thought."""
        self._until = min(self._until, until)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Up to `max_bytes` bytes, b"" at the end; raises httpcore.ReadTimeout or ReadError."""
        del timeout
        if self._left <= 0:
            self.failure = Failure.TOO_LARGE
            raise httpcore.ReadError
        try:
            self._transport.settimeout(self._patience())
            data = self._transport.recv(min(max_bytes, self._left))
        except OSError as error:
            raise self._note(error, httpcore.ReadTimeout, httpcore.ReadError) from error
        self._left -= len(data)
        self.received += len(data)
        self.ended = not data
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of `buffer`; raises httpcore.WriteTimeout or WriteError."""
        del timeout
        try:
            self._transport.settimeout(self._patience())
            self._transport.sendall(buffer)
        except OSError as error:
            raise self._note(error, httpcore.WriteTimeout, httpcore.WriteError) from error

    def close(self) -> None:
        """Close the connection; never raises."""
        try:
            self._transport.close()
        except OSError as error:
            self.failure = self.failure or of_os_error(error)

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Never used: TLS is made before the stream is."""
        raise NotImplementedError

    def get_extra_info(self, info: str) -> Any:
        """Nothing: that a kept connection was closed meanwhile shows when it is used."""
        del info

    def _patience(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _note(self, error: OSError, late: type[Exception], broken: type[Exception]) -> Exception:
        self.failure = of_os_error(error)
        self.wants_certificate = isinstance(error, ssl.SSLError) and wants_certificate(error)
        return late() if self.failure is Failure.TIMED_OUT else broken()
