"""Chains judged offline on three axes, each by itself: dates, name, trust."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from portalcheck.facts import RootStore
from portalcheck.probe.tls.chain import TrustStore, judge
from tests.probe.chains import HOST, axes, good, intermediate, judged, private, root
from tests.probe.minting import DAY_S, NOW, Made, Sort, authority, leaf, make

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
    assert axes(judged(chain, host=host)) == expected


def test_the_order_in_which_certificates_are_sent_does_not_matter() -> None:
    upper = authority("Upper", root())
    lower = authority("Lower", upper)
    chain = [lower, upper, root()]
    for others in (chain, chain[::-1], [upper, root(), lower]):
        assert judged([leaf(lower, HOST), *others]).trusted_by == {"system"}


def test_a_self_signed_certificate_is_told_as_such() -> None:
    assert judged([leaf(None, HOST)]).self_signed
    assert not judged([leaf(private(), HOST), private()]).self_signed


def test_dates_are_those_of_the_whole_path() -> None:
    short = authority("Short", root(), days=(-100, 10))
    chain = judged([leaf(short, HOST, days=(-50, 60)), short])
    assert (chain.not_before, chain.not_after) == (NOW - 50 * DAY_S, NOW + 10 * DAY_S)


def test_an_expired_intermediate_is_a_matter_of_dates() -> None:
    old = authority("Old", root(), days=(-900, -3))
    chain = judged([leaf(old, HOST, days=(-100, 60)), old])
    assert axes(chain) == (False, True, True)
    assert chain.not_after == NOW - 3 * DAY_S


@pytest.mark.parametrize(
    "now",
    [0.0, NOW - 3 * 365 * DAY_S, NOW + 3 * 365 * DAY_S, 1e12, -1e12, 1e300],
    ids=["epoch", "behind", "ahead", "far", "before", "no-date"],
)
def test_a_wrong_clock_changes_neither_trust_nor_dates(now: float) -> None:
    assert judged([good(), intermediate()], now=now) == judged([good(), intermediate()])


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
    chain = judged([good(), intermediate()], **stores)  # type: ignore[arg-type]  # names of stores
    assert (set(chain.trusted_by), chain.trusted) == (expected, trusted)


def test_mozillas_store_counts_where_the_systems_list_is_not_all_of_it() -> None:
    stores = {RootStore.SYSTEM: TrustStore(()), RootStore.MOZILLA: TrustStore([root().der])}
    ders = [good().der, intermediate().der]
    assert judge(ders, HOST, stores, now=NOW, system_complete=False).trusted
    assert not judge(ders, HOST, stores, now=NOW, system_complete=True).trusted


def test_a_leaf_that_is_in_the_store_is_trusted() -> None:
    one = leaf(None, HOST)
    assert judged([one], system=[one]).trusted_by == {"system"}
    expired = leaf(private(), HOST, days=(-90, -3))
    assert axes(judged([expired], system=[expired])) == (False, True, True)


def test_an_intermediate_that_is_in_the_store_is_an_anchor() -> None:
    assert judged([good()], system=[intermediate()]).trusted_by == {"system"}


def test_an_anchor_that_expired_before_the_leaf_began_is_none() -> None:
    old = authority("Old Root", days=(-900, -100))
    between = authority("Between", old)
    assert judged([leaf(between, HOST), between], system=[old]).trusted_by == set()


def test_of_two_paths_the_one_that_holds_today_counts() -> None:
    """A new root, sent cross-signed by an old one, under which it has expired."""
    new = authority("New Root")
    cross = make("New Root", root(), Sort(days=(-900, -3), subject_key=new.key), ca=True)
    between = authority("Between", new)
    chain = [leaf(between, HOST), between, cross]
    for system in ([new, root()], [root(), new], [new]):
        assert axes(judged(chain, system=system)) == (True, True, True)
    assert axes(judged(chain, system=[root()])) == (False, True, True)


def test_a_cross_signed_root_is_trusted_by_who_knows_the_old_one() -> None:
    new = authority("New Root")
    cross = make("New Root", root(), Sort(days=(-900, 900), subject_key=new.key), ca=True)
    between = authority("Between", new)
    assert judged([leaf(between, HOST), between, cross], mozilla=[new]).trusted_by == {"system", "mozilla"}


def test_two_anchors_of_one_name_are_told_apart_by_their_keys() -> None:
    twin = authority("Root", key="ec")
    assert judged([good(), intermediate()], system=[twin]).trusted_by == set()
    assert judged([good(), intermediate()], system=[twin, root()]).trusted_by == {"system"}


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
    assert bool(judged([leaf(old, HOST), old], system=[old]).trusted_by) is as_root
    between = authority("Between", root(), **sort)
    assert bool(judged([leaf(between, HOST), between]).trusted_by) is as_intermediate


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
    assert bool(judged([leaf(intermediate(), HOST, **sort), intermediate()]).trusted_by) is trusted
