"""Group C: the way."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from functools import partial

from portalcheck.demo import web
from portalcheck.demo.certificates import Issued
from portalcheck.demo.servers import Peer, Serve
from tests.lab import boxes, names, steps
from tests.lab.row import QUIET, TROUBLE, Row, cause
from tests.lab.steps import Step, gone
from tests.lab.world import World, sign_in

NOBODY_WAITS_S = 15.0
OWN = f"dns own {names.PORTAL} 1"
NOTHING_BEYOND_THE_ROUTER = f"""
incoming iifname w0 ip daddr {names.OWN_DNS_4} udp dport 53 accept
incoming iifname w0 meta l4proto {{ tcp, udp }} drop
"""


def ignored(address: str, port: int) -> Serve | None:
    """Something that takes connections over IPv6 and never answers."""
    return Peer.ignore if ":" in address and port == 443 else None


def six_takes_and_ignores(world: World) -> None:
    """IPv6 connections open, and nothing comes back through them."""
    world.servers.middle = ignored


def drips(asked: web.Asked) -> web.Page:
    """A page that comes in drops, over 8.6 seconds."""
    page = sign_in(asked)
    return web.Page(body=page.body, drip_s=web.DRIP_S)


def never_answers(asked: web.Asked) -> web.Page:
    """A page that nobody waits for."""
    time.sleep(NOBODY_WAITS_S)
    return sign_in(asked)


NOT_BY_SLOWNESS = cause("portal-unreachable", "no-internet", "tls-blocked", "dns-down", "ipv6-broken")


def of_many_names(world: World) -> Issued:
    """A certificate that is right, and large."""
    return world.pki.leaf(names.PORTAL, *(f"host-{number}.lab.example" for number in range(250)))


def carries(rate: float) -> Step:
    """Each connection to the portal's servers carries only `rate` bytes a second to the patient."""

    def around(serve: Serve) -> Serve:
        return partial(_throttled, serve, rate)

    def step(world: World) -> None:
        world.portal.around = around

    return step


def _throttled(serve: Serve, rate: float, peer: Peer) -> None:
    near, far = socket.socketpair()
    inside = threading.Thread(target=_serve_and_close, args=(serve, Peer(far, peer.stopping)), daemon=True)
    upwards = threading.Thread(target=_copy, args=(peer.socket, near, 0.0), daemon=True)
    inside.start()
    upwards.start()
    _copy(near, peer.socket, rate)


def _serve_and_close(serve: Serve, peer: Peer) -> None:
    with contextlib.suppress(OSError):
        serve(peer)
    peer.socket.close()


def _copy(source: socket.socket, target: socket.socket, rate: float) -> None:
    """Until one side ends; in pieces of a tenth of a second where there is a rate."""
    size = max(1, int(rate / 10)) if rate else 65536
    with contextlib.suppress(OSError):
        while data := source.recv(size):
            target.sendall(data)
            time.sleep(len(data) / rate if rate else 0)
        target.shutdown(socket.SHUT_WR)


def every_connection(how: Serve) -> Step:
    """The portal's servers do this with every connection, whatever name it asks for."""

    def step(world: World) -> None:
        world.portal.around = lambda serve: how

    return step


def stopped_here(world: World) -> None:
    """Routes that make the patient's own system refuse to send to the portal."""
    world.patient_ip(f"route add prohibit {names.PORTAL_4}", f"-6 route add unreachable {names.PORTAL_6}")


