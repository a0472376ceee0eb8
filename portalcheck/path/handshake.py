"""TLS without verification: what the server sends is evidence, and is judged later and offline.

No cookie or credential ever travels over such a connection. What a browser would accept is accepted here
(no legacy renegotiation check, weak signatures), so that only a real refusal counts as one.
"""

from __future__ import annotations

import ssl
import time

from portalcheck.facts import Failure, TlsStep
from portalcheck.path.classify import alert_name, of_os_error, of_tls_error
from portalcheck.path.quiet import quietly
from portalcheck.path.streams import Transport
from portalcheck.path.tls import Plaintext, TlsStream
from portalcheck.path.waiting import Deadline, elapsed_ms

HANDSHAKE_LIMIT_S = 4.0
_MAX_CERTIFICATES = 24
_OP_LEGACY_SERVER_CONNECT = 0x4
_UNNAMED_ALERTS = {115: "unknown_psk_identity", 120: "no_application_protocol", 121: "ech_required"}


def evidence_context(oldest_tls: bool = False) -> ssl.SSLContext:
    """A client context that verifies nothing; with `oldest_tls` it also speaks TLS 1.0 and 1.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.options |= _OP_LEGACY_SERVER_CONNECT | ssl.OP_NO_RENEGOTIATION
    context.set_alpn_protocols(["http/1.1"])
    context.set_ciphers("DEFAULT:@SECLEVEL=0" if oldest_tls else "DEFAULT:@SECLEVEL=1")
    if oldest_tls:
        # Old versions are deprecated for use; here they are only proved to be all that a server speaks.
        with quietly():
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


def handshake(
    below: Transport, server_name: str, deadline: Deadline, *, oldest_tls: bool = False
) -> tuple[TlsStream | None, TlsStep]:
    """Make TLS over a connection, which is closed when that fails. `server_name` is the SNI (RFC 6066)."""
    since = time.monotonic()
    try:
        # The name of the SNI has no final dot (RFC 6066, 3).
        secured = TlsStream(below, evidence_context(oldest_tls), server_name.removesuffix("."))
    except (ValueError, TypeError):  # not a host name; with a NUL in it
        below.close()
        return None, TlsStep(failure=Failure.OTHER, ms=elapsed_ms(since))
    secured.settimeout(deadline.limit(HANDSHAKE_LIMIT_S))
    try:
        secured.handshake()
    except OSError as error:
        below.close()
        return None, _refused(error, secured.said, elapsed_ms(since))
    chain = sent_chain(secured.tls)
    return secured, TlsStep(
        failure=None, version=secured.tls.version() or "", chain=chain, ms=elapsed_ms(since)
    )


def _refused(error: OSError, said: Plaintext, ms: int) -> TlsStep:
    """Why there is no TLS. A server that asked for a certificate and then breaks off wants one (RFC 5246, 7.4.6)."""
    if not isinstance(error, ssl.SSLError):
        return TlsStep(failure=of_os_error(error), wants_certificate=said.wants_certificate, ms=ms)
    failure, alert = of_tls_error(error), alert_name(error)
    if failure is Failure.MALFORMED and said.alert is not None:
        failure, alert = Failure.ALERT, _UNNAMED_ALERTS.get(said.alert, f"alert_{said.alert}")
    return TlsStep(failure=failure, alert=alert, wants_certificate=said.wants_certificate, ms=ms)


def sent_chain(secured: ssl.SSLObject) -> tuple[bytes, ...]:
    """The certificates that the server sent, leaf first, as DER."""
    if hasattr(secured, "get_unverified_chain"):
        return tuple(secured.get_unverified_chain())[:_MAX_CERTIFICATES]
    # Before Python 3.13 the chain is only on the object below, as truststore uses it too.
    below = secured._sslobj  # type: ignore[attr-defined]  # no public way before 3.13
    certificates = below.get_unverified_chain() or ()
    return tuple(ssl.PEM_cert_to_DER_cert(c.public_bytes()) for c in certificates[:_MAX_CERTIFICATES])
