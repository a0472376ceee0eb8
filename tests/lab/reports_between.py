"""After public bug reports. What stands in between."""

from __future__ import annotations

import socket
from functools import partial

from portalcheck.demo import web
from portalcheck.demo.servers import Peer, Serve
from tests.lab import boxes, names, steps
from tests.lab.boxes import all_names_to, gateway, kde, only_ipv4, pac, proxy_for_programs, to_login
from tests.lab.names import PROXY_4, PROXY_PORT
from tests.lab.row import QUIET, TROUBLE, Row, cause
from tests.lab.rows_d import PORTAL_SPARED, captive
from tests.lab.rows_f import (
    DEAD,
    IN_USE,
    NO_DIRECT_WAY,
    of_proxy,
    tunnel_left_behind,
)
from tests.lab.steps import Step, block, gone
from tests.lab.world import World

LOOPBACK_PROXY = "http://127.0.0.1:8888"
NEUTRAL = f"ip daddr {{ {', '.join((*names.CANARY_4, names.OPEN_4, names.NEUTRAL_DNS_4, names.AIA_4))} }}"
NEUTRAL_6 = f"ip6 daddr {{ {', '.join((*names.CANARY_6, names.OPEN_6, names.NEUTRAL_DNS_6))} }}"
NEUTRAL_SILENT = block(f"incoming {NEUTRAL} drop\nincoming {NEUTRAL_6} drop")
ROUTER_DNS = f"incoming iifname w0 ip daddr {names.OWN_DNS_4} udp dport 53 accept\n"
ALL_REFUSED = block(
    f"{ROUTER_DNS}incoming iifname w0 meta l4proto tcp reject with tcp reset\nincoming iifname w0 udp dport 53 drop"
)
ALL_UNREACHABLE = block(
    f"{ROUTER_DNS}incoming iifname w0 meta nfproto ipv4 reject with icmp host-unreachable\n"
    "incoming iifname w0 meta l4proto { tcp, udp } reject with icmpx host-unreachable"
)
NEVER_NO_INTERNET = cause("no-internet", "no-link", "captive-portal", "dns-down")
PROBES_SPARED = (names.OPEN_4, names.OPEN_6)
NEUTRAL_SPARED = (*PROBES_SPARED, *names.CANARY_4, *names.CANARY_6)
NOT_CAPTIVE = cause("captive-portal", "no-internet")
BY_PROXY = f'function FindProxyForURL(u, h) {{ return "PROXY {PROXY_4}:{PROXY_PORT}"; }}'


# ---- what lets nothing out ---------------------------------------------------------------------


def locked(row_id: str, what: str, *fault: Step, named: str = "tcp-blocked", **more: object) -> Row:
    """A row in which this computer itself lets nothing out."""
    usual = {"shows": ("tls portal",), "innocent": cause("no-internet", "no-link", "portal-unreachable")}
    return Row(id=row_id, what=what, cause=cause(named), fault=fault, ref="step-6", **{**usual, **more})  # type: ignore[arg-type]  # the fields of a row


# ---- Wi-Fi sign-ins ----------------------------------------------------------------------------


def warned(asked: web.Asked) -> web.Page:
    """The way to a filter's warning, on the router."""
    return web.redirect(f"http://{names.GATE_4}/warning/blocked.html?url={asked.host}")


def portals_plain(answer: Step | web.Application) -> Step:
    """What the portal's own plain HTTP answers."""

    def step(world: World) -> None:
        for address in PORTAL_SPARED:
            world.servers.plain[address] = answer  # type: ignore[assignment]  # an application

    return step


def portals_plain_to(location: str) -> Step:
    """Where the portal's own plain HTTP leads."""
    return portals_plain(lambda asked: web.redirect(location))


# ---- proxies -----------------------------------------------------------------------------------


