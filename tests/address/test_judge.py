"""Verdicts for addresses that people meet, with one short list of official names."""

from __future__ import annotations

import pytest

from portalcheck.address import Kind, judge

OFFICIAL = ("optum.com", "healthsafe-id.com")
FAMILY = (
    *OFFICIAL,
    "onehealthcareid.com",
    "myuhc.com",
    "uhc.com",
    "optumrx.com",
    "optumbank.com",
    "myhealthchart.com",
)


def kind(url: str) -> Kind:
    return judge(url, official=OFFICIAL).kind


@pytest.mark.parametrize(
    "url",
    [
        "HTTPS://WWW.OPTUM.COM/", "https://optum.com:443/", "https://optum.com:/", "https:optum.com",
        "https:/optum.com", "//optum.com/login", "optum.com:8443", "https://user:pw@optum.com/",
        "https://evil.example@optum.com/", '"https://optum.com"', "\ufeffhttps://optum.com",
        "https://optum.com#x",
        "https://optum.com?x", "https://a.b.c.d.optum.com/", "https://optum.com/\\evil.example",
        "https://optum.com/lo\ngin", "https://optum.com/" + "a" * 10_000, "https://optum\uff0ecom",
        "https://_x.optum.com/", "www.optum.com.", "https://optum.com/?next=https://optum-login.com/",
    ],
)  # fmt: skip
def test_official_however_it_is_written(url: str) -> None:
    assert kind(url) is Kind.OFFICIAL


@pytest.mark.parametrize(
    "url",
    [
        "https://opt\u200bum.com", "https://opt\u00adum.com",
        "https://optum.com\\login", "https:\\\\optum.com", "https://opt\num.com", "help@optum.com",
        "https://optum.com\x7f", "https://optum.com\u2028evil.example/", "https://opt um.com/",
    ],
)  # fmt: skip
def test_never_official_when_written_so_that_programs_differ(url: str) -> None:
    assert kind(url) is Kind.INVALID


@pytest.mark.parametrize("url", ["https://%6fptum.com", "https://optum%2ecom/", "https://opt%75m.com/"])
def test_letters_behind_percent_signs_lead_where_a_browser_goes_and_are_never_official(url: str) -> None:
    verdict = judge(url, official=OFFICIAL)
    assert verdict.kind is Kind.UNRELATED
    assert verdict.host == "optum.com"
    assert verdict.inner is not None
    assert verdict.inner.kind is Kind.OFFICIAL
    assert kind("https://opt%75m.com\\login") is Kind.INVALID


@pytest.mark.parametrize(
    "url",
    [
        "   ", "http://", "https://?", "://optum.com", "ftp://optum.com/", "javascript:alert(1)//optum.com",
        "data:text/html,optum.com", "file:///optum.com", "about:blank", "view-source:https://optum.com",
        "blob:https://optum.com/1", "https://optum..com/", "https://.optum.com/", "https://optum.com:abc/",
        "https://optum.com:-1/", "https://optum.com:80:80/", "https://%zz.com",
        "https://optum.com%00.evil.example/",
        "https://optum.com%40evil.example/", "https://optum.com%2f.evil.example/", "https://[::1",
        "https://[::1%25eth0]/", "https://1.2.3.4.5/", "https://256.1.1.1/", "https://0x100000000/",
        "https://" + "a." * 200 + "com/", "https://xn--/", "https://xn--a/", "https://xn--optum-.com/",
        "https://optum.com\uff20evil.example/", "https://opt\u200dum.com/",
        "https://optum\u202ecom.evil.example/",
        "https://user@/", "https://:80/", "\ud800", "https://optum.com<evil>/", "https://optum.com%",
        "/login", "#x",
        "?x", "login", "https:", "http:optum", "hxxps://optum.com", "C:\\Users\\x", "x" * 70_000,
    ],
)  # fmt: skip
def test_invalid_when_no_browser_would_open_it_as_a_web_page(url: str) -> None:
    verdict = judge(url, official=OFFICIAL)
    assert verdict.kind is Kind.INVALID
    assert verdict.url == ""


