"""One HTTP exchange: evidence of good answers, and a code in time for every peer that gives none."""

from __future__ import annotations

import contextlib
import gzip
import socket
import time
import tracemalloc
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portalcheck.demo.servers import Endpoint, Peer, Serve
from portalcheck.facts import Failure, HttpStep
from portalcheck.path.request import HEADERS, Connection, Exchange, filler_cookies, server_time
from portalcheck.path.streams import EvidenceStream
from portalcheck.path.waiting import Deadline
from tests.path.world import Site, World, head, in_time, response, says, sends_without_end

URL = "http://portal.example/"
MIB = 1024 * 1024
NOW = 1_700_000_000.0
SECONDS = 1.0


@contextlib.contextmanager
def _connected(where: Endpoint, url: str = URL, *, through_proxy: bool = False) -> Iterator[Connection]:
    connection = Connection(
        EvidenceStream(socket.create_connection(where, 2)), httpx.URL(url), through_proxy=through_proxy
    )
    with contextlib.closing(connection):
        yield connection


def _exchange(
    connection: Connection, url: str = URL, *, seconds: float = SECONDS, keep: int = 64 * 1024
) -> Exchange:
    with in_time(seconds):
        request = httpx.Request("GET", url, headers=HEADERS)
        return connection.exchange(request, lambda: NOW, Deadline(seconds), keep=keep)


def _get(world: World, serve: Serve, *, seconds: float = SECONDS, keep: int = 64 * 1024) -> Exchange:
    with _connected(world.tcp(serve)) as connection:
        return _exchange(connection, seconds=seconds, keep=keep)


def _step(world: World, serve: Serve, *, seconds: float = SECONDS) -> HttpStep:
    return _get(world, serve, seconds=seconds).step


# ---- good answers ----------------------------------------------------------------------------------


def test_a_page_is_told_whole(world: World) -> None:
    exchange = _get(world, says(response(200, b"hello", ("Date", "Tue, 14 Nov 2023 22:13:20 GMT"))))
    step = exchange.step
    assert (step.failure, step.status, step.size, step.complete) == (None, 200, 5, True)
    assert (step.server_time, step.received_at) == (NOW, NOW)
    assert exchange.body == b"hello"
    assert not exchange.unheard


