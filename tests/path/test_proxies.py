"""Proxies: those that let through, that refuse, and that speak nonsense; spoken to in the clear or over TLS."""

from __future__ import annotations

import socket
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.demo.servers import Endpoint, Peer, Serve
from portalcheck.facts import Failure, Hop, ProxySettings, ProxyStep, Route, Trace, TraceEnd
from portalcheck.path.policy import Role
from portalcheck.path.proxies import proxy_endpoint, tunnel
from portalcheck.path.waiting import Deadline
from tests.path.world import (
    ADDRESS,
    HOST,
    PROXY,
    PROXY_ADDRESS,
    URL,
    Site,
    World,
    computer,
    good,
    head,
    in_time,
    issued,
    relays_to,
    response,
    walk,
    walker,
)

PORT = 3128


def _through(
    world: World, proxy: Endpoint | Serve, *, scheme: str = "http", url: str = URL, seconds: float = 2.0
) -> Trace:
    """A walk through a proxy; nothing else can be reached."""
    where = proxy if isinstance(proxy, tuple) else world.tcp(proxy)
    route = Route(url=url, proxy=f"{scheme}://{PROXY}:{PORT}")
    return walk(computer({(PROXY_ADDRESS, PORT): where}), route, seconds=seconds)


def _step(hop: Hop) -> ProxyStep:
    assert hop.proxy is not None
    return hop.proxy


def _says(data: bytes) -> Serve:
    def serve(peer: Peer) -> None:
        head(peer)
        peer.socket.sendall(data)
        peer.linger()

    return serve


def _lets_through(target: Endpoint, asked: list[str], *, answer: bytes = b"HTTP/1.1 200 OK\r\n\r\n") -> Serve:
    def serve(peer: Peer) -> None:
        asked.append(head(peer).decode())
        peer.socket.sendall(answer)
        relays_to(target)(peer)

    return serve


# ---- CONNECT ---------------------------------------------------------------------------------------


def test_a_proxy_that_lets_through_leads_to_the_page(world: World) -> None:
    asked: list[str] = []
    trace = _through(world, _lets_through(world.tls(Site({})), asked))
    assert trace.end is TraceEnd.PAGE
    assert _step(trace.first).failure is None
    assert _step(trace.first).status == 200
    assert trace.first.names is None
    assert trace.first.connect is not None
    assert trace.first.connect.address == PROXY_ADDRESS
    assert asked[0].startswith(f"CONNECT {HOST}:443 HTTP/1.1\r\n")
    assert "authorization" not in asked[0].lower()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.0 200 Connection established\r\n\r\n",
        b"HTTP/1.1 200\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nVia: x\r\n\r\n",
    ],
)
def test_every_form_of_yes_is_a_yes(world: World, answer: bytes) -> None:
    assert _through(world, _lets_through(world.tls(Site({})), [], answer=answer)).end is TraceEnd.PAGE


def test_an_answer_in_small_pieces_is_one_answer(world: World) -> None:
    target = world.tls(Site({}))

    def serve(peer: Peer) -> None:
        head(peer)
        for byte in b"HTTP/1.1 200 OK\r\n\r\n":
            peer.socket.sendall(bytes([byte]))
            time.sleep(0.005)
        relays_to(target)(peer)

    assert _through(world, serve).end is TraceEnd.PAGE


@pytest.mark.parametrize(
    ("headers", "schemes"),
    [
        (b'Proxy-Authenticate: Basic realm="x"\r\n', ("basic",)),
        (b"Proxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\n", ("negotiate", "ntlm")),
        (b'Proxy-Authenticate: Digest realm="a, Basic", nonce="x", Basic realm="y"\r\n', ("basic", "digest")),
        (b"Proxy-Authenticate: X-Unheard-Of\r\n", ()),
        (b"", ()),
        (b"Proxy-Authenticate: \xff\xfe\r\n", ()),
    ],
)
def test_a_proxy_that_wants_a_login_says_of_which_kind(
    world: World, headers: bytes, schemes: tuple[str, ...]
) -> None:
    step = _step(_through(world, _says(b"HTTP/1.1 407 X\r\n" + headers + b"Content-Length: 0\r\n\r\n")).first)
    assert (step.failure, step.status, step.schemes) == (Failure.PROXY_AUTH, 407, schemes)


@pytest.mark.parametrize("status", [301, 400, 403, 404, 429, 500, 502, 503, 504])
def test_a_proxy_that_refuses_says_how(world: World, status: int) -> None:
    data = f"HTTP/1.1 {status} X\r\nContent-Length: 6\r\n\r\nno way".encode()
    trace = _through(world, _says(data))
    assert trace.end is TraceEnd.FAILED
    assert (_step(trace.first).failure, _step(trace.first).status) == (Failure.PROXY_REFUSED, status)
    assert trace.first.tls is None


