"""What psutil tells of this computer: its network interfaces and the names of its processes."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from itertools import islice

from portalcheck.address.literal import is_address
from portalcheck.machine.environment import InterfaceState
from portalcheck.probe.limits import PROCESSES_S

MAX_PROCESSES = 4096


def links() -> Mapping[str, InterfaceState]:
    """All network interfaces by name, with their IPv4 and IPv6 addresses (RFC 4007 zones included)."""
    import psutil

    try:
        addresses = psutil.net_if_addrs()
    except (OSError, psutil.Error):
        return {}
    try:
        stats = psutil.net_if_stats()
    except (OSError, psutil.Error):  # then an interface that has an address counts as up
        stats = {}
    found: dict[str, InterfaceState] = {}
    for name in dict.fromkeys([*addresses, *stats]):
        rows = addresses.get(name, [])
        own = [row.address for row in rows if row.family in (socket.AF_INET, socket.AF_INET6)]
        own = [address for address in own if is_address(address)]
        up = stats[name].isup if name in stats else bool(own)
        found[name] = InterfaceState(up=up, addresses=tuple(own))
    return found


def names() -> frozenset[str]:
    """The names of the running programs, as many as can be listed in half a second."""
    import psutil

    end = time.monotonic() + PROCESSES_S
    found: set[str] = set()
    with suppress(OSError, psutil.Error):
        for process in islice(psutil.process_iter(["name"]), MAX_PROCESSES):
            if time.monotonic() > end:
                break
            found.add(process.info["name"] or "")
    return frozenset(found - {""})
