"""Macs as their programs describe them, none of which was ever seen: written from documentation and public reports.

Sources: scutil(8), networksetup(8), route(8) and Apple's deployment guides for the forms; public write-ups of
`scutil --dns` under full and split tunnels, of CLAT46 on networks with IPv6 alone (`inet 192.0.0.2`, `nat64 prefix
64:ff9b::`), of the version 16.0 that macOS 26 gives to older programs; the tunnels utun0 to utun3, which a Mac has for
its own services, have addresses of their link alone. Private Relay shows in none of these programs' outputs.
"""

from __future__ import annotations

import plistlib
from collections.abc import Mapping

import msgspec

from portalcheck.machine.environment import InterfaceState
from tests.machine.recorded import up

PORTAL_ADDRESS = "198.51.100.7"
_OWN = {
    "lo0": up("127.0.0.1", "::1", "fe80::1%lo0"),
    "gif0": InterfaceState(up=False, addresses=()),
    "stf0": InterfaceState(up=False, addresses=()),
    "anpi0": InterfaceState(up=True, addresses=()),
    "ap1": InterfaceState(up=True, addresses=()),
    "awdl0": up("fe80::a8bb:ccff:fe00:1%awdl0"),
    "llw0": up("fe80::a8bb:ccff:fe00:1%llw0"),
    "utun0": up("fe80::1111:2222:3333:1%utun0"),
    "utun1": up("fe80::1111:2222:3333:2%utun1"),
}
"""What every Mac has besides its connections."""


class Mac(msgspec.Struct, frozen=True, kw_only=True):
    """What a Mac's programs print, what its files hold, and its interfaces besides those that every one has."""

    version: str
    ports: str
    dns: str
    proxy: str
    route: str
    links: Mapping[str, InterfaceState]
    services: str = "Available network connection services in the current set (*=enabled):\n"
    sw_vers: str | None = None
    browser: str | None = None
    languages: tuple[str, ...] = ("en-US",)
    hosts: str = "127.0.0.1\tlocalhost\n255.255.255.255\tbroadcasthost\n::1             localhost\n"
    processes: frozenset[str] = frozenset()

    @property
    def all_links(self) -> Mapping[str, InterfaceState]:
        """All interfaces, its connections after those that every Mac has."""
        return {**_OWN, **self.links}

    @property
    def files(self) -> Mapping[str, bytes]:
        """Its files by path, with the home of the person as `/Users/pat`."""
        preferences = "/Users/pat/Library/Preferences"
        found = {
            "/System/Library/CoreServices/SystemVersion.plist": plistlib.dumps(
                {"ProductName": "macOS", "ProductVersion": self.version, "ProductBuildVersion": "25B78"}
            ),
            "/etc/hosts": self.hosts.encode(),
            f"{preferences}/.GlobalPreferences.plist": plistlib.dumps(
                {"AppleLanguages": list(self.languages), "AppleLocale": self.languages[0].replace("-", "_")},
                fmt=plistlib.FMT_BINARY,
            ),
        }
        if self.browser is not None:
            handlers = [
                {"LSHandlerContentType": "public.html", "LSHandlerRoleAll": self.browser},
                *(
                    {
                        "LSHandlerURLScheme": scheme,
                        "LSHandlerRoleAll": self.browser,
                        "LSHandlerPreferredVersions": {"LSHandlerRoleAll": "-"},
                    }
                    for scheme in ("http", "https")
                ),
            ]
            place = f"{preferences}/com.apple.LaunchServices/com.apple.launchservices.secure.plist"
            found[place] = plistlib.dumps({"LSHandlers": handlers}, fmt=plistlib.FMT_BINARY)
        return found

    @property
    def commands(self) -> Mapping[str, str | None]:
        """What its programs print, by their command line."""
        return {
            "sw_vers -productVersion": self.sw_vers,
            "networksetup -listallhardwareports": self.ports,
            "scutil --dns": self.dns,
            "scutil --proxy": self.proxy,
            "scutil --nc list": self.services,
            f"route -n get -inet {PORTAL_ADDRESS}": self.route,
        }


