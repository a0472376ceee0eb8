from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from portalcheck.facts import InterfaceKind
from portalcheck.machine import windows
from portalcheck.machine.environment import RegistryValue
from tests.machine.recorded import computer, down, up

VERSION = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
TEN: dict[str, RegistryValue] = {
    "ProductName": "Windows 10 Pro",
    "CurrentMajorVersionNumber": 10,
    "CurrentBuildNumber": "19045",
    "DisplayVersion": "22H2",
    "ReleaseId": "2009",
    "EditionID": "Professional",
    "CurrentVersion": "6.3",
    "InstallationType": "Client",
    "UBR": 5371,
    "RegisteredOwner": "Alice",
}


@pytest.mark.parametrize(
    ("changes", "release"),
    [
        ({}, "10 22H2 Pro"),
        ({"EditionID": "Core"}, "10 22H2 Home"),
        ({"EditionID": "CoreSingleLanguage"}, "10 22H2 Home"),
        ({"EditionID": "ProfessionalWorkstationN"}, "10 22H2 Pro"),
        ({"EditionID": "ProfessionalEducation"}, "10 22H2 Pro"),
        ({"EditionID": "Enterprise"}, "10 22H2 Enterprise"),
        ({"EditionID": "EnterpriseN"}, "10 22H2 Enterprise"),
        ({"EditionID": "ServerRdsh"}, "10 22H2 Enterprise"),
        ({"EditionID": "IoTEnterprise"}, "10 22H2 Enterprise"),
        ({"EditionID": "Education"}, "10 22H2 Education"),
        ({"EditionID": "CloudEdition"}, "10 22H2"),
        ({"EditionID": ""}, "10 22H2"),
        ({"UBR": 6456}, "10 22H2 Pro"),
        ({"UBR": 6466}, "10 22H2 Pro"),  # KB5071959, which all got, so that they could join
        ({"UBR": 6575}, "10 22H2 ESU"),
        ({"UBR": 7000, "EditionID": "Core"}, "10 22H2 ESU"),
        ({"UBR": "6575"}, "10 22H2 Pro"),
        ({"EditionID": "EnterpriseS", "CurrentBuildNumber": "19044", "UBR": 6575}, "10 LTSC 2021"),
        ({"EditionID": "EnterpriseSN", "CurrentBuildNumber": "17763"}, "10 LTSC 2019"),
        ({"EditionID": "EnterpriseSEval", "CurrentBuildNumber": "14393"}, "10 LTSC 2016"),
        ({"EditionID": "EnterpriseS", "CurrentBuildNumber": "99"}, "10 LTSC"),
        ({"EditionID": "IoTEnterpriseS", "CurrentBuildNumber": "19044"}, "10 IoT LTSC 2021"),
        ({"EditionID": "IoTEnterpriseSK", "CurrentBuildNumber": "26100"}, "11 IoT LTSC 2024"),
        ({"CurrentBuildNumber": "22631", "DisplayVersion": "23H2", "UBR": 9999}, "11 23H2 Pro"),
        ({"DisplayVersion": ""}, "10 2009 Pro"),
        ({"DisplayVersion": "Alice's", "ReleaseId": ""}, "10 Pro"),
        ({"CurrentBuildNumber": "many"}, "10 22H2 Pro"),
        (
            {"ProductName": "Windows Server 2012 R2 Datacenter", "InstallationType": "Server"},
            "server 2012 R2",
        ),
        (
            {
                "ProductName": "Windows Server Datacenter",
                "InstallationType": "Server Core",
                "DisplayVersion": "23H2",
            },
            "server 23H2",
        ),
        (
            {"ProductName": "Windows Server 2022 Standard", "InstallationType": "Server Core"},
            "server 2022",
        ),
        ({"CurrentMajorVersionNumber": "", "ProductName": "Windows 8.1"}, "8.1"),
        (
            {"CurrentMajorVersionNumber": "", "CurrentVersion": "6.1", "ProductName": "Windows 7 Home"},
            "7",
        ),
    ],
)
def test_the_release_is_version_and_release(changes: Mapping[str, RegistryValue], release: str) -> None:
    system = windows.system(computer("windows", registry={VERSION: {**TEN, **changes}}))
    assert (system.os, system.release) == ("windows", release)


def test_without_registry_only_the_system_is_known() -> None:
    assert windows.system(computer("windows")).release == ""


@settings(max_examples=150)
@given(
    st.dictionaries(
        st.sampled_from(sorted(TEN)), st.text(max_size=20) | st.integers() | st.binary(max_size=8)
    )
)
def test_any_values_are_survived(changes: dict[str, RegistryValue]) -> None:
    system = windows.system(computer("windows", registry={VERSION: {**TEN, **changes}}))
    assert "Alice" not in system.release