ROWS = (
    Row(
        id="C01",
        what="the interface is down",
        fault=(lambda world: world.patient_ip("link set eth0 down"),),
        shows=("link",),
        cause=cause("no-link"),
        innocent=cause("no-internet", "dns-down"),
        ref="error-4",
        contacts=frozenset(),
    ),
    Row(
        id="C01a",
        what="the interface is up, and no route leads on",
        fault=(lambda world: world.patient_ip("route del default", "-6 route del default"),),
        shows=("routes",),
        cause=cause("no-link"),
        ref="error-4",
        contacts=frozenset({"gateway"}),
    ),
    Row(
        id="C02",
        what="the link is up, and everything is silent",
        fault=(steps.block(steps.ALL_SILENT),),
        shows=(OWN, f"tcp {names.PORTAL_4}"),
        cause=cause("no-internet"),
        innocent=cause("dns-down", "portal-unreachable"),
        ref="error-4",
    ),
    Row(
        id="C02a",
        what="the router answers names, and nothing beyond it",
        fault=(steps.block(NOTHING_BEYOND_THE_ROUTER),),
        shows=(f"tcp {names.PORTAL_4}",),
        cause=cause("no-internet"),
        innocent=cause("portal-unreachable"),
        ref="error-4",
    ),
    Row(
        id="C03",
        what="the portal refuses connections, others do not",
        fault=(steps.block(gone("reject with tcp reset")),),
        shows=(f"tcp {names.PORTAL_4}", f"tcp {names.PORTAL_6}"),
        cause=cause("portal-unreachable"),
        innocent=cause("no-internet", "tcp-blocked"),
        ref="error-4",
    ),
    Row(
        id="C03a",
        what="the portal refuses connections, and the hosts file leads the neutral hosts to this computer",
        fault=(
            steps.hosts(*(f"0.0.0.0 {host}" for host in (*names.CANARIES, names.OPEN))),
            steps.block(gone("reject with tcp reset")),
        ),
        shows=("hosts", "tls portal"),
        cause=cause("portal-unreachable"),
        innocent=cause("tcp-blocked", "no-internet", "hosts-override"),
        ref="error-4",
    ),
    Row(
        id="C04",
        what="the portal says nothing, others do",
        fault=(steps.block(gone("drop")),),
        shows=(f"tcp {names.PORTAL_4}", f"tcp {names.PORTAL_6}"),
        cause=cause("portal-unreachable"),
        innocent=cause("no-internet", "tcp-blocked", "ipv6-broken"),
        ref="error-4",
    ),
    Row(
        id="C04a",
        what="the portal takes connections, and never answers over them",
        fault=(steps.application(names.PORTAL, never_answers),),
        shows=("page portal",),
        cause=cause("portal-unreachable"),
        innocent=cause("no-internet", "slow", "mtu", "tls-blocked"),
        ref="error-4",
    ),
    Row(
        id="C04b",
        what="the portal takes connections, and says nothing over them under any name",
        fault=(every_connection(Peer.ignore),),
        shows=("tls portal",),
        cause=cause("portal-unreachable"),
        innocent=cause("no-internet", "tls-blocked", "mtu", "tcp-blocked"),
        ref="error-4",
    ),
    Row(
        id="C04c",
        what="the portal takes connections, and breaks them off under any name",
        fault=(every_connection(Peer.reset),),
        shows=("tls portal",),
        cause=cause("portal-unreachable"),
        innocent=cause("no-internet", "tls-blocked", "mtu", "tcp-blocked"),
        ref="error-4",
    ),
    Row(
        id="C05",
        what="port 443 is closed to the whole world, port 80 is open",
        fault=(steps.block("incoming iifname w0 tcp dport 443 drop"),),
        shows=(f"tcp {names.PORTAL_4}", f"tcp {names.CANARY_4[0]}"),
        cause=cause("tcp-blocked"),
        innocent=cause("no-internet", "captive-portal", "portal-unreachable"),
        ref="step-6",
    ),
    Row(
        id="C05a",
        what="this computer's own routes forbid the way to the portal",
        fault=(stopped_here,),
        shows=("routes", "tls portal"),
        cause=cause("route-conflict"),
        innocent=cause("portal-unreachable", "no-internet", "ipv6-broken", "no-link"),
        ref="step-6",
        reasons=frozenset({"network.route-conflict"}),
    ),
    Row(
        id="C06",
        what="connections that name the portal are reset",
        fault=(steps.refuses_name(Peer.reset),),
        shows=("tls portal",),
        cause=cause("tls-blocked"),
        innocent=cause("portal-unreachable"),
        ref="step-6",
    ),
    Row(
        id="C06a",
        what="connections that name the host that the portal redirects to are reset",
        fault=(steps.refuses_name(Peer.reset, names.IDENTITY),),
        shows=("tls identity",),
        cause=cause("tls-blocked"),
        innocent=cause("portal-unreachable"),
        ref="step-6",
    ),
    Row(
        id="C08",
        what="connections that name the portal fall silent",
        fault=(steps.refuses_name(Peer.ignore),),
        shows=("tls portal",),
        cause=cause("tls-blocked"),
        innocent=cause("portal-unreachable", "slow", "mtu"),
        ref="step-6",
    ),
    Row(
        id="C10",
        what="IPv6 takes connections and lets nothing through",
        fault=(six_takes_and_ignores,),
        shows=("tls portal",),
        cause=cause("ipv6-broken"),
        innocent=cause("tls-blocked", "portal-unreachable"),
        ref="error-4",
        contacts=TROUBLE | {"gateway"},
    ),
    Row(
        id="C11",
        what="one of the portal's three addresses is dead",
        setting=(boxes.only_ipv4,),
        fault=(
            steps.truth({names.PORTAL: (names.PORTAL_CDN_4[0], *names.PORTAL_CDN_4[1:])}),
            steps.block(f"incoming ip daddr {names.PORTAL_CDN_4[0]} drop"),
        ),
        shows=("name portal", f"tcp {names.PORTAL_CDN_4[0]}"),
        cause=cause("none"),
        innocent=cause("portal-unreachable", "slow"),
        ref="step-2",
        code=0,
        contacts=QUIET,
    ),
    Row(
        id="C12",
        what="the sign-in page comes in drops",
        fault=(steps.application(names.IDENTITY, drips),),
        shows=("page identity",),
        cause=cause("slow"),
        innocent=cause("portal-unreachable"),
        ref="error-4",
        code=0,
    ),
    Row(
        id="C12a",
        what="the link carries three thousand bytes a second",
        fault=(boxes.link(rate=3000.0),),
        shows=("page portal",),
        cause=cause("slow", "inconclusive", "none"),
        innocent=NOT_BY_SLOWNESS,
        code=None,
    ),
    Row(
        id="C12b",
        what="the link carries a thousand bytes a second",
        fault=(boxes.link(rate=1000.0),),
        shows=("page portal",),
        cause=cause("slow"),
        innocent=NOT_BY_SLOWNESS,
        ref="error-4",
        code=1,
    ),
    Row(
        id="C12c",
        what="the portal sends a thousand bytes a second, and a certificate of six thousand",
        fault=(
            steps.certificate(of_many_names),
            carries(1000.0),
        ),
        shows=("page portal",),
        cause=cause("slow"),
        innocent=NOT_BY_SLOWNESS,
        ref="error-4",
        code=None,  # whether the page still comes before the run must end
    ),
    Row(
        id="C12d",
        what="the portal sends 400 bytes a second",
        fault=(carries(400.0),),
        shows=("page portal",),
        cause=cause("slow"),  # the page itself comes in time, but not with all that goes before it
        innocent=NOT_BY_SLOWNESS,
        ref="error-4",
        code=0,
    ),
    Row(
        id="C13",
        what="packets over 700 bytes vanish on the way",
        fault=(boxes.link(largest=700),),
        shows=("tls portal",),
        cause=cause("mtu"),
        innocent=cause("tls-blocked", "portal-unreachable", "ipv6-broken"),
        ref="error-4",
    ),
)