_LAPTOP = """
Hardware Port: Ethernet Adapter (en3)
Device: en3
Ethernet Address: 00:00:5e:00:53:13

Hardware Port: Wi-Fi
Device: en0
Ethernet Address: 00:00:5e:00:53:10

Hardware Port: Thunderbolt 1
Device: en1
Ethernet Address: 00:00:5e:00:53:11

Hardware Port: Thunderbolt Bridge
Device: bridge0
Ethernet Address: 00:00:5e:00:53:11

VLAN Configurations
===================
"""
_NO_PROXY = """<dictionary> {
  ExceptionsList : <array> {
    0 : *.local
    1 : 169.254/16
  }
  FTPPassive : 1
}
"""
_MDNS = """
resolver #2
  domain   : local
  options  : mdns
  timeout  : 5
  flags    : Request A records
  reach    : 0x00000000 (Not Reachable)
  order    : 300000

resolver #3
  domain   : 254.169.in-addr.arpa
  options  : mdns
  timeout  : 5
  flags    : Request A records
  reach    : 0x00000000 (Not Reachable)
  order    : 300200
"""


def _dns(servers: str, interface: str, *, more: str = "", scoped: str = "") -> str:
    """The form of `scutil --dns`: resolvers for all, for single domains, and for one interface each."""
    lines = "".join(f"  nameserver[{n}] : {server}\n" for n, server in enumerate(servers.split()))
    first = f"resolver #1\n{lines}  if_index : {interface}\n  flags    : Request A records, Request AAAA records\n"
    own = f"resolver #1\n{lines}  if_index : {interface}\n  flags    : Scoped, Request A records\n"
    reach = "  reach    : 0x00020002 (Reachable,Directly Reachable Address)\n"
    return (
        f"DNS configuration\n\n{first}{reach}{_MDNS}{more}\n"
        f"DNS configuration (for scoped queries)\n\n{own}{reach}{scoped}"
    )


def _route(interface: str, gateway: str) -> str:
    return (
        f"   route to: {PORTAL_ADDRESS}\ndestination: default\n       mask: default\n    gateway: {gateway}\n"
        f"  interface: {interface}\n      flags: <UP,GATEWAY,DONE,STATIC,PRCLONING,GLOBAL>\n"
        " recvpipe  sendpipe  ssthresh  rtt,msec    rttvar  hopcount      mtu     expire\n"
        "       0         0         0         0         0         0      1500         0\n"
    )


HOME = Mac(
    version="15.7.1",
    ports=_LAPTOP,
    dns=_dns("192.168.1.1", "14 (en0)"),
    proxy=_NO_PROXY,
    route=_route("en0", "192.168.1.1"),
    links={"en0": up("192.168.1.23", "fe80::14d2:1%en0", "2001:db8:1:2::23"), "bridge0": up()},
)
"""At home, on Wi-Fi, with Safari."""

ETHERNET_AND_WIFI = Mac(
    version="14.5",
    ports=_LAPTOP,
    dns=_dns(
        "192.168.1.1",
        "20 (en3)",
        scoped="\nresolver #2\n  nameserver[0] : 10.20.0.1\n  if_index : 14 (en0)\n  flags    : Scoped\n",
    ),
    proxy=_NO_PROXY,
    route=_route("en3", "192.168.1.1"),
    links={"en0": up("10.20.3.4"), "en3": up("192.168.1.40"), "bridge0": up()},
    browser="org.mozilla.firefox",
)
"""A cable in one network and Wi-Fi in another: the cable comes first."""

