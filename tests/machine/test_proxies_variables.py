from __future__ import annotations

import os
import sys
from unittest import mock

import httpx
import pytest
from httpx._utils import URLPattern, get_environment_proxies
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portalcheck.machine.proxies import variables

PORTAL = "https://portal.example/signin"


def as_httpx(environ: dict[str, str], url: str) -> str | None:
    """The proxy that an httpx client would take, or None."""
    with mock.patch.dict(os.environ, environ, clear=True):
        mounts = get_environment_proxies()
    patterns = sorted((URLPattern(key), value) for key, value in mounts.items())
    return next((value for pattern, value in patterns if pattern.matches(httpx.URL(url))), None)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, ("", False)),
        ({"https_proxy": "proxy.example:8080"}, ("http://proxy.example:8080", False)),
        ({"HTTPS_PROXY": "http://u:p@proxy.example:8080"}, ("http://proxy.example:8080", False)),
        (
            {"HTTPS_PROXY": "http://a.example:1", "https_proxy": "http://b.example:2"},
            ("http://b.example:2", False),
        ),
        ({"HTTPS_PROXY": "http://a.example:1", "https_proxy": ""}, ("", False)),
        ({"http_proxy": "http://a.example:1"}, ("", False)),
        ({"ALL_PROXY": "socks5://a.example:1"}, ("socks5://a.example:1", False)),
        (
            {"all_proxy": "http://a.example:1", "https_proxy": "http://b.example:2"},
            ("http://b.example:2", False),
        ),
        ({"https_proxy": "not a proxy"}, ("", False)),
        ({"https_proxy": "http://a.example:1", "NO_PROXY": "portal.example"}, ("", True)),
        ({"https_proxy": "http://a.example:1", "no_proxy": "x.example, *"}, ("", True)),
        ({"no_proxy": "portal.example"}, ("", False)),
        ({"no_proxy": "*"}, ("", False)),
        (
            {"https_proxy": "http://a.example:1", "no_proxy": "http://portal.example"},
            ("http://a.example:1", False),
        ),
    ],
)
def test_the_environment_gives_a_proxy(environ: dict[str, str], expected: tuple[str, bool]) -> None:
    assert variables.choose(environ, PORTAL) == expected


ENTRIES = (
    *("example", ".example", "portal.example", "PORTAL.example", "www.portal.example", "*.example", "*"),
    *(
        "portal.example:8443",
        "portal.example:443",
        "https://portal.example",
        "http://portal.example",
        "https://",
    ),
    *(
        "all://*.portal.example",
        "all://",
        "all://*",
        "http://",
        "https://*example",
        "https://portal.example:443",
    ),
    *(
        "10.0.0.1",
        "10.0.0.0/8",
        "10.0.0.1/32",
        "10.0.0.1:8080",
        "::1",
        "2001:db8::1",
        "localhost",
        "LOCALHOST",
    ),
    *("", " ", "portal.example/path", "ample", "https://www.portal.example"),
)
URLS = (
    *(PORTAL, "http://portal.example/", "https://www.portal.example/", "https://portal.example:8443/x"),
    *("http://portal.example:443/", "http://10.0.0.1/", "http://10.0.0.1:8080/", "https://10.9.9.9/"),
    *("https://[::1]/", "https://[2001:db8::1]:8443/", "http://localhost/", "https://a.localhost/"),
    *("https://example/", "https://wwwportal.example/"),
)
NAMES: tuple[str, ...] = (
    "http_proxy",
    "HTTP_PROXY",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "Https_Proxy",
)
EXCEPTIONS: tuple[str, ...] = ("no_proxy", "NO_PROXY")
if sys.platform == "win32":  # no two of its variables differ by case alone
    NAMES, EXCEPTIONS = NAMES[1::2], EXCEPTIONS[1:]


@settings(max_examples=600, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(NAMES), st.sampled_from(["", "http://a.example:1", "http://b.example:2"])
    ),
    st.dictionaries(
        st.sampled_from(EXCEPTIONS),
        st.lists(st.sampled_from(ENTRIES), max_size=5).map(",".join),
    ),
    st.sampled_from(URLS),
)
@example({"all_proxy": "http://a.example:1"}, {"no_proxy": "all://*"}, PORTAL)
def test_it_is_the_proxy_that_httpx_would_take(
    proxies: dict[str, str], exceptions: dict[str, str], url: str
) -> None:
    environ = proxies | exceptions
    proxy, bypassed = variables.choose(environ, url)
    assert proxy == (as_httpx(environ, url) or "")
    without = as_httpx(proxies, url)
    assert bypassed is (not proxy and without is not None)


def test_an_internationalised_name_is_compared_by_its_a_labels() -> None:
    environ = {"https_proxy": "http://a.example:1", "no_proxy": "xn--bcher-kva.example"}
    assert variables.choose(environ, "https://bücher.example/") == ("", True)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from(URLS))
def test_any_environment_is_survived(proxy: str, exceptions: str, url: str) -> None:
    chosen, _ = variables.choose({"https_proxy": proxy, "no_proxy": exceptions}, url)
    assert "@" not in chosen
