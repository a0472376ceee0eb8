from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.api.declarations import INCONCLUSIVE, NONE
from portalcheck.diagnosis.registry import NO_CHECKS
from portalcheck.model import Status
from portalcheck.report import code as phonecode
from portalcheck.report.code import (
    LENGTH,
    OS_ORDER,
    CodeProblem,
    Decoded,
    ProblemKind,
    spell,
)
from portalcheck.report.code.alphabet import ALIKE, SYMBOLS, WORDS
from portalcheck.report.code.reed_solomon import syndromes
from tests.declared import CAUSE_ORDER, CAUSES, CHECK_ORDER, decode, encode

ALL_OK = dict.fromkeys(CHECK_ORDER, Status.OK)
# What was said on the phone stays true: this list may only grow, at its end.
PUBLISHED = (
    "none", "inconclusive", "lookalike", "name-wrong", "no-link", "vpn-breaks", "no-internet", "captive-portal",
    "proxy-mismatch", "proxy-auth", "proxy-blocks", "proxy-down", "hosts-override", "dns-down", "dns-broken",
    "dns-filtered", "dns-hijacked", "ipv6-broken", "mtu", "tcp-blocked", "tls-blocked", "clock-wrong",
    "intercept-untrusted", "os-roots-stale", "cert-wrong-name", "cert-untrusted", "cert-revoked", "cert-expired",
    "tls-too-old", "blocked-by-server", "portal-error", "redirect-problem", "portal-unreachable", "slow",
    "cookies-blocked", "cookies-stale", "software-outdated", "ipv4-broken", "route-conflict",
)  # fmt: skip


def _codes(count: int) -> list[str]:
    """Different codes without dashes, the same ones in every run."""
    chance = random.Random(7)
    return [
        encode(
            chance.choice(CAUSE_ORDER),
            chance.choice(OS_ORDER),
            {check: chance.choice(list(Status)) for check in CHECK_ORDER},
        ).replace("-", "")
        for _ in range(count)
    ]


def _changed(code: str, *changes: tuple[int, str]) -> str:
    symbols = list(code)
    for place, symbol in changes:
        symbols[place] = symbol
    return "".join(symbols)


def _sum(one: str, other: str) -> str:
    return "".join(SYMBOLS[SYMBOLS.index(a) ^ SYMBOLS.index(b)] for a, b in zip(one, other, strict=True))


# ---- what a code carries -----------------------------------------------------------------------


@given(
    st.sampled_from(CAUSE_ORDER),
    st.sampled_from(OS_ORDER),
    st.dictionaries(st.sampled_from(CHECK_ORDER), st.sampled_from(Status)),
)
def test_a_code_gives_back_what_was_put_in_and_skip_for_checks_that_did_not_run(
    cause: str, os: str, statuses: dict[str, Status]
) -> None:
    code = encode(cause, os, statuses)
    expected = {check: statuses.get(check, Status.SKIP) for check in CHECK_ORDER}
    assert decode(code) == Decoded(code=code, layout=1, os=os, cause=cause, statuses=expected)


