"""What kind of link a network interface is, by its name and addresses alone."""

from __future__ import annotations

import ipaddress
import re

import msgspec

from portalcheck.facts import InterfaceKind
from portalcheck.machine.environment import InterfaceState


class InterfaceFacts(msgspec.Struct, frozen=True):
    """What a system knows of an interface: its kind, and words of its driver that may name a product."""

    kind: InterfaceKind
    words: str = ""


_BY_NAME = (
    (InterfaceKind.LOOPBACK, r"lo\d*|loopback.*"),
    (
        InterfaceKind.TUNNEL,
        r"(u?tun|tap|wg|ppp|ipsec|vpn|vti|xfrm|gre|sit|ip6tnl|tunl|l2tp|svpn|zt|wt|gpd|feth)\d.*"
        r"|(tailscale|nordlynx|nordtun|proton|cscotun|tunsnx|wg-|wgpia|surfshark|cloudflarewarp|zcctun).*",
    ),
    (
        InterfaceKind.VIRTUAL,
        r"(docker|br-|bridge|virbr|veth|vnet|vmnet|vmenet|vnic|vboxnet|lxc|lxd|incus|cni|flannel|cali|podman"
        r"|dummy|ifb|kube|ap|awdl|llw|anpi|p2p|vethernet).*",
    ),
    (InterfaceKind.WIFI, r"(wl|wifi|wi-fi|ath\d).*"),
    (InterfaceKind.ETHERNET, r"(eth|en|em|usb|bond|team|br|macvlan|vlan|ethernet).*"),
)


def by_name(name: str, link: InterfaceState | None = None) -> InterfaceKind:
    """The kind that an interface's name suggests; LOOPBACK if it has loopback addresses alone."""
    if link and link.addresses and all(ipaddress.ip_address(text).is_loopback for text in link.addresses):
        return InterfaceKind.LOOPBACK
    for kind, pattern in _BY_NAME:
        if re.fullmatch(pattern, name.lower()):
            return kind
    return InterfaceKind.OTHER


def reaches_out(link: InterfaceState) -> bool:
    """Whether an interface is up and has an address that is not for its own link only."""
    return link.up and any(not ipaddress.ip_address(text).is_link_local for text in link.addresses)
