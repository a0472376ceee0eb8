"""A walk along redirects: its layers, its connections, and how it ends."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from portalcheck.demo.servers import Peer, Serve
from portalcheck.facts import Failure, Route, TraceEnd
from portalcheck.probe.policy import Role
from tests.probe.walks import LOGIN, ends, walk_one
from tests.probe.world import (
    ADDRESS,
    HOST,
    OTHER,
    OTHER_ADDRESS,
    URL,
    Site,
    World,
    computer,
    good,
    head,
    issued,
    redirect,
    response,
    says,
    walk,
    walker,
)

# ---- good ways -------------------------------------------------------------------------------------


def test_a_page_is_one_hop_with_every_layer(world: World) -> None:
    trace = walk_one(world, Site({}))
    hop = trace.first
    assert ends(trace) == (TraceEnd.PAGE, 1)
    assert hop.failure is None
    assert (hop.host, hop.port, hop.scheme, hop.layer, hop.reused) == (HOST, 443, "https", "http", False)
    assert hop.names is not None
    assert hop.names.addresses == (ADDRESS,)
    assert hop.connect is not None
    assert hop.connect.address == ADDRESS
    assert hop.tls is not None
    assert hop.tls.chain == (good().der,)
    assert hop.http is not None
    assert hop.http.status == 200


def test_a_redirect_to_another_host_is_followed(world: World) -> None:
    front, login = Site({"/": redirect(LOGIN)}), Site({})
    machine = computer({(ADDRESS, 443): world.tls(front), (OTHER_ADDRESS, 443): world.tls(login)})
    trace = walk(machine)
    assert ends(trace) == (TraceEnd.PAGE, 2)
    assert [hop.host for hop in trace.hops] == [HOST, OTHER]
    assert login.asked[0].startswith("GET /login ")


def test_one_connection_serves_all_requests_to_a_host(world: World) -> None:
    front = Site({"/": redirect("/a"), "/a": redirect(LOGIN), "/c": response()})
    login = Site({"/login": redirect(f"{URL}c")})
    machine = computer({(ADDRESS, 443): world.tls(front), (OTHER_ADDRESS, 443): world.tls(login)})
    one = walker(machine)
    trace = one.trace(Route(url=URL), Role.PORTAL, lambda _: True)
    assert ends(trace) == (TraceEnd.PAGE, 4)
    assert [hop.reused for hop in trace.hops] == [False, True, False, True]
    assert (front.connections, login.connections) == (1, 1)
    assert [contact.host for contact in one.ledger.contacts()] == [HOST, OTHER]


def test_a_host_is_connected_to_anew_where_it_closed_the_connection(world: World) -> None:
    """Silently, after the first answer, as servers with a short patience do."""
    connections: list[str] = []

    def serve(peer: Peer) -> None:
        target = head(peer).split(b" ")[1].decode()
        connections.append(target)
        peer.socket.sendall(redirect("/a") if target == "/" else response())

    trace = walk_one(world, serve)
    assert ends(trace) == (TraceEnd.PAGE, 2)
    assert [hop.reused for hop in trace.hops] == [False, False]
    assert connections == ["/", "/a"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_every_kind_of_redirect_is_followed(world: World, status: int) -> None:
    assert ends(walk_one(world, Site({"/": redirect("/a", status)}))) == (TraceEnd.PAGE, 2)


@pytest.mark.parametrize("status", [300, 304, 305])
def test_what_only_resembles_a_redirect_is_a_page(world: World, status: int) -> None:
    answer = f"HTTP/1.1 {status} X\r\nLocation: /a\r\nContent-Length: 0\r\n\r\n".encode()
    assert ends(walk_one(world, Site({"/": answer}))) == (TraceEnd.PAGE, 1)


def test_a_plain_address_that_sends_to_https_is_followed(world: World) -> None:
    ports = {(ADDRESS, 80): world.tcp(Site({"/": redirect(URL)})), (ADDRESS, 443): world.tls(Site({}))}
    trace = walk(computer(ports), f"http://{HOST}/")
    assert [(hop.scheme, hop.tls is None) for hop in trace.hops] == [("http", True), ("https", False)]


def test_a_redirect_is_followed_although_its_body_breaks_off(world: World) -> None:
    broken = response(302, b"bye", ("Location", LOGIN), length=99)
    ports = {(ADDRESS, 443): world.tls(says(broken)), (OTHER_ADDRESS, 443): world.tls(Site({}))}
    assert ends(walk(computer(ports))) == (TraceEnd.PAGE, 2)


def test_an_international_name_is_asked_for_as_the_a_label(world: World) -> None:
    name = "xn--bcher-kva.example"
    ports = {(ADDRESS, 443): world.tls(Site({}), issued(name))}
    trace = walk(computer(ports, hosts={name: (ADDRESS,)}), "https://B\u00dcCHER.example/")
    assert trace.end is TraceEnd.PAGE
    assert trace.first.host == name


# ---- ways without end ------------------------------------------------------------------------------


def test_a_redirect_to_itself_is_a_loop(world: World) -> None:
    assert ends(walk_one(world, Site({"/": redirect("/")}))) == (TraceEnd.LOOP, 1)


def test_a_circle_of_hosts_is_a_loop(world: World) -> None:
    front, login = Site({}, redirect(LOGIN)), Site({}, redirect(URL))
    machine = computer({(ADDRESS, 443): world.tls(front), (OTHER_ADDRESS, 443): world.tls(login)})
    assert ends(walk(machine)) == (TraceEnd.LOOP, 2)


def test_a_loop_that_differs_after_the_hash_only_is_a_loop(world: World) -> None:
    assert ends(walk_one(world, Site({}, redirect("/#again")))) == (TraceEnd.LOOP, 1)


def test_an_endless_chain_of_new_addresses_ends_after_twenty(world: World) -> None:
    asked: list[bytes] = []

    def serve(peer: Peer) -> None:
        while request := head(peer):
            asked.append(request)
            peer.socket.sendall(redirect(f"/{len(asked)}"))

    trace = walk_one(world, serve, seconds=5)
    assert trace.end is TraceEnd.TOO_MANY
    assert len(trace.hops) == len(asked) == 21


def test_twenty_redirects_are_not_too_many(world: World) -> None:
    answers = {f"/{at}": redirect(f"/{at + 1}") for at in range(1, 20)}
    trace = walk_one(world, Site({"/": redirect("/1"), **answers}), seconds=5)
    assert ends(trace) == (TraceEnd.PAGE, 21)


def test_redirects_that_drip_end_in_time(world: World) -> None:
    def serve(peer: Peer) -> None:
        at = 0
        while head(peer):
            at += 1
            for byte in redirect(f"/{at}"):
                if peer.stopping.wait(0.01):
                    return
                peer.socket.sendall(bytes([byte]))

    trace = walk_one(world, serve, seconds=1)
    assert trace.end is TraceEnd.FAILED
    assert trace.last.failure is Failure.TIMED_OUT


# ---- layers that fail ------------------------------------------------------------------------------


def test_a_name_that_is_not_found_ends_the_walk_there() -> None:
    trace = walk(computer(hosts={HOST: ()}, resolvers=()))
    assert trace.end is TraceEnd.FAILED
    assert trace.first.layer == "name"


@pytest.mark.parametrize(
    ("serve", "layer", "expected"),
    [
        (None, "connect", {Failure.REFUSED}),
        (Peer.reset, "tls", {Failure.RESET}),
        (Peer.ignore, "tls", {Failure.TIMED_OUT}),
        (says(b"HTTP/1.1 200 OK\r\n\r\n"), "tls", {Failure.TIMED_OUT, Failure.NOT_TLS}),
    ],
)
def test_the_layer_that_failed_is_the_last(
    world: World, serve: Serve | None, layer: str, expected: set[Failure]
) -> None:
    where = world.refusing() if serve is None else world.tcp(serve)
    trace = walk(computer({(ADDRESS, 443): where}))
    assert trace.end is TraceEnd.FAILED
    assert trace.last.layer == layer
    assert trace.last.failure in expected


def test_a_second_host_that_fails_is_the_last_hop(world: World) -> None:
    ports = {(ADDRESS, 443): world.tls(Site({"/": redirect(LOGIN)})), (OTHER_ADDRESS, 443): world.refusing()}
    trace = walk(computer(ports))
    assert ends(trace) == (TraceEnd.FAILED, 2)
    assert trace.last.host == OTHER
    assert trace.last.failure is Failure.REFUSED


@pytest.mark.parametrize("make", [lambda world: world.black_hole(), lambda world: world.tcp(Peer.ignore)])
def test_a_hanging_portal_ends_with_the_run(world: World, make: Callable[[World], tuple[str, int]]) -> None:
    since = time.monotonic()
    trace = walk(computer({(ADDRESS, 443): make(world)}), seconds=1)
    assert time.monotonic() - since < 1.5
    assert trace.last.failure is Failure.TIMED_OUT
