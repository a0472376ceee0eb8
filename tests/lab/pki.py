"""The certificate authorities of the lab, minted when a world starts, so that no fixture ever lapses."""

from __future__ import annotations

import ssl
import tempfile
import time
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtensionOID

from portalcheck.demo.certificates import DAY_S, Issued, Minted, mint
from tests.lab import names

_FIVE_YEARS_S = 5 * 365 * DAY_S
USUAL_DAYS = (-30.0, 60.0)


def pem(issued: Issued) -> str:
    """The certificate itself as PEM."""
    return issued.certificate.public_bytes(Encoding.PEM).decode("ascii")


class Authorities:
    """Roots, an intermediate, and the leaves that they sign."""

    def __init__(self) -> None:
        self.now = time.time()

    @cached_property
    def root(self) -> Issued:
        """The root that stands for the public ones: in the system's store and in Mozilla's."""
        return self._authority("Lab Trust Services", "Lab Root R1")

    @cached_property
    def intermediate(self) -> Issued:
        """The public root's intermediate."""
        return self._authority("Lab Trust Services", "Lab TLS CA 1", self.root)

    @cached_property
    def inspection(self) -> Issued:
        """The root of a product that inspects TLS."""
        return self._authority("Avast Web/Mail Shield", "Avast Web/Mail Shield Root")

    @cached_property
    def private(self) -> Issued:
        """A root that no store has."""
        return self._authority("Internal Services", "Internal Root")

    def leaf(
        self,
        *hosts: str,
        signer: Issued | None = None,
        days: tuple[float, float] = USUAL_DAYS,
        send_issuer: bool = True,
        issuer_url: bool = True,
        responder_url: str = "",
        crl_url: str = "",
    ) -> Issued:
        """A server's certificate, valid from and to so many days from now.

        `responder_url` and `crl_url` are where its revocation can be asked for.
        """
        public = signer is None
        return mint(
            Minted(
                common_name=hosts[0],
                organisation="Lab Portal",
                not_before=self.now + days[0] * DAY_S,
                not_after=self.now + days[1] * DAY_S,
                names=hosts,
                issuer_url=f"http://{names.AIA}/issuer.der" if public and issuer_url else "",
                responder_url=responder_url,
                crl_url=crl_url,
            ),
            signer or self.intermediate,
            send_issuer=send_issuer,
        )

    def odd_leaf(
        self, *hosts: str, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, digest: hashes.SHA256
    ) -> ssl.SSLContext:
        """A server's certificate with a key, or signed in a way, that few have; and TLS that shows it all the same."""
        usual = self.leaf(*hosts)
        template = usual.certificate
        builder = x509.CertificateBuilder(
            template.issuer,
            template.subject,
            key.public_key(),
            x509.random_serial_number(),
            template.not_valid_before_utc,
            template.not_valid_after_utc,
            [one for one in template.extensions if one.oid != ExtensionOID.SUBJECT_KEY_IDENTIFIER],
        )
        certificate = builder.sign(self.intermediate.key, digest)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        pem_key = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        chain = (certificate, *usual.chain[1:])
        with tempfile.NamedTemporaryFile() as file:
            file.write(pem_key + b"".join(one.public_bytes(Encoding.PEM) for one in chain))
            file.flush()
            context.load_cert_chain(file.name)
        return context

    def responder(self) -> Issued:
        """Whom the intermediate appointed to speak for it (RFC 6960, 4.2.2.2)."""
        return mint(
            Minted(
                common_name=names.RESPONDER,
                organisation="Lab Trust Services",
                not_before=self.now - 30 * DAY_S,
                not_after=self.now + 60 * DAY_S,
                names=(names.RESPONDER,),
                signs_ocsp=True,
            ),
            self.intermediate,
        )

    def self_signed(self, host: str) -> Issued:
        """A certificate that nobody but itself vouches for."""
        return mint(
            Minted(
                common_name=host,
                organisation="Nobody",
                not_before=self.now - 30 * DAY_S,
                not_after=self.now + 60 * DAY_S,
                names=(host,),
            )
        )

    def _authority(self, organisation: str, common_name: str, issuer: Issued | None = None) -> Issued:
        minted = Minted(
            common_name=common_name,
            organisation=organisation,
            not_before=self.now - _FIVE_YEARS_S,
            not_after=self.now + _FIVE_YEARS_S,
            path_length=0 if issuer else None,
        )
        # Public servers do not send the root along with the intermediate.
        return mint(minted, issuer, send_issuer=False)
