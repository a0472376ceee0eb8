"""One way to a URL, along its redirects, layer by layer, each recorded."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable

import httpx
import msgspec

from portalcheck.api import Machine
from portalcheck.facts import AUTO, DIRECT, Failure, Hop, NameAnswer, ProxyStep, Route, Trace, TraceEnd
from portalcheck.path.dial import dial
from portalcheck.path.handshake import handshake
from portalcheck.path.names import ask_system, is_address
from portalcheck.path.pac import ProxyFinder
from portalcheck.path.policy import Ledger, Role
from portalcheck.path.proxies import proxy_endpoint, tunnel
from portalcheck.path.request import HEADERS, MAX_PAGE_BYTES, PAGE_LIMIT_S, Connection, Exchange, default_port
from portalcheck.path.streams import EvidenceStream
from portalcheck.path.waiting import Deadline, Shared

MAX_REDIRECTS = 20
_STREAM_BYTES = MAX_PAGE_BYTES + 1024 * 1024
_FILLER_NAME = "portalcheck_filler"

MayVisit = Callable[[str], bool]
"""Whether a host that a redirect leads to may be contacted."""


class Walker:
    """Walks routes for one run: same machine, same deadline, same ledger."""

    def __init__(
        self, machine: Machine, deadline: Deadline, ledger: Ledger, shared: Shared, finder: ProxyFinder
    ) -> None:
        self.machine, self.deadline, self.ledger = machine, deadline, ledger
        self._shared, self._finder = shared, finder

    def within(self, comfortable: float) -> Walker:
        """The same walker with less time."""
        return Walker(self.machine, self.deadline.part(comfortable), self.ledger, self._shared, self._finder)

    def names(self, host: str, family: int = 0) -> NameAnswer:
        """The addresses of a name as programs see it, asked once a run."""
        return self._shared.get(
            ("names", host, family), lambda: ask_system(self.machine, host, family, self.deadline)
        )

    def walk(self, route: Route, role: Role, may_visit: MayVisit) -> Trace:
        """Walk a route; proxies that a PAC file offers are tried in its order until one lets us through."""
        proxies = self._finder.plan(route.url).candidates if route.proxy == AUTO else (route.proxy,)
        for proxy in proxies:
            trace = _Walk(self, route, role, may_visit, "" if proxy == DIRECT else proxy).run()
            if trace.first.http is not None:
                return trace
        return trace

    def fetch(self, route: Route, role: Role, request: httpx.Request) -> tuple[Hop, Exchange | None]:
        """One request without redirects, and the head of its body: for small files and probes."""
        walk = _Walk(self, route, role, lambda _: False, "" if route.proxy in (AUTO, DIRECT) else route.proxy)
        try:
            exchange = walk.exchange(request)
        finally:
            walk.close()
        return walk.hops[-1], exchange


class _Stopped(httpx.TransportError):
    """A layer failed; the hop that says which is recorded."""


class _Walk(httpx.BaseTransport):
    """The walk as httpx's transport: httpx makes requests of redirects, this records what each met."""

    def __init__(self, walker: Walker, route: Route, role: Role, may_visit: MayVisit, proxy: str) -> None:
        self.walker, self.route, self.role, self.may_visit, self.proxy = walker, route, role, may_visit, proxy
        self.hops: list[Hop] = []
        self.open: dict[tuple[str, str, int], tuple[Connection, Hop]] = {}

    def run(self) -> Trace:
        headers = dict(HEADERS)
        if self.route.cookie_bytes:
            filler = f"{_FILLER_NAME}="
            headers["Cookie"] = filler + "x" * max(0, self.route.cookie_bytes - len(filler))
        client = httpx.Client(transport=self, headers=headers, trust_env=False, timeout=None)
        try:
            end = self._follow(client, client.build_request("GET", self.route.url))
        finally:
            self.close()
        return Trace(route=self.route, hops=tuple(self.hops), end=end)

    def close(self) -> None:
        """Close every connection."""
        for connection, _ in self.open.values():
            connection.close()

    def _follow(self, client: httpx.Client, request: httpx.Request) -> TraceEnd:
        seen: set[tuple[str, str]] = set()
        while True:
            state = (str(request.url), request.headers.get("cookie", ""))
            if state in seen:
                return TraceEnd.LOOP
            if len(self.hops) > MAX_REDIRECTS:
                return TraceEnd.TOO_MANY
            seen.add(state)
            try:
                response = client.send(request)
            except _Stopped:
                return TraceEnd.FAILED
            except httpx.HTTPError:
                # The response came and is recorded, but httpx can make no URL of its Location header.
                return TraceEnd.BAD_LOCATION
            if not self.route.fresh_cookies:
                client.cookies.clear()
            following = response.next_request
            end = self._end(response, following)
            if end is not None or following is None:
                return end or TraceEnd.PAGE
            request = following

    def _end(self, response: httpx.Response, following: httpx.Request | None) -> TraceEnd | None:
        if following is None:
            lost = response.status_code in (301, 302, 303, 307, 308)
            return TraceEnd.BAD_LOCATION if lost else TraceEnd.PAGE
        if following.url.scheme not in ("http", "https") or not following.url.host:
            return TraceEnd.BAD_LOCATION
        if response.request.url.scheme == "https" and following.url.scheme == "http":
            return TraceEnd.LEFT_HTTPS
        if not self.route.follow or not self.may_visit(following.url.host):
            return TraceEnd.NOT_FOLLOWED
        return None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer httpx from the wire; raises _Stopped where a layer failed."""
        exchange = self.exchange(request)
        if exchange is None or exchange.step.failure is not None:
            raise _Stopped("the hop says why")
        kept = [
            (name, value)
            for name, value in exchange.headers.multi_items()
            if name in ("location", "set-cookie")
        ]
        return httpx.Response(exchange.step.status, headers=kept)

    def exchange(self, request: httpx.Request) -> Exchange | None:
        """One request over a new or kept connection; its hop is recorded. None where no connection came."""
        url = request.url
        key = (url.scheme, url.host, url.port or default_port(url.scheme))
        connection, hop = self.open.get(key, (None, None))
        reused = connection is not None and connection.usable
        if not reused:
            connection, hop = self._connect(url)
            if connection is None:
                self.hops.append(hop)
                return None
            self.open[key] = (connection, hop)
        assert connection is not None
        assert hop is not None
        exchange = connection.exchange(request, self.walker.machine.now, self.walker.deadline)
        self.hops.append(msgspec.structs.replace(hop, http=exchange.step, reused=reused))
        return exchange

    def _connect(self, url: httpx.URL) -> tuple[Connection | None, Hop]:
        hop = Hop(host=url.host, port=url.port or default_port(url.scheme), scheme=url.scheme)
        self.walker.ledger.record(self.role, hop.host, self.route.server_name or hop.host)
        sock, hop = self._through_proxy(hop) if self.proxy else self._directly(hop)
        if sock is None:
            return None, hop
        secured: socket.socket | ssl.SSLSocket | None = sock
        if hop.scheme == "https":
            name = self.route.server_name or hop.host
            secured, step = handshake(sock, name, self.walker.deadline, oldest_tls=self.route.oldest_tls)
            hop = msgspec.structs.replace(hop, tls=step)
        if secured is None:
            return None, hop
        stream = EvidenceStream(
            secured,
            self.walker.deadline,
            seconds=self.walker.deadline.limit(PAGE_LIMIT_S),
            max_bytes=_STREAM_BYTES,
        )
        plain_proxied = bool(self.proxy.startswith("http:")) and hop.scheme == "http"
        return Connection(stream, url, through_proxy=plain_proxied), hop

    def _directly(self, hop: Hop) -> tuple[socket.socket | None, Hop]:
        walker, route = self.walker, self.route
        first = not self.hops
        if route.addresses and first:
            addresses = tuple(a for a in route.addresses if not route.family or _is_family(a, route.family))
        else:
            names = walker.names(hop.host, route.family)
            hop = msgspec.structs.replace(hop, names=names)
            if names.failure is not None:
                return None, hop
            addresses = names.addresses
        sock, step = dial(walker.machine, addresses, hop.port, walker.deadline, source=route.source)
        return sock, msgspec.structs.replace(hop, connect=step)

    def _through_proxy(self, hop: Hop) -> tuple[socket.socket | None, Hop]:
        walker = self.walker
        try:
            scheme, proxy_host, proxy_port = proxy_endpoint(self.proxy)
        except ValueError:
            return None, msgspec.structs.replace(
                hop, proxy=ProxyStep(url=self.proxy, failure=Failure.PROXY_NAME)
            )
        walker.ledger.record(Role.PROXY, proxy_host, hop.host)
        names = walker.names(proxy_host)
        if names.failure is not None:
            return None, msgspec.structs.replace(
                hop, proxy=ProxyStep(url=self.proxy, failure=Failure.PROXY_NAME)
            )
        sock, step = dial(
            walker.machine, names.addresses, proxy_port, walker.deadline, source=self.route.source
        )
        hop = msgspec.structs.replace(hop, connect=step)
        if sock is None:
            return None, msgspec.structs.replace(
                hop, proxy=ProxyStep(url=self.proxy, failure=Failure.PROXY_DOWN)
            )
        if scheme == "http" and hop.scheme == "http":
            return sock, msgspec.structs.replace(hop, proxy=ProxyStep(url=self.proxy, failure=None))
        said = tunnel(sock, self.proxy, hop.host, hop.port, walker.deadline)
        if said.failure is not None:
            sock.close()
            return None, msgspec.structs.replace(hop, proxy=said)
        return sock, msgspec.structs.replace(hop, proxy=said)


def _is_family(address: str, family: int) -> bool:
    return is_address(address) and (":" in address) == (family == 6)
