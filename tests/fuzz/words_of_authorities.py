"""What authorities say of one certificate, as seeds: made once, and true at a fixed time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from portalcheck.demo.certificates import DAY_S, Minted, mint
from portalcheck.demo.revocation import Word, ocsp_response
from tests.fuzz.target import NOW
from tests.probe.revocation_lists import revocation_list

_minted = partial(Minted, organisation="Org", not_before=NOW - 900 * DAY_S, not_after=NOW + 3000 * DAY_S)


def standings() -> Iterator[tuple[str, str, bytes]]:
    """What authorities say of one certificate. The first word of a name is what may be believed of it."""
    above, namesake = (mint(_minted(common_name="Authority")) for _ in range(2))
    asked = partial(_minted, responder_url="http://ca.example/ask", crl_url="http://ca.example/list.crl")
    leaf, other = (mint(asked(common_name="portal", names=("portal.example",)), above) for _ in range(2))
    responder = mint(_minted(common_name="r", names=("r.example",), signs_ocsp=True), above)
    revoked, good = Word(now=NOW), Word(now=NOW, revoked=False)
    old = Word(now=NOW, days=(-30.0, -20.0))
    yield "ocsp-response", "pair.der", leaf.der + above.der
    yield "issuer-file", "all-addresses.der", leaf.der
    later = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
    yield "ocsp-response", "busy.der", later.public_bytes(Encoding.DER)
    for name, said in {
        "revoked": ocsp_response(leaf, above, revoked),
        "revoked-by-responder": ocsp_response(leaf, above, revoked, signer=responder),
        "good": ocsp_response(leaf, above, good),
        "unsaid-forged": ocsp_response(leaf, namesake, revoked),
        "unsaid-forged-by-responder": ocsp_response(leaf, above, good, signer=leaf),
        "unsaid-of-another": ocsp_response(other, above, revoked),
        "unsaid-old": ocsp_response(leaf, above, old),
    }.items():
        yield "ocsp-response", f"{name}.der", said
    several = revocation_list(leaf, above, revoked)
    for name, said in {
        "revoked": several,
        "revoked-in.pem": x509.load_der_x509_crl(several).public_bytes(Encoding.PEM),
        "good": revocation_list(leaf, above, good),
        "good-of-another": revocation_list(other, above, revoked),
        "unsaid-forged": revocation_list(leaf, namesake, revoked),
        "unsaid-old": revocation_list(leaf, above, old),
    }.items():
        yield "crl", name if "." in name else f"{name}.der", said
