"""What a Linux computer says of itself: files below /etc, /sys and /run, and the desktop's settings."""

from __future__ import annotations

import itertools
import re
import shlex
import ssl
from collections.abc import Iterable, Mapping
from pathlib import Path

from portalcheck.facts import DnsServer, InterfaceKind, LocalRoute, Roots, System
from portalcheck.machine import hosts, pem, resolv_conf
from portalcheck.machine.environment import Environment, InterfaceState
from portalcheck.machine.files import read_bounded
from portalcheck.machine.interface_kind import InterfaceFacts, by_name, reaches_out
from portalcheck.machine.proxies import gnome, kde
from portalcheck.machine.proxies.rules import ProxyRules
from portalcheck.probe.limits import COMMAND_S

# ---- the system --------------------------------------------------------------------------------

_OS_RELEASE = ("/etc/os-release", "/usr/lib/os-release")
DISTRIBUTIONS = frozenset(
    [
        "alma",
        "almalinux",
        "alpine",
        "amzn",
        "antix",
        "arch",
        "artix",
        "asahi-linux",
        "azurelinux",
        "bazzite",
        "bluefin",
        "cachyos",
        "centos",
        "chimera",
        "clear-linux-os",
        "debian",
        "deepin",
        "devuan",
        "elementary",
        "endeavouros",
        "fedora",
        "fedora-asahi-remix",
        "garuda",
        "gentoo",
        "guix",
        "kali",
        "linux",
        "linuxmint",
        "mageia",
        "manjaro",
        "mx",
        "neon",
        "nixos",
        "nobara",
        "ol",
        "openmandriva",
        "opensuse-leap",
        "opensuse-slowroll",
        "opensuse-tumbleweed",
        "parrot",
        "pop",
        "postmarketos",
        "pureos",
        "raspbian",
        "rhel",
        "rocky",
        "sled",
        "sles",
        "slackware",
        "solus",
        "steamos",
        "tails",
        "trisquel",
        "tuxedo",
        "ubuntu",
        "uos",
        "void",
        "zorin",
    ]
)
"""Those that are told by name (`ID` of os-release(5)): one that is made for an employer may bear theirs."""


def system(environment: Environment) -> System:
    """Distribution and version of os-release(5), such as `debian 12`; without build and kernel.

    Only `linux` of a distribution that is not a known one.
    """
    found: dict[str, str] = {}
    for path in _OS_RELEASE:
        data = read_bounded(environment.at(path), 64 * 1024)
        if data is not None:
            found = _assignments(data.decode("utf-8", "replace"))
            break
    name = found.get("ID", "linux")
    if name not in DISTRIBUTIONS:
        return System(os="linux", release="linux")
    version = re.match(r"\d{1,8}(\.\d{1,8}){0,2}", found.get("VERSION_ID", ""))
    return System(os="linux", release=f"{name} {version[0]}" if version else name)


