"""TLS without verification: good servers, old ones, wishes for a client certificate, refusals."""

from __future__ import annotations

import ssl
import threading
from functools import lru_cache, partial

import pytest

from portalcheck.demo import tls
from portalcheck.demo.certificates import server_context
from portalcheck.demo.servers import Peer, Serve
from portalcheck.facts import Failure, Hello
from portalcheck.probe.deadline import Deadline
from portalcheck.probe.failures import TlsError, client_certificate_requested
from portalcheck.probe.tls.handshake import handshake
from tests.probe.shaking import echo, fails, hello, opened, succeeds, writes
from tests.probe.world import HOST, RESETS, World, authority, good, issued, relays_to

# ---- good servers ----------------------------------------------------------------------------------


def test_a_good_server_gives_its_version_and_chain(world: World) -> None:
    step = succeeds(world.tls(echo))
    assert (step.failure, step.version, step.alert) == (None, "TLSv1.3", "")
    assert step.chain == (good().der,)


def test_bytes_go_both_ways_in_any_size(world: World) -> None:
    with opened(world.tls(echo)) as secured:
        sent = bytes(range(256)) * 400
        secured.sendall(sent)
        received = b""
        while len(received) < len(sent):
            received += secured.recv(10_000)
    assert received == sent


def test_the_end_of_a_connection_reads_as_its_end(world: World) -> None:
    with opened(world.tls(lambda peer: None)) as secured:
        assert secured.recv(100) == b""


def test_silence_after_the_handshake_is_a_time_limit(world: World) -> None:
    with opened(world.tls(Peer.ignore)) as secured:
        secured.settimeout(0.05)
        with pytest.raises(TimeoutError):
            secured.recv(100)


def test_tls_works_within_tls(world: World) -> None:
    """As to a host behind a proxy that is itself spoken to over TLS."""
    with opened(world.tls(relays_to(world.tls(echo, issued("inside.example"))))) as outer:
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
    succeeds(world.tcp(partial(tls.serve, context, echo)), name=name)
    assert seen == [sent]


@pytest.mark.parametrize("name", ["", ".", ".x", "a" * 64 + ".example", "x\0y", "\udcff"])
def test_a_name_that_cannot_be_sent_is_a_code(world: World, name: str) -> None:
    assert fails(world.tls(echo), name=name).failure is Failure.OTHER


# ---- versions --------------------------------------------------------------------------------------


@lru_cache
def _old_context() -> ssl.SSLContext:
    return tls.only_old(server_context(good()))


def test_a_server_of_old_versions_alone_is_too_old(world: World) -> None:
    step = fails(world.tcp(partial(tls.serve, _old_context(), echo)))
    assert (step.failure, step.alert) == (Failure.TOO_OLD, "protocol_version")


def test_old_versions_can_be_proved(world: World) -> None:
    step = succeeds(world.tcp(partial(tls.serve, _old_context(), echo)), hello=Hello.ANY)
    assert step.version == "TLSv1.1"


def test_a_modern_server_is_spoken_to_in_its_newest_version_whatever_else_is_offered(world: World) -> None:
    assert succeeds(world.tls(echo), hello=Hello.ANY).version == "TLSv1.3"


# ---- client certificates ---------------------------------------------------------------------------


def _wanting(version: ssl.TLSVersion, mode: ssl.VerifyMode) -> Serve:
    context = server_context(good(), clients=[authority().der])
    context.maximum_version = version
    context.verify_mode = mode
    return partial(tls.serve, context, echo)


def test_tls_1_2_that_wants_a_certificate_says_so_in_the_handshake(world: World) -> None:
    step = fails(world.tcp(_wanting(ssl.TLSVersion.TLSv1_2, ssl.CERT_REQUIRED)))
    assert step.failure in (Failure.ALERT, Failure.RESET)
    assert step.client_certificate_requested


def test_tls_1_3_that_wants_a_certificate_says_so_at_the_first_read(world: World) -> None:
    where = world.tcp(_wanting(ssl.TLSVersion.TLSv1_3, ssl.CERT_REQUIRED))
    with opened(where) as secured, pytest.raises(TlsError) as caught:
        secured.recv(1)
    assert client_certificate_requested(caught.value)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_certificate_that_is_only_welcome_is_not_wanted(world: World, version: ssl.TLSVersion) -> None:
    assert not succeeds(world.tcp(_wanting(version, ssl.CERT_OPTIONAL))).client_certificate_requested


def test_another_alert_wants_no_certificate(world: World) -> None:
    assert not fails(world.tcp(_alerting(2, 40))).client_certificate_requested


# ---- refusals --------------------------------------------------------------------------------------


def _resets_after_hello(peer: Peer) -> None:
    hello(peer)
    peer.reset()


def _closes_after_hello(peer: Peer) -> None:
    hello(peer)
    peer.linger()


_HTTP = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
_SSH = b"SSH-2.0-OpenSSH_9.6\r\n"


@pytest.mark.parametrize(
    ("serve", "expected"),
    [
        pytest.param(_resets_after_hello, {Failure.RESET}, marks=RESETS),
        (lambda peer: None, {Failure.CLOSED, Failure.RESET}),
        (_closes_after_hello, {Failure.CLOSED}),
        (Peer.ignore, {Failure.TIMED_OUT}),
        (writes(_HTTP), {Failure.NOT_TLS}),
        (writes(_SSH), {Failure.NOT_TLS}),
        (writes(b"\0" * 600), {Failure.NOT_TLS, Failure.MALFORMED}),
        (writes(b"\x16\x03\x03\x00\x10"), {Failure.CLOSED}),
    ],
    ids=[
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
    assert fails(world.tcp(serve)).failure in expected


@RESETS
def test_a_peer_that_resets_what_it_has_accepted_is_named(world: World) -> None:
    connected = threading.Event()

    def serve(peer: Peer) -> None:
        connected.wait(5)
        peer.reset()

    assert fails(world.tcp(serve), connected=connected).failure is Failure.RESET


def _alerting(level: int, number: int) -> Serve:
    return writes(bytes([21, 3, 3, 0, 2, level, number]))


def test_every_fatal_alert_is_an_alert_with_a_name(world: World) -> None:
    numbers = iter(range(256))

    def serve(peer: Peer) -> None:
        _alerting(2, next(numbers))(peer)

    where = world.tcp(serve)
    steps = {number: fails(where) for number in range(256)}
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
    assert fails(world.tcp(_alerting(1, number))).failure is Failure.CLOSED