@pytest.mark.parametrize("status", [204, 304, 401, 403, 451, 500, 503, 599, 600, 999])
def test_every_status_is_evidence(world: World, status: int) -> None:
    step = _step(world, says(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n".encode()))
    assert (step.failure, step.status) == (None, status)


def test_a_body_without_length_ends_with_the_connection(world: World) -> None:
    step = _step(world, says(b"HTTP/1.0 200 OK\r\n\r\nhello"))
    assert (step.failure, step.size, step.complete) == (None, 5, True)


def test_a_body_in_chunks_is_put_together(world: World) -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nA: b\r\n\r\n"
    exchange = _get(world, says(chunked))
    assert (exchange.body, exchange.step.complete) == (b"hello world", True)


def test_what_comes_before_the_answer_is_passed_over(world: World) -> None:
    before = b"HTTP/1.1 100 Continue\r\n\r\n" + b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 5
    assert _step(world, says(before + response())).status == 200


def test_only_the_head_of_a_body_is_kept(world: World) -> None:
    exchange = _get(world, says(response(200, b"x" * 300_000)), keep=1000)
    assert (len(exchange.body), exchange.step.size, exchange.step.complete) == (1000, 300_000, True)


def test_one_connection_serves_one_request_after_another(world: World) -> None:
    site = Site({"/b": response(200, b"second")})
    with _connected(world.tcp(site)) as connection:
        assert _exchange(connection).step.status == 200
        assert connection.usable
        assert _exchange(connection, URL + "b").body == b"second"
    assert site.connections == 1


def test_a_connection_that_was_closed_meanwhile_is_unheard(world: World) -> None:
    def serve(peer: Peer) -> None:
        head(peer)
        peer.socket.sendall(response())

    with _connected(world.tcp(serve)) as connection:
        assert _exchange(connection).step.failure is None
        time.sleep(0.05)
        again = _exchange(connection)
    assert again.unheard
    assert again.step.failure in (Failure.CLOSED, Failure.RESET)


@pytest.mark.parametrize("data", [response(200, b"x", ("Connection", "close")), b"HTTP/1.0 200 OK\r\n\r\n"])
def test_a_connection_that_says_it_ends_is_not_used_again(world: World, data: bytes) -> None:
    with _connected(world.tcp(says(data))) as connection:
        _exchange(connection)
        assert not connection.usable


# ---- what is sent ----------------------------------------------------------------------------------


def test_no_cookie_and_no_credential_is_sent(world: World) -> None:
    site = Site({})
    url = "http://user:secret@portal.example/a?b=c#fragment"
    with _connected(world.tcp(site), url) as connection:
        _exchange(connection, url)
    request = site.asked[0]
    assert request.startswith("GET /a?b=c HTTP/1.1\r\n")
    assert site.header("Host") == ["portal.example"]
    lowered = request.lower()
    assert not any(word in lowered for word in ("cookie", "authorization", "secret", "fragment", "referer"))
    assert site.header("Accept-Encoding") == ["identity"]


def test_a_proxy_is_sent_the_whole_target_without_secrets(world: World) -> None:
    site = Site({})
    url = "http://user:secret@portal.example:8080/a?b=c#fragment"
    with _connected(world.tcp(site), url, through_proxy=True) as connection:
        _exchange(connection, url)
    assert site.asked[0].startswith("GET http://portal.example:8080/a?b=c HTTP/1.1\r\n")
    assert site.header("Host") == ["portal.example:8080"]


@pytest.mark.parametrize("size", [1, 5, 19, 20, 100, 2047, 2048, 2049, 2050, 4096, 8192, 16_384, 20_001])
def test_filler_cookies_have_exactly_the_length_and_no_cookie_is_longer_than_browsers_allow(
    size: int,
) -> None:
    value = filler_cookies(size)
    assert len(value) == size
    assert all(len(cookie) <= 4096 for cookie in value.split("; "))


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
    step = _step(world, says(data))
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
    step = _step(world, says(data))
    assert (step.failure, step.status, step.complete) == (expected, 200, False)


def test_a_reset_within_the_body_is_a_reset(world: World) -> None:
    def serve(peer: Peer) -> None:
        head(peer)
        peer.socket.sendall(response(200, b"hello", length=1000))
        time.sleep(0.1)
        peer.reset()

    step = _step(world, serve)
    assert (step.failure, step.status, step.size) == (Failure.RESET, 200, 5)


def test_silence_within_the_body_is_timed_out(world: World) -> None:
    step = _step(world, says(response(200, b"hello", length=1000), stays=True))
    assert (step.failure, step.status, step.size) == (Failure.TIMED_OUT, 200, 5)


def test_silence_after_the_request_is_timed_out(world: World) -> None:
    assert _step(world, Peer.ignore).failure is Failure.TIMED_OUT


def test_more_than_was_said_is_not_read(world: World) -> None:
    exchange = _get(world, says(response(200, b"hello, and more", length=5)))
    assert (exchange.step.failure, exchange.body) == (None, b"hello")


def test_a_reset_instead_of_an_answer_is_a_reset(world: World) -> None:
    def serve(peer: Peer) -> None:
        head(peer)
        peer.reset()

    exchange = _get(world, serve)
    assert exchange.step.failure is Failure.RESET
    assert exchange.unheard


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
        step = _step(world, _ENDLESS_HEADS[name])
    assert step.failure in (Failure.TOO_LARGE, Failure.TIMED_OUT, Failure.MALFORMED)
    assert step.status == 0


@pytest.mark.parametrize("name", ["one-header", "many-headers", "one-status-line", "early-hints"])
def test_too_much_is_called_so(world: World, name: str) -> None:
    assert _step(world, _ENDLESS_HEADS[name], seconds=10).failure is Failure.TOO_LARGE


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
        exchange = _get(world, _ENDLESS_BODIES[name])
    assert exchange.step.status == 200
    assert not exchange.step.complete
    assert exchange.step.size <= 2.2 * MIB
    assert len(exchange.body) <= 64 * 1024


def test_a_page_of_two_mebibytes_is_enough_and_no_failure(world: World) -> None:
    step = _step(world, _ENDLESS_BODIES["plain"], seconds=10)
    assert (step.failure, step.complete) == (None, False)
    assert step.size >= 2 * MIB


def test_a_page_that_drips_is_slow_and_not_broken(world: World) -> None:
    step = _step(world, sends_without_end(_HEAD + b"Content-Length: 100000\r\n\r\n", b"x", pause_s=0.05))
    assert (step.failure, step.status, step.complete) == (None, 200, False)
    assert 5 < step.size < 100


def test_a_compressed_bomb_is_never_unpacked(world: World) -> None:
    bomb = gzip.compress(b"\0" * (100 * MIB), 9)
    with _little_memory():
        exchange = _get(world, says(response(200, bomb, ("Content-Encoding", "gzip"))), seconds=10)
    assert exchange.step.size == len(bomb)
    assert exchange.body == bomb[: 64 * 1024]


@contextlib.contextmanager
def _little_memory() -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 8 * MIB
    finally:
        tracemalloc.stop()


# ---- redirects -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "serve",
    [
        says(response(302, b"hello", ("Location", "/x"), length=99)),
        says(response(302, b"hello", ("Location", "/x"), length=99), stays=True),
        sends_without_end(b"HTTP/1.1 302 X\r\nLocation: /x\r\n\r\n", b"x" * 60_000),
        sends_without_end(b"HTTP/1.1 302 X\r\nLocation: /x\r\n\r\n", b"x", pause_s=0.05),
    ],
    ids=["cut", "silent", "endless", "drips"],
)
def test_the_body_of_a_redirect_matters_to_nobody(world: World, serve: Serve) -> None:
    since = time.monotonic()
    step = _step(world, serve, seconds=5)
    assert time.monotonic() - since < 2
    assert (step.failure, step.status, step.location) == (None, 302, "/x")


# ---- bytes of any kind -----------------------------------------------------------------------------


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
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
        with contextlib.closing(Connection(EvidenceStream(ours), httpx.URL(URL))) as connection:
            step = _exchange(connection).step
    assert step.failure is not None or step.status


# ---- challenges ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (response(403, b"x", ("cf-mitigated", "challenge")), True),
        (response(202, b"x", ("x-amzn-waf-action", "challenge")), True),
        (response(403, b'<script src="/cdn-cgi/challenge-platform/h/b"></script>'), True),
        (response(403, b"<iframe src='//geo.CAPTCHA-DELIVERY.com/'>"), True),
        (response(200, b'<script src="/cdn-cgi/challenge-platform/h/b"></script>'), False),
        (response(403, b"forbidden"), False),
    ],
)
def test_a_page_that_asks_for_a_person_is_known(world: World, data: bytes, expected: bool) -> None:
    assert _step(world, says(data)).challenge is expected


