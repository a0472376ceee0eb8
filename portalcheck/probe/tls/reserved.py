"""A ClientHello with reserved values in each of its lists (GREASE, RFC 8701), where Chromium has them.

OpenSSL sends none, and no handshake can be made with a hello that it does not know of; but what stands in the way of
such hellos shows by whether the server answers at all.
"""

from __future__ import annotations

from collections.abc import Iterator

_VALUE = b"\x2a\x2a"
_RECORD_HEAD, _MESSAGE_HEAD, _VERSION_AND_RANDOM = 5, 4, 34
_INSIDE = {10: (2, _VALUE), 43: (1, _VALUE), 51: (2, _VALUE + b"\0\1\0")}
"""Groups, versions and key shares: the extension's number, the size of its list's length, what is added to it."""
_LAST_EXTENSION = b"\xba\xba\0\1\0"


class _Fields:
    """The parts of a ClientHello (RFC 8446, 4.1.2), read one after another."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        self._at += count
        return self._data[self._at - count : self._at]

    def vector(self, size: int) -> bytes:
        """What follows a length of `size` bytes, without that."""
        return self.take(int.from_bytes(self.take(size)))

    @property
    def left(self) -> bool:
        """Whether there is more."""
        return self._at < len(self._data)


def with_reserved_values(record: bytes) -> bytes:
    """The hello in a whole TLS record, as one more of the kind that Chromium sends."""
    hello = _Fields(record[_RECORD_HEAD + _MESSAGE_HEAD :])
    start = hello.take(_VERSION_AND_RANDOM)
    session, ciphers, compression = hello.vector(1), hello.vector(2), hello.vector(1)
    extensions = b"".join(_extensions(_Fields(hello.vector(2))))
    body = start + _vector(1, session) + _vector(2, _VALUE + ciphers) + _vector(1, compression)
    body += _vector(2, extensions + _LAST_EXTENSION)
    return record[:3] + _vector(2, record[_RECORD_HEAD : _RECORD_HEAD + 1] + _vector(3, body))


def _extensions(fields: _Fields) -> Iterator[bytes]:
    while fields.left:
        kind, data = fields.take(2), fields.vector(2)
        if (inside := _INSIDE.get(int.from_bytes(kind))) is not None:
            size, value = inside
            data = _vector(size, value + data[size:])
        yield kind + _vector(2, data)


def _vector(size: int, data: bytes) -> bytes:
    """Data after its length (RFC 8446, 3.4)."""
    return len(data).to_bytes(size) + data
