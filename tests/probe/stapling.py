"""A TLS server that staples an OCSP response, which the ssl module's own cannot."""

from __future__ import annotations

from functools import partial

from OpenSSL import SSL

from portalcheck.demo.certificates import Issued
from portalcheck.demo.servers import Peer, Serve


def stapling(issued: Issued, staple: bytes, inner: Serve, *, newest: int = SSL.TLS1_3_VERSION) -> Serve:
    """Serve what is inside over TLS, with this staple for whoever asks for one."""
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_max_proto_version(newest)
    context.use_certificate(issued.certificate)
    context.use_privatekey(issued.key)
    for above in issued.chain[1:]:
        context.add_extra_chain_cert(above)
    context.set_ocsp_server_callback(lambda connection, data: staple)
    return partial(_serve, context, inner)


def _serve(context: SSL.Context, inner: Serve, peer: Peer) -> None:
    peer.socket.settimeout(None)
    secured = SSL.Connection(context, peer.socket)
    secured.set_accept_state()
    try:
        secured.do_handshake()
        inner(Peer(_Secured(secured), peer.stopping))  # type: ignore[arg-type]  # what a site needs of a socket
    except SSL.Error:
        return


class _Secured:
    """A connection whose end, however it comes, is an end."""

    def __init__(self, secured: SSL.Connection) -> None:
        self._secured = secured

    def recv(self, size: int) -> bytes:
        try:
            return self._secured.recv(size)
        except (SSL.ZeroReturnError, SSL.SysCallError):
            return b""

    def sendall(self, data: bytes) -> None:
        self._secured.sendall(data)
