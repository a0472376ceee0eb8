"""TLS without verification: what the server sends is evidence, and is judged later and offline.

No cookie or credential ever travels over such a connection. What a browser would accept is accepted here
(no legacy renegotiation check, weak signatures), so that only a real refusal counts as one.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from portalcheck.address.literal import is_address
from portalcheck.facts import Failure, Hello, TlsStep
from portalcheck.probe.deadline import Deadline, elapsed_ms
from portalcheck.probe.failures import TlsError, alert_name, of_os_error
from portalcheck.probe.limits import HANDSHAKE_S, STILL_FLOWING_S
from portalcheck.probe.streams import Transport
from portalcheck.probe.tls.hello import evidence_context
from portalcheck.probe.tls.reserved import with_reserved_values

if TYPE_CHECKING:
    from OpenSSL import SSL

    from portalcheck.probe.tls.openssl import TlsStream

_MAX_CERTIFICATES = 24
_MAX_STAPLE = 64 * 1024
_MAX_NAME = 253


def handshake(
    below: Transport, server_name: str, deadline: Deadline, hello: Hello = Hello.BROWSER
) -> tuple[TlsStream | None, TlsStep]:
    """Make TLS over a connection, which is closed when that fails. `server_name` is the SNI (RFC 6066)."""
    # OpenSSL's bindings are loaded where a handshake is made, and nowhere else.
    from portalcheck.probe.tls.openssl import TlsStream

    since = time.monotonic()
    try:
        sent_name = _sent_name(server_name)
    except ValueError:  # not a host name; with a NUL in it
        below.close()
        return None, TlsStep(failure=Failure.OTHER, ms=elapsed_ms(since))
    secured = TlsStream(below, evidence_context(hello), sent_name)
    given = deadline.limit(HANDSHAKE_S)
    secured.settimeout(given)
    try:
        if hello is Hello.CHROMIUM:
            secured.first_answer(with_reserved_values)
            below.close()
            return None, TlsStep(failure=None, ms=elapsed_ms(since))
        secured.handshake(STILL_FLOWING_S * deadline.scale, deadline.last_word)
    except OSError as error:
        below.close()
        return None, TlsStep(
            failure=of_os_error(error),
            alert=alert_name(error) if isinstance(error, TlsError) else "",
            # A server that asked for a certificate and then breaks off wants one (RFC 5246, 7.4.6).
            client_certificate_requested=secured.heard.said.client_certificate_requested,
            still_receiving=isinstance(error, TimeoutError) and secured.still_receiving,
            cut_short=isinstance(error, TimeoutError) and given < HANDSHAKE_S * deadline.scale,
            ms=elapsed_ms(since),
        )
    return secured, TlsStep(
        failure=None,
        version=secured.tls.get_protocol_version_name(),
        protocol=secured.tls.get_alpn_proto_negotiated().decode("ascii", "replace"),
        chain=sent_chain(secured.tls),
        staple=secured.heard.staple[:_MAX_STAPLE],
        ms=elapsed_ms(since),
    )


def _sent_name(server_name: str) -> bytes:
    """The name as the SNI has it: without a final dot, and none for an address (RFC 6066, 3).

    Raises ValueError for what is no host name.
    """
    name = server_name.removesuffix(".")
    if is_address(name):
        return b""
    encoded = name.encode("idna")
    if not encoded or b"\0" in encoded or len(encoded) > _MAX_NAME:
        raise ValueError("no host name")
    return encoded


def sent_chain(secured: SSL.Connection) -> tuple[bytes, ...]:
    """The certificates that the server sent, leaf first, as DER."""
    from OpenSSL import crypto

    certificates = secured.get_peer_cert_chain() or ()
    return tuple(
        crypto.dump_certificate(crypto.FILETYPE_ASN1, one) for one in certificates[:_MAX_CERTIFICATES]
    )
