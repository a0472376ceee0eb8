from __future__ import annotations

import ipaddress

from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.facts import DnsServer
from portalcheck.machine import scutil

DNS = """\
DNS configuration

resolver #1
  search domain[0] : home.example
  nameserver[0] : fe80::800c:67ff:fe1d:fd64%12d
  nameserver[1] : 192.0.2.1
  if_index : 12 (en0)
  flags    : Request A records, Request AAAA records
  reach    : 0x00020002 (Reachable,Directly Reachable Address)

resolver #2
  domain   : corp.example
  nameserver[0] : 10.1.1.1
  flags    : Supplemental, Request A records
  reach    : 0x00000002 (Reachable)

resolver #3
  domain   : local
  options  : mdns
  timeout  : 5
  flags    : Request A records
  reach    : 0x00000000 (Not Reachable)
  order    : 300000

resolver #4
  nameserver[0] : 127.0.0.1
  port     : 5354
  reach    : 0x00030002 (Reachable,Local Address,Directly Reachable Address)

DNS configuration (for scoped queries)

resolver #1
  search domain[0] : home.example
  nameserver[0] : 192.0.2.99
  if_index : 12 (en0)
  flags    : Scoped, Request A records
"""

SERVICES = """\
Available network connection services in the current set (*=enabled):
* (Disconnected)   940C2D07-8CF4-492C-A7DE-DD50C337149F PPP --> L2TP       "My office"  [PPP:L2TP]
* (Connected)      5D2B8D3C-1D0B-4B0B-8A7A-0E5B8A2F8B0B VPN (com.wireguard.macos) "My Tailscale" [VPN]
  (Invalid)        00000000-0000-0000-0000-000000000000 VPN (com.example)  "x"  [VPN:com.example]
"""


def test_servers_for_names_in_general_are_given_with_their_zone_and_port() -> None:
    assert scutil.dns_servers(DNS) == (
        DnsServer("fe80::800c:67ff:fe1d:fd64%en0"),
        DnsServer("192.0.2.1"),
        DnsServer("127.0.0.1", 5354),
    )


def test_a_computer_without_network_has_no_servers() -> None:
    assert scutil.dns_servers("No DNS configuration available\n") == ()


def test_connected_services_are_given_without_the_name_that_the_user_chose() -> None:
    (service,) = scutil.connected_services(SERVICES)
    assert "com.wireguard.macos" in service
    assert "Tailscale" not in service


@settings(max_examples=150)
@given(st.text(max_size=120) | st.text("resolv #12nameserver[0] :.%\nif_index(en0)port", max_size=150))
def test_any_dns_output_is_survived(text: str) -> None:
    for output in (text, DNS + "\nresolver #9\n" + text, DNS.replace("192.0.2.1", text)):
        for server in scutil.dns_servers(output):
            ipaddress.ip_address(server.address)
            assert 0 < server.port < 65536


@settings(max_examples=150)
@given(st.text(max_size=80))
def test_any_list_of_services_is_survived(text: str) -> None:
    scutil.connected_services(SERVICES + "* (Connected) " + text)
