from __future__ import annotations

import ipaddress
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.machine.hostnames import destination_of
from portalcheck.machine.proxies.rules import ProxyRules, clean, clean_pac, matches

PORTAL = "https://portal.example/signin"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("proxy.example:8080", "http://proxy.example:8080"),
        ("http://proxy.example:8080/", "http://proxy.example:8080"),
        ("HTTP://Proxy.Example.", "http://proxy.example:80"),
        ("https://proxy.example", "https://proxy.example:443"),
        ("socks5h://127.0.0.1", "socks5h://127.0.0.1:1080"),
        ("socks://127.0.0.1:9050", "socks://127.0.0.1:9050"),
        ("http://user:secret@proxy.example:3128", "http://proxy.example:3128"),
        ("user:p@ss@proxy.example:3128", "http://proxy.example:3128"),
        ("http://[fe80::1%eth0]:3128", "http://[fe80::1]:3128"),
        ("[2001:db8::1]:3128", "http://[2001:db8::1]:3128"),
        ("http://bücher.example:1", "http://xn--bcher-kva.example:1"),
        ("http://user:pa/ss@proxy.example:3128", ""),
        ("http://user:1/@proxy.example:3128", ""),
        ("ftp://proxy.example:21", ""),
        ("proxy.example:0", ""),
        ("proxy.example:70000", ""),
        ("proxy.example:80a", ""),
        ("proxy.example:٣", ""),
        ("proxy example:80", ""),
        ("999.1.1.1:80", ""),
        ("http://", ""),
        ("", ""),
        ("DIRECT;PROXY x", ""),
    ],
)
def test_a_proxy_is_cleaned_of_secrets_or_dropped(text: str, expected: str) -> None:
    assert clean(text) == expected


@settings(max_examples=150)
@given(st.text(max_size=60), st.sampled_from(["", "http://", "socks5://", "user:secret@"]))
def test_a_clean_proxy_is_scheme_host_and_port_and_clean_already(text: str, start: str) -> None:
    proxy = clean(start + text)
    if proxy:
        scheme, _, rest = proxy.partition("://")
        assert scheme in ("http", "https", "socks", "socks4", "socks4a", "socks5", "socks5h")
        assert not set("@/?# ") & set(rest)
        assert 0 < int(rest.rpartition(":")[2]) < 65536
        assert clean(proxy) == proxy


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://wpad.example/proxy.pac", "http://wpad.example/proxy.pac"),
        ("https://user:secret@wpad.example/p.pac?x=1", "https://wpad.example/p.pac?x=1"),
        ("/etc/proxy.pac", "file:///etc/proxy.pac"),
        ("file:///etc/proxy.pac", "file:///etc/proxy.pac"),
        ("data:,function", ""),
        ("http:///x", ""),
        ("http://[::1/x", ""),
        ("http://" + "a" * 5000, ""),
        ("//wpad/x", ""),
        ("", ""),
        ("http://pat:#secret@proxy.example/p.pac", "http://pat:"),
        ("http://proxy.example/p.pac#top", "http://proxy.example/p.pac"),
        ("file://////server/share/p.pac", "file://////server/share/p.pac"),
        ("file:C:/proxy.pac", "file:///C:/proxy.pac"),
        ("file:@/proxy.pac", "file:///@/proxy.pac"),
        ("/% ?", "file:///%"),
    ],
)
def test_a_script_address_is_cleaned_of_secrets_or_dropped(text: str, expected: str) -> None:
    assert clean_pac(text) == expected


