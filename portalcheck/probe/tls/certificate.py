"""What a certificate says of itself (RFC 5280): names, key, issuer, and where its issuer's certificate is."""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Sequence

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, ExtensionOID

from portalcheck.address.literal import is_address
from portalcheck.probe.tls.quiet import quietly

READ_ERRORS = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
    x509.DuplicateExtension,
)
"""Everything that cryptography raises for a certificate that is none, some of it only when a field is read."""


def load(der: bytes) -> x509.Certificate | None:
    """A certificate whose names and dates can be read, None for any other bytes."""
    # Some public roots have serial numbers that RFC 5280 does not allow; they are trusted all the same.
    with quietly():
        try:
            certificate = x509.load_der_x509_certificate(der)
            # These are parsed only when they are asked for; who uses them later need not expect an error.
            _ = certificate.subject, certificate.issuer
            _ = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        except READ_ERRORS:
            return None
        return certificate


def key_digest(certificate: x509.Certificate) -> str:
    """A short digest of the public key, `` where it is of a kind that cannot be read."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    try:
        spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except READ_ERRORS:
        return ""
    return hashlib.sha256(spki).hexdigest()[:16]


def attribute(name: x509.Name, oid: x509.ObjectIdentifier) -> str:
    """The first value of an attribute of a name, `` where it has none."""
    values = name.get_attributes_for_oid(oid)
    return str(values[0].value)[:200] if values else ""


def for_servers(leaf: x509.Certificate) -> bool:
    """Whether the certificate may be a server's; one that does not say may be anybody's (RFC 5280, 4.2.1.12)."""
    try:
        usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    allowed = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE)
    return any(one in allowed for one in usage)


# ---- names -------------------------------------------------------------------------------------


def subject_names(leaf: x509.Certificate) -> tuple[str, ...]:
    """The DNS names and IP addresses of the subjectAltName; the common name is none (RFC 9525, 6.3)."""
    try:
        value = leaf.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME).value
    except x509.ExtensionNotFound:
        return ()
    assert isinstance(value, x509.SubjectAlternativeName)
    dns = [name.lower().rstrip(".") for name in value.get_values_for_type(x509.DNSName)]
    # An address counts only where it stands as one.
    dns = [name for name in dns if not is_address(name)]
    return (*dns, *(str(address) for address in value.get_values_for_type(x509.IPAddress)))


def matches(host: str, names: Sequence[str]) -> bool:
    """Whether a name is the host's; a wildcard stands for one whole leftmost label (RFC 9525, 6.3)."""
    wanted = host.lower().rstrip(".")
    if is_address(wanted):
        return str(ipaddress.ip_address(wanted)) in names
    _, _, parent = wanted.partition(".")
    return wanted in names or ("." in parent and f"*.{parent}" in names)


def is_www_twin(host: str, names: Sequence[str]) -> bool:
    """Whether the certificate is for the same host with, or without, `www.`."""
    twin = host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"
    return matches(twin, names)


# ---- what is missing ---------------------------------------------------------------------------


def issuer_urls(certificate: x509.Certificate) -> tuple[str, ...]:
    """Where the certificate says that its issuer's can be had over plain HTTP (RFC 5280, 4.2.2.1)."""
    return _access_urls(certificate, AuthorityInformationAccessOID.CA_ISSUERS)[:2]


def responder_urls(certificate: x509.Certificate) -> tuple[str, ...]:
    """The OCSP responder that the certificate names (RFC 6960, 3.1), asked over plain HTTP."""
    return _access_urls(certificate, AuthorityInformationAccessOID.OCSP)[:1]


def crl_urls(certificate: x509.Certificate) -> tuple[str, ...]:
    """Where the list of revoked certificates is that the certificate names (RFC 5280, 4.2.1.13), over plain HTTP."""
    try:
        value = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except (x509.ExtensionNotFound, *READ_ERRORS):
        return ()
    # A list by another issuer, or for some reasons only, does not tell all (RFC 5280, 4.2.1.13).
    names = [
        name for point in value if not (point.crl_issuer or point.reasons) for name in point.full_name or ()
    ]
    return _plain_http(names)[:1]


def _access_urls(certificate: x509.Certificate, method: x509.ObjectIdentifier) -> tuple[str, ...]:
    try:
        value = certificate.extensions.get_extension_for_oid(ExtensionOID.AUTHORITY_INFORMATION_ACCESS).value
    except (x509.ExtensionNotFound, *READ_ERRORS):
        return ()
    assert isinstance(value, x509.AuthorityInformationAccess)
    return _plain_http([one.access_location for one in value if one.access_method == method])


def _plain_http(names: Sequence[x509.GeneralName]) -> tuple[str, ...]:
    urls = [name.value for name in names if isinstance(name, x509.UniformResourceIdentifier)]
    return tuple(url for url in urls if url.lower().startswith("http://"))


def certificates_in(data: bytes, most: int = 4) -> tuple[bytes, ...]:
    """The certificates in a fetched file: DER, PEM or PKCS #7 (RFC 5280, 4.2.2.1); none in any other."""
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

    if load(data) is not None:
        return (data,)
    readers = (
        x509.load_pem_x509_certificates,
        pkcs7.load_der_pkcs7_certificates,
        pkcs7.load_pem_pkcs7_certificates,
    )
    for reader in readers:
        try:
            with quietly():
                return tuple(c.public_bytes(Encoding.DER) for c in reader(data))[:most]
        except READ_ERRORS:
            continue
    return ()