# ---- interfaces --------------------------------------------------------------------------------

CLASS = r"HKLM\SYSTEM\CurrentControlSet\Control\Class\{4D36E972-E325-11CE-BFC1-08002BE10318}"
NETWORK = r"HKLM\SYSTEM\CurrentControlSet\Control\Network\{4D36E972-E325-11CE-BFC1-08002BE10318}"
ETHERNET, WIFI, OTHER = InterfaceKind.ETHERNET, InterfaceKind.WIFI, InterfaceKind.OTHER
TUNNEL, VIRTUAL, LOOPBACK = InterfaceKind.TUNNEL, InterfaceKind.VIRTUAL, InterfaceKind.LOOPBACK

ADAPTERS: Mapping[str, tuple[str, int, InterfaceKind]] = {
    "Ethernet": ("Intel(R) Ethernet Connection (7) I219-V", 6, ETHERNET),
    "Netzwerk": ("Realtek PCIe GBE Family Controller", 6, ETHERNET),
    "Guest": ("Microsoft Hyper-V Network Adapter", 6, ETHERNET),
    "WLAN": ("Intel(R) Wi-Fi 6 AX201 160MHz", 71, WIFI),
    "Funk": ("Broadcom BCM43142", 71, WIFI),
    "LAN-Verbindung* 1": ("Microsoft Wi-Fi Direct Virtual Adapter", 71, VIRTUAL),
    "vEthernet (Default Switch)": ("Hyper-V Virtual Ethernet Adapter", 6, VIRTUAL),
    "VMnet8": ("VMware Virtual Ethernet Adapter for VMnet8", 6, VIRTUAL),
    "Ethernet 2": ("PANGP Virtual Ethernet Adapter Secure", 6, TUNNEL),
    "Ethernet 3": ("Cisco AnyConnect Virtual Miniport Adapter for Windows x64", 6, TUNNEL),
    "Ethernet 4": ("TAP-Windows Adapter V9", 53, TUNNEL),
    "Ethernet 5": ("Fortinet Virtual Ethernet Adapter (NDIS 6.30)", 6, TUNNEL),
    "Büro": ("WireGuard Tunnel", 53, TUNNEL),
    "Tailscale": ("Tailscale Tunnel", 53, TUNNEL),
    "Bluetooth": ("Bluetooth Device (Personal Area Network)", 6, OTHER),
    "Mobilfunk": ("Generic Mobile Broadband Adapter", 243, OTHER),
    "Teredo": ("Microsoft Teredo Tunneling Adapter", 131, OTHER),
    "Unknown tunnel": ("Contoso Link", 131, TUNNEL),
}
UNLISTED = {
    "Loopback Pseudo-Interface 1": LOOPBACK,
    "Firma": TUNNEL,
    "DSL": OTHER,
    "Wi-Fi 7": WIFI,
}
PHONEBOOK = "[Firma]\r\nEncoding=1\r\nType=2\r\nVpnStrategy=14\r\n\r\n[DSL]\r\nType=5\r\n"


def registry() -> dict[str, dict[str, RegistryValue]]:
    keys: dict[str, dict[str, RegistryValue]] = {f"{CLASS}\\Properties": {}}
    for number, (name, (words, kind, _)) in enumerate(ADAPTERS.items()):
        guid = f"{{0000000{number:x}-AAAA}}"
        keys[f"{CLASS}\\{number:04}"] = {"NetCfgInstanceId": guid, "DriverDesc": words, "*IfType": kind}
        keys[f"{NETWORK}\\{guid}\\Connection"] = {"Name": name}
    return keys


def test_every_interface_has_its_sort(tmp_path: Path) -> None:
    files = {"/Users/a/AppData/Roaming/Microsoft/Network/Connections/Pbk/rasphone.pbk": PHONEBOOK}
    environ = {"APPDATA": r"C:\Users\a\AppData\Roaming"}
    environment = computer("windows", tmp_path, files=files, registry=registry(), environ=environ)
    links = {name: up("192.0.2.1") for name in [*ADAPTERS, *UNLISTED]}
    links["Loopback Pseudo-Interface 1"] = up("127.0.0.1", "::1")
    facts = windows.interface_facts(environment, links)
    expected = {name: kind for name, (_, _, kind) in ADAPTERS.items()} | UNLISTED
    assert {name: facts[name].kind for name in links} == expected
    assert "PANGP" in facts["Ethernet 2"].words
    assert facts["Firma"].words == ""


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200) | st.text("[]Firma=\r\nType2", max_size=80).map(str.encode))
def test_any_phone_book_is_survived(tmp_path: Path, data: bytes) -> None:
    files = {"/ProgramData/Microsoft/Network/Connections/Pbk/rasphone.pbk": data + b"\n" + PHONEBOOK.encode()}
    environment = computer("windows", tmp_path, files=files)
    assert windows.interface_facts(environment, {"Firma": up("192.0.2.1")})["Firma"].kind is TUNNEL


