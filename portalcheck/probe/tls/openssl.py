"""TLS over anything that carries bytes: a socket, or another TLS connection to a proxy.

OpenSSL's own sockets wait inside it, where a server that never stops sending cannot be interrupted. Here the bytes
go through memory, so that every wait is ours: within a time limit, and counted. pyOpenSSL rather than the ssl
module, which can neither ask for a stapled OCSP response (RFC 6066, 8) nor tell an alert by its number.
"""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Callable
from typing import TypeVar

from cryptography.hazmat.bindings.openssl.binding import Binding
from OpenSSL import SSL

from portalcheck.probe.failures import TlsError
from portalcheck.probe.streams import Transport

T = TypeVar("T")
binding, ffi = Binding.lib, Binding.ffi
"""OpenSSL's own functions, for what pyOpenSSL has no call of its own for."""

MAX_HANDSHAKE_BYTES = 512 * 1024
_READ_SIZE = 64 * 1024
_RECORD_HEAD, _MESSAGE_HEAD = 5, 4
_MAX_RECORD = 2**14 + 2048
_FIRST_KIND, _HANDSHAKE, _LAST_KIND = 20, 22, 24
_ALERT, _ALERT_SIZE = 21, 2
_MAJOR = 3
_SERVER_HELLO, _CERTIFICATE_REQUEST = 2, 13
_FATAL = 2
_FAREWELLS = {0, 90}


class TlsRecordReader:
    """What the server says before it encrypts (RFC 5246, 6.2 and 7; RFC 8446, 5.1).

    `foreign` says that its first bytes are no TLS, `over` that all later ones are encrypted or worthless,
    `version` is the one that its ServerHello carries (0x0303 also stands for later ones). TLS 1.2 has no alert
    for "no client certificate", so the wish for one is read here.
    """

    def __init__(self) -> None:
        self._records = bytearray()
        self._messages = bytearray()
        self._began = False
        self.over = self.foreign = False
        self.version: int | None = None
        self.client_certificate_requested = False

    def feed(self, data: bytes) -> None:
        """Read on. Anything but an alert or a handshake record ends what is readable."""
        if self.over:
            return
        self._records += data
        self._look_at_the_first()
        if self.foreign:
            self._records.clear()
            return
        while len(self._records) >= _RECORD_HEAD:
            kind, size = self._records[0], int.from_bytes(self._records[3:_RECORD_HEAD])
            if kind not in (_ALERT, _HANDSHAKE):
                self.over = True
                self._records.clear()
                return
            if len(self._records) < _RECORD_HEAD + size:
                return
            if kind == _HANDSHAKE:
                self._take(bytes(self._records[_RECORD_HEAD : _RECORD_HEAD + size]))
            del self._records[: _RECORD_HEAD + size]

    def _look_at_the_first(self) -> None:
        """Whether the very first bytes can be a record's head, as far as they came."""
        if self._began or not self._records:
            return
        head = self._records[:_RECORD_HEAD]
        whole = len(head) == _RECORD_HEAD
        self.foreign = (
            not _FIRST_KIND <= head[0] <= _LAST_KIND
            or (len(head) > 1 and head[1] != _MAJOR)
            or (whole and int.from_bytes(head[3:]) > _MAX_RECORD)
        )
        self._began = whole or self.foreign
        self.over = self.foreign

    def _take(self, body: bytes) -> None:
        self._messages += body
        while len(self._messages) >= _MESSAGE_HEAD:
            whole = _MESSAGE_HEAD + int.from_bytes(self._messages[1:_MESSAGE_HEAD])
            if len(self._messages) < whole:
                return
            self.client_certificate_requested |= self._messages[0] == _CERTIFICATE_REQUEST
            if self._messages[0] == _SERVER_HELLO and whole >= _MESSAGE_HEAD + 2:
                self.version = int.from_bytes(self._messages[_MESSAGE_HEAD : _MESSAGE_HEAD + 2])
            del self._messages[:whole]


class HandshakeObserver:
    """What OpenSSL told of one connection: alerts by number, the reason for its own, and the staple.

    `said` is what the server said in plain text.
    """

    def __init__(self) -> None:
        self.said = TlsRecordReader()
        self.alert: int | None = None
        self.sent: int | None = None
        self.reason = 0
        self.staple = b""

    def listen(self, connection: SSL.Connection, where: int, code: int) -> None:
        """One call of OpenSSL's; `code` of an alert is its level and its number."""
        level, number = code >> 8, code & 0xFF
        if where & SSL.SSL_CB_READ_ALERT == SSL.SSL_CB_READ_ALERT:
            if level == _FATAL or (number not in _FAREWELLS and self._has_no_warnings(connection)):
                self.alert = number
        elif where & SSL.SSL_CB_WRITE_ALERT == SSL.SSL_CB_WRITE_ALERT and level == _FATAL:
            self.sent, self.reason = number, binding.ERR_GET_REASON(binding.ERR_peek_error())

    def _has_no_warnings(self, connection: SSL.Connection) -> bool:
        """Whether alerts end the connection whatever their level says, as in TLS 1.3 (RFC 8446, 6)."""
        # Before the server has said a word, OpenSSL names the version that it hopes for.
        return self.said.over and connection.get_protocol_version() >= SSL.TLS1_3_VERSION


def client_context() -> SSL.Context:
    """A context whose connections are `TlsStream`s."""
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_info_callback(
        lambda connection, where, code: _heard(connection).listen(connection, where, code)
    )
    context.set_ocsp_client_callback(_keep_staple)
    return context


