"""The DNS servers of a resolv.conf(5).

dnspython's own reader is not used because it gives up on the whole file where a `search` line is malformed,
and such a file still works for everything else on the computer.
"""

from __future__ import annotations

import re

from portalcheck.machine.hostnames import address

MAX_BYTES = 64 * 1024
MAX_SERVERS = 3
"""resolv.conf(5): further servers are ignored (MAXNS)."""

_NAMESERVER = re.compile(rb"nameserver[ \t]+([^ \t\r;#]+)")


def name_servers(data: bytes) -> tuple[str, ...]:
    """The addresses of the `nameserver` lines that can be read, in order, each once, at most three."""
    found: dict[str, None] = {}
    for line in data.split(b"\n"):
        match = _NAMESERVER.match(line)
        text = match[1].decode("ascii", "replace") if match else ""
        if address(text) and not text.startswith("["):
            found.setdefault(text)
    return tuple(found)[:MAX_SERVERS]