def _endless(data: bytes, pause_s: float = 0.0) -> Serve:
    def serve(peer: Peer) -> None:
        head(peer)
        peer.socket.sendall(b"HTTP/1.1 ")
        while not peer.stopping.wait(pause_s):
            peer.socket.sendall(data)

    return serve


@pytest.mark.parametrize(
    ("serve", "expected"),
    [
        (_says(b"\x00\xff\x00garbage\r\n\r\n"), {Failure.MALFORMED}),
        (_says(b"SSH-2.0-x\r\n\r\n"), {Failure.MALFORMED}),
        (_says(b"<html>no</html>\r\n\r\n"), {Failure.MALFORMED}),
        (_says(b"HTTP/1.1 2"), {Failure.MALFORMED}),
        (_says(b""), {Failure.CLOSED}),
        (lambda peer: peer.reset(), {Failure.RESET}),
        (Peer.ignore, {Failure.TIMED_OUT}),
        (_endless(b"x" * 8192), {Failure.MALFORMED}),
        (_endless(b"x", 0.05), {Failure.TIMED_OUT}),
        (_endless(b"100 X\r\n\r\nHTTP/1.1 "), {Failure.TIMED_OUT, Failure.MALFORMED}),
    ],
    ids=["garbage", "ssh", "html", "cut", "fin", "rst", "silence", "huge-head", "drip", "continues"],
)
def test_a_proxy_that_speaks_nonsense_is_a_failure_in_time(
    world: World, serve: Serve, expected: set[Failure]
) -> None:
    trace = _through(world, serve)
    assert _step(trace.first).failure in expected
    assert trace.end is TraceEnd.FAILED


def test_a_dead_proxy_is_down(world: World) -> None:
    trace = _through(world, world.refusing())
    assert _step(trace.first).failure is Failure.PROXY_DOWN
    assert trace.first.connect is not None
    assert trace.first.connect.failure is Failure.REFUSED


def test_a_proxy_that_never_answers_at_tcp_is_down_in_time(world: World) -> None:
    trace = _through(world, world.black_hole())
    assert _step(trace.first).failure is Failure.PROXY_DOWN


def test_a_proxy_whose_name_is_not_found_is_told() -> None:
    route = Route(url=URL, proxy="http://nowhere.example:3128")
    assert _step(walk(computer(), route).first).failure is Failure.PROXY_NAME


@pytest.mark.parametrize("proxy", ["http://", "http://[x:80", "http://h:99999", "ftp://h:21", "nonsense", ""])
def test_what_is_no_proxy_is_told(proxy: str) -> None:
    assert _step(walk(computer(), Route(url=URL, proxy=proxy)).first).failure is Failure.PROXY_NAME


def test_the_ledger_has_the_proxy_and_the_portal(world: World) -> None:
    one = walker(computer({(PROXY_ADDRESS, PORT): world.refusing()}))
    one.walk(Route(url=URL, proxy=f"http://{PROXY}:{PORT}"), Role.PORTAL, lambda _: True)
    contacts = {(contact.role, contact.host, contact.told) for contact in one.ledger.contacts()}
    assert contacts == {(Role.PORTAL, HOST, HOST), (Role.PROXY, PROXY, HOST)}


# ---- plain http ------------------------------------------------------------------------------------


def test_plain_http_is_asked_of_the_proxy_with_the_whole_target(world: World) -> None:
    site = Site({}, response(200, b"hello"))
    trace = _through(world, site, url=f"http://{HOST}/a?b=c")
    assert trace.end is TraceEnd.PAGE
    assert site.asked[0].startswith(f"GET http://{HOST}/a?b=c HTTP/1.1\r\n")
    assert _step(trace.first).failure is None
    assert trace.first.tls is None


# ---- proxies over TLS ------------------------------------------------------------------------------


def test_a_proxy_over_tls_leads_to_the_page(world: World) -> None:
    asked: list[str] = []
    proxy = world.tls(_lets_through(world.tls(Site({})), asked), issued(PROXY))
    trace = _through(world, proxy, scheme="https")
    assert trace.end is TraceEnd.PAGE
    assert asked[0].startswith(f"CONNECT {HOST}:443 ")
    assert trace.first.tls is not None
    assert trace.first.tls.chain == (good().der,)


def test_plain_http_through_a_proxy_over_tls_is_asked_with_the_whole_target(world: World) -> None:
    site = Site({}, response(200, b"hello"))
    assert _through(world, world.tls(site), scheme="https", url=f"http://{HOST}/a").end is TraceEnd.PAGE
    assert site.asked[0].startswith(f"GET http://{HOST}/a HTTP/1.1\r\n")


