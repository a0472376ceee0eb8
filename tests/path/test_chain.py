"""Chains judged offline on three axes, each by itself: dates, name, trust."""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import certifi
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs7
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.facts import Chain
from portalcheck.path.chain import Anchors, judge, missing_issuer_urls
from portalcheck.path.claims import certificates_in, is_www_twin, matches
from tests.path.minting import DAY_S, NOW, Made, Sort, authority, leaf, make

HOST = "portal.clinic.example"


@lru_cache
def root() -> Made:
    return authority("Root", key="rsa2048")


@lru_cache
def intermediate() -> Made:
    return authority("Intermediate", root(), key="rsa2048")


@lru_cache
def good() -> Made:
    return leaf(intermediate(), HOST)


@lru_cache
def private() -> Made:
    return authority("Somebody's Root")


def _judge(
    chain: Sequence[Made | bytes],
    *,
    host: str = HOST,
    system: Sequence[Made] | None = None,
    mozilla: Sequence[Made] = (),
    profile: Sequence[Made] | None = None,
    now: float = NOW,
    issuers: Sequence[str] = (),
    extra: Sequence[Made] = (),
) -> Chain:
    stores = {
        "system": Anchors(one.der for one in ([root()] if system is None else system)),
        "mozilla": Anchors(one.der for one in mozilla),
    }
    if profile is not None:
        stores["profile"] = Anchors(one.der for one in profile)
    ders = [one if isinstance(one, bytes) else one.der for one in chain]
    return judge(ders, host, stores, now=now, issuers=issuers, extra=[one.der for one in extra])


def _axes(chain: Chain, now: float = NOW) -> tuple[bool, bool, bool]:
    return chain.valid_at(now), chain.name_matches, bool(chain.trusted_by)


# ---- the three axes --------------------------------------------------------------------------------


def _usual(*names: str, days: tuple[float, float] = (-30, 60), addresses: tuple[str, ...] = ()) -> list[Made]:
    return [leaf(intermediate(), *names, days=days, addresses=addresses), intermediate()]


_RIGHT, _WRONG = True, False
_TABLE: dict[str, tuple[Sequence[Made | bytes], str, tuple[bool, bool, bool]]] = {
    "good": ([good(), intermediate()], HOST, (_RIGHT, _RIGHT, _RIGHT)),
    "expired": (_usual(HOST, days=(-90, -3)), HOST, (_WRONG, _RIGHT, _RIGHT)),
    "not yet valid": (_usual(HOST, days=(3, 90)), HOST, (_WRONG, _RIGHT, _RIGHT)),
    "wrong name": ([good(), intermediate()], "other.example", (_RIGHT, _WRONG, _RIGHT)),
    "private root": ([leaf(private(), HOST), private()], HOST, (_RIGHT, _RIGHT, _WRONG)),
    "private root, not sent": ([leaf(private(), HOST)], HOST, (_RIGHT, _RIGHT, _WRONG)),
    "self-signed": ([leaf(None, HOST)], HOST, (_RIGHT, _RIGHT, _WRONG)),
    "expired, wrong name": (_usual("x.example", days=(-90, -3)), HOST, (_WRONG, _WRONG, _RIGHT)),
    "expired, private root": (
        [leaf(private(), HOST, days=(-90, -3)), private()],
        HOST,
        (_WRONG, _RIGHT, _WRONG),
    ),
    "wrong name, private root": ([leaf(private(), "x.example")], HOST, (_RIGHT, _WRONG, _WRONG)),
    "everything": ([leaf(private(), "x.example", days=(3, 90))], HOST, (_WRONG, _WRONG, _WRONG)),
    "wildcard": (_usual("*.clinic.example"), HOST, (_RIGHT, _RIGHT, _RIGHT)),
    "wildcard, one label too many": (_usual("*.clinic.example"), "a." + HOST, (_RIGHT, _WRONG, _RIGHT)),
    "address": (_usual(addresses=("192.0.2.1", "2001:db8::1")), "192.0.2.1", (_RIGHT, _RIGHT, _RIGHT)),
    "IPv6 address": (_usual(addresses=("2001:db8::1",)), "2001:db8:0::1", (_RIGHT, _RIGHT, _RIGHT)),
    "address as a name": (_usual("192.0.2.1"), "192.0.2.1", (_RIGHT, _WRONG, _RIGHT)),
    "another address": (_usual(addresses=("192.0.2.1",)), "192.0.2.2", (_RIGHT, _WRONG, _RIGHT)),
    "common name only": ([leaf(intermediate()), intermediate()], "server", (_RIGHT, _WRONG, _RIGHT)),
    "root sent": ([good(), intermediate(), root()], HOST, (_RIGHT, _RIGHT, _RIGHT)),
    "an unrelated one sent": ([good(), private(), intermediate()], HOST, (_RIGHT, _RIGHT, _RIGHT)),
    "junk sent": ([good(), b"junk", intermediate()], HOST, (_RIGHT, _RIGHT, _RIGHT)),
    "the leaf twice": ([good(), good(), intermediate()], HOST, (_RIGHT, _RIGHT, _RIGHT)),
    "for clients": (
        [leaf(intermediate(), HOST, client_only=True), intermediate()],
        HOST,
        (_RIGHT, _RIGHT, _WRONG),
    ),
    "signed by a leaf": ([leaf(good(), HOST), good(), intermediate()], HOST, (_RIGHT, _RIGHT, _WRONG)),
}


