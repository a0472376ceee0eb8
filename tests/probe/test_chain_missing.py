"""Intermediates that were not sent, and what is expected of an issuer."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs7

from portalcheck.probe.tls.certificate import certificates_in
from portalcheck.probe.tls.chain import missing_issuer_urls
from tests.probe.chains import HOST, good, intermediate, judged, private, root
from tests.probe.minting import Made, authority, leaf

# ---- what is missing -------------------------------------------------------------------------------

ISSUER_AT = ("http://aia.example/i.der",)


def test_a_missing_intermediate_is_told_and_where_it_is() -> None:
    lonely = leaf(intermediate(), HOST, issuer_urls=ISSUER_AT)
    chain = judged([lonely])
    assert (chain.incomplete, chain.completed, chain.trusted_by) == (True, False, frozenset())
    assert missing_issuer_urls([lonely.der]) == ISSUER_AT


def test_a_missing_intermediate_that_was_fetched_completes_the_chain() -> None:
    chain = judged([leaf(intermediate(), HOST, issuer_urls=ISSUER_AT)], extra=[intermediate()])
    assert (chain.incomplete, chain.completed, chain.trusted_by) == (True, True, frozenset({"system"}))


def test_a_fetched_certificate_that_does_not_fit_completes_nothing() -> None:
    chain = judged([leaf(intermediate(), HOST, issuer_urls=ISSUER_AT)], extra=[private()])
    assert (chain.incomplete, chain.completed, chain.trusted_by) == (True, False, frozenset())


def test_a_gap_further_up_is_told_with_the_address_that_stands_there() -> None:
    upper = authority("Upper", root())
    lower = authority("Lower", upper, issuer_urls=("http://aia.example/upper.der",))
    chain = [leaf(lower, HOST, issuer_urls=("http://aia.example/lower.der",)), lower]
    assert judged(chain).incomplete
    assert missing_issuer_urls([one.der for one in chain]) == ("http://aia.example/upper.der",)


@pytest.mark.parametrize(
    "chain",
    [
        [good(), intermediate()],
        [leaf(None, HOST)],
        [leaf(private(), HOST), private()],
        [leaf(private(), HOST)],
    ],
)
def test_a_whole_chain_and_one_that_names_no_address_are_not_incomplete(chain: list[Made]) -> None:
    assert not judged(chain).incomplete


@pytest.mark.parametrize(
    ("urls", "expected"),
    [
        (("ldap://x.example/", "http://a.example/"), ("http://a.example/",)),
        (("https://a.example/", "file:///etc/passwd"), ()),
        (tuple(f"http://a{at}.example/" for at in range(50)), ("http://a0.example/", "http://a1.example/")),
    ],
)
def test_only_a_few_plain_http_addresses_are_ever_asked(
    urls: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert missing_issuer_urls([leaf(intermediate(), HOST, issuer_urls=urls).der]) == expected


def test_a_fetched_file_is_read_in_each_of_its_forms() -> None:
    one, two = intermediate(), root()
    both = [one.certificate, two.certificate]
    forms = [
        one.der,
        one.pem,
        b"some text\n" + one.pem,
        pkcs7.serialize_certificates([one.certificate], serialization.Encoding.DER),
        pkcs7.serialize_certificates([one.certificate], serialization.Encoding.PEM),
    ]
    assert [certificates_in(form) for form in forms] == [(one.der,)] * len(forms)
    for form in (one.pem + two.pem, pkcs7.serialize_certificates(both, serialization.Encoding.DER)):
        assert set(certificates_in(form)) == {one.der, two.der}


def test_of_a_bundle_only_the_first_are_taken() -> None:
    assert len(certificates_in(intermediate().pem * 100)) == 4


@pytest.mark.parametrize(
    "data", [b"", b"<html>", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_what_is_no_certificate_file_holds_none(data: bytes) -> None:
    assert certificates_in(data) == ()


# ---- expectations ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("issuers", "expected"),
    [
        ((), True),
        (("Org",), True),
        (("ORG",), True),
        (("Other", "org"), True),
        (("Other",), False),
        (("Or",), False),
    ],
)
def test_the_issuer_is_compared_with_those_expected(issuers: tuple[str, ...], expected: bool) -> None:
    assert judged([good(), intermediate()], issuers=issuers).expected_issuer is expected


def test_an_expected_organisation_may_stand_further_up() -> None:
    top = authority("Top", organisation="Public Trust")
    between = authority("Between", top, organisation="Reseller")
    chain = [leaf(between, HOST), between]
    assert judged(chain, system=[top], issuers=["Public Trust"]).expected_issuer
    assert not judged(chain, system=[top], issuers=["Portal"]).expected_issuer


def test_the_issuer_and_the_key_are_described() -> None:
    first = judged([good(), intermediate()])
    assert (first.issuer_organisation, first.issuer_name) == ("Org", "Intermediate")
    assert len(first.key) == 16
    again = judged([leaf(intermediate(), HOST, subject_key=good().key), intermediate()])
    assert again.key == first.key
