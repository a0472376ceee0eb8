"""One DNS server, honest or hostile: an answer or a code, always in time."""

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
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.address.literal import is_address
from portalcheck.demo.servers import Endpoint, Peer
from portalcheck.facts import DnsAnswer, Failure
from portalcheck.probe.deadline import Deadline
from portalcheck.probe.dns.exchange import read_response
from portalcheck.probe.dns.resolution import ask_server, read_message
from tests.probe.asking import SERVER, V4, V6, a_question, asked
from tests.probe.dns_replies import (
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
from tests.probe.world import HOST, SECONDS, World, computer

# ---- honest servers --------------------------------------------------------------------------------


def test_both_families_are_asked_and_joined(world: World) -> None:
    answer = asked(dns_server(world, records((V4,), (V6,))))
    assert answer.failure is None
    assert set(answer.addresses) == {V4, V6}
    assert answer.server == SERVER


def test_an_alias_is_followed_and_told(world: World) -> None:
    rows = (f"{HOST}. CNAME edge.cdn.example.", f"edge.cdn.example. A {V4}")
    answer = asked(dns_server(world, rrsets(*rows)))
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
    answer = asked(dns_server(world, rcode(code)))
    assert (answer.failure, answer.addresses) == (expected, ())


def test_a_name_without_address_has_none(world: World) -> None:
    assert asked(dns_server(world, records())).failure is Failure.NODATA


@pytest.mark.parametrize("aaaa", [silent, rcode(dns.rcode.SERVFAIL), rcode(dns.rcode.NXDOMAIN)])
def test_a_server_that_mishandles_aaaa_still_gives_the_other_family(world: World, aaaa: Think) -> None:
    answer = asked(dns_server(world, by_kind(records((V4,)), aaaa)))
    assert (answer.failure, answer.addresses) == (None, (V4,))


def test_a_name_with_ipv6_alone_is_found(world: World) -> None:
    assert asked(dns_server(world, records(aaaa=(V6,)))).addresses == (V6,)


def test_what_does_not_fit_is_asked_for_over_tcp(world: World) -> None:
    assert asked(dns_server(world, cut, records((V4,)))).addresses == (V4,)


def test_answers_of_many_addresses_are_kept_small(world: World) -> None:
    answer = asked(dns_server(world, cut, records(tuple(f"198.51.100.{low}" for low in range(250)))), 10)
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
    answer = asked(dns_server(world, think))
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
    assert set(asked(sock.getsockname()).addresses) == {V4, V6}


@pytest.mark.not_on_windows("wine", "closed UDP ports, which are silent")
def test_a_closed_port_is_told_at_once(world: World) -> None:
    sock = world.socket(socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    where = sock.getsockname()
    sock.close()
    since = time.monotonic()
    assert asked(where, 10).failure is Failure.REFUSED
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
    answer = asked(flooding(world, make))
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
    assert asked(dns_server(world, _long_alias_chain(3, closed=True))).failure is Failure.MALFORMED


def test_an_alias_of_itself_is_malformed(world: World) -> None:
    assert asked(dns_server(world, rrsets(f"{HOST}. CNAME {HOST}."))).failure is Failure.MALFORMED


def test_a_chain_of_aliases_without_end_is_malformed(world: World) -> None:
    assert asked(dns_server(world, cut, _long_alias_chain(500)), 10).failure is Failure.MALFORMED


def test_a_usual_chain_of_aliases_is_followed(world: World) -> None:
    assert asked(dns_server(world, _long_alias_chain(6))).addresses == (V4,)


def test_an_answer_of_64_kilobytes_is_read_in_time_and_little_memory(world: World) -> None:
    many = [f"10.{at >> 16}.{at >> 8 & 255}.{at & 255}" for at in range(4000)]
    response = dns.message.make_response(a_question())
    response.answer.append(dns.rrset.from_text_list(HOST + ".", 60, "IN", "A", many))
    wire = response.to_wire(max_size=65_535)
    assert len(wire) > 60_000

    def think(question: dns.message.Message) -> Answer:
        return question.to_wire()[:2] + wire[2:]

    where = dns_server(world, cut, by_kind(think, rcode(dns.rcode.SERVFAIL)))
    tracemalloc.start()
    try:
        answer = asked(where, 20)  # counting what is allocated takes five times as long
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
def test_of_a_tcp_answer_that_drips_or_never_comes_only_the_beginning_came(
    world: World, first: bytes, rest: bytes
) -> None:
    assert asked(_slowly(world, first, rest)).failure is Failure.TRUNCATED


def test_where_the_tcp_side_hangs_up_only_the_beginning_came(world: World) -> None:
    where = world.udp_and_tcp(_reply_cut, lambda peer: None)
    assert asked(where).failure is Failure.TRUNCATED


def _reply_cut(data: bytes) -> bytes:
    answer = cut(dns.message.from_wire(data))
    assert isinstance(answer, dns.message.Message)
    return answer.to_wire()


def test_a_tcp_answer_that_answers_something_else_is_malformed(world: World) -> None:
    assert asked(dns_server(world, cut, _other_question)).failure is Failure.MALFORMED


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=600))
def test_no_bytes_make_the_reader_raise(data: bytes) -> None:
    question = a_question()
    for wire in (data, question.to_wire()[:2] + b"\x81\x80" + data):
        message = read_response(question, wire)
        if message is not None:
            assert isinstance(read_message(SERVER, message), DnsAnswer)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_change_of_a_true_answer_makes_the_reader_raise(data: st.DataObject) -> None:
    question = a_question()
    answer = _long_alias_chain(2)(question)
    assert isinstance(answer, dns.message.Message)
    wire = bytearray(answer.to_wire())
    for _ in range(data.draw(st.integers(1, 4))):
        wire[data.draw(st.integers(0, len(wire) - 1))] = data.draw(st.integers(0, 255))
    message = read_response(question, bytes(wire))
    if message is not None:
        found = read_message(SERVER, message)
        assert all(is_address(address) for address in found.addresses)
