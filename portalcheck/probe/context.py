"""The context of a run: this computer, the traces to the portal, and the facts that checks share."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

import msgspec

from portalcheck.address import Kind, Verdict, judge
from portalcheck.address.lists import whole_hosts
from portalcheck.address.literal import is_address
from portalcheck.address.url import Address
from portalcheck.api.protocols import Machine
from portalcheck.facts import (
    AUTO,
    CLOCK_TOLERANCE_S,
    DIRECT,
    SLOW_MS,
    Chain,
    ConnectStep,
    DnsAnswer,
    DnsServer,
    Failure,
    Hello,
    Hop,
    HttpStep,
    OpenPage,
    ProxyPlan,
    ProxyStep,
    Resolution,
    Revocation,
    Route,
    TimeSource,
    TlsStep,
    Trace,
    TraceEnd,
    TrueTime,
)
from portalcheck.model import Portal
from portalcheck.probe.aliases import Aliases
from portalcheck.probe.connect.proxy_plan import ProxyFinder
from portalcheck.probe.deadline import Deadline, OutOfTime
from portalcheck.probe.dns.resolution import ask_servers
from portalcheck.probe.limits import BESIDE_S, HANDSHAKE_S, LARGE_S, LINK_S
from portalcheck.probe.memo import Memo
from portalcheck.probe.policy import Ledger, Network, Role
from portalcheck.probe.third_parties.asking import Egress, ThirdParties
from portalcheck.probe.third_parties.fetch import Fetcher
from portalcheck.probe.threads import Future, gather, spawn
from portalcheck.probe.tls.revocation_status import RevocationStatus
from portalcheck.probe.tls.trust import ChainVerifier
from portalcheck.probe.trace import Tracer

_log = logging.getLogger(__name__)

_SIGN_IN_BYTES = 3500
"""Beyond two packets: the form, and the cookies that a portal sets before it."""
_GOES_ROUND = (TraceEnd.LOOP, TraceEnd.TOO_MANY)
_BY_CHANCE = (Failure.RESET, Failure.CLOSED)
"""What a browser, or the person at it, tries again, and what then works as often as not."""


class RunContext:
    """Implements `portalcheck.api.Context` for one run. `url` is the address given, if one was; `pages` are open."""

    def __init__(
        self,
        portal: Portal,
        machine: Machine,
        network: Network,
        deadline: Deadline,
        *,
        url: str = "",
        pages: Sequence[OpenPage] = (),
    ) -> None:
        self.portal, self.machine, self._network, self.deadline = portal, machine, network, deadline
        self._pages = tuple(pages)
        address = self.judge_address(url or portal.url)
        self.url = address.url or url or portal.url
        self.host, self.contactable = address.host, address.contactable
        named = (portal.url, *portal.official, *portal.identity, *network.canaries)
        self.ledger = Ledger(Aliases(named))
        self._shared = Memo(deadline, aliases=self.ledger.aliases)
        files = Fetcher(lambda: self._tracer, network, self._may_visit)
        self._finder = ProxyFinder(machine, self._shared, files.pac)
        self._tracer = Tracer(
            machine,
            deadline,
            self.ledger,
            self._shared,
            self._finder,
            portal=self.host,
            is_named=self._is_own,
        )
        self._certificates = ChainVerifier(machine, portal, self._shared, files.issuer)
        self._standings = RevocationStatus(self._shared, files.revocation)
        asking = self._tracer, network, self._shared, self.chain, self._may_ask_others, self.host
        self.egress = Egress(*asking)
        self.third_parties = ThirdParties(
            *asking,
            trace=self.trace,
            is_own=self._is_own,
            status_url=portal.status_url,
            may_visit=self._may_visit,
        )
        told = self.ledger.aliases.told(self.host)
        _log.debug(
            "a run of %.1f s for %s (%s); contact: %s", deadline.seconds, told, address.kind, network.contact
        )

    # ---- the address ---------------------------------------------------------------------------

    def pages(self) -> tuple[OpenPage, ...]:
        """The page in each browser window that it is open in."""
        return self._pages

    @property
    def portal_host(self) -> str:
        """The host of the profile's URL."""
        return self.judge_address(self.portal.url).host

    def judge_address(self, url: str) -> Verdict:
        """Whether a URL is this portal's, by its host alone; nothing is contacted."""
        portal = self.portal
        return judge(
            url,
            official=(*portal.official, *portal.identity),
            protect=portal.protect,
            known_other=portal.known_other,
        )

    def _is_own(self, host: str) -> bool:
        """Whether a host is the one that is checked or an official one: no other may be shared with DNS servers."""
        return host == self.host or self.judge_address(f"https://{host}/").kind is Kind.OFFICIAL

    def _may_visit(self, host: str) -> bool:
        """Whether a redirect may be followed to a host: to any but an imitation, an IP literal or this computer."""
        if host == self.host:
            return True
        here = is_address(host) or host == "localhost" or host.endswith(".localhost")
        return not here and self.judge_address(f"https://{host}/").contactable

    # ---- traces --------------------------------------------------------------------------------

    def trace(self, route: Route | None = None) -> Trace | None:
        """The trace of a route to the portal, the browser's by default; found once for each route."""
        if not self.contactable:
            return None
        wanted = route or Route(url=self.url)
        fact = "trace-with-cookies" if wanted.fresh_cookies else "trace" if wanted.request else "handshake"
        return self._shared.get((fact, wanted), lambda: self._trace(wanted))

    def walked(self) -> Trace | None:
        """The browser's own way to the portal, if it was traced by now."""
        route = Route(url=self.url)
        if not self._shared.known(("trace", route)):
            return None
        with suppress(OutOfTime):
            return self.trace(route)
        return None

    def traces(self, routes: Sequence[Route]) -> tuple[Trace | None, ...]:
        """The traces of several routes, made at the same time, in the order of the routes."""
        works = [partial(self.trace, route) for route in routes]
        return tuple(gather(works, self.deadline.remaining()))

    def _begin_beside(self, first: Hop, beside: list[Route]) -> None:
        """Begin to trace what browsers need or send and the walk does not, as far as the link carries it.

        Hosts of sign-in are connected to when the first hop is connected, `beside` is begun when it was answered.
        """
        hosts = self._sign_in_hosts()
        if first.http is None:
            begun = [_handshake_with(host) for host in hosts] if _is_quick(first) else []
        elif first.http.failure is None and _is_answered_soon(first):
            beside.append(Route(url=self.url, hello=Hello.CHROMIUM, follow=False))
            beside += [_handshake_with(host, Hello.CHROMIUM) for host in hosts]
            beside.append(Route(url=self.url, filler_bytes=_SIGN_IN_BYTES, follow=False))
            begun = beside
        else:
            begun = []
        for route in begun:
            spawn(partial(self.trace, route))

    def _trace(self, route: Route) -> Trace:
        if not self._shared.known("stores"):
            spawn(self._certificates.prepare)
        if route == Route(url=self.url):
            return self._own_trace(route)
        tracer = self._tracer.within(LARGE_S) if route.filler_bytes else self._tracer
        trace = tracer.trace(route, Role.PORTAL, self._may_visit, may_be_plain=self._is_own)
        if route == Route(url=route.url, request=False) and trace.last.failure in _BY_CHANCE:
            again = self._tracer.trace(route, Role.PORTAL, self._may_visit)
            trace = msgspec.structs.replace(again, recovered=True) if again.arrived else trace
        return self._with_cookies(route, trace)

    def _own_trace(self, route: Route) -> Trace:
        """The browser's own way, once more where the first try was cut off, and what is traced beside it."""
        spawn(self.sign_in_traces)
        beside: list[Route] = []
        trace = self._tracer.trace(
            route,
            Role.PORTAL,
            self._may_visit,
            lambda first: self._begin_beside(first, beside),
            opened=self._sign_in_trace,
            may_be_plain=self._is_own,
        )
        if trace.last.failure in _BY_CHANCE:
            again = self._tracer.trace(route, Role.PORTAL, self._may_visit, may_be_plain=self._is_own)
            if again.last.failure is None:
                trace = msgspec.structs.replace(again, recovered=True)
        found = self._with_cookies(route, trace)
        return msgspec.structs.replace(found, recovered=trace.recovered, beside=tuple(beside))

    def _with_cookies(self, route: Route, trace: Trace) -> Trace:
        """A trace that goes round, once more with the cookies that it was given."""
        looping = trace.end in _GOES_ROUND
        if looping and not route.fresh_cookies and route.proxy in (AUTO, DIRECT):
            # Some portals send visitors round until they return a cookie, as any browser would.
            fresh = self.trace(msgspec.structs.replace(route, fresh_cookies=True))
            if (
                fresh is not None
                and fresh.end not in _GOES_ROUND
                and fresh.last.failure is not Failure.TIMED_OUT
            ):
                return fresh
        return trace

    def sign_in_traces(self) -> tuple[Trace, ...]:
        """The traces, without a request, to those host names of the profile's `identity` that the walk did not come to.

        They are made while the walk is under way, which takes their connections over where it needs them; on a link
        that is so slow that they would be in its way, they are made only after a walk that was stopped soon.
        """
        routes = [_handshake_with(host) for host in self._sign_in_hosts()]
        walk = self.trace() if routes else None
        slow = walk is not None and walk.first.tls is not None and not _is_quick(walk.first)
        soon = self.deadline.remaining() > HANDSHAKE_S * self.deadline.scale
        if walk is None or (slow and not (soon and _is_stopped(walk))):
            self._tracer.close_idle()
            return ()
        found = self.traces(routes)
        self._tracer.close_idle()
        walked = {hop.host for hop in walk.hops}
        return tuple(each for each in found if each is not None and each.first.host not in walked)

    def _sign_in_hosts(self) -> tuple[str, ...]:
        if not self.contactable or self.judge_address(self.url).kind is not Kind.OFFICIAL:
            return ()
        return tuple(host for host in whole_hosts(self.portal.identity) if host != self.host)

    def _sign_in_trace(self, url: Address) -> Trace | None:
        """The trace of one of those hosts, for the walk that comes there."""
        route = _handshake_with(url.host)
        at_door = (url.scheme, url.port) == ("https", 443)
        return self.trace(route) if at_door and url.host in self._sign_in_hosts() else None

    def late(self) -> bool:
        """Whether the page is still not there after `SLOW_MS`; third parties are asked then.

        Nobody waits for the page: what ends together with the run leaves no time to prove anything.
        """
        return self.contactable and self._shared.get("late", self._late)

    def _late(self) -> bool:
        Future(self.trace).wait(self.deadline.started + SLOW_MS / 1000 - time.monotonic())
        if self._shared.known(("trace", Route(url=self.url))):
            return False
        spawn(self.third_parties.survey)
        spawn(self.third_parties.status_page)
        return True

    def proxy_plan(self) -> ProxyPlan:
        """The proxies that a browser on this computer would try for the address."""
        return self._finder.plan(self.url)

    # ---- certificates and time -----------------------------------------------------------------

    def chain(self, hop: Hop) -> Chain | None:
        """The certificates of a hop, judged offline; None if it has none."""
        return self._certificates.judge(hop)

    def revocation(self, hop: Hop) -> Revocation | None:
        """The revocation of a hop's certificate by its issuer; None if it is not known to be revoked."""
        chain = self.chain(hop)
        if chain is None or not chain.trusted_by:
            return None
        return self._standings.of(hop, chain, self._true_now, self._may_ask_others)

    def _true_now(self) -> float:
        """The true time (seconds since the epoch), by this computer's clock if no trustworthy server told another."""
        return self.machine.now() - (self.true_time().skew_s or 0)

    def true_time(self) -> TrueTime:
        """How far the clock is off, by the authenticated time of the portal, or of the canaries."""
        return self._shared.get("true-time", self._true_time)

    def _true_time(self) -> TrueTime:
        own = self._skews([hop for trace in self._own_traces() for hop in trace.hops])
        canaries = self.third_parties.survey()
        theirs = self._skews([hop for t in canaries.traces for hop in t.hops]) if canaries is not None else []
        if not own:
            return TrueTime(_median(theirs), TimeSource.CANARIES) if theirs else TrueTime(None)
        if theirs and abs(_median(own) - _median(theirs)) > CLOCK_TOLERANCE_S:
            return TrueTime(_median(theirs), TimeSource.CANARIES, disputed=True)
        return TrueTime(_median(own), TimeSource.PORTAL)

    def _own_traces(self) -> list[Trace]:
        """The trace to the portal and, if a proxy refuses it, the one without the proxy."""
        trace = self.trace()
        proxy_refused = trace is not None and trace.last.proxy_refused
        direct = self.trace(Route(url=self.url, proxy=DIRECT)) if proxy_refused else None
        return [each for each in (trace, direct) if each is not None]

    def _skews(self, hops: Sequence[Hop]) -> list[int]:
        """Seconds of local minus server time, for each hop whose certificate proves its host."""
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
        """A host of the portal (its own by default) as the system and each of its DNS servers resolve it."""
        if not self.contactable:
            return None
        name = host or self.host
        names = self._shared.get(("portal-names", name), lambda: self._names(name))
        return msgspec.structs.replace(names, answered_late=self._tracer.answered_late(name))

    def _names(self, host: str) -> Resolution:
        if is_address(host):
            return Resolution(host=host, system=self._tracer.names(host))
        # The system's own answer has a time limit of its own; the servers are asked meanwhile.
        Future(partial(self._servers, host))
        return Resolution(
            host=host,
            system=self._tracer.names(host),
            servers=self._servers(host),
            hosts_file=self.machine.hosts_file(host),
        )

    def _servers(self, host: str) -> tuple[DnsAnswer, ...]:
        """What the DNS servers of this computer answer for a host."""

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
        if _is_stopped(trace):
            return True
        beside = self.sign_in_traces()
        hellos = self.traces([route for route in trace.beside if route.hello is Hello.CHROMIUM])
        if any(self._fails(each) for each in (*beside, *hellos) if each is not None):
            return True
        requests = self.traces([route for route in trace.beside if route.filler_bytes])
        hops = [hop for each in (trace, *beside, *requests) if each is not None for hop in each.hops]
        return any(map(self._odd_certificate, hops)) or self._clock_seems_wrong(trace)

    def _fails(self, beside: Trace) -> bool:
        """Whether what is made beside the walk fails; no address counts only where others may be asked for it."""
        first = beside.first
        if first.failure is None or (first.tls is not None and first.tls.cut_short):
            return False
        missing = first.names is not None and first.names.failure is Failure.NOT_FOUND
        return self._network.share_portal_name or not missing

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