@pytest.mark.parametrize(
    "url",
    [
        # where the host ends
        "https://evil.example\\@optum.com/", "https://optum.com\\@evil.example/",
        "https://optum.com@evil.example/",
        "optum.com@evil.example", "https://optum.com:pass@evil.example/",
        "https://www.optum.com:443@evil.example/",
        "https://optum@evil.example/", "https://healthsafe-id@1.2.3.4/",
        "https://user:optum.com@evil.example/",
        "https://0ptum.com@evil.example/", "https://optum.com,evil.example/",
        "https://optum.com;evil.example/",
        "https://optum.com(evil.example/", "https://optum.com\u00b7evil.example/",
        "https://optum.com_evil.example/",
        # dots and hyphens
        "https://op.tum.com", "https://optu.m.com", "https://optum.c.om", "https://optum-com.net",
        "https://optumcom.com", "https://wwwoptum.com", "https://ww.optum.com.evil.example",
        "https://wwwhealthsafe-id.com", "https://healthsafe_id.com", "https://h-e-althsafe-id.com",
        "https://optum-.com", "https://-optum.com",
        # endings
        "https://optum.com.mx", "https://optum.co.uk", "https://optum.cm", "https://optum.con",
        "https://optum.health",
        "https://optum.\u0441\u043em",
        # bait words, also in Spanish
        "https://optum.login.evil.example", "https://login.optum.evil.example",
        "https://secure-optum-verify.xyz",
        "https://optumverificar.com", "https://optum-acceso.com", "https://micuentaoptum.com",
        "https://optum-iniciar-sesion.com", "https://ingresar-optum.com",
        "https://optum-contrasen\u0303a.com",
        "https://optum-l0gin.com", "https://0ptumlogin.com", "https://opttum-login.com",
        "https://patient-optum.com",
        "https://optum-login.weebly.com", "https://optum-login.s3.amazonaws.com",
        # a rare name anywhere
        "https://healthsafe-id.evil.example", "https://healthsafeid.net", "https://my-healthsafe-id.com",
        # letters
        "https://heaithsafe-id.com", "https://healthsafe-ld.com", "https://o\u0440tum.com",
        "https://\u043eptum.com.evil.example", "https://\u24de\u0440tum.com.evil.example",
        "https://\u03bf\u03c1\u03c4\u03c5m.com", "https://OPTU\u039c.com", "https://opt\u028bm.com",
        "https://\ua791ealthsafe-id.com",
        # slips
        "https://oputm.com", "https://potum.com", "https://optu.com", "https://optums.com",
        "https://opttum.com",
        "https://optuum.com", "https://optem.com", "https://healthsaffe-idd.com", "https://helthsaf-id.com",
        "https://helthsafeid.com",
    ],
)  # fmt: skip
def test_lookalike_however_it_is_made(url: str) -> None:
    verdict = judge(url, official=OFFICIAL)
    assert verdict.kind is Kind.LOOKALIKE
    assert verdict.target in OFFICIAL
    assert not verdict.contactable
    assert verdict.url == ""


@pytest.mark.parametrize(
    "url",
    [
        # the family's own names look like imitations
        "https://optumrx.com", "https://www.optumbank.com", "https://optum360.com", "https://optumserve.com",
        "https://optumlabs.com", "https://adminservices.optumhealthfinancial.com", "https://optumwa.com",
        "https://portal.optumcarenv.com", "https://uhcprovider.com", "https://member.uhc.com",
        # real words and names near by
        "https://optima.com", "https://www.option.com", "https://opti.com", "https://septum.com",
        "https://aptum.com",
        "https://login.optus.com.au", "https://www.optimum.net/login", "https://datum.com",
        "https://www.tum.de",
        "https://health.com", "https://healthsafe.com", "https://safehealth.com", "https://safe-id.com",
        # the official name elsewhere than in the host
        "https://evil.example/optum.com", "https://evil.example/?u=optum.com",
        "https://evil.example/#optum.com",
        "https://evil.example/@optum.com", "https://evil.example?optum.com",
        "https://evil.example#@optum.com",
        # numbers, shared places, other languages
        "https://[::1]/", "https://2130706433/", "https://127.1", "https://github.io", "https://co.uk/",
        "https://stra\u00dfe.de", "https://b\u00fccher.de", "https://i\u2764.ws", "https://\u4e2d\u56fd.cn",
        "https://\u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444",
    ],
)  # fmt: skip
def test_strangers_are_not_accused(url: str) -> None:
    verdict = judge(url, official=OFFICIAL)
    assert verdict.kind is Kind.UNRELATED
    assert verdict.contactable


