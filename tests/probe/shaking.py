"""Handshakes with a deadline."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

from portalcheck.demo.servers import Endpoint, Peer, Serve
from portalcheck.facts import Hello, TlsStep
from portalcheck.probe.deadline import Deadline
from portalcheck.probe.tls.handshake import handshake
from portalcheck.probe.tls.openssl import TlsStream
from tests.probe.world import HOST, SECONDS, in_time

Shaken = tuple[TlsStream | None, TlsStep]


def shake(
    where: Endpoint,
    *,
    name: str = HOST,
    seconds: float = SECONDS,
    hello: Hello = Hello.BROWSER,
    connected: threading.Event | None = None,
    answered_only: bool = False,
) -> Shaken:
    """One handshake, which ends in time and closes its socket when it fails; `connected` is set before it.

    With `answered_only` there is none, however it ends (`Hello.CHROMIUM`).
    """
    sock = socket.create_connection(where, 2)
    if connected is not None:
        connected.set()
    with in_time(seconds):
        secured, step = handshake(sock, name, Deadline(seconds), hello)
    assert answered_only or (secured is None) == (step.failure is not None)
    assert (secured is None) == (sock.fileno() == -1)
    return secured, step


@contextlib.contextmanager
def opened(where: Endpoint) -> Iterator[TlsStream]:
    """A connection that was made, closed at the end."""
    secured, _ = shake(where)
    assert secured is not None
    with contextlib.closing(secured):
        secured.settimeout(5)
        yield secured


def succeeds(where: Endpoint, *, name: str = HOST, hello: Hello = Hello.BROWSER) -> TlsStep:
    secured, step = shake(where, name=name, hello=hello)
    assert secured is not None
    secured.close()
    return step


def fails(where: Endpoint, **given: object) -> TlsStep:
    secured, step = shake(where, **given)  # type: ignore[arg-type]  # handed on as it came
    assert secured is None
    return step


def hello(peer: Peer) -> bytes:
    return peer.socket.recv(16 * 1024)


def echo(peer: Peer) -> None:
    """Sends everything back."""
    while data := peer.socket.recv(64 * 1024):
        peer.socket.sendall(data)


def writes(data: bytes) -> Serve:
    """A server that answers a ClientHello with these bytes."""

    def serve(peer: Peer) -> None:
        hello(peer)
        peer.socket.sendall(data)
        peer.linger()

    return serve
