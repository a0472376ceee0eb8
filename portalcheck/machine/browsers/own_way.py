"""Proxy and DNS settings of a browser's own, which it goes by in place of the system's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from portalcheck.facts import DIRECT, OwnProxy, OwnWay, SetBy
from portalcheck.machine.browsers.chromium_policies import Policy
from portalcheck.machine.browsers.matching import Page
from portalcheck.machine.browsers.reading import part, table
from portalcheck.machine.proxies.rules import ProxyRules, clean, names
from portalcheck.machine.proxies.windows import servers

Tree = Mapping[str, object]

_LOCKED = (True, 1)
_MOST_SERVERS = 4
_ONLY_HTTPS = 3  # network.trr.mode
_SYSTEM_PROXY = 5
_KINDS = {0: OwnProxy.NONE, 1: OwnProxy.MANUAL, 2: OwnProxy.SCRIPT, 4: OwnProxy.DETECT}
_MODES = {"none": 0, "manual": 1, "autoConfig": 2, "autoDetect": 4, "system": _SYSTEM_PROXY}
_FIREFOX_POLICY = {
    "HTTPProxy": ("network.proxy.http", "network.proxy.http_port"),
    "SSLProxy": ("network.proxy.ssl", "network.proxy.ssl_port"),
    "SOCKSProxy": ("network.proxy.socks", "network.proxy.socks_port"),
}
_CHROMIUM_KINDS = {
    "direct": OwnProxy.NONE,
    "fixed_servers": OwnProxy.MANUAL,
    "pac_script": OwnProxy.SCRIPT,
    "auto_detect": OwnProxy.DETECT,
}
_BY_SERVER_OR_SCRIPT = "by server or script"
_OLD_MODES = {0: "direct", 1: "auto_detect", 2: _BY_SERVER_OR_SCRIPT, 3: "system"}  # ProxyServerMode


# ---- Firefox -----------------------------------------------------------------------------------


def of_firefox(preferences: Tree, policy: Tree, page: Page | None) -> OwnWay:
    """What Firefox goes by: its preferences, over which locked policies stand, and under which the others do."""
    if page is None:
        return OwnWay()
    proxy, proxy_by = _merged(preferences, _firefox_proxy(table(policy, "Proxy")), table(policy, "Proxy"))
    https, https_by = _merged(
        preferences, _firefox_dns(table(policy, "DNSOverHTTPS")), table(policy, "DNSOverHTTPS")
    )
    url = _url_asked_alone(https, page)
    return OwnWay(
        kind=_firefox_kind(proxy),
        proxy=_manual_proxy(proxy, page),
        proxy_by=proxy_by,
        dns=(url,) if url else (),
        dns_by=https_by,
    )


def _firefox_kind(preferences: Tree) -> OwnProxy:
    """The kind by nsIProtocolProxyService's numbers; none is set where no server is named."""
    named = any(preferences.get(f"network.proxy.{name}") for name in ("ssl", "http", "socks"))
    kind = _KINDS.get(_number(preferences, "network.proxy.type", _SYSTEM_PROXY), OwnProxy.UNSET)
    return OwnProxy.UNSET if kind is OwnProxy.MANUAL and not named else kind


def _merged(preferences: Tree, policy: Tree, rules: Tree) -> tuple[Tree, SetBy]:
    """Preferences with those that a policy sets; and whose those are that count."""
    if rules.get("Locked") in _LOCKED:
        return {**preferences, **policy}, SetBy.POLICY if policy else SetBy.SETTING
    all_of_policy = policy and not policy.keys() & preferences.keys()
    return {**policy, **preferences}, SetBy.POLICY if all_of_policy else SetBy.SETTING


def _firefox_proxy(rules: Tree) -> dict[str, object]:
    """The preferences that the policy `Proxy` sets."""
    found: dict[str, object] = {}
    mode = _MODES.get(str(rules.get("Mode", "")))
    if mode is not None:
        found["network.proxy.type"] = mode
    for name, (host, port) in _FIREFOX_POLICY.items():
        server = clean(str(rules.get(name) or ""))
        if server:
            found[host], _, number = server.removeprefix("http://").rpartition(":")
            found[port] = int(number)
    if rules.get("UseHTTPProxyForAllProtocols") in _LOCKED and "network.proxy.http" in found:
        found["network.proxy.ssl"] = found["network.proxy.http"]
        found["network.proxy.ssl_port"] = found["network.proxy.http_port"]
    if rules.get("SOCKSVersion") in (4, 5):
        found["network.proxy.socks_version"] = rules["SOCKSVersion"]
    if isinstance(rules.get("Passthrough"), str):
        found["network.proxy.no_proxies_on"] = rules["Passthrough"]
    return found


def _manual_proxy(preferences: Tree, page: Page) -> str:
    """The proxy for a page; `DIRECT` where Firefox is set to none, empty where it has none that can be read."""
    kind = _firefox_kind(preferences)
    if kind is OwnProxy.NONE:
        return DIRECT
    if kind is not OwnProxy.MANUAL:
        return ""
    version = "socks4" if preferences.get("network.proxy.socks_version") == 4 else "socks5"
    found = {
        of: clean(_text(preferences, name), port, scheme)
        for of, name, scheme in (
            ("http", "network.proxy.http", "http"),
            ("https", "network.proxy.ssl", "http"),
            ("all", "network.proxy.socks", version),
        )
        if (port := _number(preferences, f"{name}_port")) > 0
    }
    given = names(re.split(r"[,\s]+", _text(preferences, "network.proxy.no_proxies_on")))
    # A bare name stands for the hosts below it, too.
    below = tuple(f".{name}" for name in given if re.match(r"[\w-]", name) and "/" not in name)
    rules = ProxyRules(proxies={k: v for k, v in found.items() if v}, bypass=(*given, *below))
    return _chosen_by(rules, page)


