"""Certificates of every sort, right and wrong, for the judge of chains."""

from __future__ import annotations

import datetime as dt
import ipaddress
import time
from functools import lru_cache

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

NOW = float(int(time.time()))
DAY_S = 86_400.0
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class Made(msgspec.Struct, frozen=True):
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def der(self) -> bytes:
        """The certificate as DER."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        """The certificate as PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)


class Sort(msgspec.Struct, frozen=True, kw_only=True):
    """What is unusual of a certificate; the default is what public authorities issue."""

    days: tuple[float, float] = (-30.0, 60.0)
    names: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    organisation: str = "Org"
    key: str = "ec"
    sha1: bool = False
    key_ids: bool = True
    constraints: str = "critical"
    issuer_urls: tuple[str, ...] = ()
    client_only: bool = False
    subject_key: Key | None = None


_CA_DAYS = (-2000.0, 2000.0)


def authority(name: str, issuer: Made | None = None, **sort: object) -> Made:
    """A CA certificate, signed by itself where there is no issuer."""
    return make(name, issuer, Sort(**{"days": _CA_DAYS, **sort}), ca=True)  # type: ignore[arg-type]  # checked by msgspec's own constructor


def leaf(issuer: Made | None, *names: str, **sort: object) -> Made:
    """A server's certificate for these names."""
    return make(names[0] if names else "server", issuer, Sort(names=names, **sort), ca=False)  # type: ignore[arg-type]  # as above


def make(common_name: str, issuer: Made | None, sort: Sort, *, ca: bool) -> Made:
    """One certificate."""
    key = sort.subject_key or new_key(sort.key)
    subject = _name(common_name, sort.organisation)
    signer = issuer or Made(None, key)  # type: ignore[arg-type]  # a self-signed one has no issuer's certificate
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_moment(sort.days[0]))
        .not_valid_after(_moment(sort.days[1]))
    )
    for extension, critical in _extensions(sort, key, signer.key, ca=ca):
        builder = builder.add_extension(extension, critical)
    made = Made(builder.sign(signer.key, hashes.SHA256()), key)
    return _signed_with_sha1(made, signer.key) if sort.sha1 else made


_SHA256_WITH_RSA, _SHA1_WITH_RSA = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105")


def _signed_with_sha1(made: Made, key: Key) -> Made:
    """The same certificate under an old signature, which the library does not make any more."""
    assert isinstance(key, rsa.RSAPrivateKey)
    certified = made.certificate.tbs_certificate_bytes.replace(_SHA256_WITH_RSA, _SHA1_WITH_RSA)
    signature = key.sign(certified, padding.PKCS1v15(), hashes.SHA1())
    old = made.der.replace(_SHA256_WITH_RSA, _SHA1_WITH_RSA).replace(made.certificate.signature, signature)
    return Made(x509.load_der_x509_certificate(old), made.key)


def new_key(kind: str) -> Key:
    """A key: ec, or rsa with its size in bits."""
    if kind == "ec":
        return ec.generate_private_key(ec.SECP256R1())
    return _rsa(int(kind.removeprefix("rsa")))


@lru_cache
def _rsa(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65_537, bits)


def _name(common_name: str, organisation: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _moment(days: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(NOW + days * DAY_S, dt.UTC)


def _extensions(sort: Sort, key: Key, signer: Key, *, ca: bool) -> list[tuple[x509.ExtensionType, bool]]:
    found: list[tuple[x509.ExtensionType, bool]] = []
    if sort.constraints != "none":
        found.append((x509.BasicConstraints(ca=ca, path_length=None), sort.constraints == "critical"))
    if sort.key_ids:
        found.append((x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False))
        found.append((x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False))
    names = [x509.DNSName(name) for name in sort.names]
    addresses = [x509.IPAddress(ipaddress.ip_address(address)) for address in sort.addresses]
    if names or addresses:
        found.append((x509.SubjectAlternativeName([*names, *addresses]), False))
    if not ca:
        usage = ExtendedKeyUsageOID.CLIENT_AUTH if sort.client_only else ExtendedKeyUsageOID.SERVER_AUTH
        found.append((x509.ExtendedKeyUsage([usage]), False))
    if sort.issuer_urls:
        found.append((_issuer_access(sort.issuer_urls), False))
    return found


def _issuer_access(urls: tuple[str, ...]) -> x509.AuthorityInformationAccess:
    method = AuthorityInformationAccessOID.CA_ISSUERS
    return x509.AuthorityInformationAccess(
        [x509.AccessDescription(method, x509.UniformResourceIdentifier(url)) for url in urls]
    )
