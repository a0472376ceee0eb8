from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import certifi
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portalcheck.facts import DnsServer, InterfaceKind
from portalcheck.machine import linux
from portalcheck.machine.environment import Environment, InterfaceState
from tests.machine.recorded import computer, down, up

# ---- the system --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "release"),
    [
        ('NAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n', "debian 12"),
        ("ID=ubuntu\nNAME='Ubuntu'\nVERSION_ID=\"24.04\"", "ubuntu 24.04"),
        ("# x\nID=arch\nBUILD_ID=rolling\n", "arch"),
        ('ID=fedora\r\nVERSION_ID=41\r\nNAME="Fedora Linux"\r\n', "fedora 41"),
        ('ID="opensuse-leap"\nVERSION_ID="15.6"\n', "opensuse-leap 15.6"),
        ("ID=rhel\nVERSION_ID=9.4.1234.secret-build-5\n", "rhel 9.4.1234"),
        ('NAME="never closed\nVERSION_ID=1\n', "linux 1"),
        ("", "linux"),
        ("ID=acme-desktop\nID_LIKE=debian\nVERSION_ID=4.2\n", "linux"),
        ("ID=debian-of-pat\nVERSION_ID=12\n", "linux"),
    ],
)
def test_the_release_is_distribution_and_version(tmp_path: Path, text: str, release: str) -> None:
    system = linux.system(computer("linux", tmp_path, files={"/etc/os-release": text}))
    assert (system.os, system.release) == ("linux", release)


def test_the_vendors_file_stands_in_for_a_missing_one(tmp_path: Path) -> None:
    files = {"/usr/lib/os-release": "ID=alpine\nVERSION_ID=3.20.1\n"}
    assert linux.system(computer("linux", tmp_path, files=files)).release == "alpine 3.20.1"
    assert linux.system(computer("linux", tmp_path / "none")).release == "linux"


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=200))
def test_any_os_release_is_survived(tmp_path: Path, data: bytes) -> None:
    system = linux.system(
        computer("linux", tmp_path, files={"/etc/os-release": b"ID=x\nVERSION_ID=1\n" + data})
    )
    assert len(system.release) < 80


# ---- interfaces --------------------------------------------------------------------------------

OTHER, ETHERNET, WIFI = InterfaceKind.OTHER, InterfaceKind.ETHERNET, InterfaceKind.WIFI
TUNNEL, VIRTUAL, LOOPBACK = InterfaceKind.TUNNEL, InterfaceKind.VIRTUAL, InterfaceKind.LOOPBACK

