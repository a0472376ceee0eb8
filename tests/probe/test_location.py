"""Where a redirect leads, compared with a second reader of WHATWG URLs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.address.url import Address
from portalcheck.probe.http.location import target_of, url_of
from tests.address.servo import host_of, parsed

BASE = "https://portal.example:8443/a/b?c=d"
_HERE = url_of(BASE)
assert _HERE is not None
HERE: Address = _HERE


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("https://login.example/x", "https://login.example/x"),
        ("HTTPS://LOGIN.example/x", "https://login.example/x"),
        ("http://login.example/", "http://login.example/"),
        ("//login.example/x", "https://login.example/x"),
        ("/x?y=z", "https://portal.example:8443/x?y=z"),
        ("x", "https://portal.example:8443/a/x"),
        ("../x", "https://portal.example:8443/x"),
        ("../../../x", "https://portal.example:8443/x"),
        ("?y", "https://portal.example:8443/a/b?y"),
        ("#top", "https://portal.example:8443/a/b?c=d"),
        ("", "https://portal.example:8443/a/b?c=d"),
        ("https:/x", "https://portal.example:8443/x"),
        ("https:x", "https://portal.example:8443/a/x"),
        ("http:x", "http://x/"),
        ("http:/x/y", "http://x/y"),
        ("https:///x/y", "https://x/y"),
        ("////x/y", "https://x/y"),
        ("\\\\login.example\\x", "https://login.example/x"),
        ("https:\\\\login.example", "https://login.example/"),
        ("/\\login.example/x", "https://login.example/x"),
        (" https://login.example/ ", "https://login.example/"),
        ("ht\ntps://login\t.example/", "https://login.example/"),
        ("https://user:secret@login.example/x", "https://login.example/x"),
        ("https://portal.example@login.example/", "https://login.example/"),
        ("https://login.example./x", "https://login.example/x"),
        ("https://b\u00fccher.example/", "https://xn--bcher-kva.example/"),
        ("https://2130706433/", "https://127.0.0.1/"),
        ("https://0x7f.1/", "https://127.0.0.1/"),
        ("https://[::1]:8/x", "https://[::1]:8/x"),
        ("https://login.example:443/", "https://login.example/"),
        ("https://login%2eexample/", "https://login.example/"),
    ],
)
def test_a_location_leads_where_a_browser_goes(location: str, expected: str) -> None:
    target = target_of(HERE, location)
    assert target is not None
    assert target.url == expected


@pytest.mark.parametrize(
    "location",
    [
        "https://[x/",
        "https://[x]/",
        "https://",
        "https:///",
        "//",
        "https://a b/",
        "https://a<b/",
        "https://a%00b/",
        "https://a%20b/",
        "https://1.2.3.999/",
        "https://1.2.3.4.5/",
        "https://example.0x/",
        "https://login.example:https/",
        "https://login.example:99999/",
        "https://login.example:-1/",
        "https://xn--a/",
        "https://" + "a" * 64 + ".example/",
        "https://a..b/",
        "https://login.example/" + "x" * 70_000,
        "file:///etc/passwd",
        "file:etc/passwd",
        "data:text/html,hello",
        "javascript:alert(1)",
        "ftp://login.example/",
        "about:blank",
        "blob:https://login.example/1",
        "intent://login.example/#Intent;end",
        "mailto:help@portal.example",
        "ws://login.example/",
    ],
)
def test_a_location_that_no_browser_opens_leads_nowhere(location: str) -> None:
    assert target_of(HERE, location) is None


@pytest.mark.parametrize(
    "text", ["", "portal", "https://", "https://[x/", "file:///x", "\ud800", "https://a b"]
)
def test_what_is_no_url_is_none(text: str) -> None:
    url = url_of(text)
    assert url is None or url.host


_PIECES = st.sampled_from(
    [
        "https:",
        "http:",
        "file:",
        "//",
        "/",
        "\\",
        "?",
        "#",
        "@",
        ":",
        "login.example",
        "127.1",
        "[::1]",
        "x",
        "..",
        ".",
        "%2e",
        "%",
        " ",
        "\t",
        "\u00fc",
        "\u2028",
        "xn--",
        "443",
        "\x00",
        "\ufffd",
    ]
)


@settings(max_examples=400)
@given(st.lists(_PIECES, max_size=8).map("".join))
def test_a_location_never_leads_to_another_host_than_a_browser(location: str) -> None:
    """Where both readers find a host it is the same one; ours may refuse more, such as empty labels."""
    target = target_of(HERE, location)
    if target is None:
        return
    browser = parsed(location, BASE)
    assert browser is not None, f"a browser refuses {location!r}, this leads to {target.url}"
    assert (target.scheme, target.host) == (browser.scheme, host_of(location, BASE))


@settings(max_examples=300)
@given(st.text(max_size=200))
def test_no_text_makes_it_raise(location: str) -> None:
    target = target_of(HERE, location)
    assert target is None or (target.scheme in ("http", "https") and target.host and "@" not in target.netloc)


@settings(max_examples=400)
@given(
    st.lists(
        st.sampled_from([".", "..", "%2e", "%2E.", ".%2e", "...", "%2e%2e%2e", "a", "b.c", ""]), max_size=7
    )
)
def test_dots_in_a_path_go_as_in_a_browser(segments: list[str]) -> None:
    url = f"https://portal.example/{'/'.join(segments)}?a=../b"
    ours = url_of(url)
    assert ours is not None
    assert ours.url == str(parsed(url))