def _assignments(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, mark, value = line.strip().partition("=")
        if mark and not name.startswith("#"):
            try:
                found[name] = "".join(shlex.split(value)[:1])
            except ValueError:  # a quotation mark that is never closed
                continue
    return found


# ---- interfaces --------------------------------------------------------------------------------

# Values of /sys/class/net/*/type: ARPHRD_* of the kernel's if_arp.h.
_ETHERNET, _LOOPBACK, _NONE, _PPP = "1", "772", "65534", "512"
_TUNNELS = frozenset({"768", "769", "776", "778", "823"})  # IPIP, IP6IP6, SIT, GRE, IP6GRE
_WIFI = frozenset({"801", "802", "803"})
_TUN, _TAP = 1, 2
_DEVICE_TYPES = {
    "wlan": InterfaceKind.WIFI,
    "wireguard": InterfaceKind.TUNNEL,
    "wwan": InterfaceKind.OTHER,
    "bond": InterfaceKind.ETHERNET,
    "vlan": InterfaceKind.ETHERNET,
    "macvlan": InterfaceKind.ETHERNET,
    "ipvlan": InterfaceKind.ETHERNET,
    "vxlan": InterfaceKind.VIRTUAL,
    "geneve": InterfaceKind.VIRTUAL,
}


def interface_facts(
    environment: Environment, links: Mapping[str, InterfaceState]
) -> Mapping[str, InterfaceFacts]:
    """The kind of every interface, by what the kernel shows of it in /sys/class/net."""
    facts: dict[str, InterfaceFacts] = {}
    for name, link in links.items():
        folder = environment.at("/sys/class/net") / name
        plain = "/" not in name and name not in (".", "..")
        kind = _kind(environment, folder) if plain else None
        facts[name] = InterfaceFacts(
            kind or _by_name(folder, name, link), _device_type(folder) if plain else ""
        )
    return facts


def _by_name(folder: Path, name: str, link: InterfaceState) -> InterfaceKind:
    """By name; but one end of a veth pair that has an address of its own is a container's only uplink."""
    if name.startswith("veth") and reaches_out(link) and not (folder / "brport").exists():
        return InterfaceKind.ETHERNET
    return by_name(name, link)


def vpn_services(environment: Environment) -> tuple[str, ...]:
    """Always empty: on Linux VPN products show by their interfaces and processes."""
    del environment
    return ()


def _kind(environment: Environment, folder: Path) -> InterfaceKind | None:
    """The kind of an interface; None for an Ethernet port without hardware, whose name decides."""
    link_type, device_type = _line(folder / "type"), _device_type(folder)
    flags, has_device = _line(folder / "tun_flags"), (folder / "device").exists()
    if link_type == _LOOPBACK:
        return InterfaceKind.LOOPBACK
    if link_type in _WIFI or (folder / "wireless").is_dir() or (folder / "phy80211").exists():
        return InterfaceKind.WIFI
    if flags:
        return _tun_or_tap(folder, flags)
    if device_type == "bridge":
        return _bridge(folder)
    if device_type in _DEVICE_TYPES:
        return _DEVICE_TYPES[device_type]
    if link_type == _PPP:
        return InterfaceKind.OTHER if _carries_pppoe(environment) else InterfaceKind.TUNNEL
    if link_type == _NONE:
        return InterfaceKind.OTHER if has_device else InterfaceKind.TUNNEL
    if link_type in _TUNNELS:
        return InterfaceKind.TUNNEL
    return InterfaceKind.ETHERNET if link_type == _ETHERNET and has_device else None


def _tun_or_tap(folder: Path, flags: str) -> InterfaceKind:
    """A TUN device is a tunnel's; a TAP device may be one, or the port of a virtual machine on a bridge."""
    try:
        number = int(flags, 16)
    except ValueError:
        number = _TUN
    bridged = (folder / "brport").exists() or folder.name.startswith("vnet")
    return InterfaceKind.VIRTUAL if number & _TAP and bridged else InterfaceKind.TUNNEL


def _bridge(folder: Path) -> InterfaceKind:
    """A bridge counts as Ethernet if a real port is part of it, else it joins virtual machines only."""
    try:
        ports = [port.name for port in (folder / "brif").iterdir()]
    except OSError:
        ports = []
    real = any((folder.parent / port / "device").exists() for port in ports)
    return InterfaceKind.ETHERNET if real else InterfaceKind.VIRTUAL


def _carries_pppoe(environment: Environment) -> bool:
    data = read_bounded(environment.at("/proc/net/pppoe"), 64 * 1024) or b""
    return len(data.splitlines()) > 1


def _device_type(folder: Path) -> str:
    data = read_bounded(folder / "uevent", 4096) or b""
    match = re.search(rb"^DEVTYPE=([a-z0-9_]+)$", data, re.MULTILINE)
    return match[1].decode("ascii") if match else ""


def _line(path: Path) -> str:
    return (read_bounded(path, 64) or b"").decode("ascii", "replace").strip()


# ---- routes ------------------------------------------------------------------------------------

_NOWHERE = {"unreachable", "prohibit", "blackhole", "throw"}


def route(environment: Environment, address: str) -> LocalRoute | None:
    """What ip-route(8) says that the kernel would do, by all its tables and rules."""
    words = (environment.run(["ip", "-o", "route", "get", address], COMMAND_S) or "").split()
    if not words:
        return None
    if words[0] in _NOWHERE:
        return LocalRoute()
    told = dict(itertools.pairwise(words))
    gateway = told.get("via", "")
    return LocalRoute(told.get("dev", ""), told.get(gateway, "") if gateway == "inet6" else gateway)


# ---- names -------------------------------------------------------------------------------------

_RESOLV_CONF = "/etc/resolv.conf"
_STUBS = frozenset({"127.0.0.53", "127.0.0.54"})
_UPLINKS = "/run/systemd/resolve/resolv.conf"


def dns_servers(environment: Environment) -> tuple[DnsServer, ...]:
    """The servers of resolv.conf(5); behind systemd-resolved's own stub, those that it asks.

    The stub gives one answer for all of them, so that a dead or lying server shows only when asked itself.
    """
    servers = _name_servers(environment, _RESOLV_CONF)
    if servers and _STUBS.issuperset(servers):
        servers += tuple(server for server in _name_servers(environment, _UPLINKS) if server not in servers)
    return tuple(DnsServer(address=server) for server in servers)


def _name_servers(environment: Environment, path: str) -> tuple[str, ...]:
    data = read_bounded(environment.at(path), resolv_conf.MAX_BYTES)
    return resolv_conf.name_servers(data) if data is not None else ()


def hosts_file(environment: Environment, host: str) -> tuple[str, ...]:
    """The addresses of a name in /etc/hosts, where nsswitch.conf(5) lets programs look there."""
    switch = read_bounded(environment.at("/etc/nsswitch.conf"), 64 * 1024) or b""
    sources = re.search(rb"^\s*hosts:([^#\n]*)", switch, re.MULTILINE)
    if sources and b"files" not in sources[1].split():
        return ()
    return hosts.addresses(environment.at("/etc/hosts"), host)


# ---- proxies -----------------------------------------------------------------------------------


def browser_rules(environment: Environment) -> ProxyRules | None:
    """The proxy settings of the desktop, or None without a desktop that has any."""
    if kde.is_session(environment):
        return kde.read(environment)
    return gnome.read(environment) if gnome.is_session(environment) else None


def program_rules(environment: Environment) -> ProxyRules:
    """No rules: on Linux programs go by the environment variables alone."""
    del environment
    return ProxyRules()


# ---- trust -------------------------------------------------------------------------------------

_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Arch, Gentoo, Alpine
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  # Fedora, Red Hat
    "/etc/pki/tls/certs/ca-bundle.crt",  # older Red Hat
    "/etc/ssl/ca-bundle.pem",  # openSUSE
    "/var/lib/ca-certificates/ca-bundle.pem",
    "/etc/ssl/certs/ca-bundle.crt",  # NixOS
    "/etc/ssl/cert.pem",  # Alpine, BSD
    "/usr/local/share/certs/ca-root-nss.crt",
)
_FOLDER = "/etc/ssl/certs"
_HASHED = re.compile(r"[0-9a-f]{8}\.\d{1,3}")
MAX_FILES = 1000


