"""TLS without verification: good servers, refusals of every kind, and peers that never come to an end."""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
import ssl
import time
import tracemalloc
from collections.abc import Iterator
from functools import lru_cache, partial

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portalcheck.demo import tls
from portalcheck.demo.certificates import Issued, server_context
from portalcheck.demo.servers import Endpoint, Peer, Serve
from portalcheck.facts import Failure, TlsStep
from portalcheck.path.classify import wants_certificate
from portalcheck.path.handshake import handshake
from portalcheck.path.tls import Plaintext, TlsStream
from portalcheck.path.waiting import Deadline
from tests.path.world import HOST, SECONDS, World, authority, good, in_time, issued, relays_to

Shaken = tuple[TlsStream | None, TlsStep]


def _shake(
    where: Endpoint, *, name: str = HOST, seconds: float = SECONDS, oldest_tls: bool = False
) -> Shaken:
    """One handshake, which ends in time and closes its socket when it fails."""
    sock = socket.create_connection(where, 2)
    with in_time(seconds):
        secured, step = handshake(sock, name, Deadline(seconds), oldest_tls=oldest_tls)
    assert (secured is None) == (step.failure is not None)
    assert (secured is None) == (sock.fileno() == -1)
    return secured, step


@contextlib.contextmanager
def _open(where: Endpoint) -> Iterator[TlsStream]:
    """A connection that was made, closed at the end."""
    secured, _ = _shake(where)
    assert secured is not None
    with contextlib.closing(secured):
        secured.settimeout(5)
        yield secured


def _succeeds(where: Endpoint, *, name: str = HOST, oldest_tls: bool = False) -> TlsStep:
    secured, step = _shake(where, name=name, oldest_tls=oldest_tls)
    assert secured is not None
    secured.close()
    return step


def _fails(where: Endpoint, **given: object) -> TlsStep:
    secured, step = _shake(where, **given)  # type: ignore[arg-type]  # handed on as it came
    assert secured is None
    return step


def _hello(peer: Peer) -> bytes:
    return peer.socket.recv(16 * 1024)


# ---- good servers ----------------------------------------------------------------------------------


def _echo(peer: Peer) -> None:
    while data := peer.socket.recv(64 * 1024):
        peer.socket.sendall(data)


def test_a_good_server_gives_its_version_and_chain(world: World) -> None:
    step = _succeeds(world.tls(_echo))
    assert (step.failure, step.version, step.alert) == (None, "TLSv1.3", "")
    assert step.chain == (good().der,)


def test_bytes_go_both_ways_in_any_size(world: World) -> None:
    with _open(world.tls(_echo)) as secured:
        sent = bytes(range(256)) * 400
        secured.sendall(sent)
        received = b""
        while len(received) < len(sent):
            received += secured.recv(10_000)
    assert received == sent


def test_the_end_of_a_connection_reads_as_its_end(world: World) -> None:
    with _open(world.tls(lambda peer: None)) as secured:
        assert secured.recv(100) == b""


def test_silence_after_the_handshake_is_a_time_limit(world: World) -> None:
    with _open(world.tls(Peer.ignore)) as secured:
        secured.settimeout(0.05)
        with pytest.raises(TimeoutError):
            secured.recv(100)


def test_tls_works_within_tls(world: World) -> None:
    """As to a host behind a proxy that is itself spoken to over TLS."""
    with _open(world.tls(relays_to(world.tls(_echo, issued("inside.example"))))) as outer:
        inside, step = handshake(outer, "inside.example", Deadline(5))
        assert inside is not None
        assert len(step.chain) == 1
        assert step.chain != (good().der,)
        inside.settimeout(5)
        inside.sendall(b"hello")
        assert inside.recv(100) == b"hello"


