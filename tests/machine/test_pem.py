from __future__ import annotations

import base64
import ssl
import time

import certifi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.machine import pem

CERTIFICATE = pem.certificates(certifi.contents().encode())[0]
SERVER_AUTH = bytes.fromhex("06082b06010505070301")
EMAIL = bytes.fromhex("06082b06010505070304")
ANY = bytes.fromhex("0604551d2500")


def tlv(tag: int, content: bytes) -> bytes:
    return bytes([tag, len(content)]) + content


def block(der: bytes, kind: str = "") -> bytes:
    text = base64.encodebytes(der)
    return (
        f"-----BEGIN {kind}CERTIFICATE-----\n".encode() + text + f"-----END {kind}CERTIFICATE-----\n".encode()
    )


def test_the_certificates_are_those_that_openssl_reads() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(certifi.where())
    found = pem.certificates(certifi.contents().encode())
    assert set(context.get_ca_certs(binary_form=True)) <= set(found)
    assert len(found) == certifi.contents().count("BEGIN CERTIFICATE")


@pytest.mark.parametrize(
    "bad",
    [
        b"-----BEGIN CERTIFICATE-----\nMII*\n-----END CERTIFICATE-----\n",
        b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
        b"-----BEGIN CERTIFICATE-----\nTUlJ\n",
        block(CERTIFICATE[:-1]),
        block(CERTIFICATE + b"\x00"),
        block(b"\x04\x02ab"),
        block(b"\x30\x80\x00\x00"),
        block(b"\x30\xff" + b"\xff" * 40),
        block(CERTIFICATE, "TRUSTED ").replace(b"END TRUSTED", b"END"),
        b"-----BEGIN PRIVATE KEY-----\nTUlJ\n-----END PRIVATE KEY-----\n",
    ],
)
def test_a_bad_block_costs_only_itself(bad: bytes) -> None:
    assert pem.certificates(bad) == ()
    assert pem.certificates(bad + block(CERTIFICATE) + bad) == (CERTIFICATE,)


def test_comments_crlf_and_repetitions_do_no_harm() -> None:
    text = (
        "# Äußerst\n".encode("latin-1")
        + block(CERTIFICATE).replace(b"\n", b"\r\n")
        + block(CERTIFICATE, "X509 ")
    )
    assert pem.certificates(text) == (CERTIFICATE,)


@pytest.mark.parametrize(
    ("auxiliary", "kept"),
    [
        (b"", True),
        (tlv(0x30, b""), True),
        (tlv(0x30, tlv(0x0C, b"alias")), True),
        (tlv(0x30, tlv(0x30, SERVER_AUTH)), True),
        (tlv(0x30, tlv(0x30, EMAIL + ANY)), True),
        (tlv(0x30, tlv(0x30, EMAIL)), False),
        (tlv(0x30, tlv(0xA0, SERVER_AUTH)), False),
        (tlv(0x30, tlv(0xA0, ANY)), False),
        (tlv(0x30, tlv(0xA0, EMAIL)), True),
        (tlv(0x30, tlv(0x30, SERVER_AUTH) + tlv(0xA0, EMAIL) + tlv(0x0C, b"x")), True),
    ],
)
def test_openssl_trust_settings_are_heeded(auxiliary: bytes, kept: bool) -> None:
    found = pem.certificates(block(CERTIFICATE + auxiliary, "TRUSTED "))
    assert found == ((CERTIFICATE,) if kept else ())


def test_begin_lines_without_end_take_linear_time() -> None:
    start = time.perf_counter()
    assert pem.certificates(b"-----BEGIN CERTIFICATE-----" * 200_000) == ()
    assert time.perf_counter() - start < 2.0


@settings(max_examples=150)
@given(st.binary(max_size=200), st.sampled_from(["", "TRUSTED ", "X509 "]))
def test_any_der_is_survived(data: bytes, kind: str) -> None:
    for der in pem.certificates(block(data, kind) + data + block(b"\x30" + data, kind)):
        assert der[0] == 0x30


@settings(max_examples=150)
@given(st.binary(max_size=60))
def test_any_trust_settings_are_survived(data: bytes) -> None:
    assert pem.certificates(block(CERTIFICATE + tlv(0x30, data), "TRUSTED ")) in ((), (CERTIFICATE,))
