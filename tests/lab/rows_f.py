"""Group F: inspection, proxies, VPNs."""

from __future__ import annotations

from portalcheck.demo import web
from portalcheck.demo.certificates import server_context
from portalcheck.demo.servers import Peer
from tests.lab import boxes, names, steps
from tests.lab.boxes import FULL, kde, only_ipv4, openvpn, pac, proxy_for_programs, tinyproxy
from tests.lab.row import TROUBLE, Row, cause
from tests.lab.servers import Site
from tests.lab.world import World

IN_USE = TROUBLE | {"proxy", "gateway"}
DEAD = f"http://{names.PROXY_4}:9"
NO_DIRECT_WAY = steps.block("outgoing tcp dport 443 reject with tcp reset", patient=True)
AROUND = (
    "proxy-down",
    "proxy-mismatch",
    "portal-unreachable",
    "no-internet",
    "tcp-blocked",
    "captive-portal",
)


def of_proxy(row_id: str, what: str, named: str, *fault: steps.Step, **more: object) -> Row:
    """A row whose cause is the proxy. It resolves names itself, by whatever server it likes."""
    usual = {
        "shows": ("tls portal",),
        "innocent": cause(*(one for one in AROUND if one != named)),
        "contacts": IN_USE,
        "shares_name": True,
        "ref": "step-6",
    }
    return Row(id=row_id, what=what, cause=cause(named), fault=fault, **{**usual, **more})  # type: ignore[arg-type]  # the fields of a row


def only_portal_replaced(world: World) -> None:
    """A box shows its block page, with its own certificate, where the portal's name is asked for."""
    site = Site(
        {"": server_context(world.pki.leaf(names.BLOCK_PAGE, signer=world.pki.inspection))}, web.blocked
    )

    def instead(peer: Peer) -> None:
        site.serve(world.log, "portal", peer)

    steps.refuses_name(instead)(world)


def tunnel_dead(world: World) -> None:
    """The tunnel's packets vanish; its interface and routes stay."""
    world.nft(f"incoming ip daddr {names.VPN_4} udp dport 1194 drop")


def tunnel_gone(world: World) -> None:
    """The VPN ended, and its kill switch lets nothing out but by the tunnel."""
    world.daemons[-1].kill()
    world.daemons.pop().wait()
    world.nft("outgoing oifname != lo reject with icmpx type admin-prohibited", patient=True)


def only_through_the_tunnel(world: World) -> None:
    """A firewall on the computer itself, as VPN products set it."""
    world.nft(f'outgoing oifname "eth0" ip daddr != {names.VPN_4} drop', patient=True)


def tunnel_left_behind(world: World) -> None:
    """A tunnel interface with all its routes, and nobody at its other end."""
    world.patient_ip(
        *("tuntap add dev wg0 mode tun", f"address add {names.VPN_PATIENT}/32 dev wg0", "link set wg0 up"),
        *(f"route add {route} dev wg0" for route in FULL),
    )


def tunnel_dns_dead(world: World) -> None:
    """The DNS server inside the tunnel says nothing, all else passes."""
    world.nft(f"incoming ip daddr {names.VPN_DNS_4} udp dport 53 drop")


def portal_outside_only(world: World) -> None:
    """The VPN's far end does not let people to the portal; everybody else may pass."""
    world.nft(f'incoming iifname "tunw" {steps.V4_PORTAL} drop')


VPN = (only_ipv4, openvpn(*FULL))
VPN_WITH_DNS = (only_ipv4, openvpn(*FULL, dns=True))

