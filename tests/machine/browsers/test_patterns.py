"""Patterns for sites, as Chromium's settings and policies write them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.machine.browsers.matching import Page
from portalcheck.machine.browsers.patterns import exceptions, narrowest, pattern

PAGE = Page("https", "www.portal.test", 443, "/login")


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("*", True),
        ("www.portal.test", True),
        ("portal.test", False),
        ("[*.]portal.test", True),
        ("[*.]PORTAL.test", True),
        ("https://*", True),
        ("http://*", False),
        ("https://[*.]portal.test", True),
        ("https://[*.]portal.test:443", True),
        ("https://[*.]portal.test:*", True),
        ("*://www.portal.test:443", True),
        ("https://www.portal.test/", True),
        ("https://www.portal.test:443/path", True),
        ("https://www.portal.test:444", False),
        ("[*.]al.test", False),
        ("[*.]", True),
        ("www.portal.test.", True),
        ("HTTPS://WWW.portal.test", True),
        (" https://www.portal.test ", True),
        ("www.portal.test:0443", False),
        ("https://www.portal.test:443/*", True),
    ],
)
def test_a_pattern_means_the_page_or_not(text: str, matches: bool) -> None:
    found = pattern(text)
    assert found is not None
    assert found.matches(PAGE) is matches


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "a b",
        "*.portal.test",
        "https://",
        "http://a:b",
        "portal.test:443:1",
        "[*.].portal.test",
        "ftp://www.portal.test",
        "https:www.portal.test",
        "www.portal.test..",
    ],
)
def test_what_is_no_pattern_means_nothing(text: str) -> None:
    found = pattern(text)
    assert found is None or not found.matches(PAGE)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(st.text(alphabet="*.[]:/,abportl ts1", max_size=30), st.just({"setting": 2}), max_size=4)
)
def test_no_pattern_brings_the_reader_down(entries: dict[str, object]) -> None:
    found = narrowest(exceptions(entries), PAGE)
    assert found is None or found.setting == 2
