"""What a check may ask: the context of a run, and this computer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from portalcheck.address import Verdict
from portalcheck.facts import (
    BrowserProfile,
    Canaries,
    CaptiveAnswer,
    Chain,
    CookieStore,
    DnsAnswer,
    DnsServer,
    Failure,
    Hop,
    InstalledBrowser,
    Interface,
    ProxyPlan,
    ProxySettings,
    Resolution,
    Revocation,
    Roots,
    Route,
    StatusPage,
    System,
    Trace,
    TrueTime,
)
from portalcheck.model import Portal


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

    def system_trusts(self, chain: Sequence[bytes], host: str) -> bool:
        """Whether the system itself accepts a chain (DER, leaf first) now; False also if it gives no verdict."""

    def endpoint(self, address: str, port: int) -> tuple[str, int]:
        """Where to connect for an address and port: themselves, but on a practice machine."""

    def browsers(self) -> tuple[InstalledBrowser, ...]:
        """The browsers that this user has profiles of."""

    def browser_profiles(self, url: str) -> tuple[BrowserProfile, ...]:
        """The cookie-related settings and extensions of each profile, as they bear on a URL."""

    def cookie_stores(self, url: str, hosts: Sequence[str]) -> tuple[CookieStore, ...]:
        """What each profile's cookie store keeps for the hosts, and would send to the URL; numbers only."""


class Egress(Protocol):
    """What leaves this computer, and over which interface. `interface` is a name, as `Interface` has it.

    Third parties are asked by the last three alone, and only where they may be asked now; else nothing was heard.
    """

    def source_address(self, address: str) -> str | Failure:
        """The local address that traffic to `address` leaves from, or why there is none. Nothing is sent."""

    def addresses(self) -> frozenset[str]:
        """The local addresses that traffic to the world at large leaves from, none without a route. Nothing is sent."""

    def blocked_here(self, interface: str = "") -> bool:
        """Whether this computer itself refuses to send to the world (over an interface, if one is named)."""

    def dns_over(self, interface: str) -> bool:
        """Whether an independent DNS server answers a neutral name over an interface, whatever the routes say."""

    def probe_over(self, interface: str) -> CaptiveAnswer:
        """What the plain-HTTP probes that need no name meet over an interface, whatever the routes say."""


class ThirdParties(Protocol):
    """Everybody but the portal and this computer's own servers: asked in trouble only, unless the settings differ."""

    def hosts(self) -> Canaries | None:
        """What hosts say that have nothing to do with the portal; None where they may not be asked now."""

    def names(self, host: str) -> tuple[DnsAnswer, ...] | None:
        """A name of the portal's as independent DNS servers see it; None unless the person allowed to ask them."""

    def status_page(self) -> StatusPage:
        """What the portal's own status page says; `unsaid` where it has none, or may not be asked now."""


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
    def contactable(self) -> bool:
        """Whether the address may be contacted: false for a lookalike or an invalid one."""

    @property
    def machine(self) -> Machine:
        """This computer."""

    @property
    def egress(self) -> Egress:
        """What leaves this computer, and over which interface."""

    @property
    def third_parties(self) -> ThirdParties:
        """Everybody but the portal and this computer's own servers."""

    def judge_address(self, url: str) -> Verdict:
        """Whether an address is this portal's, by its text alone and the profile's lists. Contacts nobody."""

    def trace(self, route: Route | None = None) -> Trace | None:
        """Walk a way to the portal (the browser's by default). None where the address may not be contacted."""

    def traces(self, routes: Sequence[Route]) -> tuple[Trace | None, ...]:
        """Several ways, walked at once; a `Trace` for each in order, None for one that was not walked in time."""

    def late(self) -> bool:
        """Whether the page is still not there after `SLOW_MS`: counterfactuals must then not wait for it."""

    def chain(self, hop: Hop) -> Chain | None:
        """The certificates of a hop, judged offline. None where the hop has none."""

    def revocation(self, hop: Hop) -> Revocation | None:
        """That the certificate of a hop is revoked, as its issuer says.

        None where that is not known, or where no store trusts the issuer.
        """

    def proxy_plan(self) -> ProxyPlan:
        """The proxies that a browser on this computer would try for the address."""

    def names(self, host: str = "") -> Resolution | None:
        """A name of the portal's (its own by default), as this computer and its DNS servers see it.

        None where the address may not be contacted.
        """

    def true_time(self) -> TrueTime:
        """How far this computer's clock is off."""