@pytest.mark.parametrize("name", _TABLE)
def test_each_axis_is_told_whatever_the_others_say(name: str) -> None:
    chain, host, expected = _TABLE[name]
    assert _axes(_judge(chain, host=host)) == expected


def test_the_order_in_which_certificates_are_sent_does_not_matter() -> None:
    upper = authority("Upper", root())
    lower = authority("Lower", upper)
    chain = [lower, upper, root()]
    for others in (chain, chain[::-1], [upper, root(), lower]):
        assert _judge([leaf(lower, HOST), *others]).trusted_by == {"system"}


def test_a_self_signed_certificate_is_told_as_such() -> None:
    assert _judge([leaf(None, HOST)]).self_signed
    assert not _judge([leaf(private(), HOST), private()]).self_signed


def test_dates_are_those_of_the_whole_path() -> None:
    short = authority("Short", root(), days=(-100, 10))
    chain = _judge([leaf(short, HOST, days=(-50, 60)), short])
    assert (chain.not_before, chain.not_after) == (NOW - 50 * DAY_S, NOW + 10 * DAY_S)


def test_an_expired_intermediate_is_a_matter_of_dates() -> None:
    old = authority("Old", root(), days=(-900, -3))
    chain = _judge([leaf(old, HOST, days=(-100, 60)), old])
    assert _axes(chain) == (False, True, True)
    assert chain.not_after == NOW - 3 * DAY_S


@pytest.mark.parametrize(
    "now",
    [0.0, NOW - 3 * 365 * DAY_S, NOW + 3 * 365 * DAY_S, 1e12, -1e12, 1e300],
    ids=["epoch", "behind", "ahead", "far", "before", "no-date"],
)
def test_a_wrong_clock_changes_neither_trust_nor_dates(now: float) -> None:
    assert _judge([good(), intermediate()], now=now) == _judge([good(), intermediate()])


# ---- stores ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stores", "expected", "trusted"),
    [
        ({"system": [root()], "mozilla": [root()]}, {"system", "mozilla"}, True),
        ({"system": [], "mozilla": [root()]}, {"mozilla"}, False),
        ({"system": [root()]}, {"system"}, True),
        ({"system": [], "profile": [root()]}, {"profile"}, True),
        ({"system": [], "profile": []}, set(), False),
    ],
)
def test_each_store_is_asked_by_itself(
    stores: dict[str, list[Made]], expected: set[str], trusted: bool
) -> None:
    chain = _judge([good(), intermediate()], **stores)  # type: ignore[arg-type]  # names of stores
    assert (set(chain.trusted_by), chain.trusted) == (expected, trusted)


def test_mozillas_store_counts_where_the_systems_list_is_not_all_of_it() -> None:
    stores = {"system": Anchors(()), "mozilla": Anchors([root().der])}
    ders = [good().der, intermediate().der]
    assert judge(ders, HOST, stores, now=NOW, system_complete=False).trusted
    assert not judge(ders, HOST, stores, now=NOW, system_complete=True).trusted


def test_a_leaf_that_is_in_the_store_is_trusted() -> None:
    one = leaf(None, HOST)
    assert _judge([one], system=[one]).trusted_by == {"system"}
    expired = leaf(private(), HOST, days=(-90, -3))
    assert _axes(_judge([expired], system=[expired])) == (False, True, True)


def test_an_intermediate_that_is_in_the_store_is_an_anchor() -> None:
    assert _judge([good()], system=[intermediate()]).trusted_by == {"system"}


def test_an_anchor_that_expired_before_the_leaf_began_is_none() -> None:
    old = authority("Old Root", days=(-900, -100))
    between = authority("Between", old)
    assert _judge([leaf(between, HOST), between], system=[old]).trusted_by == set()


