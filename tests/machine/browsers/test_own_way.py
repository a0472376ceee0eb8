"""The way that a browser's own proxy and DNS settings lead: who has set it, and for which hosts."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portalcheck.facts import DIRECT, OwnProxy, OwnWay, SetBy
from portalcheck.machine.browsers import policy_effects
from portalcheck.machine.browsers.chromium_policies import Policy
from portalcheck.machine.browsers.firefox_prefs import Preferences
from portalcheck.machine.browsers.matching import Page, page_of
from portalcheck.machine.browsers.own_way import of_chromium, of_firefox
from portalcheck.machine.browsers.policy_schema import obeyed

PAGE = page_of("https://portal.example/signin")
PROXY = "http://proxy.example:8080"
DOH = "https://doh.example/dns-query"
MOZILLAS = "https://mozilla.cloudflare-dns.com/dns-query"
MANUAL = {"network.proxy.type": 1, "network.proxy.ssl": "proxy.example", "network.proxy.ssl_port": 8080}
MANUAL_POLICY = {"Proxy": {"Mode": "manual", "SSLProxy": "proxy.example:8080"}}
FIXED = {"mode": "fixed_servers", "server": "proxy.example:8080"}
FIXED_POLICY = {"ProxySettings": {"ProxyMode": "fixed_servers", "ProxyServer": "proxy.example:8080"}}
SECURE_POLICY = {"DnsOverHttpsMode": "secure", "DnsOverHttpsTemplates": DOH}


def firefox(
    preferences: Mapping[str, object], policy: Mapping[str, object] | None = None, page: Page | None = PAGE
) -> OwnWay:
    """The way of a Firefox with a user's preferences and an administrator's policies."""
    found = Preferences()
    for name, value in preferences.items():
        if isinstance(value, (bool, int, str)):
            found.set_user(name, value)
    policy_effects.apply(found, obeyed(policy or {}))
    return of_firefox(found, page)


def manual(proxy: str = PROXY, by: SetBy = SetBy.SETTING) -> OwnWay:
    return OwnWay(kind=OwnProxy.MANUAL, proxy=proxy, proxy_by=by)


@pytest.mark.parametrize(
    ("preferences", "way"),
    [
        ({}, OwnWay()),
        (MANUAL, manual()),
        ({**MANUAL, "network.proxy.type": 5}, OwnWay()),
        ({**MANUAL, "network.proxy.type": True}, OwnWay()),
        ({"network.proxy.type": 0}, OwnWay(kind=OwnProxy.NONE, proxy=DIRECT)),
        ({"network.proxy.type": 1}, OwnWay()),
        ({"network.proxy.type": 2}, OwnWay(kind=OwnProxy.SCRIPT)),
        ({"network.proxy.type": 4}, OwnWay(kind=OwnProxy.DETECT)),
        ({"network.proxy.type": 1, "network.proxy.http": "proxy.example"}, manual("")),
        ({**MANUAL, "network.proxy.ssl_port": 0}, manual("")),
        (
            {
                "network.proxy.type": 1,
                "network.proxy.socks": "file:///run/tor/socks",
                "network.proxy.socks_port": 9,
            },
            manual(""),
        ),
        (
            {
                "network.proxy.type": 1,
                "network.proxy.socks": "proxy.example",
                "network.proxy.socks_port": 1080,
            },
            manual("socks5://proxy.example:1080"),
        ),
        (
            {
                "network.proxy.type": 1,
                "network.proxy.socks": "proxy.example",
                "network.proxy.socks_port": 1080,
                "network.proxy.socks_version": 4,
            },
            manual("socks4://proxy.example:1080"),
        ),
        ({**MANUAL, "network.proxy.no_proxies_on": "localhost, portal.example"}, manual(DIRECT)),
        ({**MANUAL, "network.proxy.no_proxies_on": "example"}, manual(DIRECT)),
        ({**MANUAL, "network.proxy.no_proxies_on": "rtal.example"}, manual()),
        ({**MANUAL, "network.proxy.no_proxies_on": 7}, manual()),
        ({"network.trr.mode": 3, "network.trr.uri": DOH}, OwnWay(dns=(DOH,))),
        ({"network.trr.mode": 3, "network.trr.custom_uri": DOH}, OwnWay(dns=(MOZILLAS,))),
        ({"network.trr.mode": 3, "network.trr.uri": DOH, "network.trr.bootstrapAddr": "192.0.2.1"}, OwnWay()),
        ({"network.trr.mode": 2, "network.trr.uri": DOH}, OwnWay()),
        (
            {
                "network.trr.mode": 3,
                "network.trr.uri": DOH,
                "network.trr.excluded-domains": "a.example,example",
            },
            OwnWay(),
        ),
        ({"network.trr.mode": 3}, OwnWay(dns=(MOZILLAS,))),
    ],
)
def test_a_firefox_goes_as_its_preferences_say(preferences: Mapping[str, object], way: OwnWay) -> None:
    assert firefox(preferences) == way


@pytest.mark.parametrize(
    ("preferences", "policy", "way"),
    [
        ({}, MANUAL_POLICY, manual(by=SetBy.POLICY)),
        ({"network.proxy.type": 5}, MANUAL_POLICY, OwnWay()),
        (
            {"network.proxy.type": 5},
            {"Proxy": {**MANUAL_POLICY["Proxy"], "Locked": True}},
            manual(by=SetBy.POLICY),
        ),
        (
            {},
            {
                "Proxy": {
                    "Mode": "manual",
                    "HTTPProxy": "proxy.example:8080",
                    "UseHTTPProxyForAllProtocols": True,
                }
            },
            manual(by=SetBy.POLICY),
        ),
        ({}, {"Proxy": {**MANUAL_POLICY["Proxy"], "Passthrough": ".example"}}, manual(DIRECT, SetBy.POLICY)),
        (
            {},
            {"DNSOverHTTPS": {"Enabled": True, "ProviderURL": DOH, "Fallback": False}},
            OwnWay(dns=(DOH,), dns_by=SetBy.POLICY),
        ),
        ({}, {"DNSOverHTTPS": {"Enabled": True, "ProviderURL": DOH}}, OwnWay(dns_by=SetBy.POLICY)),
        (
            {"network.trr.mode": 3, "network.trr.uri": DOH},
            {"DNSOverHTTPS": {"Enabled": False, "Locked": True}},
            OwnWay(dns_by=SetBy.POLICY),
        ),
        (
            {},
            {"DNSOverHTTPS": {"Enabled": False, "Fallback": False, "ProviderURL": DOH}},
            OwnWay(dns=(DOH,), dns_by=SetBy.POLICY),
        ),
        ({}, {"DNSOverHTTPS": {"Enabled": True, "Fallback": False, "ProviderURL": "doh"}}, OwnWay()),
        (
            {},
            {"DNSOverHTTPS": {"Enabled": True, "Fallback": False, "ExcludedDomains": ["portal.example"]}},
            OwnWay(dns_by=SetBy.POLICY),
        ),
        ({}, {"Proxy": {"Mode": "by-hand", "SSLProxy": "proxy.example:8080"}}, OwnWay()),
        # The address is read as that of an https URL, whose own port is no port.
        ({}, {"Proxy": {"Mode": "manual", "SSLProxy": "proxy.example:443"}}, manual("", SetBy.POLICY)),
        ({}, {"Proxy": {"Mode": "manual", "SSLProxy": "http://proxy.example:80"}}, manual("", SetBy.POLICY)),
        ({"network.proxy.type": 0}, {"Proxy": {"Locked": True}}, OwnWay()),
        (
            {},
            {"Preferences": {"network.proxy.type": 0}},
            OwnWay(kind=OwnProxy.NONE, proxy=DIRECT, proxy_by=SetBy.POLICY),
        ),
    ],
)
def test_a_policy_of_firefox_is_a_default_unless_it_is_locked(
    preferences: Mapping[str, object], policy: Mapping[str, object], way: OwnWay
) -> None:
    assert firefox(preferences, policy) == way


@pytest.mark.parametrize(
    ("preferences", "state", "policy", "of_extension", "way"),
    [
        ({}, {}, {}, {}, OwnWay()),
        ({"proxy": FIXED}, {}, {}, {}, manual()),
        ({"proxy": {"mode": "system"}}, {}, {}, {}, OwnWay()),
        ({"proxy": {"mode": "direct"}}, {}, {}, {}, OwnWay(kind=OwnProxy.NONE, proxy=DIRECT)),
        ({"proxy": {"mode": "pac_script", "pac_url": "http://a/"}}, {}, {}, {}, OwnWay(kind=OwnProxy.SCRIPT)),
        ({"proxy": {**FIXED, "server": "a:1,direct://"}}, {}, {}, {}, manual("")),
        ({"proxy": {**FIXED, "bypass_list": "*.example"}}, {}, {}, {}, manual(DIRECT)),
        ({"proxy": {**FIXED, "server": "http=other.example:1"}}, {}, {}, {}, manual("")),
        ({"proxy": {**FIXED, "server": "quic://proxy.example:443"}}, {}, {}, {}, manual("")),
        ({"proxy": {"mode": "direct"}}, {}, {}, {"proxy": FIXED}, manual()),
        (
            {"proxy": {"mode": "direct"}},
            {},
            FIXED_POLICY,
            {"proxy": {"mode": "direct"}},
            manual(by=SetBy.POLICY),
        ),
        ({}, {}, {"ProxySettings": "{"}, {}, OwnWay()),
        ({}, {}, {"ProxyServer": "proxy.example:8080"}, {}, OwnWay()),
        ({}, {}, {"ProxySettings": {"ProxyServer": "proxy.example:8080"}}, {}, OwnWay()),
        ({}, {}, {**FIXED_POLICY["ProxySettings"], "ProxyPacUrl": "http://a/"}, {}, OwnWay()),
        ({}, {}, {"ProxyMode": "FIXED_SERVERS", "ProxyServer": "proxy.example:8080"}, {}, OwnWay()),
        ({"proxy": FIXED}, {}, {"ProxyMode": "fixed_servers"}, {}, manual()),
        ({"proxy": FIXED}, {}, {"ProxyMode": "direct", "ProxyServer": "a:1"}, {}, manual()),
        ({"proxy": FIXED}, {}, {"ProxyMode": "direct", "ProxyBypassList": "a"}, {}, manual()),
        ({"proxy": FIXED}, {}, {"ProxyMode": "system"}, {}, OwnWay(proxy_by=SetBy.POLICY)),
        (
            {},
            {},
            {"ProxyServerMode": 2, "ProxyServer": "proxy.example:8080"},
            {},
            manual(by=SetBy.POLICY),
        ),
        (
            {},
            {},
            {"ProxyServerMode": 2, "ProxyPacUrl": "http://a/"},
            {},
            OwnWay(kind=OwnProxy.SCRIPT, proxy_by=SetBy.POLICY),
        ),
        (
            {},
            {},
            {"ProxyServerMode": 0, **FIXED_POLICY},
            {},
            manual(by=SetBy.POLICY),
        ),
        ({"proxy": {**FIXED, "bypass_list": "other.example portal.example"}}, {}, {}, {}, manual()),
        ({"proxy": {**FIXED, "bypass_list": "other.example;portal.example"}}, {}, {}, {}, manual(DIRECT)),
        ({}, {"dns_over_https": {"mode": "secure", "templates": DOH}}, {}, {}, OwnWay(dns=(DOH,))),
        ({}, {"dns_over_https": {"mode": "automatic", "templates": DOH}}, {}, {}, OwnWay()),
        ({}, {}, SECURE_POLICY, {}, OwnWay(dns=(DOH,), dns_by=SetBy.POLICY)),
        (
            {},
            {"dns_over_https": {"mode": "secure", "templates": DOH}},
            {"DefaultCookiesSetting": 1},
            {},
            OwnWay(),
        ),
        (
            {},
            {"dns_over_https": {"mode": "secure", "templates": "https://a.example/"}},
            {**SECURE_POLICY, "DnsOverHttpsMode": "off"},
            {},
            OwnWay(dns_by=SetBy.POLICY),
        ),
    ],
)
def test_a_chromium_goes_by_policies_then_extensions_then_the_person(
    preferences: Mapping[str, object],
    state: Mapping[str, object],
    policy: Mapping[str, object],
    of_extension: Mapping[str, object],
    way: OwnWay,
) -> None:
    found = of_chromium(
        preferences, state, Policy(managed=policy), [of_extension], PAGE, managed=bool(policy)
    )

    assert found == way


@pytest.mark.parametrize("rules", [FIXED_POLICY, SECURE_POLICY])
def test_a_recommended_policy_gives_way_to_the_system(rules: Mapping[str, object]) -> None:
    assert of_chromium({}, {}, Policy(recommended=rules), [], PAGE, managed=True) == OwnWay()


def test_without_a_page_nothing_is_said() -> None:
    assert firefox(MANUAL, page=None) == OwnWay()
    assert of_chromium({"proxy": FIXED}, {}, Policy(), [], None) == OwnWay()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = [*MANUAL, "network.proxy.socks", "network.proxy.no_proxies_on", "network.trr.mode", "network.trr.uri"]
RULES = [
    "Mode",
    "Locked",
    "SSLProxy",
    "SOCKSVersion",
    "Passthrough",
    "Enabled",
    "ProviderURL",
    "ExcludedDomains",
]


@given(
    st.dictionaries(st.sampled_from(NAMES), VALUES),
    st.dictionaries(
        st.sampled_from(["Proxy", "DNSOverHTTPS"]), st.dictionaries(st.sampled_from(RULES), VALUES) | VALUES
    ),
)
def test_no_value_of_a_firefox_raises(preferences: dict[str, object], policy: dict[str, object]) -> None:
    assert isinstance(firefox(preferences, policy), OwnWay)


KEYS = [
    "ProxySettings",
    "ProxyMode",
    "ProxyServer",
    "ProxyPacUrl",
    "DnsOverHttpsMode",
    "DnsOverHttpsTemplates",
]


@given(
    st.dictionaries(st.sampled_from(["mode", "server", "bypass_list", "templates"]), VALUES),
    st.dictionaries(st.sampled_from(KEYS), VALUES),
)
def test_no_value_of_a_chromium_raises(chosen: dict[str, object], policy: dict[str, object]) -> None:
    found = of_chromium(
        {"proxy": chosen}, {"dns_over_https": chosen}, Policy(policy, policy), [{"proxy": chosen}], PAGE
    )
    assert isinstance(found, OwnWay)
