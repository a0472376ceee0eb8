from __future__ import annotations

import os
from pathlib import Path

import certifi
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portalcheck.facts import DnsServer, InterfaceKind
from portalcheck.machine import macos
from tests.machine.recorded import RecordedCommands, computer, up

VERSION_FILE = "/System/Library/CoreServices/SystemVersion.plist"
PLIST = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
\t<key>BuildID</key><string>8A2F8B0B</string>
\t<key>ProductBuildVersion</key><string>23F79</string>
\t<key>ProductName</key><string>macOS</string>
\t<key>ProductVersion</key><string>14.5</string>
</dict>
</plist>
"""


def release(root: Path, plist: str | bytes, sw_vers: str | None = None) -> str:
    commands = {"sw_vers -productVersion": sw_vers}
    return macos.system(computer("macos", root, files={VERSION_FILE: plist}, commands=commands)).release


def test_the_release_is_the_product_version(tmp_path: Path) -> None:
    assert release(tmp_path, PLIST) == "14.5"
    assert release(tmp_path, PLIST.replace("14.5", "15.0.1")) == "15.0.1"


def test_the_version_for_older_programs_is_not_believed(tmp_path: Path) -> None:
    assert release(tmp_path, PLIST.replace("14.5", "10.16"), sw_vers="26.1\n") == "26.1"
    assert release(tmp_path, PLIST.replace("14.5", "10.16")) == "10.16"


def test_a_missing_or_damaged_file_is_made_up_for_by_the_program(tmp_path: Path) -> None:
    assert release(tmp_path, PLIST[:200], sw_vers="13.6\n") == "13.6"
    assert release(tmp_path, PLIST[:200]) == ""
    assert macos.system(computer("macos", tmp_path / "none")).os == "macos"


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.binary(max_size=100),
    st.sampled_from(["14.5", "<string>14.5</string>", "<dict>", "</plist>", "UTF-8", "key"]),
    st.sampled_from(
        ["", "<integer>x</integer>", "<date>x</date>", "<data>*</data>", "<real/>", "<array>", "klingon"]
    ),
)
def test_any_version_file_is_survived(tmp_path: Path, data: bytes, old: str, new: str) -> None:
    release(tmp_path, data)
    release(tmp_path, PLIST.replace(old, new).encode() + data)
    release(tmp_path, PLIST.replace(old, new).encode().replace(b"macOS", data))


# ---- interfaces --------------------------------------------------------------------------------

PORTS = """
Hardware Port: Ethernet Adapter (en4)
Device: en4
Ethernet Address: 00:00:5e:00:53:01

Hardware Port: Thunderbolt Bridge
Device: bridge0
Ethernet Address: 00:00:5e:00:53:02

Hardware Port: Wi-Fi
Device: en0
Ethernet Address: 00:00:5e:00:53:03

Hardware Port: iPhone USB
Device: en7
Ethernet Address: 00:00:5e:00:53:04

Hardware Port: Thunderbolt 1
Device: en1
Ethernet Address: 00:00:5e:00:53:05

VLAN Configurations
===================
"""


def test_every_interface_has_its_sort() -> None:
    expected = {
        "lo0": InterfaceKind.LOOPBACK,
        "en0": InterfaceKind.WIFI,
        "en4": InterfaceKind.ETHERNET,
        "en7": InterfaceKind.ETHERNET,
        "en1": InterfaceKind.ETHERNET,
        "en9": InterfaceKind.ETHERNET,
        "bridge0": InterfaceKind.VIRTUAL,
        "bridge100": InterfaceKind.VIRTUAL,
        "utun0": InterfaceKind.TUNNEL,
        "utun5": InterfaceKind.TUNNEL,
        "ipsec0": InterfaceKind.TUNNEL,
        "ppp0": InterfaceKind.TUNNEL,
        "awdl0": InterfaceKind.VIRTUAL,
        "llw0": InterfaceKind.VIRTUAL,
        "anpi0": InterfaceKind.VIRTUAL,
        "gif0": InterfaceKind.OTHER,
        "stf0": InterfaceKind.OTHER,
    }
    links = {name: up("fe80::1%" + name) for name in expected} | {"lo0": up("127.0.0.1", "::1")}
    environment = computer("macos", commands={"networksetup": PORTS})
    facts = macos.interface_facts(environment, links)
    assert {name: facts[name].kind for name in expected} == expected


def test_without_the_list_of_ports_names_have_to_do() -> None:
    facts = macos.interface_facts(computer("macos"), {"en0": up("192.0.2.1"), "utun3": up("fe80::1")})
    assert [fact.kind for fact in facts.values()] == [InterfaceKind.ETHERNET, InterfaceKind.TUNNEL]


@settings(max_examples=150)
@given(st.text(max_size=200))
def test_any_list_of_ports_is_survived(text: str) -> None:
    macos.hardware_ports(text)
    assert macos.hardware_ports(PORTS + text)["en0"] == "Wi-Fi"


# ---- names and trust ---------------------------------------------------------------------------


def test_servers_come_from_the_resolver_and_else_from_resolv_conf(tmp_path: Path) -> None:
    files = {"/etc/resolv.conf": "nameserver 192.0.2.2\n", "/etc/hosts": "192.0.2.9 portal.example\n"}
    dns = "DNS configuration\n\nresolver #1\n  nameserver[0] : 192.0.2.1\n"
    environment = computer("macos", tmp_path, files=files, commands={"scutil --dns": dns})
    assert macos.dns_servers(environment) == (DnsServer("192.0.2.1"),)
    assert macos.dns_servers(computer("macos", tmp_path)) == (DnsServer("192.0.2.2"),)
    assert macos.hosts_file(environment, "portal.example") == ("192.0.2.9",)


def test_roots_are_those_of_both_keychains_and_never_complete(tmp_path: Path) -> None:
    keychain = "/System/Library/Keychains/SystemRootCertificates.keychain"
    run = RecordedCommands({"security find-certificate": certifi.contents() + "keychain: é\n"})
    environment = computer("macos", tmp_path, files={keychain: "x"}, commands=run)
    os.utime(tmp_path / keychain.lstrip("/"), (1_700_000_000, 1_700_000_000))
    roots = macos.system_roots(environment)
    assert len(roots.certificates) == certifi.contents().count("BEGIN CERTIFICATE")
    assert (roots.complete, roots.newest) == (False, 1_700_000_000)
    assert run.asked[0].endswith("/System.keychain")


def test_without_an_answer_there_are_no_roots() -> None:
    roots = macos.system_roots(computer("macos"))
    assert (roots.certificates, roots.complete, roots.newest) == ((), False, None)


@pytest.mark.parametrize("output", [None, "", "No services"])
def test_no_connected_service_is_no_service(output: str | None) -> None:
    assert macos.vpn_services(computer("macos", commands={"scutil --nc": output})) == ()
