"""SOCKS 5, and bytes of any kind from a proxy."""

from __future__ import annotations

import socket
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.demo.servers import Endpoint, Peer, Serve
from portalcheck.facts import Failure, Route, TraceEnd
from portalcheck.probe.connect.proxies import proxy_endpoint, tunnel
from portalcheck.probe.deadline import Deadline
from tests.probe.through import PORT, step_of, through
from tests.probe.world import (
    ADDRESS,
    HOST,
    PROXY,
    PROXY_ADDRESS,
    RESETS,
    URL,
    Site,
    World,
    computer,
    in_time,
    relays_to,
    response,
    walk,
)

# ---- SOCKS 5 ---------------------------------------------------------------------------------------

_NO_LOGIN = b"\x05\x00"
_DONE = b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"


def _socks(
    method: bytes, answer: bytes = b"", target: Endpoint | None = None, *, pause_s: float = 0.0
) -> Serve:
    def send(peer: Peer, data: bytes) -> None:
        for piece in [data] if not pause_s else [data[at : at + 1] for at in range(len(data))]:
            peer.socket.sendall(piece)
            time.sleep(pause_s)

    def serve(peer: Peer) -> None:
        peer.socket.recv(3)
        send(peer, method)
        if answer:
            peer.socket.recv(300)
            send(peer, answer)
        if target is not None:
            relays_to(target)(peer)
        else:
            peer.linger()

    return serve


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
@pytest.mark.parametrize(
    "done",
    [
        _DONE,
        b"\x05\x00\x00\x04" + b"\0" * 18,
        b"\x05\x00\x00\x03\x04host\x01\xbb",
        b"\x05\x00\x00\x03\x00\x01\xbb",
    ],
    ids=["ipv4", "ipv6", "name", "empty-name"],
)
def test_a_socks_proxy_leads_to_the_page(world: World, scheme: str, done: bytes) -> None:
    trace = through(world, _socks(_NO_LOGIN, done, world.tls(Site({}))), scheme=scheme)
    assert trace.end is TraceEnd.PAGE


def test_a_socks_proxy_is_told_the_name_and_not_an_address(world: World) -> None:
    seen: list[bytes] = []

    def serve(peer: Peer) -> None:
        seen.append(peer.socket.recv(300))
        peer.socket.sendall(_NO_LOGIN)
        seen.append(peer.socket.recv(300))

    through(world, serve, scheme="socks5")
    assert seen == [b"\x05\x01\x00", b"\x05\x01\x00\x03" + bytes([len(HOST)]) + HOST.encode() + b"\x01\xbb"]


def test_socks_answers_in_single_bytes_are_whole_answers(world: World) -> None:
    serve = _socks(_NO_LOGIN, b"\x05\x00\x00\x03\x04host\x01\xbb", world.tls(Site({})), pause_s=0.005)
    assert through(world, serve, scheme="socks5").end is TraceEnd.PAGE


def test_plain_http_through_socks_is_asked_as_usual(world: World) -> None:
    site = Site({}, response(200, b"hello"))
    trace = through(world, _socks(_NO_LOGIN, _DONE, world.tcp(site)), scheme="socks5", url=f"http://{HOST}/a")
    assert trace.end is TraceEnd.PAGE
    assert site.asked[0].startswith("GET /a HTTP/1.1\r\n")


@pytest.mark.parametrize(
    ("serve", "expected"),
    [
        (_socks(b"\x05\xff"), {Failure.PROXY_AUTH}),
        (_socks(b"\x05\x02"), {Failure.PROXY_AUTH}),
        (_socks(b"\x04\x00"), {Failure.MALFORMED}),
        (_socks(b"HTTP/1.1 400 Bad Request\r\n\r\n"), {Failure.MALFORMED}),
        (_socks(b""), {Failure.CLOSED}),
        (_socks(b"\x05"), {Failure.CLOSED}),
        (_socks(_NO_LOGIN, b"\x05\x00"), {Failure.CLOSED}),
        (_socks(_NO_LOGIN, b"\x05\x00\x00\x09\x00\x00"), {Failure.MALFORMED}),
        (_socks(_NO_LOGIN, b"\x06\x00\x00\x01" + b"\0" * 6), {Failure.MALFORMED}),
        (Peer.ignore, {Failure.TIMED_OUT}),
        pytest.param(Peer.reset, {Failure.RESET}, marks=RESETS),
    ],
)
def test_a_socks_proxy_that_speaks_nonsense_is_a_failure(
    world: World, serve: Serve, expected: set[Failure]
) -> None:
    assert step_of(through(world, serve, scheme="socks5", seconds=1).first).failure in expected


