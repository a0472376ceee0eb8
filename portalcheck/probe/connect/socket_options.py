"""Socket options for counterfactuals: one interface whatever the routing table says, and small packets."""

from __future__ import annotations

import errno
import os
import socket
import struct
import sys

_MACOS_IP_BOUND_IF = 25
_MACOS_IPV6_BOUND_IF = 125
_WINDOWS_IP_UNICAST_IF = 31
_WINDOWS_IPV6_UNICAST_IF = 31
_WINDOWS_USER_MTU = 76  # IP_USER_MTU and IPV6_USER_MTU


def bind_to_interface(sock: socket.socket, name: str) -> None:
    """Make a socket use one interface.

    Raises OSError where the system does not allow it (Linux before 5.7 wants CAP_NET_RAW).
    """
    six = sock.family == socket.AF_INET6
    level = socket.IPPROTO_IPV6 if six else socket.IPPROTO_IP
    if sys.platform == "darwin":
        option = _MACOS_IPV6_BOUND_IF if six else _MACOS_IP_BOUND_IF
        sock.setsockopt(level, option, socket.if_nametoindex(name))
    elif sys.platform == "win32":
        index = _index_by_alias(name)
        # IP_UNICAST_IF wants network byte order, IPV6_UNICAST_IF host byte order.
        packed = struct.pack("@I", index) if six else struct.pack("!I", index)
        sock.setsockopt(level, _WINDOWS_IPV6_UNICAST_IF if six else _WINDOWS_IP_UNICAST_IF, packed)
    else:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, name.encode() + b"\0")


def _index_by_alias(name: str) -> int:
    """The index of an interface of Windows by its alias ("Wi-Fi"), which `if_nametoindex` does not know there.

    Raises OSError where there is no such interface.
    """
    if sys.platform != "win32":
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    import ctypes

    helper = ctypes.WinDLL("iphlpapi")
    luid, index = ctypes.c_uint64(), ctypes.c_ulong()
    failed = helper.ConvertInterfaceAliasToLuid(ctypes.c_wchar_p(name), ctypes.byref(luid))
    if failed or helper.ConvertInterfaceLuidToIndex(ctypes.byref(luid), ctypes.byref(index)):
        raise OSError(errno.ENXIO, f"no interface {name!r}")
    return index.value


SMALLEST_SEGMENT = 536
"""The segment that every host must take (RFC 9293, 3.7.1)."""


def limit_segments(sock: socket.socket) -> None:
    """Keep the TCP segments of a socket small both ways, before it is connected.

    Raises OSError where the system does not allow it (Windows before 10, 2004).
    """
    if sys.platform == "win32":
        six = sock.family == socket.AF_INET6
        level, least = (socket.IPPROTO_IPV6, 1280) if six else (socket.IPPROTO_IP, 576)
        sock.setsockopt(level, _WINDOWS_USER_MTU, least)
        return
    option = getattr(socket, "TCP_MAXSEG", None)
    if option is None:
        raise OSError(errno.ENOPROTOOPT, "no limit on segments here")
    sock.setsockopt(socket.IPPROTO_TCP, option, SMALLEST_SEGMENT)
