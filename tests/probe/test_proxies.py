"""Proxies: those that let through, that refuse, and that speak nonsense; in the clear or over TLS."""

from __future__ import annotations

import time

import pytest

from portalcheck.demo.servers import Endpoint, Peer, Serve
from portalcheck.facts import Failure, ProxySettings, Route, TraceEnd
from portalcheck.probe.policy import Role
from tests.probe.through import PORT, after_a_head, lets_through, step_of, through
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
    good,
    head,
    issued,
    relays_to,
    response,
    walk,
    walker,
)

# ---- CONNECT ---------------------------------------------------------------------------------------


def test_a_proxy_that_lets_through_leads_to_the_page(world: World) -> None:
    asked: list[str] = []
    trace = through(world, lets_through(world.tls(Site({})), asked))
    assert trace.end is TraceEnd.PAGE
    assert step_of(trace.first).failure is None
    assert step_of(trace.first).status == 200
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
    assert through(world, lets_through(world.tls(Site({})), [], answer=answer)).end is TraceEnd.PAGE


def test_an_answer_in_small_pieces_is_one_answer(world: World) -> None:
    target = world.tls(Site({}))

    def serve(peer: Peer) -> None:
        head(peer)
        for byte in b"HTTP/1.1 200 OK\r\n\r\n":
            peer.socket.sendall(bytes([byte]))
            time.sleep(0.005)
        relays_to(target)(peer)

    assert through(world, serve).end is TraceEnd.PAGE


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
    step = step_of(
        through(world, after_a_head(b"HTTP/1.1 407 X\r\n" + headers + b"Content-Length: 0\r\n\r\n")).first
    )
    assert (step.failure, step.status, step.schemes) == (Failure.PROXY_AUTH, 407, schemes)


@pytest.mark.parametrize("status", [301, 400, 403, 404, 429, 500, 502, 503, 504])
def test_a_proxy_that_refuses_says_how(world: World, status: int) -> None:
    data = f"HTTP/1.1 {status} X\r\nContent-Length: 6\r\n\r\nno way".encode()
    trace = through(world, after_a_head(data))
    assert trace.end is TraceEnd.FAILED
    assert (step_of(trace.first).failure, step_of(trace.first).status) == (Failure.PROXY_REFUSED, status)
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
        (after_a_head(b"\x00\xff\x00garbage\r\n\r\n"), {Failure.MALFORMED}),
        (after_a_head(b"SSH-2.0-x\r\n\r\n"), {Failure.MALFORMED}),
        (after_a_head(b"<html>no</html>\r\n\r\n"), {Failure.MALFORMED}),
        (after_a_head(b"HTTP/1.1 2"), {Failure.MALFORMED}),
        (after_a_head(b""), {Failure.CLOSED}),
        pytest.param(lambda peer: peer.reset(), {Failure.RESET}, marks=RESETS),
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
    trace = through(world, serve)
    assert step_of(trace.first).failure in expected
    assert trace.end is TraceEnd.FAILED


def test_a_dead_proxy_is_down(world: World) -> None:
    trace = through(world, world.refusing())
    assert step_of(trace.first).failure is Failure.PROXY_DOWN
    assert trace.first.connect is not None
    assert trace.first.connect.failure is Failure.REFUSED


def test_a_proxy_that_never_answers_at_tcp_is_down_in_time(world: World) -> None:
    trace = through(world, world.black_hole())
    assert step_of(trace.first).failure is Failure.PROXY_DOWN


def test_a_proxy_whose_name_is_not_found_is_told() -> None:
    route = Route(url=URL, proxy="http://nowhere.example:3128")
    assert step_of(walk(computer(), route).first).failure is Failure.PROXY_NAME


@pytest.mark.parametrize("proxy", ["http://", "http://[x:80", "http://h:99999", "ftp://h:21", "nonsense", ""])
def test_what_is_no_proxy_is_told(proxy: str) -> None:
    assert step_of(walk(computer(), Route(url=URL, proxy=proxy)).first).failure is Failure.PROXY_NAME


def test_the_ledger_has_the_proxy_and_the_portal(world: World) -> None:
    one = walker(computer({(PROXY_ADDRESS, PORT): world.refusing()}))
    one.trace(Route(url=URL, proxy=f"http://{PROXY}:{PORT}"), Role.PORTAL, lambda _: True)
    contacts = {(contact.role, contact.host, contact.told) for contact in one.ledger.contacts()}
    assert contacts == {(Role.PORTAL, HOST, HOST), (Role.PROXY, PROXY, HOST)}


# ---- plain http ------------------------------------------------------------------------------------


def test_plain_http_is_asked_of_the_proxy_with_the_whole_target(world: World) -> None:
    site = Site({}, response(200, b"hello"))
    trace = through(world, site, url=f"http://{HOST}/a?b=c")
    assert trace.end is TraceEnd.PAGE
    assert site.asked[0].startswith(f"GET http://{HOST}/a?b=c HTTP/1.1\r\n")
    assert step_of(trace.first).failure is None
    assert trace.first.tls is None


# ---- proxies over TLS ------------------------------------------------------------------------------


def test_a_proxy_over_tls_leads_to_the_page(world: World) -> None:
    asked: list[str] = []
    proxy = world.tls(lets_through(world.tls(Site({})), asked), issued(PROXY))
    trace = through(world, proxy, scheme="https")
    assert trace.end is TraceEnd.PAGE
    assert asked[0].startswith(f"CONNECT {HOST}:443 ")
    assert trace.first.tls is not None
    assert trace.first.tls.chain == (good().der,)


def test_plain_http_through_a_proxy_over_tls_is_asked_with_the_whole_target(world: World) -> None:
    site = Site({}, response(200, b"hello"))
    assert through(world, world.tls(site), scheme="https", url=f"http://{HOST}/a").end is TraceEnd.PAGE
    assert site.asked[0].startswith(f"GET http://{HOST}/a HTTP/1.1\r\n")


def test_a_login_is_wanted_over_tls_as_well(world: World) -> None:
    proxy = world.tls(
        after_a_head(b"HTTP/1.1 407 X\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n")
    )
    assert step_of(through(world, proxy, scheme="https").first).failure is Failure.PROXY_AUTH


@pytest.mark.parametrize(
    ("serve", "expected"),
    [
        (after_a_head(b"HTTP/1.1 400 X\r\n\r\n"), {Failure.NOT_TLS, Failure.TIMED_OUT}),
        (Peer.ignore, {Failure.TIMED_OUT}),
        pytest.param(Peer.reset, {Failure.RESET}, marks=RESETS),
    ],
)
def test_a_proxy_that_does_not_speak_tls_is_a_failure(
    world: World, serve: Serve, expected: set[Failure]
) -> None:
    trace = through(world, serve, scheme="https")
    assert step_of(trace.first).failure in expected
    assert trace.first.tls is None


# ---- several candidates ----------------------------------------------------------------------------


@pytest.fixture
def two_proxies(world: World) -> tuple[ProxySettings, dict[tuple[str, int], Endpoint]]:
    ports = {
        (PROXY_ADDRESS, 1): world.refusing(),
        (PROXY_ADDRESS, 2): world.tcp(lets_through(world.tls(Site({})), [])),
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
    trace = one.trace(Route(url=URL), Role.PORTAL, lambda _: True)
    assert trace.end is TraceEnd.PAGE
    assert (trace.first.proxy is not None) is through
