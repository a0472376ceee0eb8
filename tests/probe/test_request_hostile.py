"""HTTP peers that lie, break off, or never end: a code, in time and little memory."""

from __future__ import annotations

import contextlib
import gzip
import socket
import time
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portalcheck.demo.servers import Peer
from portalcheck.facts import Failure
from portalcheck.probe.http.request import Connection
from portalcheck.probe.streams import EvidenceStream
from tests.probe.exchanges import MIB, exchanged, got, step_of
from tests.probe.world import RESETS, World, head, response, says, sends_without_end

# ---- hostile answers -------------------------------------------------------------------------------

_HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", Failure.CLOSED),
        (b"\x00\x01\x02\xff" * 50 + b"\r\n\r\n", Failure.MALFORMED),
        (b"<html>an HTTP/0.9 page</html>\r\n", Failure.MALFORMED),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", Failure.MALFORMED),
        (b"\x15\x03\x03\x00\x02\x02\x28", Failure.MALFORMED),
        (b"HTTP/1.1 abc OK\r\n\r\n", Failure.MALFORMED),
        (b"HTTP/1.1 099 X\r\n\r\n", Failure.MALFORMED),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", Failure.MALFORMED),
        (_HEAD + b"no colon here\r\n\r\n", Failure.MALFORMED),
        (_HEAD + b"Content-Length: -5\r\n\r\n", Failure.MALFORMED),
        (_HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", Failure.MALFORMED),
        (_HEAD + b"Content-Length: 99999999999999999999999999\r\n\r\n", Failure.MALFORMED),
        (_HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n", Failure.MALFORMED),
        (_HEAD + b"Name: value without end", Failure.MALFORMED),
    ],
)
def test_what_is_no_http_is_a_failure(world: World, data: bytes, expected: Failure) -> None:
    step = step_of(world, says(data))
    assert (step.failure, step.status, step.complete) == (expected, 0, False)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (response(200, b"hello", length=10), Failure.CLOSED),
        (_HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhel", Failure.CLOSED),
        (_HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello", Failure.MALFORMED),
        (_HEAD + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nhello", Failure.MALFORMED),
        (_HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"F" * 40 + b"\r\nhello", Failure.MALFORMED),
        (_HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhelloXX0\r\n\r\n", Failure.MALFORMED),
    ],
)
def test_a_body_that_breaks_off_leaves_its_status(world: World, data: bytes, expected: Failure) -> None:
    step = step_of(world, says(data))
    assert (step.failure, step.status, step.complete) == (expected, 200, False)


@RESETS
def test_a_reset_within_the_body_is_a_reset(world: World) -> None:
    def serve(peer: Peer) -> None:
        head(peer)
        peer.socket.sendall(response(200, b"hello", length=1000))
        time.sleep(0.1)
        peer.reset()

    step = step_of(world, serve)
    assert (step.failure, step.status, step.size) == (Failure.RESET, 200, 5)


def test_silence_within_the_body_is_timed_out(world: World) -> None:
    step = step_of(world, says(response(200, b"hello", length=1000), stays=True))
    assert (step.failure, step.status, step.size) == (Failure.TIMED_OUT, 200, 5)


def test_silence_after_the_request_is_timed_out(world: World) -> None:
    assert step_of(world, Peer.ignore).failure is Failure.TIMED_OUT


def test_more_than_was_said_is_not_read(world: World) -> None:
    exchange = got(world, says(response(200, b"hello, and more", length=5)))
    assert (exchange.step.failure, exchange.step.size) == (None, len(b"hello"))


@RESETS
def test_a_reset_instead_of_an_answer_is_a_reset(world: World) -> None:
    def serve(peer: Peer) -> None:
        head(peer)
        peer.reset()

    exchange = got(world, serve)
    assert exchange.step.failure is Failure.RESET
    assert exchange.no_response_byte


_CHUNKED = _HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
_ENDLESS_HEADS = {
    "one-header": sends_without_end(_HEAD + b"Name: ", b"x" * 8192),
    "many-headers": sends_without_end(_HEAD, b"Name: value\r\n" * 500),
    "one-status-line": sends_without_end(b"HTTP/1.1 200 ", b"OK" * 4096),
    "early-hints": sends_without_end(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n" * 200),
    "continues": sends_without_end(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 400),
    "empty-lines": sends_without_end(b"", b"\r\n" * 4096),
    "nothing-known": sends_without_end(b"", b"\xff" * 8192),
    "a-byte-at-a-time": sends_without_end(_HEAD + b"Name: ", b"x", pause_s=0.05),
    "hints-drip": sends_without_end(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", pause_s=0.02),
}


@pytest.mark.parametrize("name", _ENDLESS_HEADS)
def test_a_head_without_end_is_a_failure_in_time_and_little_memory(world: World, name: str) -> None:
    with _little_memory():
        step = step_of(world, _ENDLESS_HEADS[name], seconds=0.5)
    assert step.failure in (Failure.TOO_LARGE, Failure.TIMED_OUT, Failure.MALFORMED)
    assert step.status == 0


@pytest.mark.parametrize(
    "name", ["one-header", "many-headers", "one-status-line", "early-hints", "continues"]
)
def test_too_much_is_called_so(world: World, name: str) -> None:
    assert step_of(world, _ENDLESS_HEADS[name], seconds=10).failure is Failure.TOO_LARGE


def test_fifty_early_hints_are_waited_out(world: World) -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n" * 50
    assert step_of(world, says(hints + response(200, b"hello"))).status == 200


_ENDLESS_BODIES = {
    "plain": sends_without_end(_HEAD + b"\r\n", b"x" * 60_000),
    "length": sends_without_end(_HEAD + b"Content-Length: 9999999999999\r\n\r\n", b"x" * 60_000),
    "chunks": sends_without_end(_CHUNKED, b"1000\r\n" + b"x" * 4096 + b"\r\n"),
    "tiny-chunks": sends_without_end(_CHUNKED, b"1\r\nx\r\n" * 2000),
    "one-chunk": sends_without_end(_CHUNKED + b"FFFFFFFFFF\r\n", b"x" * 60_000),
    "chunk-extension": sends_without_end(_CHUNKED + b"5;", b"x" * 60_000),
    "trailers": sends_without_end(_CHUNKED + b"0\r\n", b"Name: value\r\n" * 500),
}


@pytest.mark.parametrize("name", _ENDLESS_BODIES)
def test_a_body_without_end_is_cut_in_time_and_little_memory(world: World, name: str) -> None:
    with _little_memory():
        exchange = got(world, _ENDLESS_BODIES[name], seconds=0.5)
    assert exchange.step.status == 200
    assert not exchange.step.complete
    assert exchange.step.size <= 2.2 * MIB


def test_a_page_of_two_mebibytes_is_enough_and_no_failure(world: World) -> None:
    step = step_of(world, _ENDLESS_BODIES["plain"], seconds=10)
    assert (step.failure, step.complete) == (None, False)
    assert step.size >= 2 * MIB


def test_a_page_that_drips_is_slow_and_not_broken(world: World) -> None:
    step = step_of(world, sends_without_end(_HEAD + b"Content-Length: 100000\r\n\r\n", b"x", pause_s=0.05))
    assert (step.failure, step.status, step.complete) == (None, 200, False)
    assert 5 < step.size < 100


def test_a_compressed_bomb_is_never_unpacked(world: World) -> None:
    bomb = gzip.compress(b"\0" * (100 * MIB), 9)
    with _little_memory():
        exchange = got(world, says(response(200, bomb, ("Content-Encoding", "gzip"))), seconds=10)
    assert exchange.step.size == len(bomb)


@contextlib.contextmanager
def _little_memory() -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 8 * MIB
    finally:
        tracemalloc.stop()


# ---- bytes of any kind -----------------------------------------------------------------------------


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.binary(max_size=300),
    st.sampled_from(
        [b"", b"HTTP/1.1 200 OK\r\n", _CHUNKED, b"HTTP/1.1 302 X\r\nLocation: ", b"HTTP/1.1 103 X\r\n"]
    ),
)
def test_no_bytes_make_it_raise(data: bytes, first: bytes) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(first + data)
        theirs.shutdown(socket.SHUT_WR)
        with contextlib.closing(Connection(EvidenceStream(ours))) as connection:
            step = exchanged(connection).step
    assert step.failure is not None or step.status
