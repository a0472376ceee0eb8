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


class Blob(msgspec.Struct, frozen=True):
    """What one of those binaries says."""

    flags: int
    server: str
    exceptions: str
    script: str


def read(environment: Environment) -> ProxyRules | None:
    """The user's settings, or the machine's if a policy says so; None if there are none to be read."""
    registry = environment.registry
    hive = "HKLM" if registry.value("HKLM", POLICY, "ProxySettingsPerUser") == 0 else "HKCU"
    values = registry.values(hive, SETTINGS)
    blob = parse(registry.value(hive, CONNECTIONS, "DefaultConnectionSettings"))
    if not values and blob is None:
        return None
    return rules(blob or _plain(values))


def read_winhttp(environment: Environment) -> ProxyRules:
    """The settings of WinHTTP (`netsh winhttp set proxy`); no rules if it connects directly."""
    blob = parse(environment.registry.value("HKLM", CONNECTIONS, "WinHttpSettings"))
    return rules(blob) if blob else ProxyRules()


def rules(blob: Blob) -> ProxyRules:
    """The settings that a binary makes."""
    manual = bool(blob.flags & _MANUAL)
    return ProxyRules(
        proxies=servers(blob.server) if manual else {},
        bypass=names(re.split(r"[;,\s]+", blob.exceptions)) if manual else (),
        pac_url=clean_pac(blob.script) if blob.flags & _SCRIPT else "",
        auto_detect=bool(blob.flags & _DETECT),
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


def parse(raw: object) -> Blob | None:
    """A binary of that shape, or None for anything else; what is cut off is empty."""
    if not isinstance(raw, bytes) or len(raw) < 12:
        return None
    texts, at = [], 12
    for _ in range(3):
        length = int.from_bytes(raw[at : at + 4], "little")
        texts.append(raw[at + 4 : at + 4 + min(length, MAX_TEXT)].decode("latin-1"))
        at += 4 + length
    return Blob(int.from_bytes(raw[8:12], "little"), *texts)


def _plain(values: Mapping[str, object]) -> Blob:
    script = _text(values, "AutoConfigURL")
    flags = _MANUAL if values.get("ProxyEnable") == 1 else 0
    flags |= _SCRIPT if script else 0
    flags |= _DETECT if values.get("AutoDetect") == 1 else 0
    return Blob(flags, _text(values, "ProxyServer"), _text(values, "ProxyOverride"), script)


def _text(values: Mapping[str, object], name: str) -> str:
    value = values.get(name)
    return value[:MAX_TEXT] if isinstance(value, str) else ""
