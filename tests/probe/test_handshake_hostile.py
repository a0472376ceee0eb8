"""TLS peers with odd certificates, and peers that never come to an end."""

from __future__ import annotations

import datetime as dt
import socket
import time
import tracemalloc
from functools import lru_cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portalcheck.demo.certificates import Issued
from portalcheck.demo.servers import Peer, Serve
from portalcheck.facts import Failure
from portalcheck.probe.deadline import Deadline
from portalcheck.probe.tls.handshake import handshake
from portalcheck.probe.tls.openssl import TlsRecordReader
from tests.probe.shaking import echo, fails, hello, opened, succeeds, writes
from tests.probe.world import HOST, SECONDS, World, authority, good

# ---- odd and hostile certificates ------------------------------------------------------------------


@lru_cache
def _with_names(count: int) -> Issued:
    return _self_signed([f"n{at}.a-rather-long-name-of-a-host.example" for at in range(count)])


def _self_signed(names: list[str]) -> Issued:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(list(map(x509.DNSName, names))), critical=False)
    )
    return Issued(key, (builder.sign(key, hashes.SHA256()),))


def test_a_certificate_of_a_thousand_names_is_received(world: World) -> None:
    step = succeeds(world.tls(echo, _with_names(1000)))
    assert step.chain == (_with_names(1000).der,)


def test_a_certificate_of_ten_thousand_names_is_too_large(world: World) -> None:
    assert len(_with_names(10_000).der) > 400_000
    step = fails(world.tls(echo, _with_names(10_000)))
    assert step.failure is Failure.TOO_LARGE


def test_of_a_long_chain_only_the_beginning_is_kept(world: World) -> None:
    leaf = good()
    chain = (leaf.certificate, *(authority().certificate for _ in range(60)))
    step = succeeds(world.tls(echo, Issued(leaf.key, chain)))
    assert len(step.chain) == 24
    assert step.chain[:2] == (leaf.der, authority().der)


def test_a_chain_that_is_too_long_is_too_large(world: World) -> None:
    leaf = good()
    chain = (leaf.certificate, *(authority().certificate for _ in range(400)))
    assert fails(world.tls(echo, Issued(leaf.key, chain))).failure is Failure.TOO_LARGE


def _record(kind: int, body: bytes) -> bytes:
    return bytes([kind, 3, 3]) + len(body).to_bytes(2) + body


def _message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3) + body


_SERVER_HELLO = _message(2, b"\x03\x03" + b"R" * 32 + b"\x00" + b"\xc0\x2f" + b"\x00" + b"\x00\x00")


def _certificates(*ders: bytes) -> bytes:
    listed = b"".join(len(der).to_bytes(3) + der for der in ders)
    return _message(11, len(listed).to_bytes(3) + listed)


@pytest.mark.parametrize(
    "certificates",
    [
        _certificates(b"not a certificate"),
        _certificates(b""),
        _certificates(),
        _certificates(good().der[:-20]),
        _certificates(b"\x30\x84\xff\xff\xff\xff"),
        _message(11, b"\xff\xff\xff"),
    ],
    ids=["junk", "empty", "none", "cut", "huge-length", "lying-list"],
)
def test_a_malformed_certificate_is_malformed(world: World, certificates: bytes) -> None:
    """In TLS 1.2 the certificate comes in plain text, so that bytes alone make such a server."""
    step = fails(world.tcp(writes(_record(22, _SERVER_HELLO) + _record(22, certificates))))
    assert step.failure is Failure.MALFORMED


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"\x16\x03\x03", b"\x15\x03\x03", _record(22, _SERVER_HELLO)]),
)
def test_no_bytes_of_a_server_make_it_raise(world: World, data: bytes, first: bytes) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(first + data)
        theirs.shutdown(socket.SHUT_WR)
        secured, step = handshake(ours, HOST, Deadline(2))
    assert secured is None
    assert isinstance(step.failure, Failure)


# ---- peers without end -----------------------------------------------------------------------------


def _again(data: bytes) -> Serve:
    def serve(peer: Peer) -> None:
        hello(peer)
        while not peer.stopping.is_set():
            peer.socket.sendall(data)

    return serve


