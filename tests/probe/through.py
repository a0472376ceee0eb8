"""Walks through a proxy, and proxies that say what they please."""

from __future__ import annotations

from portalcheck.demo.servers import Endpoint, Peer, Serve
from portalcheck.facts import Hop, ProxyStep, Route, Trace
from tests.probe.world import PROXY, PROXY_ADDRESS, URL, World, computer, head, relays_to, walk

PORT = 3128


def through(
    world: World, proxy: Endpoint | Serve, *, scheme: str = "http", url: str = URL, seconds: float = 2.0
) -> Trace:
    """A walk through a proxy; nothing else can be reached."""
    where = proxy if isinstance(proxy, tuple) else world.tcp(proxy)
    route = Route(url=url, proxy=f"{scheme}://{PROXY}:{PORT}")
    return walk(computer({(PROXY_ADDRESS, PORT): where}), route, seconds=seconds)


def step_of(hop: Hop) -> ProxyStep:
    assert hop.proxy is not None
    return hop.proxy


def after_a_head(data: bytes) -> Serve:
    def serve(peer: Peer) -> None:
        head(peer)
        peer.socket.sendall(data)
        peer.linger()

    return serve


def lets_through(target: Endpoint, asked: list[str], *, answer: bytes = b"HTTP/1.1 200 OK\r\n\r\n") -> Serve:
    def serve(peer: Peer) -> None:
        asked.append(head(peer).decode())
        peer.socket.sendall(answer)
        relays_to(target)(peer)

    return serve
