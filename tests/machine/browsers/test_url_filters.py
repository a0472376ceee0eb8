"""Chromium's filters of addresses: most rows are what a real one did (156), the others the examples of its page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portalcheck.machine.browsers.matching import Page
from portalcheck.machine.browsers.url_filters import blocked

PAGE = Page("https", "www.portal.test", 8443, "/login/step", "x=1&y=2")

MEANT = [
    "portal.test",
    "PORTAL.TEST",
    "  portal.test ",
    "portal.test.",
    "test",
    ".www.portal.test",
    "www.portal.test",
    "*",
    "*:8443",
    "*/login",
    "*/",
    "https://*",
    "://portal.test",
    "https:*",
    "https:portal.test",
    "https://portal.test:8443/login",
    "HTTPS://portal.test",
    "user@portal.test",
    "portal.test/log",
    "portal.test/login#x",
    "portal.test:8443",
    "portal.test/login?x=1",
    "portal.test?y=*",
    "portal.test?x=1&y=2",
]
NOT_MEANT = [
    "",
    ".portal.test",
    "rtal.test",
    "http://*",
    "http:*",
    "http://portal.test",
    "*://*",
    "*.portal.test",
    "portal.*",
    "portal.test:80",
    "portal.test:0",
    "portal.test:99999",
    "portal.test:*",
    "portal.test:abc",
    "portal.test/other",
    "portal.test/LOGIN",
    "portal.test/*",
    "portal.test?z=1",
    "portal.test?x=2",
    "/login",
    "http://",
    "ftp://*",
    "javascript:*",
    "127.0.0.1",
]


@pytest.mark.parametrize("text", MEANT)
def test_a_filter_that_means_the_page_blocks_it_and_lets_it_through(text: str) -> None:
    assert blocked([text], [], PAGE)
    assert not blocked(["*"], [text], PAGE)


@pytest.mark.parametrize("text", NOT_MEANT)
def test_a_filter_that_does_not_mean_the_page_does_nothing(text: str) -> None:
    assert not blocked([text], [], PAGE)
    assert blocked(["*"], [text], PAGE)


@pytest.mark.parametrize(
    ("blocklist", "allowlist", "is_blocked"),
    [
        ([], [], False),
        (["portal.test"], ["portal.test"], False),
        (["portal.test"], ["www.portal.test"], False),
        (["www.portal.test"], ["portal.test"], True),
        (["portal.test/login"], ["portal.test"], True),
        (["portal.test/login"], ["portal.test/login/step"], False),
        ([".www.portal.test"], ["portal.test/login/step"], True),
        (["https://*"], ["*"], False),
        (["*"], ["other.test"], True),
        (["portal.test?x=1"], ["portal.test"], True),
        (["portal.test?x=1"], ["portal.test?x=1"], False),
        (["*"], ["portal.test?x=*"], False),
        (["no.test"] * 1000 + ["portal.test"], [], False),
    ],
)
def test_the_filter_that_says_most_decides(
    blocklist: list[str], allowlist: list[str], is_blocked: bool
) -> None:
    assert blocked(blocklist, allowlist, PAGE) is is_blocked


def test_a_part_of_the_query_is_blocked_by_one_occurrence_and_allowed_by_all_alone() -> None:
    twice = Page("https", "www.portal.test", 443, "/", "v=1&v=2")
    assert blocked(["portal.test?v=1"], [], twice)
    assert blocked(["*"], ["portal.test?v=1"], twice)


def test_an_address_has_no_subdomains() -> None:
    assert blocked(["127.0.0.1"], [], Page("http", "127.0.0.1", 80, "/"))
    assert blocked(["[::1]"], [], Page("http", "::1", 80, "/"))


@given(st.lists(st.text(alphabet="*.[]:/?#@&=abportl ts19", max_size=30), max_size=4))
def test_no_filter_brings_the_reader_down(texts: list[str]) -> None:
    assert blocked(texts, texts, PAGE) in (True, False)
