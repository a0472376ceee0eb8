"""Names asked of the system and of DNS servers, honest and hostile: an answer or a code, always in time."""

from __future__ import annotations

import itertools
import socket
import threading
import time
import tracemalloc

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portalcheck.demo.machine import DemoMachine
from portalcheck.demo.servers import Endpoint, Peer
from portalcheck.facts import DnsServer, Failure, NameAnswer
from portalcheck.path.datagrams import read_response
from portalcheck.path.names import (
    ask_server,
    ask_servers,
    ask_system,
    is_address,
    join_families,
    read_message,
)
from portalcheck.path.waiting import Deadline
from tests.path.dns_replies import (
    Answer,
    Think,
    by_kind,
    cut,
    dns_server,
    flooding,
    rcode,
    records,
    rrsets,
    silent,
)
from tests.path.world import (
    DNS_ADDRESS,
    HOST,
    SECOND_DNS_ADDRESS,
    SECONDS,
    World,
    computer,
    in_time,
)

SERVER, SECOND, THIRD = DnsServer(DNS_ADDRESS), DnsServer(SECOND_DNS_ADDRESS), DnsServer("192.0.2.55")
V4, V6 = "198.51.100.1", "2001:db8::1"


def _ask(where: Endpoint, seconds: float = SECONDS) -> NameAnswer:
    machine = computer({(DNS_ADDRESS, 53): where})
    with in_time(seconds):
        return ask_server(machine, SERVER, HOST, Deadline(seconds))


def _question(kind: str = "A") -> dns.message.Message:
    return dns.message.make_query(HOST, kind, use_edns=False)


# ---- honest servers --------------------------------------------------------------------------------


def test_both_families_are_asked_and_joined(world: World) -> None:
    answer = _ask(dns_server(world, records((V4,), (V6,))))
    assert answer.failure is None
    assert set(answer.addresses) == {V4, V6}
    assert answer.server == SERVER


def test_an_alias_is_followed_and_told(world: World) -> None:
    rows = (f"{HOST}. CNAME edge.cdn.example.", f"edge.cdn.example. A {V4}")
    answer = _ask(dns_server(world, rrsets(*rows)))
    assert answer.addresses == (V4,)
    assert answer.aliases == (HOST,)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (dns.rcode.NXDOMAIN, Failure.NXDOMAIN),
        (dns.rcode.SERVFAIL, Failure.SERVFAIL),
        (dns.rcode.REFUSED, Failure.QUERY_REFUSED),
        (dns.rcode.FORMERR, Failure.RCODE),
        (dns.rcode.NOTIMP, Failure.RCODE),
    ],
)
def test_a_response_code_is_told(world: World, code: dns.rcode.Rcode, expected: Failure) -> None:
    answer = _ask(dns_server(world, rcode(code)))
    assert (answer.failure, answer.addresses) == (expected, ())


def test_a_name_without_address_has_none(world: World) -> None:
    assert _ask(dns_server(world, records())).failure is Failure.NODATA


@pytest.mark.parametrize("aaaa", [silent, rcode(dns.rcode.SERVFAIL), rcode(dns.rcode.NXDOMAIN)])
def test_a_server_that_mishandles_aaaa_still_gives_the_other_family(world: World, aaaa: Think) -> None:
    answer = _ask(dns_server(world, by_kind(records((V4,)), aaaa)))
    assert (answer.failure, answer.addresses) == (None, (V4,))


def test_a_name_with_ipv6_alone_is_found(world: World) -> None:
    assert _ask(dns_server(world, records(aaaa=(V6,)))).addresses == (V6,)


def test_what_does_not_fit_is_asked_for_over_tcp(world: World) -> None:
    assert _ask(dns_server(world, cut, records((V4,)))).addresses == (V4,)


def test_answers_of_many_addresses_are_kept_small(world: World) -> None:
    many = tuple(f"198.51.{high}.{low}" for high in range(16) for low in range(250))
    answer = _ask(dns_server(world, cut, records(many)))
    assert answer.failure is None
    assert 1 <= len(answer.addresses) <= 32


# ---- hostile servers -------------------------------------------------------------------------------


