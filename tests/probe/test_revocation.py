"""OCSP responses and CRLs: what the issuer says counts, and nothing that anybody else could have made."""

from __future__ import annotations

import datetime as dt
import time
from functools import lru_cache
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.demo.certificates import DAY_S, Issued, Minted, mint
from portalcheck.demo.revocation import REVOKED_DAYS_AGO, Word, ocsp_response
from portalcheck.facts import CertStatus, Revocation, RevocationReason
from portalcheck.probe.tls.revocation import UNSAID, Pair, read_crl, read_ocsp
from tests.probe.revocation_lists import revocation_list

NOW = float(int(time.time()))


def _minted(name: str, *hosts: str, **more: Any) -> Minted:
    usual: dict[str, Any] = {"not_before": NOW - 30 * DAY_S, "not_after": NOW + 60 * DAY_S}
    return Minted(common_name=name, organisation="Org", names=hosts, **{**usual, **more})


@lru_cache
def authority() -> Issued:
    return mint(_minted("Authority"))


@lru_cache
def namesake() -> Issued:
    """Another authority under the same name."""
    return mint(_minted("Authority"))


@lru_cache
def leaf(which: int = 0) -> Issued:
    return mint(_minted("portal", f"portal{which}.example"), authority())


@lru_cache
def responder(
    issuer: str = "authority", *, signs_ocsp: bool = True, days: tuple[float, float] = (-9, 9)
) -> Issued:
    by = {"authority": authority, "namesake": namesake}[issuer]()
    dates = {"not_before": NOW + days[0] * DAY_S, "not_after": NOW + days[1] * DAY_S}
    return mint(_minted("responder", "responder.example", signs_ocsp=signs_ocsp, **dates), by)


def pair(of: Issued | None = None) -> Pair:
    return Pair((of or leaf()).der, authority().der)


def word(**more: Any) -> Word:
    return Word(now=NOW, **more)


READERS = {"ocsp": (read_ocsp, ocsp_response), "crl": (read_crl, revocation_list)}
REVOKED = Revocation(
    CertStatus.REVOKED, since=NOW - REVOKED_DAYS_AGO * DAY_S, reason=RevocationReason.KEY_COMPROMISE
)


# ---- what the issuer says --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", READERS)
def test_a_revoked_certificate_is_revoked_since_and_why(kind: str) -> None:
    read, make = READERS[kind]
    assert read(pair(), make(leaf(), authority(), word()), NOW) == REVOKED


@pytest.mark.parametrize("kind", READERS)
def test_a_good_certificate_is_good(kind: str) -> None:
    read, make = READERS[kind]
    assert read(pair(), make(leaf(), authority(), word(revoked=False)), NOW).status is CertStatus.GOOD


def test_a_responder_that_the_issuer_appointed_speaks_for_it() -> None:
    said = ocsp_response(leaf(), authority(), word(), signer=responder())
    assert read_ocsp(pair(), said, NOW) == REVOKED


@pytest.mark.parametrize("algorithm", [hashes.SHA1(), hashes.SHA256(), hashes.SHA384()])
def test_the_certificate_may_be_named_by_any_hash(algorithm: hashes.HashAlgorithm) -> None:
    assert read_ocsp(pair(), _response(algorithm=algorithm), NOW).status is CertStatus.REVOKED


def test_a_list_may_be_pem() -> None:
    crl = x509.load_der_x509_crl(revocation_list(leaf(), authority(), word()))
    assert read_crl(pair(), crl.public_bytes(Encoding.PEM), NOW) == REVOKED


def test_of_a_list_only_the_certificate_itself_counts() -> None:
    said = revocation_list(leaf(1), authority(), word())
    assert read_crl(pair(), said, NOW).status is CertStatus.GOOD


# ---- what anybody could say ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        lambda: ocsp_response(leaf(1), authority(), word()),
        lambda: ocsp_response(leaf(), namesake(), word()),
        lambda: ocsp_response(leaf(), authority(), word(), signer=namesake()),
        lambda: ocsp_response(leaf(), authority(), word(), signer=responder("namesake")),
        lambda: ocsp_response(leaf(), authority(), word(), signer=responder(signs_ocsp=False)),
        lambda: ocsp_response(leaf(), authority(), word(), signer=responder(days=(-9.0, -1.0))),
        lambda: ocsp_response(leaf(), authority(), word(), signer=leaf()),
        lambda: _broken(ocsp_response(leaf(), authority(), word())),
        lambda: ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER).public_bytes(
            Encoding.DER
        ),
        lambda: _response(status=ocsp.OCSPCertStatus.UNKNOWN),
        lambda: b"",
        lambda: b"<html>sign in</html>",
    ],
    ids=[
        "of-another-certificate",
        "issuer-of-the-same-name",
        "forged-and-signer-enclosed",
        "responder-of-another-issuer",
        "responder-not-appointed",
        "responder-expired",
        "signed-by-the-certificate-itself",
        "signature-broken",
        "try-later",
        "unknown-to-the-responder",
        "empty",
        "a-page",
    ],
)
def test_a_response_that_cannot_be_relied_on_says_nothing(said: Any) -> None:
    assert read_ocsp(pair(), said(), NOW) == UNSAID


