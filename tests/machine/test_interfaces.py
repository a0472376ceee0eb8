from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.facts import InterfaceKind
from portalcheck.machine import linux, vpn_products
from portalcheck.machine.environment import InterfaceState
from portalcheck.machine.interface_kind import by_name, reaches_out
from portalcheck.machine.interfaces import interfaces
from portalcheck.machine.platforms import PlatformReader, reader
from tests.machine.recorded import RecordedCommands, computer, down, up

READER: PlatformReader = linux


def products(links: dict[str, InterfaceState], *processes: str) -> dict[str, str]:
    environment = computer("linux", links=links, processes=processes)
    return {each.name: each.product for each in interfaces(environment, READER) if each.product}


def test_interfaces_are_told_in_order_with_all_their_addresses() -> None:
    links = {"lo": up("127.0.0.1", "::1"), "eth0": up("192.0.2.1", "fe80::1%eth0"), "wlan0": down()}
    found = interfaces(computer("linux", links=links), READER)
    assert [(each.name, each.kind, each.up, each.addresses) for each in found] == [
        ("lo", InterfaceKind.LOOPBACK, True, ("127.0.0.1", "::1")),
        ("eth0", InterfaceKind.ETHERNET, True, ("192.0.2.1", "fe80::1%eth0")),
        ("wlan0", InterfaceKind.WIFI, False, ()),
    ]


def test_a_tunnel_is_known_by_its_own_name() -> None:
    links = {"tailscale0": up("100.64.0.1"), "nordlynx": up("10.5.0.2"), "wg0-mullvad": up("10.6.0.2")}
    expected = {"tailscale0": "Tailscale", "nordlynx": "NordVPN", "wg0-mullvad": "Mullvad VPN"}
    assert products(links) == expected


def test_a_nameless_tunnel_is_known_by_the_only_product_that_runs() -> None:
    assert products({"tun0": up("10.8.0.2")}, "openvpn", "bash") == {"tun0": "OpenVPN"}
    assert products({"tun0": up("10.8.0.2")}, "OpenVPN.EXE") == {"tun0": "OpenVPN"}


def test_of_two_products_that_run_none_is_guessed() -> None:
    assert products({"tun0": up("10.8.0.2")}, "openvpn", "vpnagentd") == {}


def test_a_product_with_a_tunnel_of_its_own_is_not_the_other_tunnels() -> None:
    links = {"tailscale0": up("100.64.0.1"), "tun0": up("10.8.0.2")}
    assert products(links, "tailscaled", "openvpn") == {"tailscale0": "Tailscale", "tun0": "OpenVPN"}


@pytest.mark.parametrize("link", [down("10.8.0.2"), up("fe80::1%tun0"), up()])
def test_a_tunnel_that_leads_nowhere_is_nobodys(link: InterfaceState) -> None:
    assert products({"tun0": link}, "openvpn") == {}


@pytest.mark.parametrize(
    "links",
    [{"eth0": up("192.0.2.1")}, {"tailscale0": up("100.64.0.1")}, {"tun0": down("10.8.0.2")}],
)
def test_processes_are_listed_only_for_a_tunnel_that_does_not_say_whose_it_is(
    links: dict[str, InterfaceState],
) -> None:
    def processes() -> frozenset[str]:
        raise AssertionError("asked for processes")

    interfaces(msgspec.structs.replace(computer("linux", links=links), processes=processes), READER)


def test_a_connected_service_of_macos_names_the_product() -> None:
    nc = '* (Connected)  5D2B  VPN (com.nordvpn.macos) "Secret name" [VPN:com.nordvpn.macos]\n'
    run = RecordedCommands({"scutil --nc list": nc})
    links = {"utun0": up("fe80::1%utun0"), "utun4": up("10.5.0.2")}
    environment = computer("macos", links=links, commands=run, processes=["openvpn"])
    found = {each.name: each.product for each in interfaces(environment, reader("macos"))}
    assert found == {"utun0": "", "utun4": "NordVPN"}


def test_a_mac_that_uses_no_tunnel_is_not_asked_for_services() -> None:
    run = RecordedCommands({})
    interfaces(computer("macos", links={"utun0": up("fe80::1%utun0")}, commands=run), reader("macos"))
    assert not any("--nc" in line for line in run.asked)


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("PANGP Virtual Ethernet Adapter Secure", "GlobalProtect"),
        (
            "Cisco AnyConnect Secure Mobility Client Virtual Miniport Adapter",
            "Cisco Secure Client (AnyConnect)",
        ),
        ("Fortinet SSL VPN Virtual Ethernet Adapter", "FortiClient"),
        ("TAP-NordVPN Windows Adapter V9", "NordVPN"),
        ("TAP-ProtonVPN Windows Adapter V9", "Proton VPN"),
        ("TAP-Windows Adapter V9 tap0901", "OpenVPN"),
        ("WireGuard Tunnel", "WireGuard"),
        ("Juniper Networks Virtual Adapter", "Ivanti Secure Access (Pulse)"),
        ("Zscaler Network Adapter 1.0.2.0", "Zscaler"),
        ("Cloudflare WARP Interface Tunnel", "Cloudflare WARP"),
        ("Intel(R) Ethernet", ""),
        ("", ""),
    ],
)
def test_drivers_name_the_product(words: str, label: str) -> None:
    assert vpn_products.by_interface("Ethernet 2", words) == label


def test_the_table_of_products_is_well_formed() -> None:
    labels = [product.label for product in vpn_products.PRODUCTS]
    assert len(set(labels)) == len(labels)
    for product in vpn_products.PRODUCTS:
        re.compile(product.names)
        words = (*product.words, *product.programs)
        assert words
        assert all(word == word.lower().strip() != "" and not word.endswith(".exe") for word in words)


def test_no_process_speaks_for_two_products() -> None:
    programs = [program for product in vpn_products.PRODUCTS for program in product.programs]
    assert len(set(programs)) == len(programs)


@settings(max_examples=150)
@given(st.text(max_size=20), st.text(max_size=40))
def test_any_name_is_survived(name: str, words: str) -> None:
    by_name(name)
    vpn_products.by_interface(name, words)


def test_link_local_addresses_do_not_reach_out() -> None:
    assert not reaches_out(up("169.254.1.1", "fe80::1%en0"))
    assert not reaches_out(down("192.0.2.1"))
    assert reaches_out(up("fe80::1", "2001:db8::1"))
