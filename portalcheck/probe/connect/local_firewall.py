"""Whether a firewall on this computer blocks its traffic; a distant router's refusal gives the same error codes.

Linux tells them apart: a datagram that is dropped here fails when it is sent, and one that is rejected here brings an
ICMP message (RFC 1122, 3.2.2) from an address of this computer.
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


def blocked_by_local_firewall(machine: Machine, address: str, port: int, interface: str = "") -> bool | None:
    """Whether this computer itself refuses an empty datagram to an address; None if it has no way to send one."""
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
        return True if of_os_error(error) is Failure.DENIED else None


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
    """The sender of the ICMP message behind an entry of a socket's error queue (ip(7)); None if there was none."""
    raw = data[_ADDRESS_AT[family]]
    if len(data) <= _ERROR_SIZE or len(raw) not in (4, 16):
        return None
    return ipaddress.ip_address(raw)
