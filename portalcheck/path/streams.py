"""A connected socket as httpcore's network stream, every read and write within the run's deadline."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore

from portalcheck.facts import Failure
from portalcheck.path.classify import of_os_error, wants_certificate
from portalcheck.path.waiting import Deadline


class EvidenceStream(httpcore.NetworkStream):
    """Reads and writes one socket; what went wrong is kept in `failure`, and is raised as httpcore expects.

    `max_bytes` bounds all that is ever read: endless headers and bodies end as `too-large`.
    """

    def __init__(self, sock: socket.socket, deadline: Deadline, *, seconds: float, max_bytes: int) -> None:
        self._sock = sock
        self._deadline = deadline
        self._seconds = seconds
        self._left = max_bytes
        self.failure: Failure | None = None
        self.wants_certificate = False
        self.received = 0

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Up to `max_bytes` bytes, b"" at the end; raises httpcore.ReadTimeout or ReadError."""
        if self._left <= 0:
            self.failure = Failure.TOO_LARGE
            raise httpcore.ReadError
        try:
            self._sock.settimeout(self._patience(timeout))
            data = self._sock.recv(min(max_bytes, self._left))
        except OSError as error:
            raise self._note(error, httpcore.ReadTimeout, httpcore.ReadError) from error
        self._left -= len(data)
        self.received += len(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of `buffer`; raises httpcore.WriteTimeout or WriteError."""
        try:
            self._sock.settimeout(self._patience(timeout))
            self._sock.sendall(buffer)
        except OSError as error:
            raise self._note(error, httpcore.WriteTimeout, httpcore.WriteError) from error

    def close(self) -> None:
        """Close the socket; never raises."""
        try:
            self._sock.close()
        except OSError as error:
            self.failure = self.failure or of_os_error(error)

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Never used: TLS is made before the stream is."""
        raise NotImplementedError

    def get_extra_info(self, info: str) -> Any:
        """The socket itself, for httpcore's look at whether an idle connection was closed."""
        return self._sock if info == "socket" else None

    def _patience(self, timeout: float | None) -> float:
        limits: Iterable[float] = (self._seconds, self._deadline.remaining(), *([timeout] if timeout else []))
        return max(0.001, min(limits))

    def _note(self, error: OSError, late: type[Exception], broken: type[Exception]) -> Exception:
        self.failure = of_os_error(error)
        self.wants_certificate = isinstance(error, ssl.SSLError) and wants_certificate(error)
        return late() if self.failure is Failure.TIMED_OUT else broken()
