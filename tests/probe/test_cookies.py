"""Cookies of one walk: kept and given back as browsers do (RFC 6265), whatever a server writes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.address.url import Address
from portalcheck.probe.http.cookies import Jar
from portalcheck.probe.http.headers import Headers
from portalcheck.probe.http.location import url_of

HERE = "https://login.portal.example/a/b"


def _sent(lines: list[str], to: str = HERE, *, frm: str = HERE) -> str:
    jar = Jar()
    jar.keep(_url(frm), Headers([(b"Set-Cookie", line.encode("latin-1")) for line in lines]))
    return jar.header(_url(to))


def _url(text: str) -> Address:
    url = url_of(text)
    assert url is not None
    return url


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["a=1"], "a=1"),
        (["a=1", "b=2"], "a=1; b=2"),
        (["a=1", "a=2"], "a=2"),
        (["a=1; Path=/", "a=2; Path=/a"], "a=2; a=1"),
        (["a=b=c; HttpOnly; Secure; SameSite=Lax"], "a=b=c"),
        (["a="], "a="),
        ([" a = 1 ; path=/"], "a=1"),
        (["a=1", "a=; Max-Age=0"], ""),
        (["a=1", "a=; Max-Age=-1"], ""),
        (["a=1", "a=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT"], ""),
        (["a=1; Expires=Fri, 31 Dec 9999 23:59:59 GMT"], "a=1"),
        (["a=1; Expires=never"], "a=1"),
        (["a=1; Max-Age=" + "9" * 400], "a=1"),
        (["no equals sign"], ""),
        (["=value"], ""),
        (["a=1; Domain=other.example"], ""),
        (["a=1; Domain=example"], ""),
        (["a=\x7f"], ""),
        (["a=" + "x" * 5000], ""),
    ],
)
def test_what_comes_back_to_the_same_page(lines: list[str], expected: str) -> None:
    assert _sent(lines) == expected


@pytest.mark.parametrize(
    ("line", "to", "expected"),
    [
        ("a=1; Path=/", "https://portal.example/", ""),
        ("a=1; Path=/", "https://x.login.portal.example/", ""),
        ("a=1; Path=/; Domain=portal.example", "https://portal.example/", "a=1"),
        ("a=1; Path=/; Domain=.portal.example", "https://www.portal.example/", "a=1"),
        ("a=1; Path=/; Domain=portal.example", "https://evilportal.example/", ""),
        ("a=1", "https://login.portal.example/a", "a=1"),
        ("a=1", "https://login.portal.example/ab", ""),
        ("a=1; Path=/c", HERE, ""),
        ("a=1; Path=/c/", "https://login.portal.example/c/d", "a=1"),
    ],
)
def test_domain_and_path_decide_where_it_goes(line: str, to: str, expected: str) -> None:
    assert _sent([line], to) == expected


def test_the_jar_is_bounded() -> None:
    assert len(_sent([f"a{at}=1" for at in range(1000)]).split("; ")) == 60


@settings(max_examples=300)
@given(st.lists(st.text(st.characters(codec="latin-1"), max_size=60), max_size=5))
def test_no_line_makes_it_raise_or_break_the_request(lines: list[str]) -> None:
    jar = Jar()
    jar.keep(_url(HERE), Headers([(b"set-cookie", line.encode("latin-1")) for line in lines]))
    sent = jar.header(_url(HERE))
    assert sent.isascii()
    assert sent.isprintable()
