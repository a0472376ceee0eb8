"""After public bug reports. Both families of addresses, and own routes."""

from __future__ import annotations

from typing import Any

from portalcheck.demo.certificates import Issued
from portalcheck.demo.servers import Peer, Serve
from tests.lab import boxes, names, steps
from tests.lab.row import TROUBLE, Row, cause
from tests.lab.steps import Step
from tests.lab.world import World, status

NOBODYS = "2001:db8:64::/96"
"""A prefix of the network's own."""
ONLY_IPV4 = steps.truth({names.PORTAL: (names.PORTAL_4,), names.IDENTITY: (names.IDENTITY_4,)})
ONLY_IPV6 = steps.truth({names.PORTAL: (names.PORTAL_6,), names.IDENTITY: (names.IDENTITY_6,)})
CARRIER = (boxes.nat64(), ONLY_IPV4)
"""A mobile carrier's network: IPv6 alone with DNS64 and NAT64, and a portal that has IPv4 alone."""
DEAD_IPV4 = steps.block("incoming iifname w0 ip daddr { 198.51.100.0/24, 203.0.113.0/24 } drop")
DEAD_NAT64 = steps.block("incoming iifname w0 ip6 daddr 64:ff9b::/96 drop")
NOT_NO_LINK = cause("no-link", "no-internet", "portal-unreachable")


def healthy(row_id: str, what: str, *fault: Step, shows: tuple[str, ...], **more: Any) -> Row:
    """A row on which nothing may be blamed."""
    usual: dict[str, Any] = {"cause": cause("none"), "code": 0, "innocent": NOT_NO_LINK}
    return Row(id=row_id, what=what, fault=fault, shows=shows, **{**usual, **more})


def broken(row_id: str, what: str, *fault: Step, causes: frozenset[str], **more: Any) -> Row:
    """A row with a fault; the network's other ways work."""
    usual: dict[str, Any] = {"innocent": NOT_NO_LINK - causes, "shows": ("tls portal",)}
    return Row(id=row_id, what=what, fault=fault, cause=causes, **{**usual, **more})


def six_without_translation(world: World) -> None:
    """IPv6 alone, without a way to IPv4; the settings' neutral DNS server has IPv6."""
    world.patient_ip("-4 address flush dev eth0")
    world.patient.name_servers = [names.OWN_DNS_6]
    world.patient.settings["network"]["resolvers"] = [names.NEUTRAL_DNS_6]


def clat(world: World) -> None:
    """464XLAT: IPv4 by an address of RFC 7335, which the system translates itself."""
    world.shell("ip route add 192.0.0.4/32 dev w0")
    world.patient_ip(
        "-4 address flush dev eth0",
        "address add 192.0.0.4/32 dev eth0",
        f"route add default via {names.GATE_4} dev eth0 onlink src 192.0.0.4",
    )
    world.patient.name_servers = [names.OWN_DNS_6]


def link_local_only(world: World) -> None:
    """An address of its own making in place of IPv4 (RFC 3927), as where no DHCP server answers."""
    world.patient_ip("address add 169.254.7.7/16 dev eth0")


def single_address(world: World) -> None:
    """Mobile broadband: a /32 address, and a gateway that is on-link by word alone."""
    world.patient_ip(
        f"address del {names.PATIENT_4}/28 dev eth0",
        f"address add {names.PATIENT_4}/32 dev eth0",
        f"route add default via {names.GATE_4} dev eth0 onlink",
    )


def large_vanish(rules: str) -> Step:
    """Packets to the patient that are larger than the least of IPv6 vanish, and nobody is told."""
    return steps.block(
        "\n".join(f"outgoing oifname w0 {rule} meta length > 1280 drop" for rule in rules.split(";"))
    )


def silent_edge(address: str, port: int) -> Serve | None:
    """The identity host's IPv6 edge takes connections and says nothing."""
    return Peer.ignore if address == names.IDENTITY_6 and port == 443 else None


def silent_six_edge(world: World) -> None:
    world.servers.middle = silent_edge


def expired(world: World) -> Issued:
    """A certificate that has run out."""
    return world.pki.leaf(names.PORTAL, days=(-60, -3))


