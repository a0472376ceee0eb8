"""What this computer says of itself: hosts, DNS servers, proxies, PAC, trust stores, settings."""

from __future__ import annotations

import atexit
import contextlib
import re
import shutil
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from portalcheck.facts import DIRECT, InterfaceKind
from portalcheck.machine import hosts, linux, macos, pem, resolv_conf, scutil, windows, windows_release
from portalcheck.machine.environment import Environment, RegistryValue
from portalcheck.machine.hostnames import address, destination_of
from portalcheck.machine.interface_kind import InterfaceFacts
from portalcheck.machine.proxies import gnome, kde, variables
from portalcheck.machine.proxies import macos as proxies_of_macos
from portalcheck.machine.proxies.rules import ProxyRules, clean, clean_pac, matches
from portalcheck.machine.vpn_products import PRODUCTS, by_interface
from portalcheck.model import Portal
from portalcheck.probe.connect.proxies import proxy_endpoint
from portalcheck.probe.connect.proxy_plan import candidates_in
from portalcheck.probe.third_parties.resolvers import plain_server
from portalcheck.settings import SettingsError, load
from tests.fuzz.target import parts_of, target, text_of
from tests.machine import recorded
from tests.machine.recorded import down, up

HOST = "portal.example"
URL = f"https://{HOST}/"
_PRODUCTS = frozenset({"", *(product.label for product in PRODUCTS)})