def test_the_layout_is_the_published_one() -> None:
    """Numbers worked out from the description, not with the code under test."""
    one_status = 94 * 4 * 8
    assert encode("none", "linux", ALL_OK) == _by_the_book(1) == "7K4M-9QXS-QT"
    vpn_fails = 3 * 6**4 * one_status + (5 * 4 + 2) * 8 + 1
    assert encode("vpn-breaks", "windows", {**ALL_OK, "vpn": Status.FAIL}) == _by_the_book(vpn_fails)
    all_unknown = (6**11 - 1) * one_status + (36 * 4 + 1) * 8 + 1
    assert encode("software-outdated", "macos", dict.fromkeys(CHECK_ORDER, Status.UNKNOWN)) == _by_the_book(
        all_unknown
    )
    only_domain = (3 * 6**10 + 4 * (6**10 - 1) // 5) * one_status + 3 * 8 + 1
    assert encode("none", "beos", {"domain": Status.FAIL}) == _by_the_book(only_domain)


def _by_the_book(number: int) -> str:
    mask = 0
    for symbol in "7K4M9QXR":
        mask = mask * 32 + SYMBOLS.index(symbol)
    masked = number ^ mask
    data = [masked // 32**place % 32 for place in range(7, -1, -1)]
    pairs = itertools.product(range(32), repeat=2)
    (check,) = [pair for pair in pairs if not any(_running_sum(m, [*data, *pair]) for m in (2, 3))]
    code = "".join(SYMBOLS[value] for value in [*data, *check])
    return f"{code[:4]}-{code[4:8]}-{code[8:]}"


def _running_sum(multiplier: int, values: list[int]) -> int:
    h = 0
    for value in values:
        doubled = h << 1 ^ (0b100101 if h & 16 else 0)
        h = (doubled if multiplier == 2 else doubled ^ h) ^ value
    return h


def test_the_largest_number_fits_into_the_data_symbols() -> None:
    largest = 8 * len(OS_ORDER) * 94 * len(Status) ** len(CHECK_ORDER)
    assert largest <= 32**8
    assert len(CAUSE_ORDER) < 94


def test_an_odd_system_and_a_cause_without_a_number_are_other() -> None:
    decoded = decode(encode("disk.full", "plan9", ALL_OK))
    assert isinstance(decoded, Decoded)
    assert (decoded.os, decoded.cause) == ("other", "other")


def test_a_code_is_right_where_no_check_is_installed_that_could_name_its_numbers() -> None:
    decoded = phonecode.decode(encode("vpn-breaks", "linux", ALL_OK), NO_CHECKS.numbers)
    assert isinstance(decoded, Decoded)
    assert (decoded.cause, decoded.statuses) == (None, {})


def test_checks_of_others_have_no_place_and_change_nothing() -> None:
    assert encode("none", "linux", {**ALL_OK, "acme": Status.FAIL}) == encode("none", "linux", ALL_OK)


def test_causes_keep_their_numbers_and_every_cause_has_one() -> None:
    assert CAUSE_ORDER[: len(PUBLISHED)] == PUBLISHED
    assert len(set(CAUSE_ORDER)) == len(CAUSE_ORDER)
    possible = {cause.id for cause in CAUSES if not cause.note} | {NONE.id, INCONCLUSIVE.id}
    assert possible <= set(CAUSE_ORDER), "append the new cause to CAUSE_ORDER, and to PUBLISHED here"


# ---- what the check catches --------------------------------------------------------------------


def check_holds(symbols: str) -> bool:
    return syndromes([SYMBOLS.index(symbol) for symbol in symbols]) == (0, 0)


@given(st.sampled_from(_codes(20)), st.text(SYMBOLS, min_size=LENGTH, max_size=LENGTH))
def test_whether_an_error_is_caught_depends_on_the_error_alone(code: str, error: str) -> None:
    """The code is linear, so that the next two tests prove what they say for every code there is."""
    assert check_holds(_sum(code, error)) == check_holds(error)


def test_every_wrong_symbol_is_caught() -> None:
    zeros = "0" * LENGTH
    for place, symbol in itertools.product(range(LENGTH), SYMBOLS[1:]):
        assert not check_holds(_changed(zeros, (place, symbol)))


def test_every_two_wrong_symbols_are_caught_and_so_is_every_swap() -> None:
    zeros = "0" * LENGTH
    for one, other in itertools.combinations(range(LENGTH), 2):
        for first, second in itertools.product(SYMBOLS[1:], repeat=2):
            assert not check_holds(_changed(zeros, (one, first), (other, second)))


def test_every_wrong_symbol_and_every_swap_of_neighbours_of_real_codes_is_caught() -> None:
    for code in _codes(50):
        assert check_holds(code)
        for place in range(LENGTH):
            others = SYMBOLS.replace(code[place], "")
            assert not any(check_holds(_changed(code, (place, symbol))) for symbol in others)
        for place in range(LENGTH - 1):
            swapped = _changed(code, (place, code[place + 1]), (place + 1, code[place]))
            assert swapped == code or not check_holds(swapped)


# ---- how a code may be typed -------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "7k4m-9qxs-qt",
        "7K4M9QXSQT",
        " 7 K 4 M  9 Q X S  Q T ",
        "7K4M\u20119QXS\u2013QT",
        "7K4M \u2014 9QXS \u2212 QT.",
        "(7K4M/9QXS/QT)",
        "7K4M_9QXS_QT\r\n",
        "\uff17\uff2b\uff14\uff2d9QXSQT",
        "\u201c7K4M-9QXS-QT\u201d",
    ],
)
def test_case_blanks_dashes_and_punctuation_do_not_matter(typed: str) -> None:
    decoded = decode(typed)
    assert isinstance(decoded, Decoded)
    assert decoded.code == "7K4M-9QXS-QT"


def test_o_is_zero_and_i_and_l_are_one() -> None:
    for code in (code for code in _codes(40) if "0" in code and "1" in code):
        for letters in ("OI", "ol", "oi", "OL"):
            decoded = decode(code.replace("0", letters[0]).replace("1", letters[1]))
            assert isinstance(decoded, Decoded)
            assert decoded.code.replace("-", "") == code


@given(st.text())
def test_any_text_is_read_without_harm(text: str) -> None:
    heard = decode(text)
    assert isinstance(heard, Decoded | CodeProblem)
    assert isinstance(spell(text), str)


@settings(max_examples=50)
@given(st.text(SYMBOLS.lower() + SYMBOLS + "oiIlL -", min_size=10, max_size=16))
def test_texts_like_codes_are_read_without_harm(text: str) -> None:
    heard = decode(text)
    assert isinstance(heard, Decoded) or heard.suggestions is not None


