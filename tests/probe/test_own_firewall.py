"""A datagram that this computer refuses is told from one that the world refuses."""

from __future__ import annotations

import socket
import struct

import pytest

from portalcheck.probe.connect.local_firewall import blocked_by_local_firewall, icmp_sender
from tests.probe.world import computer


def test_a_datagram_that_goes_out_was_not_stopped() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taker:
        taker.bind(("127.0.0.1", 0))
        place = taker.getsockname()
        assert not blocked_by_local_firewall(computer({("192.0.2.9", 53): place}), "192.0.2.9", 53)
        taker.settimeout(5)
        assert taker.recv(10) == b""


def test_an_interface_that_is_not_there_stops_nothing() -> None:
    assert not blocked_by_local_firewall(computer(), "127.0.0.1", 9, "no-such-if0")


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1"])
def test_who_sent_an_icmp_message_is_read_from_the_error_queue(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    raw = socket.inet_pton(family, address)
    head = b"\0" * 16 + struct.pack("HH", family, 0) + (b"\0" * 4 if family == socket.AF_INET6 else b"")
    assert str(icmp_sender(head + raw, family)) == address


@pytest.mark.parametrize("data", [b"", b"\0" * 16, b"\0" * 20])
def test_an_error_without_a_sender_names_nobody(data: bytes) -> None:
    assert icmp_sender(data, socket.AF_INET) is None
