"""The parts of the rules: folding, edit distance, marking, suffixes."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import publicsuffixlist
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.address.edits import distance, mark, typo_trick
from portalcheck.address.skeleton import SUPPLEMENT, letters, skeleton, without_digits, without_separators
from portalcheck.address.suffix import is_shared, split

WORDS = st.text(alphabet="abco", max_size=7)


@pytest.mark.parametrize(
    "imitation",
    [
        "opt\u0443m",
        "\u043e\u0440t\u03c5\u043c",
        "opt\u1ee5m",
        "op\ua787um",
        "\u0275ptu\u0271",
        "\u1d0fp\u1d1b\u1d1cm",
    ],
)
def test_foreign_letters_fold_to_those_they_look_like(imitation: str) -> None:
    assert letters(imitation) in ("optum", "optym")


@pytest.mark.parametrize(
    "imitation", ["0ptum", "opturn", "optunn", "optuin", "opt\u03bdm", "oqtum", "\u0585p7um"]
)
def test_shapes_are_the_same_to_a_hasty_reader(imitation: str) -> None:
    assert skeleton(imitation) == skeleton("optum")


@pytest.mark.parametrize(("one", "other"), [("optum", "opium"), ("optum", "optus"), ("clinic", "clinical")])
def test_different_words_keep_different_shapes(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


def test_letters_that_look_like_none_of_ours_stay() -> None:
    assert letters("\u65e5\u672c") == "\u65e5\u672c"


def test_digits_stand_for_letters_and_separators_go() -> None:
    assert without_digits("0ptum") == "optum"
    assert without_separators("health-safe_id.com") == "healthsafeidcom"


@given(st.text(max_size=12))
@settings(max_examples=300, deadline=None)
def test_folding_is_final_and_never_fails(text: str) -> None:
    assert letters(letters(text)) == letters(text) or not letters(text).isascii()
    assert isinstance(skeleton(text), str)


def test_supplement_adds_only_what_would_not_fold_by_itself() -> None:
    assert all(letters(character) == plain for character, plain in SUPPLEMENT.items())
    assert all(not character.isascii() for character in SUPPLEMENT)


@cache
def plain_distance(one: str, other: str) -> int:
    """Optimal string alignment by its definition."""
    if not one or not other:
        return len(one) + len(other)
    best = min(
        plain_distance(one[1:], other) + 1,
        plain_distance(one, other[1:]) + 1,
        plain_distance(one[1:], other[1:]) + (one[0] != other[0]),
    )
    if len(one) > 1 and len(other) > 1 and one[:2] == other[1::-1]:
        best = min(best, plain_distance(one[2:], other[2:]) + 1)
    return best


@given(WORDS, WORDS, st.integers(0, 3))
@settings(max_examples=500, deadline=None)
def test_distance_is_optimal_string_alignment_up_to_its_limit(one: str, other: str, limit: int) -> None:
    assert distance(one, other, limit) == min(plain_distance(one, other), limit + 1)


@given(WORDS, WORDS)
@settings(max_examples=300, deadline=None)
def test_marking_adds_nothing_but_marks(seen: str, meant: str) -> None:
    marked = mark(seen, meant)
    assert marked.replace("_", "").replace("[", "").replace("]", "") == seen
    assert ("[" in marked) == (seen != meant)


@pytest.mark.parametrize(
    ("seen", "trick"),
    [
        ("optm", "omission"), ("optumx", "addition"), ("optums", "plural"), ("opxtum", "insertion"),
        ("opttum", "repetition"), ("opxum", "replacement"), ("optem", "vowel_swap"), ("otpum",
        "transposition"),
        ("xptux", "typo"),
    ],
)  # fmt: skip
def test_each_slip_has_its_name(seen: str, trick: str) -> None:
    assert typo_trick(seen, "optum") == trick


def test_suffixes_are_those_of_the_whole_list() -> None:
    whole = publicsuffixlist.PublicSuffixList(accept_encoded_idn=False)
    rules = Path(publicsuffixlist.PSLFILE).read_text(encoding="utf-8").splitlines()
    hosts = [f"www.owner.{rule.lstrip('!*.')}" for rule in rules[::7] if rule and not rule.startswith("//")]
    assert len(hosts) > 1000
    for host in [*hosts, "www.ck", "a.b.kobe.jp", "city.kobe.jp", "owner.unknown-ending"]:
        assert split(host).registrable == (whole.privatesuffix(host) or "")


@pytest.mark.parametrize(
    ("host", "above", "label", "suffix"),
    [
        ("a.b.optum.com", ("a", "b"), "optum", "com"),
        ("clinic.azurewebsites.net", (), "clinic", "azurewebsites.net"),
        ("clinic.weebly.com", (), "clinic", "weebly.com"),
        ("x.\u98df\u72ee.\u516c\u53f8.cn", ("x",), "\u98df\u72ee", "\u516c\u53f8.cn"),
        ("co.uk", (), "", "co.uk"),
    ],
)
def test_a_host_is_split_where_its_owner_begins(
    host: str, above: tuple[str, ...], label: str, suffix: str
) -> None:
    name = split(host)
    assert (name.above, name.label, name.suffix) == (above, label, suffix)


def test_shared_places_are_told_from_registries() -> None:
    assert all(map(is_shared, ("github.io", "azurewebsites.net", "weebly.com", "b.compute.amazonaws.com")))
    assert not any(map(is_shared, ("com", "co.uk", "x.ck", "kobe.jp", "x.kobe.jp")))
