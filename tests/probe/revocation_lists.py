"""Certificate revocation lists (RFC 5280, 5)."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from portalcheck.demo.certificates import Issued
from portalcheck.demo.revocation import REVOKED_DAYS_AGO, REVOKED_FOR, Word


def revocation_list(leaf: Issued, authority: Issued, word: Word) -> bytes:
    """A CRL as DER, which has the leaf in it if that is revoked."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(word.moment(word.days[0]))
        .next_update(word.moment(word.days[1]))
    )
    if word.revoked:
        entry = (
            x509.RevokedCertificateBuilder()
            .serial_number(leaf.certificate.serial_number)
            .revocation_date(word.moment(-REVOKED_DAYS_AGO))
            .add_extension(x509.CRLReason(REVOKED_FOR), critical=False)
        )
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.DER)