FAMILIES = (
    broken(
        "N09",
        "the only DNS server has an IPv6 address, and IPv6 is dead",
        steps.name_servers(names.OWN_DNS_6),
        steps.block("incoming iifname w0 meta nfproto ipv6 meta l4proto { tcp, udp } drop"),
        causes=cause("dns-down"),
        shows=("dns-setting", "name portal"),
    ),
    healthy(
        "N20",
        "this computer makes IPv6 unreachable, as a VPN for IPv4 alone does",
        lambda world: world.patient_ip("-6 route flush default", "-6 route add unreachable default"),
        shows=("routes",),
    ),
    broken(
        "N23",
        "IPv6 alone with NAT64, and a DNS server that makes no addresses behind it",
        boxes.no_dns64,
        setting=CARRIER,
        causes=cause("ipv4-broken", "dns-broken"),
        shows=("name portal",),
    ),
    healthy("N24", "464XLAT: IPv4 by 192.0.0.4, the DNS server by IPv6", clat, ONLY_IPV4, shows=("link",)),
    broken(
        "N26",
        "IPv6 alone, and large packets vanish behind the NAT64",
        large_vanish("ip6 saddr 64:ff9b::/96"),
        setting=CARRIER,
        causes=cause("mtu", "ipv6-broken"),
    ),
    healthy(
        "N27", "NAT64 with a prefix of the network's own", boxes.nat64(NOBODYS), ONLY_IPV4, shows=("link",)
    ),
    broken(
        "N28",
        "DS-Lite: the provider's IPv4 is down, and the portal has IPv4 alone",
        DEAD_IPV4,
        setting=(ONLY_IPV4, steps.name_servers(names.OWN_DNS_6)),
        causes=cause("ipv4-broken"),
        ref="error-4",
    ),
    broken(
        "N30",
        "the identity host's IPv6 edge takes connections and says nothing",
        silent_six_edge,
        causes=cause("ipv6-broken"),
        shows=("tls identity",),
        contacts=TROUBLE | {"gateway"},
    ),
    healthy("N31", "IPv6 alone, and a 169.254 address", boxes.nat64(), link_local_only, shows=("link",)),
    healthy("N32", "a /32 address and a gateway on-link", single_address, shows=("link",)),
    broken(
        "N73",
        "IPv6 alone, and the portal answers 503",
        steps.application(names.IDENTITY, status(503)),
        setting=CARRIER,
        causes=cause("portal-error"),
        shows=("page identity",),
    ),
    broken(
        "N75",
        "IPv6 alone, and connections that name the portal are reset",
        steps.refuses_name(Peer.reset),
        setting=CARRIER,
        causes=cause("tls-blocked"),
    ),
    broken(
        "N76",
        "IPv6 alone, and the DNS server is silent",
        steps.system_dns("silent"),
        setting=CARRIER,
        causes=cause("dns-down"),
        shows=("name portal",),
    ),
    broken(
        "N97",
        "a DNS server that fails for all names but its own",
        steps.system_dns("servfail"),
        causes=cause("vpn-breaks", "dns-broken"),
        shows=("tls portal",),
    ),
    healthy(
        "N98",
        "IPv6 alone without DNS64, and hosts entries behind the translator",
        boxes.nat64(),
        boxes.no_dns64,
        ONLY_IPV4,
        steps.hosts(f"{names.NAT64_PORTAL} {names.PORTAL}", f"{names.NAT64_IDENTITY} {names.IDENTITY}"),
        shows=("hosts",),
    ),
    broken(
        "N102",
        "IPv6 alone, and large packets vanish on native IPv6 too",
        large_vanish("ip6 saddr 64:ff9b::/96;ip6 saddr 2001:db8::/32"),
        setting=CARRIER,
        causes=cause("mtu", "ipv6-broken"),
    ),
    healthy(
        "N103",
        "IPv6 alone, and all names but the portal's have IPv4 alone",
        boxes.nat64(),
        steps.truth({name: names.ZONE[name][:1] for name in (*names.CANARIES, names.OPEN)}),
        shows=("link", "name canary"),
    ),
    broken(
        "N119",
        "IPv6 alone, connections that name the portal are reset, and the settings name an IPv6 server",
        steps.refuses_name(Peer.reset),
        setting=(*CARRIER, steps.network(resolvers=[names.NEUTRAL_DNS_4, names.NEUTRAL_DNS_6])),
        causes=cause("tls-blocked"),
    ),
    # ---- of our own
    broken(
        "L01",
        "IPv6 alone, and the DNS server answers SERVFAIL",
        steps.system_dns("servfail"),
        setting=CARRIER,
        causes=cause("dns-broken"),
        shows=("name portal",),
    ),
    broken(
        "L02",
        "IPv6 alone, and a filter gives no address for the portal",
        steps.lie({names.PORTAL: names.SINKHOLES}),
        setting=CARRIER,
        causes=cause("dns-filtered"),
        shows=("name portal",),
    ),
    broken(
        "L03",
        "IPv6 alone, and the portal says nothing",
        steps.block("incoming iifname w0 ip6 daddr { 64:ff9b::c633:640a, 64:ff9b::c633:6414 } drop"),
        setting=CARRIER,
        causes=cause("portal-unreachable"),
    ),
    broken(
        "L04",
        "IPv6 alone, and the portal's certificate has run out",
        steps.certificate(expired),
        setting=CARRIER,
        causes=cause("cert-expired"),
    ),
    broken(
        "L05",
        "IPv6 alone, and a Wi-Fi sign-in page is in the way",
        boxes.gateway(boxes.to_login),
        setting=CARRIER,
        causes=cause("captive-portal"),
        contacts=TROUBLE | {"gateway"},
    ),
    broken(
        "L06",
        "IPv6 alone, and port 443 is blocked",
        steps.block("incoming iifname w0 tcp dport 443 drop"),
        setting=CARRIER,
        causes=cause("tcp-blocked"),
    ),
    broken(
        "L07",
        "the translator is dead, and the portal has IPv4 alone",
        DEAD_NAT64,
        setting=CARRIER,
        causes=cause("ipv4-broken"),
        ref="error-4",
    ),
    broken(
        "L08",
        "IPv6 alone, and nothing answers",
        steps.block("incoming iifname w0 ip6 daddr != 2001:db8:1::/64 meta l4proto { tcp, udp } drop"),
        setting=CARRIER,
        causes=cause("no-internet"),
    ),
    broken(
        "L09",
        "IPv6 alone without a translator, and a portal that has IPv4 alone",
        ONLY_IPV4,
        setting=(six_without_translation,),
        causes=cause("ipv4-broken"),
        shows=("name portal",),
    ),
    broken(
        "L10",
        "the portal has IPv6 alone, and IPv6 is dead for everybody",
        steps.block(f"incoming iifname w0 {steps.V6_ALL} drop"),
        setting=(ONLY_IPV6,),
        causes=cause("ipv6-broken"),
        ref="error-4",
    ),
    broken(
        "L11",
        "the portal has IPv4 alone and says nothing; both families work",
        steps.block(f"incoming iifname w0 {steps.V4_PORTAL} drop"),
        setting=(ONLY_IPV4,),
        causes=cause("portal-unreachable"),
        innocent=cause("ipv4-broken", "no-internet", "tcp-blocked"),
    ),
    healthy(
        "L12",
        "DS-Lite without a fault: IPv4 behind the provider's translation",
        ONLY_IPV4,
        shows=("name portal",),
    ),
    healthy(
        "L13",
        "IPv4 is dead, and the portal has IPv6 too",
        DEAD_IPV4,
        steps.name_servers(names.OWN_DNS_6),
        shows=("tcp 198.51.100.10",),
    ),
    healthy(
        "L14",
        "the translator is dead, and the portal has IPv6",
        boxes.nat64(),
        DEAD_NAT64,
        shows=("link",),
    ),
    broken(
        "L17",
        "port 443 is blocked for IPv4 alone, and the portal has IPv4 alone",
        steps.block("incoming iifname w0 meta nfproto ipv4 tcp dport 443 drop"),
        setting=(ONLY_IPV4,),
        causes=cause("tcp-blocked"),
        innocent=cause("portal-unreachable", "ipv4-broken"),
    ),
    healthy("L15", "IPv6 alone with DNS64 and NAT64", *CARRIER, shows=("link", "name portal")),
    broken(
        "L16",
        "NAT64 with a prefix of the network's own that is dead",
        steps.block(f"incoming iifname w0 ip6 daddr {NOBODYS} drop"),
        setting=(boxes.nat64(NOBODYS), ONLY_IPV4),
        causes=cause("ipv4-broken"),
    ),
)