@pytest.mark.parametrize(
    "said",
    [
        lambda: revocation_list(leaf(), namesake(), word()),
        lambda: _broken(revocation_list(leaf(), authority(), word())),
        lambda: _list(_distribution(only_contains_ca_certs=True)),
        lambda: _list(_distribution(indirect_crl=True)),
        lambda: _list(x509.DeltaCRLIndicator(7)),
        lambda: b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n",
    ],
    ids=[
        "issuer-of-the-same-name",
        "signature-broken",
        "for-authorities",
        "of-others",
        "mere-changes",
        "junk",
    ],
)
def test_a_list_that_cannot_be_relied_on_says_nothing(said: Any) -> None:
    assert read_crl(pair(), said(), NOW) == UNSAID


def test_a_list_for_servers_alone_is_read() -> None:
    assert (
        read_crl(pair(), _list(_distribution(only_contains_user_certs=True)), NOW).status
        is CertStatus.REVOKED
    )


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize(
    ("days", "counts"),
    [
        ((-1.0, 1.0), True),
        ((-9.0, -1.0), False),
        ((1.0, 9.0), False),
        ((-9.0, -100 / DAY_S), True),
        ((100 / DAY_S, 9.0), True),
        ((-9.0, -600 / DAY_S), False),
        ((600 / DAY_S, 9.0), False),
    ],
)
def test_only_what_is_current_counts_give_or_take_five_minutes(
    kind: str, days: tuple[float, float], counts: bool
) -> None:
    read, make = READERS[kind]
    said = read(pair(), make(leaf(), authority(), word(days=days)), NOW)
    assert said.status is (CertStatus.REVOKED if counts else CertStatus.UNKNOWN)


@pytest.mark.parametrize(("hours", "counts"), [(1, True), (23, True), (25, False)])
def test_what_does_not_say_when_the_next_comes_counts_for_a_day(hours: int, counts: bool) -> None:
    said = _response(this=-hours / 24, following=None)
    assert (read_ocsp(pair(), said, NOW).status is CertStatus.REVOKED) is counts


@pytest.mark.parametrize(("one", "other"), [(leaf, namesake), (authority, leaf), (namesake, authority)])
def test_only_the_true_issuer_makes_a_pair(one: Any, other: Any) -> None:
    with pytest.raises(ValueError, match="issued"):
        Pair(one().der, other().der)


# ---- any bytes -------------------------------------------------------------------------------------


@settings(max_examples=200)
@given(st.binary(max_size=400))
def test_no_bytes_blame_or_clear_anybody(data: bytes) -> None:
    assert read_ocsp(pair(), data, NOW) == UNSAID
    assert read_crl(pair(), data, NOW) == UNSAID


@lru_cache
def _true_words(kind: str) -> bytes:
    return READERS[kind][1](leaf(), authority(), word(revoked=False))


@settings(max_examples=300)
@given(st.sampled_from(sorted(READERS)), st.integers(0, 10_000), st.integers(1, 255), st.booleans())
def test_no_change_to_a_good_word_makes_a_bad_one(kind: str, at: int, change: int, cut: bool) -> None:
    data = bytearray(_true_words(kind))
    at %= len(data)
    data[at] ^= change
    said = READERS[kind][0](pair(), bytes(data[:at] if cut else data), NOW)
    assert said.status is not CertStatus.REVOKED


# ---- words of unusual sorts ------------------------------------------------------------------------


def _broken(said: bytes) -> bytes:
    """The same with its signature spoilt: in both sorts it stands at the end where no certificate is enclosed."""
    return said[:-1] + bytes([said[-1] ^ 1])


def _at(days: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(NOW, dt.UTC) + dt.timedelta(days=days)


def _response(
    *,
    algorithm: hashes.HashAlgorithm | None = None,
    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.REVOKED,
    this: float = -0.1,
    following: float | None = 3,
) -> bytes:
    revoked = status is ocsp.OCSPCertStatus.REVOKED
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=leaf().certificate,
            issuer=authority().certificate,
            algorithm=algorithm or hashes.SHA1(),
            cert_status=status,
            this_update=_at(this),
            next_update=None if following is None else _at(following),
            revocation_time=_at(-2) if revoked else None,
            revocation_reason=None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.NAME, authority().certificate)
    )
    return builder.sign(authority().key, hashes.SHA256()).public_bytes(Encoding.DER)


def _distribution(**only: bool) -> x509.IssuingDistributionPoint:
    names = (
        "only_contains_user_certs",
        "only_contains_ca_certs",
        "indirect_crl",
        "only_contains_attribute_certs",
    )
    flags = {name: only.get(name, False) for name in names}
    point = [x509.UniformResourceIdentifier("http://crl.example/")]
    return x509.IssuingDistributionPoint(point, None, only_some_reasons=None, **flags)


def _list(extension: x509.ExtensionType) -> bytes:
    entry = (
        x509.RevokedCertificateBuilder()
        .serial_number(leaf().certificate.serial_number)
        .revocation_date(_at(-2))
        .build()
    )
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority().certificate.subject)
        .last_update(_at(-0.1))
        .next_update(_at(3))
        .add_revoked_certificate(entry)
        .add_extension(extension, critical=True)
    )
    key = authority().key
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
