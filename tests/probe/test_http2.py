"""HTTP/2 with servers that are right, wrong, or lie."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import h2.config
import h2.connection
import h2.errors
import h2.events
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portalcheck.demo.servers import Peer, Serve
from portalcheck.facts import HTTP_2, Failure
from portalcheck.probe.http.request import Connection, Exchange
from tests.probe.exchanges import MIB, connected, exchanged
from tests.probe.world import World

Speak = Callable[[h2.connection.H2Connection, int], None]
OK = [(":status", "200"), ("content-type", "text/html"), ("date", "Tue, 14 Nov 2023 22:13:20 GMT")]


def speaks(*turns: Speak) -> Serve:
    """A server that does one thing for each request, the last one for all later ones."""

    def serve(peer: Peer) -> None:
        config = h2.config.H2Configuration(client_side=False, validate_outbound_headers=False)
        connection = h2.connection.H2Connection(config)
        connection.initiate_connection()
        peer.socket.sendall(connection.data_to_send())
        left = list(turns)
        while data := peer.socket.recv(65536):
            for event in connection.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    (left.pop(0) if len(left) > 1 else left[0])(connection, event.stream_id or 0)
            peer.socket.sendall(connection.data_to_send())
            if connection.state_machine.state is h2.connection.ConnectionState.CLOSED:
                return

    return serve


def page(connection: h2.connection.H2Connection, stream: int) -> None:
    connection.send_headers(stream, OK)
    connection.send_data(stream, b"<form>sign in</form>", end_stream=True)


def resets(code: h2.errors.ErrorCodes) -> Speak:
    return lambda connection, stream: connection.reset_stream(stream, code)


def pushes(connection: h2.connection.H2Connection, stream: int) -> None:
    """As servers do that push what a page will need, where they may."""
    if connection.remote_settings.enable_push:
        connection.reset_stream(stream)
        return
    connection.increment_flow_control_window(10, stream)
    page(connection, stream)


def goes_away(connection: h2.connection.H2Connection, stream: int) -> None:
    connection.close_connection(h2.errors.ErrorCodes.INTERNAL_ERROR)


def leaves_politely(connection: h2.connection.H2Connection, stream: int) -> None:
    page(connection, stream)
    connection.close_connection(h2.errors.ErrorCodes.NO_ERROR)


def breaks_off(connection: h2.connection.H2Connection, stream: int) -> None:
    connection.send_headers(stream, OK)
    connection.send_data(stream, b"half")
    connection.reset_stream(stream, h2.errors.ErrorCodes.CANCEL)


def many_interim(connection: h2.connection.H2Connection, stream: int) -> None:
    for _ in range(200):
        connection.send_headers(stream, [(":status", "103")])
    page(connection, stream)


def huge_head(connection: h2.connection.H2Connection, stream: int) -> None:
    connection.send_headers(stream, [*OK, *((f"x-{number}", "y" * 1000) for number in range(100))])


def without_status(connection: h2.connection.H2Connection, stream: int) -> None:
    connection.send_headers(stream, [("content-type", "text/html")], end_stream=True)


@contextlib.contextmanager
def open_to(world: World, serve: Serve) -> Iterator[Connection]:
    with connected(world.tcp(serve), protocol=HTTP_2) as connection:
        yield connection


def got(world: World, serve: Serve) -> Exchange:
    with open_to(world, serve) as connection:
        return exchanged(connection)


def test_a_page_is_read_with_its_status_size_and_time(world: World) -> None:
    step = got(world, speaks(page)).step
    assert (step.failure, step.status, step.size, step.complete) == (None, 200, 20, True)
    assert step.server_time == 1_700_000_000.0


def test_nothing_is_pushed_and_room_may_be_given_before_the_page(world: World) -> None:
    assert got(world, speaks(pushes)).step.status == 200


def test_a_connection_is_used_again(world: World) -> None:
    with open_to(world, speaks(page)) as connection:
        for _ in range(3):
            assert connection.usable
            assert exchanged(connection).step.status == 200


def test_a_connection_that_was_said_goodbye_to_is_not_used_again(world: World) -> None:
    with open_to(world, speaks(leaves_politely)) as connection:
        assert exchanged(connection).step.status == 200
        assert not connection.usable or exchanged(connection).no_response_byte


@pytest.mark.parametrize(
    ("speak", "failure"),
    [
        (resets(h2.errors.ErrorCodes.PROTOCOL_ERROR), Failure.STREAM_RESET),
        (resets(h2.errors.ErrorCodes.REFUSED_STREAM), Failure.STREAM_RESET),
        (resets(h2.errors.ErrorCodes.HTTP_1_1_REQUIRED), Failure.HTTP_1_REQUIRED),
        (goes_away, Failure.CLOSED),
        (breaks_off, Failure.STREAM_RESET),
        (many_interim, Failure.MALFORMED),
        (huge_head, Failure.TOO_LARGE),
        (without_status, Failure.MALFORMED),
        (lambda connection, stream: None, Failure.TIMED_OUT),
    ],
)
def test_what_is_no_page_has_its_code(world: World, speak: Speak, failure: Failure) -> None:
    assert got(world, speaks(speak)).step.failure is failure


@pytest.mark.parametrize(
    "data", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0" * 9, b"\0\0\0\6\0\0\0\0\0" * 1000]
)
def test_a_server_that_speaks_no_http_2_is_a_failure(world: World, data: bytes) -> None:
    def serve(peer: Peer) -> None:
        peer.socket.recv(65536)
        peer.socket.sendall(data)
        peer.linger()

    assert got(world, serve).step.failure in (Failure.CLOSED, Failure.MALFORMED)


@given(st.binary(max_size=400), st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_of_a_server_make_it_raise(world: World, data: bytes, greeted: bool) -> None:
    def serve(peer: Peer) -> None:
        peer.socket.recv(65536)
        connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        connection.initiate_connection()
        peer.socket.sendall((connection.data_to_send() if greeted else b"") + data)
        peer.linger()

    assert got(world, serve).step.failure is not None


def test_a_page_without_end_is_cut(world: World) -> None:
    def endless(peer: Peer) -> None:
        connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        connection.initiate_connection()
        connection.receive_data(peer.socket.recv(65536))
        connection.send_headers(1, OK)
        while not peer.stopping.is_set():
            room = min(connection.local_flow_control_window(1), 16 * 1024)
            if room:
                connection.send_data(1, bytes(room))
            peer.socket.sendall(connection.data_to_send())
            if not room:
                connection.receive_data(peer.socket.recv(65536))

    step = got(world, endless).step
    assert step.status == 200
    assert step.size <= 3 * MIB
    assert not step.complete