def _wrong_id(question: dns.message.Message) -> Answer:
    response = dns.message.make_response(question)
    response.id = (question.id + 1) % 65_536
    return response


def _other_question(question: dns.message.Message) -> Answer:
    other = dns.message.make_query("elsewhere.example", "A")
    other.id = question.id
    return records((V4,))(other)


def _garbage(question: dns.message.Message) -> Answer:
    return question.to_wire()[:2] + b"\x81\x80" + b"\xff" * 60


def _own_question_back(question: dns.message.Message) -> Answer:
    return question.to_wire()


def _cut_off(question: dns.message.Message) -> Answer:
    whole = records((V4,))(question)
    assert isinstance(whole, dns.message.Message)
    return whole.to_wire()[:-3]


def _points_at_itself(question: dns.message.Message) -> Answer:
    """A compressed name whose pointer points at the pointer (RFC 1035, 4.1.4)."""
    wire = bytearray(question.to_wire())
    wire[2:4] = b"\x81\x80"
    wire[6:8] = b"\x00\x01"
    here = len(wire)
    return (
        bytes(wire)
        + bytes([0xC0 | here >> 8, here & 0xFF])
        + b"\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x01\x02\x03\x04"
    )


def _nothing(_: dns.message.Message) -> Answer:
    return b""


@pytest.mark.parametrize(
    ("think", "expected"),
    [
        (silent, Failure.TIMED_OUT),
        (_wrong_id, Failure.TIMED_OUT),
        (_nothing, Failure.TIMED_OUT),
        (_own_question_back, Failure.TIMED_OUT),
        (_garbage, Failure.MALFORMED),
        (_other_question, Failure.MALFORMED),
        (_cut_off, Failure.MALFORMED),
        (_points_at_itself, Failure.MALFORMED),
    ],
)
def test_what_is_no_answer_is_waited_out_and_named(world: World, think: Think, expected: Failure) -> None:
    answer = _ask(dns_server(world, think))
    assert (answer.failure, answer.addresses) == (expected, ())


def test_the_true_answer_counts_after_forged_ones(world: World) -> None:
    """A forger who guesses the id wrongly, and one who guesses it and writes nonsense, are both waited out."""
    sock = world.socket(socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))

    def serve() -> None:
        for _ in range(2):
            data, sender = sock.recvfrom(4096)
            question = dns.message.from_wire(data)
            for think in (_wrong_id, _garbage, records((V4,), (V6,))):
                answer = think(question)
                sock.sendto(
                    answer.to_wire() if isinstance(answer, dns.message.Message) else answer or b"", sender
                )

    threading.Thread(target=serve, daemon=True).start()
    assert set(_ask(sock.getsockname()).addresses) == {V4, V6}