def _heard(connection: SSL.Connection) -> HandshakeObserver:
    heard = connection.get_app_data()
    assert isinstance(heard, HandshakeObserver)
    return heard


def _keep_staple(connection: SSL.Connection, staple: bytes, _: object) -> bool:
    """Keep what was stapled, and go on: it is judged later, as everything is."""
    _heard(connection).staple = staple
    return True


class TlsStream:
    """A TLS client connection. Errors are OSError, those of TLS itself TlsError.

    `heard` is what came beside the data. `server_name` is sent as it is, or not at all where it is empty.
    """

    def __init__(self, below: Transport, context: SSL.Context, server_name: bytes) -> None:
        self._below = below
        self.heard = HandshakeObserver()
        self.tls = SSL.Connection(context, None)
        self.tls.set_app_data(self.heard)
        self.tls.set_connect_state()
        self.tls.request_ocsp()
        if server_name:
            self.tls.set_tlsext_host_name(server_name)
        self._seconds: float | None = None
        self._end: float | None = None
        self._left: int | None = None
        self._patience_s = self._last_word = self._last_byte = 0.0

    def handshake(self, patience_s: float = 0.0, last_word: float = 0.0) -> None:
        """Shake hands; raises OSError (EMSGSIZE) for a server that sends without end.

        While bytes come that are no further apart than `patience_s`, it may take longer than its time, until
        `last_word` on the monotonic clock.
        """
        self._left = MAX_HANDSHAKE_BYTES
        self._patience_s, self._last_word = patience_s, last_word
        self._do(self.tls.do_handshake)
        self._left = None

    def first_answer(self, change: Callable[[bytes], bytes]) -> None:
        """Send the ClientHello as `change` makes it, and read until a TLS record begins; raises OSError without one.

        No handshake can come of it.
        """
        self._end = None if self._seconds is None else time.monotonic() + self._seconds
        with contextlib.suppress(SSL.WantReadError):
            self.tls.do_handshake()
        self._below.settimeout(_until(self._end))
        self._below.sendall(change(self.tls.bio_read(_READ_SIZE)))
        heard = b""
        while len(heard) < _RECORD_HEAD + _ALERT_SIZE:
            self._below.settimeout(_until(self._end))
            data = self._below.recv(_READ_SIZE)
            if not data:
                raise TlsError(ended=True)
            heard += data
            self.heard.said.feed(data)
            if self.heard.said.foreign:
                raise TlsError(foreign=True)
        if heard[0] == _ALERT:
            raise TlsError(alert=heard[_RECORD_HEAD + 1])

    @property
    def still_receiving(self) -> bool:
        """Whether bytes of the handshake came until just now."""
        return bool(self._last_byte) and time.monotonic() - self._last_byte < self._patience_s

    def recv(self, size: int, /) -> bytes:
        """Up to `size` bytes, b"" at the end, with or without a farewell (RFC 8446, 6.1)."""
        try:
            return self._do(lambda: self.tls.recv(size))
        except TlsError as error:
            if error.ended:
                return b""
            raise

    def sendall(self, data: bytes, /) -> None:
        """Send all of `data`."""
        view = memoryview(data)
        while view:
            sent = self._do(lambda rest=view: self.tls.send(rest))  # type: ignore[misc]  # mypy cannot type a lambda's default
            view = view[sent:]

    def settimeout(self, seconds: float | None, /) -> None:
        """How long each later call may take."""
        self._seconds = seconds

    def close(self) -> None:
        """Close what is below, without a farewell."""
        self._below.close()

    def _do(self, work: Callable[[], T]) -> T:
        """Work on what has come, and wait for more where that is not enough."""
        self._end = None if self._seconds is None else time.monotonic() + self._seconds
        while True:
            try:
                result = work()
            except SSL.WantReadError:
                self._flush()
                self._fill()
                continue
            except SSL.Error as error:
                # The other side should learn why; if it cannot, the first error is the one that counts.
                with contextlib.suppress(OSError):
                    self._flush()
                raise self._broken(error) from error
            self._flush()
            return result

    def _broken(self, error: SSL.Error) -> TlsError:
        return TlsError(
            ended=isinstance(error, SSL.SysCallError | SSL.ZeroReturnError),
            alert=self.heard.alert,
            sent=self.heard.sent,
            reason=self.heard.reason,
            foreign=self.heard.said.foreign,
            version=self.heard.said.version,
        )

    def _flush(self) -> None:
        with contextlib.suppress(SSL.WantReadError):  # that is how pyOpenSSL says that there is nothing more
            while data := self.tls.bio_read(_READ_SIZE):
                self._below.settimeout(_until(self._end))
                self._below.sendall(data)

    def _fill(self) -> None:
        if self._left is not None and self._left <= 0:
            raise OSError(errno.EMSGSIZE, os.strerror(errno.EMSGSIZE))
        self._below.settimeout(_until(self._end))
        data = self._below.recv(_READ_SIZE)
        if self._left is not None:
            self._left -= len(data)
            self.heard.said.feed(data)
            self._wait_on()
        if data:
            self.tls.bio_write(data)
        else:
            self.tls.bio_shutdown()

    def _wait_on(self) -> None:
        self._last_byte = time.monotonic()
        if self._end is not None:
            self._end = max(self._end, min(self._last_byte + self._patience_s, self._last_word))


def _until(end: float | None) -> float | None:
    if end is None:
        return None
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