def odd_proxy(verdict: dict[str, int | Serve], otherwise: int | Serve = 200) -> Step:
    """A proxy with an answer to CONNECT by host: a status (200 lets through), or what is served after 200."""

    def serve(world: World, peer: Peer) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            more = peer.socket.recv(4096)
            if not more:
                return
            head += more
        host = head.split()[1].decode().rpartition(":")[0]
        world.log.add("proxy", host)
        said = verdict.get(host, otherwise)
        status = said if isinstance(said, int) else 200
        peer.socket.sendall(f"HTTP/1.1 {status} So\r\nX-From: proxy\r\n\r\n".encode())
        if not isinstance(said, int):
            said(peer)
        elif status == 200:
            world.servers.sites[world.zone[host][0]].serve(world.log, "portal", peer)

    def step(world: World) -> None:
        world.servers.listen(socket.AF_INET, PROXY_4, PROXY_PORT, partial(serve, world))

    return step


def own_words(peer: Peer) -> None:
    """A page in plain HTTP, whatever is asked for."""
    peer.socket.recv(4096)
    peer.socket.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nHello")
    peer.linger()


def wpad(script: str | None = None, answer: web.Application | None = None) -> Step:
    """The network's own name `wpad`, by the search domain, and the script that it serves."""

    def step(world: World) -> None:
        world.patient.resolv_options += "search lab-net.example\n"
        world.zone["wpad.lab-net.example"] = (names.GATE_4,)
        page = web.Page(body=(script or "").encode(), kind="application/x-ns-proxy-autoconfig")
        world.servers.plain[names.GATE_4] = answer or (lambda asked: page)

    return step


DETECTS = kde(3)

SLOW_IS_NO_OTHER = cause(
    "no-internet", "no-link", "dns-down", "portal-unreachable", "tls-blocked", "mtu", "tcp-blocked"
)
SLOW: tuple[tuple[str, str, tuple[str, ...], int | None, Step], ...] = (
    ("R50", "a round trip takes 2.4 seconds", ("slow", "inconclusive"), None, boxes.link(delay_s=1.2)),
    ("R50a", "a round trip takes 1.4 seconds", ("slow", "inconclusive"), None, boxes.link(delay_s=0.7)),
    ("R50b", "a round trip takes 0.6 seconds", ("none",), 0, boxes.link(delay_s=0.3)),
    (
        "R50c",
        "a thousand bytes a second, and a round trip of 1.2 seconds",
        ("slow", "inconclusive"),
        None,
        boxes.link(rate=1000.0, delay_s=0.6),
    ),
    ("R50d", "a round trip takes 3.4 seconds", ("slow", "inconclusive"), None, boxes.link(delay_s=1.7)),
    (
        "R50e",
        "fifteen hundred bytes a second, and one packet of fifty is lost",
        ("slow", "inconclusive", "none"),
        None,
        boxes.link(rate=1500.0, loss=0.02),
    ),
)