@cache
def folder() -> Path:
    """A folder that ends with this process."""
    made = Path(tempfile.mkdtemp(prefix="portalcheck-fuzz-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def computer(files: Mapping[str, bytes], **environ: str) -> Environment:
    """A Linux computer with these files and variables."""
    for path, content in files.items():
        where = folder() / "root" / path.removeprefix("/")
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_bytes(content)
    return Environment(os="linux", home=folder() / "home", environ=environ, root=folder() / "root")


# ---- names ---------------------------------------------------------------------------------------


@target("machine", longest=32 * 1024)
def hosts_file(data: bytes) -> None:
    """An address that is told of stands in the file on a line with the name; nsswitch.conf can forbid it."""
    switch, content = parts_of(data, 2)
    computer({"/etc/hosts": content})
    found = hosts.addresses(folder() / "root/etc/hosts", HOST)
    lines = [line.split() for line in content.lower().split(b"\n") if HOST.encode() in line]
    assert len(found) == len(set(found))
    for text in found:
        assert address(text) is not None
        assert any(text.encode() in word for line in lines for word in line)
    told = linux.hosts_file(computer({"/etc/nsswitch.conf": switch}), HOST)
    assert told in ((), found)


@target("machine")
def resolv(data: bytes) -> None:
    """At most three servers, each an address that stands on a line of its own kind."""
    found = resolv_conf.name_servers(data)
    assert len(found) <= 3
    for server in found:
        assert address(server) is not None
        assert any(line.startswith(b"nameserver") and server.encode() in line for line in data.split(b"\n"))
    for asked in linux.dns_servers(
        computer({"/etc/resolv.conf": data, "/run/systemd/resolve/resolv.conf": data})
    ):
        assert address(asked.address) is not None


@target("machine", longest=8 * 1024)
def scutil_text(data: bytes) -> None:
    """DNS servers have addresses and ports that exist; what macOS says of proxies makes clean ones."""
    text = text_of(data)
    for server in scutil.dns_servers(text):
        assert address(server.address) is not None
        assert 0 < server.port <= 65535
    tree = scutil.dictionary(text)
    if tree is not None:
        _clean_rules(proxies_of_macos.rules(tree))
    for service in scutil.connected_services(text):
        assert '"' not in service or service.count('"') == 1


@target("machine")
def os_release(data: bytes) -> None:
    """A short, printable name and version."""
    system = linux.system(computer({"/etc/os-release": data}))
    assert system.release.isascii()
    assert system.release.isprintable()
    assert len(system.release) <= 64


@target("machine", longest=8 * 1024)
def interfaces(data: bytes) -> None:
    """Whatever the kernel or a driver calls an interface, it is of a known sort and of a known product or none."""
    named, sort, event, flags = parts_of(data, 4)
    name = text_of(named).replace("\0", "")[:80]
    where = computer({})
    if "/" not in name and name not in ("", ".", ".."):
        for file, content in {"type": sort, "uevent": event, "tun_flags": flags}.items():
            computer({f"/sys/class/net/{name}/{file}": content})
    try:
        for link in (up("192.0.2.7"), up("fe80::7%x"), down()):
            _known(linux.interface_facts(where, {name: link}), name)
    finally:
        shutil.rmtree(folder() / "root/sys", ignore_errors=True)


def _known(facts: Mapping[str, InterfaceFacts], name: str) -> None:
    (fact,) = (facts[each] for each in facts if each == name)
    assert fact.kind in InterfaceKind
    assert by_interface(name, fact.words) in _PRODUCTS


@target("machine", longest=8 * 1024)
def files_of_macos(data: bytes) -> None:
    """A version file and the list of ports: a version in digits, and interfaces of a known sort."""
    version, ports, said = parts_of(data, 3)
    mac = recorded.computer(
        "macos",
        folder() / "mac",
        files={"/System/Library/CoreServices/SystemVersion.plist": version},
        commands={"networksetup": text_of(ports), "sw_vers": text_of(said), "security": text_of(said)},
    )
    release = macos.system(mac).release
    assert not release or set(release) <= set("0123456789.")
    assert len(release) <= 14
    for device in (*macos.hardware_ports(text_of(ports)), "en0"):
        _known(macos.interface_facts(mac, {device: up("192.0.2.7")}), device)
    assert all(der[:1] == b"\x30" for der in macos.system_roots(mac).certificates)


@target("machine", longest=8 * 1024)
def registry_of_windows(data: bytes) -> None:
    """Values of the registry and a phone book: a short release, servers with addresses, interfaces of known sorts."""
    build, label, servers, raw, driver, book = parts_of(data, 6)
    product, name = text_of(driver), text_of(label)
    values: dict[str, RegistryValue] = {
        "CurrentBuildNumber": text_of(build),
        "DisplayVersion": text_of(label),
        "EditionID": text_of(driver),
    }
    pc = recorded.computer(
        "windows",
        folder() / "pc",
        files={"/Roaming/Microsoft/Network/Connections/Pbk/rasphone.pbk": book},
        environ={"APPDATA": "C:\\Roaming"},
        registry={
            f"HKLM\\{windows_release._VERSION}": {
                **values,
                "ProductName": product,
                "CurrentMajorVersionNumber": 10,
            },
            f"HKLM\\{windows._ADAPTERS}\\0001": {
                "NetCfgInstanceId": "{1}",
                "DriverDesc": product,
                "*IfType": 6,
            },
            f"HKLM\\{windows._CONNECTIONS}\\{{1}}\\Connection": {"Name": name},
            f"HKLM\\{windows._TCPIP}\\Interfaces\\{{1}}": {
                "NameServer": text_of(servers),
                "Dhcpv6DNSServers": raw,
            },
        },
        links={name: up("192.0.2.7")},
    )
    system = windows.system(pc)
    assert system.release.isprintable()
    assert len(system.release) <= 64
    assert all(address(server.address) is not None for server in windows.dns_servers(pc))
    for each in (name, *windows._dialled(pc)):
        _known(windows.interface_facts(pc, {each: up("192.0.2.7")}), each)


# ---- proxies -------------------------------------------------------------------------------------


def _clean_rules(rules: ProxyRules | None) -> None:
    if rules is None:
        return
    for proxy in rules.proxies.values():
        _clean_proxy(proxy)
    chosen, _ = rules.choose(URL)
    assert chosen in (*rules.proxies.values(), "")
    assert "@" not in _authority(rules.pac_url)


def _authority(url: str) -> str:
    return re.split(r"[/?#]", url.partition("://")[2], maxsplit=1)[0]


def _clean_proxy(proxy: str) -> None:
    if not proxy:
        return
    scheme, host, port = proxy_endpoint(proxy)
    assert proxy.isascii()
    assert proxy.isprintable()
    assert scheme
    assert host
    assert 0 < port <= 65535
    assert "@" not in proxy
    assert clean(proxy) == proxy


@target("machine")
def proxy_variables(data: bytes) -> None:
    """A proxy of the environment is a clean URL, and is none where NO_PROXY names every host."""
    https, everything, exceptions = (text_of(part).replace("\0", "") for part in parts_of(data, 3))
    environ = {"https_proxy": https, "ALL_PROXY": everything, "NO_PROXY": exceptions}
    chosen, bypassed = variables.choose(environ, URL)
    _clean_proxy(chosen)
    assert not (chosen and bypassed)
    assert variables.choose({**environ, "no_proxy": "*"}, URL)[0] == ""


@target("machine")
def proxy_text(data: bytes) -> None:
    """Cleaning a proxy or the address of a script twice is cleaning it once, and leaves no password."""
    text, rule = (text_of(part) for part in parts_of(data, 2))
    _clean_proxy(clean(text))
    script = clean_pac(text)
    assert clean_pac(script) == script
    assert "@" not in _authority(script)
    assert "#" not in script
    for url in (URL, "http://192.0.2.1:8080/", "https://[2001:db8::1]/", text):
        destination = destination_of(url)
        if destination is not None:
            matches(rule, destination)
            matches(rule, destination, suffixes=True)


@target("machine", longest=16 * 1024)
def desktop_proxies(data: bytes) -> None:
    """What GNOME and KDE are set to makes clean proxies."""
    _clean_rules(gnome.rules(text_of(data)))
    computer({}, XDG_CURRENT_DESKTOP="KDE")
    config = folder() / "home/.config"
    config.mkdir(parents=True, exist_ok=True)
    (config / "kioslaverc").write_bytes(data)
    _clean_rules(kde.read(computer({})))


@target("machine", longest=64 * 1024)
def pac(data: bytes) -> None:
    """A script gives at most four ways, each of which it names, and none of which is anything but an address."""
    text = data.decode("utf-8", "replace")
    found = candidates_in(text)
    assert len(found) <= 4
    assert len(found) == len(set(found))
    for way in found:
        assert way == DIRECT or way.partition("://")[2] in text
        with contextlib.suppress(ValueError):  # a port beyond all numbers is told of when it is tried
            proxy_endpoint(way)


# ---- trust and settings --------------------------------------------------------------------------


@target("machine", longest=16 * 1024)
def trust_store(data: bytes) -> None:
    """The certificates of a PEM text are whole DER sequences, each once, and are left as they were."""
    found = pem.certificates(data)
    assert len(found) == len(set(found))
    assert all(der[:1] == b"\x30" for der in found)
    assert sum(map(len, found)) <= len(data)


@target("machine")
def settings_toml(data: bytes) -> None:
    """A settings file is settings, or one printable line that says what is wrong with it."""
    path = folder() / "config.toml"
    path.write_bytes(data)
    portal = _loaded({}, path)
    assert portal is None or portal.url.startswith(("http://", "https://"))


@target("machine")
def settings_variables(data: bytes) -> None:
    """Variables are settings, or one line; a DNS server is an address."""
    timeout, canaries, resolvers, lang = (text_of(part).replace("\0", "") for part in parts_of(data, 4))
    environ = {
        "PORTALCHECK_TIMEOUT": timeout,
        "PORTALCHECK_NETWORK_CANARIES": canaries,
        "PORTALCHECK_NETWORK_RESOLVERS": resolvers,
        "PORTALCHECK_LANG": lang,
    }
    server = plain_server(resolvers)
    assert server is None or address(server.address) is not None
    _loaded(environ, None)


def _loaded(environ: Mapping[str, str], path: Path | None) -> Portal | None:
    """The portal of the settings; None where they cannot be used, which one printable line says."""
    try:
        return load({}, environ, system_file=None, user_file=path).portal()
    except SettingsError as error:
        said = str(error)
    assert said.isprintable()
    return None