@pytest.mark.parametrize("code", [*range(1, 9), 9, 255])
def test_every_refusal_of_a_socks_proxy_is_one(world: World, code: int) -> None:
    answer = bytes([5, code, 0, 1]) + b"\0" * 6
    assert (
        step_of(through(world, _socks(_NO_LOGIN, answer), scheme="socks5").first).failure
        is Failure.PROXY_REFUSED
    )


@pytest.mark.parametrize("code", [2, 5])
def test_the_code_of_a_refusal_is_kept_as_it_tells_rules_from_failures(world: World, code: int) -> None:
    answer = bytes([5, code, 0, 1]) + b"\0" * 6
    assert step_of(through(world, _socks(_NO_LOGIN, answer), scheme="socks5").first).status == code


# ---- SOCKS 4 ---------------------------------------------------------------------------------------


def _old_socks(code: int, asked: list[bytes], target: Endpoint | None = None) -> Serve:
    def serve(peer: Peer) -> None:
        asked.append(peer.socket.recv(300))
        peer.socket.sendall(bytes([0, code]) + b"\0" * 6)
        relays_to(target)(peer) if target is not None else peer.linger()

    return serve


def test_an_old_socks_proxy_is_asked_for_an_address_and_leads_to_the_page(world: World) -> None:
    asked: list[bytes] = []
    where = world.tcp(_old_socks(0x5A, asked, world.tls(Site({}))))
    route = Route(url=URL, proxy=f"socks4://{PROXY}:{PORT}")
    trace = walk(computer({(PROXY_ADDRESS, PORT): where}), route, seconds=2.0)
    assert trace.end is TraceEnd.PAGE
    assert asked == [b"\4\1\x01\xbb" + socket.inet_aton(ADDRESS) + b"\0"]


def test_an_old_socks_proxy_that_finds_names_itself_is_told_the_name(world: World) -> None:
    asked: list[bytes] = []
    trace = through(world, _old_socks(0x5A, asked, world.tls(Site({}))), scheme="socks4a")
    assert trace.end is TraceEnd.PAGE
    assert asked == [b"\4\1\x01\xbb\0\0\0\1\0" + HOST.encode() + b"\0"]


@pytest.mark.parametrize(
    ("serve", "expected"),
    [
        (_old_socks(0x5B, []), Failure.PROXY_REFUSED),
        (_old_socks(0x5D, []), Failure.PROXY_REFUSED),
        (_old_socks(0, []), Failure.MALFORMED),
        (_socks(b"\x05\xff"), Failure.CLOSED),
        (_socks(b"HTTP/1.1 400 Bad Request\r\n\r\n"), Failure.MALFORMED),
        (Peer.ignore, Failure.TIMED_OUT),
    ],
)
def test_what_an_old_socks_proxy_refuses_or_garbles_is_a_failure(
    world: World, serve: Serve, expected: Failure
) -> None:
    assert step_of(through(world, serve, scheme="socks4", seconds=1).first).failure is expected


# ---- bytes of any kind -----------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=200),
    st.sampled_from(
        [
            ("http", b""),
            ("http", b"HTTP/1.1 407 X\r\nProxy-Authenticate: "),
            ("socks5", b""),
            ("socks5", _NO_LOGIN + b"\x05"),
        ]
    ),
)
def test_no_bytes_make_it_raise(data: bytes, kind: tuple[str, bytes]) -> None:
    scheme, first = kind
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(first + data)
        theirs.shutdown(socket.SHUT_WR)
        with in_time():
            step = tunnel(ours, f"{scheme}://{PROXY}:1", HOST, 443, Deadline(2))
    assert step.failure is None or isinstance(step.failure, Failure)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://proxy.example:3128", ("http", "proxy.example", 3128)),
        ("http://proxy.example", ("http", "proxy.example", 80)),
        ("https://proxy.example", ("https", "proxy.example", 443)),
        ("socks5://[2001:db8::1]:1080", ("socks5", "2001:db8::1", 1080)),
        ("socks5h://proxy.example", ("socks5h", "proxy.example", 1080)),
    ],
)
def test_a_proxy_url_has_its_parts(url: str, expected: tuple[str, str, int]) -> None:
    assert proxy_endpoint(url) == expected


@settings(max_examples=300)
@given(st.text(max_size=60))
def test_a_text_is_a_proxy_url_or_none(text: str) -> None:
    for url in (text, f"http://{text}"):
        try:
            _, host, port = proxy_endpoint(url)
        except ValueError:
            continue
        assert host
        assert 0 <= port <= 65_535