def test_a_closed_port_is_told_at_once(world: World) -> None:
    sock = world.socket(socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    where = sock.getsockname()
    sock.close()
    since = time.monotonic()
    assert _ask(where, 10).failure is Failure.REFUSED
    assert time.monotonic() - since < 1


def test_a_server_that_no_route_leads_to_is_unreachable() -> None:
    answer = ask_server(computer(), SERVER, HOST, Deadline(SECONDS))
    assert answer.failure is Failure.NETWORK_UNREACHABLE


@pytest.mark.parametrize("kind", ["strays", "garbage"])
def test_a_flood_ends_with_the_deadline_and_keeps_no_thread_busy(world: World, kind: str) -> None:
    def make(query: bytes) -> bytes:
        answer = (_wrong_id if kind == "strays" else _garbage)(dns.message.from_wire(query))
        return answer.to_wire() if isinstance(answer, dns.message.Message) else answer or b""

    before = threading.active_count()
    answer = _ask(flooding(world, make))
    assert answer.failure in (Failure.TIMED_OUT, Failure.MALFORMED)
    end = time.monotonic() + 3
    while threading.active_count() > before + 1 and time.monotonic() < end:
        time.sleep(0.02)
    # Only the flooding server's own thread is left.
    assert threading.active_count() <= before + 1


def _long_alias_chain(count: int, *, closed: bool = False) -> Think:
    names = [HOST, *(f"n{at}.example" for at in range(count))]
    rows = [f"{one}. CNAME {other}." for one, other in itertools.pairwise(names)]
    rows.append(f"{names[-1]}. CNAME {HOST}." if closed else f"{names[-1]}. A {V4}")
    return rrsets(*rows)


def test_aliases_in_a_circle_are_malformed(world: World) -> None:
    assert _ask(dns_server(world, _long_alias_chain(3, closed=True))).failure is Failure.MALFORMED


def test_an_alias_of_itself_is_malformed(world: World) -> None:
    assert _ask(dns_server(world, rrsets(f"{HOST}. CNAME {HOST}."))).failure is Failure.MALFORMED


def test_a_chain_of_aliases_without_end_is_malformed(world: World) -> None:
    assert _ask(dns_server(world, cut, _long_alias_chain(500))).failure is Failure.MALFORMED


def test_a_usual_chain_of_aliases_is_followed(world: World) -> None:
    assert _ask(dns_server(world, _long_alias_chain(6))).addresses == (V4,)


def test_an_answer_of_64_kilobytes_is_read_in_time_and_little_memory(world: World) -> None:
    many = [f"10.{at >> 16}.{at >> 8 & 255}.{at & 255}" for at in range(4000)]
    response = dns.message.make_response(_question())
    response.answer.append(dns.rrset.from_text_list(HOST + ".", 60, "IN", "A", many))
    wire = response.to_wire(max_size=65_535)
    assert len(wire) > 60_000

    def think(question: dns.message.Message) -> Answer:
        return question.to_wire()[:2] + wire[2:]

    where = dns_server(world, cut, by_kind(think, rcode(dns.rcode.SERVFAIL)))
    tracemalloc.start()
    try:
        answer = _ask(where, 10)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert answer.failure is None
    assert peak < 16 * 1024 * 1024


def _slowly(world: World, first: bytes, rest: bytes) -> Endpoint:
    """A TCP side that sends `first` and then `rest` a byte at a time; UDP sends there."""

    def serve(peer: Peer) -> None:
        peer.socket.recv(4096)
        peer.socket.sendall(first)
        for byte in rest:
            if peer.stopping.wait(0.1):
                return
            peer.socket.sendall(bytes([byte]))
        peer.ignore()

    return world.udp_and_tcp(_reply_cut, serve)


@pytest.mark.parametrize(("first", "rest"), [(b"", b""), (b"\xff\xff", b"x" * 200), (b"\x00", b"\x10" * 100)])
def test_a_tcp_answer_that_drips_or_never_comes_is_timed_out(world: World, first: bytes, rest: bytes) -> None:
    assert _ask(_slowly(world, first, rest)).failure is Failure.TIMED_OUT


def test_a_tcp_side_that_hangs_up_is_closed(world: World) -> None:
    where = world.udp_and_tcp(_reply_cut, lambda peer: None)
    assert _ask(where).failure in (Failure.CLOSED, Failure.RESET)


def _reply_cut(data: bytes) -> bytes:
    answer = cut(dns.message.from_wire(data))
    assert isinstance(answer, dns.message.Message)
    return answer.to_wire()


def test_a_tcp_answer_that_answers_something_else_is_malformed(world: World) -> None:
    assert _ask(dns_server(world, cut, _other_question)).failure is Failure.MALFORMED


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=600))
def test_no_bytes_make_the_reader_raise(data: bytes) -> None:
    question = _question()
    for wire in (data, question.to_wire()[:2] + b"\x81\x80" + data):
        message = read_response(question, wire)
        if message is not None:
            assert isinstance(read_message(SERVER, message), NameAnswer)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_change_of_a_true_answer_makes_the_reader_raise(data: st.DataObject) -> None:
    question = _question()
    answer = _long_alias_chain(2)(question)
    assert isinstance(answer, dns.message.Message)
    wire = bytearray(answer.to_wire())
    for _ in range(data.draw(st.integers(1, 4))):
        wire[data.draw(st.integers(0, len(wire) - 1))] = data.draw(st.integers(0, 255))
    message = read_response(question, bytes(wire))
    if message is not None:
        found = read_message(SERVER, message)
        assert all(is_address(address) for address in found.addresses)


# ---- two families in one answer --------------------------------------------------------------------