@pytest.mark.parametrize(
    ("rule", "url", "expected"),
    [
        ("portal.example", PORTAL, True),
        ("PORTAL.EXAMPLE.", PORTAL, True),
        ("example", PORTAL, False),
        (".example", PORTAL, True),
        (".portal.example", PORTAL, False),
        ("*.example", PORTAL, True),
        ("*.portal.example", PORTAL, False),
        ("*portal*", PORTAL, True),
        ("p*.e*e", PORTAL, True),
        ("p*le*le", PORTAL, False),
        ("*", PORTAL, True),
        ("portal.example:443", PORTAL, True),
        ("portal.example:8443", PORTAL, False),
        ("portal.example:x", PORTAL, False),
        ("portal.example:8443", "https://portal.example:8443/", True),
        ("https://portal.example", PORTAL, True),
        ("http://portal.example", PORTAL, False),
        ("<local>", PORTAL, False),
        ("<local>", "http://portal/", True),
        ("<local>", "http://[2001:db8::1]/", False),
        ("192.168.*", "http://192.168.3.4/", True),
        ("10.0.0.0/8", "http://10.1.2.3/", True),
        ("10.0.0.0/8", PORTAL, False),
        ("169.254/16", "http://169.254.9.9/", True),
        ("10/8", "http://10.9.9.9/", True),
        ("2001:db8::/32", "http://[2001:db8:1::1]/", True),
        ("::1", "http://[::1]/", True),
        ("[::1]:80", "http://[0:0::1]/", True),
        ("[::1]:81", "http://[::1]/", False),
        ("10.0.0.0/33", "http://10.0.0.0/", False),
        ("bücher.example", "https://xn--bcher-kva.example/", True),
        ("", PORTAL, False),
        ("<-loopback>", PORTAL, False),
    ],
)
def test_an_exception_means_the_hosts_that_it_should(rule: str, url: str, expected: bool) -> None:
    destination = destination_of(url)
    assert destination is not None
    assert matches(rule, destination) is expected


def test_bare_names_stand_for_endings_where_the_desktop_says_so() -> None:
    destination = destination_of(PORTAL)
    assert destination is not None
    assert matches("tal.example", destination, suffixes=True)
    assert not matches("other.example", destination, suffixes=True)


def test_a_pattern_of_many_stars_takes_linear_time() -> None:
    destination = destination_of("https://" + ".".join(["a" * 60] * 4) + "/")
    assert destination is not None
    start = time.perf_counter()
    assert not matches("*a" * 5000 + "b", destination)
    assert time.perf_counter() - start < 0.5


@settings(max_examples=150)
@given(st.text("*.:/[]<>-local:12portalexmhs%", max_size=40) | st.text(max_size=30))
def test_any_exception_is_survived(rule: str) -> None:
    for url in (PORTAL, "http://10.0.0.1:8080/", "http://[2001:db8::1]/"):
        destination = destination_of(url)
        assert destination is not None
        matches(rule, destination)
        matches(rule, destination, suffixes=True)


@settings(max_examples=150)
@given(st.ip_addresses(v=4), st.integers(0, 32))
def test_networks_are_those_of_ipaddress(address: ipaddress.IPv4Address, length: int) -> None:
    destination = destination_of("http://10.20.30.40/")
    assert destination is not None
    network = ipaddress.ip_network(f"{address}/{length}", strict=False)
    assert matches(f"{address}/{length}", destination) is (ipaddress.ip_address("10.20.30.40") in network)


@pytest.mark.parametrize(
    "url", ["https://[::1", "https://portal.example:99999/", "about:blank", "", "https://a b/"]
)
def test_what_has_no_host_has_no_proxy(url: str) -> None:
    assert ProxyRules(proxies={"all": "http://proxy.example:80"}).choose(url) == ("", False)


def test_the_proxy_for_the_scheme_goes_before_the_one_for_all() -> None:
    rules = ProxyRules(proxies={"https": "http://a.example:1", "all": "socks5://b.example:2"})
    assert rules.choose(PORTAL) == ("http://a.example:1", False)
    assert rules.choose("http://portal.example/") == ("socks5://b.example:2", False)


def test_a_bypass_counts_only_where_there_is_a_proxy_to_pass_by() -> None:
    assert ProxyRules(bypass=("portal.example",)).choose(PORTAL) == ("", False)
    rules = ProxyRules(proxies={"all": "http://a.example:1"}, bypass=("portal.example",))
    assert rules.choose(PORTAL) == ("", True)


def test_a_reversed_list_is_of_those_that_use_the_proxy() -> None:
    rules = ProxyRules(proxies={"all": "http://a.example:1"}, bypass=("portal.example",), only_listed=True)
    assert rules.choose(PORTAL) == ("http://a.example:1", False)
    assert rules.choose("https://other.example/") == ("", True)


@pytest.mark.parametrize(
    "host", ["localhost", "x.localhost", "127.0.0.9", "[::1]", "169.254.1.1", "[fe80::1]"]
)
def test_this_computer_is_never_reached_through_a_proxy_unless_set(host: str) -> None:
    rules = ProxyRules(proxies={"all": "http://a.example:1"})
    assert rules.choose(f"http://{host}/") == ("", True)
    rules = ProxyRules(proxies={"all": "http://a.example:1"}, bypass=("<-loopback>",))
    assert rules.choose(f"http://{host}/") == ("http://a.example:1", False)