def test_of_two_paths_the_one_that_holds_today_counts() -> None:
    """A new root, sent cross-signed by an old one, under which it has expired."""
    new = authority("New Root")
    cross = make("New Root", root(), Sort(days=(-900, -3), subject_key=new.key), ca=True)
    between = authority("Between", new)
    chain = [leaf(between, HOST), between, cross]
    for system in ([new, root()], [root(), new], [new]):
        assert _axes(_judge(chain, system=system)) == (True, True, True)
    assert _axes(_judge(chain, system=[root()])) == (False, True, True)


def test_a_cross_signed_root_is_trusted_by_who_knows_the_old_one() -> None:
    new = authority("New Root")
    cross = make("New Root", root(), Sort(days=(-900, 900), subject_key=new.key), ca=True)
    between = authority("Between", new)
    assert _judge([leaf(between, HOST), between, cross], mozilla=[new]).trusted_by == {"system", "mozilla"}


def test_two_anchors_of_one_name_are_told_apart_by_their_keys() -> None:
    twin = authority("Root", key="ec")
    assert _judge([good(), intermediate()], system=[twin]).trusted_by == set()
    assert _judge([good(), intermediate()], system=[twin, root()]).trusted_by == {"system"}


@pytest.mark.parametrize(
    ("sort", "as_root", "as_intermediate"),
    [
        ({"key_ids": False}, True, True),
        ({"constraints": "plain"}, True, True),
        ({"constraints": "none"}, False, False),
        ({"key": "rsa2048", "sha1": True}, True, False),
        ({"key": "rsa2048"}, True, True),
        ({"key": "rsa1024"}, False, False),
    ],
    ids=["no-key-ids", "constraints-not-critical", "no-constraints", "sha1", "rsa2048", "rsa1024"],
)
def test_old_authorities_are_accepted_where_browsers_accept_them(
    sort: dict[str, object], as_root: bool, as_intermediate: bool
) -> None:
    """Python's own verification since 3.13 refuses the first two, which inspection products still use."""
    old = authority("Old", None, **sort)
    assert bool(_judge([leaf(old, HOST), old], system=[old]).trusted_by) is as_root
    between = authority("Between", root(), **sort)
    assert bool(_judge([leaf(between, HOST), between]).trusted_by) is as_intermediate


@pytest.mark.parametrize(
    ("sort", "trusted"),
    [
        ({"key_ids": False}, True),
        ({"constraints": "none"}, True),
        ({"sha1": True}, False),
        ({"key": "rsa2048"}, True),
    ],
)
def test_odd_leaves_are_accepted_where_browsers_accept_them(sort: dict[str, object], trusted: bool) -> None:
    assert bool(_judge([leaf(intermediate(), HOST, **sort), intermediate()]).trusted_by) is trusted


# ---- what is missing -------------------------------------------------------------------------------

_AT = ("http://aia.example/i.der",)


def test_a_missing_intermediate_is_told_and_where_it_is() -> None:
    lonely = leaf(intermediate(), HOST, issuer_urls=_AT)
    chain = _judge([lonely])
    assert (chain.incomplete, chain.completed, chain.trusted_by) == (True, False, frozenset())
    assert missing_issuer_urls([lonely.der]) == _AT


def test_a_missing_intermediate_that_was_fetched_completes_the_chain() -> None:
    chain = _judge([leaf(intermediate(), HOST, issuer_urls=_AT)], extra=[intermediate()])
    assert (chain.incomplete, chain.completed, chain.trusted_by) == (True, True, frozenset({"system"}))


def test_a_fetched_certificate_that_does_not_fit_completes_nothing() -> None:
    chain = _judge([leaf(intermediate(), HOST, issuer_urls=_AT)], extra=[private()])
    assert (chain.incomplete, chain.completed, chain.trusted_by) == (True, False, frozenset())


def test_a_gap_further_up_is_told_with_the_address_that_stands_there() -> None:
    upper = authority("Upper", root())
    lower = authority("Lower", upper, issuer_urls=("http://aia.example/upper.der",))
    chain = [leaf(lower, HOST, issuer_urls=("http://aia.example/lower.der",)), lower]
    assert _judge(chain).incomplete
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
    assert not _judge(chain).incomplete


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
    assert _judge([good(), intermediate()], issuers=issuers).expected_issuer is expected


def test_an_expected_organisation_may_stand_further_up() -> None:
    top = authority("Top", organisation="Public Trust")
    between = authority("Between", top, organisation="Reseller")
    chain = [leaf(between, HOST), between]
    assert _judge(chain, system=[top], issuers=["Public Trust"]).expected_issuer
    assert not _judge(chain, system=[top], issuers=["Portal"]).expected_issuer


def test_the_issuer_and_the_key_are_described() -> None:
    first = _judge([good(), intermediate()])
    assert (first.issuer_organisation, first.issuer_name) == ("Org", "Intermediate")
    assert len(first.key) == len(first.anchor) == 16
    again = _judge([leaf(intermediate(), HOST, subject_key=good().key), intermediate()])
    assert (again.key, again.anchor) == (first.key, first.anchor)


