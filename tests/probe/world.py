"""A small world for the path: real servers on the loopback, and a computer whose addresses all lead to them."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial

import pytest

from portalcheck.demo import tls
from portalcheck.demo.certificates import DAY_S, Issued, Minted, mint, server_context
from portalcheck.demo.machine import DemoMachine
from portalcheck.demo.servers import Endpoint, Peer, Serve, Servers
from portalcheck.facts import DnsServer, ProxySettings, Route, Trace
from portalcheck.probe.connect.proxy_plan import ProxyFinder
from portalcheck.probe.deadline import Deadline
from portalcheck.probe.memo import Memo
from portalcheck.probe.policy import Ledger, Role
from portalcheck.probe.trace import Tracer

RESETS = pytest.mark.not_on_windows("wine", "resets, which are seen as ends")

HOST, OTHER = "portal.example", "login.example"
ADDRESS, OTHER_ADDRESS = "192.0.2.1", "192.0.2.2"
DNS_ADDRESS, SECOND_DNS_ADDRESS = "192.0.2.53", "192.0.2.54"
PROXY, PROXY_ADDRESS = "proxy.example", "192.0.2.80"
URL = f"https://{HOST}/"
SECONDS = 2.0
GRACE_S = 1.0
"""What a run may take beyond its deadline, with room for a slow machine that runs other tests too."""

HOSTS = {HOST: (ADDRESS,), OTHER: (OTHER_ADDRESS,), PROXY: (PROXY_ADDRESS,)}


class World:
    """Servers that end with the test; each is added when it is needed."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        self._stack = stack

    def tcp(self, serve: Serve) -> Endpoint:
        """A TCP server."""
        servers = Servers()
        where = servers.tcp(serve)
        self._stack.enter_context(servers)
        return where

    def tls(self, serve: Serve, issued: Issued | None = None) -> Endpoint:
        """A TLS server; its certificate is good for HOST and OTHER unless another is given."""
        return self.tcp(partial(tls.serve, server_context(issued or good()), serve))

    def udp_and_tcp(self, reply: Callable[[bytes], bytes | None], serve: Serve) -> Endpoint:
        """A server on both under one number, as DNS has it."""
        servers = Servers()
        where = servers.both(reply, serve)
        self._stack.enter_context(servers)
        return where

    def refusing(self) -> Endpoint:
        """A port that refuses."""
        servers = Servers()
        where = servers.closed()
        self._stack.enter_context(servers)
        return where

    def socket(
        self, kind: socket.SocketKind = socket.SOCK_STREAM, family: int = socket.AF_INET
    ) -> socket.socket:
        """A socket that is closed with the test."""
        return self._stack.enter_context(socket.socket(family, kind))

    def ending(self) -> threading.Event:
        """Set when the test ends, before its sockets are closed."""
        ended = threading.Event()
        self._stack.callback(ended.set)
        return ended

    def black_hole(self) -> Endpoint:
        """A port that never finishes a TCP handshake: its backlog is full and nobody accepts."""
        full = self.socket()
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        where: Endpoint = full.getsockname()
        for _ in range(4):
            filler = self.socket()
            filler.setblocking(False)
            filler.connect_ex(where)
        time.sleep(0.05)
        return where


def computer(
    ports: Mapping[tuple[str, int], Endpoint] | None = None,
    *,
    hosts: Mapping[str, tuple[str, ...]] = HOSTS,
    resolvers: tuple[DnsServer, ...] = (),
    proxy: ProxySettings | None = None,
    clock_s: float = 0.0,
) -> DemoMachine:
    """A computer that reaches these ports and nothing else, and trusts the world's authority."""
    return DemoMachine(
        ports=ports or {},
        links=(),
        resolvers=resolvers,
        hosts=hosts,
        proxy=proxy or ProxySettings(browser_known=True),
        trusted=(authority().der,),
        mozilla=(authority().der,),
        clock_s=clock_s,
    )


def walker(
    machine: DemoMachine, *, seconds: float = SECONDS, pac: Callable[[str], str | None] = lambda _: None
) -> Tracer:
    """A walker with a run of its own."""
    deadline = Deadline(seconds)
    shared = Memo(deadline)
    return Tracer(machine, deadline, Ledger(), shared, ProxyFinder(machine, shared, pac))


def walk(
    machine: DemoMachine,
    route: Route | str = URL,
    *,
    may_visit: Callable[[str], bool] = lambda _: True,
    seconds: float = SECONDS,
) -> Trace:
    """One walk, which ends in time."""
    chosen = Route(url=route) if isinstance(route, str) else route
    with in_time(seconds):
        return walker(machine, seconds=seconds).trace(chosen, Role.PORTAL, may_visit)