# ---- names -------------------------------------------------------------------------------------

PARAMETERS = r"HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters"
PARAMETERS6 = r"HKLM\SYSTEM\CurrentControlSet\Services\Tcpip6\Parameters"
ONE, TWO, GONE = "{00000000-AAAA}", "{00000001-AAAA}", "{00000003-AAAA}"


def servers(keys: Mapping[str, Mapping[str, RegistryValue]]) -> list[str]:
    links = {"Ethernet": up("192.0.2.9"), "Netzwerk": up("192.0.2.8"), "WLAN": down("192.0.2.7")}
    environment = computer("windows", registry={**registry(), **keys}, links=links)
    return [server.address for server in windows.dns_servers(environment)]


def test_servers_are_those_of_the_interfaces_that_are_up() -> None:
    keys: dict[str, dict[str, RegistryValue]] = {
        f"{PARAMETERS}\\Interfaces\\{ONE}": {"NameServer": "", "DhcpNameServer": "192.0.2.1 192.0.2.2"},
        f"{PARAMETERS}\\Interfaces\\{TWO}": {"NameServer": "9.9.9.9,1.1.1.1", "DhcpNameServer": "192.0.2.3"},
        f"{PARAMETERS}\\Interfaces\\{GONE}": {"DhcpNameServer": "192.0.2.4"},
        f"{PARAMETERS6}\\Interfaces\\{ONE}": {
            "Dhcpv6DNSServers": ipaddress.ip_address("2001:db8::53").packed + b"\x01\x02"
        },
    }
    assert servers(keys) == ["192.0.2.1", "192.0.2.2", "2001:db8::53", "9.9.9.9", "1.1.1.1"]


def test_the_servers_of_the_whole_computer_stand_in() -> None:
    assert servers({PARAMETERS: {"NameServer": "192.0.2.6"}}) == ["192.0.2.6"]
    assert servers({}) == []


@settings(max_examples=150)
@given(st.text(max_size=40), st.binary(max_size=40))
def test_any_servers_are_survived(text: str, data: bytes) -> None:
    keys: dict[str, dict[str, RegistryValue]] = {
        f"{PARAMETERS}\\Interfaces\\{ONE}": {"NameServer": text},
        f"{PARAMETERS6}\\Interfaces\\{ONE}": {"Dhcpv6DNSServers": data},
    }
    for server in servers(keys):
        ipaddress.ip_address(server)


@pytest.mark.parametrize(
    ("folder", "root", "path"),
    [
        (None, r"C:\Windows", "/Windows/System32/drivers/etc/hosts"),
        (r"%SystemRoot%\System32\drivers\etc", r"D:\WinNT", "/WinNT/System32/drivers/etc/hosts"),
        (r"%systemroot%\moved", r"C:\Windows", "/Windows/moved/hosts"),
        (r"%WinDir%\moved", r"C:\Windows", "/Windows/moved/hosts"),
        (r"%SystemDrive%\moved", r"D:\WinNT", "/moved/hosts"),
        (r"E:\names", r"C:\Windows", "/names/hosts"),
    ],
)
def test_the_hosts_file_is_where_the_registry_says_whatever_variables_say(
    tmp_path: Path, folder: str | None, root: str, path: str
) -> None:
    environment = computer(
        "windows",
        tmp_path,
        files={
            path: "192.0.2.1\tportal.example\r\n",
            "/mine/System32/drivers/etc/hosts": "192.0.2.66\tportal.example\r\n",
            "/mine/moved/hosts": "192.0.2.66\tportal.example\r\n",
        },
        registry={PARAMETERS: {"DataBasePath": folder} if folder else {}},
        environ={"SystemRoot": r"C:\mine", "windir": r"C:\mine", "SystemDrive": r"C:\mine"},
    )
    environment = replace(environment, windows=root)
    assert windows.hosts_file(environment, "portal.example") == ("192.0.2.1",)


# ---- trust -------------------------------------------------------------------------------------


def test_roots_are_those_for_servers_but_the_disallowed() -> None:
    server, mail = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.4"
    rows: list[windows.Row] = [
        (b"all", "x509_asn", True),
        (b"server", "x509_asn", {server, mail}),
        (b"mail", "x509_asn", {mail}),
        (b"none", "x509_asn", False),
        (b"pkcs", "pkcs_7_asn", True),
        (b"never", "x509_asn", True),
        (b"all", "x509_asn", True),
    ]
    roots = windows.roots(rows, [(b"never", "x509_asn", True)])
    assert (roots.certificates, roots.complete) == ((b"all", b"server"), False)
