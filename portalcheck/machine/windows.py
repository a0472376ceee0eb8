"""What a Windows computer says of itself: the registry, the hosts file and the certificate store."""

from __future__ import annotations

import ipaddress
import re
import ssl
import struct
import sys
from collections.abc import Iterable, Iterator, Mapping

from portalcheck.facts import DnsServer, InterfaceKind, LocalRoute, Roots
from portalcheck.machine import hosts
from portalcheck.machine.answering import answers
from portalcheck.machine.environment import Environment, InterfaceState, RegistryValue
from portalcheck.machine.files import read_bounded
from portalcheck.machine.hostnames import address
from portalcheck.machine.interface_kind import InterfaceFacts, by_name
from portalcheck.machine.known_folders import of_system, of_user, program_data
from portalcheck.machine.proxies import windows as proxies
from portalcheck.machine.proxies.rules import ProxyRules
from portalcheck.machine.registry import text
from portalcheck.machine.windows_release import system as system

# ---- interfaces --------------------------------------------------------------------------------

_ADAPTERS = r"SYSTEM\CurrentControlSet\Control\Class\{4D36E972-E325-11CE-BFC1-08002BE10318}"
_CONNECTIONS = r"SYSTEM\CurrentControlSet\Control\Network\{4D36E972-E325-11CE-BFC1-08002BE10318}"
_PHONEBOOK = "Microsoft/Network/Connections/Pbk/rasphone.pbk"
_RAS_VPN = "2"
_TYPES = {  # IANA ifType
    6: InterfaceKind.ETHERNET,
    24: InterfaceKind.LOOPBACK,
    71: InterfaceKind.WIFI,
    131: InterfaceKind.TUNNEL,
    23: InterfaceKind.OTHER,
    243: InterfaceKind.OTHER,
    244: InterfaceKind.OTHER,
}
_WORDS = (
    (InterfaceKind.LOOPBACK, r"loopback"),
    (InterfaceKind.OTHER, r"bluetooth|teredo|isatap|6to4"),
    (
        InterfaceKind.VIRTUAL,
        r"hyper-v virtual|vmware|virtualbox|vethernet|wi-fi direct|kernel debug|npcap|docker",
    ),
    (
        InterfaceKind.TUNNEL,
        r"\btap-|\btap\d|wintun|wireguard|ovpn|vpn|tunnel|nordlynx|tailscale|zerotier|netbird|hamachi"
        r"|anyconnect|cisco secure client|pangp|fortinet|zscaler|juniper networks virtual|pulse secure"
        r"|ivanti|check point virtual|sonicwall|netextender|citrix virtual|f5 networks|watchguard|sophos"
        r"|sangfor|array ssl",
    ),
    (InterfaceKind.WIFI, r"wi-?fi|wireless|802\.11|wlan"),
)


def interface_facts(
    environment: Environment, links: Mapping[str, InterfaceState]
) -> Mapping[str, InterfaceFacts]:
    """The kind of every interface by its driver's description and type, since users may rename interfaces."""
    adapters, dialled = _adapters(environment), _dialled(environment)
    facts: dict[str, InterfaceFacts] = {}
    for name, link in links.items():
        words, number = adapters.get(name, ("", 0))
        kind = _first_kind(words) or _TYPES.get(number)
        if kind is None and name in dialled:
            kind, words = InterfaceKind.TUNNEL, ""
        facts[name] = InterfaceFacts(kind or _first_kind(name) or by_name(name, link), words)
    return facts


def vpn_services(environment: Environment) -> tuple[str, ...]:
    """Always empty: on Windows VPN products show by their drivers and processes."""
    del environment
    return ()


def _first_kind(words: str) -> InterfaceKind | None:
    lower = words.lower()
    return next((kind for kind, pattern in _WORDS if lower and re.search(pattern, lower)), None)


def _adapters(environment: Environment) -> Mapping[str, tuple[str, int]]:
    """Description and type of the driver behind each interface name."""
    drivers: dict[str, tuple[str, int]] = {}
    for key in environment.registry.subkeys("HKLM", _ADAPTERS):
        values = environment.registry.values("HKLM", rf"{_ADAPTERS}\{key}") if key.isdecimal() else {}
        number = values.get("*IfType")
        words = f"{text(values, 'DriverDesc')} {text(values, 'ComponentId')}"
        drivers[text(values, "NetCfgInstanceId").upper()] = (words, number if isinstance(number, int) else 0)
    return {name: drivers[guid] for guid, name in _names(environment) if guid in drivers}


def _names(environment: Environment) -> Iterator[tuple[str, str]]:
    """GUID and name of each interface."""
    for guid in environment.registry.subkeys("HKLM", _CONNECTIONS):
        name = environment.registry.value("HKLM", rf"{_CONNECTIONS}\{guid}\Connection", "Name")
        if isinstance(name, str):
            yield guid.upper(), name


def _dialled(environment: Environment) -> frozenset[str]:
    """The names of Windows' own VPN connections: entries of type 2 (RASET_Vpn) of its phone books."""
    found: set[str] = set()
    shared = environment.at(program_data(environment.registry, environment.windows))
    for folder in (of_user(environment, "AppData", "APPDATA", "AppData/Roaming"), shared):
        data = read_bounded(folder / _PHONEBOOK, 1024 * 1024) if folder and answers(folder) else None
        entry = ""
        for line in (data or b"").decode("utf-8", "replace").splitlines():
            section = re.fullmatch(r"\[(.+)\]", line.strip())
            entry = section[1] if section else entry
            if entry and line.strip() == f"Type={_RAS_VPN}":
                found.add(entry)
    return frozenset(found)