@contextlib.contextmanager
def in_time(seconds: float = SECONDS) -> Iterator[None]:
    """What stands inside ends within the deadline and a little."""
    since = time.monotonic()
    yield
    assert time.monotonic() - since < seconds + GRACE_S


# ---- certificates --------------------------------------------------------------------------------


@lru_cache
def authority() -> Issued:
    """The authority that the computer trusts."""
    return mint(minted("Good Authority", "Good Root", ()), send_issuer=False)


@lru_cache
def good() -> Issued:
    """A certificate for HOST and OTHER that nothing is wrong with."""
    return issued(HOST, OTHER)


def issued(*names: str, days: tuple[float, float] = (-30, 60)) -> Issued:
    """A certificate of the good authority."""
    return mint(minted("Portal", names[0], names, days), authority(), send_issuer=False)


def minted(
    organisation: str, common_name: str, names: tuple[str, ...], days: tuple[float, float] = (-300, 300)
) -> Minted:
    """What goes into a certificate that is usual otherwise."""
    now = time.time()
    return Minted(
        common_name=common_name,
        organisation=organisation,
        not_before=now + days[0] * DAY_S,
        not_after=now + days[1] * DAY_S,
        names=names,
    )


# ---- what servers say ------------------------------------------------------------------------------


def says(*pieces: bytes, pause_s: float = 0.0, stays: bool = False) -> Serve:
    """A server that waits for a request, sends these bytes and closes, or stays silent from then on."""

    def serve(peer: Peer) -> None:
        head(peer)
        for piece in pieces:
            peer.socket.sendall(piece)
            if pause_s and peer.stopping.wait(pause_s):
                return
        if stays:
            peer.ignore()
        else:
            peer.linger()

    return serve


def sends_without_end(first: bytes, again: bytes, *, pause_s: float = 0.0) -> Serve:
    """A server that answers a request with `first` and then with `again`, for as long as it can."""

    def serve(peer: Peer) -> None:
        head(peer)
        peer.socket.sendall(first)
        while not peer.stopping.wait(pause_s):
            peer.socket.sendall(again)

    return serve


def relays_to(where: Endpoint) -> Serve:
    """A server that passes bytes on to another, both ways, until either side ends."""

    def serve(peer: Peer) -> None:
        with socket.create_connection(where, 5) as upstream, selectors.DefaultSelector() as selector:
            pairs = [(peer.socket, upstream), (upstream, peer.socket)]
            for pair in pairs:
                selector.register(pair[0], selectors.EVENT_READ, pair)
            while not peer.stopping.is_set():
                for key, _ in selector.select(0.1):
                    source, target = key.data
                    # More than a TLS record holds, so that none stays behind unseen.
                    data = source.recv(32 * 1024)
                    if not data:
                        return
                    target.sendall(data)

    return serve


def head(peer: Peer) -> bytes:
    """A request's head; whatever came where the client ends before."""
    data = b""
    while b"\r\n\r\n" not in data and (more := peer.socket.recv(4096)):
        data += more
    return data


def response(
    status: int = 200, body: bytes = b"hello", *headers: tuple[str, str], length: int | None = None
) -> bytes:
    """A whole HTTP/1.1 response; `length` is what Content-Length says instead of the truth."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body) if length is None else length}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def redirect(location: str, status: int = 302) -> bytes:
    """A redirect without a body."""
    return response(status, b"", ("Location", location))


Answer = bytes | Callable[[], bytes]
"""A response, or how to make one when it is asked for."""


class Site:
    """An HTTP server with keep-alive that answers by path and remembers what it was asked."""

    def __init__(self, answers: Mapping[str, Answer], otherwise: Answer = b"") -> None:
        self._answers = answers
        self._otherwise = otherwise or response()
        self.asked: list[str] = []
        self.connections = 0

    def __call__(self, peer: Peer) -> None:
        """Serve one connection."""
        self.connections += 1
        while request := head(peer):
            self.asked.append(request.decode("latin-1"))
            target = request.split(b" ")[1].decode("latin-1")
            answer = self._answers.get(target, self._otherwise)
            peer.socket.sendall(answer if isinstance(answer, bytes) else answer())

    def header(self, name: str) -> list[str]:
        """The values of a header in all requests."""
        lines = [line for request in self.asked for line in request.split("\r\n")]
        return [value.strip() for key, _, value in (line.partition(":") for line in lines) if key == name]