def _part(failure: Failure | None) -> NameAnswer | None:
    if failure is Failure.TIMED_OUT:
        return None
    return NameAnswer(server=SERVER, failure=failure, addresses=() if failure else (V4,))


@pytest.mark.parametrize(
    ("a", "aaaa", "expected"),
    [
        (Failure.NXDOMAIN, Failure.NXDOMAIN, Failure.NXDOMAIN),
        (Failure.NXDOMAIN, Failure.SERVFAIL, Failure.NXDOMAIN),
        (Failure.NODATA, Failure.NODATA, Failure.NODATA),
        (Failure.NODATA, Failure.NXDOMAIN, Failure.NODATA),
        (Failure.NODATA, Failure.SERVFAIL, Failure.SERVFAIL),
        (Failure.NODATA, Failure.TIMED_OUT, Failure.TIMED_OUT),
        (Failure.TIMED_OUT, Failure.NODATA, Failure.TIMED_OUT),
        (Failure.SERVFAIL, Failure.NODATA, Failure.SERVFAIL),
        (None, Failure.SERVFAIL, None),
    ],
)
def test_a_missing_address_is_claimed_only_where_both_families_say_so(
    a: Failure | None, aaaa: Failure | None, expected: Failure | None
) -> None:
    assert join_families(SERVER, [_part(a), _part(aaaa)], 1).failure is expected


# ---- several servers -------------------------------------------------------------------------------


def _ask_all(
    world: World, *thinks: Think | None, seconds: float = SECONDS
) -> tuple[tuple[NameAnswer, ...], list[str]]:
    """What servers answer, and which were contacted; None is one that nothing listens at."""
    servers = (SERVER, SECOND, THIRD, DnsServer("192.0.2.56"))[: len(thinks)]
    ports = {
        (server.address, 53): dns_server(world, think)
        for server, think in zip(servers, thinks, strict=True)
        if think is not None
    }
    contacted: list[str] = []
    with in_time(seconds):
        answers = ask_servers(
            computer(ports), servers, HOST, Deadline(seconds), lambda server: contacted.append(server.address)
        )
    return answers, contacted


def test_the_first_server_settles_it(world: World) -> None:
    answers, contacted = _ask_all(world, records((V4,)), records((V4,)))
    assert [answer.addresses for answer in answers] == [(V4,)]
    assert contacted == [DNS_ADDRESS]


@pytest.mark.parametrize("think", [rcode(dns.rcode.NXDOMAIN), records()])
def test_a_name_that_the_first_server_denies_is_not_asked_elsewhere(world: World, think: Think) -> None:
    answers, contacted = _ask_all(world, think, records((V4,)))
    assert len(answers) == 1
    assert contacted == [DNS_ADDRESS]


def test_a_silent_first_server_is_told_and_the_second_asked_meanwhile(world: World) -> None:
    since = time.monotonic()
    answers, contacted = _ask_all(world, silent, records((V4,)), seconds=4)
    assert time.monotonic() - since < 2.5
    assert [answer.failure for answer in answers] == [Failure.TIMED_OUT, None]
    assert [answer.server for answer in answers] == [SERVER, SECOND]
    assert contacted == [DNS_ADDRESS, SECOND_DNS_ADDRESS]


@pytest.mark.parametrize("think", [rcode(dns.rcode.SERVFAIL), rcode(dns.rcode.REFUSED), None])
def test_a_failing_first_server_lets_the_others_be_asked(world: World, think: Think | None) -> None:
    answers, _ = _ask_all(world, think, records((V4,)))
    assert answers[0].failure is not None
    assert answers[1].addresses == (V4,)


def test_no_more_than_three_servers_are_asked(world: World) -> None:
    answers, contacted = _ask_all(world, silent, silent, silent, silent)
    assert [answer.failure for answer in answers] == [Failure.TIMED_OUT] * 3
    assert len(contacted) == 3


def test_without_servers_there_is_no_answer(world: World) -> None:
    assert _ask_all(world) == ((), [])


# ---- the system's own resolver ---------------------------------------------------------------------


