"""Short ways to write facts for the judges of checks."""

from __future__ import annotations

from typing import Any

from portalcheck.api import (
    Attempt,
    CaptiveAnswer,
    Chain,
    ConnectStep,
    DnsServer,
    Failure,
    Finding,
    Hop,
    HttpStep,
    NameAnswer,
    Names,
    Neutral,
    ProxyStep,
    Route,
    TlsStep,
    Trace,
    TraceEnd,
)

NOW = 1_800_000_000.0
DAY = 86_400.0
HOST = "portal.example"
SERVER = DnsServer("192.0.2.53")


def told(findings: Any) -> list[tuple[str, str]]:
    """Reason and status of each finding."""
    return [(finding.reason, finding.status.value) for finding in _listed(findings)]


def _listed(findings: Any) -> list[Finding]:
    return [findings] if isinstance(findings, Finding) else list(findings)


def http(status: int = 200, **more: Any) -> HttpStep:
    """A response that came whole and at once."""
    return HttpStep(**{"failure": None, "status": status, "complete": True, "ms": 50, "total_ms": 60, **more})


def connected(*attempts: Attempt, address: str = "192.0.2.10") -> ConnectStep:
    """A connection that was made."""
    return ConnectStep(failure=None, address=address, attempts=attempts or (Attempt(address, None, 5),), ms=5)


def unconnected(failure: Failure, *addresses: str) -> ConnectStep:
    """A connection that was not."""
    tried = addresses or ("192.0.2.10",)
    return ConnectStep(failure=failure, attempts=tuple(Attempt(a, failure, 5) for a in tried), ms=5)


def hop(**more: Any) -> Hop:
    """A hop that got all the way, but for what is told otherwise."""
    whole: dict[str, Any] = {
        "host": HOST,
        "port": 443,
        "scheme": "https",
        "names": NameAnswer(server=None, addresses=("192.0.2.10",)),
        "connect": connected(),
        "tls": TlsStep(failure=None, version="TLSv1.3", chain=(b"leaf",)),
        "http": http(),
    }
    return Hop(**{**whole, **more})


def trace(*hops: Hop, end: TraceEnd = TraceEnd.PAGE) -> Trace:
    """A walk of these hops."""
    return Trace(route=Route(url=f"https://{HOST}/"), hops=hops or (hop(),), end=end)


def dead(failure: Failure = Failure.TIMED_OUT, *addresses: str) -> Trace:
    """A walk that came to no connection."""
    return trace(hop(connect=unconnected(failure, *addresses), tls=None, http=None), end=TraceEnd.FAILED)


def proxied(failure: Failure | None, status: int = 0, **more: Any) -> ProxyStep:
    """What a proxy said."""
    return ProxyStep(url="http://proxy.example:3128", failure=failure, status=status, **more)


def chain(**more: Any) -> Chain:
    """A chain that is right in every way, but for what is told otherwise."""
    whole: dict[str, Any] = {
        "name_matches": True,
        "trusted_by": frozenset({"system", "mozilla"}),
        "not_before": NOW - 10 * DAY,
        "not_after": NOW + 80 * DAY,
        "issuer_organisation": "Public CA",
    }
    return Chain(**{**whole, **more})


def neutral(**more: Any) -> Neutral:
    """Neutral hosts that all answer, but for what is told otherwise."""
    whole: dict[str, Any] = {
        "canaries": 2,
        "reached": 2,
        "present": 2,
        "captive": (CaptiveAnswer.OPEN,),
        "own_dns": "answers",
        "other_dns": "answers",
    }
    return Neutral(**{**whole, **more})


SILENCE = {
    "reached": 0,
    "present": 0,
    "captive": (CaptiveAnswer.SILENT,),
    "own_dns": "silent",
    "other_dns": "silent",
}
"""What neutral hosts say where nothing leads out."""


def names(
    system: Failure | None = None,
    *servers: Failure | None,
    system_addresses: tuple[str, ...] = ("192.0.2.10",),
    **more: Any,
) -> Names:
    """A name: the system's failure, and each server's; None stands for an answer."""
    addresses = ("192.0.2.10",)
    return Names(
        host=HOST,
        system=NameAnswer(server=None, addresses=() if system else system_addresses, failure=system),
        servers=tuple(
            NameAnswer(server=SERVER, addresses=() if failure else addresses, failure=failure)
            for failure in servers
        ),
        **more,
    )
