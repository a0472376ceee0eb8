"""How VPN products show: by the interface's name, by words of its driver or service, by their processes.

A label only: what a VPN does to the route to the portal is found out by a walk. Rows are tried in order, so
a product built on WireGuard or OpenVPN stands before these.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec


class Product(msgspec.Struct, frozen=True):
    """One product. `names` is a pattern of whole interface names, `words` and `programs` are lower case.

    `words` stand anywhere in a driver's description, a service's bundle or an interface's name; `programs`
    are processes (without `.exe`) that run while it is in use.
    """

    label: str
    names: str = ""
    words: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()


PRODUCTS = (
    Product("Tailscale", r"tailscale\d+", ("tailscale",), ("tailscaled", "tailscale", "ipnextension")),
    Product(
        "NordVPN", r"nord(lynx|tun)\d*", ("nordlynx", "nordvpn"), ("nordvpnd", "nordvpn", "nordvpn-service")
    ),
    Product("Mullvad VPN", r"(wg\d*-)?mullvad.*", ("mullvad",), ("mullvad-daemon",)),
    Product(
        "Proton VPN",
        r"(proton|pvpn).*",
        ("protonvpn", "proton vpn"),
        ("protonvpn", "protonvpnservice", "protonvpn-app", "protonvpn.wireguardservice"),
    ),
    Product("Surfshark", r"surfshark.*", ("surfshark",), ("surfshark", "surfshark.service", "surfsharkd")),
    Product("ExpressVPN", r"(expressvpn|xvpn).*", ("expressvpn",), ("expressvpnd", "expressvpn")),
    Product(
        "Private Internet Access", r"wgpia\d*", ("private internet access",), ("pia-daemon", "pia-service")
    ),
    Product("Windscribe", "", ("windscribe",), ("windscribe", "windscribeservice", "windscribe-helper")),
    Product("CyberGhost", "", ("cyberghost",), ("cyberghost", "cyberghost.service")),
    Product("IVPN", "", ("ivpn",), ("ivpn-service", "ivpn agent")),
    Product("Hotspot Shield", "", ("hotspot shield",), ("hsscp",)),
    Product("TunnelBear", "", ("tunnelbear",), ("tunnelbear", "tunnelbear.maintenance")),
    Product(
        "Cloudflare WARP",
        r"cloudflarewarp",
        ("cloudflare warp", "cloudflarewarp", "cloudflare.1dot1dot1dot1"),
        ("warp-svc", "cloudflare warp"),
    ),
    Product(
        "Cisco Secure Client (AnyConnect)",
        r"cscotun\d+",
        ("anyconnect", "cisco secure client", "cisco.acsock"),
        ("vpnagentd", "vpnagent", "csc_vpnagent", "vpnui"),
    ),
    Product("GlobalProtect", r"gpd\d+", ("pangp", "globalprotect"), ("pangps", "pangpa", "globalprotect")),
    Product(
        "FortiClient",
        r"(fct|forti).*",
        ("fortinet", "forticlient"),
        ("fortisslvpnd", "fortisslvpndaemon", "fortivpn", "forticlient", "openfortivpn", "fortitray"),
    ),
    Product("Zscaler", r"zcctun\d+", ("zscaler",), ("zsatunnel", "zscaler", "zstunnel")),
    Product(
        "Ivanti Secure Access (Pulse)",
        "",
        ("juniper networks virtual", "pulse secure", "pulsesecure", "ivanti secure access"),
        ("pulsesvc", "dsaccessservice", "pulsesecure", "pulseui", "ivanti secure access"),
    ),
    Product("NetBird", r"wt\d+|netbird.*", ("netbird",), ("netbird",)),
    Product("ZeroTier", r"zt[a-z0-9]{8,}|feth\d+", ("zerotier",), ("zerotier-one", "zerotier-one_x64")),
    Product(
        "Check Point", r"tunsnx", ("check point virtual", "checkpoint.vpn"), ("snx", "tracsrvwrapper", "trac")
    ),
    Product("F5 BIG-IP Edge", "", ("f5 networks", "f5access"), ("f5fpc", "f5fpclientw", "svpn", "f5vpn")),
    Product("SonicWall", "", ("sonicwall", "netextender"), ("netextender", "nxserver", "swgvc")),
    Product(
        "Citrix Secure Access", "", ("citrix virtual", "citrix.netscalergateway"), ("nsverctl", "nsgclient")
    ),
    Product("Sophos Connect", "", ("sophos",), ("scvpn", "sophosconnect")),
    Product("WatchGuard", "", ("watchguard",), ("wgsslvpnc", "wgsslvpnsrc")),
    Product("Barracuda VPN", "", ("barracuda",), ("barracudavpn", "nacvpn")),
    Product("Netskope", "", ("netskope",), ("nssvc", "stagentsvc", "nsclient")),
    Product("Hamachi", r"ham\d+", ("hamachi",), ("hamachid", "hamachi-2")),
    Product("SoftEther VPN", r"vpn_.*", ("vpn client adapter", "softether"), ("vpnclient", "vpnclient_x64")),
    Product("AdGuard VPN", "", ("adguardvpn", "adguard vpn"), ("adguardvpn", "adguardvpn-cli")),
    Product("Avast SecureLine", "", ("secureline",), ("vpnsvc", "avast secureline vpn")),
    Product("OpenConnect", "", (), ("openconnect", "openconnect-gui")),
    Product("Viscosity", "", ("viscosity",), ("viscosity", "viscosityservice")),
    Product("L2TP, IPsec or PPTP", "", ("ppp:l2tp", "ppp --> l2tp", "[ipsec"), ("charon", "xl2tpd", "pptp")),
    Product(
        "OpenVPN",
        "",
        ("openvpn", "ovpn", "tap-windows", "tap0901"),
        ("openvpn", "openvpn3", "openvpn3-service-client", "openvpnconnect", "tunnelblick"),
    ),
    Product(
        "WireGuard",
        r"wg\d*|wg-.*",
        ("wireguard",),
        ("wireguard", "wireguard-go", "wg-quick", "boringtun", "boringtun-cli"),
    ),
)


def by_interface(name: str, words: str) -> str:
    """The label of the product that an interface's name or driver gives away, or `""`."""
    lower = name.lower()
    for product in PRODUCTS:
        if product.names and re.fullmatch(product.names, lower):
            return product.label
    both = f"{lower} {words.lower()}"
    return next((product.label for product in PRODUCTS if any(word in both for word in product.words)), "")


def by_services(services: Iterable[str]) -> frozenset[str]:
    """The labels of the products whose services are connected."""
    return frozenset(label for label in (by_interface("", service) for service in services) if label)


def by_programs(names: Iterable[str]) -> frozenset[str]:
    """The labels of the products whose processes run."""
    running = {name.lower().removesuffix(".exe") for name in names}
    return frozenset(product.label for product in PRODUCTS if running & set(product.programs))
