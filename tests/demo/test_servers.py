"""The servers' frame: ports, connections, and that nothing is left behind."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portalcheck.demo import practice
from portalcheck.demo.portal import Practice
from portalcheck.demo.servers import Peer, Servers
from tests.demo.client import IDENTITY, PORTAL, SECONDS, anything_goes, ask, dial, page, secure


def _echo(peer: Peer) -> None:
    while data := peer.socket.recv(100):
        peer.socket.sendall(data)


@contextlib.contextmanager
def _nothing_left() -> Iterator[None]:
    """The threads and the open sockets of this process are the same before and after."""
    process = psutil.Process()
    threads, sockets = set(threading.enumerate()), _sockets(process)
    yield
    assert set(threading.enumerate()) == threads
    assert _sockets(process) == sockets


def _sockets(process: psutil.Process) -> set[object]:
    opened = Path("/proc/self/fd")
    if not opened.is_dir():
        return {(one.fd, one.laddr, one.raddr) for one in process.net_connections("inet")}
    found = set()
    for one in opened.iterdir():
        with contextlib.suppress(OSError):  # the one that this look opened itself
            found.add(str(one.readlink()))
    return {one for one in found if one.startswith(("socket:", "anon_inode:[eventpoll]"))}


def test_a_tcp_server_answers_and_ends_with_its_context() -> None:
    with _nothing_left():
        servers = Servers()
        where = servers.tcp(_echo)
        with servers, socket.create_connection(where, SECONDS) as sock:
            sock.sendall(b"hello")
            assert sock.recv(100) == b"hello"
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(where, SECONDS)


def test_udp_and_tcp_share_a_port_number() -> None:
    servers = Servers()
    where = servers.both(lambda data: data[::-1], _echo)
    with servers, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        datagrams.settimeout(SECONDS)
        datagrams.sendto(b"abc", where)
        assert datagrams.recv(100) == b"cba"
        with socket.create_connection(where, SECONDS) as sock:
            sock.sendall(b"abc")
            assert sock.recv(100) == b"abc"


def test_a_closed_port_refuses_for_as_long_as_the_servers_run() -> None:
    servers = Servers()
    where = servers.closed()
    with servers, pytest.raises(ConnectionRefusedError):
        socket.create_connection(where, SECONDS)


@pytest.mark.not_on_windows("wine", "resets, which are seen as ends")
def test_reset_is_a_reset_and_not_an_end() -> None:
    servers = Servers()

    def refuse(peer: Peer) -> None:
        peer.socket.recv(1)
        peer.reset()

    where = servers.tcp(refuse)
    with servers, socket.create_connection(where, SECONDS) as sock:
        sock.sendall(b"x")
        with pytest.raises(ConnectionResetError):
            sock.recv(1)


def test_connections_beyond_the_limit_are_closed_and_later_ones_served() -> None:
    servers = Servers()
    where = servers.tcp(_echo)
    with servers:
        with contextlib.ExitStack() as stack:
            many = [stack.enter_context(socket.create_connection(where, SECONDS)) for _ in range(80)]
            refused = 0
            for sock in many:
                try:
                    sock.sendall(b"x")
                    refused += sock.recv(1) == b""
                except ConnectionError:
                    refused += 1
            assert refused == 80 - 64
        end = time.monotonic() + SECONDS
        served = b""
        while not served and time.monotonic() < end:
            with contextlib.suppress(ConnectionError), socket.create_connection(where, SECONDS) as sock:
                sock.sendall(b"y")
                served = sock.recv(1)
        assert served == b"y"


def _idle_in_plain(fault: str) -> Callable[[contextlib.ExitStack], str]:
    def hold(stack: contextlib.ExitStack) -> str:
        running = stack.enter_context(practice(fault))
        stack.callback(dial(running, PORTAL).close)
        return fault

    return hold


def _keeping_alive(stack: contextlib.ExitStack) -> str:
    running = stack.enter_context(practice("healthy"))
    sock = secure(running, PORTAL)
    stack.callback(sock.close)
    assert ask(sock, PORTAL, "/signin").status == 302
    return "after a request over TLS"


def _dripping(stack: contextlib.ExitStack) -> str:
    running = stack.enter_context(practice("slow"))
    sock = secure(running, IDENTITY)
    stack.callback(sock.close)
    sock.sendall(f"GET /login HTTP/1.1\r\nHost: {IDENTITY}\r\n\r\n".encode())
    assert sock.recv(10)
    return "in the midst of a body"


def _tunnelling(stack: contextlib.ExitStack) -> str:
    running = stack.enter_context(practice("proxy-active"))
    sock = dial(running, "proxy.practice.example", 3128)
    stack.callback(sock.close)
    sock.sendall(f"CONNECT {PORTAL}:443 HTTP/1.1\r\nHost: {PORTAL}:443\r\n\r\n".encode())
    assert b" 200 " in sock.recv(1000)
    return "inside a tunnel"


def _ignored(stack: contextlib.ExitStack) -> str:
    running = stack.enter_context(practice("tls-blocked-silently"))
    sock = dial(running, PORTAL)
    stack.callback(sock.close)
    outgoing = ssl.MemoryBIO()
    hello = anything_goes().wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=PORTAL)
    with pytest.raises(ssl.SSLWantReadError):
        hello.do_handshake()
    sock.sendall(outgoing.read())
    return "after a ClientHello that nobody answers"


@pytest.mark.parametrize(
    "hold", [_idle_in_plain("healthy"), _keeping_alive, _dripping, _tunnelling, _ignored]
)
def test_closing_in_the_midst_of_a_connection_leaves_no_thread_and_no_socket(
    hold: Callable[[contextlib.ExitStack], str],
) -> None:
    with _nothing_left():
        since = time.monotonic()
        # The stack closes the client's end first; the other order is the next test's.
        with contextlib.ExitStack() as stack:
            assert hold(stack)
        assert time.monotonic() - since < 2.0


@pytest.mark.parametrize("fault", ["slow", "tls-blocked-silently"])
def test_closing_does_not_wait_for_clients_that_stay(fault: str) -> None:
    with _nothing_left():
        with practice(fault) as running:
            stays = dial(running, IDENTITY)
            since = time.monotonic()
        took = time.monotonic() - since
        # A reset where the world ended before it took the connection.
        with stays, contextlib.suppress(ConnectionResetError):
            assert stays.recv(1) == b""
        assert took < 1.0


def test_an_error_in_the_practice_still_closes_it() -> None:
    with _nothing_left(), pytest.raises(ZeroDivisionError), practice("healthy"):
        raise ZeroDivisionError


@pytest.fixture(scope="module")
def proxied() -> Iterator[Practice]:
    with practice("proxy-active") as running:
        yield running


_NOISE = st.one_of(
    st.binary(min_size=1, max_size=200),
    st.builds(b"\x16\x03\x01".__add__, st.binary(max_size=100)),
    st.builds(b"GET / HTTP/1.1\r\n".__add__, st.binary(max_size=100)),
    st.builds(b"CONNECT ".__add__, st.binary(max_size=100).map(lambda noise: noise + b"\r\n\r\n")),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=_NOISE)
def test_noise_ends_one_connection_and_no_server(healthy: Practice, proxied: Practice, noise: bytes) -> None:
    tcp = [
        dial(healthy, PORTAL),
        dial(healthy, PORTAL, 80),
        dial(proxied, "proxy.practice.example", 3128),
        dial(healthy, "192.0.2.53", 53),
    ]
    for sock in tcp:
        with sock, contextlib.suppress(OSError):  # the server may be quicker to hang up
            sock.sendall(noise)
            sock.shutdown(socket.SHUT_WR)
            while sock.recv(4096):
                pass
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        datagrams.sendto(noise, healthy.machine.endpoint("192.0.2.53", 53))
    assert page(healthy, PORTAL, "/signin").status == 302
