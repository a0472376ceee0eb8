"""Third parties, who are asked only if the settings allow it: canaries, independent DNS servers, a status page.

All that reaches one of them is in this package, so that the decision `allowed` stands in one place. The modules that
ask are loaded in trouble only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from portalcheck.address.literal import is_address
from portalcheck.facts import (
    Canaries,
    CaptiveAnswer,
    Chain,
    DnsAnswer,
    DnsServer,
    Failure,
    Hello,
    Hop,
    LocalRoute,
    StatusPage,
    Trace,
)
from portalcheck.probe.connect.happy_eyeballs import source_address
from portalcheck.probe.dns.resolution import FROM_A_SERVER
from portalcheck.probe.http.location import url_of
from portalcheck.probe.memo import Key, Memo
from portalcheck.probe.policy import Network, Role
from portalcheck.probe.threads import spawn
from portalcheck.probe.trace import MayVisit, Tracer

if TYPE_CHECKING:
    from portalcheck.probe.third_parties.canaries import CanarySurvey
    from portalcheck.probe.third_parties.resolvers import Resolvers

T = TypeVar("T")
_ANYWHERE = (("192.0.2.1", 443), ("2001:db8::1", 443))
"""Addresses of nobody (RFC 5737, RFC 3849), which packets would leave for as for any other far away."""
_NO_SERVERS = (DnsServer("198.51.100.77"), DnsServer("2001:db8::77"))
"""Addresses of nobody too, where no DNS server is: an answer from there was given on the way."""


_TOLD_APART = (Hello.SMALL, Hello.HTTP_1, Hello.TLS_1_2, Hello.PLAIN)


def _met_silence(trace: Trace | None) -> bool:
    """Whether nothing came back in a handshake."""
    step = trace.last.tls if trace is not None else None
    return step is not None and step.failure is Failure.TIMED_OUT


class _Asking:
    """Asks each question of third parties once a run.

    `allowed` says whether they may be asked now, `chain_of` judges the certificates of a hop, `host` is the portal's.
    """

    def __init__(
        self,
        tracer: Tracer,
        network: Network,
        shared: Memo,
        chain_of: Callable[[Hop], Chain | None],
        allowed: Callable[[], bool],
        host: str,
    ) -> None:
        self._tracer, self._network, self._shared = tracer, network, shared
        self._chain_of, self._allowed, self._host = chain_of, allowed, host

    def _once(self, key: Key, ask: Callable[[], T], unasked: T) -> T:
        """The answer to a question, found once a run; `unasked` if no third party may be asked now."""
        return self._shared.get(key, ask) if self._allowed() else unasked

    def _resolvers(self) -> Resolvers:
        from portalcheck.probe.third_parties.resolvers import Resolvers

        return Resolvers(self._tracer, self._chain_of)

    def _servers(self) -> Sequence[DnsServer]:
        return self._resolvers().independent(self._network.resolvers)

    def _neutral_name(self) -> list[str]:
        """The name of one canary, if there is any."""
        return [url.host for text in self._network.canaries if (url := url_of(text)) is not None][:1]

    def _survey(self) -> CanarySurvey:
        from portalcheck.probe.third_parties.canaries import CanarySurvey

        return CanarySurvey(self._tracer, self._network, self._chain_of, self._host)


class Egress(_Asking):
    """What leaves this computer, and over which interface; implements `portalcheck.api.Egress`."""

    def source_address(self, address: str) -> str | Failure:
        """The local address that traffic to `address` leaves from, or why there is none."""
        return source_address(self._tracer.machine, address)

    def addresses(self) -> frozenset[str]:
        """The local addresses that traffic to the world leaves from; nothing is sent, so it is always allowed."""
        machine = self._tracer.machine
        ways = [source_address(machine, address, port) for address, port in self._world()]
        return frozenset(way for way in ways if not isinstance(way, Failure))

    def detour(self, address: str) -> LocalRoute | None:
        """Where this computer's routes send an address, if not the way of the world's; None also if unknown."""
        world = {self._route(one) for one, _ in self._world() if (":" in one) == (":" in address)}
        route = self._route(address)
        return None if route in world or world <= {None, LocalRoute()} else route

    def _route(self, address: str) -> LocalRoute | None:
        machine = self._tracer.machine
        return machine.route(address) or (
            LocalRoute() if isinstance(source_address(machine, address), Failure) else None
        )

    def _world(self) -> list[tuple[str, int]]:
        """Address and port of the world, in both families: those of `_plain`, else those of nobody."""
        plain = self._plain()
        asked = {":" in address for address, _ in plain}
        return plain + [way for way in _ANYWHERE if (":" in way[0]) not in asked]

    def _plain(self) -> list[tuple[str, int]]:
        """Address and port of the independent DNS servers, without those whose name would have to be resolved."""
        return [(one.address, one.port) for one in self._servers() if is_address(one.address)]

    def blocked_here(self, interface: str = "") -> bool:
        """Whether this computer itself refuses to send to the world (over an interface, if one is named)."""
        return self._once(("blocked-here", interface), lambda: self._blocked_here(interface), unasked=False)

    def _blocked_here(self, interface: str) -> bool:
        from portalcheck.probe.connect.local_firewall import blocked_by_local_firewall
        from portalcheck.probe.third_parties.families import reaching

        tracer = self._tracer
        plain = [(reaching(tracer, address, port), port) for address, port in self._plain()]
        for address, _ in plain:
            tracer.ledger.record(Role.NEUTRAL_RESOLVER, address)
        said = [
            blocked_by_local_firewall(tracer.machine, address, port, interface) for address, port in plain
        ]
        # Many a firewall keeps back one family alone, and where there is no way, nothing is kept back.
        return True in said and False not in said

    def browsers_resolver(self, url: str) -> DnsAnswer | None:
        """What a browser's own DNS-over-HTTPS server says of the portal's name; None if `url` is no such server."""
        from portalcheck.probe.third_parties.doh import https_server

        server = https_server(url.partition("{")[0])  # a template's variables (RFC 8484, 4.1) are at its end
        if server is None:
            return None
        return self._shared.get(("browsers-resolver", url), lambda: self._ask_twice(server))

    def _ask_twice(self, server: DnsServer) -> DnsAnswer | None:
        """The answer of a DNS server, the second one if the first has no address."""
        answer = None
        for _ in range(2):
            answer = next(iter(self._resolvers().ask([(server, self._host)], Role.RESOLVER)), None)
            if answer is not None and answer.addresses:
                break
        return answer

    def dns_over(self, interface: str) -> bool:
        """Whether an independent DNS server answers for a canary's name over one interface, whatever the routes say."""
        return self._once(("dns-over", interface), lambda: self._dns_over(interface), unasked=False)

    def _dns_over(self, interface: str) -> bool:
        questions = [(server, name) for server in self._servers() for name in self._neutral_name()]
        answers = self._resolvers().ask(questions, Role.NEUTRAL_RESOLVER, interface=interface)
        return any(answer.addresses for answer in answers)

    def probe_over(self, interface: str) -> CaptiveAnswer:
        """What the plain-HTTP probes that need no name meet over one interface, whatever the routes say.

        What this computer itself would not send is not waited for.
        """
        if self.blocked_here(interface):
            return CaptiveAnswer.SILENT
        return self._once(
            ("probe-over", interface),
            lambda: self._survey().probe_over(interface),
            unasked=CaptiveAnswer.SILENT,
        )


