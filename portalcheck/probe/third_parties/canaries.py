"""Hosts that have nothing to do with the portal: is there a way out, a Wi-Fi sign-in page, a working DNS?"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import chain as chained
from typing import Any

import msgspec

from portalcheck.address.literal import is_address
from portalcheck.address.url import Address
from portalcheck.facts import (
    DIRECT,
    Canaries,
    CaptiveAnswer,
    Chain,
    DnsHealth,
    DnsServer,
    Failure,
    Hello,
    Hop,
    RootStore,
    Route,
    Trace,
)
from portalcheck.probe.connect.connection import is_own, is_public
from portalcheck.probe.dns.resolution import FROM_A_SERVER
from portalcheck.probe.http.location import target_of, url_of
from portalcheck.probe.http.request import REDIRECTS
from portalcheck.probe.limits import CANARIES_ROOM_S, CANARIES_S, CONNECT_S, RETRY_ROOM_S, RETRY_S
from portalcheck.probe.policy import Network, Role
from portalcheck.probe.third_parties.families import ask_by_family, reaching
from portalcheck.probe.third_parties.resolvers import Resolvers
from portalcheck.probe.threads import gather
from portalcheck.probe.trace import Tracer, nowhere

_log = logging.getLogger(__name__)

_NETWORK_AUTHENTICATION_REQUIRED = 511
_EMPTY_BODY = 1

_OF_WIFI = re.compile(r"wi-?fi|wlan|hot-?spot|captive|(?<![a-z])splash(?![a-z])")
_OF_FILTERS = re.compile(r"block|filter|warn|denied|deny|forbid|parental|safe")
"""Words in the addresses of the pages that networks send people to."""

_NEARLY = 0.9
_CUT_OFF = {Failure.RESET, Failure.CLOSED, Failure.REFUSED}


def captive_answer(hop: Hop, path: str = "/") -> CaptiveAnswer:
    """What a probe for 204 at `path` met. A redirect to the same host's https is an upgrade, not a sign-in page."""
    http = hop.http
    if http is None or not http.status:
        return CaptiveAnswer.SILENT
    if http.status == 204:
        return CaptiveAnswer.OPEN
    if http.status == _NETWORK_AUTHENTICATION_REQUIRED:
        return CaptiveAnswer.CAPTIVE
    if http.status in REDIRECTS:
        return _redirected(hop, http.location, path)
    if http.status != 200:
        return CaptiveAnswer.ODD
    if http.size > _EMPTY_BODY:
        return CaptiveAnswer.CAPTIVE
    return CaptiveAnswer.OPEN if http.complete else CaptiveAnswer.SILENT


def _redirected(hop: Hop, location: str, path: str) -> CaptiveAnswer:
    host = f"[{hop.host}]" if ":" in hop.host else hop.host
    base = url_of(f"{hop.scheme}://{host}:{hop.port}{path}")
    target = target_of(base, location) if base is not None and location else None
    if target is None:
        return CaptiveAnswer.ODD
    if target.scheme != "https":
        return CaptiveAnswer.CAPTIVE
    # A service that has addresses of the world for names may send to another of them; a gateway has a page of its own.
    moved = is_address(hop.host) and is_public(hop.host) and _stays(target, path)
    return CaptiveAnswer.ODD if target.host == hop.host or moved else CaptiveAnswer.CAPTIVE


def _stays(target: Address, path: str) -> bool:
    """Whether a redirect leads to the same page on another public host (RFC 6890), which no gateway is."""
    host = target.host
    if is_address(host) and not is_public(host):
        return False
    return target.target in (path, "/")


def plain_answer(hop: Hop) -> CaptiveAnswer:
    """What plain HTTP of a host that is no probe met: `CAPTIVE` only if its redirect has a sign-in page's address.

    Other hosts have pages and redirects of their own, and a filter sends to its own page as well.
    """
    http = hop.http
    if http is None or not http.status:
        return CaptiveAnswer.SILENT
    if http.status == _NETWORK_AUTHENTICATION_REQUIRED:
        return CaptiveAnswer.CAPTIVE
    base = url_of(f"http://{hop.host}/")
    target = target_of(base, http.location) if base is not None and http.status in REDIRECTS else None
    if target is None or target.host == hop.host or _OF_FILTERS.search(target.url.lower()):
        return CaptiveAnswer.ODD
    signs_in = is_address(target.host) or _OF_WIFI.search(target.url.lower())
    return CaptiveAnswer.CAPTIVE if signs_in else CaptiveAnswer.ODD


def _path_of(text: str) -> str:
    url = url_of(text)
    return url.target if url is not None else "/"


class CanarySurvey:
    """Asks canaries, captive-portal probes and DNS servers at the same time; `chain_of` judges a hop's certificates.

    `portal` is the portal's host, whose plain HTTP is asked too.
    """

    def __init__(
        self, tracer: Tracer, network: Network, chain_of: Callable[[Hop], Chain | None], portal: str = ""
    ) -> None:
        room = tracer.deadline.remaining() / tracer.deadline.scale - CANARIES_ROOM_S
        self._whole, self._tracer = tracer, tracer.within(max(0.0, min(CANARIES_S, room)))
        self._network, self._portal = network, portal
        self._chain_of = chain_of
        self._resolvers = Resolvers(self._tracer, chain_of)
        self._servers: Mapping[Role, Sequence[DnsServer]] = {
            Role.RESOLVER: tracer.machine.dns_servers()[:2],
            Role.NEUTRAL_RESOLVER: self._resolvers.independent(network.resolvers),
        }
        self.traces: list[Trace] = []
        self._chains: list[Chain] = []
        self._answer = Canaries(asked=0, verified=0, tcp_ok=0)

    def beside(self, portal_chain: Chain | None) -> Canaries:
        """What all of them said, and what the canaries' certificates have in common with the portal's."""
        if portal_chain is None:
            return self._answer
        chains = self._chains
        return msgspec.structs.replace(
            self._answer,
            same_issuer=any(_same_issuer(portal_chain, chain) for chain in chains),
            one_certificate=len(chains) > 1
            and len(chains) == self._answer.asked
            and all(_is_the_same(portal_chain, chain) for chain in chains),
        )

    def ask(self) -> None:
        """Ask all of them, within `CANARIES_S` whatever hangs."""
        network = self._network
        names = [url.host for url in map(url_of, network.canaries) if url is not None]
        heard = self._gather(
            canaries=[partial(self._canary, Route(url=url, follow=False)) for url in network.canaries],
            probes=[partial(self._probe, url) for url in network.captive],
            plain=[partial(self._plain, host) for host in (self._portal, *names)],
            families=[partial(ask_by_family, self._tracer, network, self._outside)],
            own_dns=[partial(self._dns, names, Role.RESOLVER)],
            other_dns=[partial(self._dns, names, Role.NEUTRAL_RESOLVER)],
            nxdomain=[self._nxdomain_addresses],
        )
        ended = [trace for trace in heard["canaries"] if trace is not None]
        self.traces = [trace for trace in ended if not _leads_home(trace.first)]
        self._chains = [c for trace in self.traces if (c := self._chain_of(trace.first)) is not None]
        (own_dns,), (other_dns,), (nxdomain,) = heard["own_dns"], heard["other_dns"], heard["nxdomain"]
        plain, *plain_canaries = (answer or CaptiveAnswer.SILENT for answer in heard["plain"])
        unchecked = DnsHealth.NOT_ASKED
        if own_dns is DnsHealth.ERRORS:
            unchecked = self._dns(names, Role.RESOLVER, unchecked=True)
        self._answer = self._counted(
            asked=len(network.canaries) - (len(ended) - len(self.traces)),
            captive=(
                *(answer or CaptiveAnswer.SILENT for answer in heard["probes"]),
                *(answer for answer in plain_canaries if answer is CaptiveAnswer.CAPTIVE),
            ),
            system_dns=own_dns or DnsHealth.SILENT,
            other_dns=other_dns
            or (DnsHealth.SILENT if self._servers[Role.NEUTRAL_RESOLVER] else DnsHealth.NOT_ASKED),
            system_dns_unchecked=unchecked,
            nxdomain_addresses=tuple(nxdomain or ()),
            portal_plain=plain,
            **(heard["families"][0] or {}),
        )
        _log.debug("canaries say: %s", self._tracer.ledger.aliases.told(self._answer))

    def _gather(self, **works: list[Callable[[], Any]]) -> dict[str, list[Any]]:
        """Do all works at the same time; the answers under the names of the works, None for each that did not come."""
        answers = iter(gather(list(chained.from_iterable(works.values())), self._tracer.deadline.remaining()))
        return {name: [next(answers) for _ in some] for name, some in works.items()}

    def _counted(self, **more: Any) -> Canaries:
        """The answer: what was heard, and how the canaries ended."""
        traces = self.traces
        answer = Canaries(
            verified=sum(map(self.proves_itself, traces)),
            tcp_ok=sum(_tcp(trace.first) for trace in traces),
            cut_off=sum(_cut_off(trace.first) for trace in traces),
            unopened=sum(self._unopened(trace.first) for trace in traces),
            **more,
        )
        if answer.verified or answer.tcp_ok or answer.is_captive or CaptiveAnswer.OPEN in answer.captive:
            return answer
        return msgspec.structs.replace(answer, answered_on_retry=self._answers_on_retry())

    def _answers_on_retry(self) -> bool:
        """Whether a probe's address takes a connection when nothing else is under way; False if no time is left."""
        spare = self._whole.deadline.remaining() - RETRY_ROOM_S * self._whole.deadline.scale
        tracer = self._whole.within(RETRY_S)
        if spare < RETRY_S * tracer.deadline.scale:
            return False
        # Of each family, as this computer may have the one or the other.
        routes = [Route(url=text, proxy=DIRECT, follow=False) for text in self._literal()]
        walks = [partial(tracer.trace, route, Role.NEUTRAL, lambda _: False) for route in routes]
        found = gather(walks, tracer.deadline.remaining())
        return any(_tcp(trace.first) for trace in found if trace is not None)

    def _literal(self) -> list[str]:
        """The URLs of the probes whose host is an IP literal, which need no DNS."""
        return [text for text in self._network.captive if (url := url_of(text)) and is_address(url.host)]

    def _nxdomain_addresses(self) -> tuple[str, ...]:
        """The addresses that this computer's DNS server gives for a name that does not exist (RFC 8020)."""
        nobody = f"{secrets.token_hex(12)}.example.com"
        own = self._servers[Role.RESOLVER][:1]
        answers = self._resolvers.ask([(server, nobody) for server in own], Role.RESOLVER)
        return tuple(address for answer in answers for address in answer.addresses)

    def proves_itself(self, trace: Trace) -> bool:
        """Whether a canary answered over a connection shown to be its own, whatever the clock says."""
        chain = self._chain_of(trace.first)
        answered = trace.first.http is not None and trace.first.http.status > 0
        return answered and chain is not None and chain.proves_host

    def _canary(self, route: Route) -> Trace:
        """The trace to a canary; if its name has no usable address here, to those that DNS servers give."""
        trace = self._by_the_portals_way(route)
        names = trace.first.names
        if names is None or (names.failure is None and not _leads_home(trace.first)):
            return trace
        direct = msgspec.structs.replace(route, proxy=DIRECT)
        works = [partial(self._elsewhere, direct, role) for role in self._servers]
        found = [each for each in gather(works, self._tracer.deadline.remaining()) if each is not None]
        return next((each for each in found if _tcp(each.first)), found[0] if found else trace)

    def _elsewhere(self, route: Route, role: Role) -> Trace | None:
        """The trace to where DNS servers have a neutral host; None if they have it nowhere, or on this computer."""
        url = url_of(route.url)
        addresses = self._given(url.host, role) if url is not None else ()
        if not addresses:
            return None
        there = msgspec.structs.replace(route, addresses=addresses)
        return self._tracer.trace(there, Role.NEUTRAL, lambda _: False)

    def _given(self, host: str, role: Role) -> tuple[str, ...]:
        """The addresses that DNS servers have for a host, without those of this computer."""
        answers = self._resolvers.ask([(server, host) for server in self._servers[role]], role)
        return tuple(dict.fromkeys(a for answer in answers for a in answer.addresses if not is_own(a)))

    def _outside(self, host: str) -> tuple[str, ...]:
        """The addresses of a neutral host, from its DNS server where it has only this computer's."""
        addresses = self._tracer.names(host).addresses
        if addresses and all(map(is_own, addresses)):
            return self._given(host, Role.RESOLVER)
        return tuple(address for address in addresses if not is_own(address))

    def _by_the_portals_way(self, route: Route) -> Trace:
        """The trace to a canary: without a proxy where the portal is reached without, else as browsers go."""
        plan, walk = (
            self._tracer.finder.plan,
            partial(self._tracer.trace, role=Role.NEUTRAL, may_visit=nowhere),
        )
        direct = msgspec.structs.replace(route, proxy=DIRECT)
        if (
            plan(f"https://{self._portal}/").candidates[0] != DIRECT
            or plan(route.url).candidates[0] == DIRECT
        ):
            return walk(route)
        found = gather([partial(walk, direct), partial(walk, route)], self._tracer.deadline.remaining())
        tried = [trace for trace in found if trace is not None]
        return max(tried, key=lambda trace: trace.first.http is not None) if tried else walk(direct)

    def shakes_hands(self, hello: Hello) -> bool:
        """Whether any canary answers a ClientHello, and proves itself where it shakes hands."""

        def works(url: str) -> bool:
            trace = self._canary(Route(url=url, hello=hello, follow=False))
            return _is_answered(trace.first) if hello is Hello.CHROMIUM else self.proves_itself(trace)

        greeting = [partial(works, url) for url in self._network.canaries]
        return any(gather(greeting, self._tracer.deadline.remaining()))

    def probe_over(self, interface: str) -> CaptiveAnswer:
        """What the probes whose host is an IP literal meet over one interface: captive before open before silent."""
        works = [lambda text=text: self._probe(text, interface) for text in self._literal()]
        answers = gather(works, self._tracer.deadline.remaining())
        telling = (CaptiveAnswer.CAPTIVE, CaptiveAnswer.OPEN)
        return next((answer for answer in telling if answer in answers), CaptiveAnswer.SILENT)

    def _probe(self, text: str, interface: str = "") -> CaptiveAnswer:
        url = url_of(text)
        literal = url is not None and is_address(url.host) and not interface
        addresses = (reaching(self._tracer, url.host, url.port),) if url is not None and literal else ()
        route = Route(url=text, proxy=DIRECT, follow=False, interface=interface, addresses=addresses)
        trace = self._tracer.trace(route, Role.NEUTRAL, lambda _: False)
        return captive_answer(trace.first, _path_of(text))

    def _unopened(self, hop: Hop) -> bool:
        """Whether a connection was waited for in vain, and not cut short by what came before it."""
        step, whole = hop.connect, CONNECT_S * self._tracer.deadline.scale * 1000
        silent = step is not None and step.failure is Failure.TIMED_OUT and hop.proxy is None
        return silent and step is not None and step.ms > _NEARLY * whole

    def _plain(self, host: str) -> CaptiveAnswer:
        if not host or is_address(host):
            return CaptiveAnswer.SILENT
        role = Role.PORTAL if host == self._portal else Role.NEUTRAL
        route = Route(url=f"http://{host}/", proxy=DIRECT, follow=False)
        trace = self._tracer.trace(route, role, lambda _: False)
        if role is Role.NEUTRAL and _leads_home(trace.first):
            trace = self._elsewhere(route, Role.RESOLVER) or trace
        return plain_answer(trace.first)

    def _dns(self, names: Sequence[str], role: Role, *, unchecked: bool = False) -> DnsHealth:
        """How DNS servers answer for the canaries' names: answers, errors, silent or not-asked."""
        servers = self._servers[role]
        if not servers or not names:
            return DnsHealth.NOT_ASKED
        questions = [(server, names[i % len(names)]) for i, server in enumerate(servers)]
        heard = self._resolvers.ask(questions, role, unchecked=unchecked)
        if any(answer.addresses for answer in heard):
            return DnsHealth.ANSWERS
        errors = any(answer.failure in FROM_A_SERVER for answer in heard)
        return DnsHealth.ERRORS if errors else DnsHealth.SILENT