def test_a_very_long_text_takes_no_time_and_is_no_code() -> None:
    heard = decode("7K4M9QXSQT" * 1_000_000)
    assert isinstance(heard, CodeProblem)
    assert heard.kind is ProblemKind.LENGTH


# ---- what may have been meant ------------------------------------------------------------------


def test_a_wrong_length_is_told_with_the_symbols_that_may_be_missing_or_too_many() -> None:
    for code in _codes(10):
        for place in range(LENGTH):
            short = decode(code[:place] + code[place + 1 :])
            assert isinstance(short, CodeProblem)
            assert (short.kind, short.length) == (ProblemKind.LENGTH, LENGTH - 1)
            extra = decode(code[:place] + "W" + code[place:])
            assert isinstance(extra, CodeProblem)
            assert code in [s.code.replace("-", "") for s in extra.suggestions]
    nothing = decode("")
    assert isinstance(nothing, CodeProblem)
    assert (nothing.kind, nothing.length, nothing.suggestions) == (ProblemKind.LENGTH, 0, ())


def test_a_sound_alike_is_found_with_the_place_to_ask_for_again() -> None:
    for code in _codes(6):
        for place in range(LENGTH):
            for symbol in ALIKE[code[place]]:
                heard = decode(_changed(code, (place, symbol)))
                assert isinstance(heard, CodeProblem)
                assert heard.kind is ProblemKind.CHECK
                meant = [s for s in heard.suggestions if s.code.replace("-", "") == code]
                assert [s.positions for s in meant] == [(place + 1,)]


def test_a_swap_of_neighbours_is_found_with_its_places() -> None:
    for code in _codes(10):
        for place in range(LENGTH - 1):
            if code[place] == code[place + 1]:
                continue
            heard = decode(_changed(code, (place, code[place + 1]), (place + 1, code[place])))
            assert isinstance(heard, CodeProblem)
            assert heard.suggestions[0].code.replace("-", "") == code
            assert heard.suggestions[0].positions == (place + 1, place + 2)


def test_a_letter_that_no_code_has_is_named_with_its_place() -> None:
    for code in _codes(10):
        heard = decode(_changed(code, (3, "U")))
        assert isinstance(heard, CodeProblem)
        assert (heard.kind, heard.positions) == (ProblemKind.SYMBOL, (4,))
        assert [s.code.replace("-", "") for s in heard.suggestions] == [code]
        more = decode(_changed(code, (3, "U"), (5, "\u00e9"), (7, "U")))
        assert isinstance(more, CodeProblem)
        assert (more.positions, more.suggestions) == ((4, 6, 8), ())


def test_a_suggestion_is_always_a_code_with_a_meaning() -> None:
    chance = random.Random(3)
    for _ in range(60):
        heard = decode("".join(chance.choices(SYMBOLS, k=LENGTH)))
        for suggestion in heard.suggestions if isinstance(heard, CodeProblem) else ():
            assert isinstance(decode(suggestion.code), Decoded)


def test_the_code_of_a_later_layout_is_told_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as later:
        later.setattr(phonecode, "LAYOUT", 2)
        code = encode("none", "linux", ALL_OK)
    heard = decode(code)
    assert isinstance(heard, CodeProblem)
    assert (heard.kind, heard.layout) == (ProblemKind.NEWER_LAYOUT, 2)


def test_a_right_check_over_a_number_that_stands_for_nothing_is_no_code() -> None:
    for number in (2**40 - 7, 6**11 * 94 * 4 * 8 + 1, 0):
        heard = decode(_by_the_book(number))
        assert isinstance(heard, CodeProblem)
        assert heard.kind is ProblemKind.NOT_A_CODE


# ---- words -------------------------------------------------------------------------------------


def test_a_code_is_spelled_in_words_group_by_group() -> None:
    assert spell("7K4M-9QXC-T2") == "7 Kilo 4 Mike, 9 Quebec X-ray Charlie, Tango 2"
    assert spell("7K4M-9QXC-T2", "es") == "7 Kilo 4 Madrid, 9 Queso Xavier Carmen, Toledo 2"
    assert spell("7k4m9qxct2", "tlh") == spell("7K4M-9QXC-T2")


@pytest.mark.parametrize("lang", sorted(WORDS))
def test_every_symbol_has_a_plain_word_of_its_own_that_begins_with_it(lang: str) -> None:
    words = WORDS[lang]
    assert set(words) == set(SYMBOLS)
    assert len(set(words.values())) == len(SYMBOLS)
    assert all(word.isascii() and word[0] == symbol for symbol, word in words.items())


def test_alike_goes_both_ways_and_never_to_itself() -> None:
    for symbol, others in ALIKE.items():
        assert symbol not in others
        assert all(symbol in ALIKE[other] for other in others)
        assert set(others) <= set(SYMBOLS)
