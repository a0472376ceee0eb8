"""One HTTP exchange: what is sent, and the evidence of good answers."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.demo.servers import Peer, Serve
from portalcheck.facts import Failure
from portalcheck.probe.deadline import Deadline
from portalcheck.probe.http.headers import Headers, server_time
from portalcheck.probe.http.http1 import Request
from portalcheck.probe.http.location import url_of
from portalcheck.probe.http.request import HEADERS, filler_cookies
from tests.probe.exchanges import NOW, URL, connected, exchanged, got, step_of
from tests.probe.world import Site, World, head, response, says, sends_without_end

# ---- good answers ----------------------------------------------------------------------------------


def test_a_page_is_told_whole(world: World) -> None:
    exchange = got(world, says(response(200, b"hello", ("Date", "Tue, 14 Nov 2023 22:13:20 GMT"))))
    step = exchange.step
    assert (step.failure, step.status, step.size, step.complete) == (None, 200, 5, True)
    assert (step.server_time, step.received_at) == (NOW, NOW)
    assert exchange.step.size == len(b"hello")
    assert not exchange.no_response_byte


@pytest.mark.parametrize("status", [204, 304, 401, 403, 451, 500, 503, 599, 600, 999])
def test_every_status_is_evidence(world: World, status: int) -> None:
    step = step_of(world, says(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n".encode()))
    assert (step.failure, step.status) == (None, status)


def test_a_body_without_length_ends_with_the_connection(world: World) -> None:
    step = step_of(world, says(b"HTTP/1.0 200 OK\r\n\r\nhello"))
    assert (step.failure, step.size, step.complete) == (None, 5, True)


def test_a_body_in_chunks_is_put_together(world: World) -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nA: b\r\n\r\n"
    exchange = got(world, says(chunked))
    assert (exchange.step.size, exchange.step.complete) == (len(b"hello world"), True)


def test_what_comes_before_the_answer_is_passed_over(world: World) -> None:
    before = b"HTTP/1.1 100 Continue\r\n\r\n" + b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 5
    assert step_of(world, says(before + response())).status == 200


def test_one_connection_serves_one_request_after_another(world: World) -> None:
    site = Site({"/b": response(200, b"second")})
    with connected(world.tcp(site)) as connection:
        assert exchanged(connection).step.status == 200
        assert connection.usable
        assert exchanged(connection, URL + "b").step.size == len(b"second")
    assert site.connections == 1


def test_a_connection_that_was_closed_meanwhile_is_unheard(world: World) -> None:
    def serve(peer: Peer) -> None:
        head(peer)
        peer.socket.sendall(response())

    with connected(world.tcp(serve)) as connection:
        assert exchanged(connection).step.failure is None
        time.sleep(0.05)
        again = exchanged(connection)
    assert again.no_response_byte
    assert again.step.failure in (Failure.CLOSED, Failure.RESET)


@pytest.mark.parametrize("data", [response(200, b"x", ("Connection", "close")), b"HTTP/1.0 200 OK\r\n\r\n"])
def test_a_connection_that_says_it_ends_is_not_used_again(world: World, data: bytes) -> None:
    with connected(world.tcp(says(data))) as connection:
        exchanged(connection)
        assert not connection.usable


# ---- what is sent ----------------------------------------------------------------------------------


def test_no_cookie_and_no_credential_is_sent(world: World) -> None:
    site = Site({})
    url = "http://user:secret@portal.example/a?b=c#fragment"
    with connected(world.tcp(site)) as connection:
        exchanged(connection, url)
    request = site.asked[0]
    assert request.startswith("GET /a?b=c HTTP/1.1\r\n")
    assert site.header("Host") == ["portal.example"]
    lowered = request.lower()
    assert not any(word in lowered for word in ("cookie", "authorization", "secret", "fragment", "referer"))
    assert site.header("Accept-Encoding") == ["identity"]


def test_a_proxy_is_sent_the_whole_target_without_secrets(world: World) -> None:
    site = Site({})
    url = "http://user:secret@portal.example:8080/a?b=c#fragment"
    with connected(world.tcp(site), through_proxy=True) as connection:
        exchanged(connection, url)
    assert site.asked[0].startswith("GET http://portal.example:8080/a?b=c HTTP/1.1\r\n")
    assert site.header("Host") == ["portal.example:8080"]


@pytest.mark.parametrize("size", [1, 5, 19, 20, 100, 2047, 2048, 2049, 2050, 4096, 8192, 16_384, 20_001])
def test_filler_cookies_have_exactly_the_length_and_no_cookie_is_longer_than_browsers_allow(
    size: int,
) -> None:
    value = filler_cookies(size)
    assert len(value) == size
    assert all(len(cookie) <= 4096 for cookie in value.split("; "))


def test_a_body_is_sent_with_its_length(world: World) -> None:
    said: list[bytes] = []

    def serve(peer: Peer) -> None:
        said.append(head(peer))
        said.append(peer.socket.recv(100) if not said[0].endswith(b"hello") else b"")
        peer.socket.sendall(response(200, b"x"))

    target = url_of(URL + "ask")
    assert target is not None
    with connected(world.tcp(serve)) as connection:
        exchange = connection.exchange(Request("POST", target, HEADERS, b"hello"), lambda: NOW, Deadline(2.0))
    assert exchange.step.size == 1
    assert b"".join(said).startswith(b"POST /ask HTTP/1.1\r\nHost: portal.example\r\n")
    assert b"\r\nContent-Length: 5\r\n" in said[0]
    assert b"".join(said).endswith(b"\r\n\r\nhello")


def test_an_answer_that_comes_before_the_request_was_read_is_heard(world: World) -> None:
    def serve(peer: Peer) -> None:
        peer.socket.sendall(response(400, b"no", ("Connection", "close")))
        peer.linger()

    assert step_of(world, serve).status == 400


# ---- header fields ---------------------------------------------------------------------------------


def test_header_fields_are_found_by_name_whatever_its_case_and_several_are_one_list() -> None:
    headers = Headers([(b"Vary", b"a"), (b"LOCATION", "/\u00fc".encode()), (b"vary", b"b"), (b"x", b"\xff")])
    assert headers.get("vary") == "a, b"
    assert headers.every("vary") == ["a", "b"]
    assert headers.get("location") == "/\u00fc"
    assert headers.get("x") == "\u00ff"
    assert (headers.get("none", "0"), "none" in headers, "location" in headers) == ("0", False, True)


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
    step = step_of(world, serve, seconds=5)
    assert time.monotonic() - since < 2
    assert (step.failure, step.status, step.location) == (None, 302, "/x")


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
    assert step_of(world, says(data)).challenge is expected


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
        headers = Headers([(k, v.encode()) for k, v in ((b"Date", date), (b"Age", age)) if v])
        assert server_time(headers) == expected
    finally:
        monkeypatch.undo()
        if hasattr(time, "tzset"):
            time.tzset()


@settings(max_examples=300)
@given(st.text(max_size=60), st.text(max_size=20))
def test_no_text_makes_the_servers_time_raise(date: str, age: str) -> None:
    headers = Headers([(b"date", date.encode()), (b"age", age.encode())])
    assert isinstance(server_time(headers), float | None)


@settings(max_examples=200)
@given(
    st.from_regex(
        r"[A-Z][a-z]{2}, [0-9]{1,3} (Jan|Nov|Xyz) [0-9]{1,6} [0-9]{1,3}:[0-9]{2}:[0-9]{2} (GMT|[+-][0-9]{4,6})",
        fullmatch=True,
    )
)
def test_no_date_makes_the_servers_time_raise(date: str) -> None:
    assert isinstance(server_time(Headers([(b"date", date.encode())])), float | None)
