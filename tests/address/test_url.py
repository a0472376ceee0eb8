"""Addresses are read as browsers read them; Servo, another reader of WHATWG URLs, is the oracle."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portalcheck.address import Kind, judge
from portalcheck.address.host import Unreadable
from portalcheck.address.url import Address, read
from tests.address.servo import host_of as browser_host
from tests.declared import NOTES, TRICKS

OFFICIAL = ("optum.com", "healthsafe-id.com")

PIECES = (
    "https:", "http:", "HTTPS:", "ftp:", "//", "/", "\\", "@", ":", "?", "#", ".", "-", "_", "%", "|", "^",
    "<", ">",
    "optum.com", "optum", "com", "healthsafe-id.com", "evil.example", "www.", "login", "xn--", "xn--ptum-znd",
    "%2e", "%2f", "%40", "%5c", "%00", "%zz", "%ff", "%C3%A9", "%E2%81%84", "80", "443", "99999", "[", "]",
    "::1",
    "1.2.3.4", "0x7f", "0300", "09", "\t", "\n", "\r", " ", "\x00", "\x1f", "\x7f", "\x85", "\u200b",
    "\u200c", "\u200d",
    "\u00ad", "\ufeff", "\u202e", "\u2066", "\u3002", "\uff0e", "\uff0f", "\uff20", "\uff4f", "\u2044",
    "\u2215",
    "\u043e", "\u0440", "\u00e9", "\u00df", "\u03c2", "\u0130", "\u0131", "\u212a", "\u05d0", "\u0627",
    "\u0661", "\u65e5",
    "\u00b7", "\u2603", "\U0001f4a9", "\ud800", "\u0301", "\u0338", "\u2260", "\u3164", "\ufffd", "\u2100",
    "\u2488",
    "\u00bd", "\ufb00", "\u2167", "a" * 64, "~", "!", "$", "&", "'", "(", ")", "*", "+", ",", ";", "=", "`",
    "{", '"',
)  # fmt: skip
ADDRESSES = st.one_of(
    st.text(max_size=40),
    st.lists(st.sampled_from(PIECES), max_size=9).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=7).map(lambda pieces: "https://" + "".join(pieces)),
    st.lists(st.sampled_from(PIECES), max_size=4).map(lambda pieces: "https://optum.com" + "".join(pieces)),
    st.lists(st.sampled_from(PIECES), max_size=4).map(
        lambda pieces: "https://" + "".join(pieces) + "optum.com/"
    ),
)


COPIED = "".join(map(chr, range(0x21))) + "\u00a0\u00ad\u200b\u2028\u2029\u2060\u3000\ufeff"
"""Blanks and invisible letters that copying leaves around an address, which nobody means."""


@given(ADDRESSES)
@example("https://optum.com\\@evil.example/")
@example("https://optum.com\x7f")
@example("https:/\n/optum.com")
@example("https://[::ffff:1.2.3.4]/")
@settings(max_examples=600, deadline=None)
@example("%C3%80\xad%2EOPTUM.COM")
@example("HTTP:OPTUM.COM \xad")
def test_never_official_unless_a_browser_would_go_there(text: str) -> None:
    verdict = judge(text, official=OFFICIAL)
    if verdict.kind is Kind.OFFICIAL:
        typed = text.lower().lstrip().startswith(("http:", "https:"))
        reached = (
            browser_host(text) or browser_host(text.strip(COPIED)) if typed else browser_host(verdict.url)
        )
        assert reached is not None
        assert reached == verdict.host
        assert any(reached == name or reached.endswith("." + name) for name in OFFICIAL)


@given(ADDRESSES)
@settings(max_examples=600, deadline=None)
def test_where_both_read_a_host_it_is_the_same(text: str) -> None:
    address, reached = read(text), browser_host(text)
    if isinstance(address, Address) and address.typed_scheme and reached is not None:
        assert address.host == reached


@given(ADDRESSES)
@settings(max_examples=400, deadline=None)
def test_a_verdict_is_sound_in_itself(text: str) -> None:
    verdict = judge(text, official=OFFICIAL)
    assert verdict.contactable == bool(verdict.url)
    assert verdict.contactable == (verdict.kind in (Kind.OFFICIAL, Kind.UNRELATED))
    assert verdict.trick in TRICKS | {""}
    assert {*verdict.notes} <= NOTES
    assert verdict.host.isascii()


@given(ADDRESSES)
@settings(max_examples=400, deadline=None)
@example("https://%C3%80\u3002optum.com/")
def test_the_address_to_contact_is_plain_and_judged_the_same(text: str) -> None:
    verdict = judge(text, official=OFFICIAL)
    if verdict.contactable:
        assert verdict.url.isascii()
        assert "\\" not in verdict.url
        reached = browser_host(verdict.url)
        # The two readers' tables of Unicode differ by a release: letters new to one of them are unknown to the other.
        assert reached == verdict.host or (reached is None and "xn--" in verdict.host)
        again = judge(verdict.url, official=OFFICIAL)
        # A host in percent-encoding is never official; written plainly it may be.
        plain = verdict.inner if "encoded" in verdict.notes and verdict.inner is not None else verdict
        assert (again.kind, again.host, again.url) == (plain.kind, verdict.host, verdict.url)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("optum.com", "https://optum.com/"),
        ("https://user:pw@optum.com/a?b#c", "https://optum.com/a?b"),
        ("http://optum.com:80/x\\y?z\\", "http://optum.com/x/y?z%5C"),
        ("https://optum.com:8443", "https://optum.com:8443/"),
        ("https://B\u00fccher.example/\u00fc?\u00fc", "https://xn--bcher-kva.example/%C3%BC?%C3%BC"),
        ("https://[0:0::1]:8080/", "https://[::1]:8080/"),
        ("http://0300.0250.0.1/", "http://192.168.0.1/"),
        ("https://optum.com./%41", "https://optum.com/%41"),
    ],
)
def test_the_address_is_rewritten_without_user_name_and_fragment(text: str, url: str) -> None:
    address = read(text)
    assert isinstance(address, Address)
    assert address.url == url


@pytest.mark.parametrize(
    ("text", "trick"),
    [
        ("", "empty"),
        ("x" * 65_537, "too_long"),
        ("mailto:help@optum.com", "bad_scheme"),
        ("/login", "not_a_url"),
        ("5551212", "single_label"),
        ("https://?q", "no_host"),
        ("https://optum.com:65536", "bad_port"),
        ("https://optum.com:x", "bad_port"),
        ("https://[::g]", "bad_ipv6"),
        ("https://optum.123", "ends_in_number"),
        ("https://1.2.3.4.5", "ends_in_number"),
        ("https://089.1", "ends_in_number"),
        ("https://optum..com", "empty_label"),
        ("https://" + "a" * 64 + ".com", "label_too_long"),
        ("https://" + "a." * 130 + "com", "label_too_long"),
        ("https://" + "\u0661" * 60_000, "label_too_long"),
        ("https://xn--a.com", "bad_idn"),
        ("https://1.\u05d0.com", "bad_idn"),
        ("https://a\u00ad..com", "empty_label"),
        ("https://\u00ad", "no_host"),
        ("https://a|b.com", "forbidden_char"),
        ("https://a b.com", "whitespace"),
        ("https://a\x00b.com", "control_char"),
        ("https://a\u202eb.com", "bidi_control"),
        ("https://a\u200cb.com", "joiner"),
        ("https://a\uff0fb.com", "slash_lookalike"),
        ("https://a%25b.com", "percent"),
    ],
)
def test_why_an_address_cannot_be_read(text: str, trick: str) -> None:
    assert read(text) == Unreadable(trick)


def test_an_ip_address_has_brackets_in_the_url_only() -> None:
    address = read("https://[0:0::1]:8080/")
    assert isinstance(address, Address)
    assert (address.host, address.display, address.netloc) == ("::1", "::1", "[::1]:8080")


def test_a_joiner_where_the_script_needs_it_is_valid() -> None:
    address = read("https://\u0915\u094d\u200d\u0937.example")
    assert isinstance(address, Address)
    assert address.host == browser_host("https://\u0915\u094d\u200d\u0937.example")
