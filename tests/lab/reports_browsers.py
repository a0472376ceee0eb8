"""After public bug reports. A browser's own network settings, where the system's way leads to the page."""

from __future__ import annotations

from typing import Any

from tests.lab import boxes, names
from tests.lab.browsers import chromium, firefox
from tests.lab.row import QUIET, Row, cause
from tests.lab.steps import Step

_DEAD, _DEAD_PORT = "127.0.0.1", 8888
_ALIVE = f"{names.PROXY_4}:{names.PROXY_PORT}"
_REFUSES = f"https://{names.OPEN_4}/dns-query{{?dns}}"


def _prefs(**values: object) -> str:
    """Preferences of Firefox; `__` stands for a dot in their names."""
    shown = {True: "true", False: "false"}
    lines = (
        f'user_pref("network.{name.replace("__", ".")}", '
        f"{shown[value] if isinstance(value, bool) else value if isinstance(value, int) else repr(value)});\n"
        for name, value in values.items()
    )
    return "".join(lines).replace("'", '"')


def _by_hand(host: str, port: int, **more: object) -> str:
    own: dict[str, object] = {"proxy__type": 1, "proxy__ssl": host, "proxy__ssl_port": port, **more}
    return _prefs(**own)


def _stopped(row_id: str, what: str, fault: Step, **more: Any) -> Row:
    return Row(
        id=row_id,
        what=what,
        fault=(fault,),
        shows=(),
        cause=cause("browser-blocks"),
        innocent=cause("proxy-down", "dns-broken", "dns-filtered", "portal-unreachable", "cookies-blocked"),
        ref="step-5",
        **{"contacts": QUIET, **more},
    )


def _healthy(row_id: str, what: str, *fault: Step, **more: Any) -> Row:
    return Row(
        id=row_id,
        what=what,
        fault=fault,
        shows=(),
        cause=cause("none"),
        innocent=cause("browser-blocks", "proxy-down"),
        code=0,
        **{"contacts": QUIET, **more},
    )


def _proxy_policy(server: str, **more: str) -> Step:
    return chromium(policy={"ProxySettings": {"ProxyMode": "fixed_servers", "ProxyServer": server, **more}})


ROWS: tuple[Row, ...] = (
    _stopped(
        "N115",
        "Firefox's own proxy setting is dead, the system has none",
        firefox(prefs=_by_hand(_DEAD, _DEAD_PORT)),
    ),
    _stopped(
        "S01",
        "Firefox's own SOCKS proxy is dead",
        firefox(prefs=_prefs(proxy__type=1, proxy__socks=_DEAD, proxy__socks_port=1080)),
    ),
    _stopped(
        "S02",
        "Firefox asks a DNS-over-HTTPS server that this network refuses, and no other",
        firefox(prefs=_prefs(trr__mode=3, trr__uri=_REFUSES)),
        contacts=QUIET | {"open"},
    ),
    _stopped(
        "N118",
        "a policy gives Chromium secure DNS only, at a server that this network refuses",
        chromium(policy={"DnsOverHttpsMode": "secure", "DnsOverHttpsTemplates": _REFUSES}),
        contacts=QUIET | {"open"},
        chromium=False,
    ),
    _stopped(
        "S03",
        "a policy gives Chromium a proxy that is dead",
        _proxy_policy(f"{_DEAD}:{_DEAD_PORT}"),
        chromium=False,
    ),
    _stopped(
        "S04",
        "the person has set a proxy in Chromium that is dead",
        chromium({"proxy": {"mode": "fixed_servers", "server": f"{_DEAD}:{_DEAD_PORT}"}}),
    ),
    _stopped(
        "S05",
        "a policy keeps Chromium from every page but those of another site",
        chromium(policy={"URLBlocklist": ["*"], "URLAllowlist": ["other.example"]}),
        reasons=frozenset({"browser.forbids"}),
        chromium=False,
    ),
    _stopped(
        "S06",
        "a policy lets Chromium run no scripts",
        chromium(policy={"DefaultJavaScriptSetting": 2}),
        reasons=frozenset({"browser.forbids"}),
    ),
    _healthy(
        "S07",
        "a policy keeps Chromium from every page but the portal's",
        chromium(policy={"URLBlocklist": ["*"], "URLAllowlist": ["lab.example"]}),
        chromium=True,
    ),
    _healthy(
        "S08",
        "a policy names a dead proxy for Chromium, without the mode that it needs to count",
        chromium(policy={"ProxyServer": f"{_DEAD}:{_DEAD_PORT}"}),
        chromium=True,
    ),
    _healthy(
        "S09",
        "policies block the cookies of a domain, and allow those of the portal and of identity in it",
        chromium(
            policy={
                "CookiesBlockedForUrls": ["[*.]lab.example"],
                "CookiesAllowedForUrls": ["https://portal.lab.example", "https://id.lab.example"],
            }
        ),
        chromium=True,
    ),
    _healthy(
        "S10",
        "Firefox's own proxy setting is dead, and the portal is among its exceptions",
        firefox(prefs=_by_hand(_DEAD, _DEAD_PORT, proxy__no_proxies_on="localhost, lab.example")),
    ),
    _healthy(
        "S11",
        "Firefox has a dead proxy in its settings, and goes by the system's",
        firefox(prefs=_by_hand(_DEAD, _DEAD_PORT, proxy__type=5)),
    ),
    _healthy(
        "S12",
        "Firefox's own proxy works",
        boxes.tinyproxy(),
        firefox(prefs=_by_hand(names.PROXY_4, names.PROXY_PORT)),
        contacts=QUIET | {"proxy"},
        reasons=frozenset({"browser.own-way-works"}),
    ),
    _healthy(
        "S13",
        "Firefox asks a DNS-over-HTTPS server first, which is refused, and then the system",
        firefox(prefs=_prefs(trr__mode=2, trr__uri=_REFUSES)),
    ),
    _healthy(
        "S14",
        "a policy lets Chromium fall back from secure DNS that is refused",
        chromium(policy={"DnsOverHttpsMode": "automatic", "DnsOverHttpsTemplates": _REFUSES}),
        chromium=True,
    ),
    _healthy(
        "S15",
        "a policy gives Chromium a dead proxy, and spares the portal",
        _proxy_policy(f"{_DEAD}:{_DEAD_PORT}", ProxyBypassList="*.lab.example"),
        chromium=True,
    ),
    _healthy(
        "S16",
        "a policy gives Chromium a proxy that works",
        boxes.tinyproxy(),
        _proxy_policy(_ALIVE),
        contacts=QUIET | {"proxy"},
        reasons=frozenset({"browser.own-way-works"}),
        chromium=True,
    ),
)
