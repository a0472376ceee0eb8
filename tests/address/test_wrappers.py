"""Links of mail filters, big sites and newsletters: the address that they lead on to is judged."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest

from portalcheck.address import Kind, judge

OFFICIAL = ("optum.com",)
_BING = base64.urlsafe_b64encode(b"https://optum-login.com").decode().rstrip("=")
_INNER = quote("https://optum-login.com/a?b=c", safe="")

LINKS = [
    f"https://nam02.safelinks.protection.outlook.com/?url={_INNER}&data=05",
    "https://www.google.com/url?sa=t&q=https://optum-login.com/&usg=1",
    f"https://www.google.co.uk/url?url={_INNER}",
    f"https://urldefense.proofpoint.com/v1/url?u={_INNER}&k=x",
    "https://urldefense.proofpoint.com/v2/url?u=https-3A__optum-2Dlogin.com_x&d=DwMF",
    "https://urldefense.com/v3/__https://optum-login.com/login?a=1&b=2__;!!abc!xyz$",
    "https://urldefense.com/v3/__https:/optum-login.com/*x__;Iw!!abc!xyz$",
    "https://urldefense.com/v3/__https://optum-login.com/a**Bb__;Li4u!!abc!xyz$",
    "https://linkprotect.cudasvc.com/url?a=https%3a%2f%2foptum-login.com&c=E",
    "https://protect-us.mimecast.com/s/abc?domain=optum-login.com",
    "https://secure-web.cisco.com/1abc/https%3A%2F%2Foptum-login.com%2Fa",
    "https://us-west-2.protection.sophos.com/?d=optum-login.com&u=aHR0",
    f"https://l.facebook.com/l.php?h=x&u={_INNER}",
    f"https://www.youtube.com/redirect?q={_INNER}",
    f"https://www.bing.com/ck/a?!&&p=1&u=a1{_BING}&ntb=1",
    "https://url.avanan.click/v2/___https://optum-login.com/x___.abc",
    f"https://click.news.example/t?id=3&amp;redirect={_INNER}",
    f"https://click.news.example/t?id=3;REDIRECT={quote(_INNER)}",
    f"https://www.google.com/url?q={quote('https://l.facebook.com/l.php?u=' + _INNER, safe='')}",
]


@pytest.mark.parametrize("url", LINKS)
def test_a_link_to_an_imitation_is_one(url: str) -> None:
    verdict = judge(url, official=OFFICIAL)
    assert verdict.kind is Kind.LOOKALIKE
    assert verdict.host == "optum-login.com"
    assert verdict.target == "optum.com"
    assert "link-wrapper" in verdict.notes
    assert not verdict.contactable


@pytest.mark.parametrize("url", LINKS)
def test_a_link_to_an_official_page_is_not_official_but_tells_where_it_leads(url: str) -> None:
    plain = url.replace("optum-login", "optum").replace("optum-2Dlogin", "optum")
    plain = plain.replace(_BING, base64.urlsafe_b64encode(b"https://optum.com").decode().rstrip("="))
    verdict = judge(plain, official=OFFICIAL)
    assert verdict.kind is Kind.UNRELATED
    inner = verdict.inner
    while inner is not None and inner.inner is not None:
        inner = inner.inner
    assert inner is not None
    assert inner.kind is Kind.OFFICIAL


def test_characters_that_a_filter_took_out_are_put_back() -> None:
    url = "https://urldefense.com/v3/__https://evil.example*optum.com/__;QA!!abc!xyz$"
    verdict = judge(url, official=OFFICIAL)
    assert verdict.inner is not None
    assert verdict.inner.kind is Kind.OFFICIAL
    assert "userinfo" in verdict.inner.notes


@pytest.mark.parametrize(
    "url",
    [
        "https://www.bbb.org/search?find_text=optum-login.com",
        "https://www.google.com/search?q=optum-login.com",
        "https://evil.example/?url=optum",
        "https://evil.example/?url=",
        "https://evil.example/?" + "&".join(["a=b"] * 10_000),
        "https://www.bing.com/ck/a?u=a1%%%",
        "https://urldefense.com/v3/__https://evil.example/**%3F__;%%%!!abc!xyz$",
    ],
)
def test_other_queries_lead_nowhere(url: str) -> None:
    verdict = judge(url, official=OFFICIAL)
    assert verdict.kind is Kind.UNRELATED


def test_an_official_page_stays_official_wherever_its_query_points() -> None:
    verdict = judge(f"https://www.optum.com/signin?next={_INNER}", official=OFFICIAL)
    assert verdict.kind is Kind.OFFICIAL
    assert verdict.inner is None


def test_nesting_is_followed_a_few_times_only() -> None:
    url = "https://optum.com/"
    for _ in range(6):
        url = "https://l.facebook.com/l.php?u=" + quote(url, safe="")
    verdict, depth = judge(url, official=OFFICIAL), 0
    while verdict.inner is not None:
        verdict, depth = verdict.inner, depth + 1
    assert depth == 3
    assert verdict.kind is Kind.UNRELATED
