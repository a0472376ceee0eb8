"""Why a layer did not work: one closed list of codes for all of them."""

from __future__ import annotations

from enum import StrEnum


class Failure(StrEnum):
    """Why a layer did not work; given once, where the exception of a socket or library is met."""

    # names
    NXDOMAIN = "nxdomain"
    """A DNS server says that the name does not exist (RFC 8020)."""
    NODATA = "nodata"
    """The name exists and has no address of the families that were asked for (RFC 2308, 2.2)."""
    SERVFAIL = "servfail"
    """A DNS server could not answer, or found that signatures do not hold (DNSSEC)."""
    QUERY_REFUSED = "query-refused"
    """A DNS server answers, and will not answer this question."""
    RCODE = "rcode"
    """A DNS server answered with another response code than these."""
    TRUNCATED = "truncated"
    """A DNS server's answer is too long for a datagram, and over TCP it did not come (RFC 7766)."""
    NOT_FOUND = "not-found"
    """The system's resolver, which does not tell NXDOMAIN from NODATA, has no address for the name."""
    # connections, at any layer
    TIMED_OUT = "timed-out"
    """No answer within the time that the layer is given, or that was left of the run."""
    REFUSED = "refused"
    """The connection was refused: TCP's answer to SYN was RST."""
    RESET = "reset"
    """An established connection was reset (RST), or could no longer be written to."""
    CLOSED = "closed"
    """The other side closed the connection before its answer was whole."""
    NETWORK_UNREACHABLE = "network-unreachable"
    """This computer, or a router, has no route to the address, or the computer no address of that family."""
    HOST_UNREACHABLE = "host-unreachable"
    """The network of the address was reached, the host was not."""
    DENIED = "denied"
    """The operating system forbade it (EACCES, EPERM), as a local firewall does."""
    MALFORMED = "malformed"
    """An answer came that breaks the rules of its protocol, be it DNS, SOCKS, TLS or HTTP."""
    TOO_LARGE = "too-large"
    """An answer, one of its parts, or a packet is larger than the limit."""
    OTHER = "other"
    """No other code fits: an errno that is not listed here, a name that TLS cannot send, a proxy of an unknown scheme,
    or an answer of DNS over HTTPS from a server that does not prove itself, or with a status other than 200."""
    # TLS
    NOT_TLS = "not-tls"
    """What came instead of a handshake is no TLS record."""
    ALERT = "alert"
    """The server ended the handshake with a TLS alert (RFC 8446, 6) other than protocol_version."""
    TOO_OLD = "too-old"
    """Server and client have no version of TLS in common; the server's are below 1.2."""
    # HTTP/2
    STREAM_RESET = "stream-reset"
    """The server ended the stream of a request by RST_STREAM (RFC 9113, 5.4.2)."""
    HTTP_1_REQUIRED = "http-1-required"
    """The same, as it wants HTTP/1.1 for what was asked; browsers then ask so, and so does this program."""
    # proxies
    PROXY_NAME = "proxy-name"
    """The proxy's own name has no address."""
    PROXY_DOWN = "proxy-unreachable"
    """No connection to the proxy could be made."""
    PROXY_AUTH = "proxy-login"
    """The proxy asks for a user name and password (407, or SOCKS's methods), which are never sent."""
    PROXY_REFUSED = "proxy-refused"
    """The proxy answered that it will not, or cannot, connect to the host."""
    # ours
    NOT_PERMITTED = "not-permitted"
    """This program may not contact the address (a redirect or certificate that points at this computer); nothing was
    sent."""