@pytest.mark.parametrize(
    ("name", "sent"), [(HOST, HOST), (HOST + ".", HOST), ("192.0.2.1", None), ("2001:db8::1", None)]
)
def test_the_name_is_sent_without_a_final_dot_and_no_address_is(
    world: World, name: str, sent: str | None
) -> None:
    seen: list[str | None] = []
    context = server_context(good())

    def note(_: object, name: str | None, __: object) -> None:
        seen.append(name)

    context.sni_callback = note
    _succeeds(world.tcp(partial(tls.serve, context, _echo)), name=name)
    assert seen == [sent]


@pytest.mark.parametrize("name", ["", ".", ".x", "a" * 64 + ".example", "x\0y", "\udcff"])
def test_a_name_that_cannot_be_sent_is_a_code(world: World, name: str) -> None:
    assert _fails(world.tls(_echo), name=name).failure is Failure.OTHER


# ---- versions --------------------------------------------------------------------------------------


@lru_cache
def _old_context() -> ssl.SSLContext:
    return tls.only_old(server_context(good()))


def test_a_server_of_old_versions_alone_is_too_old(world: World) -> None:
    step = _fails(world.tcp(partial(tls.serve, _old_context(), _echo)))
    assert (step.failure, step.alert) == (Failure.TOO_OLD, "protocol_version")


def test_old_versions_can_be_proved(world: World) -> None:
    step = _succeeds(world.tcp(partial(tls.serve, _old_context(), _echo)), oldest_tls=True)
    assert step.version == "TLSv1.1"


def test_the_proof_fails_with_a_modern_server(world: World) -> None:
    assert _fails(world.tls(_echo), oldest_tls=True).failure in (Failure.TOO_OLD, Failure.ALERT)


# ---- client certificates ---------------------------------------------------------------------------


def _wanting(version: ssl.TLSVersion, mode: ssl.VerifyMode) -> Serve:
    context = server_context(good(), clients=[authority().der])
    context.maximum_version = version
    context.verify_mode = mode
    return partial(tls.serve, context, _echo)


def test_tls_1_2_that_wants_a_certificate_says_so_in_the_handshake(world: World) -> None:
    step = _fails(world.tcp(_wanting(ssl.TLSVersion.TLSv1_2, ssl.CERT_REQUIRED)))
    assert step.failure in (Failure.ALERT, Failure.RESET)
    assert step.wants_certificate


def test_tls_1_3_that_wants_a_certificate_says_so_at_the_first_read(world: World) -> None:
    where = world.tcp(_wanting(ssl.TLSVersion.TLSv1_3, ssl.CERT_REQUIRED))
    with _open(where) as secured, pytest.raises(ssl.SSLError) as caught:
        secured.recv(1)
    assert wants_certificate(caught.value)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_certificate_that_is_only_welcome_is_not_wanted(world: World, version: ssl.TLSVersion) -> None:
    assert not _succeeds(world.tcp(_wanting(version, ssl.CERT_OPTIONAL))).wants_certificate


def test_another_alert_wants_no_certificate(world: World) -> None:
    assert not _fails(world.tcp(_alerting(2, 40))).wants_certificate


# ---- refusals --------------------------------------------------------------------------------------


def _resets_after_hello(peer: Peer) -> None:
    _hello(peer)
    peer.reset()


def _closes_after_hello(peer: Peer) -> None:
    _hello(peer)
    peer.linger()


def _writes(data: bytes) -> Serve:
    def serve(peer: Peer) -> None:
        _hello(peer)
        peer.socket.sendall(data)
        peer.linger()

    return serve


_HTTP = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
_SSH = b"SSH-2.0-OpenSSH_9.6\r\n"