ROWS = (
    Row(
        id="F01",
        what="a virus scanner inspects every connection, its root is in no store",
        fault=(steps.signed_by("inspection", canaries=True),),
        shows=("tls portal", "tls canary"),
        cause=cause("intercept-untrusted"),
        innocent=cause("cert-untrusted", "dns-hijacked", "captive-portal"),
        ref="step-6",
        reasons=frozenset({"tls.intercepted"}),
    ),
    Row(
        id="F02",
        what="a box replaces the portal alone with its block page",
        fault=(only_portal_replaced,),
        shows=("tls portal",),
        cause=cause("tls-blocked"),
        innocent=cause("intercept-untrusted", "cert-untrusted", "cert-wrong-name", "dns-hijacked"),
        ref="step-6",
    ),
    of_proxy(
        "F04",
        "the proxy's own name does not exist",
        "proxy-down",
        proxy_for_programs("http://gone.lab.example:3128"),
        shows=("surroundings",),
    ),
    of_proxy(
        "F05",
        "the proxy refuses connections, and there is no other way",
        "proxy-down",
        steps.block(f"incoming ip daddr {names.PROXY_4} tcp dport {names.PROXY_PORT} reject with tcp reset"),
        setting=(tinyproxy(), proxy_for_programs(), NO_DIRECT_WAY),
        also=cause("proxy-active"),
    ),
    of_proxy(
        "F05a",
        "the proxy says nothing",
        "proxy-down",
        steps.block(f"incoming ip daddr {names.PROXY_4} tcp dport {names.PROXY_PORT} drop"),
        setting=(tinyproxy(), proxy_for_programs()),
    ),
    of_proxy(
        "F06",
        "tinyproxy wants a login",
        "proxy-auth",
        tinyproxy("BasicAuth patient secret"),
        proxy_for_programs(),
    ),
    of_proxy(
        "F06a",
        "Squid wants a login",
        "proxy-auth",
        boxes.squid(
            "auth_param basic program /usr/lib/squid/basic_fake_auth",
            "acl known proxy_auth REQUIRED",
            "http_access allow known",
            "http_access deny all",
        ),
        proxy_for_programs(),
    ),
    of_proxy(
        "F07",
        "tinyproxy's list forbids the portal",
        "proxy-blocks",
        tinyproxy('Filter "{folder}/forbidden"', "FilterDefaultDeny No"),
        proxy_for_programs(),
        setting=(steps.world_file("forbidden", r"portal\.lab\.example"),),
    ),
    of_proxy(
        "F07a",
        "Squid's rules forbid the portal",
        "proxy-blocks",
        boxes.squid(f"acl bad dstdomain .{names.PORTAL}", "http_access deny bad", "http_access allow all"),
        proxy_for_programs(),
    ),
    of_proxy(
        "F07c",
        "the proxy's list forbids the host that the portal redirects to",
        "proxy-blocks",
        tinyproxy('Filter "{folder}/forbidden"', "FilterDefaultDeny No"),
        proxy_for_programs(),
        setting=(steps.world_file("forbidden", r"id\.lab\.example"),),
        shows=("tls identity",),
    ),
    of_proxy(
        "F07b",
        "the proxy itself finds no way to the portal, which is down",
        "portal-unreachable",
        steps.block(f'incoming iifname "lo" {steps.V4_PORTAL} tcp dport 443 reject with tcp reset'),
        steps.block(steps.gone("reject with tcp reset")),
        setting=(only_ipv4, tinyproxy(), proxy_for_programs()),
        ref="error-4",
        innocent=cause("proxy-down", "proxy-mismatch", "no-internet"),
    ),
    of_proxy(
        "F08",
        "a dead proxy is left over in the environment, the desktop has none",
        "proxy-mismatch",
        proxy_for_programs(DEAD),
        setting=(kde(0),),
        shows=("surroundings",),
    ),
    of_proxy(
        "F08b",
        "a dead proxy, and an exception for the portal as browsers read it and programs do not",
        "proxy-mismatch",
        proxy_for_programs(DEAD, without="*.lab.example"),
        shows=("surroundings",),
    ),
    of_proxy(
        "F05b",
        "a dead proxy is set, and the clock is ten weeks ahead",
        "proxy-down",
        proxy_for_programs(DEAD),
        steps.clock(70 * 86_400),
        also=cause("clock-wrong"),
        shows=("surroundings", "clock"),
    ),
    of_proxy(
        "F08a",
        "the desktop has a dead proxy, the environment has none",
        "proxy-down",
        kde(1, httpsProxy=f"http://{names.PROXY_4} 9", httpProxy=f"http://{names.PROXY_4} 9"),
        shows=("home",),
    ),
    of_proxy(
        "F09",
        "the PAC file cannot be had, and there is no direct way",
        "proxy-down",
        steps.plain_gone(names.GATE_4),
        setting=(
            tinyproxy(),
            pac(f'function FindProxyForURL(u, h) {{ return "PROXY {names.PROXY_4}:{names.PROXY_PORT}"; }}'),
            NO_DIRECT_WAY,
        ),
        shows=(),
        innocent=cause("proxy-mismatch", "captive-portal"),
    ),
    of_proxy(
        "F09a",
        "the PAC file is no script, and there is no direct way",
        "proxy-down",
        pac("<html>moved</html>"),
        NO_DIRECT_WAY,
        shows=("home", f"tcp {names.PORTAL_4}"),
        innocent=cause("proxy-mismatch", "captive-portal"),
    ),
    Row(
        id="F11",
        what="the VPN is up, and the DNS server inside it is dead",
        setting=VPN_WITH_DNS,
        fault=(tunnel_dns_dead,),
        shows=("name portal",),
        cause=cause("vpn-breaks"),
        innocent=cause("no-internet", "portal-unreachable"),
        ref="step-6",
    ),
    Row(
        id="F12",
        what="the VPN's interface is up, and its tunnel leads nowhere",
        setting=VPN,
        fault=(tunnel_dead,),
        shows=("tls portal",),
        cause=cause("vpn-breaks"),
        innocent=cause("no-internet", "portal-unreachable", "dns-down"),
        ref="step-6",
    ),
    Row(
        id="F12a",
        what="the same, with the DNS server inside the tunnel",
        setting=VPN_WITH_DNS,
        fault=(tunnel_dead,),
        shows=("name portal",),
        cause=cause("vpn-breaks"),
        innocent=cause("no-internet", "portal-unreachable"),
        ref="step-6",
    ),
    Row(
        id="F13",
        what="the VPN's far end does not let people to the portal",
        setting=VPN,
        fault=(portal_outside_only,),
        shows=("tls portal",),
        cause=cause("vpn-breaks"),
        innocent=cause("portal-unreachable", "tcp-blocked"),
        ref="step-6",
    ),
    Row(
        id="F14",
        what="the VPN ended, and its kill switch blocks every other way",
        setting=VPN,
        fault=(tunnel_gone,),
        shows=("link", "tls portal"),
        cause=cause("tcp-blocked"),
        innocent=cause("portal-unreachable", "dns-down", "no-internet"),
        ref="step-6",
        code=1,
    ),
    Row(
        id="F14a",
        what="the VPN's far end is gone, and a kill switch lets nothing go around the tunnel",
        setting=VPN,
        fault=(tunnel_dead, only_through_the_tunnel),
        shows=("tls portal",),
        cause=cause("vpn-breaks"),
        innocent=cause("portal-unreachable", "dns-down", "no-internet"),
        ref="step-6",
    ),
    Row(
        id="F12b",
        what="routes lead into a tunnel whose program has ended",
        setting=(only_ipv4,),
        fault=(tunnel_left_behind,),
        shows=("link", "routes"),
        cause=cause("vpn-breaks"),
        innocent=cause("portal-unreachable", "dns-down", "no-internet"),
        ref="step-6",
    ),
)
