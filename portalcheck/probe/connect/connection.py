"""A connection to a host that HTTP can be spoken over: name, TCP, proxy and TLS, each recorded as a step."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Callable

import msgspec

from portalcheck.address.nat64 import translated
from portalcheck.api.protocols import Machine
from portalcheck.facts import DIRECT, ConnectStep, DnsAnswer, Failure, Hello, Hop, ProxyStep, TlsStep
from portalcheck.probe.connect.happy_eyeballs import dial, family_of
from portalcheck.probe.deadline import Deadline
from portalcheck.probe.policy import Ledger, Role
from portalcheck.probe.streams import EvidenceStream, Transport
from portalcheck.probe.tls.handshake import handshake

_log = logging.getLogger(__name__)

_DOCUMENTATION = tuple(
    map(ipaddress.ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"))
)


class ConnectionPlan(msgspec.Struct, frozen=True, kw_only=True):
    """How to connect to one host: the fields of a `facts.Route` for it, with `proxy` chosen: `direct` or a URL.

    `led_by_strangers` says that a certificate or a redirect named the host.
    """

    proxy: str
    addresses: tuple[str, ...] = ()
    family: int = 0
    interface: str = ""
    server_name: str
    hello: Hello = Hello.BROWSER
    small_packets: bool = False
    led_by_strangers: bool = False


class Connector:
    """Opens the connections of a hop. `names` gives the addresses of a name; the log calls the hop `where`.

    `begin` is called when a connection is about to be tried, `connected` with a hop whose TCP connection is made, and
    its tunnel through a proxy. `may_lead_inside` says whether strangers may name hosts of the networks around this
    computer; it is asked only where one does.
    """

    def __init__(
        self,
        machine: Machine,
        deadline: Deadline,
        ledger: Ledger,
        names: Callable[[str, int], DnsAnswer],
        where: object,
        connected: Callable[[Hop], None] | None = None,
        *,
        begin: Callable[[], None] = lambda: None,
        may_lead_inside: Callable[[], bool] = lambda: False,
    ) -> None:
        self._machine, self._deadline, self._ledger, self._names = machine, deadline, ledger, names
        self._where, self._connected = where, connected
        self._begin, self._may_lead_inside = begin, may_lead_inside

    def open(self, hop: Hop, plan: ConnectionPlan) -> tuple[EvidenceStream | None, Hop, bool]:
        """The connection, None if a step failed; the hop with all steps; whether requests need absolute targets."""
        proxied = plan.proxy != DIRECT
        below, hop = self._through_proxy(hop, plan) if proxied else self._directly(hop, plan)
        if below is not None and self._connected is not None:
            self._connected(hop)
        if below is not None and hop.scheme == "https":
            below, step = handshake(below, plan.server_name, self._deadline, plan.hello)
            hop = self._with(hop, tls=step)
        absolute = proxied and hop.scheme == "http" and not plan.proxy.startswith("socks")
        return (None if below is None else EvidenceStream(below)), hop, absolute

    def _directly(self, hop: Hop, plan: ConnectionPlan) -> tuple[Transport | None, Hop]:
        if plan.addresses:
            wanted = tuple(a for a in plan.addresses if not plan.family or family_of(a) == plan.family)
        else:
            names = self._names(hop.host, plan.family)
            hop = self._with(hop, names=names)
            if names.failure is not None:
                return None, hop
            wanted = names.addresses
        addresses = self._permitted(wanted, plan)
        if wanted and not addresses:
            return None, self._with(hop, connect=ConnectStep(failure=Failure.NOT_PERMITTED))
        self._begin()
        sock, step = dial(
            self._machine,
            addresses,
            hop.port,
            self._deadline,
            interface=plan.interface,
            small_packets=plan.small_packets,
        )
        return sock, self._with(hop, connect=step)

    def _through_proxy(self, hop: Hop, plan: ConnectionPlan) -> tuple[Transport | None, Hop]:
        from portalcheck.probe.connect.proxies import proxy_endpoint, tunnel

        def said(failure: Failure | None) -> Hop:
            return self._with(hop, proxy=ProxyStep(url=plan.proxy, failure=failure))

        try:
            scheme, proxy_host, proxy_port = proxy_endpoint(plan.proxy)
        except ValueError:
            return None, said(Failure.PROXY_NAME)
        self._begin()
        self._ledger.record(Role.PROXY, proxy_host, hop.host)
        names = self._names(proxy_host, 0)
        if names.failure is not None:
            return None, said(Failure.PROXY_NAME)
        sock, step = dial(
            self._machine,
            names.addresses,
            proxy_port,
            self._deadline,
            interface=plan.interface,
            small_packets=plan.small_packets,
        )
        hop = self._with(hop, connect=step)
        if sock is None:
            return None, said(Failure.PROXY_DOWN)
        below: Transport | None = sock
        if scheme == "https":
            # Without verification, as everywhere here: all that the proxy is told is where we want to go.
            below, tls = handshake(sock, proxy_host, self._deadline, Hello.HTTP_1)
            if below is None:
                return None, said(tls.failure)
        assert below is not None
        if scheme in ("http", "https") and hop.scheme == "http":
            return below, said(None)
        host = self._for_old_socks(hop.host) if scheme == "socks4" else hop.host
        answer = tunnel(below, plan.proxy, host, hop.port, self._deadline)
        if answer.failure is not None:
            below.close()
            below = None
        return below, self._with(hop, proxy=answer)

    def _permitted(self, addresses: tuple[str, ...], plan: ConnectionPlan) -> tuple[str, ...]:
        """Those that may be connected to (contract.md, Privacy): where a stranger named the host, the internet's."""
        if not plan.led_by_strangers or not any(map(is_inside, addresses)) or self._may_lead_inside():
            return addresses
        return tuple(address for address in addresses if not is_inside(address))

    def _with(self, hop: Hop, **steps: DnsAnswer | ConnectStep | ProxyStep | TlsStep) -> Hop:
        """The hop with one more step, which the log is told of."""
        _log.debug("%s: %s", self._where, self._ledger.aliases.told(*steps.values()))
        return msgspec.structs.replace(hop, **steps)

    def _for_old_socks(self, host: str) -> str:
        """The IPv4 address of a host, which browsers ask a SOCKS 4 proxy for; the name if it has none (SOCKS 4A)."""
        return next(iter(self._names(host, 4).addresses), host)


def is_own(address: str) -> bool:
    """Whether an address is loopback, link-local or unspecified (RFC 6890), where no server of the internet is."""
    parsed = ipaddress.ip_address(address)
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    return parsed.is_loopback or parsed.is_link_local or parsed.is_unspecified


def is_inside(address: str) -> bool:
    """Whether an address is this computer's or a network's around it, and not the internet's (RFC 6890).

    An IPv6 address that stands for an IPv4 one is what that is. Addresses for documentation (RFC 5737, RFC 3849) are
    nobody's, and stand for the internet's.
    """
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        parsed = parsed.ipv4_mapped or parsed.sixtofour or translated(parsed) or parsed
    if any(parsed in network for network in _DOCUMENTATION if network.version == parsed.version):
        return False
    return parsed.is_multicast or not parsed.is_global


def is_public(address: str) -> bool:
    """Whether an address is globally reachable (RFC 6890); `` is not."""
    return bool(address) and ipaddress.ip_address(address).is_global
