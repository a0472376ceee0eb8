"""Exceptions become codes by class and number: real ones where the system can be made to raise them."""

from __future__ import annotations

import errno
import os
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portalcheck.facts import Failure
from portalcheck.probe.failures import (
    TlsError,
    alert_name,
    client_certificate_requested,
    of_os_error,
    of_tls_error,
)
from tests.probe.world import World


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.ECONNREFUSED, Failure.REFUSED),
        (errno.ECONNRESET, Failure.RESET),
        (errno.ECONNABORTED, Failure.RESET),
        (errno.EPIPE, Failure.RESET),
        (errno.ETIMEDOUT, Failure.TIMED_OUT),
        (errno.ENETUNREACH, Failure.NETWORK_UNREACHABLE),
        (errno.ENETDOWN, Failure.NETWORK_UNREACHABLE),
        (errno.EADDRNOTAVAIL, Failure.NETWORK_UNREACHABLE),
        (errno.EAFNOSUPPORT, Failure.NETWORK_UNREACHABLE),
        (errno.EHOSTUNREACH, Failure.HOST_UNREACHABLE),
        (errno.EACCES, Failure.DENIED),
        (errno.EPERM, Failure.DENIED),
        (errno.EINVAL, Failure.NETWORK_UNREACHABLE),
        (errno.EMSGSIZE, Failure.TOO_LARGE),
        (errno.ENOTTY, Failure.OTHER),
    ],
)
def test_a_number_has_its_code(number: int, expected: Failure) -> None:
    assert of_os_error(OSError(number, os.strerror(number))) is expected


def test_a_refused_connection_is_refused(world: World) -> None:
    with pytest.raises(OSError) as caught:
        socket.create_connection(world.refusing(), 2)
    assert of_os_error(caught.value) is Failure.REFUSED


def test_a_time_limit_is_timed_out(world: World) -> None:
    with socket.create_connection(world.tcp(lambda peer: peer.ignore()), 2) as sock:
        sock.settimeout(0.05)
        with pytest.raises(OSError) as caught:
            sock.recv(1)
    assert of_os_error(caught.value) is Failure.TIMED_OUT


def test_a_name_that_the_resolver_denies_is_not_found() -> None:
    with pytest.raises(socket.gaierror) as caught:
        socket.getaddrinfo("256.256.256.256", None, flags=socket.AI_NUMERICHOST)
    assert of_os_error(caught.value) is Failure.NOT_FOUND


@pytest.mark.parametrize("name", ["EAI_AGAIN", "EAI_FAIL", "EAI_MEMORY"])
def test_a_resolver_in_trouble_is_not_a_missing_name(name: str) -> None:
    assert of_os_error(socket.gaierror(getattr(socket, name), "")) is Failure.OTHER


def test_an_error_without_number_is_some_other() -> None:
    assert of_os_error(OSError("a text")) is Failure.OTHER


_EXCESSIVE_MESSAGE_SIZE = 152


@pytest.mark.parametrize(
    ("error", "expected", "alert"),
    [
        (TlsError(foreign=True), Failure.NOT_TLS, ""),
        (TlsError(foreign=True, ended=True), Failure.NOT_TLS, ""),
        (TlsError(sent=70, version=0x0302), Failure.TOO_OLD, ""),
        (TlsError(sent=70, version=0x0300), Failure.TOO_OLD, ""),
        (TlsError(sent=70, version=0x0303), Failure.MALFORMED, ""),
        (TlsError(sent=70), Failure.MALFORMED, ""),
        (TlsError(alert=70), Failure.TOO_OLD, "protocol_version"),
        (TlsError(alert=40), Failure.ALERT, "handshake_failure"),
        (TlsError(alert=40, ended=True), Failure.ALERT, "handshake_failure"),
        (TlsError(alert=112), Failure.ALERT, "unrecognized_name"),
        (TlsError(alert=116), Failure.ALERT, "certificate_required"),
        (TlsError(alert=251), Failure.ALERT, "alert_251"),
        (TlsError(ended=True), Failure.CLOSED, ""),
        (TlsError(sent=47, reason=_EXCESSIVE_MESSAGE_SIZE), Failure.TOO_LARGE, ""),
        (TlsError(sent=47, reason=1), Failure.MALFORMED, ""),
        (TlsError(), Failure.MALFORMED, ""),
    ],
)
def test_what_tls_said_in_numbers_has_its_code(error: TlsError, expected: Failure, alert: str) -> None:
    assert of_tls_error(error) is expected
    assert of_os_error(error) is expected
    assert alert_name(error) == alert


@pytest.mark.parametrize(("alert", "wanted"), [(116, True), (42, True), (40, False), (None, False)])
def test_only_some_alerts_ask_for_a_client_certificate(alert: int | None, wanted: bool) -> None:
    assert client_certificate_requested(TlsError(alert=alert)) is wanted


def test_no_error_of_the_system_asks_for_a_client_certificate() -> None:
    assert not client_certificate_requested(ConnectionResetError(errno.ECONNRESET, ""))


@given(st.one_of(st.none(), st.integers(-(2**40), 2**40)), st.text())
def test_every_number_has_some_code(number: int | None, text: str) -> None:
    error = OSError(number, text) if number is not None else OSError(text)
    assert isinstance(of_os_error(error), Failure)


_number = st.one_of(st.none(), st.integers(0, 255))


@given(st.booleans(), _number, _number, st.integers(0, 1000), st.one_of(st.none(), st.integers(0, 0xFFFF)))
def test_all_that_tls_may_say_has_some_code(
    ended: bool, alert: int | None, sent: int | None, reason: int, version: int | None
) -> None:
    error = TlsError(ended=ended, alert=alert, sent=sent, reason=reason, version=version)
    assert (of_tls_error(error) is Failure.ALERT) <= bool(alert_name(error))
