"""TLS over anything that carries bytes: a socket, or another TLS connection to a proxy.

The ssl module's own sockets wait inside OpenSSL, where a server that never stops sending cannot be
interrupted. Here the bytes go through memory, so that every wait is ours: within a time limit, and counted.
"""

from __future__ import annotations

import contextlib
import errno
import os
import ssl
import time
from collections.abc import Callable
from typing import TypeVar

from portalcheck.path.streams import Transport

T = TypeVar("T")

MAX_HANDSHAKE_BYTES = 512 * 1024
_READ_SIZE = 64 * 1024
_RECORD_HEAD, _MESSAGE_HEAD = 5, 4
_ALERT, _HANDSHAKE = 21, 22
_CERTIFICATE_REQUEST = 13


class Plaintext:
    """What the server says before it encrypts: alerts by number, a wish for a client certificate (RFC 5246, 7).

    OpenSSL has no names for some alerts, and TLS 1.2 has none for "no client certificate": both are read here.
    """

    def __init__(self) -> None:
        self._records = bytearray()
        self._messages = bytearray()
        self._over = False
        self.alert: int | None = None
        self.wants_certificate = False

    def feed(self, data: bytes) -> None:
        """Read on. Anything but an alert or a handshake record ends what is readable."""
        if self._over:
            return
        self._records += data
        while len(self._records) >= _RECORD_HEAD:
            kind, size = self._records[0], int.from_bytes(self._records[3:_RECORD_HEAD])
            if kind not in (_ALERT, _HANDSHAKE):
                self._over = True
                self._records.clear()
                return
            if len(self._records) < _RECORD_HEAD + size:
                return
            self._take(kind, bytes(self._records[_RECORD_HEAD : _RECORD_HEAD + size]))
            del self._records[: _RECORD_HEAD + size]

    def _take(self, kind: int, body: bytes) -> None:
        if kind == _ALERT:
            self.alert = body[1] if len(body) == 2 else None
            return
        self._messages += body
        while len(self._messages) >= _MESSAGE_HEAD:
            whole = _MESSAGE_HEAD + int.from_bytes(self._messages[1:_MESSAGE_HEAD])
            if len(self._messages) < whole:
                return
            self.wants_certificate |= self._messages[0] == _CERTIFICATE_REQUEST
            del self._messages[:whole]


class TlsStream:
    """A TLS client connection. `said` is what the server said in plain text. Errors are ssl.SSLError or OSError."""

    def __init__(self, below: Transport, context: ssl.SSLContext, server_name: str) -> None:
        """Raises ValueError or TypeError for a server name that cannot be sent."""
        self._below = below
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_name)
        self.said = Plaintext()
        self._seconds: float | None = None
        self._left: int | None = None

    def handshake(self) -> None:
        """Shake hands; raises OSError (EMSGSIZE) for a server that sends without end."""
        self._left = MAX_HANDSHAKE_BYTES
        self._do(self.tls.do_handshake)
        self._left = None

    def recv(self, size: int, /) -> bytes:
        """Up to `size` bytes, b"" at the end, with or without a farewell (RFC 8446, 6.1)."""
        try:
            return self._do(lambda: self.tls.read(size))
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    def sendall(self, data: bytes, /) -> None:
        """Send all of `data`."""
        view = memoryview(data)
        while view:
            sent = self._do(lambda rest=view: self.tls.write(rest))  # type: ignore[misc]  # mypy cannot type a lambda's default
            view = view[sent:]

    def settimeout(self, seconds: float | None, /) -> None:
        """How long each later call may take."""
        self._seconds = seconds

    def close(self) -> None:
        """Close what is below, without a farewell."""
        self._below.close()

    def _do(self, work: Callable[[], T]) -> T:
        """Work on what has come, and wait for more where that is not enough."""
        end = None if self._seconds is None else time.monotonic() + self._seconds
        while True:
            try:
                result = work()
            except ssl.SSLWantReadError:
                self._flush(end)
                self._fill(end)
                continue
            except ssl.SSLError:
                # The other side should learn why; if it cannot, the first error is the one that counts.
                with contextlib.suppress(OSError):
                    self._flush(end)
                raise
            self._flush(end)
            return result

    def _flush(self, end: float | None) -> None:
        data = self._outgoing.read()
        if data:
            self._below.settimeout(_until(end))
            self._below.sendall(data)

    def _fill(self, end: float | None) -> None:
        if self._left is not None and self._left <= 0:
            raise OSError(errno.EMSGSIZE, os.strerror(errno.EMSGSIZE))
        self._below.settimeout(_until(end))
        data = self._below.recv(_READ_SIZE)
        if self._left is not None:
            self._left -= len(data)
            self.said.feed(data)
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()


def _until(end: float | None) -> float | None:
    if end is None:
        return None
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
