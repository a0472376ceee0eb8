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
    Hello,
    Hop,
    InstalledBrowser,
    Interface,
    LocalRoute,
    OpenPage,
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
    setting or permission: what cannot be found out is absent from the answer.
    """

    def system(self) -> System:
        """The operating system and its release."""

    def now(self) -> float:
        """The wall clock, seconds since the epoch."""

    def interfaces(self) -> tuple[Interface, ...]:
        """All network interfaces, up or down."""

    def route(self, address: str) -> LocalRoute | None:
        """Where this computer's own routes send an address; None if that cannot be told."""

    def dns_servers(self) -> tuple[DnsServer, ...]:
        """The DNS servers that this computer is set to ask, in order."""

    def hosts_file(self, host: str) -> tuple[str, ...]:
        """The addresses that the hosts file gives for a name, one of each family at most; empty if it names none."""

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

    def browser_profiles(self, url: str, identity: Sequence[str] = ()) -> tuple[BrowserProfile, ...]:
        """The cookie-related settings and extensions of each profile, as they bear on a URL and on identity hosts."""

    def cookie_stores(
        self, url: str, hosts: Sequence[str], identity: Sequence[str] = ()
    ) -> tuple[CookieStore, ...]:
        """What each profile's cookie store keeps for the hosts, and would send to the URL; numbers only.

        `identity` are those of the hosts that sign people in.
        """


class Egress(Protocol):
    """What leaves this computer, and over which interface. `interface` is a name, as `Interface` has it.

    `dns_over` and `probe_over` ask third parties, and only if these may be asked now; else False or SILENT.
    """

    def source_address(self, address: str) -> str | Failure:
        """The local address that traffic to `address` leaves from, or why there is none. Nothing is sent."""

    def addresses(self) -> frozenset[str]:
        """The local addresses that traffic to the internet leaves from, empty without a route. Nothing is sent."""

    def detour(self, address: str) -> LocalRoute | None:
        """Where this computer's routes send an address, if not the way of the internet's; None also if unknown."""

    def blocked_here(self, interface: str = "") -> bool:
        """Whether a firewall of this computer refuses to send to the internet (over an interface, if one is named)."""

    def browsers_resolver(self, url: str) -> DnsAnswer | None:
        """What a browser's own DNS-over-HTTPS server says of the portal's name; None if `url` is no such server."""

    def dns_over(self, interface: str) -> bool:
        """Whether an independent DNS server answers over an interface, whatever the routing table says."""

    def probe_over(self, interface: str) -> CaptiveAnswer:
        """What the captive-portal probes that need no DNS meet over an interface, whatever the routing table says."""


class ThirdParties(Protocol):
    """All but the portal and this computer's own DNS servers and proxies; asked in trouble only, by default."""

    def canaries(self) -> Canaries | None:
        """How hosts answer that have nothing to do with the portal; None if they may not be asked now."""

    def shake_hands(self, hello: Hello) -> bool:
        """Whether the handshake of any canary succeeds with this ClientHello; False if they may not be asked now."""

    def names(self, host: str) -> tuple[DnsAnswer, ...] | None:
        """A name of the portal's as independent DNS servers see it; None unless the person allowed to ask them."""

    def dns_is_caught(self) -> bool:
        """Whether questions to addresses where no DNS server is are answered: then all DNS here is one server's."""

    def status_page(self) -> StatusPage:
        """What the portal's own status page says; `UNKNOWN` if it has none, or may not be asked now."""


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
        """All but the portal and this computer's own DNS servers and proxies."""

    def pages(self) -> tuple[OpenPage, ...]:
        """The page in each browser window that it is open in, that of the person's own browser first."""

    def judge_address(self, url: str) -> Verdict:
        """Whether an address is this portal's, by its text alone and the profile's lists. Contacts nobody."""

    def trace(self, route: Route | None = None) -> Trace | None:
        """The walk along a route to the portal (the browser's by default). None if the address may not be contacted."""

    def traces(self, routes: Sequence[Route]) -> tuple[Trace | None, ...]:
        """The walks along several routes at once, in their order; None for one that was not finished in time."""

    def sign_in_traces(self) -> tuple[Trace, ...]:
        """The connections, without a request, to the profile's hosts of sign-in that the walk did not come to."""

    def late(self) -> bool:
        """Whether the page is still not there after `SLOW_MS`: counterfactuals must then not wait for it."""

    def chain(self, hop: Hop) -> Chain | None:
        """The certificates of a hop, judged offline. None if the hop has none."""

    def revocation(self, hop: Hop) -> Revocation | None:
        """That the certificate of a hop is revoked, as its issuer says.

        None if that is not known, or if no store trusts the issuer.
        """

    def proxy_plan(self) -> ProxyPlan:
        """The proxies that a browser on this computer would try for the address."""

    def names(self, host: str = "") -> Resolution | None:
        """A name of the portal's (its own by default), as this computer and its DNS servers see it.

        None if the address may not be contacted.
        """

    def true_time(self) -> TrueTime:
        """How far this computer's clock is off."""
