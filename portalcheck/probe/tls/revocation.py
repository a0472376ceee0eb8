"""Has the issuer withdrawn a certificate? OCSP responses (RFC 6960) and CRLs (RFC 5280, 5) judged offline.

Whatever was not signed by the certificate's own issuer, or by a responder that the issuer appointed, is about another
certificate, is out of date or cannot be read, says nothing: a forger must be able neither to blame nor to clear.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from portalcheck.facts import CLOCK_TOLERANCE_S, CertStatus, Revocation, RevocationReason
from portalcheck.probe.tls.certificate import READ_ERRORS, load
from portalcheck.probe.tls.quiet import quietly

_WITHOUT_NEXT_UPDATE = dt.timedelta(days=1)
"""How long a statement counts that does not say when the next one comes, as Mozilla's verifier has it."""
_MAX_RESPONDERS = 4
_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
_NOT_FOR_LEAVES = ("only_contains_ca_certs", "only_contains_attribute_certs", "indirect_crl")

UNSAID = Revocation(CertStatus.UNKNOWN)
GOOD = Revocation(CertStatus.GOOD)


class Pair:
    """A certificate and the one that issued it, proved by the signature. Raises ValueError where it did not."""

    def __init__(self, leaf: bytes, issuer: bytes) -> None:
        certificate, above = load(leaf), load(issuer)
        if certificate is None or above is None:
            raise ValueError("no certificate")
        try:
            certificate.verify_directly_issued_by(above)
        except (InvalidSignature, *READ_ERRORS) as error:
            raise ValueError("not issued by it") from error
        self.leaf, self.issuer = certificate, above

    def question(self, algorithm: hashes.HashAlgorithm | None = None) -> ocsp.OCSPRequest:
        """The request that asks about the certificate; by SHA-1, which every responder knows (RFC 5019, 2.1.1)."""
        builder = ocsp.OCSPRequestBuilder()
        return builder.add_certificate(self.leaf, self.issuer, algorithm or hashes.SHA1()).build()  # noqa: S303  # names the certificate, proves nothing

    def question_bytes(self) -> bytes:
        """The same as DER, to be sent."""
        return self.question().public_bytes(Encoding.DER)


def read_ocsp(pair: Pair, data: bytes, now: float) -> Revocation:
    """What an OCSP response (DER) says of the certificate at a time (seconds since the epoch)."""
    try:
        with quietly():
            response = ocsp.load_der_ocsp_response(data)
            if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
                return UNSAID
            ours = [one for one in response.responses if _is_about(pair, one)]
            moment = _moment(now)
            if not ours or not _signed(pair, response, moment):
                return UNSAID
            return next((said for one in ours if (said := _read_single(one, moment)) != UNSAID), UNSAID)
    except (InvalidSignature, OverflowError, *READ_ERRORS):
        return UNSAID


def read_crl(pair: Pair, data: bytes, now: float) -> Revocation:
    """What a CRL (DER or PEM) says of the certificate at a time (seconds since the epoch)."""
    try:
        with quietly():
            crl = _load_crl(data)
            if crl.issuer != pair.leaf.issuer or not _is_whole(crl):
                return UNSAID
            if not isinstance(crl.signature_hash_algorithm, (*_HASHES, type(None))):
                return UNSAID
            if not crl.is_signature_valid(pair.issuer.public_key()):  # type: ignore[arg-type]  # a key of another kind is a TypeError
                return UNSAID
            if not _is_current(crl.last_update_utc, crl.next_update_utc, _moment(now)):
                return UNSAID
            entry = crl.get_revoked_certificate_by_serial_number(pair.leaf.serial_number)
            return GOOD if entry is None else _read_entry(entry)
    except (InvalidSignature, OverflowError, *READ_ERRORS):
        return UNSAID


# ---- OCSP --------------------------------------------------------------------------------------


