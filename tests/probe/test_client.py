"""What is read of third parties: redirects, unpacking, limits, and who is asked."""

from __future__ import annotations

import contextlib
import gzip
import logging
import re
import tracemalloc
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.demo.servers import Peer, Serve
from portalcheck.facts import Failure
from portalcheck.probe.policy import Role
from portalcheck.probe.third_parties.client import MAX_REDIRECTS, Answer, read
from tests.probe.world import (
    ADDRESS,
    HOST,
    HOSTS,
    OTHER,
    OTHER_ADDRESS,
    SECONDS,
    Site,
    World,
    computer,
    in_time,
    redirect,
    response,
    says,
    sends_without_end,
    walker,
)

URL = f"http://{HOST}/f"
MIB = 1024 * 1024
PACKED = ("Content-Encoding", "gzip")


def fetched(
    world: World,
    serve: Serve,
    *,
    role: Role = Role.NEUTRAL,
    limit: int = 1000,
    other: Serve | None = None,
    hosts: dict[str, tuple[str, ...]] | None = None,
    may_visit: Callable[[str], bool] = lambda _: True,
    question: bytes = b"",
    seconds: float = SECONDS,
) -> tuple[Answer | Failure, list[str]]:
    """The answer, and the hosts of the ledger."""
    ports = {(ADDRESS, 80): world.tcp(serve)}
    if other is not None:
        ports[OTHER_ADDRESS, 80] = world.tcp(other)
    one = walker(computer(ports, hosts=hosts or HOSTS), seconds=seconds)
    with in_time(seconds):
        answer = read(one, URL, role, limit=limit, may_visit=may_visit, question=question)
    return answer, [contact.host for contact in one.ledger.contacts() if contact.role is role]


def body_of(answer: Answer | Failure) -> tuple[int, bytes, bool]:
    assert isinstance(answer, Answer)
    return answer.status, answer.body, answer.complete


@pytest.mark.parametrize(
    ("serve", "told"),
    [
        (says(response(200, b"hello")), "http 200 ok, N ms, 5 bytes in N ms"),
        (says(response(200, b"hello")[:-1]), "http 200 closed, N ms, 4 bytes in N ms"),
        (says(b"hello\r\n\r\n"), "http malformed, N ms, 0 bytes in N ms"),
    ],
)
def test_each_layer_is_logged(
    world: World, caplog: pytest.LogCaptureFixture, serve: Serve, told: str
) -> None:
    with caplog.at_level(logging.DEBUG, "portalcheck"):
        fetched(world, serve)
    lines = [re.sub(r"\b\d+ ms", "N ms", record.getMessage()) for record in caplog.records]
    contact = lines.index("contact neutral host-1")
    assert lines[contact + 1].startswith("host-1: tcp ")
    layers = [line.split()[1] for line in lines if line.startswith("host-1: ")]
    assert layers == ["names", "tcp", "http"]
    assert lines[-1] == f"host-1: {told}"


def test_a_body_is_read_up_to_the_limit(world: World) -> None:
    answer, hosts = fetched(world, says(response(200, b"x" * 1000)))
    assert body_of(answer) == (200, b"x" * 1000, True)
    assert hosts == [HOST]
    answer, _ = fetched(world, says(response(200, b"x" * 1001)))
    assert body_of(answer) == (200, b"x" * 1000, False)


def test_the_request_is_plain_and_carries_no_cookie_of_a_redirect(world: World) -> None:
    site = Site({"/f": redirect("/g").replace(b"\r\n", b"\r\nSet-Cookie: a=b\r\n", 1)}, response(200, b"x"))
    fetched(world, site)
    assert [line.split("\r\n")[0] for line in site.asked] == ["GET /f HTTP/1.1", "GET /g HTTP/1.1"]
    for asked in site.asked:
        names = [line.partition(":")[0].lower() for line in asked.strip().split("\r\n")[1:]]
        assert sorted(names) == ["accept", "accept-encoding", "accept-language", "host", "user-agent"]


def test_redirects_are_followed_and_each_host_is_in_the_ledger(world: World) -> None:
    front, other = Site({}, redirect(f"http://{OTHER}/g")), Site({"/g": response(200, b"there")})
    answer, hosts = fetched(world, front, other=other)
    assert body_of(answer) == (200, b"there", True)
    assert isinstance(answer, Answer)
    assert [hop.host for hop in answer.hops] == hosts == [HOST, OTHER]


def test_a_redirect_to_where_nobody_may_go_is_an_answer_of_nobody(world: World) -> None:
    front, other = Site({}, redirect(f"http://{OTHER}/g")), Site({}, response(200, b"there"))
    answer, hosts = fetched(world, front, other=other, may_visit=lambda host: host != OTHER)
    assert (answer, hosts, other.asked) == (Failure.NOT_PERMITTED, [HOST], [])


@pytest.mark.parametrize("location", ["http://0x7f000001/", "http://127.1/", "http://%6c%6fcalhost/"])
def test_a_host_is_judged_as_it_will_be_contacted(world: World, location: str) -> None:
    visited: list[str] = []

    def may_visit(host: str) -> bool:
        visited.append(host)
        return host == HOST

    assert fetched(world, says(redirect(location)), may_visit=may_visit)[0] is Failure.NOT_PERMITTED
    assert visited in ([HOST, "127.0.0.1"], [HOST, "localhost"])


