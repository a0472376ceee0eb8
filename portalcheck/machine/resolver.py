"""Names as programs on this computer see them: hosts file, VPN and split DNS included."""

from __future__ import annotations

import socket

from portalcheck.machine.hostnames import a_label, address

_FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}


def resolve(host: str, family: int) -> tuple[str, ...]:
    """The addresses of a name in the system's order, each once.

    `family` is 0 (both), 4 or 6, or a `socket.AF_*`. Raises socket.gaierror, an OSError, as getaddrinfo
    does; also for a text that could never be a name, for which getaddrinfo itself has other exceptions.
    """
    name = host if address(host) else a_label(host)
    if not name:
        raise socket.gaierror(socket.EAI_NONAME, "not a host name")
    if host.endswith(".") and not name.endswith("."):
        name += "."
    # Bytes, because for text Python would apply the older rules of IDNA 2003.
    rows = socket.getaddrinfo(name.encode("ascii"), None, _FAMILIES.get(family, family), socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(row[4][0]) for row in rows))
