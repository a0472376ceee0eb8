"""Everybody who is asked but the portal and this computer's own servers: only where the settings allow it.

All that reaches a third party is in this one room, so that what `allowed` says holds for each of them. The
modules that ask are loaded in trouble only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from portalcheck.facts import Announced, CaptiveAnswer, Chain, DnsServer, Failure, Hop, NameAnswer
from portalcheck.path.dial import way_to
from portalcheck.path.location import url_of
from portalcheck.path.names import is_address
from portalcheck.path.policy import Network, Role
from portalcheck.path.waiting import Shared
from portalcheck.path.walk import MayVisit, Walker

if TYPE_CHECKING:
    from portalcheck.path.neutral import NeutralHosts
    from portalcheck.path.resolvers import Resolvers

_ANYWHERE = (("192.0.2.1", 443), ("2001:db8::1", 443))
"""Addresses of nobody (RFC 5737, RFC 3849), which packets would leave for as for any other far away."""


class Others:
    """Asks them, each question once in a run.

    `allowed` says whether anybody else may be asked now, `chain_of` judges the certificates of a hop.
    """

    def __init__(
        self,
        walker: Walker,
        network: Network,
        shared: Shared,
        chain_of: Callable[[Hop], Chain | None],
        allowed: Callable[[], bool],
    ) -> None:
        self._walker, self._network, self._shared = walker, network, shared
        self._chain_of, self._allowed = chain_of, allowed

    # ---- DNS servers of nobody here ------------------------------------------------------------

    def names(self, host: str) -> tuple[NameAnswer, ...] | None:
        """A name as the independent DNS servers see it; None where they may not be asked, or not for this one."""
        if not (self._network.share_portal_name and self._allowed()):
            return None
        return self._shared.get(("names-elsewhere", host), lambda: self._names(host))

    def _names(self, host: str) -> tuple[NameAnswer, ...]:
        questions = [(server, host) for server in self._servers()]
        return self._resolvers().ask(questions, Role.NEUTRAL_RESOLVER)

    def answer_around(self, interface: str) -> bool:
        """Whether one of them answers a neutral name over one interface, whatever the routes say."""
        if not self._allowed():
            return False
        return self._shared.get(("around", interface), lambda: self._answer_around(interface))

    def _answer_around(self, interface: str) -> bool:
        names = [url.host for text in self._network.canaries if (url := url_of(text)) is not None]
        questions = [(server, name) for server in self._servers() for name in names[:1]]
        answers = self._resolvers().ask(questions, Role.NEUTRAL_RESOLVER, source=interface)
        return any(answer.addresses for answer in answers)

    def _resolvers(self) -> Resolvers:
        from portalcheck.path.resolvers import Resolvers

        return Resolvers(self._walker, self._chain_of)

    def _servers(self) -> Sequence[DnsServer]:
        return self._resolvers().independent(self._network.resolvers)

    def _plain(self) -> list[tuple[str, int]]:
        """Those with an address: to learn that of a server over HTTPS, its name would have to be asked for."""
        return [(one.address, one.port) for one in self._servers() if is_address(one.address)]

    # ---- ways out ------------------------------------------------------------------------------

    def ways_out(self) -> frozenset[str]:
        """The local addresses that traffic to the world leaves from; nothing is sent, so it is always allowed."""
        machine = self._walker.machine
        ways = [way_to(machine, address, port) for address, port in self._plain() or _ANYWHERE]
        return frozenset(way for way in ways if not isinstance(way, Failure))

    def stopped_here(self, interface: str = "") -> bool:
        """Whether this computer itself refuses to send to the world (over an interface, if one is named)."""
        if not self._allowed():
            return False
        return self._shared.get(("stopped-here", interface), lambda: self._stopped_here(interface))

    def _stopped_here(self, interface: str) -> bool:
        from portalcheck.path.own_firewall import stopped_here

        walker, plain = self._walker, self._plain()
        for address, _ in plain:
            walker.ledger.record(Role.NEUTRAL_RESOLVER, address)
        return any(stopped_here(walker.machine, address, port, interface) for address, port in plain)

    # ---- neutral hosts -------------------------------------------------------------------------

    def hosts(self) -> NeutralHosts | None:
        """The neutral hosts, asked; None where they may not be."""
        if not self._allowed():
            return None
        return self._shared.get("neutral-hosts", self._ask_hosts)

    def _ask_hosts(self) -> NeutralHosts:
        hosts = self._neutral_hosts()
        hosts.ask()
        return hosts

    def probe_around(self, interface: str) -> CaptiveAnswer:
        """What the plain-HTTP probes that need no name meet over one interface, whatever the routes say.

        What this computer itself would not send is not waited for.
        """
        if not self._allowed() or self.stopped_here(interface):
            return CaptiveAnswer.SILENT
        return self._shared.get(
            ("probe-around", interface), lambda: self._neutral_hosts().probe_around(interface)
        )

    def _neutral_hosts(self) -> NeutralHosts:
        from portalcheck.path.neutral import NeutralHosts

        return NeutralHosts(self._walker, self._network, self._chain_of)

    # ---- the portal's status page --------------------------------------------------------------

    def status_page(self, url: str, may_visit: MayVisit) -> Announced:
        """What the portal's own status page says of it; `unsaid` where it has none or may not be asked."""
        if not (url and self._allowed()):
            return Announced.UNSAID
        return self._shared.get("announced", lambda: self._read_status_page(url, may_visit))

    def _read_status_page(self, url: str, may_visit: MayVisit) -> Announced:
        from portalcheck.path import status_page

        return status_page.ask(self._walker, url, may_visit, self._chain_of)