# ---- dates -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("date", "age", "expected"),
    [
        ("Tue, 14 Nov 2023 22:13:20 GMT", "", NOW),
        ("Tuesday, 14-Nov-23 22:13:20 GMT", "", NOW),
        ("Tue Nov 14 22:13:20 2023", "", NOW),
        ("Tue, 14 Nov 2023 22:13:20 -0000", "", NOW),
        ("Tue, 14 Nov 2023 23:13:20 +0100", "", NOW),
        ("Tue, 14 Nov 2023 22:13:20 GMT", "3600", NOW + 3600),
        ("Tue, 14 Nov 2023 22:13:20 GMT", " 7 ", NOW + 7),
        ("Tue, 14 Nov 2023 22:13:20 GMT", "-5", NOW),
        ("Tue, 14 Nov 2023 22:13:20 GMT", "soon", NOW),
        ("Tue, 14 Nov 2023 22:13:20 GMT", "999999999999999", NOW),
        ("Tue, 14 Nov 2023 22:13:20 GMT", "999999999", NOW + 10 * 366 * 86400),
        ("", "", None),
        ("yesterday", "", None),
        ("Tue, 99 Nov 2023 22:13:20 GMT", "", None),
        ("Tue, 14 Nov 2023 25:61:61 GMT", "", None),
        ("Tue, 14 Nov 99999999 22:13:20 GMT", "", None),
        ("0", "", None),
    ],
)
def test_the_servers_time_is_date_plus_age(
    date: str, age: str, expected: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    if hasattr(time, "tzset"):
        time.tzset()
    try:
        headers = httpx.Headers([(k, v) for k, v in (("Date", date), ("Age", age)) if v])
        assert server_time(headers) == expected
    finally:
        monkeypatch.undo()
        if hasattr(time, "tzset"):
            time.tzset()


@settings(max_examples=300)
@given(st.text(max_size=60), st.text(max_size=20))
def test_no_text_makes_the_servers_time_raise(date: str, age: str) -> None:
    assert isinstance(
        server_time(httpx.Headers({b"date": date.encode(), b"age": age.encode()})), float | None
    )


@settings(max_examples=200)
@given(
    st.from_regex(
        r"[A-Z][a-z]{2}, [0-9]{1,3} (Jan|Nov|Xyz) [0-9]{1,6} [0-9]{1,3}:[0-9]{2}:[0-9]{2} (GMT|[+-][0-9]{4,6})",
        fullmatch=True,
    )
)
def test_no_date_makes_the_servers_time_raise(date: str) -> None:
    assert isinstance(server_time(httpx.Headers({"date": date})), float | None)
