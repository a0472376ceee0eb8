"""The one place that turns exceptions of sockets, resolvers and TLS into failure codes, by class and number only."""

from __future__ import annotations

import errno
import socket

from portalcheck.facts import Failure
from portalcheck.shortage import ShortageError, is_shortage

_BY_ERRNO = {
    errno.ECONNREFUSED: Failure.REFUSED,
    errno.ECONNRESET: Failure.RESET,
    errno.ECONNABORTED: Failure.RESET,
    errno.EPIPE: Failure.RESET,
    errno.ETIMEDOUT: Failure.TIMED_OUT,
    errno.ENETUNREACH: Failure.NETWORK_UNREACHABLE,
    errno.ENETDOWN: Failure.NETWORK_UNREACHABLE,
    errno.EADDRNOTAVAIL: Failure.NETWORK_UNREACHABLE,
    errno.EAFNOSUPPORT: Failure.NETWORK_UNREACHABLE,
    errno.EHOSTUNREACH: Failure.HOST_UNREACHABLE,
    errno.EHOSTDOWN: Failure.HOST_UNREACHABLE,
    errno.EACCES: Failure.DENIED,
    errno.EPERM: Failure.DENIED,
    getattr(errno, "WSAEACCES", errno.EACCES): Failure.DENIED,  # Windows has a number of its own for sockets
    # A Linux `blackhole` route answers connect() with EINVAL.
    errno.EINVAL: Failure.NETWORK_UNREACHABLE,
    errno.EMSGSIZE: Failure.TOO_LARGE,
}

_NO_SUCH_NAME = {
    getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA", "EAI_ADDRFAMILY") if hasattr(socket, name)
}

# The alerts of TLS by number (IANA, TLS Alerts; RFC 8446, 6).
_ALERTS = {
    0: "close_notify",
    10: "unexpected_message",
    20: "bad_record_mac",
    21: "decryption_failed",
    22: "record_overflow",
    30: "decompression_failure",
    40: "handshake_failure",
    41: "no_certificate",
    42: "bad_certificate",
    43: "unsupported_certificate",
    44: "certificate_revoked",
    45: "certificate_expired",
    46: "certificate_unknown",
    47: "illegal_parameter",
    48: "unknown_ca",
    49: "access_denied",
    50: "decode_error",
    51: "decrypt_error",
    52: "too_many_cids_requested",
    60: "export_restriction",
    70: "protocol_version",
    71: "insufficient_security",
    80: "internal_error",
    86: "inappropriate_fallback",
    90: "user_canceled",
    100: "no_renegotiation",
    109: "missing_extension",
    110: "unsupported_extension",
    111: "certificate_unobtainable",
    112: "unrecognized_name",
    113: "bad_certificate_status_response",
    114: "bad_certificate_hash_value",
    115: "unknown_psk_identity",
    116: "certificate_required",
    117: "general_error",
    120: "no_application_protocol",
    121: "ech_required",
}
_PROTOCOL_VERSION = 70
# Servers that follow RFC 8446 send the first, others the second; nobody can complain of one that was not sent.
_CERTIFICATE_WANTED = {116, 42}
_TLS_1_2 = 0x0303
_MESSAGE_TOO_LARGE = 152
"""OpenSSL's reason SSL_R_EXCESSIVE_MESSAGE_SIZE, the same in every version: no alert says it."""


_MAY_BE_OURS = {Failure.OTHER, Failure.MALFORMED}
"""What a library may say, or the table above, where this computer is short of something."""


class TlsError(OSError):
    """A TLS connection failed.

    `ended` says that the peer closed it, `foreign` that it spoke no TLS. `alert` is the number of the alert that the
    peer sent, `sent` that of ours, for OpenSSL's `reason`. `version` is that of the peer's ServerHello, if one came.
    """

    def __init__(
        self,
        *,
        ended: bool = False,
        alert: int | None = None,
        sent: int | None = None,
        reason: int = 0,
        foreign: bool = False,
        version: int | None = None,
    ) -> None:
        super().__init__()
        self.ended, self.alert, self.sent, self.reason = ended, alert, sent, reason
        self.foreign, self.version = foreign, version


def of_os_error(error: OSError) -> Failure:
    """The code for an error of a socket, a resolver or TLS; what has no code of its own is `other`.

    Raises ShortageError where the error tells nothing of the other side.
    """
    told = _of_os_error(error)
    if told in _MAY_BE_OURS and is_shortage(error):
        raise ShortageError(error.errno, error.strerror) from error
    return told


def _of_os_error(error: OSError) -> Failure:
    if isinstance(error, TlsError):
        return of_tls_error(error)
    if isinstance(error, socket.gaierror):
        return Failure.NOT_FOUND if error.errno in _NO_SUCH_NAME else Failure.OTHER
    if isinstance(error, TimeoutError):
        return Failure.TIMED_OUT
    if isinstance(error, ConnectionRefusedError):
        return Failure.REFUSED
    if isinstance(error, ConnectionError):
        return Failure.RESET
    return _BY_ERRNO.get(error.errno or 0, Failure.OTHER)


def of_tls_error(error: TlsError) -> Failure:
    """The code for an error of TLS; `alert_name` tells which alert is behind `alert`."""
    if error.foreign:
        return Failure.NOT_TLS
    if error.alert is not None:
        return Failure.TOO_OLD if error.alert == _PROTOCOL_VERSION else Failure.ALERT
    if error.ended:
        return Failure.CLOSED
    if error.sent == _PROTOCOL_VERSION and error.version is not None and error.version < _TLS_1_2:
        return Failure.TOO_OLD
    return Failure.TOO_LARGE if error.reason == _MESSAGE_TOO_LARGE else Failure.MALFORMED


def alert_name(error: TlsError) -> str:
    """The name of the alert that the other side sent, `` where there was none."""
    return "" if error.alert is None else _ALERTS.get(error.alert, f"alert_{error.alert}")


def client_certificate_requested(error: OSError) -> bool:
    """Whether the peer refused, after the handshake, because it was shown no client certificate."""
    return isinstance(error, TlsError) and error.alert in _CERTIFICATE_WANTED