SPLIT_TUNNEL = Mac(
    version="26.1",
    ports=_LAPTOP,
    dns=_dns(
        "192.168.1.1",
        "14 (en0)",
        more="\nresolver #4\n  domain   : clinic.example\n  nameserver[0] : 10.8.0.53\n  if_index : 22 (utun4)\n"
        "  flags    : Supplemental, Request A records\n  reach    : 0x00000003 (Reachable,Transient Connection)\n"
        "  order    : 103600\n",
        scoped="\nresolver #2\n  nameserver[0] : 10.8.0.53\n  if_index : 22 (utun4)\n  flags    : Scoped\n",
    ),
    proxy=_NO_PROXY,
    route=_route("en0", "192.168.1.1"),
    links={"en0": up("192.168.1.23"), "utun4": up("10.8.0.6")},
    services="Available network connection services in the current set (*=enabled):\n"
    "* (Connected)      5D2B8D3C-1D0B-4B0B-8A7A-0E5B8A2F8B0B VPN (com.cisco.anyconnect)"
    ' "Clinic of Pat"                  [VPN:com.cisco.anyconnect]\n',
    browser="com.google.chrome",
)
"""A VPN for the domain of an employer alone."""

FULL_TUNNEL = Mac(
    version="16.0",
    sw_vers="26.1\n",
    ports=_LAPTOP,
    dns=_dns(
        "10.2.0.1",
        "23 (utun5)",
        scoped="\nresolver #2\n  nameserver[0] : 192.168.1.1\n  if_index : 14 (en0)\n  flags    : Scoped\n",
    ),
    proxy=_NO_PROXY,
    route=_route("utun5", "10.2.0.2"),
    links={"en0": up("192.168.1.23"), "utun5": up("10.2.0.2")},
    processes=frozenset({"ProtonVPN", "mDNSResponder"}),
)
"""Everything through a VPN whose service does not name it; and a program that was built before macOS 26."""

MANAGED = Mac(
    version="15.6",
    ports=_LAPTOP,
    dns=_dns("10.0.0.53 10.0.0.54", "20 (en3)"),
    proxy="""<dictionary> {
  ExceptionsList : <array> {
    0 : *.local
    1 : *.corp.example
  }
  HTTPSEnable : 1
  HTTPSPort : 8080
  HTTPSProxy : proxy.corp.example
  ProxyAutoConfigEnable : 1
  ProxyAutoConfigURLString : http://pac.corp.example/proxy.pac
  ProxyAutoDiscoveryEnable : 0
  __SCOPED__ : <dictionary> {
    en3 : <dictionary> {
      ProxyAutoConfigEnable : 1
      ProxyAutoConfigURLString : http://other.corp.example/proxy.pac
    }
  }
}
""",
    route=_route("en3", "10.0.0.1"),
    links={"en0": InterfaceState(up=False, addresses=()), "en3": up("10.0.7.8")},
    hosts="127.0.0.1 localhost\n10.0.0.99 portal.example # by the filter\n",
    services="Available network connection services in the current set (*=enabled):\n"
    "* (Disconnected)   0B0E5B8A-4CF4-492C-A7DE-DD50C337149F VPN (com.zscaler.zscaler)"
    ' "Zscaler"                        [VPN:com.zscaler.zscaler]\n',
    browser="com.microsoft.edgemac",
)
"""By profiles of an employer: a proxy with a script, a line in the hosts file, a VPN that is not connected."""

HOTSPOT = Mac(
    version="15.5",
    ports=_LAPTOP,
    dns=_dns("fd00:976a::9 2001:db8:64::53", "14 (en0)"),
    proxy=_NO_PROXY,
    route=_route("en0", "192.0.0.1"),
    links={
        "en0": up("fe80::14d2:1%en0", "2001:db8:64::23", "192.0.0.2", "2001:db8:64::1:c1a7"),
        "bridge100": up(),
    },
)
"""On a telephone's hotspot with IPv6 alone, where the Mac translates IPv4 itself (CLAT46)."""

SPANISH = Mac(
    version="26.0.1",
    ports=_LAPTOP.replace("Thunderbolt Bridge", "Puente Thunderbolt").replace(
        "Ethernet Adapter", "Adaptador Ethernet"
    ),
    dns=_dns("fe80::1%14 192.168.0.1", "14 (en0)"),
    proxy=_NO_PROXY,
    route=_route("en0", "192.168.0.1"),
    links={"en0": up("192.168.0.12"), "bridge0": up("169.254.7.7")},
    languages=("es-419", "en-US"),
)
"""In Spanish of Latin America, with the router's DNS server by its address of the link, and Private Relay on."""
