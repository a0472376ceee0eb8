"""All that the author of a check imports.

A check is a plain function from a `Context` to findings. It asks the context for facts, and judges them
in a pure function of its own. It opens no socket, prints nothing, and never sees another check.
See checks/README.md for a complete one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

import msgspec

from portalcheck.address import Kind, Verdict
from portalcheck.facts import (
    AUTO,
    DIRECT,
    Announced,
    Attempt,
    BrowserProfile,
    CaptiveAnswer,
    Chain,
    ConnectStep,
    CookieBlock,
    CookieStore,
    DnsServer,
    Failure,
    Hop,
    HttpStep,
    InstalledBrowser,
    Interface,
    InterfaceKind,
    NameAnswer,
    Names,
    Neutral,
    ProxyPlan,
    ProxySettings,
    ProxyStep,
    Revocation,
    Roots,
    Route,
    Standing,
    StoreState,
    System,
    TlsStep,
    Trace,
    TraceEnd,
    TrueTime,
)
from portalcheck.model import Arg, Finding, Local, Portal, Status

__all__ = [
    "AUTO",
    "DIRECT",
    "Announced",
    "Arg",
    "Attempt",
    "BrowserProfile",
    "CaptiveAnswer",
    "Chain",
    "Check",
    "ConnectStep",
    "Context",
    "CookieBlock",
    "CookieStore",
    "DnsServer",
    "Failure",
    "Finding",
    "Hop",
    "HttpStep",
    "InstalledBrowser",
    "Interface",
    "InterfaceKind",
    "Kind",
    "Local",
    "Machine",
    "NameAnswer",
    "Names",
    "Neutral",
    "Portal",
    "ProxyPlan",
    "ProxySettings",
    "ProxyStep",
    "Revocation",
    "Roots",
    "Route",
    "Standing",
    "Status",
    "StoreState",
    "System",
    "TlsStep",
    "Trace",
    "TraceEnd",
    "TrueTime",
    "Verdict",
    "check",
    "fail",
    "note",
    "ok",
    "skip",
    "unknown",
    "warn",
]


class Machine(Protocol):
    """What this computer says of itself. The demo and the tests put another one in its place.

    Every method may be slow and may be called from several threads; none raises for a missing file,
    setting or permission: what cannot be told is absent from the answer.
    """

    def system(self) -> System:
        """The operating system and its release."""

    def now(self) -> float:
        """The wall clock, seconds since the epoch."""

    def interfaces(self) -> tuple[Interface, ...]:
        """All network interfaces, up or down."""

    def dns_servers(self) -> tuple[DnsServer, ...]:
        """The DNS servers that this computer is set to ask, in order."""

    def hosts_file(self, host: str) -> tuple[str, ...]:
        """The addresses that the hosts file gives for a name, in order; empty where it names none."""

    def resolve(self, host: str, family: int) -> tuple[str, ...]:
        """The addresses of a name as programs see them; raises OSError (socket.gaierror) as getaddrinfo does."""

    def proxies(self, url: str) -> ProxySettings:
        """The proxies that are set for a URL, exception lists applied."""

    def system_roots(self) -> Roots:
        """The trust store of the system."""

    def mozilla_roots(self) -> Roots:
        """Mozilla's trust store, for comparison."""

    def system_trusts(self, chain: Sequence[bytes], host: str) -> bool | None:
        """The system's own verdict on a chain (DER, leaf first) at the current time, None where it has none to give."""

    def endpoint(self, address: str, port: int) -> tuple[str, int]:
        """Where to connect for an address and port: themselves, but on a practice machine."""

    def browsers(self) -> tuple[InstalledBrowser, ...]:
        """The browsers that this user has profiles of."""

    def browser_profiles(self, url: str) -> tuple[BrowserProfile, ...]:
        """The cookie-related settings and extensions of each profile, as they bear on a URL."""

    def cookie_stores(self, url: str, hosts: Sequence[str]) -> tuple[CookieStore, ...]:
        """What each profile's cookie store keeps for the hosts, and would send to the URL; numbers only."""