@pytest.mark.parametrize(
    "url",
    [
        "https://myhealthcare.com", "https://optimumbank.com", "https://mychart.example.org",
        "https://uhs.com",
        "https://myhealthchart.hospital.example", "https://onehealthcare.com", "https://uhc.example",
    ],
)  # fmt: skip
def test_ordinary_names_near_the_family_are_not_accused(url: str) -> None:
    assert judge(url, official=FAMILY).kind is Kind.UNRELATED


@pytest.mark.parametrize(
    ("url", "trick", "marked"),
    [
        ("https://optvm.com", "ascii_lookalike", "opt[v]m.com"),
        ("https://www.0ptum.com", "digit_swap", "www.[0]ptum.com"),
        ("https://opturn.com", "ascii_lookalike", "optu[rn].com"),
        ("https://o\u0440tum.com", "homoglyph_cyrillic", "o[\u0440]tum.com"),
        ("https://optm.com", "omission", "opt[_]m.com"),
        ("https://optmu.com", "transposition", "opt[mu].com"),
        ("https://opyum.com", "replacement", "op[y]um.com"),
        ("https://optem.com", "vowel_swap", "opt[e]m.com"),
        ("https://optums.com", "plural", "optum[s].com"),
        ("https://opttum.com", "repetition", "opt[t]um.com"),
        ("https://optum.net", "tld_swap", "optum.[net]"),
        ("https://optum.co", "tld_typo", "optum.[co]"),
        ("https://optum.netlify.app", "brand_on_shared_hosting", "optum.[netlify.app]"),
        ("https://o-ptum.com", "hyphenation", "o[-]ptum.com"),
        ("https://healthsafeid.com", "hyphen_omission", "healthsafe[_]id.com"),
        ("https://healthsafe.id.com", "dot_for_hyphen", "healthsafe[.]id.com"),
        ("https://www-optum.com", "missing_dot", "[www-]optum.com"),
        ("https://optum.com.evil.example", "target_embedding", "optum.com.[evil.example]"),
        ("https://login-optum.com", "combosquat", "[login-]optum.com"),
        ("https://optum@evil.example", "userinfo", ""),
        ("https://evil.example\\.optum.com", "parser_confusion", ""),
    ],
)
def test_what_differs_is_named_and_marked(url: str, trick: str, marked: str) -> None:
    verdict = judge(url, official=OFFICIAL)
    assert (verdict.trick, verdict.marked) == (trick, marked)


@pytest.mark.parametrize(
    ("url", "note"),
    [
        ("http://optum.com", "http"),
        ("https://optum.com:8443", "port"),
        ("https://user@optum.com", "userinfo"),
        ("https://op\uff54um.com", "nonascii"),
        ("https://evil.example%2ecom", "encoded"),
        ("https://e\u00advil.example", "invisible"),
        ("https://ev\til.example", "control"),
        ("https://evil.example\\x", "backslash"),
        ("https://127.0.0.1", "ip-literal"),
        ("https://t.co/x", "shortener"),
        ("https://www.bit.ly/x", "shortener"),
        ("https://optumcare.com", "uses-name"),
        ("https://clinic.github.io", "shared-hosting"),
        ("https://github.io", "bare-suffix"),
        ("https://www.youtube.com/redirect?event=x", "hidden-target"),
    ],
)
def test_notes_tell_what_is_odd(url: str, note: str) -> None:
    assert note in judge(url, official=OFFICIAL).notes


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        ("id.lab.example", Kind.OFFICIAL),
        ("id.1ab.example", Kind.LOOKALIKE),
        ("login.id.1ab.example", Kind.LOOKALIKE),
        ("id.l\u0430b.example", Kind.LOOKALIKE),
        ("id.lab.examp1e", Kind.LOOKALIKE),
        ("id.1ab.org", Kind.UNRELATED),
        ("1ab.example", Kind.UNRELATED),
        ("1d.lab.example", Kind.UNRELATED),
        ("id.tab.example", Kind.UNRELATED),
    ],
)
def test_what_becomes_an_official_host_by_folding_is_an_imitation_however_short(
    host: str, kind: Kind
) -> None:
    verdict = judge(
        f"https://{host}/", official=["portal.lab.example", "id.lab.example"], protect=["portal.lab.example"]
    )

    assert verdict.kind is kind
