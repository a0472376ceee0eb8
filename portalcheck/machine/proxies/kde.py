"""KDE's proxy settings: the file kioslaverc, group `[Proxy Settings]`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from portalcheck.machine.environment import Environment
from portalcheck.machine.files import read_bounded
from portalcheck.machine.proxies.rules import ProxyRules, clean, clean_pac, names

FILE = "kioslaverc"
GROUP = "Proxy Settings"
MAX_BYTES = 256 * 1024

_KEYS = (("http", "httpProxy", "http"), ("https", "httpsProxy", "http"), ("all", "socksProxy", "socks5"))
_MANUAL, _SCRIPT, _DETECT, _VARIABLES = "1", "2", "3", "4"
_ESCAPES = {"s": " ", "t": "\t", "n": "\n", "r": "\r"}


def is_session(environment: Environment) -> bool:
    """Whether the user sits at a KDE desktop."""
    current = environment.variable("XDG_CURRENT_DESKTOP").lower().split(":")
    return "kde" in current or bool(environment.variable("KDE_FULL_SESSION"))


def read(environment: Environment) -> ProxyRules | None:
    """The settings of the user over those of the system, or None if no file says what kind they are."""
    found: dict[str, str] = {}
    for folder in reversed(_folders(environment)):
        data = read_bounded(folder / FILE, MAX_BYTES)
        if data is not None:
            found.update(_group(data.decode("utf-8", "replace")))
    return rules(found, environment) if found else None


def rules(found: Mapping[str, str], environment: Environment) -> ProxyRules | None:
    """The settings that the keys of the group make; None for a kind that is not known."""
    kind = found.get("ProxyType", "0").strip()
    if kind == "0":
        return ProxyRules()
    if kind == _SCRIPT:
        return ProxyRules(pac_url=clean_pac(found.get("Proxy Config Script", "")))
    if kind == _DETECT:
        return ProxyRules(auto_detect=True)
    if kind not in (_MANUAL, _VARIABLES):
        return None
    # In kind 4 the values are names of environment variables.
    values = found if kind == _MANUAL else {key: environment.variable(name) for key, name in found.items()}
    servers = {scheme: _server(values.get(key, ""), default) for scheme, key, default in _KEYS}
    return ProxyRules(
        proxies={scheme: server for scheme, server in servers.items() if server},
        bypass=names(re.split(r"[,\s]+", values.get("NoProxyFor", ""))),
        suffixes=True,
        only_listed=kind == _MANUAL and found.get("ReversedException", "").strip().lower() in ("true", "1"),
    )


def _server(text: str, scheme: str) -> str:
    """A server as KDE writes it: `http://host 8080`, in newer files also `http://host:8080`."""
    words = text.replace("socks://", "socks5://").split()
    if len(words) == 2:
        return clean(words[0].rstrip("/"), words[1], scheme)
    return clean(words[0], scheme=scheme) if len(words) == 1 else ""


def _folders(environment: Environment) -> list[Path]:
    """The XDG configuration folders, the user's first."""
    own = environment.folder("XDG_CONFIG_HOME") or (
        environment.home / ".config" if environment.home else None
    )
    shared = environment.variable("XDG_CONFIG_DIRS") or "/etc/xdg"
    folders = [environment.at(path) for path in shared.split(":")[:16] if path.startswith("/")]
    return [own, *folders] if own else folders


def _group(text: str) -> dict[str, str]:
    """The keys of the group; marks such as `[$e]` and `[$i]` behind a key or group are dropped."""
    found: dict[str, str] = {}
    inside = False
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("["):
            inside = line.removesuffix("[$i]") == f"[{GROUP}]"
        elif inside and "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found[key.partition("[")[0].strip()] = _unescape(value.strip())
    return found


def _unescape(value: str) -> str:
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), value)
