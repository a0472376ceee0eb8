"""Certificates minted on the spot, so that none can be out of date: ECDSA P-256, RFC 5280 profile."""

from __future__ import annotations

import datetime
import ssl
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

DAY_S = 86_400.0
_DER = serialization.Encoding.DER
_PEM = serialization.Encoding.PEM


class Issued(msgspec.Struct, frozen=True):
    """A certificate with its key, and the chain that a server sends with it, leaf first."""

    key: ec.EllipticCurvePrivateKey
    chain: tuple[x509.Certificate, ...]

    @property
    def certificate(self) -> x509.Certificate:
        """The leaf, or the authority's own certificate."""
        return self.chain[0]

    @property
    def der(self) -> bytes:
        """The leaf, or the authority's own certificate, as DER."""
        return self.certificate.public_bytes(_DER)


class Minted(msgspec.Struct, frozen=True, kw_only=True):
    """What goes into one certificate. Times are seconds since the epoch; an empty `names` makes a CA.

    `responder_url` and `crl_url` are where its revocation can be asked for.
    """

    common_name: str
    organisation: str
    not_before: float
    not_after: float
    names: tuple[str, ...] = ()
    path_length: int | None = None
    issuer_url: str = ""
    responder_url: str = ""
    crl_url: str = ""
    signs_ocsp: bool = False


def mint(minted: Minted, issuer: Issued | None = None, *, send_issuer: bool = True) -> Issued:
    """Sign a certificate by `issuer`, or by itself where there is none.

    `send_issuer` says whether the server's chain goes on with the issuer's; a root that was not itself
    issued by another is sent too, as inspection products do.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(minted)
    signer = issuer or Issued(key, ())
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_moment(minted.not_before))
        .not_valid_after(_moment(minted.not_after))
    )
    authority_key = signer.key.public_key()
    for extension, critical in _extensions(minted, key.public_key(), authority_key):
        builder = builder.add_extension(extension, critical)
    certificate = builder.sign(signer.key, hashes.SHA256())
    return Issued(key, (certificate, *(issuer.chain if issuer and send_issuer else ())))


def server_context(issued: Issued, *, clients: Sequence[bytes] = ()) -> ssl.SSLContext:
    """A TLS 1.2+ context that presents the chain; `clients` (DER roots) makes it demand a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    private = issued.key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    # The ssl module takes keys from files only; the folder is readable by this user alone and gone at once.
    with tempfile.TemporaryDirectory(prefix="portalcheck-demo-") as folder:
        path = Path(folder, "chain.pem")
        path.write_bytes(private + b"".join(one.public_bytes(_PEM) for one in issued.chain))
        context.load_cert_chain(path)
    if clients:
        context.load_verify_locations(cadata=b"".join(clients))
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _moment(seconds: float) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(int(seconds), datetime.UTC)


def _name(minted: Minted) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, minted.organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, minted.common_name),
        ]
    )


def _extensions(
    minted: Minted, key: ec.EllipticCurvePublicKey, authority: ec.EllipticCurvePublicKey
) -> list[tuple[x509.ExtensionType, bool]]:
    is_authority = not minted.names
    found: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=is_authority, path_length=minted.path_length), True),
        (x509.SubjectKeyIdentifier.from_public_key(key), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(authority), False),
        (_usage(is_authority), True),
    ]
    if minted.names:
        found.append((x509.SubjectAlternativeName([x509.DNSName(name) for name in minted.names]), False))
        use = ExtendedKeyUsageOID.OCSP_SIGNING if minted.signs_ocsp else ExtendedKeyUsageOID.SERVER_AUTH
        found.append((x509.ExtendedKeyUsage([use]), False))
    places = (
        (AuthorityInformationAccessOID.CA_ISSUERS, minted.issuer_url),
        (AuthorityInformationAccessOID.OCSP, minted.responder_url),
    )
    access = [
        x509.AccessDescription(method, x509.UniformResourceIdentifier(url)) for method, url in places if url
    ]
    if access:
        found.append((x509.AuthorityInformationAccess(access), False))
    if minted.crl_url:
        name = x509.UniformResourceIdentifier(minted.crl_url)
        found.append((x509.CRLDistributionPoints([x509.DistributionPoint([name], None, None, None)]), False))
    return found


def _usage(is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )
