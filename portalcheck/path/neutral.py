"""Hosts that have nothing to do with the portal: is there a way out, a Wi-Fi sign-in page, a working DNS?"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Any

from portalcheck.facts import DIRECT, CaptiveAnswer, Chain, DnsServer, Failure, Hop, Neutral, Route, Trace
from portalcheck.path.location import target_of, url_of
from portalcheck.path.names import is_address
from portalcheck.path.policy import Network, Role
from portalcheck.path.request import REDIRECTS
from portalcheck.path.resolvers import Resolvers
from portalcheck.path.waiting import side_by_side
from portalcheck.path.walk import Walker

NEUTRAL_LIMIT_S = 4.2
_NETWORK_AUTHENTICATION_REQUIRED = 511
_EMPTY_BODY = 1
_ERRORS = {
    Failure.SERVFAIL,
    Failure.QUERY_REFUSED,
    Failure.RCODE,
    Failure.MALFORMED,
    Failure.NXDOMAIN,
    Failure.NODATA,
}


def captive_answer(hop: Hop, body_size: int) -> CaptiveAnswer:
    """What a probe for 204 met. A redirect to the same host's https is an upgrade, not a sign-in page."""
    http = hop.http
    if http is None or not http.status:
        return CaptiveAnswer.SILENT
    if http.status == 204:
        return CaptiveAnswer.OPEN
    if http.status == _NETWORK_AUTHENTICATION_REQUIRED:
        return CaptiveAnswer.CAPTIVE
    if http.status in REDIRECTS:
        return _redirected(hop, http.location)
    if http.status != 200:
        return CaptiveAnswer.ODD
    if body_size > _EMPTY_BODY:
        return CaptiveAnswer.CAPTIVE
    return CaptiveAnswer.OPEN if http.complete else CaptiveAnswer.SILENT


def _redirected(hop: Hop, location: str) -> CaptiveAnswer:
    host = f"[{hop.host}]" if ":" in hop.host else hop.host
    base = url_of(f"{hop.scheme}://{host}:{hop.port}/")
    target = target_of(base, location) if base is not None and location else None
    if target is None:
        return CaptiveAnswer.ODD
    # A bare address that sends to its twin's https is an upgrade too; sign-in pages have names.
    same = target.host == hop.host or (is_address(hop.host) and is_address(target.host))
    return CaptiveAnswer.ODD if same and target.scheme == "https" else CaptiveAnswer.CAPTIVE


class NeutralHosts:
    """Asks them all at once. `chain_of` judges the certificates of a hop."""

    def __init__(self, walker: Walker, network: Network, chain_of: Callable[[Hop], Chain | None]) -> None:
        self._walker = walker.within(NEUTRAL_LIMIT_S)
        self._network = network
        self._chain_of = chain_of
        self.traces: list[Trace] = []
        self.answer = Neutral(canaries=0, reached=0, present=0)

    def ask(self, portal_chain: Chain | None) -> None:
        """Fill `answer` with the whole picture, within a few seconds whatever hangs."""
        network = self._network
        names = [url.host for url in map(url_of, network.canaries) if url is not None]
        resolvers = Resolvers(self._walker, self._chain_of)
        others = resolvers.independent(network.resolvers)
        own = self._walker.machine.dns_servers()[:2]
        works: list[Callable[[], Any]] = [
            *(lambda url=url: self._canary(url, resolvers, others) for url in network.canaries),
            *(lambda url=url: self._probe(url) for url in network.captive),
            lambda: self._dns(resolvers, own, names, Role.RESOLVER),
            lambda: self._dns(resolvers, others, names, Role.NEUTRAL_RESOLVER),
            lambda: self._rewrites(resolvers, own),
        ]
        answers = side_by_side(works, self._walker.deadline.remaining())
        count = len(network.canaries)
        canaries = [trace for trace in answers[:count] if trace is not None]
        captive = tuple(
            answer or CaptiveAnswer.SILENT for answer in answers[count : count + len(network.captive)]
        )
        self.traces = canaries
        chains = [chain for trace in canaries if (chain := self._chain_of(trace.first)) is not None]
        self.answer = Neutral(
            canaries=count,
            reached=sum(self.proves_itself(trace) for trace in canaries),
            present=sum(_tcp(trace.first) for trace in canaries),
            captive=captive,
            same_issuer=portal_chain is not None
            and any(_same_issuer(portal_chain, chain) for chain in chains),
            own_dns=answers[-3] or "silent",
            other_dns=answers[-2] or ("silent" if others else "not-asked"),
            own_dns_unchecked=self._dns(resolvers, own, names, Role.RESOLVER, unchecked=True)
            if answers[-3] == "errors"
            else "not-asked",
            rewrites_missing=bool(answers[-1]),
        )

    def _rewrites(self, resolvers: Resolvers, own: Sequence[DnsServer]) -> bool:
        """Whether this computer's DNS server gives an address for a name that nobody can have (RFC 8020)."""
        nobody = f"{secrets.token_hex(12)}.example.com"
        return any(
            answer.addresses for answer in resolvers.ask([(s, nobody) for s in own[:1]], Role.RESOLVER)
        )

    def proves_itself(self, trace: Trace) -> bool:
        """Whether a canary answered over a connection shown to be its own, whatever the clock says."""
        chain = self._chain_of(trace.first)
        answered = trace.first.http is not None and trace.first.http.status > 0
        return answered and chain is not None and chain.name_matches and bool(chain.trusted_by)

    def _canary(self, url: str, resolvers: Resolvers, others: Sequence[DnsServer]) -> Trace:
        """A neutral host; where this computer's own DNS has no address of it, at one from the independent servers."""
        trace = self._walker.walk(Route(url=url, follow=False), Role.NEUTRAL, lambda _: False)
        names = trace.first.names
        if names is None or names.failure is None:
            return trace
        answers = resolvers.ask([(server, trace.first.host) for server in others], Role.NEUTRAL_RESOLVER)
        addresses = tuple(dict.fromkeys(address for answer in answers for address in answer.addresses))
        if not addresses:
            return trace
        route = Route(url=url, addresses=addresses, proxy=DIRECT, follow=False)
        return self._walker.walk(route, Role.NEUTRAL, lambda _: False)

    def _probe(self, url: str) -> CaptiveAnswer:
        hop, exchange = self._walker.fetch(Route(url=url, proxy=DIRECT, follow=False), Role.NEUTRAL)
        return captive_answer(hop, len(exchange.body) if exchange else 0)

    def _dns(
        self,
        resolvers: Resolvers,
        servers: Sequence[DnsServer],
        names: Sequence[str],
        role: Role,
        *,
        unchecked: bool = False,
    ) -> str:
        """How servers answer neutral names: answers, errors or silent; `unchecked` as in `Resolvers.ask`."""
        if not servers or not names:
            return "not-asked"
        questions = [(server, names[i % len(names)]) for i, server in enumerate(servers)]
        heard = resolvers.ask(questions, role, unchecked=unchecked)
        if any(answer.addresses for answer in heard):
            return "answers"
        return "errors" if any(answer.failure in _ERRORS for answer in heard) else "silent"


def _tcp(hop: Hop) -> bool:
    return hop.connect is not None and hop.connect.failure is None and hop.proxy is None


def _same_issuer(one: Chain, other: Chain) -> bool:
    """Whether both leaves were issued by the same issuer, which no public store knows."""
    if "mozilla" in one.trusted_by or "mozilla" in other.trusted_by:
        return False
    return bool(one.issuer_name or one.issuer_organisation) and (
        (one.issuer_name, one.issuer_organisation) == (other.issuer_name, other.issuer_organisation)
    )
