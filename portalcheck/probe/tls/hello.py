"""What is offered to a server: a context for each kind of ClientHello.

Lists are what Chromium 156 and Firefox 153 both offer, in Chromium's order; tests/browsers compares them with what the
installed browsers send.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from portalcheck.facts import Hello

if TYPE_CHECKING:
    from OpenSSL import SSL

GROUPS = "X25519:P-256:P-384"
_POST_QUANTUM = "*X25519MLKEM768:*"
"""In front of `GROUPS`; the stars ask for key shares of both, as browsers send them."""
SIGNATURE_ALGORITHMS = (
    "ecdsa_secp256r1_sha256:rsa_pss_rsae_sha256:rsa_pkcs1_sha256:ecdsa_secp384r1_sha384:rsa_pss_rsae_sha384"
    ":rsa_pkcs1_sha384:rsa_pss_rsae_sha512:rsa_pkcs1_sha512"
)
CIPHERS = (
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384"
    ":ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-RSA-AES128-SHA"
    ":ECDHE-RSA-AES256-SHA:AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA:AES256-SHA"
)
_CIPHERS_1_3 = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
_ALL_CIPHERS = "ALL:!aNULL:!eNULL:@SECLEVEL=0"
_ALL_GROUPS = "X25519:P-256:X448:P-384:P-521"
_RESERVED = 0x4A4A
"""An extension that nobody knows (GREASE, RFC 8701), as Chromium sends some; here always the same, and empty."""
_ECH_GREASE = 1 << 37
"""OpenSSL's SSL_OP_ECH_GREASE since 4.0, for which pyOpenSSL has no name: older ones take it for nothing."""


class _Offer(NamedTuple):
    two_packets: bool = True
    http2: bool = True
    tls_1_3: bool = True
    all_there_is: bool = False


_OFFERS = {
    Hello.BROWSER: _Offer(),
    Hello.CHROMIUM: _Offer(),
    Hello.SMALL: _Offer(two_packets=False),
    Hello.TLS_1_2: _Offer(two_packets=False, tls_1_3=False),
    Hello.HTTP_1: _Offer(http2=False),
    Hello.PLAIN: _Offer(two_packets=False, http2=False),
    Hello.ANY: _Offer(two_packets=False, all_there_is=True),
}


@cache
def evidence_context(hello: Hello = Hello.BROWSER) -> SSL.Context:
    """A client context that offers what `hello` says, and verifies nothing."""
    from OpenSSL import SSL

    from portalcheck.probe.tls.openssl import binding, client_context

    offer = _OFFERS[hello]
    context = client_context()
    context.set_options(
        SSL.OP_ALL | SSL.OP_NO_COMPRESSION | SSL.OP_LEGACY_SERVER_CONNECT | SSL.OP_NO_RENEGOTIATION
    )
    context.set_alpn_protos([b"h2", b"http/1.1"] if offer.http2 else [b"http/1.1"])
    # Old versions are deprecated for use; here they are only proved to be all that a server speaks.
    context.set_min_proto_version(SSL.TLS1_VERSION if offer.all_there_is else SSL.TLS1_2_VERSION)
    context.set_max_proto_version(SSL.TLS1_3_VERSION if offer.tls_1_3 else SSL.TLS1_2_VERSION)
    if offer.all_there_is:
        context.set_cipher_list(_ALL_CIPHERS.encode())
        binding.SSL_CTX_set1_curves_list(context._context, _ALL_GROUPS.encode())
        return context
    context.set_cipher_list(f"{CIPHERS}:@SECLEVEL=1".encode())
    context.set_tls13_ciphersuites(_CIPHERS_1_3.encode())
    binding.SSL_CTX_set1_sigalgs_list(context._context, SIGNATURE_ALGORITHMS.encode())
    if offer.two_packets:
        _as_large_as_theirs(context)
    else:
        binding.SSL_CTX_set1_curves_list(context._context, GROUPS.encode())
    return context


def _as_large_as_theirs(context: SSL.Context) -> None:
    from portalcheck.probe.tls.openssl import binding, ffi

    binding.SSL_CTX_set1_curves_list(context._context, (_POST_QUANTUM + GROUPS).encode())
    binding.SSL_CTX_set_options(context._context, _ECH_GREASE)
    binding.SSL_CTX_add_client_custom_ext(context._context, _RESERVED, *[ffi.NULL] * 5)