def _is_stopped(walk: Trace) -> bool:
    """Whether a walk came to no page, or to one that keeps people out."""
    page = walk.last.http
    if walk.end is not TraceEnd.PAGE or walk.last.failure is not None or page is None:
        return True
    return bool(page.challenge) or page.is_error


def _is_quick(hop: Hop) -> bool:
    """Whether the link carries two handshakes at a time; a slow DNS server says nothing of that."""
    to_connection = _took_ms(hop.names, hop.connect, hop.proxy)
    return min(to_connection, 2 * _took_ms(hop.connect, hop.proxy)) <= LINK_S * 1000


def _is_answered_soon(hop: Hop) -> bool:
    return _took_ms(hop.names, hop.connect, hop.proxy, hop.tls, hop.http) <= BESIDE_S * 1000


def _took_ms(*steps: DnsAnswer | ConnectStep | ProxyStep | TlsStep | HttpStep | None) -> int:
    return sum(step.ms for step in steps if step is not None)


def _handshake_with(host: str, hello: Hello = Hello.BROWSER) -> Route:
    return Route(url=f"https://{host}/", hello=hello, request=False)


def _median(skews: Sequence[int]) -> int:
    ordered = sorted(skews)
    middle = len(ordered) // 2
    return round((ordered[middle] + ordered[~middle]) / 2)
