"""GNOME's proxy settings (schema org.gnome.system.proxy), which its relatives and most browsers share."""

from __future__ import annotations

import re
from collections.abc import Mapping

from portalcheck.machine.environment import Environment
from portalcheck.machine.proxies.rules import ProxyRules, clean, clean_pac, names
from portalcheck.probe.limits import COMMAND_S

SCHEMA = "org.gnome.system.proxy"
DESKTOPS = frozenset(
    {"gnome", "gnome-classic", "gnome-flashback", "unity", "cinnamon", "x-cinnamon", "mate", "budgie"}
    | {"pantheon", "pop", "cosmic", "deepin", "dde", "ukui", "zorin", "endless"}
)
"""Values of XDG_CURRENT_DESKTOP whose desktops keep the proxy in this schema."""

_STRING = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""", re.DOTALL)


def is_session(environment: Environment) -> bool:
    """Whether the user sits at a desktop of this family."""
    current = environment.variable("XDG_CURRENT_DESKTOP").lower().split(":")
    return bool(DESKTOPS & set(current)) or environment.variable("DESKTOP_SESSION").lower() in DESKTOPS


def read(environment: Environment) -> ProxyRules | None:
    """The settings, or None without such a program, schema or mode."""
    text = environment.run(["gsettings", "list-recursively", SCHEMA], COMMAND_S)
    return rules(text) if text is not None else None


def rules(text: str) -> ProxyRules | None:
    """The settings in what `gsettings list-recursively` prints, or None if the mode is not among them."""
    found = _values(text)
    mode = _text(found.get(f"{SCHEMA} mode", ""))
    if mode == "none":
        return ProxyRules()
    if mode == "auto":
        pac = clean_pac(_text(found.get(f"{SCHEMA} autoconfig-url", "")))
        return ProxyRules(pac_url=pac, auto_detect=not pac)
    if mode != "manual":
        return None
    socks = _server(found, "socks", "socks5")
    servers = {"http": _server(found, "http"), "https": _server(found, "https"), "all": socks}
    return ProxyRules(
        proxies={scheme: server for scheme, server in servers.items() if server},
        bypass=names(_strings(found.get(f"{SCHEMA} ignore-hosts", ""))),
    )


def _server(found: Mapping[str, str], child: str, scheme: str = "http") -> str:
    host, port = _text(found.get(f"{SCHEMA}.{child} host", "")), found.get(f"{SCHEMA}.{child} port", "0")
    return clean(host, "" if port.strip() == "0" else port, scheme) if host else ""


def _values(text: str) -> dict[str, str]:
    rows = (line.split(" ", 2) for line in text.splitlines())
    return {f"{row[0]} {row[1]}": row[2] for row in rows if len(row) == 3}


def _text(value: str) -> str:
    return next(iter(_strings(value)), "")


def _strings(value: str) -> list[str]:
    """The strings in a GVariant's text form, single or double quoted, in order."""
    found = (match[1] if match[1] is not None else match[2] for match in _STRING.finditer(value))
    return [re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL) for text in found]
