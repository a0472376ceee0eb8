"""Does this computer itself keep its traffic in? A router far away may refuse it with the same words.

Linux tells who refused a datagram: the system with an error of its own when it is sent (a dropped one), or
whoever sent the ICMP message (RFC 1122, 3.2.2), which a local firewall sends from an own address.
"""

from __future__ import annotations

import contextlib
import ipaddress
import select
import socket
import sys

from portalcheck.api.protocols import Machine
from portalcheck.facts import Failure
from portalcheck.probe.connect.socket_options import bind_to_interface
from portalcheck.probe.failures import of_os_error
from portalcheck.probe.limits import LOCAL_REFUSAL_S

_RECVERR = {socket.AF_INET: (socket.IPPROTO_IP, 11), socket.AF_INET6: (socket.IPPROTO_IPV6, 25)}
_ERROR_SIZE = 16  # struct sock_extended_err; the sender's socket address follows
_ADDRESS_AT = {socket.AF_INET: slice(20, 24), socket.AF_INET6: slice(24, 40)}


def stopped_here(machine: Machine, address: str, port: int, interface: str = "") -> bool:
    """Whether an empty datagram is refused on this very computer. False where that cannot be told."""
    try:
        where, number = machine.endpoint(address, port)
        family = socket.AF_INET6 if ":" in where else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            if interface:
                bind_to_interface(sock, interface)
            if sys.platform == "linux":
                sock.setsockopt(*_RECVERR[family], 1)
            sock.connect((where, number))
            return _is_refused(sock, family)
    except OSError as error:
        return of_os_error(error) is Failure.DENIED


def _is_refused(sock: socket.socket, family: socket.AddressFamily) -> bool:
    own = sock.getsockname()[0]
    with contextlib.suppress(ConnectionError):  # an ICMP message that is already there
        sock.send(b"")
    if sys.platform != "linux":
        return False
    waiting = select.poll()
    waiting.register(sock, 0)
    if not waiting.poll(LOCAL_REFUSAL_S * 1000):
        return False
    _, extra, _, _ = sock.recvmsg(512, 512, socket.MSG_ERRQUEUE)
    return any(
        icmp_sender(data, family) == ipaddress.ip_address(own)
        for level, kind, data in extra
        if (level, kind) == _RECVERR[family]
    )


def icmp_sender(
    data: bytes, family: socket.AddressFamily
) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Who sent the ICMP message that an error of the queue tells of (ip(7)); None where nobody did."""
    raw = data[_ADDRESS_AT[family]]
    if len(data) <= _ERROR_SIZE or len(raw) not in (4, 16):
        return None
    return ipaddress.ip_address(raw)
