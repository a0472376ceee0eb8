"""What an authority says of certificates that it issued: OCSP responses (RFC 6960)."""

from __future__ import annotations

import datetime

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from portalcheck.demo.certificates import Issued

_USUAL_DAYS = (-0.1, 3.0)
REVOKED_DAYS_AGO = 2.1
REVOKED_FOR = x509.ReasonFlags.key_compromise


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """One statement: revoked or good, from and to so many days from `now`, the true time in epoch seconds."""

    now: float
    revoked: bool = True
    days: tuple[float, float] = _USUAL_DAYS

    def moment(self, days: float) -> datetime.datetime:
        """A time so many days from now."""
        return datetime.datetime.fromtimestamp(int(self.now), datetime.UTC) + datetime.timedelta(days=days)


def ocsp_response(leaf: Issued, authority: Issued, word: Word, *, signer: Issued | None = None) -> bytes:
    """A response as DER, signed by the authority, or by `signer`, whose certificate then comes with it."""
    responder = signer or authority
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=leaf.certificate,
            issuer=authority.certificate,
            algorithm=hashes.SHA1(),  # noqa: S303  # names the certificate, as every client knows it (RFC 5019, 2.1.1)
            cert_status=ocsp.OCSPCertStatus.REVOKED if word.revoked else ocsp.OCSPCertStatus.GOOD,
            this_update=word.moment(word.days[0]),
            next_update=word.moment(word.days[1]),
            revocation_time=word.moment(-REVOKED_DAYS_AGO) if word.revoked else None,
            revocation_reason=REVOKED_FOR if word.revoked else None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, responder.certificate)
    )
    if signer is not None:
        builder = builder.certificates([signer.certificate])
    return builder.sign(responder.key, hashes.SHA256()).public_bytes(Encoding.DER)