@pytest.mark.parametrize("inside", ["127.0.0.1", "169.254.169.254", "::1", "10.9.9.9", "fd00::1"])
def test_a_server_of_the_internet_leads_nobody_inside_by_a_name(world: World, inside: str) -> None:
    hosts = {HOST: ("1.1.1.1",), OTHER: (inside,)}
    front = world.tcp(says(redirect(f"http://{OTHER}/g")))
    other = Site({}, response(200, b"secret"))
    one = walker(computer({("1.1.1.1", 80): front, (inside, 80): world.tcp(other)}, hosts=hosts))
    assert read(one, URL, Role.NEUTRAL, limit=10) is Failure.NOT_PERMITTED
    assert read(one, f"http://{OTHER}/", Role.ISSUER, limit=10) is Failure.NOT_PERMITTED
    assert other.asked == []
    assert [contact.host for contact in one.ledger.contacts()] == [HOST]


def test_redirects_without_end_are_left_off(world: World) -> None:
    site = Site({}, redirect("/f"))
    answer, _ = fetched(world, site)
    assert (answer, len(site.asked)) == (Failure.OTHER, MAX_REDIRECTS + 1)


def test_a_question_is_posted_and_its_redirect_not_followed(world: World) -> None:
    said: list[bytes] = []

    def serve(peer: Peer) -> None:
        said.append(peer.socket.recv(4096))
        peer.socket.sendall(redirect("/g"))

    answer, _ = fetched(world, serve, question=b"hello")
    assert body_of(answer) == (302, b"", False)
    assert len(said) == 1
    assert said[0].startswith(b"POST /f HTTP/1.1\r\nHost: ")
    assert b"\r\nContent-Length: 5\r\n" in said[0]


# ---- unpacking -------------------------------------------------------------------------------------


def test_a_packed_body_is_unpacked(world: World) -> None:
    answer, _ = fetched(world, says(response(200, gzip.compress(b"hello"), PACKED)))
    assert body_of(answer) == (200, b"hello", True)


@pytest.mark.parametrize(
    ("body", "coding", "expected"),
    [
        (b"hello", "gzip", Failure.OTHER),
        (gzip.compress(gzip.compress(b"hello", mtime=0), mtime=0), "gzip, gzip", Failure.MALFORMED),
        (b"hello", "br", Failure.MALFORMED),
        (b"hello", "x-unheard-of", Failure.MALFORMED),
    ],
)
def test_what_cannot_be_unpacked_is_no_answer(
    world: World, body: bytes, coding: str, expected: Failure
) -> None:
    assert fetched(world, says(response(200, body, ("Content-Encoding", coding))))[0] is expected


@contextlib.contextmanager
def _little_memory() -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 24 * MIB
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("status", [200, 302, 404])
def test_a_bomb_is_unpacked_no_further_than_the_limit(world: World, status: int) -> None:
    bomb = response(status, gzip.compress(b"\0" * (100 * MIB), 9), PACKED, ("Location", "/f"))
    serve = says(bomb)
    with _little_memory():
        answer, _ = fetched(world, serve, limit=2 * MIB, seconds=5)
    assert answer is Failure.OTHER if status == 302 else len(body_of(answer)[1]) == 2 * MIB


# ---- what is no answer -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("serve", "expected"),
    [
        (Peer.ignore, {Failure.TIMED_OUT}),
        (Peer.reset, {Failure.RESET, Failure.CLOSED}),
        (lambda peer: None, {Failure.RESET, Failure.CLOSED}),
        (says(b"SSH-2.0-x\r\n"), {Failure.MALFORMED}),
        (says(response(200, b"cut", length=5000)), {Failure.CLOSED, Failure.RESET}),
        (sends_without_end(b"HTTP/1.1 200 OK\r\n", b"Name: value\r\n" * 500), {Failure.TOO_LARGE}),
        (says(redirect("http://[x/")), {Failure.NOT_PERMITTED}),
        (says(redirect("ftp://x.example/")), {Failure.NOT_PERMITTED}),
    ],
    ids=["silent", "reset", "closed", "no-http", "cut", "long-head", "bad-location", "ftp"],
)
def test_what_goes_wrong_is_told(world: World, serve: Serve, expected: set[Failure]) -> None:
    assert fetched(world, serve)[0] in expected


def test_a_body_that_drips_is_cut_when_the_time_is_up(world: World) -> None:
    drip = sends_without_end(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n", b"x", pause_s=0.05)
    status, body, complete = body_of(fetched(world, drip)[0])
    assert (status, complete) == (200, False)
    assert 5 < len(body) < 100


@pytest.mark.parametrize("url", ["", "https://[x/", "ldap://directory.example/x"])
def test_what_is_no_url_is_not_fetched(url: str) -> None:
    one = walker(computer())
    assert read(one, url, Role.ISSUER, limit=10) is Failure.NOT_FOUND
    assert one.ledger.contacts() == ()


_FIELDS = st.sampled_from(
    [b"Content-Encoding: gzip", b"Content-Encoding: ", b"Transfer-Encoding: chunked", b"Content-Length: 3",
     b"A: b", b"Set-Cookie: a=b", b"Location: http://x:0/", b"Location: /f", b"Location: //[::1]/"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([200, 204, 302, 304, 401, 999]), st.lists(_FIELDS, max_size=4), st.binary(max_size=60))
def test_no_answer_makes_it_raise(status: int, fields: list[bytes], body: bytes) -> None:
    with contextlib.ExitStack() as stack:
        answer = b"\r\n".join([b"HTTP/1.1 %d X" % status, *fields, b"", body])
        fetched(World(stack), says(answer))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=80))
def test_no_location_makes_it_raise(location: bytes) -> None:
    with contextlib.ExitStack() as stack:
        fetched(World(stack), says(b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\n\r\n"))