def _drip(data: bytes, pause_s: float) -> Serve:
    def serve(peer: Peer) -> None:
        hello(peer)
        for byte in data:
            if peer.stopping.wait(pause_s):
                return
            peer.socket.sendall(bytes([byte]))

    return serve


_ENDLESS = {
    "hello-requests": _again(_record(22, _message(0, b"")) * 200),
    "hello-requests-in-one-record": _again(_record(22, _message(0, b"") * 2000)),
    "empty-records": _again(_record(22, b"") * 200),
    "warnings": _again(_record(21, b"\x01\x5a") * 200),
    "change-cipher-specs": _again(_record(20, b"\x01") * 200),
    "one-huge-message": _again(_record(22, b"\x0b\xff\xff\xff" + b"x" * 16_000)),
    "server-hellos": _again(_record(22, _SERVER_HELLO) * 50),
    "a-message-byte-by-byte": _drip(_record(22, _SERVER_HELLO), 0.1),
    "a-record-byte-by-byte": _drip(_record(22, b"\x02" + b"\x00" * 4000), 0.05),
}


@pytest.mark.parametrize("name", _ENDLESS)
def test_a_handshake_without_end_ends_in_time_and_little_memory(world: World, name: str) -> None:
    where = world.tcp(_ENDLESS[name])
    tracemalloc.start()
    try:
        since = time.monotonic()
        step = fails(where)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert isinstance(step.failure, Failure)
    assert time.monotonic() - since < SECONDS + 1
    assert peak < 8 * 1024 * 1024


def _sends_without_end(peer: Peer) -> None:
    while not peer.stopping.is_set():
        peer.socket.sendall(b"x" * 60_000)


def test_endless_data_after_the_handshake_is_read_piece_by_piece(world: World) -> None:
    with opened(world.tls(_sends_without_end)) as secured:
        for _ in range(50):
            assert 0 < len(secured.recv(1000)) <= 1000


# ---- what is said in plain text --------------------------------------------------------------------


def test_a_wish_is_heard_however_the_bytes_are_cut() -> None:
    stream = (
        _record(22, _SERVER_HELLO[:10])
        + _record(22, _SERVER_HELLO[10:] + _message(13, b"abc"))
        + _record(20, b"\1")
    )
    for size in (1, 3, 7, 1000):
        said = TlsRecordReader()
        for start in range(0, len(stream), size):
            said.feed(stream[start : start + size])
        assert said.client_certificate_requested
        assert (said.foreign, said.version) == (False, 0x0303)


def test_what_is_encrypted_is_not_read() -> None:
    said = TlsRecordReader()
    said.feed(_record(23, b"x") + _record(22, _SERVER_HELLO + _message(13, b"abc")))
    assert (said.over, said.version, said.client_certificate_requested) == (True, None, False)


@pytest.mark.parametrize(
    ("first", "foreign"),
    [
        (b"", False),
        (b"H", True),
        (b"\x16", False),
        (b"\x16\x03\x01", False),
        (b"\x16T", True),
        (b"\x15\x03\x03\xff\xff", True),
        (b"\x16\x03\x03\x48\x00", False),
        (b"\x16\x03\x03\x48\x01", True),
        (b"\x80\x2e\x01\x00\x02", True),
        (_record(22, _SERVER_HELLO) + b"HTTP/1.1 200 OK", False),
    ],
)
def test_what_is_no_tls_shows_in_its_first_bytes(first: bytes, foreign: bool) -> None:
    for size in (1, 1000):
        said = TlsRecordReader()
        for start in range(0, len(first), size):
            said.feed(first[start : start + size])
        assert said.foreign is foreign


@settings(max_examples=200)
@given(st.lists(st.binary(max_size=80), max_size=8))
def test_no_bytes_make_the_listener_raise(pieces: list[bytes]) -> None:
    said = TlsRecordReader()
    for piece in pieces:
        said.feed(piece)
    assert said.version is None or 0 <= said.version <= 0xFFFF
    assert said.over or not said.foreign
