"""One DNS question and its response, over UDP and, if that was truncated, over TCP (RFC 1035, 4.2; RFC 7766).

dnspython makes and reads the messages. The waiting is done here, because a server that floods must neither keep
a thread busy for ever nor be told from a silent one by luck.
"""

from __future__ import annotations

import socket
import struct
import time

import dns.exception
import dns.message

from portalcheck.facts import Failure
from portalcheck.probe.connect.socket_options import bind_to_interface
from portalcheck.probe.failures import of_os_error

_MAX_DATAGRAM = 65_535
_MAX_STRAYS = 2_000
_LAST_LOOKS = 16
_RESPONSE, _TRUNCATED = 0x80, 0x02
# Beside its own errors dnspython lets those of what it is built on through.
_UNREADABLE = (dns.exception.DNSException, ValueError, EOFError, IndexError, struct.error)

Where = tuple[str, int]


def exchange(
    where: Where, question: dns.message.Message, seconds: float, interface: str = "", *, tries: int = 1
) -> dns.message.Message | Failure:
    """The response to a question, or why there is none after `seconds`; `interface` names an interface to send over.

    The question is sent `tries` times, evenly spread; an answer that comes late may be that to the first.
    Datagrams that answer another question are ignored (RFC 5452); if no answer comes, unreadable ones are `malformed`.
    """
    end = time.monotonic() + seconds
    wire = question.to_wire()
    try:
        data = _over_udp(where, wire, question, end, interface, tries)
    except OSError as error:
        return of_os_error(error)
    if isinstance(data, bytes) and data[2] & _TRUNCATED:
        try:
            data = _over_tcp(where, wire, end, interface)
        except OSError:
            data = Failure.TRUNCATED
    if isinstance(data, Failure):
        return data
    return read_response(question, data) or Failure.MALFORMED


def read_response(question: dns.message.Message, data: bytes) -> dns.message.Message | None:
    """The message in `data`, None if that is unreadable or no response to the question."""
    try:
        response = dns.message.from_wire(data, ignore_trailing=True)
        return response if question.is_response(response) else None
    except _UNREADABLE:
        return None


def _over_udp(
    where: Where, wire: bytes, question: dns.message.Message, end: float, interface: str, tries: int
) -> bytes | Failure:
    failure = Failure.TIMED_OUT
    pause = (end - time.monotonic()) / tries
    with socket.socket(_family(where), socket.SOCK_DGRAM) as sock:
        if interface:
            bind_to_interface(sock, interface)
        # Connected, so that others' datagrams are dropped, and a closed port is told of at once.
        sock.connect(where)
        sock.send(wire)
        looks = _LAST_LOOKS
        for _ in range(_MAX_STRAYS):
            left = end - (tries - 1) * pause - time.monotonic()
            if left <= 0 and (looks := looks - 1) < 0:
                break
            try:
                # What came before the end counts, though this program may not have run just then to see it.
                sock.settimeout(max(0.0, left))
                data = sock.recv(_MAX_DATAGRAM)
            except (TimeoutError, BlockingIOError):
                tries -= 1
                if not tries or failure is Failure.MALFORMED:
                    break
                sock.send(wire)
                continue
            if len(data) < 3 or data[:2] != wire[:2] or not data[2] & _RESPONSE:
                continue
            if data[2] & _TRUNCATED or read_response(question, data) is not None:
                return data
            failure = Failure.MALFORMED
    return failure


def _over_tcp(where: Where, wire: bytes, end: float, interface: str) -> bytes | Failure:
    with socket.socket(_family(where), socket.SOCK_STREAM) as sock:
        if interface:
            bind_to_interface(sock, interface)
        sock.settimeout(_left(end))
        sock.connect(where)
        sock.sendall(len(wire).to_bytes(2) + wire)
        head = _exactly(sock, 2, end)
        data = _exactly(sock, int.from_bytes(head), end) if head else b""
    return data or Failure.TRUNCATED


def _exactly(sock: socket.socket, count: int, end: float) -> bytes:
    """Exactly `count` bytes, b"" if the stream ends before."""
    data = bytearray()
    while len(data) < count:
        sock.settimeout(_left(end))
        more = sock.recv(count - len(data))
        if not more:
            return b""
        data += more
    return bytes(data)


def _family(where: Where) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in where[0] else socket.AF_INET


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