def _firefox_dns(rules: Tree) -> dict[str, object]:
    """The preferences that the policy `DNSOverHTTPS` sets."""
    if rules.get("Enabled") not in _LOCKED:
        return {"network.trr.mode": 5} if rules.get("Enabled") in (False, 0) else {}
    found: dict[str, object] = {"network.trr.mode": _ONLY_HTTPS if rules.get("Fallback") in (False, 0) else 2}
    if isinstance(rules.get("ProviderURL"), str):
        found["network.trr.uri"] = rules["ProviderURL"]
    excluded = rules.get("ExcludedDomains")
    if isinstance(excluded, list):
        found["network.trr.excluded-domains"] = ",".join(str(one) for one in excluded)
    return found


def _url_asked_alone(preferences: Tree, page: Page) -> str:
    """The DNS-over-HTTPS server of Firefox, if it asks no other for the page's host, and finds it by itself."""
    excluded = re.split(r"[,\s]+", _text(preferences, "network.trr.excluded-domains"))
    spared = bool(set(excluded) & set(page.domains)) or bool(_text(preferences, "network.trr.bootstrapAddr"))
    if preferences.get("network.trr.mode") != _ONLY_HTTPS or spared:
        return ""
    return _text(preferences, "network.trr.uri")


# ---- Chromium ----------------------------------------------------------------------------------


def of_chromium(
    preferences: Tree,
    local_state: Tree,
    policy: Policy,
    of_extensions: Iterable[Tree],
    page: Page | None,
    *,
    managed: bool = False,
) -> OwnWay:
    """What a Chromium goes by: policies that are enforced, then what extensions set, then the user.

    Recommended ones give way to the system's proxy and DNS servers, which are always there.

    In a browser that is `managed`, by a policy of any kind, only a policy that is enforced chooses DNS servers.
    """
    if page is None:
        return OwnWay()
    proxy, proxy_by = _chosen(
        _proxy_policy(policy.managed), [table(each, "proxy") for each in (*of_extensions, preferences)]
    )
    own = [] if managed else [table(local_state, "dns_over_https")]
    https, https_by = _chosen(_dns_policy(policy.managed), own)
    templates = _text(https, "templates").split() if https.get("mode") == "secure" else []
    kind = _CHROMIUM_KINDS.get(_text(proxy, "mode"), OwnProxy.UNSET)
    return OwnWay(
        kind=kind,
        proxy=_fixed_proxy(kind, proxy, page),
        proxy_by=proxy_by,
        dns=tuple(templates[:_MOST_SERVERS]),
        dns_by=https_by,
    )


def _chosen(managed: Tree, own: Sequence[Tree]) -> tuple[Tree, SetBy]:
    """The first that sets a mode, and whose it is."""
    candidates = [(managed, SetBy.POLICY), *((each, SetBy.SETTING) for each in own)]
    return next((one for one in candidates if one[0].get("mode")), ({}, SetBy.SETTING))


def _proxy_policy(policy: Tree) -> dict[str, object]:
    """A policy on proxies as the preference `proxy` has it, empty where Chromium refuses it (proxy_policy_handler.cc).

    `ProxySettings` comes before the older single ones. A mode needs what belongs to it, and nothing else.
    """
    rules = policy if policy.get("ProxySettings") is None else table(policy, "ProxySettings")
    server, script, bypass = (
        _text(rules, name) for name in ("ProxyServer", "ProxyPacUrl", "ProxyBypassList")
    )
    mode = _text(rules, "ProxyMode") or _OLD_MODES.get(_number(rules, "ProxyServerMode", -1), "")
    if mode == _BY_SERVER_OR_SCRIPT:
        mode = "pac_script" if script else "fixed_servers"
    wanted = {"fixed_servers": (True, False), "pac_script": (False, True)}.get(mode, (False, False))
    if mode not in (*_CHROMIUM_KINDS, "system") or (bool(server), bool(script)) != wanted:
        return {}
    return (
        {} if bypass and mode != "fixed_servers" else {"mode": mode, "server": server, "bypass_list": bypass}
    )


def _dns_policy(policy: Tree) -> dict[str, object]:
    return {"mode": _text(policy, "DnsOverHttpsMode"), "templates": _text(policy, "DnsOverHttpsTemplates")}


def _fixed_proxy(kind: OwnProxy, chosen: Tree, page: Page) -> str:
    if kind is OwnProxy.NONE:
        return DIRECT
    server = _text(chosen, "server")
    if kind is not OwnProxy.MANUAL or "," in server:  # of a list, each is tried
        return ""
    bypass = names(re.split(r"[;,]", _text(chosen, "bypass_list")))
    return _chosen_by(ProxyRules(proxies=servers(server), bypass=bypass), page)


def _chosen_by(rules: ProxyRules, page: Page) -> str:
    """The proxy for a page, `DIRECT` where exceptions take it out, empty where none is set that can be read."""
    proxy, spared = rules.choose(page.origin(page.host))
    return DIRECT if spared else proxy


# ---- values ------------------------------------------------------------------------------------


def _text(values: Tree, name: str) -> str:
    value = part(values, name)
    return value if isinstance(value, str) else ""


def _number(values: Tree, name: str, otherwise: int = 0) -> int:
    value = values.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise
