"""Why a layer did not work: one closed list of codes for all of them."""

from __future__ import annotations

from enum import StrEnum


class Failure(StrEnum):
    """Why a layer did not work; given once, where the exception of a socket or library is met."""

    # names
    NXDOMAIN = "nxdomain"
    NODATA = "nodata"
    SERVFAIL = "servfail"
    QUERY_REFUSED = "query-refused"
    RCODE = "rcode"
    NO_SERVER = "no-server"
    NOT_FOUND = "not-found"
    # connections, at any layer
    TIMED_OUT = "timed-out"
    REFUSED = "refused"
    RESET = "reset"
    CLOSED = "closed"
    NETWORK_UNREACHABLE = "network-unreachable"
    HOST_UNREACHABLE = "host-unreachable"
    DENIED = "denied"
    MALFORMED = "malformed"
    TOO_LARGE = "too-large"
    OTHER = "other"
    # TLS
    NOT_TLS = "not-tls"
    ALERT = "alert"
    TOO_OLD = "too-old"
    # proxies
    PROXY_NAME = "proxy-name"
    PROXY_DOWN = "proxy-unreachable"
    PROXY_AUTH = "proxy-login"
    PROXY_REFUSED = "proxy-refused"
    # ours
    NOT_PERMITTED = "not-permitted"
