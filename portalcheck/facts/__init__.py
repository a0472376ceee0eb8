"""What the machine and the path say: the facts that checks judge.

Facts are frozen values without opinion. Times are seconds since the Unix epoch, durations
milliseconds unless a name says otherwise, addresses are text as `ipaddress` reads them.
"""

from __future__ import annotations

from portalcheck.facts.failure import Failure
from portalcheck.facts.judgements import (
    CLOCK_TOLERANCE_S,
    Announced,
    CaptiveAnswer,
    Chain,
    Neutral,
    Revocation,
    Standing,
    TrueTime,
)
from portalcheck.facts.machine import (
    BrowserFiles,
    BrowserProfile,
    CookieBlock,
    CookieStore,
    DnsServer,
    InstalledBrowser,
    Interface,
    InterfaceKind,
    ProxySettings,
    Roots,
    StoreState,
    System,
)
from portalcheck.facts.way import (
    AUTO,
    DIRECT,
    SLOW_MS,
    Attempt,
    ConnectStep,
    Hop,
    HttpStep,
    NameAnswer,
    Names,
    ProxyPlan,
    ProxyStep,
    Route,
    TlsStep,
    Trace,
    TraceEnd,
)

__all__ = [
    "AUTO",
    "CLOCK_TOLERANCE_S",
    "DIRECT",
    "SLOW_MS",
    "Announced",
    "Attempt",
    "BrowserFiles",
    "BrowserProfile",
    "CaptiveAnswer",
    "Chain",
    "ConnectStep",
    "CookieBlock",
    "CookieStore",
    "DnsServer",
    "Failure",
    "Hop",
    "HttpStep",
    "InstalledBrowser",
    "Interface",
    "InterfaceKind",
    "NameAnswer",
    "Names",
    "Neutral",
    "ProxyPlan",
    "ProxySettings",
    "ProxyStep",
    "Revocation",
    "Roots",
    "Route",
    "Standing",
    "StoreState",
    "System",
    "TlsStep",
    "Trace",
    "TraceEnd",
    "TrueTime",
]
