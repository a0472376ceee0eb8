"""What a Mac says of itself: scutil(8), networksetup(8), security(1) and a few files."""

from __future__ import annotations

import re
from collections.abc import Mapping

from portalcheck.facts import DnsServer, InterfaceKind, LocalRoute, Roots, System
from portalcheck.machine import hosts, pem, resolv_conf, scutil
from portalcheck.machine.browsers.reading import part, read_plist
from portalcheck.machine.environment import Environment, InterfaceState
from portalcheck.machine.files import read_bounded
from portalcheck.machine.interface_kind import InterfaceFacts, by_name
from portalcheck.machine.proxies import macos as proxies
from portalcheck.machine.proxies.rules import ProxyRules
from portalcheck.probe.limits import COMMAND_S

MAX_TEXT = 256 * 1024

# ---- the system --------------------------------------------------------------------------------

_VERSION_FILE = "/System/Library/CoreServices/SystemVersion.plist"
_COMPATIBLE = re.compile(r"(10\.16|1[6-9]|2[0-5])(\..*)?")
"""What macOS 11 and later, and 26 and later, give as their version to programs that were built before them."""


def system(environment: Environment) -> System:
    """The product version, such as `14.5`, without the build."""
    version = str(part(read_plist(environment.at(_VERSION_FILE)), "ProductVersion") or "")
    if not version or _COMPATIBLE.fullmatch(version):
        version = environment.run(["sw_vers", "-productVersion"], COMMAND_S) or version
    match = re.match(r"\d{1,4}(\.\d{1,4}){0,2}", version)
    return System(os="macos", release=match[0] if match else "")


# ---- interfaces --------------------------------------------------------------------------------

_PORTS = (
    # Some ports are called in the language of the screen: WLAN in German.
    (InterfaceKind.WIFI, r"Wi-Fi|WLAN|AirPort"),
    (InterfaceKind.VIRTUAL, r"Bridge"),
    (InterfaceKind.OTHER, r"Bluetooth PAN|FireWire|Modem"),
    (InterfaceKind.ETHERNET, r"Ethernet|LAN|iPhone USB|iPad USB|USB 10|Thunderbolt"),
)


def interface_facts(
    environment: Environment, links: Mapping[str, InterfaceState]
) -> Mapping[str, InterfaceFacts]:
    """The kind of every interface: by its hardware port, or by its name if it has none."""
    ports = hardware_ports(environment.run(["networksetup", "-listallhardwareports"], COMMAND_S) or "")
    facts: dict[str, InterfaceFacts] = {}
    for name, link in links.items():
        port, named = ports.get(name, ""), by_name(name, link)
        # A bridge is one whatever its port is called, as in Spanish: Puente Thunderbolt.
        kinds = (
            kind
            for kind, pattern in _PORTS
            if named is not InterfaceKind.VIRTUAL and re.search(pattern, port)
        )
        facts[name] = InterfaceFacts(next(kinds, named))
    return facts


def hardware_ports(output: str) -> Mapping[str, str]:
    """The hardware port of each device, in what `networksetup -listallhardwareports` prints."""
    pairs = re.findall(r"^Hardware Port: (.*)\r?\nDevice: (\S+)", output[:MAX_TEXT], re.MULTILINE)
    return {device: port.strip() for port, device in pairs}


def vpn_services(environment: Environment) -> tuple[str, ...]:
    """The kind and bundle of each VPN service that is connected."""
    return scutil.connected_services(environment.run(["scutil", "--nc", "list"], COMMAND_S) or "")


# ---- routes ------------------------------------------------------------------------------------


def route(environment: Environment, address: str) -> LocalRoute | None:
    """What route(8) says; on-link the gateway is the interface itself, or the host's hardware address."""
    family = "-inet6" if ":" in address else "-inet"
    output = environment.run(["route", "-n", "get", family, address], COMMAND_S) or ""
    told = dict(re.findall(r"^\s*(gateway|interface|flags): (.*?)\s*$", output[:MAX_TEXT], re.MULTILINE))
    if not told:
        return None
    if re.search(r"\b(REJECT|BLACKHOLE)\b", told.get("flags", "")):
        return LocalRoute()
    gateway = told.get("gateway", "") if re.search(r"\bGATEWAY\b", told.get("flags", "")) else ""
    return LocalRoute(told.get("interface", ""), gateway)


# ---- names -------------------------------------------------------------------------------------


def dns_servers(environment: Environment) -> tuple[DnsServer, ...]:
    """The servers of the system's resolver, else those of resolv.conf, which is made from them."""
    output = environment.run(["scutil", "--dns"], COMMAND_S)
    servers = scutil.dns_servers(output) if output is not None else ()
    if servers:
        return servers
    data = read_bounded(environment.at("/etc/resolv.conf"), resolv_conf.MAX_BYTES) or b""
    return tuple(DnsServer(address=server) for server in resolv_conf.name_servers(data))


def hosts_file(environment: Environment, host: str) -> tuple[str, ...]:
    """The addresses of a name in /etc/hosts."""
    return hosts.addresses(environment.at("/etc/hosts"), host)


# ---- proxies -----------------------------------------------------------------------------------


def browser_rules(environment: Environment) -> ProxyRules | None:
    """The proxy settings of the network in use."""
    return proxies.read(environment)


def program_rules(environment: Environment) -> ProxyRules:
    """No rules: on macOS programs go by the environment variables alone."""
    del environment
    return ProxyRules()


# ---- trust -------------------------------------------------------------------------------------

_ROOTS = "/System/Library/Keychains/SystemRootCertificates.keychain"
_ADDED = "/Library/Keychains/System.keychain"


def system_roots(environment: Environment) -> Roots:
    """Apple's roots, and the certificates that were added for all users of this Mac.

    Never complete: what is trusted depends on settings that only the system itself can weigh, so its own
    verdict (`system_trusts`) goes before this list.
    """
    argv = ["security", "find-certificate", "-a", "-p", _ROOTS, _ADDED]
    output = environment.run(argv, COMMAND_S) or ""
    try:
        newest: float | None = environment.at(_ROOTS).stat().st_mtime
    except OSError:
        newest = None
    found = pem.certificates(output.encode("ascii", "replace"))
    return Roots(certificates=found, complete=False, newest=newest)
