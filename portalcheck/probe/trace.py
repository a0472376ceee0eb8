"""A URL followed along its redirects: what each layer did, hop by hop."""

from __future__ import annotations

import contextlib
import copy
import logging
from collections.abc import Callable, Sequence
from functools import partial

import msgspec

from portalcheck.address.url import Address
from portalcheck.api.protocols import Machine
from portalcheck.facts import AUTO, DIRECT, DnsAnswer, DnsServer, Failure, Hello, Hop, Route, Trace, TraceEnd
from portalcheck.probe.connect.connection import ConnectionPlan, Connector, is_inside
from portalcheck.probe.connect.proxy_plan import ProxyFinder
from portalcheck.probe.deadline import Deadline
from portalcheck.probe.dns.resolution import ask_system, resolve
from portalcheck.probe.http.cookies import Jar
from portalcheck.probe.http.http1 import Request
from portalcheck.probe.http.location import target_of, url_of
from portalcheck.probe.http.request import (
    BROWSER_AGENT,
    FILLER_FIELD,
    HEADERS,
    REDIRECTS,
    Connection,
    Exchange,
    filler_cookies,
)
from portalcheck.probe.memo import Memo
from portalcheck.probe.policy import Ledger, Role
from portalcheck.probe.streams import EvidenceStream
from portalcheck.probe.threads import Future

_log = logging.getLogger(__name__)

MAX_REDIRECTS = 20

MayVisit = Callable[[str], bool]
"""Whether a host that a redirect leads to may be contacted."""
Opened = Callable[[Address], Trace | None]
"""The trace that was made beside a walk, without a request, to where it comes now; None if there is none."""
Progress = Callable[[Hop], None]
"""Called with the first hop of a walk as soon as it is connected, and again when it was answered."""


def nowhere(host: str) -> bool:
    """No host at all."""
    del host
    return False


class Tracer:
    """Makes the traces of one run, for one machine, within its deadline; each contact is recorded in its ledger.

    `portal` is the host that is checked, and `is_named` says which hosts the profile names.
    """

    def __init__(
        self,
        machine: Machine,
        deadline: Deadline,
        ledger: Ledger,
        shared: Memo,
        finder: ProxyFinder,
        *,
        portal: str = "",
        is_named: MayVisit = nowhere,
    ) -> None:
        self.machine, self.deadline, self.ledger = machine, deadline, ledger
        self._shared, self.finder = shared, finder
        self._portal, self._is_named = portal, is_named
        self.idle: dict[tuple[str, str, int], tuple[Connection, Hop]] = {}
        """Connections of traces without a request, by origin, for the walk that comes there."""

    def within(self, comfortable: float) -> Tracer:
        """A tracer of the same run that has at most `comfortable` seconds from now (see `Deadline.limit`)."""
        part = copy.copy(self)
        part.deadline = self.deadline.part(comfortable)
        part.idle = {}
        return part

    def names(self, host: str, family: int = 0) -> DnsAnswer:
        """The addresses of a name as programs here get them, asked once a run; `family` is 0 (both), 4 or 6."""

        def before(server: DnsServer) -> None:
            self.ledger.record(Role.RESOLVER, server.address, host)

        return self._shared.get(
            ("names", host, family),
            lambda: ask_system(
                self.machine, host, family, self.deadline, before, self._under_way(host, family)
            ),
        )

    def _under_way(self, host: str, family: int) -> Future[tuple[str, ...] | Failure]:
        """The system's own answer for a name, which nobody can cancel: it may still come after `names` gave up."""
        return self._shared.get(
            ("resolving", host, family), lambda: Future(partial(resolve, self.machine, host, family))
        )

    def answered_late(self, host: str) -> bool:
        """Whether the system has found addresses of a name by now, after `names` gave up waiting."""
        if self.names(host).failure is not Failure.TIMED_OUT:
            return False
        found = self._under_way(host, 0).get(0.0)
        return bool(found) and not isinstance(found, Failure)

    def trace(
        self,
        route: Route,
        role: Role,
        may_visit: MayVisit,
        progress: Progress | None = None,
        *,
        opened: Opened | None = None,
        may_be_plain: MayVisit = nowhere,
    ) -> Trace:
        """Follow a route; the proxies that a PAC file names are tried in its order until HTTP is spoken through one.

        `opened` may have a later hop's connection, `may_be_plain` tells whether a hop to a host may go without TLS.
        """
        proxies = self.finder.plan(route.url).candidates if route.proxy == AUTO else (route.proxy,)
        for proxy in proxies:
            trace = _Tracing(self, route, role, may_visit, proxy, progress, opened, may_be_plain).run()
            if trace.first.http is not None or trace.arrived:
                return trace
        return trace

    def close_idle(self) -> None:
        """Close the connections that no walk came for."""
        with contextlib.suppress(KeyError):  # several checks may do so at the same time
            while True:
                self.idle.popitem()[1][0].close()

    def connect(
        self,
        url: Address,
        role: Role,
        plan: ConnectionPlan,
        where: object,
        *,
        told: str = "",
        progress: Progress | None = None,
    ) -> tuple[EvidenceStream | None, Hop, bool]:
        """A new connection to a URL's host, as `Connector.open`; recorded before anything is sent.

        The log calls the hop `where`. `told` is a name that the request itself will tell, for the ledger.
        """
        connector = Connector(
            self.machine,
            self.deadline,
            self.ledger,
            self.names,
            where,
            progress,
            begin=lambda: self.ledger.record(role, url.host, told or plan.server_name),
            may_lead_inside=self._portal_is_inside,
        )
        return connector.open(Hop(host=url.host, port=url.port, scheme=url.scheme), plan)

    def led_by_strangers(self, role: Role, hops: Sequence[Hop], host: str) -> bool:
        """Whether a certificate, or a server of the internet at the start of these hops, named the host.

        Not where the profile names it as well. Where a proxy stands between, nobody knows what it is that sends on.
        """
        if self._is_named(host):
            return False
        if role is Role.ISSUER or not hops:
            # Where an experiment begins at a host of the portal's that nobody named, a redirect led there before.
            return role is Role.ISSUER or (role is Role.PORTAL and bool(self._portal))
        start = hops[0]
        at = start.connect.address if start.connect is not None and start.proxy is None else ""
        return host != start.host and not (at and is_inside(at))

    def _portal_is_inside(self) -> bool:
        addresses = self.names(self._portal).addresses if self._portal else ()
        return bool(addresses) and all(map(is_inside, addresses))


