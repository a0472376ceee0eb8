"""Which words of a command line can be meant as an address, before anything is read of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portalcheck.address import Kind, judge, may_be_address


@pytest.mark.parametrize(
    "text",
    [
        "optum.com",
        "https://optum.com/login",
        "https:optum",
        "localhost",
        "LOCALHOST",
        "localhost:8443",
        "[::1]",
        "help@optum.com",
        " optum.com\r\n",
        "\u00a0https://optum.com\n",
        "optum\u3002com",
        "optum\uff0ecom",
        '"optum.com"',
    ],
)
def test_what_has_a_dot_or_a_colon_or_is_localhost_may_be_an_address(text: str) -> None:
    assert may_be_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "\n",
        "rnu",
        "explain",
        "optum",
        "5551212",
        "help me",
        "optum.com login",
        "a.b\tc",
        "localhosts",
    ],
)
def test_a_word_without_dot_and_colon_and_what_has_a_blank_in_it_is_none(text: str) -> None:
    assert not may_be_address(text)


@given(st.text(alphabet="abcxyz0189-_/?#@&=", max_size=30))
def test_what_is_turned_away_is_nothing_that_could_be_contacted(text: str) -> None:
    assert not may_be_address(text)
    assert judge(text, official=("optum.com",)).kind is Kind.INVALID
