"""Exceptions of sockets and TLS become failure codes here, once, by class, number and symbol only."""

from __future__ import annotations

import errno
import re
import socket
import ssl

from portalcheck.facts import Failure

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
    # A Linux `blackhole` route answers connect() with EINVAL.
    errno.EINVAL: Failure.NETWORK_UNREACHABLE,
    errno.EMSGSIZE: Failure.TOO_LARGE,
}

_NO_SUCH_NAME = {
    getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA", "EAI_ADDRFAMILY") if hasattr(socket, name)
}

# Symbols of OpenSSL's reason codes, the same in 1.1.1 and 3.x.
_NOT_TLS = {
    "WRONG_VERSION_NUMBER",
    "HTTP_REQUEST",
    "HTTPS_PROXY_REQUEST",
    "UNKNOWN_PROTOCOL",
    "PACKET_LENGTH_TOO_LONG",
}
_TOO_OLD = {"UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "VERSION_TOO_LOW"}
_TOO_LARGE = {"EXCESSIVE_MESSAGE_SIZE"}
_EOF = {"UNEXPECTED_EOF_WHILE_READING"}
_ALERT = re.compile(r"(?:SSLV3|TLSV1|TLSV13)_(?:ALERT_)?([A-Z_]+)")
# Servers that follow RFC 8446 send the first, others the second; nobody can complain of one that was not sent.
_CERTIFICATE_WANTED = {"TLSV13_ALERT_CERTIFICATE_REQUIRED", "SSLV3_ALERT_BAD_CERTIFICATE"}


def of_os_error(error: OSError) -> Failure:
    """The code for an error of the operating system below TLS."""
    if isinstance(error, ssl.SSLError):
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


def of_tls_error(error: ssl.SSLError) -> Failure:
    """The code for an error of TLS; alerts are told apart by `alert_name`."""
    reason = error.reason or ""
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError) or reason in _EOF:
        return Failure.CLOSED
    if reason in _NOT_TLS:
        return Failure.NOT_TLS
    if reason in _TOO_OLD:
        return Failure.TOO_OLD
    if reason in _TOO_LARGE:
        return Failure.TOO_LARGE
    return Failure.ALERT if _ALERT.fullmatch(reason) else Failure.MALFORMED


def alert_name(error: ssl.SSLError) -> str:
    """The alert's name (RFC 8446, 6) in lower case, `` where the error was no alert."""
    found = _ALERT.fullmatch(error.reason or "")
    return found[1].lower() if found else ""


def wants_certificate(error: ssl.SSLError) -> bool:
    """Whether the peer refused, after the handshake, because it was shown no client certificate."""
    return error.reason in _CERTIFICATE_WANTED