def system_roots(environment: Environment) -> Roots:
    """The trust store that OpenSSL's variables name, else the distribution's, else OpenSSL's own folder.

    An empty answer is not called complete: there may be a store in a place that is not looked at.
    """
    file, folder = environment.variable("SSL_CERT_FILE"), environment.variable("SSL_CERT_DIR")
    folders = [environment.at(path) for path in folder.split(":") if path]
    own = ssl.get_default_verify_paths()
    files = [environment.at(path) for path in ([file] if file else [*_BUNDLES, own.openssl_cafile])]
    store = next((path for path in files if path.is_file()), None)
    roots = _read([store] if store else [])
    if folders or not roots.certificates:
        others = folders or [environment.at(path) for path in (_FOLDER, own.openssl_capath)]
        roots = _read([*([store] if store else []), *(path for each in others for path in _files(each))])
    return roots


def _read(paths: Iterable[Path]) -> Roots:
    found: dict[bytes, None] = {}
    newest: float | None = None
    for path in paths:
        data = read_bounded(path, pem.MAX_BYTES) or b""
        certificates = pem.certificates(data)
        found.update(dict.fromkeys(certificates))
        if certificates:
            newest = max(newest or 0.0, path.stat().st_mtime)
    return Roots(certificates=tuple(found), complete=bool(found), newest=newest)


def _files(folder: Path) -> list[Path]:
    """The files that OpenSSL finds in a folder of certificates: those named by the hash of the subject."""
    try:
        entries = sorted(path for path in folder.iterdir() if _HASHED.fullmatch(path.name))
    except OSError:
        return []
    return entries[:MAX_FILES]
