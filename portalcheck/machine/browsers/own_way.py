"""Proxy and DNS settings of a browser's own, which it goes by in place of the system's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from portalcheck.facts import DIRECT, OwnProxy, OwnWay, SetBy
from portalcheck.machine.browsers.chromium_policies import Policy
from portalcheck.machine.browsers.firefox_prefs import Preferences
from portalcheck.machine.browsers.matching import Page
from portalcheck.machine.browsers.reading import part, table
from portalcheck.machine.proxies.rules import ProxyRules, clean, names
from portalcheck.machine.proxies.windows import servers

Tree = Mapping[str, object]

_MOST_SERVERS = 4
_ONLY_HTTPS = 3  # network.trr.mode
_SERVERS = ("network.proxy.ssl", "network.proxy.http", "network.proxy.socks")
_KINDS = {0: OwnProxy.NONE, 1: OwnProxy.MANUAL, 2: OwnProxy.SCRIPT, 4: OwnProxy.DETECT}
_CHROMIUM_KINDS = {
    "direct": OwnProxy.NONE,
    "fixed_servers": OwnProxy.MANUAL,
    "pac_script": OwnProxy.SCRIPT,
    "auto_detect": OwnProxy.DETECT,
}
_BY_SERVER_OR_SCRIPT = "by server or script"
_OLD_MODES = {0: "direct", 1: "auto_detect", 2: _BY_SERVER_OR_SCRIPT, 3: "system"}  # ProxyServerMode


# ---- Firefox -----------------------------------------------------------------------------------


def of_firefox(preferences: Preferences, page: Page | None) -> OwnWay:
    """What Firefox goes by, as its preferences stand when it has started."""
    if page is None:
        return OwnWay()
    url = _url_asked_alone(preferences, page)
    kind = _firefox_kind(preferences)
    return OwnWay(
        kind=kind,
        proxy=_manual_proxy(kind, preferences, page),
        proxy_by=preferences.by("network.proxy.type", *_SERVERS) if kind else SetBy.SETTING,
        dns=(url,) if url else (),
        dns_by=preferences.by("network.trr.mode", "network.trr.uri"),
    )


def _firefox_kind(preferences: Preferences) -> OwnProxy:
    """The kind by nsIProtocolProxyService's numbers; none is set where no server is named."""
    kind = _KINDS.get(_number(preferences, "network.proxy.type"), OwnProxy.UNSET)
    return OwnProxy.UNSET if kind is OwnProxy.MANUAL and not any(map(preferences.get, _SERVERS)) else kind


def _manual_proxy(kind: OwnProxy, preferences: Preferences, page: Page) -> str:
    """The proxy for a page; `DIRECT` where Firefox is set to none, empty where it has none that can be read."""
    if kind is OwnProxy.NONE:
        return DIRECT
    if kind is not OwnProxy.MANUAL:
        return ""
    version = "socks4" if preferences.get("network.proxy.socks_version") == 4 else "socks5"
    found = {
        of: clean(str(preferences.get(name)), port, scheme)
        for of, name, scheme in zip(
            ("https", "http", "all"), _SERVERS, ("http", "http", version), strict=True
        )
        if (port := _number(preferences, f"{name}_port")) > 0
    }
    given = names(re.split(r"[,\s]+", str(preferences.get("network.proxy.no_proxies_on"))))
    # A bare name stands for the hosts below it, too.
    below = tuple(f".{name}" for name in given if re.match(r"[\w-]", name) and "/" not in name)
    rules = ProxyRules(proxies={k: v for k, v in found.items() if v}, bypass=(*given, *below))
    return _chosen_by(rules, page)


def _url_asked_alone(preferences: Preferences, page: Page) -> str:
    """The DNS-over-HTTPS server of Firefox, if it asks no other for the page's host, and finds it by itself."""
    excluded = re.split(r"[,\s]+", str(preferences.get("network.trr.excluded-domains")))
    spared = bool(set(excluded) & set(page.domains)) or bool(preferences.get("network.trr.bootstrapAddr"))
    if preferences.get("network.trr.mode") != _ONLY_HTTPS or spared:
        return ""
    return str(preferences.get("network.trr.uri") or preferences.get("network.trr.default_provider_uri"))


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


def _number(values: Tree | Preferences, name: str, otherwise: int = 0) -> int:
    value = values.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise
