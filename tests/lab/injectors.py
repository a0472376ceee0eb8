"""What the generator puts into a world: faults, each with the cause that it must lead to, and oddities that do no harm.

An injector says which parts of the world it takes for itself, so that any two that share none may stand together.
"""

from __future__ import annotations

import enum
import ssl
from collections.abc import Iterable
from functools import partial

import dns.message
import dns.rcode
import h2.errors
import msgspec

from portalcheck.demo import web
from portalcheck.demo.servers import Peer, Serve
from tests.lab import (
    boxes,
    hellos,
    http2,
    names,
    real_nginx,
    revocation,
    rows_a,
    rows_b,
    rows_c,
    rows_e,
    rows_f,
    rows_gh,
    steps,
)
from tests.lab import reports_between as between
from tests.lab import reports_both_families as families
from tests.lab.browsers import firefox, some
from tests.lab.patient import NETNS
from tests.lab.row import cause
from tests.lab.steps import Step
from tests.lab.world import World, redirect, sign_in, status

DAY_S = 86_400


class Layer(enum.IntEnum):
    """How far a browser comes before it meets a fault; nothing behind that can be seen on the same way."""

    ADDRESS = enum.auto()
    LINK = enum.auto()
    WAY_OUT = enum.auto()
    PROXY = enum.auto()
    NAME = enum.auto()
    ROUTE = enum.auto()
    CONNECTION = enum.auto()
    HANDSHAKE = enum.auto()
    CERTIFICATE = enum.auto()
    PAGE = enum.auto()
    SIGN_IN = enum.auto()
    BROWSER = enum.auto()


PORTAL = frozenset({"portal"})
IDENTITY = frozenset({"identity"})
BOTH = PORTAL | IDENTITY
WORLD = BOTH | {"neutral"}


class Injector(msgspec.Struct, frozen=True, kw_only=True):
    """A fault or, without a `cause`, an oddity that does no harm.

    `parts` are what it takes of the world, `not_with` further parts or ids that it cannot stand beside (its own
    step would not work, or the contract does not say what must come of it). `hosts` are those that it concerns.
    `warns`: it hurts, and does not stop sign-in. `either` are causes that may be named before it or after it,
    `blinds` those that cannot be proved beside it. Steps are taken in the order of `phase`.
    """

    id: str
    what: str
    steps: tuple[Step, ...]
    cause: frozenset[str] = frozenset()
    layer: Layer = Layer.BROWSER
    parts: frozenset[str]
    not_with: frozenset[str] = frozenset()
    hosts: frozenset[str] = WORLD
    warns: bool = False
    either: frozenset[str] = frozenset()
    blinds: frozenset[str] = frozenset()
    phase: int = 5


def compatible(one: Injector, other: Injector) -> bool:
    """Whether two may stand in the same world."""
    return not (
        one.id == other.id
        or one.parts & other.parts
        or one.not_with & {other.id, *other.parts}
        or other.not_with & {one.id, *one.parts}
    )


def _set(*words: str) -> frozenset[str]:
    return frozenset(words)


# ---- steps of this table alone -------------------------------------------------------------------

IN = "incoming iifname { w0, tapw, tunw }"
OF_PORTAL_4 = f"ip daddr {{ {', '.join((names.PORTAL_4, names.IDENTITY_4, *names.PORTAL_CDN_4))} }}"
_SIX = (names.PORTAL_6, names.IDENTITY_6, names.NAT64_PORTAL, names.NAT64_IDENTITY)
OF_PORTAL_6 = f"ip6 daddr {{ {', '.join(_SIX)} }}"
OF_IDENTITY_4 = f"ip daddr {{ {', '.join((names.IDENTITY_4, *names.PORTAL_CDN_4))} }}"
OF_IDENTITY_6 = f"ip6 daddr {{ {names.IDENTITY_6}, {names.NAT64_IDENTITY} }}"


def blocked(*rules: str) -> Step:
    """Rules in the network, for all that comes from the patient."""
    return steps.block("\n".join(f"{IN} {rule}" for rule in rules))


def gone(how: str, four: str = OF_PORTAL_4, six: str = OF_PORTAL_6) -> Step:
    """Port 443 of these addresses is taken away."""
    return blocked(*(f"{addresses} tcp dport 443 {how}" for addresses in (four, six)))


NO_OTHER_DNS = blocked(f"ip daddr {names.NEUTRAL_DNS_4} drop", f"ip6 daddr {names.NEUTRAL_DNS_6} drop")
SILENT = blocked(f"ip daddr {names.GATE_4} accept", "meta l4proto { tcp, udp } drop")
ROUTER_ALONE = blocked(
    f"ip daddr {{ {names.GATE_4}, {names.OWN_DNS_4} }} accept",
    f"ip6 daddr {names.OWN_DNS_6} accept",
    "meta l4proto { tcp, udp } drop",
)
SHARED = steps.network(share_portal_name=True)


def no_route(world: World) -> None:
    """No route leads on, in either family."""
    world.shell(f"ip -n {NETNS} route flush default; ip -n {NETNS} -6 route flush default")


def fails_for_portal(rcode: dns.rcode.Rcode) -> Step:
    """This answer for the portal's name alone."""

    def change(response: dns.message.Message) -> dns.message.Message:
        if response.question[0].name.to_text(omit_final_dot=True).lower() == names.PORTAL:
            response.answer.clear()
            response.set_rcode(rcode)
        return response

    return steps.tweak(change)


def search(*suffixes: str, ndots: int) -> Step:
    """Search domains of resolv.conf."""
    text = f"search {' '.join(suffixes)}\noptions ndots:{ndots}"
    return lambda world: setattr(world.patient, "resolv_options", text)


def only_tls12(world: World) -> None:
    """The portal's servers speak TLS 1.2 and nothing newer."""
    for context in (*world.portal.contexts.values(), world.portal.otherwise):
        context.maximum_version = ssl.TLSVersion.TLSv1_2


def plain_http(peer: Peer) -> None:
    """A filter's page in plain HTTP."""
    web.serve(web.blocked, peer)


def closes(peer: Peer) -> None:
    """The connection is closed without a word."""
    peer.socket.close()


_GOOD_4 = f"http://{names.PROXY_4}:{names.PROXY_PORT}"
_PROXIED = boxes.proxy_for_programs()
_TUNNEL = boxes.openvpn(*boxes.FULL)
_NEEDS_4 = _set("only-ipv6", "nat64", "carrier", "dead-ipv4", "translator-dead")
_ALIKE = _set("tcp-blocked", "portal-unreachable")
"""Where the right address fails as the false one does, nothing is shown of either."""
_ANSWERS = _set("443-refused", "portal-refuses", "identity-refuses", "hosts-stale")
"""Whose refusal shows that packets get out."""
_TUNNELS = _set("vpn-full", "vpn-mtu", "vpn-selective")
_NO_NEUTRAL_DNS = _set("dns-denies", "block-page", "false-address", "no-such-name")
_NGINX = _set("cert:portal", "cert:identity", "page:portal", "page:identity", "around", "tls12", "speak")
_BESIDE_NGINX = _NEEDS_4 | {"middle", "address", "routes", "by-proxy", "rotating", "cdn", "wire"}
_DIRECT = _set("own-dns", "resolv", "name:portal", "name:identity", "hosts:portal", "hosts:identity")
_CERTIFICATES = _set("cert:portal", "cert:identity")
_PAGES = _set("page:portal", "page:identity")


def _fault(
    injector_id: str, what: str, named: str, layer: Layer, *fault: Step, parts: Iterable[str], **more: object
) -> Injector:
    return Injector(
        id=injector_id,
        what=what,
        cause=cause(*named.split()),
        layer=layer,
        steps=fault,
        parts=frozenset(parts),
        **more,  # type: ignore[arg-type]  # the fields of an injector
    )


def _odd(injector_id: str, what: str, *oddity: Step, parts: Iterable[str], **more: object) -> Injector:
    return Injector(id=injector_id, what=what, steps=oddity, parts=frozenset(parts), **more)  # type: ignore[arg-type]  # the fields of an injector


# ---- faults --------------------------------------------------------------------------------------

_LINK = (
    _fault(
        "lookalike",
        "the address is an imitation",
        "lookalike",
        Layer.ADDRESS,
        steps.profile(protect=[names.PORTAL]),
        steps.address_given("https://portal.lab.example.login.test/signin"),
        parts={"argument"},
    ),
    _fault(
        "link-down",
        "the interface is down",
        "no-link",
        Layer.LINK,
        lambda world: world.patient_ip("link set eth0 down"),
        parts={"link"},
        not_with=_set("routes", "idle"),
        phase=9,
    ),
    _fault(
        "no-route",
        "no route leads on",
        "no-link",
        Layer.LINK,
        no_route,
        parts={"link"},
        not_with=_set("routes"),
        phase=9,
    ),
    _fault(
        "all-silent",
        "everything is silent",
        "no-internet",
        Layer.WAY_OUT,
        SILENT,
        parts={"way-out"},
        not_with=_ANSWERS | _set("routes", "link"),
    ),
    _fault(
        "router-alone",
        "the router answers names, and nothing beyond it",
        "no-internet",
        Layer.WAY_OUT,
        ROUTER_ALONE,
        parts={"way-out"},
        not_with=_ANSWERS | _set("routes", "link", "by-proxy", "own-dns", "resolv"),
    ),
    _fault(
        "own-firewall",
        "this computer's own firewall lets nothing out",
        "tcp-blocked",
        Layer.LINK,
        steps.block("outgoing oifname != lo reject with icmpx type admin-prohibited", patient=True),
        parts={"way-out"},
        not_with=_set("routes", "link"),
    ),
    _fault(
        "own-drop",
        "this computer drops everything that leaves",
        "tcp-blocked",
        Layer.LINK,
        steps.block("outgoing oifname != lo drop", patient=True),
        parts={"way-out"},
        not_with=_set("routes", "link"),
    ),
    _fault(
        "captive-selective",
        "a Wi-Fi lets neutral hosts through, and has its own certificate for the portal",
        "captive-portal",
        Layer.CONNECTION,
        boxes.gateway(boxes.to_login, "certificate", spared=between.NEUTRAL_SPARED),
        parts={"way-out", "middle", "address", "around"},
        not_with=_set(
            "own-dns", "name:portal", "link", "proxy", "routes", "v6way", "hosts:portal", "hosts:identity"
        ),
        hosts=BOTH,
        phase=6,
    ),
    _fault(
        "captive",
        "plain HTTP is redirected to a sign-in page of the network",
        "captive-portal",
        Layer.WAY_OUT,
        boxes.gateway(boxes.to_login, "reset"),
        NO_OTHER_DNS,
        parts={"way-out", "middle"},
        not_with=_set("link", "by-proxy", "pac", "vpn-full", "vpn-split", "vpn-dead", "vpn-selective"),
        phase=6,
    ),
    _fault(
        "captive-certificate",
        "a sign-in page of the network, and the gateway's certificate for every host",
        "captive-portal",
        Layer.WAY_OUT,
        boxes.gateway(boxes.login_page, "certificate"),
        NO_OTHER_DNS,
        parts={"way-out", "middle"},
        not_with=_set("link", "by-proxy", "pac", "vpn-full", "vpn-split", "vpn-dead", "vpn-selective"),
        phase=6,
    ),
)

_PROXY = (
    _fault(
        "proxy-refuses",
        "a proxy is set that refuses connections",
        "proxy-down",
        Layer.PROXY,
        boxes.proxy_for_programs(rows_f.DEAD),
        parts={"proxy"},
        not_with=_NEEDS_4 | {"routes"},
    ),
    _fault(
        "proxy-silent",
        "a proxy is set that says nothing",
        "proxy-down",
        Layer.PROXY,
        _PROXIED,
        blocked(f"ip daddr {names.PROXY_4} tcp dport {names.PROXY_PORT} drop"),
        parts={"proxy"},
        not_with=_NEEDS_4 | {"routes"},
    ),
    _fault(
        "proxy-unknown",
        "a proxy is set whose name does not exist",
        "proxy-down",
        Layer.PROXY,
        boxes.proxy_for_programs("http://gone.lab.example:3128"),
        parts={"proxy"},
        not_with=_NEEDS_4 | {"routes", "own-dns", "resolv"},
    ),
    _fault(
        "proxy-login",
        "the proxy wants a login",
        "proxy-auth",
        Layer.PROXY,
        boxes.tinyproxy("BasicAuth patient secret"),
        _PROXIED,
        parts={"proxy"},
        not_with=_NEEDS_4 | {"routes", "middle"},
        phase=4,
    ),
    _fault(
        "proxy-forbids",
        "the proxy forbids the portal",
        "proxy-blocks",
        Layer.PROXY,
        steps.world_file("forbidden", r"portal\.lab\.example"),
        boxes.tinyproxy('Filter "{folder}/forbidden"', "FilterDefaultDeny No"),
        _PROXIED,
        parts={"proxy"},
        not_with=_NEEDS_4 | {"routes", "middle", "wire"},
        phase=4,
        hosts=PORTAL,
    ),
)

_PROXY_WORDS = (
    _fault(
        "proxy-503",
        "the proxy answers 503 for the portal and lets others pass, and there is no direct way",
        "proxy-blocks",
        Layer.PROXY,
        between.odd_proxy({names.PORTAL: 503}),
        _PROXIED,
        rows_f.NO_DIRECT_WAY,
        parts={"proxy"},
        not_with=_NEEDS_4 | {"routes", "middle", "wire", "name:portal", "name:identity", "link"},
        hosts=PORTAL,
    ),
    _fault(
        "proxy-503-all",
        "the proxy answers 503 for everybody",
        "proxy-blocks",
        Layer.PROXY,
        between.odd_proxy({}, 503),
        _PROXIED,
        parts={"proxy"},
        not_with=_NEEDS_4 | {"routes", "middle", "wire", "link"},
    ),
)

_EVERY_NAME = _set("own-dns", "name:portal", "name:identity")
_NAMES = (
    _fault(
        "dns-silent",
        "the DNS server says nothing",
        "dns-down",
        Layer.NAME,
        steps.system_dns("silent"),
        parts=_EVERY_NAME,
        not_with=_TUNNELS,
        either=_set("hosts-override"),
    ),
    _fault(
        "dns-closed",
        "nothing listens at the DNS server's address",
        "dns-down",
        Layer.NAME,
        steps.name_servers(names.GATE_4),
        parts=_EVERY_NAME | {"resolv"},
        not_with=_NEEDS_4 | _TUNNELS,
        either=_set("hosts-override"),
    ),
    _fault(
        "dns-servfail",
        "the DNS server answers SERVFAIL to everything",
        "dns-broken",
        Layer.NAME,
        steps.system_dns("servfail"),
        parts=_EVERY_NAME,
        either=_set("hosts-override"),
    ),
    _fault(
        "dns-refused",
        "the DNS server answers REFUSED to everything",
        "dns-broken",
        Layer.NAME,
        steps.system_dns("refused"),
        parts=_EVERY_NAME,
        either=_set("hosts-override"),
    ),
    _fault(
        "dns-ring",
        "the DNS server's aliases go round in a ring",
        "dns-broken",
        Layer.NAME,
        steps.tweak(rows_b.aliases_in_a_ring),
        parts=_EVERY_NAME,
        either=_set("hosts-override"),
    ),
    _fault(
        "dns-wrong-id",
        "every answer of the DNS server has a wrong id",
        "dns-down",
        Layer.NAME,
        steps.tweak(rows_b.answer_of_another),
        parts=_EVERY_NAME,
        not_with=_TUNNELS,
        either=_set("hosts-override"),
    ),
    _fault(
        "dns-servfail-portal",
        "the DNS server answers SERVFAIL for the portal alone",
        "dns-broken",
        Layer.NAME,
        fails_for_portal(dns.rcode.SERVFAIL),
        parts={"own-dns", "name:portal"},
        not_with=_set("hosts:portal"),
        hosts=PORTAL,
    ),
    _fault(
        "dns-refused-portal",
        "the DNS server answers REFUSED for the portal alone",
        "dns-broken",
        Layer.NAME,
        fails_for_portal(dns.rcode.REFUSED),
        parts={"own-dns", "name:portal"},
        not_with=_set("hosts:portal"),
        hosts=PORTAL,
    ),
    _fault(
        "sinkhole",
        "a filter answers 0.0.0.0 for the portal",
        "dns-filtered",
        Layer.NAME,
        steps.lie({names.PORTAL: names.SINKHOLES}),
        parts={"name:portal"},
        not_with=_set("hosts:portal"),
        hosts=PORTAL,
    ),
    _fault(
        "sinkhole-loopback",
        "a filter answers 127.0.0.1 for the portal",
        "dns-filtered",
        Layer.NAME,
        steps.lie({names.PORTAL: ("127.0.0.1",)}),
        parts={"name:portal"},
        not_with=_NEEDS_4 | {"hosts:portal"},
        hosts=PORTAL,
    ),
    _fault(
        "sinkhole-identity",
        "a filter answers 0.0.0.0 for the host that the portal redirects to",
        "dns-filtered",
        Layer.NAME,
        steps.lie({names.IDENTITY: names.SINKHOLES}),
        parts={"name:identity"},
        not_with=_set("hosts:identity"),
        hosts=IDENTITY,
    ),
    _fault(
        "dns-denies",
        "the DNS server denies the portal's name, and an independent one knows it",
        "dns-filtered",
        Layer.NAME,
        SHARED,
        steps.lie({names.PORTAL: None}),
        parts={"name:portal"},
        not_with=_set("hosts:portal"),
        hosts=PORTAL,
    ),
    _fault(
        "block-page",
        "the portal's name leads to a filter's page",
        "dns-filtered",
        Layer.NAME,
        SHARED,
        steps.lie({names.PORTAL: (names.BLOCK_4,)}),
        steps.false_site(
            names.BLOCK_4, lambda w: w.pki.leaf(names.BLOCK_PAGE, signer=w.pki.private), web.blocked
        ),
        parts={"name:portal"},
        not_with=_NEEDS_4 | {"hello", "hosts:portal", "address", "wire", "routes", "v6way"},
        hosts=PORTAL,
    ),
    _fault(
        "block-page-plain",
        "the portal's name leads to a filter's page for plain HTTP, with nothing behind port 443",
        "dns-filtered",
        Layer.NAME,
        steps.lie({names.PORTAL: (names.BLOCK_4,)}),
        rows_b.plain_block_page,
        parts={"name:portal"},
        not_with=_NEEDS_4 | {"hosts:portal", "address", "wire", "routes", "v6way"},
        hosts=PORTAL,
    ),
    _fault(
        "false-address",
        "the portal's name leads to an imitation",
        "dns-hijacked",
        Layer.NAME,
        SHARED,
        steps.lie({names.PORTAL: (names.FALSE_4,)}),
        steps.false_site(names.FALSE_4, lambda w: w.pki.self_signed(names.PORTAL), sign_in),
        parts={"name:portal"},
        not_with=_NEEDS_4
        | {"around", "cert:portal", "hello", "hosts:portal", "address", "wire", "routes", "v6way"},
        hosts=PORTAL,
    ),
    _fault(
        "no-such-name",
        "the portal's name exists nowhere",
        "name-wrong",
        Layer.NAME,
        SHARED,
        steps.truth({names.PORTAL: None}),
        parts={"name:portal", "proxy", "own-dns"},
        not_with=_set("hosts:portal", "routes"),
        hosts=PORTAL,
        phase=1,
    ),
    _fault(
        "hosts-stale",
        "a hosts entry has an address that the portal left long ago",
        "hosts-override",
        Layer.NAME,
        steps.hosts(f"{names.OLD_4} {names.PORTAL}"),
        blocked(f"ip daddr {names.OLD_4} reject with icmp type host-unreachable"),
        parts={"hosts:portal"},
        not_with=_NEEDS_4 | {"vpn-dead", "vpn-remains"},
        either=_ALIKE,
        hosts=PORTAL,
    ),
    _fault(
        "hosts-loopback",
        "a hosts entry leads the portal's name to this computer",
        "hosts-override",
        Layer.NAME,
        steps.hosts(f"127.0.0.1 {names.PORTAL}"),
        parts={"hosts:portal"},
        not_with=_NEEDS_4 | {"vpn-dead", "vpn-remains"},
        either=_ALIKE,
        hosts=PORTAL,
    ),
    _fault(
        "hosts-identity",
        "a hosts entry leads the host that the portal redirects to to this computer",
        "hosts-override",
        Layer.NAME,
        steps.hosts(f"127.0.0.1 {names.IDENTITY}"),
        parts={"hosts:identity"},
        not_with=_NEEDS_4 | {"vpn-dead", "vpn-remains"},
        either=_ALIKE,
        hosts=IDENTITY,
    ),
)

_WAY = (
    _fault(
        "vpn-dead",
        "a full tunnel that leads nowhere",
        "vpn-breaks",
        Layer.ROUTE,
        boxes.only_ipv4,
        _TUNNEL,
        rows_f.tunnel_dead,
        parts={"routes", "family", "v6way"},
        not_with=_DIRECT | {"proxy", "wire"},
        phase=0,
    ),
    _fault(
        "vpn-remains",
        "routes lead into a tunnel whose program has ended",
        "vpn-breaks",
        Layer.ROUTE,
        boxes.only_ipv4,
        rows_f.tunnel_left_behind,
        parts={"routes", "family", "v6way"},
        not_with=_DIRECT | {"proxy", "wire"},
        phase=0,
    ),
    _fault(
        "vpn-selective",
        "the VPN's far end does not let people to the portal",
        "vpn-breaks",
        Layer.ROUTE,
        boxes.only_ipv4,
        _TUNNEL,
        steps.block(f'incoming iifname "tunw" {OF_PORTAL_4} drop'),
        parts={"routes", "family", "v6way"},
        not_with=_set("proxy", "wire", "address"),
        phase=0,
        hosts=BOTH,
    ),
    _fault(
        "vpn-dns-dead",
        "a full tunnel, and the DNS server inside it is dead",
        "vpn-breaks",
        Layer.NAME,
        boxes.only_ipv4,
        boxes.openvpn(*boxes.FULL, dns=True),
        rows_f.tunnel_dns_dead,
        parts=_EVERY_NAME | {"routes", "family", "v6way", "resolv"},
        not_with=_DIRECT | {"proxy", "wire", "address"},
        phase=0,
    ),
    _fault(
        "own-bridge",
        "a container bridge of this computer has the portal's range",
        "route-conflict",
        Layer.ROUTE,
        boxes.only_ipv4,
        families.container_bridge,
        parts={"routes", "family", "v6way", "address"},
        not_with=_set("proxy", "hosts:portal", "hosts:identity", "wire"),
        hosts=BOTH,
        phase=0,
    ),
    _fault(
        "own-routes",
        "a route for the portal's range to a dead gateway was left behind",
        "route-conflict vpn-breaks",
        Layer.ROUTE,
        boxes.only_ipv4,
        lambda world: world.patient_ip("route add 198.51.100.0/24 via 192.0.2.7"),
        parts={"routes", "family", "v6way", "address"},
        not_with=_set("proxy", "hosts:portal", "hosts:identity", "wire"),
        hosts=BOTH,
        phase=0,
    ),
    _fault(
        "own-blackhole",
        "a blackhole for the portal's range was left behind",
        "route-conflict",
        Layer.ROUTE,
        boxes.only_ipv4,
        lambda world: world.patient_ip("route add blackhole 198.51.100.0/24"),
        parts={"routes", "family", "v6way", "address"},
        not_with=_set("proxy", "hosts:portal", "hosts:identity", "wire"),
        hosts=BOTH,
        phase=0,
    ),
    _fault(
        "translator-dead",
        "IPv6 alone, the translator is dead, and the portal has IPv4 alone",
        "ipv4-broken",
        Layer.CONNECTION,
        *families.CARRIER,
        blocked("ip6 daddr 64:ff9b::/96 drop"),
        parts={"family", "v6way", "address"},
        not_with=_NO_NEUTRAL_DNS | {"own-dns", "proxy", "hosts:portal", "hosts:identity"},
        hosts=BOTH,
        phase=0,
    ),
    _fault(
        "ipv4-dead",
        "IPv4 is dead for everybody, IPv6 works, and the portal has IPv4 alone",
        "ipv4-broken",
        Layer.CONNECTION,
        families.ONLY_IPV4,
        blocked("ip daddr { 198.51.100.0/24, 203.0.113.0/24 } drop"),
        parts={"family", "v6way", "address"},
        not_with=_NO_NEUTRAL_DNS | {"own-dns", "proxy", "hosts:portal", "hosts:identity", "rotating", "cdn"},
        hosts=BOTH,
        phase=0,
    ),
    _fault(
        "ipv6-dead",
        "IPv6 is dead for everybody, and the portal has IPv6 alone",
        "ipv6-broken",
        Layer.CONNECTION,
        families.ONLY_IPV6,
        blocked(f"{steps.V6_ALL} drop"),
        parts={"family", "v6way", "address"},
        not_with=_set("by-proxy", "hosts:portal", "hosts:identity", "rotating", "cdn"),
        hosts=BOTH,
        phase=0,
    ),
    _fault(
        "vpn-mtu",
        "large packets vanish in the tunnel alone",
        "vpn-breaks",
        Layer.HANDSHAKE,
        boxes.only_ipv4,
        _TUNNEL,
        steps.block("incoming iifname tunw meta length > 700 meta l4proto { tcp, udp } drop"),
        parts={"routes", "family", "v6way"},
        not_with=_set("proxy", "wire", "address", "around", "tls-old", "odd-groups"),
        phase=0,
    ),
    _fault(
        "stopped-here",
        "this computer's own routes forbid the way to the portal",
        "route-conflict",
        Layer.ROUTE,
        rows_c.stopped_here,
        parts={"address", "v6way", "family"},
        not_with=_set("by-proxy", "rotating"),
        hosts=PORTAL,
    ),
    _fault(
        "ipv6-ignores",
        "IPv6 takes connections and lets nothing through",
        "ipv6-broken",
        Layer.CONNECTION,
        rows_c.six_takes_and_ignores,
        parts={"v6way", "family", "middle", "address", "around"},
        not_with=_set("by-proxy"),
    ),
    _fault(
        "ipv6-alone-portal",
        "the portal has an IPv6 address alone, and the network no IPv6",
        "ipv6-broken",
        Layer.CONNECTION,
        boxes.only_ipv4,
        steps.truth({names.PORTAL: (names.PORTAL_6,)}),
        parts={"v6way", "family", "name:portal", "address"},
        not_with=_set("proxy", "hosts:portal"),
        hosts=PORTAL,
        phase=0,
    ),
    _fault(
        "mtu",
        "large packets vanish on the way",
        "mtu",
        Layer.HANDSHAKE,
        boxes.link(largest=700),
        parts={"wire", "address", "around"},
        not_with=_set("routes", "middle", "v6way", "by-proxy"),
        phase=4,
    ),
    _fault(
        "443-silent",
        "port 443 of the whole world is silent",
        "tcp-blocked",
        Layer.CONNECTION,
        blocked("tcp dport 443 drop"),
        parts={"address", "v6way"},
        not_with=_set("by-proxy", "routes"),
    ),
    _fault(
        "443-refused",
        "port 443 of the whole world is refused",
        "tcp-blocked",
        Layer.CONNECTION,
        blocked("tcp dport 443 reject with tcp reset"),
        parts={"address", "v6way"},
        not_with=_set("by-proxy", "routes"),
    ),
)


def _by_name(injector_id: str, what: str, how: object, host: str, **more: object) -> Injector:
    return _fault(
        injector_id,
        what,
        "tls-blocked",
        Layer.HANDSHAKE,
        steps.refuses_name(how, host),  # type: ignore[arg-type]  # what serves a peer
        parts={"around"},
        hosts=PORTAL if host == names.PORTAL else IDENTITY,
        **more,
    )


_BY_NAME = (
    _by_name("name-reset", "connections that name the portal are reset", Peer.reset, names.PORTAL),
    _by_name("name-silent", "connections that name the portal fall silent", Peer.ignore, names.PORTAL),
    _by_name("name-closed", "connections that name the portal are closed", closes, names.PORTAL),
    _by_name("name-plain", "connections that name the portal get plain HTTP", plain_http, names.PORTAL),
    _by_name(
        "identity-reset", "connections that name the identity host are reset", Peer.reset, names.IDENTITY
    ),
    _by_name(
        "identity-mute", "connections that name the identity host fall silent", Peer.ignore, names.IDENTITY
    ),
)
_HANDSHAKE = (
    *_BY_NAME,
    _fault(
        "name-replaced",
        "a box shows its block page in the portal's place",
        "tls-blocked",
        Layer.HANDSHAKE,
        rows_f.only_portal_replaced,
        parts={"around", "cert:portal"},
        hosts=PORTAL,
    ),
    _fault(
        "tls-old",
        "the portal speaks TLS 1.0 and 1.1 only",
        "tls-too-old",
        Layer.HANDSHAKE,
        steps.only_old_tls,
        parts=_CERTIFICATES,
        not_with=_set("name-replaced", *(one.id for one in _BY_NAME)),
        phase=3,
        hosts=BOTH,
    ),
)

_SIZE = (
    _fault(
        "big-reset",
        "a firewall resets every connection to port 443 whose first packet is as large as a browser's",
        "tls-blocked mtu",
        Layer.HANDSHAKE,
        blocked("tcp dport 443 meta length > 1300 reject with tcp reset"),
        parts={"address", "around", "wire"},
        not_with=_set("routes", "middle", "v6way", "by-proxy"),
    ),
    _fault(
        "big-silent",
        "large packets to port 443 vanish on the way out, answers come in whole",
        "mtu tls-blocked",
        Layer.HANDSHAKE,
        blocked("tcp dport 443 meta length > 1300 drop"),
        parts={"address", "around", "wire"},
        not_with=_set("routes", "middle", "v6way", "by-proxy"),
    ),
)


def _hello(injector_id: str, what: str, named: str, dislikes: hellos.Dislikes, how: Serve) -> Injector:
    """A firewall that dislikes a kind of ClientHello, to everybody."""
    return _fault(
        injector_id,
        what,
        named,
        Layer.HANDSHAKE,
        hellos.box(dislikes, how),
        parts={"around", "hello"},
        not_with=_set("tls-old", "odd-groups"),
    )


def _large(offered: hellos.Offered) -> bool:
    return offered.is_large


def _offers_tls_1_3(offered: hellos.Offered) -> bool:
    return offered.has_tls_1_3


def _offers_http_2(offered: hellos.Offered) -> bool:
    return offered.has_http_2


_STREAMS_RESET = http2.reset(h2.errors.ErrorCodes.PROTOCOL_ERROR)
_TWO = ("h2", "http/1.1")
_HELLO = (
    _hello("hello-large", "a firewall resets hellos of two packets", "tls-blocked", _large, Peer.reset),
    _hello(
        "hello-large-mute",
        "a firewall swallows hellos of two packets",
        "tls-blocked mtu",
        _large,
        Peer.ignore,
    ),
    _hello(
        "hello-1-3", "a firewall resets hellos that offer TLS 1.3", "tls-blocked", _offers_tls_1_3, Peer.reset
    ),
    _hello(
        "hello-1-3-mute",
        "a firewall swallows hellos that offer TLS 1.3",
        "tls-blocked",
        _offers_tls_1_3,
        Peer.ignore,
    ),
    _hello(
        "hello-h2", "a firewall resets hellos that offer HTTP/2", "tls-blocked", _offers_http_2, Peer.reset
    ),
    _fault(
        "odd-groups",
        "the portal knows no group but P-521, which Chromium has not",
        "tls-too-old",
        Layer.HANDSHAKE,
        hellos.only(groups="secp521r1"),
        parts=_CERTIFICATES,
        not_with=_set("around"),
        hosts=BOTH,
        phase=3,
    ),
    _fault(
        "portal-large",
        "the portal resets hellos of two packets",
        "tls-too-old",
        Layer.HANDSHAKE,
        hellos.portal(_large, Peer.reset),
        parts=_CERTIFICATES | {"around"},
        not_with=_set("roots", "clock"),
        hosts=BOTH,
    ),
    _fault(
        "portal-1-3",
        "the portal is silent to hellos that offer TLS 1.3",
        "tls-too-old",
        Layer.HANDSHAKE,
        hellos.portal(_offers_tls_1_3, Peer.ignore),
        parts=_CERTIFICATES | {"around"},
        not_with=_set("roots", "clock"),
        hosts=BOTH,
    ),
    _fault(
        "streams-everywhere",
        "something on the way resets every stream of HTTP/2, everybody's",
        "tls-blocked",
        Layer.HANDSHAKE,
        http2.speaks(*_TWO, become=_STREAMS_RESET, canaries=True),
        parts={"speak"},
        # Where there is inspection, it is that which breaks HTTP/2.
        not_with=_set("around", "tls-old", "odd-groups", "neutral", "inspection-untrusted"),
        phase=3,
    ),
)

_AHEAD = _set("cert-expired", "tls-too-old")
_CLOCK = (
    _fault(
        "clock-ahead",
        "the clock is ten weeks ahead",
        "clock-wrong",
        Layer.CERTIFICATE,
        steps.clock(70 * DAY_S),
        parts={"clock"},
        either=_AHEAD,
    ),
    _fault(
        "clock-behind",
        "the clock is three years behind",
        "clock-wrong",
        Layer.CERTIFICATE,
        steps.clock(-3 * 365 * DAY_S),
        parts={"clock"},
        either=_AHEAD,
    ),
    _fault(
        "clock-2-hours",
        "the clock is two hours ahead, the certificate valid",
        "clock-wrong",
        Layer.CERTIFICATE,
        steps.clock(7200),
        parts={"clock"},
        warns=True,
    ),
)

_CERT_MAY = _set("cert-untrusted", "cert-expired", "cert-wrong-name")
_TRUST = (
    _fault(
        "inspection-untrusted",
        "a virus scanner inspects every connection, its root is in no store",
        "intercept-untrusted",
        Layer.CERTIFICATE,
        steps.signed_by("inspection", canaries=True),
        parts=_CERTIFICATES | {"cert:canaries", "roots"},
        blinds=_set("clock-wrong"),
        phase=2,
    ),
    _fault(
        "roots-stale",
        "the system's store is too old for the public root",
        "os-roots-stale",
        Layer.CERTIFICATE,
        steps.roots(system=("private",)),
        parts={"roots", "firefox"},
        not_with=_set("private-root", "block-page"),  # whose root is what the store has
        either=_CERT_MAY,
    ),
    _fault(
        "roots-stale-firefox",
        "the same, with a browser that brings its own roots",
        "os-roots-stale",
        Layer.CERTIFICATE,
        steps.roots(system=("private",)),
        firefox(),
        parts={"roots", "firefox"},
        not_with=_set("private-root", "block-page"),  # whose root is what the store has
        warns=True,
    ),
)


def _certificate(
    injector_id: str, what: str, named: str, host: str, *fault: Step, **more: object
) -> Injector:
    place = "portal" if host == names.PORTAL else "identity"
    return _fault(
        injector_id,
        what,
        named,
        Layer.CERTIFICATE,
        *fault,
        parts={f"cert:{place}"},
        hosts=frozenset({place}),
        phase=2,
        **more,
    )


_CERTIFICATE = (
    _certificate(
        "expired",
        "the certificate expired three days ago",
        "cert-expired",
        names.PORTAL,
        steps.certificate(lambda w: w.pki.leaf(names.PORTAL, days=(-90, -3))),
    ),
    _certificate(
        "not-yet",
        "the certificate is not valid yet",
        "cert-expired",
        names.PORTAL,
        steps.certificate(lambda w: w.pki.leaf(names.PORTAL, days=(5, 90))),
    ),
    _certificate(
        "self-signed",
        "the certificate is signed by itself",
        "cert-untrusted",
        names.PORTAL,
        steps.certificate(lambda w: w.pki.self_signed(names.PORTAL)),
    ),
    _certificate(
        "private-root",
        "the certificate comes from an authority that nobody knows",
        "cert-untrusted",
        names.PORTAL,
        steps.certificate(lambda w: w.pki.leaf(names.PORTAL, signer=w.pki.private)),
    ),
    _certificate(
        "wrong-name",
        "the certificate is for the same name with www",
        "cert-wrong-name",
        names.PORTAL,
        steps.certificate(lambda w: w.pki.leaf(f"www.{names.PORTAL}")),
    ),
    _certificate(
        "identity-expired",
        "the certificate of the host that the portal redirects to expired",
        "cert-expired",
        names.IDENTITY,
        steps.certificate(lambda w: w.pki.leaf(names.IDENTITY, days=(-90, -3)), names.IDENTITY),
    ),
    _certificate(
        "identity-self-signed",
        "the certificate of the host that the portal redirects to is signed by itself",
        "cert-untrusted",
        names.IDENTITY,
        steps.certificate(lambda w: w.pki.self_signed(names.IDENTITY), names.IDENTITY),
    ),
    _certificate(
        "identity-wrong-name",
        "the certificate of the host that the portal redirects to is for another name",
        "cert-wrong-name",
        names.IDENTITY,
        steps.certificate(lambda w: w.pki.leaf("login.elsewhere.example"), names.IDENTITY),
    ),
    _fault(
        "revoked",
        "the certificate is revoked, as the stapled response says",
        "cert-revoked",
        Layer.CERTIFICATE,
        revocation.stapled(revocation.says()),
        parts=_NGINX,
        not_with=_BESIDE_NGINX,
        hosts=PORTAL,
        phase=3,
    ),
    _certificate(
        "client-certificate",
        "the portal wants a client certificate",
        "blocked-by-server",
        names.PORTAL,
        rows_e.client_certificate_requested,
        not_with=_set("speak", "hello"),
    ),
)


def _page(injector_id: str, what: str, named: str, answer: web.Page | object, **more: object) -> Injector:
    return _fault(
        injector_id,
        what,
        named,
        Layer.PAGE,
        steps.application(names.PORTAL, answer),  # type: ignore[arg-type]  # an application
        parts={"page:portal"},
        hosts=PORTAL,
        **more,
    )


def _sign_in_page(injector_id: str, what: str, named: str, answer: object, **more: object) -> Injector:
    return _fault(
        injector_id,
        what,
        named,
        Layer.SIGN_IN,
        steps.application(names.IDENTITY, answer),  # type: ignore[arg-type]  # an application
        parts={"page:identity"},
        hosts=PORTAL,
        **more,
    )


_SERVER = (
    _fault(
        "portal-refuses",
        "the portal refuses connections",
        "portal-unreachable",
        Layer.CONNECTION,
        gone("reject with tcp reset"),
        parts={"address"},
        not_with=_set("by-proxy"),
        hosts=BOTH,
    ),
    _fault(
        "portal-silent",
        "the portal says nothing",
        "portal-unreachable",
        Layer.CONNECTION,
        gone("drop"),
        parts={"address"},
        not_with=_set("by-proxy"),
        hosts=BOTH,
    ),
    _fault(
        "identity-refuses",
        "the host that the portal redirects to refuses connections",
        "portal-unreachable",
        Layer.CONNECTION,
        gone("reject with tcp reset", OF_IDENTITY_4, OF_IDENTITY_6),
        parts={"address"},
        not_with=_set("by-proxy", "hosts:identity"),
        hosts=IDENTITY,
    ),
    _fault(
        "portal-resets",
        "the portal takes connections, and breaks them off under any name",
        "portal-unreachable",
        Layer.CONNECTION,
        rows_c.every_connection(Peer.reset),
        parts={"around"},
        hosts=BOTH,
    ),
    _fault(
        "portal-mute",
        "the portal takes connections, and says nothing over them under any name",
        "portal-unreachable",
        Layer.CONNECTION,
        rows_c.every_connection(Peer.ignore),
        parts={"around"},
        hosts=BOTH,
    ),
    _fault(
        "streams-reset",
        "the portal resets every stream of HTTP/2",
        "portal-error",
        Layer.PAGE,
        http2.speaks(*_TWO, become=_STREAMS_RESET),
        parts={"page:portal", "speak"},
        hosts=PORTAL,
        phase=3,
    ),
    _fault(
        "streams-identity",
        "the host that the portal redirects to resets every stream of HTTP/2",
        "portal-error",
        Layer.SIGN_IN,
        http2.speaks(*_TWO, become=_STREAMS_RESET, host=names.IDENTITY),
        parts={"page:identity", "speak"},
        hosts=PORTAL,
        phase=3,
    ),
    _fault(
        "streams-end",
        "the portal ends every connection of HTTP/2",
        "portal-error",
        Layer.PAGE,
        http2.speaks(*_TWO, become=http2.go_away),
        parts={"page:portal", "speak"},
        hosts=PORTAL,
        phase=3,
    ),
    _page("never-answers", "the portal never answers a request", "portal-unreachable", rows_c.never_answers),
    _page("status-403", "403", "blocked-by-server", status(403)),
    _page("status-451", "451", "blocked-by-server", status(451)),
    _page("challenge", "403 with a challenge", "blocked-by-server", rows_gh.challenge),
    _page("status-503", "503", "portal-error", status(503)),
    _page("status-500", "500", "portal-error", status(500)),
    _page("loop", "redirects in a circle", "redirect-problem", redirect(names.SIGN_IN)),
    _page("endless", "redirects without end", "redirect-problem", rows_gh.endless),
    _page("broken-location", "a redirect that is no address", "redirect-problem", redirect("https://")),
    _sign_in_page("identity-503", "the sign-in page answers 503", "portal-error", status(503)),
    _sign_in_page("identity-403", "the sign-in page answers 403", "blocked-by-server", status(403)),
    _sign_in_page(
        "drips",
        "the sign-in page comes in drops",
        "slow",
        rows_c.drips,
        warns=True,
        not_with=_set("speak"),
    ),
)


def _browser(injector_id: str, what: str, named: str, fault: Step, **more: object) -> Injector:
    return _fault(injector_id, what, named, Layer.BROWSER, fault, parts={"firefox"}, **more)


_TWICE = ((names.PORTAL, "sid", "x" * 40, 30 * DAY_S), (f".{names.PORTAL}", "sid", "y" * 40, 30 * DAY_S))
_BROWSER = (
    _browser(
        "cookies-large",
        "so many cookies that hardly any server takes them",
        "cookies-stale",
        firefox(*some(count=6, length=3400)),
    ),
    _browser("cookies-twice", "a cookie that is kept twice", "cookies-stale", firefox(*_TWICE), warns=True),
    _browser(
        "cookies-refused",
        "Firefox is set to refuse every cookie",
        "cookies-blocked",
        firefox(prefs='user_pref("network.cookie.cookieBehavior", 2);\n'),
    ),
    _browser(
        "firefox-old",
        "a Firefox that gets no updates any more",
        "software-outdated",
        firefox(version="60.0"),
        warns=True,
    ),
)

_MISMATCH = _fault(
    "proxy-left-over",
    "a dead proxy is left over in the environment, the desktop has none",
    "proxy-mismatch",
    Layer.PROXY,
    boxes.kde(0),
    boxes.proxy_for_programs(rows_f.DEAD),
    parts={"proxy", "way-out"},
    # Named only where the direct way works.
    not_with=_NEEDS_4
    | {"routes"}
    | {
        one.id
        for one in (*_NAMES, *_WAY, *_HANDSHAKE, *_SIZE, *_HELLO, *_CLOCK, *_TRUST, *_CERTIFICATE, *_SERVER)
    },
)

