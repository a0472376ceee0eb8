"""Names in certificates, and chains that nobody means well with."""

from __future__ import annotations

import re
import ssl
import time
from functools import lru_cache
from pathlib import Path

import certifi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.facts import RootStore
from portalcheck.probe.tls.certificate import certificates_in, is_www_twin, matches
from portalcheck.probe.tls.chain import TrustStore, judge, missing_issuer_urls
from tests.probe.chains import HOST, good, intermediate, judged, root
from tests.probe.minting import NOW, Made, Sort, authority, leaf, make

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
    chain = judged([many, intermediate()], host="n1999.example")
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
    chain = judged([leaf(one, HOST), *mesh], system=[authority("One"), authority("Other"), root()])
    assert time.monotonic() - since < 3
    assert chain.trusted_by == set()


def test_a_real_public_store_takes_well_under_a_second() -> None:
    pem = Path(certifi.where()).read_text("utf-8")
    roots = [
        ssl.PEM_cert_to_DER_cert(one) for one in re.findall(r"-----BEGIN.*?-----END [A-Z]+-----", pem, re.S)
    ]
    assert len(roots) > 100
    since = time.monotonic()
    stores = {RootStore.SYSTEM: TrustStore(roots), RootStore.MOZILLA: TrustStore(roots)}
    judge([good().der, intermediate().der], HOST, stores, now=NOW)
    assert time.monotonic() - since < 1


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=200), max_size=4))
def test_no_bytes_make_it_raise(chain: list[bytes]) -> None:
    assert not judged(chain).readable
    assert missing_issuer_urls(chain) == ()
    for data in chain:
        assert certificates_in(data) == ()


def test_no_certificate_at_all_is_unreadable() -> None:
    assert not judged([]).readable


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_change_of_a_certificate_makes_it_raise(data: st.DataObject) -> None:
    ders = [leaf_with_everything().der, intermediate().der, root().der]
    which = data.draw(st.integers(0, 2))
    changed = bytearray(ders[which])
    for _ in range(data.draw(st.integers(1, 3))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    ders[which] = bytes(changed)
    stores = {RootStore.SYSTEM: TrustStore(ders[2:]), RootStore.MOZILLA: TrustStore([root().der])}
    chain = judge(ders, HOST, stores, now=NOW, extra=ders[1:])
    missing_issuer_urls(ders)
    certificates_in(ders[which])
    if which == 0 and chain.trusted_by:
        # Nothing that is signed was changed: the change was in the signature's wrapping at most.
        assert chain.names == (HOST,)


@lru_cache
def leaf_with_everything() -> Made:
    return leaf(intermediate(), HOST, issuer_urls=("http://aia.example/i.der",))


@settings(max_examples=80, deadline=None)
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