# ---- routes ------------------------------------------------------------------------------------

_AF_INET, _AF_INET6 = 2, 23


def route(environment: Environment, address: str) -> LocalRoute | None:
    """What GetBestRoute2 says; the interface is told by its index."""
    del environment
    if sys.platform != "win32":
        return None
    import ctypes

    # MIB_IPFORWARD_ROW2: the index after the LUID (8 bytes), NextHop (SOCKADDR_INET) after the prefix (32 bytes).
    row, source = ctypes.create_string_buffer(104), ctypes.create_string_buffer(28)
    target = ctypes.create_string_buffer(socket_address(address), 28)
    if ctypes.windll.iphlpapi.GetBestRoute2(None, 0, None, target, 0, row, source):
        return None
    return route_row(row.raw)


def socket_address(address: str) -> bytes:
    """A SOCKADDR_INET: family and port, then the IPv4 address, or the flow and the IPv6 address."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if parsed.version == 4:
        return (struct.pack("<HH", _AF_INET, 0) + parsed.packed).ljust(28, b"\0")
    return (struct.pack("<HHI", _AF_INET6, 0, 0) + parsed.packed).ljust(28, b"\0")


def route_row(row: bytes) -> LocalRoute:
    """The interface and gateway of a MIB_IPFORWARD_ROW2."""
    index, family = struct.unpack_from("<I", row, 8)[0], struct.unpack_from("<H", row, 44)[0]
    octets = row[52:68] if family == _AF_INET6 else row[48:52]
    return LocalRoute(str(index), str(ipaddress.ip_address(octets)) if any(octets) else "")


# ---- names -------------------------------------------------------------------------------------

_TCPIP = r"SYSTEM\CurrentControlSet\Services\Tcpip\Parameters"
_TCPIP6 = r"SYSTEM\CurrentControlSet\Services\Tcpip6\Parameters"


def dns_servers(environment: Environment) -> tuple[DnsServer, ...]:
    """The servers of the interfaces that are up: those set by hand, else those from DHCP (also of IPv6)."""
    links = environment.links()
    found: dict[str, None] = {}
    for guid, name in _names(environment):
        link = links.get(name)
        if link is None or not link.up or not link.addresses:
            continue
        for root in (_TCPIP, _TCPIP6):
            values = environment.registry.values("HKLM", rf"{root}\Interfaces\{guid}")
            found.update(dict.fromkeys(_servers(values)))
    if not found:
        found.update(dict.fromkeys(_servers(environment.registry.values("HKLM", _TCPIP))))
    return tuple(DnsServer(address=server) for server in found)


def _servers(values: Mapping[str, RegistryValue]) -> list[str]:
    for name in ("NameServer", "DhcpNameServer"):
        servers = [word for word in re.split(r"[,;\s]+", text(values, name)) if address(word)]
        if servers:
            return servers
    raw = values.get("Dhcpv6DNSServers")
    rows = [raw[at : at + 16] for at in range(0, len(raw) - 15, 16)] if isinstance(raw, bytes) else []
    return [str(ipaddress.IPv6Address(row)) for row in rows[:8]]


def hosts_file(environment: Environment, host: str) -> tuple[str, ...]:
    """The addresses of a name in the hosts file, which the registry may have moved elsewhere."""
    folder = environment.registry.value("HKLM", _TCPIP, "DataBasePath")
    path = folder if isinstance(folder, str) and folder else r"%SystemRoot%\System32\drivers\etc"
    return hosts.addresses(environment.at(of_system(path, environment.windows) + r"\hosts"), host)


# ---- proxies -----------------------------------------------------------------------------------


def browser_rules(environment: Environment) -> ProxyRules | None:
    """The user's Internet Settings."""
    return proxies.read(environment)


def program_rules(environment: Environment) -> ProxyRules:
    """The settings of WinHTTP, for programs that read no environment variables."""
    return proxies.read_winhttp(environment)


# ---- trust -------------------------------------------------------------------------------------

_SERVER_AUTH = "1.3.6.1.5.5.7.3.1"
Row = tuple[bytes, str, bool | Iterable[str]]


def system_roots(environment: Environment) -> Roots:
    """The certificates of the ROOT store but those of Disallowed; never complete, as Windows fetches more."""
    del environment
    return roots(_store("ROOT"), _store("Disallowed"))


def roots(trusted: Iterable[Row], disallowed: Iterable[Row]) -> Roots:
    """What rows of `ssl.enum_certificates` make: those for servers, or for everything."""
    never = {row[0] for row in disallowed}
    rows = [row for row in trusted if row[1] == "x509_asn" and row[0] not in never]
    found = [row[0] for row in rows if row[2] is True or (row[2] and _SERVER_AUTH in row[2])]
    return Roots(certificates=tuple(dict.fromkeys(found)), complete=False)


def _store(name: str) -> list[Row]:
    if sys.platform == "win32":
        try:
            return list(ssl.enum_certificates(name))
        except OSError:
            return []
    return []
