"""TLS without verification: what the server sends is evidence, and is judged later and offline.

No cookie or credential ever travels over such a connection. What a browser would accept is accepted here
(no legacy renegotiation check, weak signatures), so that only a real refusal counts as one.
"""

from __future__ import annotations

import socket
import ssl
import time
import warnings

from portalcheck.facts import Failure, TlsStep
from portalcheck.path.classify import alert_name, of_os_error, of_tls_error
from portalcheck.path.waiting import Deadline

HANDSHAKE_LIMIT_S = 4.0
_MAX_CERTIFICATES = 24
_OP_LEGACY_SERVER_CONNECT = 0x4


def evidence_context(oldest_tls: bool = False) -> ssl.SSLContext:
    """A client context that verifies nothing; with `oldest_tls` it also speaks TLS 1.0 and 1.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.options |= _OP_LEGACY_SERVER_CONNECT
    context.set_alpn_protocols(["http/1.1"])
    context.set_ciphers("DEFAULT:@SECLEVEL=0" if oldest_tls else "DEFAULT:@SECLEVEL=1")
    if oldest_tls:
        with warnings.catch_warnings():
            # Old versions are deprecated for use; here they are only proved to be all that a server speaks.
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


def handshake(
    sock: socket.socket, server_name: str, deadline: Deadline, *, oldest_tls: bool = False
) -> tuple[ssl.SSLSocket | None, TlsStep]:
    """Make TLS on a connected socket, which is closed when that fails. `server_name` is the SNI (RFC 6066)."""
    since = time.monotonic()
    sock.settimeout(deadline.limit(HANDSHAKE_LIMIT_S))
    try:
        secured = evidence_context(oldest_tls).wrap_socket(sock, server_hostname=server_name)
    except ssl.SSLError as error:
        sock.close()
        return None, TlsStep(failure=of_tls_error(error), alert=alert_name(error), ms=_ms(since))
    except OSError as error:
        sock.close()
        return None, TlsStep(failure=of_os_error(error), ms=_ms(since))
    except (ValueError, UnicodeError):
        sock.close()
        return None, TlsStep(failure=Failure.OTHER, ms=_ms(since))
    chain = sent_chain(secured)
    return secured, TlsStep(failure=None, version=secured.version() or "", chain=chain, ms=_ms(since))


def sent_chain(secured: ssl.SSLSocket) -> tuple[bytes, ...]:
    """The certificates that the server sent, leaf first, as DER."""
    if hasattr(secured, "get_unverified_chain"):
        return tuple(secured.get_unverified_chain())[:_MAX_CERTIFICATES]
    # Before Python 3.13 the chain is only on the object below, as truststore uses it too.
    below = secured._sslobj  # type: ignore[attr-defined]  # no public way before 3.13
    certificates = below.get_unverified_chain() or ()
    return tuple(ssl.PEM_cert_to_DER_cert(c.public_bytes()) for c in certificates[:_MAX_CERTIFICATES])


def _ms(since: float) -> int:
    return round((time.monotonic() - since) * 1000)
