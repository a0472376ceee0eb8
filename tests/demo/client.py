"""A plain client of the practice world: standard sockets and TLS, no part of what is diagnosed."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portalcheck.demo.portal import Practice

PORTAL = "portal.practice.example"
IDENTITY = "id.practice.example"
SECONDS = 5.0


class Reply:
    """A response, read to its end."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        response.begin()
        self.status = response.status
        self.location = response.getheader("Location", "")
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()


def dial(practice: Practice, host: str, port: int = 443, family: int = 4) -> socket.socket:
    """A TCP connection to a name or address of the practice world."""
    address = practice.machine.resolve(host, family)[0]
    return socket.create_connection(practice.machine.endpoint(address, port), timeout=SECONDS)


def trusting(roots: Iterable[bytes]) -> ssl.SSLContext:
    """A context that verifies as browsers do, against these roots (DER) only."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=b"".join(roots))
    return context


def anything_goes() -> ssl.SSLContext:
    """A context that verifies nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def secure(
    practice: Practice, host: str, context: ssl.SSLContext | None = None, *, name: str = "", family: int = 4
) -> ssl.SSLSocket:
    """A TLS connection, verified against the practice computer's roots unless a context says otherwise."""
    chosen = context or trusting(practice.machine.system_roots().certificates)
    sock = dial(practice, host, family=family)
    try:
        return chosen.wrap_socket(sock, server_hostname=name or host)
    except OSError:
        sock.close()
        raise


def ask(
    sock: socket.socket, host: str, target: str, method: str = "GET", headers: Mapping[str, str] | None = None
) -> Reply:
    """One request on an open connection."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    sock.sendall("\r\n".join([*lines, "", ""]).encode())
    return Reply(http.client.HTTPResponse(sock, method=method))


def page(
    practice: Practice, host: str, target: str, *, port: int = 443, context: ssl.SSLContext | None = None
) -> Reply:
    """Fetch one page on a connection of its own, over TLS unless the port is 80."""
    if port == 80:
        with dial(practice, host, port) as sock:
            return ask(sock, host, target)
    with secure(practice, host, context) as secured:
        return ask(secured, host, target)


def verify_code(practice: Practice, host: str, roots: Iterable[bytes] | None = None) -> int:
    """OpenSSL's X509_V_ERR code of a verified handshake, 0 where it succeeds."""
    try:
        secure(practice, host, None if roots is None else trusting(roots)).close()
    except ssl.SSLCertVerificationError as error:
        return int(error.verify_code)
    return 0
