"""The context of a run: this computer, the path to the portal, and the facts that checks share."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial

import msgspec

from portalcheck.address import Kind, Verdict, judge
from portalcheck.address.literal import is_address
from portalcheck.api.protocols import Machine
from portalcheck.facts import (
    AUTO,
    CLOCK_TOLERANCE_S,
    DIRECT,
    SLOW_MS,
    Chain,
    DnsAnswer,
    DnsServer,
    Hop,
    ProxyPlan,
    Resolution,
    Revocation,
    Route,
    TimeSource,
    Trace,
    TraceEnd,
    TrueTime,
)
from portalcheck.model import Portal
from portalcheck.probe.connect.proxy_plan import ProxyFinder
from portalcheck.probe.deadline import Deadline
from portalcheck.probe.dns.resolution import ask_servers
from portalcheck.probe.memo import Memo
from portalcheck.probe.policy import Ledger, Network, Role
from portalcheck.probe.third_parties.asking import Egress, ThirdParties
from portalcheck.probe.third_parties.fetch import Fetcher
from portalcheck.probe.threads import Future, gather, spawn
from portalcheck.probe.tls.revocation_status import RevocationStatus
from portalcheck.probe.tls.trust import ChainVerifier
from portalcheck.probe.trace import Tracer


class RunContext:
    """Implements `portalcheck.api.Context` for one run. `url` is the address given, if one was."""

    def __init__(
        self, portal: Portal, machine: Machine, network: Network, deadline: Deadline, *, url: str = ""
    ) -> None:
        self.portal, self.machine, self._network, self.deadline = portal, machine, network, deadline
        self.ledger = Ledger()
        address = self.judge_address(url or portal.url)
        self.url = address.url or url or portal.url
        self.host, self.contactable = address.host, address.contactable
        self._shared = Memo(deadline)
        files = Fetcher(lambda: self._walker, network, self._may_visit)
        self._finder = ProxyFinder(machine, self._shared, files.pac)
        self._walker = Tracer(machine, deadline, self.ledger, self._shared, self._finder)
        self._certificates = ChainVerifier(machine, portal, self._shared, files.issuer)
        self._standings = RevocationStatus(self._shared, files.revocation)
        asking = self._walker, network, self._shared, self.chain, self._may_ask_others
        self.egress = Egress(*asking)
        self.third_parties = ThirdParties(
            *asking,
            trace=self.trace,
            is_own=self._is_own,
            status_url=portal.status_url,
            may_visit=self._may_visit,
        )

    # ---- the address ---------------------------------------------------------------------------

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

    def _is_own(self, host: str) -> bool:
        """Whether a name is the address's or one of the portal's; the leave to share it is for no other."""
        return host == self.host or self.judge_address(f"https://{host}/").kind is Kind.OFFICIAL

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
        fact = "trace-with-cookies" if wanted.fresh_cookies else "trace"
        return self._shared.get((fact, wanted), lambda: self._walk(wanted))

    def traces(self, routes: Sequence[Route]) -> tuple[Trace | None, ...]:
        """Several ways at once, in order."""
        works = [partial(self.trace, route) for route in routes]
        return tuple(gather(works, self.deadline.remaining()))

    def _walk(self, route: Route) -> Trace:
        if not self._shared.known("stores"):
            spawn(self._certificates.prepare)
        trace = self._walker.walk(route, Role.PORTAL, self._may_visit)
        looping = trace.end in (TraceEnd.LOOP, TraceEnd.TOO_MANY)
        if looping and not route.fresh_cookies and route.proxy in (AUTO, DIRECT):
            # Some portals send visitors round until they return a cookie, as any browser would.
            fresh = self.trace(msgspec.structs.replace(route, fresh_cookies=True))
            return fresh if fresh is not None and fresh.end is TraceEnd.PAGE else trace
        return trace

    def late(self) -> bool:
        """Whether the page is still not there after `SLOW_MS`; third parties are then asked.

        They are asked meanwhile, as what comes to its end with the run can be proved by nothing any more.
        """
        return self.contactable and self._shared.get("late", self._late)

    def _late(self) -> bool:
        Future(self.trace).wait(self.deadline.started + SLOW_MS / 1000 - time.monotonic())
        if self._shared.known(("trace", Route(url=self.url))):
            return False
        spawn(self.third_parties.asked_hosts)
        spawn(self.third_parties.status_page)
        return True

    def proxy_plan(self) -> ProxyPlan:
        """The proxies that a browser on this computer would try for the address."""
        return self._finder.plan(self.url)

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

    def true_time(self) -> TrueTime:
        """How far the clock is off, by the portal's own authenticated time or by neutral hosts."""
        return self._shared.get("true-time", self._true_time)

    def _true_time(self) -> TrueTime:
        own = self._skews([hop for trace in self._own_walks() for hop in trace.hops])
        neutral = self.third_parties.asked_hosts()
        theirs = self._skews([hop for t in neutral.traces for hop in t.hops]) if neutral is not None else []
        if not own:
            return TrueTime(_median(theirs), TimeSource.CANARIES) if theirs else TrueTime(None)
        if theirs and abs(_median(own) - _median(theirs)) > CLOCK_TOLERANCE_S:
            return TrueTime(_median(theirs), TimeSource.CANARIES, disputed=True)
        return TrueTime(_median(own), TimeSource.PORTAL)

    def _own_walks(self) -> list[Trace]:
        """The walk to the portal; and the one without the proxy, where that is in the way."""
        trace = self.trace()
        proxy_refused = trace is not None and trace.last.proxy_refused
        direct = self.trace(Route(url=self.url, proxy=DIRECT)) if proxy_refused else None
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

    def names(self, host: str = "") -> Resolution | None:
        """A name of the portal's (its own by default), as this computer and its DNS servers see it."""
        if not self.contactable:
            return None
        name = host or self.host
        names = self._shared.get(("portal-names", name), lambda: self._names(name))
        return msgspec.structs.replace(names, answered_late=self._walker.answered_late(name))

    def _names(self, host: str) -> Resolution:
        if is_address(host):
            return Resolution(host=host, system=self._walker.names(host))
        # The system's own answer has a time limit of its own; the servers are asked meanwhile.
        Future(partial(self._servers, host))
        return Resolution(
            host=host,
            system=self._walker.names(host),
            servers=self._servers(host),
            hosts_file=self.machine.hosts_file(host),
        )

    def _servers(self, host: str) -> tuple[DnsAnswer, ...]:
        """The answers of this computer's DNS servers."""

        def record(server: DnsServer) -> None:
            self.ledger.record(Role.RESOLVER, server.address, host)

        def ask() -> tuple[DnsAnswer, ...]:
            return ask_servers(self.machine, self.machine.dns_servers(), host, self.deadline, record)

        return self._shared.get(("servers", host), ask)

    # ---- whether third parties may be asked ----------------------------------------------------

    def trouble(self) -> bool:
        """Whether something failed, or the certificate is not what the public web or the profile expects."""
        return self._shared.get("trouble", self._trouble)

    def _trouble(self) -> bool:
        if self.late():
            return True
        trace = self.trace()
        if trace is None:
            return False
        page = trace.last.http
        if trace.end is not TraceEnd.PAGE or trace.last.failure is not None or page is None:
            return True
        if page.challenge or page.is_error:
            return True
        return any(self._odd_certificate(hop) for hop in trace.hops) or self._clock_seems_wrong(trace)

    def _odd_certificate(self, hop: Hop) -> bool:
        chain = self.chain(hop)
        if chain is None:
            return False
        if not (chain.trusted and chain.name_matches and chain.valid_at(self.machine.now())):
            return True
        return not (chain.known_root and chain.expected_issuer)

    def _clock_seems_wrong(self, trace: Trace) -> bool:
        skews = self._skews(trace.hops)
        return bool(skews) and TrueTime(_median(skews)).is_wrong

    def _may_ask_others(self) -> bool:
        """Whether anybody but the portal and this computer's own servers may be asked now."""
        return self.contactable and self._network.neutral_allowed(self.trouble())


def _median(skews: Sequence[int]) -> int:
    ordered = sorted(skews)
    middle = len(ordered) // 2
    return round((ordered[middle] + ordered[~middle]) / 2)