class Context(Protocol):
    """What a check may ask. Facts are found once and shared, so asking twice costs nothing.

    Any call may wait for another check's same question; the runner bounds all waiting.
    """

    @property
    def portal(self) -> Portal:
        """The profile that is checked against."""

    @property
    def url(self) -> str:
        """The address to check: the one given on the command line, else the profile's."""

    @property
    def given(self) -> bool:
        """Whether the address was given on the command line."""

    @property
    def contactable(self) -> bool:
        """Whether the address may be contacted: false for a lookalike or an invalid one."""

    @property
    def machine(self) -> Machine:
        """This computer."""

    def judge_address(self, url: str) -> Verdict:
        """Whether an address is this portal's, by its text alone and the profile's lists. Contacts nobody."""

    def trace(self, route: Route | None = None) -> Trace | None:
        """Walk a way to the portal (the browser's by default). None where the address may not be contacted."""

    def traces(self, routes: Sequence[Route]) -> tuple[Trace | None, ...]:
        """Several ways, walked at once; a `Trace` for each in order, None for one that was not walked in time."""

    def late(self) -> bool:
        """Whether the page is not there after eight seconds: counterfactuals must then not wait for it."""

    def chain(self, hop: Hop) -> Chain | None:
        """The certificates of a hop, judged offline. None where the hop has none."""

    def revocation(self, hop: Hop) -> Revocation | None:
        """That the certificate of a hop is revoked, as its issuer says.

        None where that is not known, or where no store trusts the issuer.
        """

    def proxy_plan(self) -> ProxyPlan:
        """The proxies that a browser on this computer would try for the address."""

    def proven(self, trace: Trace | None) -> bool:
        """Whether a walk ended at a page whose every server is shown to be who it should be, dates aside."""

    def names(self, host: str = "") -> Names | None:
        """A name of the portal's (its own by default), as this computer and its DNS servers see it."""

    def answered_late(self, host: str = "") -> bool:
        """Whether the system has addresses of a name by now that it was too slow with: then nobody is silent."""

    def names_elsewhere(self, host: str = "") -> tuple[NameAnswer, ...] | None:
        """The same as independent DNS servers see it; None unless the person allowed to ask them."""

    def neutral(self) -> Neutral | None:
        """Hosts that have nothing to do with the portal; None where all is well or the settings say never."""

    def announced(self) -> Announced:
        """What the portal's own status page says; `unsaid` where it has none, or where all is well and nobody asks."""

    def true_time(self) -> TrueTime:
        """How far this computer's clock is off."""

    def way_to(self, address: str) -> str | Failure:
        """The local address that traffic to `address` leaves from (nothing is sent), or why there is none."""

    def answers_around(self, interface: str) -> bool:
        """Whether an independent DNS server answers a neutral name over one interface, whatever the routes say.

        False also where neutral hosts may not be asked.
        """

    def probe_around(self, interface: str) -> CaptiveAnswer:
        """What the plain-HTTP probes that need no name meet over one interface, whatever the routes say."""

    def stopped_here(self, interface: str = "") -> bool:
        """Whether this computer itself refuses to send to the world (over an interface, if one is named)."""

    def ways_out(self) -> frozenset[str]:
        """The local addresses that traffic to the world at large leaves from; empty where there is no route."""


Judge = Callable[[Context], Iterable[Finding]]
Words = Mapping[str, Mapping[str, str]]


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """A check: its id, its function, every reason it may give, and its own words if it brings any.

    `words` maps a language to reason codes (and `name`, `reads`, `contacts`) and their sentences, in
    which `{name}` stands for an argument of the finding.
    """

    id: str
    run: Judge
    reasons: frozenset[str]
    words: Words = {}

    def __call__(self, context: Context) -> Iterable[Finding]:
        """Run the check."""
        return self.run(context)


def check(check_id: str, *, reasons: Iterable[str], words: Words | None = None) -> Callable[[Judge], Check]:
    """Make a check of a function. `reasons` are all codes it may give, each `check_id.what-is-so`.

    Raises ValueError for a reason that does not begin with the check's id.
    """
    declared = frozenset(reasons)
    strange = sorted(code for code in declared if not code.startswith(check_id + "."))
    if strange:
        raise ValueError(f"check {check_id!r}: reasons must begin with {check_id + '.'!r}, not {strange}")

    def wrap(function: Judge) -> Check:
        return Check(id=check_id, run=function, reasons=declared, words=words or {})

    return wrap


def _maker(status: Status) -> Callable[..., Finding]:
    def make(reason: str, **evidence: Arg | Local) -> Finding:
        return Finding(
            reason=reason,
            status=status,
            args={key: value for key, value in evidence.items() if not isinstance(value, Local)},
            local={key: value for key, value in evidence.items() if isinstance(value, Local)},
        )

    make.__doc__ = f"A finding of status `{status}`: a reason code and its evidence, shared or `Local`."
    return make


ok = _maker(Status.OK)
note = _maker(Status.NOTE)
warn = _maker(Status.WARN)
fail = _maker(Status.FAIL)
skip = _maker(Status.SKIP)
unknown = _maker(Status.UNKNOWN)
