"""The proxies of macOS, as `scutil --proxy` prints them (SCDynamicStoreCopyProxies)."""

from __future__ import annotations

from portalcheck.machine import scutil
from portalcheck.machine.environment import Environment
from portalcheck.machine.proxies.rules import LOCAL, ProxyRules, clean, clean_pac, names
from portalcheck.probe.limits import COMMAND_S

_KINDS = (("http", "HTTP", "http"), ("https", "HTTPS", "http"), ("all", "SOCKS", "socks5"))


def read(environment: Environment) -> ProxyRules | None:
    """The settings of the network that is in use, or None if they could not be read."""
    output = environment.run(["scutil", "--proxy"], COMMAND_S)
    settings = scutil.dictionary(output) if output is not None else None
    return rules(settings) if settings is not None else None


def rules(settings: scutil.Node) -> ProxyRules:
    """The rules in the dictionary that `scutil --proxy` prints."""
    servers = {kind: _server(settings, prefix, scheme) for kind, prefix, scheme in _KINDS}
    simple = [LOCAL] if _is_on(settings, "ExcludeSimpleHostnames") else []
    script = scutil.text(settings, "ProxyAutoConfigURLString")
    return ProxyRules(
        proxies={kind: server for kind, server in servers.items() if server},
        bypass=names([*simple, *scutil.items(settings, "ExceptionsList")]),
        pac_url=clean_pac(script) if _is_on(settings, "ProxyAutoConfigEnable") else "",
        auto_detect=_is_on(settings, "ProxyAutoDiscoveryEnable"),
    )


def _server(settings: scutil.Node, prefix: str, scheme: str) -> str:
    host = scutil.text(settings, f"{prefix}Proxy")
    if not host or not _is_on(settings, f"{prefix}Enable"):
        return ""
    return clean(host, scutil.text(settings, f"{prefix}Port"), scheme)


def _is_on(settings: scutil.Node, key: str) -> bool:
    return scutil.text(settings, key) not in ("", "0")