class Resolving(msgspec.Struct, frozen=True):
    """A computer whose system resolver behaves in a way of its own; everything else is another computer's."""

    computer: DemoMachine
    hangs_s: float = 0.0
    error: Exception | None = None
    found: tuple[str, ...] = (V4,)

    def __getattr__(self, name: str) -> object:
        return getattr(self.computer, name)

    def resolve(self, host: str, family: int) -> tuple[str, ...]:
        time.sleep(self.hangs_s)
        if self.error is not None:
            raise self.error
        return self.found


def _system(
    machine: object, seconds: float = SECONDS, family: int = 0, host: str = HOST
) -> tuple[NameAnswer, list[str]]:
    contacted: list[str] = []
    with in_time(seconds):
        answer = ask_system(
            machine,  # type: ignore[arg-type]  # it has every method of a Machine by `__getattr__`
            host,
            family,
            Deadline(seconds),
            lambda server: contacted.append(server.address),
        )
    return answer, contacted


def test_the_systems_answer_is_taken_and_nobody_else_asked() -> None:
    answer, contacted = _system(Resolving(computer(resolvers=(SERVER, SECOND))))
    assert (answer.addresses, answer.failure, answer.server) == ((V4,), None, None)
    assert contacted == []


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (socket.gaierror(socket.EAI_NONAME, ""), Failure.NOT_FOUND),
        (socket.gaierror(socket.EAI_AGAIN, ""), Failure.OTHER),
        (UnicodeError("label too long"), Failure.NOT_FOUND),
        (PermissionError(13, ""), Failure.DENIED),
    ],
)
def test_what_the_system_raises_is_a_code(error: Exception, expected: Failure) -> None:
    assert _system(Resolving(computer(), error=error))[0].failure is expected


def test_an_empty_answer_of_the_system_is_no_address() -> None:
    assert _system(Resolving(computer(), found=()))[0].failure is Failure.NODATA


def test_a_system_that_hangs_is_left_behind() -> None:
    answer, contacted = _system(Resolving(computer(resolvers=(SERVER,)), hangs_s=8))
    assert answer.failure is Failure.TIMED_OUT
    assert contacted == []


@pytest.mark.parametrize(("host", "address"), [("192.0.2.9", "192.0.2.9"), ("2001:db8::9", "2001:db8::9")])
def test_an_address_is_its_own_answer(host: str, address: str) -> None:
    assert _system(Resolving(computer(), error=OSError()), host=host)[0].addresses == (address,)


def _two_servers(world: World, first: Think, second: Think) -> DemoMachine:
    ports = {(DNS_ADDRESS, 53): dns_server(world, first), (SECOND_DNS_ADDRESS, 53): dns_server(world, second)}
    return computer(ports, resolvers=(SERVER, SECOND))


@pytest.mark.parametrize(("family", "expected"), [(0, {V4, V6}), (4, {V4}), (6, {V6})])
def test_a_silent_first_server_does_not_hold_up_the_walk(
    world: World, family: int, expected: set[str]
) -> None:
    """glibc goes on to the second server after five seconds, at every name anew."""
    machine = Resolving(_two_servers(world, silent, records((V4,), (V6,))), hangs_s=5)
    since = time.monotonic()
    answer, contacted = _system(machine, 4, family)
    assert time.monotonic() - since < 2.5
    assert set(answer.addresses) == expected
    assert answer.server == SECOND
    assert contacted == [DNS_ADDRESS, SECOND_DNS_ADDRESS]


def test_a_slow_system_whose_first_server_answers_is_waited_for(world: World) -> None:
    machine = Resolving(
        _two_servers(world, records(("198.51.100.7",)), records(("198.51.100.8",))), hangs_s=0.5
    )
    answer, _ = _system(machine, 2)
    assert (answer.addresses, answer.server) == ((V4,), None)


def test_a_system_that_hangs_with_two_silent_servers_is_timed_out(world: World) -> None:
    assert _system(Resolving(_two_servers(world, silent, silent), hangs_s=8))[0].failure is Failure.TIMED_OUT


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=300))
def test_no_text_makes_the_test_for_addresses_raise(text: str) -> None:
    assert is_address(text) in (True, False)


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=80))
def test_no_name_makes_a_question_raise(text: str) -> None:
    answer = ask_server(computer(), SERVER, text, Deadline(1))
    assert answer.failure in (Failure.NXDOMAIN, Failure.NETWORK_UNREACHABLE)
