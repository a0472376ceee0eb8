"""Trust stores in PEM (RFC 7468): the DER bytes of every certificate that is whole.

Nothing is parsed beyond the lengths of the outermost DER elements, so that a store of 150 certificates
takes a few milliseconds and one bad certificate costs only itself.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

MAX_BYTES = 8 * 1024 * 1024
MAX_CERTIFICATES = 5000

# Base64 has no hyphen, so each byte is looked at once, however many BEGIN lines lack their END.
_BLOCK = re.compile(
    rb"-----BEGIN ((?:TRUSTED |X509 )?)CERTIFICATE-----([^-]*)-----END \1CERTIFICATE-----", re.ASCII
)
_SEQUENCE = 0x30
_REJECT = 0xA0
_SERVER_USES = frozenset({bytes.fromhex("2b06010505070301"), bytes.fromhex("551d2500")})
"""id-kp-serverAuth and anyExtendedKeyUsage (RFC 5280, 4.2.1.12)."""


def certificates(data: bytes) -> tuple[bytes, ...]:
    """The DER bytes of the certificates in a PEM text, in order, each once.

    OpenSSL's TRUSTED CERTIFICATE blocks carry after the certificate what it may be used for; those that
    may not be used to identify servers are left out.
    """
    found: dict[bytes, None] = {}
    for match in _BLOCK.finditer(data[:MAX_BYTES]):
        der = _certificate(match[2], trusted=match[1] == b"TRUSTED ")
        if der:
            found.setdefault(der)
        if len(found) >= MAX_CERTIFICATES:
            break
    return tuple(found)


def _certificate(text: bytes, *, trusted: bool) -> bytes | None:
    try:
        der = base64.b64decode(b"".join(text.split()), validate=True)
    except binascii.Error:
        return None
    tag, _, rest = next(_elements(der), (0, b"", b""))
    if tag != _SEQUENCE:
        return None
    if not trusted:
        return None if rest else der
    return der[: len(der) - len(rest)] if _for_servers(rest) else None


def _for_servers(auxiliary: bytes) -> bool:
    """Whether OpenSSL's trust settings (openssl-x509(1), `-addtrust`, `-addreject`) allow servers."""
    _, settings, _ = next(_elements(auxiliary), (0, b"", b""))
    for tag, content, _ in _elements(settings):
        named = not _SERVER_USES.isdisjoint(use for _, use, _ in _elements(content))
        if (tag == _SEQUENCE and not named) or (tag == _REJECT and named):
            return False
    return True


def _elements(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Tag, content and what follows of DER elements (X.690, 8.1) in a row, up to a malformed one."""
    while len(data) >= 2:
        tag, length, start = data[0], data[1], 2
        if length > 0x80:
            start += length - 0x80
            length = int.from_bytes(data[2:start], "big")
        elif length == 0x80:  # indefinite, which DER does not have
            return
        if start + length > len(data):
            return
        content, data = data[start : start + length], data[start + length :]
        yield tag, content, data
