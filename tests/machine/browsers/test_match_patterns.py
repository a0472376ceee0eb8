"""Which pages Firefox's policy WebsiteFilter means. What is expected was tried with Firefox ESR 153."""

from __future__ import annotations

import fnmatch
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portalcheck.machine.browsers.match_patterns import any_matches
from portalcheck.machine.browsers.matching import page_of


def means(pattern: object, url: str = "https://www.portal.test/login") -> bool:
    page = page_of(url)
    assert page is not None
    return any_matches([pattern], page)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("<all_urls>", True),
        ("*://*/*", True),
        ("*://*.portal.test/*", True),
        ("https://www.portal.test/*", True),
        ("HTTPS://WWW.Portal.test/LOGIN", True),
        ("*://www.portal.test/log*", True),
        ("*://www.portal.test/*in", True),
        ("*://www.portal.test/*g*n", True),
        ("*://*.www.portal.test/*", True),
        ("*://portal.test/*", False),
        ("*://*.al.test/*", False),
        ("http://www.portal.test/*", False),
        ("*://www.portal.test/", False),
        ("*://www.portal.test/login/*", False),
        ("*://www.portal.test/*n*n", False),
        ("https://www.portal.test:443/*", False),
        ("https://www.portal.test", False),
        ("www.portal.test", False),
        ("*.portal.test/*", False),
        ("*://www.*/*", False),
        ("*://*portal.test/*", False),
        ("ftp://www.portal.test/*", False),
        ("", False),
        (7, False),
    ],
)
def test_a_pattern_means_a_page_or_not(pattern: object, expected: bool) -> None:
    assert means(pattern) is expected


@pytest.mark.parametrize("path", ["/%6Cogin", "//login", "/LOGIN", "/%6cog%49n"])
def test_a_page_is_compared_as_a_server_reads_its_path(path: str) -> None:
    assert means("*://*/login", f"https://www.portal.test{path}")


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [("*://*/login", False), ("*://*/login?*", True), ("*://*/login?To=*", True), ("*://*/login*", True)],
)
def test_a_query_is_part_of_the_path(pattern: str, expected: bool) -> None:
    assert means(pattern, "https://www.portal.test/login?to=Home") is expected


def test_only_so_many_patterns_count() -> None:
    page = page_of("https://www.portal.test/")
    assert page is not None
    assert any_matches(["x"] * 999 + ["<all_urls>"], page)
    assert not any_matches(["x"] * 1000 + ["<all_urls>"], page)


def test_stars_take_time_in_proportion_to_the_length() -> None:
    started = time.process_time()
    means("*://*/" + "*a" * 20_000, "https://www.portal.test/" + "a" * 10_000)
    assert time.process_time() - started < 3


@given(st.text("ab*", max_size=8), st.text("ab", max_size=8))
def test_a_star_stands_for_any_letters(pattern: str, path: str) -> None:
    assert means(f"*://*/{pattern}", f"https://www.portal.test/{path}") is fnmatch.fnmatchcase(path, pattern)
