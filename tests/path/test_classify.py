"""Exceptions become codes by class, number and symbol: real ones where the system can be made to raise them."""

from __future__ import annotations

import errno
import os
import socket
import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portalcheck.facts import Failure
from portalcheck.path.classify import alert_name, of_os_error, of_tls_error, wants_certificate
from tests.path.world import World


def _tls_error(reason: str | None) -> ssl.SSLError:
    error = ssl.SSLError(1, "text that nobody may look at")
    error.reason = reason  # type: ignore[assignment]  # None is what OpenSSL gives for what it has no symbol for
    return error


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
        (errno.EMFILE, Failure.OTHER),
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


@pytest.mark.parametrize(
    ("reason", "expected", "alert"),
    [
        ("WRONG_VERSION_NUMBER", Failure.NOT_TLS, ""),
        ("HTTP_REQUEST", Failure.NOT_TLS, ""),
        ("UNSUPPORTED_PROTOCOL", Failure.TOO_OLD, ""),
        ("TLSV1_ALERT_PROTOCOL_VERSION", Failure.TOO_OLD, "protocol_version"),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", Failure.ALERT, "handshake_failure"),
        ("TLSV1_UNRECOGNIZED_NAME", Failure.ALERT, "unrecognized_name"),
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", Failure.ALERT, "certificate_required"),
        ("UNEXPECTED_EOF_WHILE_READING", Failure.CLOSED, ""),
        ("EXCESSIVE_MESSAGE_SIZE", Failure.TOO_LARGE, ""),
        ("UNKNOWN_ALERT_TYPE", Failure.MALFORMED, ""),
        ("BAD_SIGNATURE", Failure.MALFORMED, ""),
        (None, Failure.MALFORMED, ""),
    ],
)
def test_a_symbol_of_openssl_has_its_code(reason: str | None, expected: Failure, alert: str) -> None:
    error = _tls_error(reason)
    assert of_tls_error(error) is expected
    assert of_os_error(error) is expected
    assert alert_name(error) == alert


def test_the_ends_of_tls_are_a_closed_connection() -> None:
    for error in (ssl.SSLEOFError(), ssl.SSLZeroReturnError()):
        error.reason = None  # type: ignore[assignment]  # as OpenSSL leaves it where it has no symbol
        assert of_tls_error(error) is Failure.CLOSED


@pytest.mark.parametrize(
    ("reason", "wanted"),
    [
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", True),
        ("SSLV3_ALERT_BAD_CERTIFICATE", True),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", False),
        (None, False),
    ],
)
def test_only_some_alerts_ask_for_a_client_certificate(reason: str | None, wanted: bool) -> None:
    assert wants_certificate(_tls_error(reason)) is wanted


@given(st.one_of(st.none(), st.integers(-(2**40), 2**40)), st.text())
def test_every_number_has_some_code(number: int | None, text: str) -> None:
    error = OSError(number, text) if number is not None else OSError(text)
    assert isinstance(of_os_error(error), Failure)


@given(st.one_of(st.none(), st.text(), st.from_regex(r"(SSLV3|TLSV1|TLSV13)_[A-Z_]*", fullmatch=True)))
def test_every_symbol_has_some_code(reason: str | None) -> None:
    error = _tls_error(reason)
    assert (of_tls_error(error) is Failure.ALERT) <= bool(alert_name(error))