def container_bridge(world: World) -> None:
    """A container program's bridge that has the portal's range."""
    world.patient_ip(
        "link add br-c type bridge",
        "address add 198.51.100.1/24 dev br-c",
        "link set br-c up",
        "link add c0 type veth peer name c1",
        "link set c0 master br-c",
        "link set c0 up",
        "link set c1 up",
    )


def other_bridge(world: World) -> None:
    """The same with a range that nobody else has."""
    world.patient_ip("link add br-c type bridge", "address add 172.17.0.1/16 dev br-c", "link set br-c up")


def same_range_at_home(world: World) -> None:
    """The home network has the range of the hospital's, which the VPN would lead to."""
    world.patient_ip("address add 198.51.100.200/24 dev eth0")


ROUTES = (
    broken(
        "N16",
        "a container bridge of this computer has the portal's range",
        container_bridge,
        setting=(boxes.only_ipv4,),
        causes=cause("route-conflict"),
        ref="step-6",
    ),
    broken(
        "N22",
        "the home network has the range of the hospital's: the portal behind the VPN is looked for at home",
        same_range_at_home,
        lambda world: world.shell("sysctl -qw net.ipv4.conf.w0.arp_ignore=1"),
        setting=(boxes.only_ipv4, boxes.openvpn("198.51.100.0/24 metric 50")),
        causes=cause("route-conflict", "vpn-breaks"),
        ref="step-6",
    ),
    broken(
        "N81",
        "a VPN that is gone left the portal's range on a dead gateway",
        lambda world: world.patient_ip("route add 198.51.100.0/24 via 192.0.2.7"),
        setting=(boxes.only_ipv4,),
        causes=cause("route-conflict", "vpn-breaks"),
        ref="step-6",
    ),
    broken(
        "L20",
        "a blackhole for the portal's range was left behind",
        lambda world: world.patient_ip("route add blackhole 198.51.100.0/24"),
        setting=(boxes.only_ipv4,),
        causes=cause("route-conflict"),
        ref="step-6",
    ),
    broken(
        "L21",
        "a route to a dead gateway and, of IPv6, a blackhole were left behind",
        lambda world: world.patient_ip(
            "route add 198.51.100.0/24 via 192.0.2.7", "-6 route add blackhole 2001:db8:2::/48"
        ),
        causes=cause("route-conflict"),
        ref="step-6",
    ),
    healthy(
        "L22",
        "a container bridge with a range of its own",
        other_bridge,
        shows=("link",),
    ),
    healthy(
        "L23",
        "a route for the portal alone by the gateway that leads to the world",
        lambda world: world.patient_ip(f"route add {names.PORTAL_4} via {names.GATE_4}"),
        setting=(boxes.only_ipv4,),
        shows=("routes",),
    ),
    healthy(
        "L24",
        "a split tunnel that carries the portal alone",
        boxes.openvpn("198.51.100.0/24"),
        setting=(boxes.only_ipv4,),
        shows=("routes",),
    ),
    broken(
        "L25",
        "a split tunnel that works, and the portal says nothing",
        steps.block(steps.gone("drop")),
        setting=(boxes.only_ipv4, boxes.openvpn("198.51.100.0/24")),
        causes=cause("portal-unreachable"),
        innocent=cause("route-conflict", "vpn-breaks"),
    ),
    healthy(
        "L26",
        "a dead route of IPv4, and IPv6 leads to the portal",
        lambda world: world.patient_ip("route add 198.51.100.0/24 via 192.0.2.7"),
        shows=("routes",),
    ),
    broken(
        "L27",
        "a host route that works by the world's gateway, and the portal says nothing",
        steps.block(steps.gone("drop")),
        setting=(
            boxes.only_ipv4,
            lambda world: world.patient_ip(f"route add {names.PORTAL_4} via {names.GATE_4}"),
        ),
        causes=cause("portal-unreachable"),
        innocent=cause("route-conflict"),
    ),
    broken(
        "L28",
        "a full tunnel, a route for the portal beside it that works, and the portal says nothing",
        steps.block(steps.gone("drop")),
        setting=(
            boxes.only_ipv4,
            boxes.openvpn(*boxes.FULL),
            lambda world: world.patient_ip(f"route add {names.PORTAL_4} via {names.GATE_4}"),
        ),
        causes=cause("portal-unreachable"),
        innocent=cause("route-conflict", "vpn-breaks"),
    ),
    healthy(
        "L29",
        "a full tunnel, and a route for the portal beside it that works",
        lambda world: world.patient_ip(f"route add {names.PORTAL_4} via {names.GATE_4}"),
        setting=(boxes.only_ipv4, boxes.openvpn(*boxes.FULL)),
        shows=("routes",),
    ),
)

ROWS: tuple[Row, ...] = (*FAMILIES, *ROUTES)