def _is_about(pair: Pair, single: ocsp.OCSPSingleResponse) -> bool:
    """Whether the CertID is the certificate's: issuer's name, issuer's key and serial number (RFC 6960, 4.1.1)."""
    asked = pair.question(single.hash_algorithm)
    return (asked.issuer_name_hash, asked.issuer_key_hash, asked.serial_number) == (
        single.issuer_name_hash,
        single.issuer_key_hash,
        single.serial_number,
    )


def _signed(pair: Pair, response: ocsp.OCSPResponse, moment: dt.datetime) -> bool:
    """Whether the issuer signed the response, or a responder that it appointed (RFC 6960, 4.2.2.2)."""
    return any(_verifies(signer, response) for signer in _authorised(pair, response, moment))


def _authorised(pair: Pair, response: ocsp.OCSPResponse, moment: dt.datetime) -> Iterator[x509.Certificate]:
    yield pair.issuer
    for certificate in response.certificates[:_MAX_RESPONDERS]:
        try:
            certificate.verify_directly_issued_by(pair.issuer)
            usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        except (InvalidSignature, x509.ExtensionNotFound, *READ_ERRORS):
            continue
        current = certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc
        if current and ExtendedKeyUsageOID.OCSP_SIGNING in usage:
            yield certificate


def _verifies(signer: x509.Certificate, response: ocsp.OCSPResponse) -> bool:
    key, signature, signed = signer.public_key(), response.signature, response.tbs_response_bytes
    algorithm = response.signature_hash_algorithm
    try:
        if isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
            key.verify(signature, signed)
        elif not isinstance(algorithm, _HASHES):
            return False
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, signed, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, signed, ec.ECDSA(algorithm))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _read_single(single: ocsp.OCSPSingleResponse, moment: dt.datetime) -> Revocation:
    if not _is_current(single.this_update_utc, single.next_update_utc, moment):
        return UNSAID
    if single.certificate_status is ocsp.OCSPCertStatus.GOOD:
        return GOOD
    if single.certificate_status is ocsp.OCSPCertStatus.REVOKED and single.revocation_time_utc is not None:
        return _revoked(single.revocation_time_utc, single.revocation_reason)
    return UNSAID


# ---- CRLs --------------------------------------------------------------------------------------


def _load_crl(data: bytes) -> x509.CertificateRevocationList:
    # The address of a CRL gives DER (RFC 5280, 4.2.1.13); some give PEM all the same.
    pem = data.lstrip().startswith(b"-----BEGIN")
    return x509.load_pem_x509_crl(data) if pem else x509.load_der_x509_crl(data)


def _is_whole(crl: x509.CertificateRevocationList) -> bool:
    """Whether the list is for servers' certificates, all of them this issuer's, and no mere change of another list."""
    for extension in crl.extensions:
        if isinstance(extension.value, x509.IssuingDistributionPoint):
            if any(getattr(extension.value, name) for name in _NOT_FOR_LEAVES):
                return False
        elif extension.critical:
            return False
    return True


def _read_entry(entry: x509.RevokedCertificate) -> Revocation:
    reason = None
    for extension in entry.extensions:
        if isinstance(extension.value, x509.CRLReason):
            reason = extension.value.reason
        elif extension.critical:
            return UNSAID
    return _revoked(entry.revocation_date_utc, reason)


# ---- both --------------------------------------------------------------------------------------


def _revoked(since: dt.datetime, reason: x509.ReasonFlags | None) -> Revocation:
    if reason is x509.ReasonFlags.remove_from_crl:
        return GOOD
    return Revocation(CertStatus.REVOKED, since=since.timestamp(), reason=_reason(reason))


def _reason(flag: x509.ReasonFlags | None) -> RevocationReason:
    return RevocationReason.UNSPECIFIED if flag is None else RevocationReason[flag.name.upper()]


def _is_current(this: dt.datetime, following: dt.datetime | None, moment: dt.datetime) -> bool:
    tolerance = dt.timedelta(seconds=CLOCK_TOLERANCE_S)
    end = following if following is not None else this + _WITHOUT_NEXT_UPDATE
    return this - tolerance <= moment <= end + tolerance


def _moment(now: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(now, dt.UTC)