ROWS: Mapping[str, tuple[dict[str, str], InterfaceKind]] = {
    "lo": ({"type": "772"}, LOOPBACK),
    "enp3s0": ({"type": "1", "device/vendor": "x"}, ETHERNET),
    "renamed": ({"type": "1", "device/vendor": "x"}, ETHERNET),
    "wlp2s0": ({"type": "1", "device/vendor": "x", "uevent": "DEVTYPE=wlan\nINTERFACE=wlp2s0\n"}, WIFI),
    "odd-wifi": ({"type": "1", "device/vendor": "x", "wireless/x": ""}, WIFI),
    "phy-wifi": ({"type": "1", "device/vendor": "x", "phy80211/name": "phy0"}, WIFI),
    "tun0": ({"type": "65534", "tun_flags": "0x1001"}, TUNNEL),
    "office": ({"type": "65534", "tun_flags": "0x1101"}, TUNNEL),
    "tap0": ({"type": "1", "tun_flags": "0x1002"}, TUNNEL),
    "tap-vm": ({"type": "1", "tun_flags": "0x1002", "brport/state": "3"}, VIRTUAL),
    "vnet3": ({"type": "1", "tun_flags": "0x5002"}, VIRTUAL),
    "torn": ({"type": "1", "tun_flags": "zz"}, TUNNEL),
    "home": ({"type": "65534", "uevent": "DEVTYPE=wireguard\n"}, TUNNEL),
    "xfrm1": ({"type": "65534"}, TUNNEL),
    "ppp0": ({"type": "512", "uevent": "DEVTYPE=ppp\n"}, TUNNEL),
    "gre1": ({"type": "778"}, TUNNEL),
    "wwan0": ({"type": "65534", "device/x": "", "uevent": "DEVTYPE=wwan\n"}, OTHER),
    "rmnet0": ({"type": "65534", "device/x": ""}, OTHER),
    "ib0": ({"type": "32", "device/x": ""}, OTHER),
    "br0": ({"type": "1", "uevent": "DEVTYPE=bridge\n", "brif/enp3s0/x": ""}, ETHERNET),
    "virbr0": ({"type": "1", "uevent": "DEVTYPE=bridge\n", "brif/vnet3/x": ""}, VIRTUAL),
    "docker0": ({"type": "1", "uevent": "DEVTYPE=bridge\n"}, VIRTUAL),
    "veth12ab": ({"type": "1", "brport/state": "3"}, VIRTUAL),
    "bond0": ({"type": "1", "uevent": "DEVTYPE=bond\n"}, ETHERNET),
    "eth0": ({"type": "1"}, ETHERNET),
    "dummy0": ({"type": "1"}, VIRTUAL),
    "eth9": ({}, ETHERNET),
    "wg0": ({}, TUNNEL),
    "../etc": ({}, OTHER),
}


def world(root: Path, **links: InterfaceState) -> tuple[Environment, Mapping[str, InterfaceState]]:
    files = {
        f"/sys/class/net/{name}/{path}": text
        for name, (paths, _) in ROWS.items()
        for path, text in ({"type": "1"} | paths if paths else {}).items()
    }
    computed = {name: links.get(name, up("192.0.2.9" if name != "veth12ab" else "fe80::1")) for name in ROWS}
    return computer("linux", root, files=files, links=computed), computed


def test_every_interface_has_its_sort(tmp_path: Path) -> None:
    environment, links = world(tmp_path)
    facts = linux.interface_facts(environment, links)
    assert {name: facts[name].kind for name in ROWS} == {name: kind for name, (_, kind) in ROWS.items()}


def test_ppp_is_no_tunnel_where_it_carries_pppoe(tmp_path: Path) -> None:
    environment, links = world(tmp_path)
    (tmp_path / "proc" / "net").mkdir(parents=True)
    (tmp_path / "proc" / "net" / "pppoe").write_text(
        "Id       Address              Device\n00000001 0:1:2:3:4:5 eth0\n"
    )
    assert linux.interface_facts(environment, links)["ppp0"].kind is OTHER


def test_a_pair_with_an_address_of_its_own_is_a_containers_way_out(tmp_path: Path) -> None:
    links = {"veth0": up("192.0.2.2"), "veth1": up("fe80::1"), "veth2": down("192.0.2.3")}
    facts = linux.interface_facts(computer("linux", tmp_path), links)
    assert [facts[name].kind for name in links] == [ETHERNET, VIRTUAL, VIRTUAL]


def test_the_kernels_word_for_an_interface_is_kept_for_the_product(tmp_path: Path) -> None:
    environment, links = world(tmp_path)
    assert linux.interface_facts(environment, links)["home"].words == "wireguard"


# ---- names -------------------------------------------------------------------------------------


def servers(root: Path, files: Mapping[str, str]) -> tuple[DnsServer, ...]:
    return linux.dns_servers(computer("linux", root, files=files))


def test_servers_are_those_of_resolv_conf(tmp_path: Path) -> None:
    assert servers(tmp_path, {"/etc/resolv.conf": "nameserver 192.0.2.1\n"}) == (DnsServer("192.0.2.1"),)
    assert servers(tmp_path / "none", {}) == ()


