"""What is offered to a server, in which kind of ClientHello."""

from __future__ import annotations

import ssl
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portalcheck.demo import tls
from portalcheck.demo.certificates import server_context
from portalcheck.demo.servers import Peer
from portalcheck.facts import Failure, Hello
from portalcheck.probe.tls.reserved import with_reserved_values
from tests.lab.hellos import Offered, alert, close, not_tls, read
from tests.probe.shaking import echo, fails, shake, succeeds
from tests.probe.world import RESETS, World, good

MSS_OF_ETHERNET = 1500 - 40 - 20
"""With the longer head of IPv6 (RFC 8200, 3; RFC 9293, 3.7.1)."""
LEAST_OF_IPV6 = 1280 - 40 - 20
MLKEM, X25519, P_256, P_384 = b"\x11\xec", b"\0\x1d", b"\0\x17", b"\0\x18"
LONGEST = ".".join(["a" * 61] * 4)


def sent(world: World, hello: Hello, name: str = "portal.example") -> tuple[bytes, Offered]:
    heard: list[bytes] = []

    def listen(peer: Peer) -> None:
        heard.append(tls.first_record(peer))

    shake(world.tcp(listen), name=name, hello=hello)
    return heard[0], read(heard[0])


def test_a_browsers_hello_fills_two_packets_and_begins_with_the_post_quantum_group(world: World) -> None:
    _, offered = sent(world, Hello.BROWSER)
    assert offered.size > MSS_OF_ETHERNET
    assert offered.extensions[10][2:] == MLKEM + X25519 + P_256 + P_384
    assert offered.has_http_2
    assert offered.has_tls_1_3


@pytest.mark.parametrize("hello", [Hello.SMALL, Hello.TLS_1_2, Hello.PLAIN, Hello.ANY])
def test_a_smaller_hello_with_the_longest_name_fits_into_one_packet_of_ipv6(
    world: World, hello: Hello
) -> None:
    record, _ = sent(world, hello, LONGEST)
    assert LONGEST.encode() in record
    assert len(record) <= LEAST_OF_IPV6


def test_each_counterfactual_leaves_out_what_its_name_says(world: World) -> None:
    assert not sent(world, Hello.TLS_1_2)[1].has_tls_1_3
    http_1 = sent(world, Hello.HTTP_1)[1]
    assert not http_1.has_http_2
    assert http_1.is_large
    plain = sent(world, Hello.PLAIN)[1]
    assert not plain.has_http_2
    assert not plain.is_large


def test_chromiums_hello_has_reserved_values_in_every_list(world: World) -> None:
    record, offered = sent(world, Hello.CHROMIUM)
    assert offered.has_reserved
    for number, skipped in ((10, 2), (43, 1), (51, 2)):
        first = offered.extensions[number][skipped : skipped + 2]
        assert first[0] == first[1] == 0x2A
    assert int.from_bytes(record[3:5]) == len(record) - 5
    assert int.from_bytes(record[6:9]) == len(record) - 9


def test_a_server_answers_chromiums_hello(world: World) -> None:
    secured, step = shake(world.tls(echo), hello=Hello.CHROMIUM, answered_only=True)
    assert secured is None
    assert step.failure is None


@pytest.mark.parametrize(
    ("serve", "expected"),
    [
        pytest.param(Peer.reset, Failure.RESET, marks=RESETS),
        (close, Failure.CLOSED),
        (not_tls, Failure.NOT_TLS),
        (alert(40), Failure.ALERT),
        (alert(70), Failure.TOO_OLD),
        (Peer.ignore, Failure.TIMED_OUT),
    ],
)
def test_what_is_no_answer_to_chromiums_hello_has_its_code(
    world: World, serve: object, expected: Failure
) -> None:
    _, step = shake(world.tcp(serve), hello=Hello.CHROMIUM, seconds=1.0, answered_only=True)  # type: ignore[arg-type]  # a Serve
    assert step.failure is expected


@pytest.mark.parametrize(
    ("group", "hello"),
    [
        ("X25519", Hello.BROWSER),
        ("prime256v1", Hello.BROWSER),
        ("secp384r1", Hello.BROWSER),
        ("secp521r1", Hello.ANY),
    ],
)
def test_a_server_with_a_single_group_is_understood(world: World, group: str, hello: Hello) -> None:
    context = server_context(good())
    context.set_ecdh_curve(group)
    assert succeeds(world.tcp(partial(tls.serve, context, echo)), hello=hello).version == "TLSv1.3"


@pytest.mark.parametrize("limit", ["secp521r1", "cipher"])
def test_what_not_all_browsers_have_is_not_offered_for_the_verdict(world: World, limit: str) -> None:
    context = server_context(good())
    if limit == "cipher":
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("ECDHE-ECDSA-AES128-SHA256")
    else:
        context.set_ecdh_curve(limit)
    serve = partial(tls.serve, context, echo)
    assert fails(world.tcp(serve)).alert == "handshake_failure"
    assert succeeds(world.tcp(serve), hello=Hello.ANY)


@given(
    st.binary(max_size=600),
    st.binary(max_size=40),
    st.lists(st.tuples(st.integers(0, 60), st.binary(max_size=50))),
)
def test_a_hello_keeps_all_that_was_in_it(
    ciphers: bytes, session: bytes, extensions: list[tuple[int, bytes]]
) -> None:
    def vector(size: int, data: bytes) -> bytes:
        return len(data).to_bytes(size) + data

    inside = b"".join(number.to_bytes(2) + vector(2, data) for number, data in extensions)
    body = bytes(34) + vector(1, session) + vector(2, ciphers) + vector(1, b"\0") + vector(2, inside)
    record = b"\x16\3\1" + vector(2, b"\1" + vector(3, body))
    changed = with_reserved_values(record)
    offered = read(changed)
    assert int.from_bytes(changed[3:5]) == len(changed) - 5
    assert offered.ciphers.endswith(ciphers)
    for number, data in dict(extensions).items():
        assert offered.extensions[number].endswith(data[2:])