# ---- names -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "names", "expected"),
    [
        ("a.example", ["a.example"], True),
        ("A.Example.", ["a.example"], True),
        ("b.a.example", ["*.a.example"], True),
        ("a.example", ["*.a.example"], False),
        ("c.b.a.example", ["*.a.example"], False),
        ("a.example", ["*.example"], False),
        ("a.example", ["*"], False),
        ("ab.a.example", ["a*.a.example"], False),
        ("b.a.example", ["b.*.example"], False),
        ("xn--bcher-kva.a.example", ["*.a.example"], True),
        ("192.0.2.1", ["192.0.2.1"], True),
        ("192.0.2.1", ["*.0.2.1"], False),
        ("2001:DB8::1", ["2001:db8::1"], True),
        ("a.example", [], False),
        ("", [""], True),
    ],
)
def test_a_host_matches_whole_names_and_whole_leftmost_labels(
    host: str, names: list[str], expected: bool
) -> None:
    assert matches(host, names) is expected


@pytest.mark.parametrize(
    ("host", "names", "expected"),
    [
        ("www.a.example", ["a.example"], True),
        ("a.example", ["www.a.example"], True),
        ("a.example", ["*.a.example"], True),
        ("b.example", ["www.a.example"], False),
    ],
)
def test_the_twin_with_www_is_known(host: str, names: list[str], expected: bool) -> None:
    assert is_www_twin(host, names) is expected


def test_of_very_many_names_only_some_are_kept_and_all_are_compared() -> None:
    many = leaf(intermediate(), *(f"n{at}.example" for at in range(2000)))
    chain = _judge([many, intermediate()], host="n1999.example")
    assert chain.name_matches
    assert len(chain.names) == 200


# ---- hostile chains --------------------------------------------------------------------------------


def test_a_mesh_of_authorities_is_given_up_soon() -> None:
    """Every one of these could be signed by every other: a search of all paths would never end."""
    one, other = authority("One"), authority("Other")
    mesh = [make("One", other, Sort(subject_key=one.key, days=(-30, 30 + at)), ca=True) for at in range(11)]
    mesh += [
        make("Other", one, Sort(subject_key=other.key, days=(-30, 30 + at)), ca=True) for at in range(11)
    ]
    since = time.monotonic()
    chain = _judge([leaf(one, HOST), *mesh], system=[authority("One"), authority("Other"), root()])
    assert time.monotonic() - since < 3
    assert chain.trusted_by == set()


def test_a_real_public_store_takes_well_under_a_second() -> None:
    pem = Path(certifi.where()).read_text("utf-8")
    roots = [
        ssl.PEM_cert_to_DER_cert(one) for one in re.findall(r"-----BEGIN.*?-----END [A-Z]+-----", pem, re.S)
    ]
    assert len(roots) > 100
    since = time.monotonic()
    stores = {"system": Anchors(roots), "mozilla": Anchors(roots)}
    judge([good().der, intermediate().der], HOST, stores, now=NOW)
    assert time.monotonic() - since < 1


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(max_size=200), max_size=4))
def test_no_bytes_make_it_raise(chain: list[bytes]) -> None:
    assert not _judge(chain).readable
    assert missing_issuer_urls(chain) == ()
    for data in chain:
        assert certificates_in(data) == ()


def test_no_certificate_at_all_is_unreadable() -> None:
    assert not _judge([]).readable


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_no_change_of_a_certificate_makes_it_raise(data: st.DataObject) -> None:
    ders = [leaf_with_everything().der, intermediate().der, root().der]
    which = data.draw(st.integers(0, 2))
    changed = bytearray(ders[which])
    for _ in range(data.draw(st.integers(1, 3))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    ders[which] = bytes(changed)
    stores = {"system": Anchors(ders[2:]), "mozilla": Anchors([root().der])}
    chain = judge(ders, HOST, stores, now=NOW, extra=ders[1:])
    missing_issuer_urls(ders)
    certificates_in(ders[which])
    if which == 0 and chain.trusted_by:
        # Nothing that is signed was changed: the change was in the signature's wrapping at most.
        assert chain.names == (HOST,)


@lru_cache
def leaf_with_everything() -> Made:
    return leaf(intermediate(), HOST, issuer_urls=_AT)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_no_file_makes_the_reader_of_files_raise(data: bytes) -> None:
    wrapped = b"-----BEGIN PKCS7-----\n" + data + b"\n-----END PKCS7-----\n"
    for file in (
        data,
        wrapped,
        intermediate().pem + data,
        b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02" + data,
    ):
        assert all(isinstance(one, bytes) for one in certificates_in(file))