def test_behind_a_stub_are_the_servers_that_it_asks(tmp_path: Path) -> None:
    files = {
        "/etc/resolv.conf": "nameserver 127.0.0.53\noptions edns0\n",
        "/run/systemd/resolve/resolv.conf": "nameserver 192.0.2.1\nnameserver 2001:db8::1\n",
    }
    assert [server.address for server in servers(tmp_path, files)] == [
        "127.0.0.53",
        "192.0.2.1",
        "2001:db8::1",
    ]


def test_the_servers_of_a_stub_that_is_not_used_are_not_asked(tmp_path: Path) -> None:
    files = {
        "/etc/resolv.conf": "nameserver 192.0.2.7\n",
        "/run/systemd/resolve/resolv.conf": "nameserver 192.0.2.1\n",
    }
    assert servers(tmp_path, files) == (DnsServer("192.0.2.7"),)


@pytest.mark.parametrize(
    ("switch", "expected"),
    [
        (None, ("192.0.2.1",)),
        ("hosts:  files mdns4_minimal [NOTFOUND=return] dns\n", ("192.0.2.1",)),
        ("passwd: files\nhosts: dns # files\n", ()),
        ("#hosts: dns\n", ("192.0.2.1",)),
    ],
)
def test_the_hosts_file_counts_where_programs_look_there(
    tmp_path: Path, switch: str | None, expected: tuple[str, ...]
) -> None:
    files = {"/etc/hosts": "192.0.2.1 portal.example\n"} | ({"/etc/nsswitch.conf": switch} if switch else {})
    assert linux.hosts_file(computer("linux", tmp_path, files=files), "portal.example") == expected


# ---- trust -------------------------------------------------------------------------------------

BLOCKS = [
    block + "-----END CERTIFICATE-----\n"
    for block in certifi.contents().split("-----END CERTIFICATE-----")[:-1]
]


def test_the_first_bundle_of_the_distributions_is_the_store(tmp_path: Path) -> None:
    files = {
        "/etc/pki/tls/certs/ca-bundle.crt": "".join(BLOCKS[:3]),
        "/etc/ssl/certs/00000000.0": BLOCKS[4],
    }
    environment = computer("linux", tmp_path, files=files)
    os.utime(tmp_path / "etc/pki/tls/certs/ca-bundle.crt", (1_700_000_000, 1_700_000_000))
    roots = linux.system_roots(environment)
    assert (len(roots.certificates), roots.complete, roots.newest) == (3, True, 1_700_000_000)


def test_without_a_bundle_the_folder_is_read_as_openssl_does(tmp_path: Path) -> None:
    files = {
        "/etc/ssl/certs/0a1b2c3d.0": BLOCKS[0],
        "/etc/ssl/certs/0a1b2c3d.1": BLOCKS[1],
        "/etc/ssl/certs/Name.pem": BLOCKS[2],
        "/etc/ssl/certs/ffffffff.0": "damaged",
    }
    assert len(linux.system_roots(computer("linux", tmp_path, files=files)).certificates) == 2


def test_openssls_variables_go_first(tmp_path: Path) -> None:
    files = {
        "/etc/ssl/certs/ca-certificates.crt": "".join(BLOCKS[:5]),
        "/own/bundle.pem": BLOCKS[6],
        "/own/certs/00000000.0": BLOCKS[7],
    }

    def count(**environ: str) -> int:
        return len(linux.system_roots(computer("linux", tmp_path, files=files, environ=environ)).certificates)

    assert count(SSL_CERT_FILE="/own/bundle.pem") == 1
    assert count(SSL_CERT_FILE="/own/bundle.pem", SSL_CERT_DIR="/own/certs:/missing") == 2
    assert count(SSL_CERT_DIR="/own/certs") == 6


def test_an_empty_store_is_not_called_complete(tmp_path: Path) -> None:
    roots = linux.system_roots(computer("linux", tmp_path, files={"/etc/ssl/cert.pem": "nothing"}))
    assert (roots.certificates, roots.complete, roots.newest) == ((), False, None)