@pytest.mark.parametrize(
    ("serve", "expected"),
    [
        (Peer.reset, {Failure.RESET}),
        (_resets_after_hello, {Failure.RESET}),
        (lambda peer: None, {Failure.CLOSED, Failure.RESET}),
        (_closes_after_hello, {Failure.CLOSED}),
        (Peer.ignore, {Failure.TIMED_OUT}),
        (_writes(_HTTP), {Failure.NOT_TLS}),
        (_writes(_SSH), {Failure.NOT_TLS}),
        (_writes(b"\0" * 600), {Failure.NOT_TLS, Failure.MALFORMED}),
        (_writes(b"\x16\x03\x03\x00\x10"), {Failure.CLOSED}),
    ],
    ids=[
        "rst",
        "rst-after-hello",
        "fin",
        "fin-after-hello",
        "silence",
        "http",
        "ssh",
        "zeros",
        "half-a-record",
    ],
)
def test_a_peer_that_does_not_speak_tls_is_named(world: World, serve: Serve, expected: set[Failure]) -> None:
    assert _fails(world.tcp(serve)).failure in expected


def _alerting(level: int, number: int) -> Serve:
    return _writes(bytes([21, 3, 3, 0, 2, level, number]))


def test_every_fatal_alert_is_an_alert_with_a_name(world: World) -> None:
    numbers = iter(range(256))

    def serve(peer: Peer) -> None:
        _alerting(2, next(numbers))(peer)

    where = world.tcp(serve)
    steps = {number: _fails(where) for number in range(256)}
    assert {n for n, step in steps.items() if step.failure is not Failure.ALERT} == {70}
    assert steps[70].failure is Failure.TOO_OLD
    assert all(step.alert for step in steps.values())
    named = {40: "handshake_failure", 48: "unknown_ca", 70: "protocol_version", 80: "internal_error"}
    named |= {
        112: "unrecognized_name",
        116: "certificate_required",
        120: "no_application_protocol",
        200: "alert_200",
    }
    assert {n: steps[n].alert for n in named} == named


@pytest.mark.parametrize("number", [0, 1, 90, 112, 255])
def test_a_mere_warning_before_the_end_is_the_end(world: World, number: int) -> None:
    assert _fails(world.tcp(_alerting(1, number))).failure is Failure.CLOSED


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
    step = _succeeds(world.tls(_echo, _with_names(1000)))
    assert step.chain == (_with_names(1000).der,)


def test_a_certificate_of_ten_thousand_names_is_too_large(world: World) -> None:
    assert len(_with_names(10_000).der) > 400_000
    step = _fails(world.tls(_echo, _with_names(10_000)))
    assert step.failure is Failure.TOO_LARGE


def test_of_a_long_chain_only_the_beginning_is_kept(world: World) -> None:
    leaf = good()
    chain = (leaf.certificate, *(authority().certificate for _ in range(60)))
    step = _succeeds(world.tls(_echo, Issued(leaf.key, chain)))
    assert len(step.chain) == 24
    assert step.chain[:2] == (leaf.der, authority().der)


def test_a_chain_that_is_too_long_is_too_large(world: World) -> None:
    leaf = good()
    chain = (leaf.certificate, *(authority().certificate for _ in range(400)))
    assert _fails(world.tls(_echo, Issued(leaf.key, chain))).failure is Failure.TOO_LARGE


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
    step = _fails(world.tcp(_writes(_record(22, _SERVER_HELLO) + _record(22, certificates))))
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
        _hello(peer)
        while not peer.stopping.is_set():
            peer.socket.sendall(data)

    return serve


def _drip(data: bytes, pause_s: float) -> Serve:
    def serve(peer: Peer) -> None:
        _hello(peer)
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
        step = _fails(where)
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
    with _open(world.tls(_sends_without_end)) as secured:
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
        said = Plaintext()
        for start in range(0, len(stream), size):
            said.feed(stream[start : start + size])
        assert said.wants_certificate
        assert said.alert is None


def test_what_is_encrypted_is_not_read() -> None:
    said = Plaintext()
    said.feed(_record(23, b"x") + _record(21, b"\x02\x28"))
    assert (said.alert, said.wants_certificate) == (None, False)


@settings(max_examples=200)
@given(st.lists(st.binary(max_size=80), max_size=8))
def test_no_bytes_make_the_listener_raise(pieces: list[bytes]) -> None:
    said = Plaintext()
    for piece in pieces:
        said.feed(piece)
    assert said.alert is None or 0 <= said.alert <= 255