def _leads_home(hop: Hop) -> bool:
    """Whether a name has only addresses of this computer, as blocklists of advertisers have them."""
    addresses = hop.names.addresses if hop.names is not None else ()
    return bool(addresses) and all(map(is_own, addresses))


def _is_answered(hop: Hop) -> bool:
    return hop.tls is not None and hop.tls.failure is None


def _tcp(hop: Hop) -> bool:
    return hop.connect is not None and hop.connect.failure is None and hop.proxy is None


def _cut_off(hop: Hop) -> bool:
    """Whether a connection opened, or nearly, and was broken off before TLS was made."""
    step = hop.tls or hop.connect
    return hop.proxy is None and step is not None and step.failure in _CUT_OFF


def _is_the_same(one: Chain, other: Chain) -> bool:
    """Whether two hosts show one key, under a certificate that is for neither (a gateway's own)."""
    return bool(one.key) and one.key == other.key and not (one.name_matches or other.name_matches)


def _same_issuer(one: Chain, other: Chain) -> bool:
    """Whether both leaves were issued by the same issuer, which no public store knows."""
    if RootStore.MOZILLA in one.trusted_by | other.trusted_by:
        return False
    return bool(one.issuer_name or one.issuer_organisation) and (
        (one.issuer_name, one.issuer_organisation) == (other.issuer_name, other.issuer_organisation)
    )