ROWS: tuple[Row, ...] = (
    # ---- what answers, answers
    Row(
        id="R01",
        what="the portal refuses connections, and nobody else may be asked here",
        setting=(NEUTRAL_SILENT,),
        fault=(block(gone("reject with tcp reset")),),
        shows=("tls portal",),
        cause=cause("inconclusive", "portal-unreachable"),
        innocent=NEVER_NO_INTERNET,
        code=None,
    ),
    Row(
        id="R01a",
        what="connections with the portal are reset, and nobody else may be asked here",
        setting=(NEUTRAL_SILENT,),
        fault=(steps.refuses_name(Peer.reset),),
        shows=("tls portal",),
        cause=cause("inconclusive", "portal-unreachable", "tls-blocked"),
        innocent=NEVER_NO_INTERNET,
        code=None,
    ),
    Row(
        id="R01b",
        what="only the portal may be reached here, and it works",
        fault=(NEUTRAL_SILENT,),
        shows=("tls canary",),
        cause=cause("none"),
        code=0,
        contacts=QUIET,
    ),
    Row(
        id="R01c",
        what="only the portal may be reached here, and it answers 503",
        setting=(NEUTRAL_SILENT,),
        fault=(steps.application(names.PORTAL, lambda asked: web.page("Sorry", status=503)),),
        shows=("page portal",),
        cause=cause("portal-error"),
        innocent=NEVER_NO_INTERNET,
        ref="error-4",
    ),
    Row(
        id="R01d",
        what="every connection is refused, to whatever host and port",
        fault=(ALL_REFUSED,),
        shows=("tls portal", "tls canary"),
        cause=cause("tcp-blocked", "inconclusive"),
        innocent=NEVER_NO_INTERNET,
        code=None,
    ),
    Row(
        id="R01e",
        what="the router says of every host that it cannot be reached",
        fault=(ALL_UNREACHABLE,),
        shows=("tls portal", "tls canary"),
        cause=cause("no-internet"),
        innocent=cause("portal-unreachable", "tcp-blocked", "captive-portal"),
        ref="error-4",
    ),
    Row(
        id="R02",
        what="nothing gets out, and a proxy is set that is gone",
        fault=(
            block(steps.ALL_SILENT),
            kde(1, httpsProxy="http://127.0.0.1 8888", httpProxy="http://127.0.0.1 8888"),
        ),
        shows=("home", "tls canary"),
        cause=cause("no-internet"),
        also=cause("proxy-down"),
        innocent=cause("portal-unreachable", "tcp-blocked"),
        ref="error-4",
    ),
    Row(
        id="R02a",
        what="nothing gets out, and the environment names a silent proxy of another network",
        fault=(block(steps.ALL_SILENT), proxy_for_programs("http://198.51.100.77:3128")),
        shows=("surroundings", "tls canary"),
        cause=cause("no-internet"),
        innocent=cause("portal-unreachable", "tcp-blocked"),
        ref="error-4",
    ),
    Row(
        id="R02b",
        what="nothing gets out, and the proxy's name is unknown",
        fault=(block(steps.ALL_SILENT), proxy_for_programs("http://proxy.work.example:3128")),
        shows=("surroundings", "tls canary"),
        cause=cause("no-internet"),
        innocent=cause("portal-unreachable", "tcp-blocked"),
        ref="error-4",
    ),
    # ---- Wi-Fi sign-ins
    captive(
        "N95",
        "a hotel's Wi-Fi, and this computer asks a public DNS server that the gateway blocks",
        steps.name_servers(names.NEUTRAL_DNS_4),
        block(f"incoming ip daddr {names.NEUTRAL_DNS_4} drop"),
        gateway(to_login, "reset"),
        shows=("dns-setting", "open network"),
    ),
    Row(
        id="N122",
        what="the Wi-Fi answers the probe rightly, and sends the portal's plain HTTP to its page",
        fault=(gateway(to_login, "reset", spared=NEUTRAL_SPARED),),
        shows=("tls portal",),
        cause=cause("captive-portal"),
        innocent=cause("no-internet", "dns-hijacked"),
        ref="error-4",
        contacts=TROUBLE | {"gateway"},
    ),
    captive(
        "R10",
        "a Wi-Fi lets neutral hosts through, and has its own certificate for the portal",
        gateway(to_login, "certificate", spared=NEUTRAL_SPARED),
        shows=("tls portal",),
    ),
    captive(
        "R10a",
        "a Wi-Fi lets neutral hosts through, and says nothing on the portal's port 443",
        gateway(to_login, "ignore", spared=NEUTRAL_SPARED),
        shows=("tls portal",),
    ),
    captive(
        "R10b",
        "a Wi-Fi lets the probes through, and resets every other secure connection",
        gateway(to_login, "reset", spared=PROBES_SPARED),
        shows=("tls portal", "tls canary"),
    ),
    captive(
        "R10c",
        "a Wi-Fi lets neutral hosts through, and answers the portal's plain HTTP with 511",
        gateway(boxes.network_login, "reset", spared=NEUTRAL_SPARED),
        shows=("tls portal",),
    ),
    captive(
        "R10d",
        "a Wi-Fi wants a sign-in, and a proxy is set that is gone",
        gateway(to_login, "reset"),
        block(f"incoming ip daddr {names.NEUTRAL_DNS_4} drop"),
        proxy_for_programs(LOOPBACK_PROXY),
        shows=("open network", "surroundings"),
    ),
    captive(
        "R10e",
        "a Wi-Fi wants a sign-in, and the proxy's name leads to its gateway as every name does",
        gateway(to_login, "reset"),
        all_names_to(names.GATE_4, independent=True),
        proxy_for_programs("http://proxy.work.example:3128"),
        shows=("open network", "surroundings"),
    ),
    Row(
        id="R11",
        what="a router's filter: no answer to the portal's name, its plain HTTP is sent to a warning",
        fault=(steps.refuses_name(Peer.ignore), portals_plain(warned)),
        shows=("tls portal",),
        cause=cause("tls-blocked"),
        innocent=NOT_CAPTIVE,
        ref="step-6",
    ),
    Row(
        id="R11a",
        what="the portal resets secure connections, and its plain HTTP leads to its own name with www",
        setting=(portals_plain_to(f"https://www.{names.PORTAL}/signin"),),
        fault=(block(gone("reject with tcp reset")),),
        shows=("tls portal",),
        cause=cause("portal-unreachable"),
        innocent=NOT_CAPTIVE,
        ref="error-4",
    ),
    Row(
        id="R11b",
        what="the portal is down, and its plain HTTP leads to another public host's page about that",
        setting=(portals_plain_to("https://status.hosting.example/portal"),),
        fault=(block(gone("reject with tcp reset")),),
        shows=("tls portal",),
        cause=cause("portal-unreachable"),
        innocent=NOT_CAPTIVE,
        ref="error-4",
    ),
    Row(
        id="R11c",
        what="the portal works, and its plain HTTP leads to a page with a login elsewhere",
        fault=(portals_plain_to("http://login.other.example/"),),
        shows=(),
        cause=cause("none"),
        code=0,
        contacts=QUIET,
    ),
    # ---- proxies that the network tells of
    Row(
        id="R20",
        what="the desktop looks for a proxy, the network's script names one, and there is no other way",
        setting=(boxes.tinyproxy(), wpad(BY_PROXY)),
        fault=(DETECTS, NO_DIRECT_WAY),
        shows=("home", f"tcp {names.PORTAL_4}"),
        cause=cause("none"),
        also=cause("proxy-active"),
        code=0,
        contacts=IN_USE,
        shares_name=True,
    ),
    of_proxy(
        "R20a",
        "the desktop looks for a proxy, and the network's script names one that is gone",
        "proxy-down",
        DETECTS,
        setting=(wpad(BY_PROXY),),
        shows=("home",),
    ),
    Row(
        id="R20b",
        what="the desktop looks for a proxy, and the network tells of none",
        fault=(DETECTS,),
        shows=("home",),
        cause=cause("none"),
        innocent=cause("proxy-active"),
        code=0,
        contacts=QUIET,
    ),
    Row(
        id="R20c",
        what="the desktop looks for a proxy, and the host of that name has no script",
        setting=(wpad(answer=lambda asked: web.page("Not found", status=404)),),
        fault=(DETECTS,),
        shows=("home",),
        cause=cause("none"),
        innocent=cause("proxy-active"),
        code=0,
        contacts=IN_USE,
    ),
    Row(
        id="R20d",
        what="the desktop looks for a proxy, and the host of that name is silent",
        setting=(wpad(), block(f"incoming iifname w0 ip daddr {names.GATE_4} tcp dport 80 drop")),
        fault=(DETECTS,),
        shows=("home",),
        cause=cause("none"),
        innocent=cause("proxy-active"),
        code=0,
        contacts=IN_USE,
    ),
    Row(
        id="R20e",
        what="the desktop looks for a proxy, and the network's script names none",
        setting=(wpad('function FindProxyForURL(u, h) { return "DIRECT"; }'),),
        fault=(DETECTS,),
        shows=("home",),
        cause=cause("none"),
        code=0,
        contacts=IN_USE,
    ),
    captive(
        "R20f",
        "the desktop looks for a proxy, in a Wi-Fi that wants a sign-in and has every name",
        gateway(to_login, "certificate"),
        all_names_to(names.GATE_4, independent=True),
        DETECTS,
        shows=("home", "open network"),
    ),
    # ---- a proxy's own words
    of_proxy(
        "N55",
        "the proxy is set without a scheme",
        "none",
        proxy_for_programs(f"{PROXY_4}:{PROXY_PORT}"),
        NO_DIRECT_WAY,
        setting=(boxes.tinyproxy(),),
        shows=("surroundings",),
        also=cause("proxy-active"),
        ref="",
        code=0,
    ),
    of_proxy(
        "N56",
        "a dead proxy, and an exception for the portal's network, which counts for addresses alone",
        "proxy-down",
        proxy_for_programs(DEAD, without="198.51.100.0/24"),
        shows=("surroundings",),
        also=cause("proxy-active"),
    ),
    of_proxy(
        "N57",
        "a dead proxy, and an exception for the portal after a comma and a blank",
        "none",
        proxy_for_programs(DEAD, without="localhost, portal.lab.example, id.lab.example"),
        shows=("surroundings",),
        ref="",
        code=0,
    ),
    of_proxy(
        "N58",
        "the desktop's proxy is one of this computer's own, which is gone",
        "proxy-down",
        kde(1, httpsProxy="http://127.0.0.1 8888", httpProxy="http://127.0.0.1 8888"),
        shows=("home",),
        also=cause("proxy-active"),
    ),
    of_proxy(
        "N59",
        "a script names a proxy that refuses connections, then the direct way",
        "none",
        pac(f'function FindProxyForURL(u, h) {{ return "PROXY {PROXY_4}:9; DIRECT"; }}'),
        shows=("home",),
        also=cause("proxy-active"),
        ref="",
        code=0,
    ),
    of_proxy(
        "N60",
        "the script's host is unknown here",
        "none",
        pac(BY_PROXY, "wpad.work.example"),
        shows=("home",),
        ref="",
        code=0,
    ),
    of_proxy(
        "N62",
        "the proxy says 503 for it cannot find the portal's name, others pass, and there is no direct way",
        "proxy-blocks",
        odd_proxy({names.PORTAL: 503}),
        proxy_for_programs(),
        NO_DIRECT_WAY,
        also=cause("proxy-active"),
        reasons=frozenset({"proxy.no-gateway"}),
    ),
    of_proxy(
        "N100",
        "the proxy's address has a login in it",
        "none",
        proxy_for_programs(f"http://patient:secret@{PROXY_4}:{PROXY_PORT}"),
        lambda world: setattr(world.patient, "proxy", f"{PROXY_4}:{PROXY_PORT}"),
        setting=(boxes.tinyproxy(),),
        shows=("surroundings",),
        also=cause("proxy-active"),
        ref="",
        code=0,
    ),
    *(
        of_proxy(
            f"R30{mark}",
            f"the proxy answers {status} for the portal, and lets others pass",
            "proxy-blocks",
            odd_proxy({names.PORTAL: status}),
            proxy_for_programs(),
            NO_DIRECT_WAY,
            reasons=frozenset({"proxy.no-gateway"}),
        )
        for mark, status in (("", 502), ("b", 504))
    ),
    of_proxy(
        "R30c",
        "the proxy answers 503 for everybody",
        "proxy-blocks",
        odd_proxy({}, 503),
        proxy_for_programs(),
    ),
    of_proxy(
        "R30d",
        "the proxy answers 504 for the host that the portal redirects to",
        "proxy-blocks",
        odd_proxy({names.IDENTITY: 504}),
        proxy_for_programs(),
        NO_DIRECT_WAY,
        shows=("tls identity",),
    ),
    of_proxy(
        "R30e",
        "the proxy answers 503 for neutral hosts, and lets people to the portal",
        "none",
        odd_proxy(dict.fromkeys((*names.CANARIES, names.OPEN), 503)),
        proxy_for_programs(),
        shows=("tls canary",),
        ref="",
        code=0,
    ),
    of_proxy(
        "R31",
        "the proxy grants every tunnel, and speaks plain HTTP in it",
        "proxy-blocks",
        odd_proxy({}, own_words),
        proxy_for_programs(),
    ),
    of_proxy(
        "R31a",
        "the proxy grants the portal's tunnel, and speaks plain HTTP in it",
        "tls-blocked",
        odd_proxy({names.PORTAL: own_words}),
        proxy_for_programs(),
    ),
    # ---- this computer's own firewall
    locked(
        "N18",
        "this computer refuses everything that leaves",
        block("outgoing oifname != lo reject with icmpx type admin-prohibited", patient=True),
    ),
    locked(
        "R40",
        "this computer drops everything that leaves",
        block("outgoing oifname != lo drop", patient=True),
    ),
    locked(
        "R40a",
        "this computer resets every connection that leaves, and drops the rest",
        block(
            "outgoing oifname != lo meta l4proto tcp reject with tcp reset\noutgoing oifname != lo drop",
            patient=True,
        ),
    ),
    locked(
        "R40b",
        "this computer lets nothing out but to its own network",
        block(
            "outgoing ip daddr 192.0.2.0/24 accept\noutgoing oifname != lo meta l4proto { tcp, udp } drop",
            patient=True,
        ),
    ),
    locked(
        "R40c",
        "this computer lets names out, and no connection",
        block(
            "outgoing oifname != lo udp dport 53 accept\noutgoing oifname != lo meta l4proto { tcp, udp } drop",
            patient=True,
        ),
    ),
    locked(
        "R40d",
        "this computer lets nothing out, and a dead proxy is set",
        block("outgoing oifname != lo drop", patient=True),
        proxy_for_programs(LOOPBACK_PROXY),
    ),
    locked(
        "R41",
        "a tunnel is left, and a kill switch lets nothing go around it",
        tunnel_left_behind,
        block('outgoing oifname "eth0" drop', patient=True),
        named="vpn-breaks",
        setting=(only_ipv4,),
        shows=("link", "tls portal"),
    ),
    Row(
        id="R42",
        what="this computer lets nothing out but connections with port 443, and names",
        fault=(
            block(
                "outgoing oifname lo accept\noutgoing udp dport 53 accept\noutgoing tcp dport 443 accept\n"
                "outgoing meta l4proto { tcp, udp } drop",
                patient=True,
            ),
        ),
        shows=("open network",),
        cause=cause("none"),
        code=0,
        contacts=QUIET,
    ),
    # ---- slow is slow
    *(
        Row(
            id=row_id,
            what=what,
            fault=tuple(fault),
            shows=("page portal",),
            cause=cause(*named),
            innocent=SLOW_IS_NO_OTHER,
            code=code,
        )
        for row_id, what, named, code, *fault in SLOW
    ),
    Row(
        id="R51",
        what="a round trip takes 2.4 seconds, and the portal says nothing",
        fault=(
            boxes.link(delay_s=1.2),
            block(
                f"incoming iifname tapw {steps.V4_PORTAL} tcp dport 443 drop\n"
                f"incoming iifname tapw {steps.V6_PORTAL} tcp dport 443 drop"
            ),
        ),
        shows=("page portal",),
        cause=cause("inconclusive", "portal-unreachable"),
        innocent=NEVER_NO_INTERNET | cause("none"),
        code=None,
    ),
)