class ThirdParties(_Asking):
    """What third parties say; implements `portalcheck.api.ThirdParties`.

    `trace` makes the trace to the portal, `is_own` says whether a name is one of the portal's, and `status_url` is the
    address of its status page, whose redirects lead to where `may_visit` lets them.
    """

    def __init__(
        self,
        tracer: Tracer,
        network: Network,
        shared: Memo,
        chain_of: Callable[[Hop], Chain | None],
        allowed: Callable[[], bool],
        host: str,
        *,
        trace: Callable[[], Trace | None],
        is_own: Callable[[str], bool],
        status_url: str,
        may_visit: MayVisit,
    ) -> None:
        super().__init__(tracer, network, shared, chain_of, allowed, host)
        self._trace, self._is_own = trace, is_own
        self._status_url, self._may_visit = status_url, may_visit

    def names(self, host: str) -> tuple[DnsAnswer, ...] | None:
        """The answers of the independent DNS servers for a host of the portal; None if they may not be asked for it.

        A host that is not the portal's is never asked for, though the portal may redirect to it.
        """
        if not (self._is_own(host) and self._network.share_portal_name):
            return None
        return self._once(("names-elsewhere", host), lambda: self._names(host), unasked=None)

    def _names(self, host: str) -> tuple[DnsAnswer, ...]:
        questions = [(server, host) for server in self._servers()]
        spawn(self.dns_is_caught)
        return self._resolvers().ask(questions, Role.NEUTRAL_RESOLVER)

    def dns_is_caught(self) -> bool:
        """Whether somebody answers a question for a canary's name that was sent to where no DNS server is."""
        return self._once("dns-caught", self._dns_is_caught, unasked=False)

    def _dns_is_caught(self) -> bool:
        questions = [(server, name) for server in _NO_SERVERS for name in self._neutral_name()]
        answers = self._resolvers().ask(questions, Role.NEUTRAL_RESOLVER)
        return any(answer.addresses or answer.failure in FROM_A_SERVER for answer in answers)

    def canaries(self) -> Canaries | None:
        """What the canaries say, beside the portal's certificate; None if they may not be asked."""
        asked, trace = self.survey(), self._trace()
        return None if asked is None or trace is None else asked.beside(self._chain_of(trace.first))

    def survey(self) -> CanarySurvey | None:
        """The canaries after they were asked; None if they may not be asked."""
        return self._once("canaries", self._ask_canaries, unasked=None)

    def _ask_canaries(self) -> CanarySurvey:
        spawn(self._greet_after_silence)
        survey = self._survey()
        survey.ask()
        return survey

    def _greet_after_silence(self) -> None:
        """Begin to try each kind of hello: each may have to be waited for, which there is time for only at once."""
        if _met_silence(self._trace()):
            for hello in _TOLD_APART:
                spawn(partial(self.shake_hands, hello))

    def shake_hands(self, hello: Hello) -> bool:
        """Whether any canary's handshake succeeds with a ClientHello; False if they may not be asked."""
        return self._once(
            ("canaries-greeted", hello), lambda: self._survey().shakes_hands(hello), unasked=False
        )

    def status_page(self) -> StatusPage:
        """What the portal's status page says; `UNKNOWN` if the profile names none, or it may not be asked."""
        if not self._status_url:
            return StatusPage.UNKNOWN
        return self._once("status-page", self._read_status_page, unasked=StatusPage.UNKNOWN)

    def _read_status_page(self) -> StatusPage:
        from portalcheck.probe.third_parties import status_page

        return status_page.ask(self._tracer, self._status_url, self._may_visit, self._chain_of)
