"""What the macOS program scutil(8) prints: property lists as text, and the DNS configuration."""

from __future__ import annotations

import re
from collections.abc import Mapping

from portalcheck.facts import DnsServer
from portalcheck.machine.hostnames import address

MAX_LINES = 20_000
MAX_DEPTH = 8

Node = dict[str, "str | Node"]
"""A dictionary or array as scutil prints it; the keys of an array are its indexes."""

_OPEN = re.compile(r"(?:(\S.*?) : )?<(?:dictionary|array)> \{")
_PAIR = re.compile(r"(\S.*?) : (.*)")
_NAME_SERVER = re.compile(r"nameserver\[\d+\] : (\S+)")
_INTERFACE = re.compile(r"if_index : \d+ \((\S+)\)")
_PORT = re.compile(r"port +: (\d{1,5})")
_MATCH_DOMAIN = re.compile(r"domain +: ")
_SERVICE = re.compile(r"\* \(Connected\)\s+\S+ (.*)")


def dictionary(text: str) -> Node | None:
    """The outermost dictionary, or None if there is none; what is cut off or malformed is left out."""
    top: Node = {}
    path: list[Node] = []
    for line in (line.strip() for line in text.splitlines()[:MAX_LINES]):
        opening = _OPEN.fullmatch(line)
        if opening and len(path) < MAX_DEPTH:
            node: Node = {} if path else top
            if path and opening[1]:
                path[-1][opening[1]] = node
            path.append(node)
        elif line == "}" and path:
            path.pop()
            if not path:
                return top
        elif path:
            pair = _PAIR.fullmatch(line)
            if pair:
                path[-1].setdefault(pair[1], pair[2])
    return top if path else None


def text(node: Mapping[str, str | Node], key: str) -> str:
    """A text or number of a dictionary, `""` if there is none."""
    value = node.get(key)
    return value if isinstance(value, str) else ""


def items(node: Mapping[str, str | Node], key: str) -> tuple[str, ...]:
    """The texts of an array of a dictionary, in order."""
    value = node.get(key)
    return tuple(item for item in value.values() if isinstance(item, str)) if isinstance(value, dict) else ()


def dns_servers(output: str) -> tuple[DnsServer, ...]:
    """The servers for names in general: not those for single domains, nor those of one interface only."""
    general = output.partition("(for scoped queries)")[0]
    found: dict[DnsServer, None] = {}
    for block in re.split(r"^resolver #", general, flags=re.MULTILINE)[1:]:
        lines = [line.strip() for line in block.splitlines()[:MAX_LINES]]
        if any(_MATCH_DOMAIN.match(line) for line in lines):
            continue
        port = int(_first(_PORT, lines) or 53)
        for line in lines:
            match = _NAME_SERVER.fullmatch(line)
            server = _zoned(match[1], _first(_INTERFACE, lines)) if match else ""
            if server and 0 < port <= 65535:
                found.setdefault(DnsServer(address=server, port=port))
    return tuple(found)


def connected_services(output: str) -> tuple[str, ...]:
    """What `scutil --nc list` says of the VPN services that are connected: kind and bundle of the product.

    The name that the user gave to a service is left out.
    """
    matches = (_SERVICE.fullmatch(line.strip()) for line in output.splitlines()[:MAX_LINES])
    return tuple(re.sub(r'".*"', "", match[1]) for match in matches if match)


def _first(pattern: re.Pattern[str], lines: list[str]) -> str:
    return next((match[1] for match in map(pattern.fullmatch, lines) if match), "")


def _zoned(server: str, interface: str) -> str:
    """The server with its interface as the zone (RFC 4007), which scutil writes as a bare number at times."""
    bare, mark, zone = server.partition("%")
    if mark and interface:
        zone = interface
    server = bare + mark + zone
    return server if address(server) and not server.startswith("[") else ""