def test_a_login_is_wanted_over_tls_as_well(world: World) -> None:
    proxy = world.tls(
        _says(b"HTTP/1.1 407 X\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n")
    )
    assert _step(_through(world, proxy, scheme="https").first).failure is Failure.PROXY_AUTH


@pytest.mark.parametrize(
    ("serve", "expected"),
    [
        (_says(b"HTTP/1.1 400 X\r\n\r\n"), {Failure.NOT_TLS, Failure.TIMED_OUT}),
        (Peer.ignore, {Failure.TIMED_OUT}),
        (Peer.reset, {Failure.RESET}),
    ],
)
def test_a_proxy_that_does_not_speak_tls_is_a_failure(
    world: World, serve: Serve, expected: set[Failure]
) -> None:
    trace = _through(world, serve, scheme="https")
    assert _step(trace.first).failure in expected
    assert trace.first.tls is None


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
    trace = _through(world, _socks(_NO_LOGIN, done, world.tls(Site({}))), scheme=scheme)
    assert trace.end is TraceEnd.PAGE


def test_a_socks_proxy_is_told_the_name_and_not_an_address(world: World) -> None:
    seen: list[bytes] = []

    def serve(peer: Peer) -> None:
        seen.append(peer.socket.recv(300))
        peer.socket.sendall(_NO_LOGIN)
        seen.append(peer.socket.recv(300))

    _through(world, serve, scheme="socks5")
    assert seen == [b"\x05\x01\x00", b"\x05\x01\x00\x03" + bytes([len(HOST)]) + HOST.encode() + b"\x01\xbb"]


def test_socks_answers_in_single_bytes_are_whole_answers(world: World) -> None:
    serve = _socks(_NO_LOGIN, b"\x05\x00\x00\x03\x04host\x01\xbb", world.tls(Site({})), pause_s=0.005)
    assert _through(world, serve, scheme="socks5").end is TraceEnd.PAGE


def test_plain_http_through_socks_is_asked_as_usual(world: World) -> None:
    site = Site({}, response(200, b"hello"))
    trace = _through(
        world, _socks(_NO_LOGIN, _DONE, world.tcp(site)), scheme="socks5", url=f"http://{HOST}/a"
    )
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
        (Peer.reset, {Failure.RESET}),
    ],
)
def test_a_socks_proxy_that_speaks_nonsense_is_a_failure(
    world: World, serve: Serve, expected: set[Failure]
) -> None:
    assert _step(_through(world, serve, scheme="socks5", seconds=1).first).failure in expected


@pytest.mark.parametrize("code", [*range(1, 9), 9, 255])
def test_every_refusal_of_a_socks_proxy_is_one(world: World, code: int) -> None:
    answer = bytes([5, code, 0, 1]) + b"\0" * 6
    assert (
        _step(_through(world, _socks(_NO_LOGIN, answer), scheme="socks5").first).failure
        is Failure.PROXY_REFUSED
    )


def test_an_older_socks_is_not_spoken(world: World) -> None:
    assert _step(_through(world, Peer.ignore, scheme="socks4").first).failure is Failure.OTHER


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


# ---- several candidates ----------------------------------------------------------------------------


@pytest.fixture
def two_proxies(world: World) -> tuple[ProxySettings, dict[tuple[str, int], Endpoint]]:
    ports = {
        (PROXY_ADDRESS, 1): world.refusing(),
        (PROXY_ADDRESS, 2): world.tcp(_lets_through(world.tls(Site({})), [])),
        (ADDRESS, 443): world.tls(Site({})),
    }
    return ProxySettings(pac_url="http://pac.example/", browser_known=True), ports


@pytest.mark.parametrize(
    ("script", "through"),
    [
        ("PROXY proxy.example:1; PROXY proxy.example:2; DIRECT", True),
        ("PROXY proxy.example:1; DIRECT", False),
        ("DIRECT; PROXY proxy.example:1", False),
    ],
)
def test_the_proxies_of_a_pac_file_are_tried_in_turn(
    two_proxies: tuple[ProxySettings, dict[tuple[str, int], Endpoint]], script: str, through: bool
) -> None:
    settings_, ports = two_proxies
    one = walker(computer(ports, proxy=settings_), pac=lambda _: f'function f() {{ return "{script}"; }}')
    trace = one.walk(Route(url=URL), Role.PORTAL, lambda _: True)
    assert trace.end is TraceEnd.PAGE
    assert (trace.first.proxy is not None) is through
