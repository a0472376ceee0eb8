"""One HTTP exchange, with a deadline."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

from portalcheck.demo.servers import Endpoint, Serve
from portalcheck.facts import HttpStep
from portalcheck.probe.deadline import Deadline
from portalcheck.probe.http.http1 import Request
from portalcheck.probe.http.location import url_of
from portalcheck.probe.http.request import HEADERS, Connection, Exchange
from portalcheck.probe.streams import EvidenceStream
from tests.probe.world import World, in_time

URL = "http://portal.example/"
MIB = 1024 * 1024
NOW = 1_700_000_000.0
SECONDS = 1.0


@contextlib.contextmanager
def connected(where: Endpoint, *, through_proxy: bool = False, protocol: str = "") -> Iterator[Connection]:
    stream = EvidenceStream(socket.create_connection(where, 2))
    connection = Connection(stream, protocol, through_proxy=through_proxy)
    with contextlib.closing(connection):
        yield connection


def exchanged(connection: Connection, url: str = URL, *, seconds: float = SECONDS) -> Exchange:
    with in_time(seconds):
        target = url_of(url)
        assert target is not None
        request = Request("GET", target, HEADERS)
        return connection.exchange(request, lambda: NOW, Deadline(seconds))


def got(world: World, serve: Serve, *, seconds: float = SECONDS) -> Exchange:
    with connected(world.tcp(serve)) as connection:
        return exchanged(connection, seconds=seconds)


def step_of(world: World, serve: Serve, *, seconds: float = SECONDS) -> HttpStep:
    return got(world, serve, seconds=seconds).step
