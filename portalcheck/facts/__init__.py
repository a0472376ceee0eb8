"""What the machine and the path say: the facts that checks judge.

Facts are frozen values without opinion. Times are seconds since the Unix epoch, durations
milliseconds unless a name says otherwise, addresses are text as `ipaddress` reads them.
"""

from __future__ import annotations

from portalcheck.facts.failure import Failure
from portalcheck.facts.judgements import (
    CLOCK_TOLERANCE_S,
    Canaries,
    CaptiveAnswer,
    Chain,
    Revocation,
    Standing,
    StatusPage,
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
from portalcheck.facts.trace import (
    AUTO,
    DIRECT,
    SLOW_MS,
    Attempt,
    ConnectStep,
    DnsAnswer,
    Hop,
    HttpStep,
    ProxyPlan,
    ProxyStep,
    Resolution,
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
    "Attempt",
    "BrowserFiles",
    "BrowserProfile",
    "Canaries",
    "CaptiveAnswer",
    "Chain",
    "ConnectStep",
    "CookieBlock",
    "CookieStore",
    "DnsAnswer",
    "DnsServer",
    "Failure",
    "Hop",
    "HttpStep",
    "InstalledBrowser",
    "Interface",
    "InterfaceKind",
    "ProxyPlan",
    "ProxySettings",
    "ProxyStep",
    "Resolution",
    "Revocation",
    "Roots",
    "Route",
    "Standing",
    "StatusPage",
    "StoreState",
    "System",
    "TlsStep",
    "Trace",
    "TraceEnd",
    "TrueTime",
]
