"""The context of a run: this computer, the path to the portal, and the facts that checks share."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from itertools import zip_longest

import msgspec

from portalcheck.address import Kind, Verdict, judge
from portalcheck.api import Machine
from portalcheck.facts import (
    AUTO,
    DIRECT,
    Announced,
    CaptiveAnswer,
    Chain,
    Failure,
    Hop,
    NameAnswer,
    Names,
    Neutral,
    ProxyPlan,
    Revocation,
    Route,
    Trace,
    TraceEnd,
    TrueTime,
)
from portalcheck.model import Portal
from portalcheck.path.certificates import CertificateRoom
from portalcheck.path.dial import way_to
from portalcheck.path.fetch import Fetcher
from portalcheck.path.names import ask_servers, is_address
from portalcheck.path.others import Others
from portalcheck.path.pac import ProxyFinder
from portalcheck.path.policy import Ledger, Network, Role
from portalcheck.path.standing import Standings
from portalcheck.path.waiting import Deadline, Later, Shared, side_by_side
from portalcheck.path.walk import Walker

CLOCK_TOLERANCE_S = 300
LATE_S = 8.0
"""A page that needs longer is slow (contract, section 5)."""
_BAD_STATUS = 400
_UNAUTHORIZED = 401


class RunContext:
    """Implements `portalcheck.api.Context` for one run. `url` is the address given, if one was."""

    def __init__(
        self, portal: Portal, machine: Machine, network: Network, deadline: Deadline, *, url: str = ""
    ) -> None:
        self.portal, self.machine, self.network, self.deadline = portal, machine, network, deadline
        self.given = bool(url)
        self.ledger = Ledger()
        self.verdict = self.judge_address(url or portal.url)
        self.url = self.verdict.url or url or portal.url
        self.host = self.verdict.host
        self._shared = Shared(deadline)
        files = Fetcher(lambda: self._walker, network, self._may_visit)
        self._finder = ProxyFinder(machine, self._shared, files.pac)
        self._walker = Walker(machine, deadline, self.ledger, self._shared, self._finder)
        self._certificates = CertificateRoom(machine, portal, self._shared, files.issuer)
        self._standings = Standings(self._shared, files.revocation)
        self._others = Others(self._walker, network, self._shared, self.chain, self._may_ask_others)

    # ---- the address ---------------------------------------------------------------------------

    @property
    def contactable(self) -> bool:
        """Whether the address may be contacted: false for a lookalike or an invalid one."""
        return self.verdict.contactable

    @property
    def portal_host(self) -> str:
        """The host of the profile's own address."""
        return self.judge_address(self.portal.url).host

    def judge_address(self, url: str) -> Verdict:
        """Whether an address is this portal's, by name alone."""
        portal = self.portal
        return judge(
            url,
            official=(*portal.official, *portal.identity),
            protect=portal.protect,
            known_other=portal.known_other,
        )

    def _may_visit(self, host: str) -> bool:
        """A redirect may lead anywhere but to an imitation of the portal, a bare address or this computer."""
        if host == self.host:
            return True
        here = is_address(host) or host == "localhost" or host.endswith(".localhost")
        return not here and self.judge_address(f"https://{host}/").contactable

    # ---- ways ----------------------------------------------------------------------------------

    def trace(self, route: Route | None = None) -> Trace | None:
        """Walk a way to the portal; the browser's by default. Found once for each route."""
        if not self.contactable:
            return None
        wanted = route or Route(url=self.url)
        return self._shared.get(("trace", wanted), lambda: self._walk(wanted))

    def traces(self, routes: Sequence[Route]) -> tuple[Trace | None, ...]:
        """Several ways at once, in order."""
        works = [partial(self.trace, route) for route in routes]
        return tuple(side_by_side(works, self.deadline.remaining()))

    def _walk(self, route: Route) -> Trace:
        if not self._shared.known("stores"):
            Later(self._certificates.prepare)
        trace = self._walker.walk(route, Role.PORTAL, self._may_visit)
        looping = trace.end in (TraceEnd.LOOP, TraceEnd.TOO_MANY)
        if looping and not route.fresh_cookies and route.proxy in (AUTO, DIRECT):
            # Some portals send visitors round until they return a cookie, as any browser would.
            fresh = self.trace(msgspec.structs.replace(route, fresh_cookies=True))
            return fresh if fresh is not None and fresh.end is TraceEnd.PAGE else trace
        return trace

    def late(self) -> bool:
        """Whether the page is not there after the time beyond which it is slow; the neutral hosts are then asked.

        They are asked meanwhile, as what comes to its end with the run can be proved by nothing any more.
        """
        return self.contactable and self._shared.get("late", self._late)

    def _late(self) -> bool:
        Later(self.trace).wait(self.deadline.started + LATE_S - time.monotonic())
        if self._shared.known(("trace", Route(url=self.url))):
            return False
        Later(self._others.hosts)
        Later(self.announced)
        return True

    def proxy_plan(self) -> ProxyPlan:
        """The proxies that a browser on this computer would try for the address."""
        return self._finder.plan(self.url)

    def way_to(self, address: str) -> str | Failure:
        """The local address that traffic to `address` leaves from, or why there is none."""
        return way_to(self.machine, address)

    def ways_out(self) -> frozenset[str]:
        """The local addresses that traffic to the world at large leaves from; nothing is sent."""
        return self._others.ways_out()

    def answers_around(self, interface: str) -> bool:
        """Whether an independent DNS server answers a neutral name over one interface, whatever the routes say."""
        return self._others.answer_around(interface)

    def probe_around(self, interface: str) -> CaptiveAnswer:
        """What the plain-HTTP probes that need no name meet over one interface, whatever the routes say."""
        return self._others.probe_around(interface)

    def stopped_here(self, interface: str = "") -> bool:
        """Whether this computer itself refuses to send to the world (over an interface, if one is named)."""
        return self._others.stopped_here(interface)

    # ---- certificates and time -----------------------------------------------------------------

    def chain(self, hop: Hop) -> Chain | None:
        """The certificates of a hop, judged offline."""
        return self._certificates.judge(hop)

    def revocation(self, hop: Hop) -> Revocation | None:
        """That the certificate of a hop is revoked, as its issuer says; None where no store trusts that one."""
        chain = self.chain(hop)
        if chain is None or not chain.trusted_by:
            return None
        return self._standings.of(hop, chain, self._true_now, self._may_ask_others)

    def _true_now(self) -> float:
        """The true time, or this computer's own where nobody trustworthy told another."""
        return self.machine.now() - (self.true_time().skew_s or 0)

    def proven(self, trace: Trace | None) -> bool:
        """Whether a walk ended at a page whose every server is shown to be who it should be, dates aside."""
        if trace is None or trace.end is not TraceEnd.PAGE:
            return False
        return all(self._shown(hop, after) for hop, after in zip_longest(trace.hops, trace.hops[1:]))

    def _shown(self, hop: Hop, after: Hop | None) -> bool:
        """Whether a hop's server proves itself. A plain one cannot, but may send to its own host's https."""
        if hop.scheme != "https":
            return after is not None and after.scheme == "https" and after.host == hop.host
        chain = self.chain(hop)
        return chain is not None and chain.trusted and chain.name_matches

    def true_time(self) -> TrueTime:
        """How far the clock is off, by the portal's own authenticated time or by neutral hosts."""
        return self._shared.get("true-time", self._true_time)

    def _true_time(self) -> TrueTime:
        own = self._skews([hop for trace in self._own_walks() for hop in trace.hops])
        neutral = self._others.hosts()
        theirs = self._skews([hop for t in neutral.traces for hop in t.hops]) if neutral is not None else []
        if not own:
            return TrueTime(_median(theirs), "neutral") if theirs else TrueTime(None)
        if theirs and abs(_median(own) - _median(theirs)) > CLOCK_TOLERANCE_S:
            return TrueTime(_median(theirs), "neutral", disputed=True)
        return TrueTime(_median(own), "portal")

    def _own_walks(self) -> list[Trace]:
        """The walk to the portal; and the one without the proxy, where that is in the way."""
        trace = self.trace()
        kept_out = trace is not None and trace.last.kept_out
        direct = self.trace(Route(url=self.url, proxy=DIRECT)) if kept_out else None
        return [walk for walk in (trace, direct) if walk is not None]

    def _skews(self, hops: Sequence[Hop]) -> list[int]:
        """Local minus server time for each hop whose server is shown to be who it should be."""
        skews = []
        for hop in hops:
            chain = self.chain(hop)
            if hop.http is None or hop.http.server_time is None or chain is None:
                continue
            if chain.proves_host:
                skews.append(round(hop.http.received_at - hop.http.server_time))
        return skews

    # ---- names ---------------------------------------------------------------------------------

    def names(self, host: str = "") -> Names | None:
        """A name of the portal's (its own by default), as this computer and its DNS servers see it."""
        if not self.contactable:
            return None
        name = host or self.host
        return self._shared.get(("portal-names", name), lambda: self._names(name))

    def _names(self, host: str) -> Names:
        def record(server: object) -> None:
            self.ledger.record(Role.RESOLVER, getattr(server, "address", ""), host)

        machine = self.machine
        if is_address(host):
            return Names(host=host, system=self._walker.names(host))

        def own_servers() -> tuple[NameAnswer, ...]:
            return ask_servers(machine, machine.dns_servers(), host, self.deadline, record)

        # The system's own answer has a time limit of its own; the servers are asked meanwhile.
        asked = Shared(self.deadline)
        side_by_side([lambda: asked.get("servers", own_servers), lambda: self._walker.names(host)], 0.0)
        return Names(
            host=host,
            system=self._walker.names(host),
            servers=asked.get("servers", own_servers),
            hosts_file=machine.hosts_file(host),
        )

    def answered_late(self, host: str = "") -> bool:
        """Whether this computer has addresses of a name by now that it was too slow with."""
        return self.contactable and self._walker.answered_late(host or self.host)

    def names_elsewhere(self, host: str = "") -> tuple[NameAnswer, ...] | None:
        """The same as independent DNS servers see it; None unless the person allowed to ask them.

        The leave is for the portal's own names: not for a stranger's, to whom it may have sent people.
        """
        name = host or self.host
        own = name == self.host or self.judge_address(f"https://{name}/").kind is Kind.OFFICIAL
        return self._others.names(name) if own else None

    # ---- neutral hosts -------------------------------------------------------------------------

    def trouble(self) -> bool:
        """Whether something failed, or the certificate is not what the public web or the profile expects."""
        return self._shared.get("trouble", self._trouble)

    def _trouble(self) -> bool:
        if self.late():
            return True
        trace = self.trace()
        if trace is None:
            return False
        if trace.end is not TraceEnd.PAGE or trace.last.failure is not None or self._refused(trace):
            return True
        return any(self._odd_certificate(hop) for hop in trace.hops) or self._clock_seems_wrong(trace)

    def _refused(self, trace: Trace) -> bool:
        page = trace.last.http
        if page is None or page.challenge:
            return True
        return page.status >= _BAD_STATUS and page.status != _UNAUTHORIZED

    def _odd_certificate(self, hop: Hop) -> bool:
        chain = self.chain(hop)
        if chain is None:
            return False
        if not (chain.trusted and chain.name_matches and chain.valid_at(self.machine.now())):
            return True
        known = {"mozilla", "profile"} & chain.trusted_by
        return not known or not chain.expected_issuer

    def _clock_seems_wrong(self, trace: Trace) -> bool:
        skews = self._skews(trace.hops)
        return bool(skews) and abs(_median(skews)) > CLOCK_TOLERANCE_S

    def _may_ask_others(self) -> bool:
        """Whether anybody but the portal and this computer's own servers may be asked now."""
        return self.contactable and self.network.neutral_allowed(self.trouble())

    def neutral(self) -> Neutral | None:
        """What unrelated hosts say; None where all is well or the settings say never."""
        hosts = self._others.hosts()
        trace = self.trace()
        return None if hosts is None or trace is None else hosts.beside(self.chain(trace.first))

    def announced(self) -> Announced:
        """What the portal's own status page says of it, asked only in trouble."""
        return self._others.status_page(self.portal.status_url, self._may_visit)


def _median(skews: Sequence[int]) -> int:
    ordered = sorted(skews)
    middle = len(ordered) // 2
    return round((ordered[middle] + ordered[~middle]) / 2)
