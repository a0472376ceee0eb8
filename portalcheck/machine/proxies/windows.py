r"""The proxies of Windows: Internet Settings, which browsers use, and WinHTTP's, which services use.

Both keep a REG_BINARY of the same shape under `Connections`: three little-endian DWORDs (version, count of
changes, flags), then server, exceptions and script address, each behind its length as a DWORD. The plain
values `ProxyEnable` and the like are what that binary is made from, and stand in where it is missing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from portalcheck.machine.environment import Environment
from portalcheck.machine.proxies.rules import ProxyRules, clean, clean_pac, names

SETTINGS = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings"
POLICY = r"Software\Policies\Microsoft\Windows\CurrentVersion\Internet Settings"
CONNECTIONS = SETTINGS + r"\Connections"
MAX_TEXT = 64 * 1024

_MANUAL, _SCRIPT, _DETECT = 2, 4, 8


class Connection(msgspec.Struct, frozen=True):
    """The content of a value below `Connections`: flags, `server`, exceptions, and the address of a script."""

    flags: int
    server: str
    exceptions: str
    script: str


def read(environment: Environment) -> ProxyRules | None:
    """The user's settings, or the machine's if a policy says so; None if there are none to be read."""
    registry = environment.registry
    hive = "HKLM" if registry.value("HKLM", POLICY, "ProxySettingsPerUser") == 0 else "HKCU"
    values = registry.values(hive, SETTINGS)
    connection = parse(registry.value(hive, CONNECTIONS, "DefaultConnectionSettings"))
    if not values and connection is None:
        return None
    return rules(connection or _plain(values))


def read_winhttp(environment: Environment) -> ProxyRules:
    """The settings of WinHTTP (`netsh winhttp set proxy`); no rules if it connects directly."""
    connection = parse(environment.registry.value("HKLM", CONNECTIONS, "WinHttpSettings"))
    return rules(connection) if connection else ProxyRules()


def rules(connection: Connection) -> ProxyRules:
    """The rules of a connection's settings."""
    manual = bool(connection.flags & _MANUAL)
    return ProxyRules(
        proxies=servers(connection.server) if manual else {},
        bypass=names(re.split(r"[;,\s]+", connection.exceptions)) if manual else (),
        pac_url=clean_pac(connection.script) if connection.flags & _SCRIPT else "",
        auto_detect=bool(connection.flags & _DETECT),
    )


def servers(text: str) -> dict[str, str]:
    """The proxies of a ProxyServer value: `host:port` for all, or `http=host:port;https=…;socks=…`."""
    found: dict[str, str] = {}
    for entry in re.split(r"[;\s]+", text):
        kind, _, server = entry.lower().rpartition("=")
        proxy = clean(server, scheme="socks4" if kind == "socks" else "http")
        kind = "all" if kind in ("", "socks") else kind
        if proxy and kind in ("http", "https", "all"):
            found.setdefault(kind, proxy)
    return found


def parse(raw: object) -> Connection | None:
    """The settings in a REG_BINARY below `Connections`; None for another value, empty texts for what is cut off."""
    if not isinstance(raw, bytes) or len(raw) < 12:
        return None
    texts, at = [], 12
    for _ in range(3):
        length = int.from_bytes(raw[at : at + 4], "little")
        texts.append(raw[at + 4 : at + 4 + min(length, MAX_TEXT)].decode("latin-1"))
        at += 4 + length
    return Connection(int.from_bytes(raw[8:12], "little"), *texts)


def _plain(values: Mapping[str, object]) -> Connection:
    script = _text(values, "AutoConfigURL")
    flags = _MANUAL if values.get("ProxyEnable") == 1 else 0
    flags |= _SCRIPT if script else 0
    flags |= _DETECT if values.get("AutoDetect") == 1 else 0
    return Connection(flags, _text(values, "ProxyServer"), _text(values, "ProxyOverride"), script)


def _text(values: Mapping[str, object], name: str) -> str:
    value = values.get(name)
    return value[:MAX_TEXT] if isinstance(value, str) else ""