FAULTS: tuple[Injector, ...] = (
    *_LINK,
    *_PROXY,
    *_PROXY_WORDS,
    _MISMATCH,
    *_NAMES,
    *_WAY,
    *_HANDSHAKE,
    *_SIZE,
    *_HELLO,
    *_CLOCK,
    *_TRUST,
    *_CERTIFICATE,
    *_SERVER,
    *_BROWSER,
)


def _once_reset(world: World) -> None:
    seen: list[Peer] = []

    def around(serve: Serve) -> Serve:
        def first(peer: Peer) -> None:
            seen.append(peer)
            (Peer.reset if len(seen) == 1 else serve)(peer)

        return first

    world.portal.around = around


# ---- oddities that do no harm ----------------------------------------------------------------------

_BY_PROXY = _DIRECT | _NEEDS_4 | {"address", "middle", "v6way", "routes"}
_DISTURBED = _CERTIFICATES | {
    "around",
    "address",
    "way-out",
    "routes",
    "name:portal",
    "clock",
    "roots",
    "v6way",
}
"""Faults that are told by comparison with neutral hosts, which are disturbed."""
_ODD_WAYS = (
    _odd(
        "proxy-works",
        "a proxy of the environment works",
        boxes.tinyproxy(),
        _PROXIED,
        parts={"by-proxy", "proxy"},
        not_with=_BY_PROXY,
        phase=4,
    ),
    _odd(
        "proxy-alone",
        "a proxy of the environment works, the direct way is blocked",
        boxes.tinyproxy(),
        _PROXIED,
        steps.block("outgoing tcp dport { 80, 443 } reject with tcp reset", patient=True),
        parts={"by-proxy", "proxy"},
        not_with=_BY_PROXY | {"no-intermediate", "way-out"},
        phase=4,
    ),
    _odd(
        "proxy-exempt",
        "a dead proxy is set, but not for the portal",
        boxes.proxy_for_programs(rows_f.DEAD, without=".lab.example"),
        parts={"proxy"},
        not_with=_NEEDS_4 | {"routes", "way-out"},
    ),
    _odd(
        "pac-direct",
        "a PAC file sends everything the direct way",
        boxes.pac('function FindProxyForURL(u, h) { return "DIRECT"; }'),
        parts={"proxy", "pac"},
        not_with=_NEEDS_4 | {"wire", "routes"},
    ),
    _odd(
        "pac-proxy",
        "a proxy named by a PAC file works",
        boxes.tinyproxy(),
        boxes.pac(f'function FindProxyForURL(u, h) {{ return "PROXY {names.PROXY_4}:{names.PROXY_PORT}"; }}'),
        parts={"by-proxy", "proxy", "pac"},
        not_with=_BY_PROXY | {"wire"},
        phase=4,
    ),
    _odd(
        "neutral-dns-blocked",
        "the independent DNS server is blocked",
        NO_OTHER_DNS,
        parts={"neutral-dns"},
        not_with=_NO_NEUTRAL_DNS,
    ),
    _odd(
        "neutral-one-dead",
        "one of the neutral hosts is dead",
        blocked(f"ip daddr {names.CANARY_4[0]} drop", f"ip6 daddr {names.CANARY_6[0]} drop"),
        parts={"neutral"},
    ),
    _odd(
        "asks-always",
        "neutral hosts may always be asked",
        steps.network(contact="always"),
        parts={"contact"},
    ),
    _odd(
        "detects-none",
        "the desktop looks for a proxy, and the network tells of none",
        between.DETECTS,
        parts={"proxy"},
        not_with=_set("rewrites"),
    ),
    _odd(
        "detects-direct",
        "the desktop looks for a proxy, and the network's script names none",
        between.wpad('function FindProxyForURL(u, h) { return "DIRECT"; }'),
        between.DETECTS,
        parts={"proxy", "pac", "options"},
        not_with=_NEEDS_4 | {"wire", "routes"},
        phase=1,
    ),
    _odd(
        "vpn-full",
        "a VPN with a full tunnel",
        boxes.only_ipv4,
        _TUNNEL,
        parts={"routes", "family", "v6way"},
        not_with=_set("proxy"),
        phase=0,
    ),
    _odd(
        "vpn-split",
        "a VPN with a split tunnel, the portal outside it",
        boxes.only_ipv4,
        boxes.openvpn("203.0.113.0/24"),
        parts={"routes", "family", "v6way"},
        not_with=_set("proxy"),
        phase=0,
    ),
    _odd("idle-tunnels", "idle tunnel interfaces", rows_a.idle_tunnels, parts={"idle"}),
    _odd("only-ipv4", "IPv4 alone", boxes.only_ipv4, parts={"family", "v6way"}, phase=0),
    _odd("only-ipv6", "IPv6 alone", boxes.only_ipv6, parts={"family", "v6way"}, phase=0),
    _odd("nat64", "IPv6 alone with DNS64 and NAT64", rows_a.nat64, parts={"family", "v6way"}, phase=0),
    _odd(
        "carrier",
        "a carrier's network: IPv6 alone with DNS64 and NAT64, and a portal that has IPv4 alone",
        *families.CARRIER,
        parts={"family", "v6way"},
        phase=0,
    ),
    _odd(
        "dead-ipv4",
        "IPv4 is silent beyond the network, IPv6 works",
        blocked("ip daddr { 198.51.100.0/24, 203.0.113.0/24 } drop"),
        steps.name_servers(names.OWN_DNS_6),
        parts={"family", "v6way", "resolv", "neutral"},
        not_with=_NO_NEUTRAL_DNS | {"own-dns"},
    ),
    _odd(
        "vpn-portal",
        "a split tunnel that carries the portal alone",
        boxes.only_ipv4,
        boxes.openvpn("198.51.100.0/24"),
        parts={"routes", "family", "v6way"},
        not_with=_set("proxy", "way-out"),
        phase=0,
    ),
    _odd(
        "other-bridge",
        "a container bridge with a range of its own",
        families.other_bridge,
        parts={"bridge"},
        not_with=_set("link"),
    ),
    _odd(
        "own-route",
        "a route for the portal alone by the gateway that leads to the world",
        lambda world: world.patient_ip(f"route add {names.PORTAL_4} via {names.GATE_4}"),
        parts={"own-route"},
        not_with=_NEEDS_4 | {"routes", "link", "stopped-here"},
    ),
    _odd(
        "single-address",
        "a /32 address, and a gateway that is on-link by word alone",
        families.single_address,
        parts={"family", "v6way"},
        not_with=_set("link", "wire", "own-route"),
    ),
    _odd(
        "dead-ipv6",
        "IPv6 is silent, IPv4 works",
        blocked(f"{steps.V6_ALL} drop"),
        parts={"family", "v6way"},
    ),
    _odd(
        "hello-elsewhere",
        "a firewall resets hellos of two packets to everything but the portal",
        hellos.box(_large, Peer.reset, spared=hellos.PORTAL_ADDRESSES),
        parts={"neutral", "hello"},
        not_with=_DISTURBED,
    ),
    _odd(
        "big-reset-elsewhere",
        "a firewall resets large first packets to everything but the portal",
        blocked(
            f"{OF_PORTAL_4} accept",
            f"{OF_PORTAL_6} accept",
            "tcp dport 443 meta length > 1300 reject with tcp reset",
        ),
        parts={"neutral"},
        not_with=_DISTURBED,
    ),
    _odd("delay", "a round trip of 100 ms", boxes.link(delay_s=0.05), parts={"wire"}, phase=4),
    _odd(
        "no-ping",
        "no ping comes through",
        steps.block("incoming icmp type echo-request drop\nincoming icmpv6 type echo-request drop"),
        parts={"ping"},
    ),
)
_ODD_NAMES = (
    _odd(
        "one-address-dead",
        "one of the portal's three addresses is dead",
        boxes.only_ipv4,
        steps.truth({names.PORTAL: names.PORTAL_CDN_4}),
        blocked(f"ip daddr {names.PORTAL_CDN_4[0]} drop"),
        parts={"name:portal", "family", "v6way", "address"},
        not_with=_set("hosts:portal", "cdn", "by-proxy"),
        phase=0,
    ),
    _odd(
        "cdn",
        "a content network: the identity host has several addresses",
        steps.truth({names.IDENTITY: (names.IDENTITY_4, *names.PORTAL_CDN_4)}),
        parts={"name:identity"},
        not_with=_NEEDS_4 | {"ipv6-ignores"},
        phase=1,
    ),
    _odd(
        "rotating",
        "every lookup of the portal gives another address",
        steps.rotating(names.PORTAL, names.PORTAL_CDN_4),
        parts={"name:portal", "own-dns"},
        not_with=_NEEDS_4 | {"hosts:portal", "ipv6-ignores"},
    ),
    _odd(
        "second-dns-dead",
        "a second DNS server that is dead",
        steps.name_servers(names.OWN_DNS_4, names.SECOND_DNS_4),
        parts={"resolv"},
        not_with=_NEEDS_4 | {"routes"},
    ),
    _odd(
        "search",
        "search domains and ndots:5",
        search("corp.example", "eu.corp.example", "lab.example", ndots=5),
        parts={"options"},
    ),
    _odd(
        "hosts-right",
        "a hosts entry that is right",
        steps.hosts(f"{names.PORTAL_4} {names.PORTAL}"),
        parts={"hosts:portal"},
        not_with=_NEEDS_4 | {"name:portal"},
    ),
    _odd(
        "hosts-of-ads",
        "the hosts file leads the neutral hosts to this computer",
        steps.hosts(*(f"0.0.0.0 {host}" for host in (*names.CANARIES, names.OPEN))),
        parts={"neutral"},
        not_with=_set("hello", "around", "speak", "all-silent"),
    ),
    _odd(
        "rewrites",
        "the DNS server has an address for every name that nobody has",
        rows_b.rewrites,
        parts={"own-dns"},
        not_with=_NEEDS_4 | {"dns-denies", "false-address", "options"},
    ),
    _odd("dns-late", "the DNS server answers half a second late", steps.late_dns(0.5), parts={"late"}),
    _odd(
        "dns-by-ipv6",
        "the DNS server is asked by IPv6",
        steps.name_servers(names.OWN_DNS_6),
        parts={"resolv", "v6way", "family"},
    ),
    _odd(
        "no-aaaa",
        "questions for IPv6 addresses fail",
        steps.tweak(steps.aaaa_fails),
        parts={"own-dns", "v6way"},
        not_with=_NEEDS_4,
    ),
)
_ODD_CERTIFICATES = (
    _odd(
        "inspection-trusted",
        "a company's TLS inspection, its root in the system's store",
        steps.signed_by("inspection", canaries=True),
        steps.roots(system=("root", "inspection")),
        parts=_CERTIFICATES | {"cert:canaries", "roots"},
        phase=2,
    ),
    _odd(
        "no-intermediate",
        "the server omits the intermediate certificate",
        steps.certificate(lambda w: w.pki.leaf(names.PORTAL, send_issuer=False)),
        parts={"cert:portal"},
        not_with=_NEEDS_4 | {"roots-stale", "roots-stale-firefox"},
        phase=2,
    ),
    _odd(
        "wildcard",
        "a wildcard certificate",
        steps.certificate(lambda w: w.pki.leaf("*.lab.example")),
        parts={"cert:portal"},
        phase=2,
    ),
    _odd(
        "many-names", "a certificate with a thousand names", rows_a.many_names, parts={"cert:portal"}, phase=2
    ),
    _odd(
        "tls12",
        "the portal's servers speak TLS 1.2 and nothing newer",
        only_tls12,
        parts={"tls12"},
        not_with=_set("tls-old"),
        phase=3,
    ),
    _odd(
        "nginx",
        "nginx with TLS 1.2 alone",
        real_nginx.nginx("ssl_protocols TLSv1.2;"),
        parts=_NGINX,
        not_with=_BESIDE_NGINX,
        phase=3,
    ),
    _odd("clock-90s", "the clock is 90 s ahead", steps.clock(90), parts={"clock"}),
    _odd(
        "time-zone",
        "another time zone",
        steps.variables(TZ="Pacific/Kiritimati"),
        parts={"zone"},
    ),
)
_ODD_PAGES = (
    _odd("http2", "the portal speaks HTTP/2 and HTTP/1.1", http2.speaks(*_TWO), parts={"speak"}, phase=3),
    _odd("http2-alone", "the portal speaks HTTP/2 alone", http2.speaks("h2"), parts={"speak"}, phase=3),
    _odd(
        "http2-all",
        "every host speaks HTTP/2 and HTTP/1.1",
        http2.speaks(*_TWO, canaries=True),
        parts={"speak"},
        phase=3,
    ),
    _odd(
        "once-reset",
        "the first connection to the portal is reset, and no later one",
        _once_reset,
        parts={"around"},
        not_with=_set("routes"),
    ),
    _odd(
        "status-401",
        "the portal answers 401",
        steps.application(names.PORTAL, status(401)),
        parts=_PAGES,
    ),
    _odd(
        "no-redirect",
        "the portal answers without a redirect",
        steps.application(names.PORTAL, sign_in),
        parts=_PAGES,
    ),
    _odd(
        "wants-cookie",
        "the portal wants its own cookie back before it goes on",
        steps.application(names.PORTAL, rows_gh.needs_cookie),
        parts={"page:portal"},
        not_with=_set("speak"),
    ),
    _odd(
        "three-seconds",
        "the sign-in page takes 3 s",
        steps.application(names.IDENTITY, partial(rows_a.slow_page, 3.0)),
        parts={"page:identity"},
    ),
    _odd("firefox", "Firefox with a few cookies of the portal", firefox(*some()), parts={"firefox"}),
    _odd(
        "cookies-expired",
        "only expired cookies",
        firefox((names.PORTAL, "sid", "x" * 40, -DAY_S)),
        parts={"firefox"},
    ),
    _odd("store-damaged", "the browser's cookie store is damaged", firefox(damaged=True), parts={"firefox"}),
)

ODDITIES: tuple[Injector, ...] = (*_ODD_WAYS, *_ODD_NAMES, *_ODD_CERTIFICATES, *_ODD_PAGES)

INJECTORS: dict[str, Injector] = {one.id: one for one in (*FAULTS, *ODDITIES)}