class _Tracing:
    """One trace while it is made: the open connections by origin (scheme, host, port), and the hops so far."""

    def __init__(
        self,
        tracer: Tracer,
        route: Route,
        role: Role,
        may_visit: MayVisit,
        proxy: str,
        progress: Progress | None,
        opened: Opened | None,
        may_be_plain: MayVisit,
    ) -> None:
        self.tracer, self.route, self.role, self.may_visit, self.proxy = tracer, route, role, may_visit, proxy
        self.progress, self.opened, self.may_be_plain = progress, opened, may_be_plain
        self.secure_hops = 0
        """Hops before the walk left HTTPS; 0 while it did not."""
        first = url_of(route.url)
        self.start = first.host if first is not None else ""
        self.hops: list[Hop] = []
        self.open: dict[tuple[str, str, int], tuple[Connection, Hop]] = {}
        self._words = tracer.ledger.aliases.told

    def run(self) -> Trace:
        try:
            end = self._back_to_https(self._follow())
        finally:
            self.close()
        _log.debug("%s: the trace ends: %s", self._words(self.start, self.route), end)
        return Trace(route=self.route, hops=tuple(self.hops), end=end)

    def _back_to_https(self, end: TraceEnd) -> TraceEnd:
        """The end of a walk; where it left HTTPS and never came back, that is its end."""
        if not self.secure_hops or self.hops[-1].scheme == "https":
            return end
        del self.hops[self.secure_hops :]
        return TraceEnd.LEFT_HTTPS

    def close(self) -> None:
        """Close every connection."""
        for connection, _ in self.open.values():
            connection.close()

    def no_hop(self) -> Hop:
        """The hop of a text that is no http or https URL."""
        return Hop(host="", port=0, scheme="", names=DnsAnswer(server=None, failure=Failure.NOT_FOUND))

    def _follow(self) -> TraceEnd:
        url = url_of(self.route.url)
        if url is None:
            self.hops.append(self.no_hop())
            return TraceEnd.FAILED
        if not self.route.request:
            return self._shake_hands(url)
        jar = Jar()
        seen: set[tuple[str, str]] = set()
        while True:
            request = self._request(url, jar)
            state = (url.url, request.headers.get("Cookie", ""))
            if state in seen:
                return TraceEnd.LOOP
            if len(self.hops) > MAX_REDIRECTS:
                return TraceEnd.TOO_MANY
            seen.add(state)
            exchange = self.exchange(request)
            if exchange is None or exchange.step.failure is not None:
                return TraceEnd.FAILED
            if self.progress is not None and len(self.hops) == 1:
                self.progress(self.hops[0])
            if self.route.fresh_cookies:
                jar.keep(url, exchange.headers)
            following = self._next(url, exchange)
            if isinstance(following, TraceEnd):
                return following
            url = following

    def _shake_hands(self, url: Address) -> TraceEnd:
        connection, hop = self._connect(url, self.route.hello)
        self.hops.append(hop)
        if connection is None:
            return TraceEnd.FAILED
        plain = self.route == Route(url=self.route.url, request=False)
        (self.tracer.idle if plain else self.open)[self._origin(url)] = (connection, hop)
        return TraceEnd.CONNECTED

    def _request(self, url: Address, jar: Jar) -> Request:
        filler = self.route.cookie_bytes if url.host == self.start else 0
        cookies = filler_cookies(filler) if filler else jar.header(url)
        more = {"Cookie": cookies} if cookies else {}
        if self.route.filler_bytes:
            more[FILLER_FIELD] = "x" * self.route.filler_bytes
        if self.route.as_browser:
            more["User-Agent"] = BROWSER_AGENT
        return Request("GET", url, HEADERS | more)

    def _next(self, url: Address, exchange: Exchange) -> Address | TraceEnd:
        """Where the response leads, or how the trace ends with it."""
        if exchange.step.status not in REDIRECTS:
            return TraceEnd.PAGE
        locations = set(exchange.headers.every("location"))
        target = target_of(url, locations.pop()) if len(locations) == 1 else None
        if target is None:
            return TraceEnd.BAD_LOCATION
        if url.scheme == "https" and target.scheme == "http":
            if not (self.route.follow and self.may_be_plain(target.host)):
                return TraceEnd.LEFT_HTTPS
            self.secure_hops = len(self.hops)
        if not self.route.follow or not self.may_visit(target.host):
            return TraceEnd.NOT_FOLLOWED
        return target

    def exchange(self, request: Request) -> Exchange | None:
        """One request over a kept or a new connection, recorded as a hop; None if no connection was made."""
        kept = self.open.pop(self._origin(request.url), None)
        if kept is not None and kept[0].usable:
            exchange = self._exchange(*kept, request)
            if not exchange.no_response_byte:
                self.hops.append(msgspec.structs.replace(kept[1], http=exchange.step, reused=True))
                return exchange
            # The server had closed it meanwhile, as it may: browsers too then connect anew (RFC 9112, 9.3.1).
        if kept is not None:
            kept[0].close()
        opened = self._opened_beside(request.url)
        if opened is not None and opened[0] is not None:
            exchange = self._exchange(opened[0], opened[1], request)
            if not (exchange.no_response_byte or exchange.step.failure is Failure.HTTP_1_REQUIRED):
                self.hops.append(msgspec.structs.replace(opened[1], http=exchange.step))
                return exchange
            opened = None
        for hello in (self.route.hello, Hello.HTTP_1):
            connection, hop = opened or self._connect(request.url, hello)
            if connection is None:
                self.hops.append(hop)
                return None
            exchange = self._exchange(connection, hop, request)
            if exchange.step.failure is not Failure.HTTP_1_REQUIRED:
                break
        self.hops.append(msgspec.structs.replace(hop, http=exchange.step))
        return exchange

    def _opened_beside(self, url: Address) -> tuple[Connection | None, Hop] | None:
        """What became of the connection that was made beside this walk to where it comes now, if it was."""
        trace = self.opened(url) if self.opened is not None else None
        way = trace.last.proxy.url if trace is not None and trace.last.proxy is not None else DIRECT
        if trace is None or way != self._proxy_for(url):
            return None
        kept = self.tracer.idle.pop(self._origin(url), None)
        return kept if trace.arrived else (None, trace.last)

    def _exchange(self, connection: Connection, hop: Hop, request: Request) -> Exchange:
        self.open[self._origin(request.url)] = (connection, hop)
        exchange = connection.exchange(request, self.tracer.machine.now, self.tracer.deadline)
        _log.debug("%s: %s", self._words(request.url.host, self.route), self._words(exchange.step))
        return exchange

    def _origin(self, url: Address) -> tuple[str, str, int]:
        return url.scheme, url.host, url.port

    def _connect(self, url: Address, hello: Hello) -> tuple[Connection | None, Hop]:
        plan = ConnectionPlan(
            proxy=self._proxy_for(url),
            addresses=self.route.addresses if url.host == self.start else (),
            family=self.route.family,
            interface=self.route.interface,
            server_name=self.route.server_name or url.host,
            hello=hello,
            small_packets=self.route.small_packets,
            led_by_strangers=self.tracer.led_by_strangers(self.role, self.hops, url.host),
        )
        where = self._words(url.host, self.route)
        progress = None if self.hops else self.progress
        stream, hop, absolute = self.tracer.connect(url, self.role, plan, where, progress=progress)
        if stream is None:
            return None, hop
        protocol = hop.tls.protocol if hop.tls is not None else ""
        return Connection(stream, protocol, through_proxy=absolute), hop

    def _proxy_for(self, url: Address) -> str:
        """The proxy for one hop: an exception list may send one host of the portal directly and another through it."""
        if self.route.proxy != AUTO or url.host == self.start:
            return self.proxy
        plan = self.tracer.finder.plan(url.url)
        return self.proxy if plan.kind == "pac" else plan.candidates[0]
