"""Group A: healthy, and healthy but odd. Whatever is named here beyond a note is a false alarm."""

from __future__ import annotations

import time
from functools import partial
from itertools import count
from typing import Any

import dns.message
import dns.rdatatype

from portalcheck.demo import web
from portalcheck.demo.certificates import server_context
from portalcheck.demo.servers import Peer
from tests.lab import boxes, names, steps
from tests.lab.pki import pem
from tests.lab.row import QUIET, TROUBLE, Row, cause
from tests.lab.steps import Step
from tests.lab.world import World, redirect, sign_in, status

ASKS_ALL = QUIET | {"neutral-dns", "canary", "open"}


def healthy(row_id: str, what: str, *fault: Step, shows: tuple[str, ...], **more: Any) -> Row:
    """A row on which nothing may be blamed; by default nobody but resolver and portal is contacted."""
    usual: dict[str, Any] = {"cause": cause("none"), "ref": "step-2", "code": 0, "contacts": QUIET}
    return Row(id=row_id, what=what, fault=fault, shows=shows, **{**usual, **more})


# ---- what only this group needs ------------------------------------------------------------------


def nat64(world: World) -> None:
    """IPv6 alone, and a DNS64 server whose answers lead through a translator (RFC 6147, 6052)."""
    boxes.only_ipv6(world)
    world.zone[names.PORTAL] = (names.NAT64_PORTAL,)
    world.zone[names.IDENTITY] = (names.NAT64_IDENTITY,)


def renewed(world: World) -> None:
    """Every connection meets another certificate, with another key."""
    pairs = [server_context(world.pki.leaf(names.PORTAL)) for _ in range(3)]
    turn = count()

    def around(serve: Any) -> Any:
        def then(peer: Peer) -> None:
            world.portal.contexts[names.PORTAL] = pairs[next(turn) % len(pairs)]
            serve(peer)

        return then

    world.portal.around = around


def private_authority(world: World) -> None:
    """A private CA that the profile names."""
    steps.signed_by("private", canaries=False)(world)
    place = world.patient.home / ".config" / "portalcheck" / "private.pem"  # beside the file that names it
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(pem(world.pki.private), "utf-8")
    steps.profile(ca_file=place.name)(world)


def many_names(world: World) -> None:
    """A certificate with a thousand names."""
    many = [f"host{number}.lab.example" for number in range(1000)]
    world.show(names.PORTAL, world.pki.leaf(names.PORTAL, *many))


def other_host(host: str, on_certificate: str) -> Step:
    """The portal under another official name."""

    def step(world: World) -> None:
        ascii_name = host.encode("idna").decode() if not host.isascii() else host.lower().rstrip(".")
        world.zone[ascii_name] = world.zone[names.PORTAL]
        world.portal.contexts[ascii_name] = server_context(world.pki.leaf(on_certificate))
        world.apps[ascii_name] = redirect(names.LOGIN)
        official = [names.PORTAL, host.lower().rstrip(".")]
        steps.profile(url=f"https://{host}/signin", official=official)(world)

    return step


def slow_page(seconds: float, asked: web.Asked) -> web.Page:
    """A page whose first byte takes long."""
    time.sleep(seconds)
    return sign_in(asked)


def loses_a_question(world: World) -> None:
    """The first question for one host's IPv4 addresses gets no answer."""
    asked = count()

    def change(response: dns.message.Message) -> dns.message.Message | None:
        question = response.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        concerned = name == names.IDENTITY and question.rdtype == dns.rdatatype.A
        return None if concerned and next(asked) == 0 else response

    world.at_run.append(lambda: setattr(world.system_dns, "tweak", change))


def idle_tunnels(world: World) -> None:
    """Tunnel interfaces as systems keep them: up or down, without a route of their own."""
    sh = world.patient_ip
    sh("tuntap add dev tun7 mode tun", "link set tun7 up", "tuntap add dev tun8 mode tun")
    sh("address add 192.0.2.230/32 dev tun8", "link set tun8 up")


DEAD = f"http://{names.PROXY_4}:9"

ROWS = (
    healthy("A01", "all is normal", shows=()),
    healthy(
        "A02",
        "a CDN: every lookup gives another address",
        steps.rotating(names.PORTAL, names.PORTAL_CDN_4),
        shows=("name portal",),
    ),
    healthy(
        "A03",
        "own and independent DNS servers disagree, and both are right",
        steps.lie({names.PORTAL: names.PORTAL_CDN_4[:1]}),
        steps.network(contact="always", share_portal_name=True),
        shows=("name portal",),
        contacts=ASKS_ALL,
        shares_name=True,
    ),
    healthy("A04", "IPv6 alone, AAAA records alone", boxes.only_ipv6, shows=("link", "name portal")),
    healthy("A05", "IPv6 alone with DNS64 and NAT64", nat64, shows=("link", "name portal")),
    healthy(
        "A06",
        "IPv6 is silent, IPv4 works",
        steps.block(f"incoming {steps.V6_ALL} drop"),
        shows=(f"tcp {names.PORTAL_6}",),
        also=cause("ipv6-fallback"),
    ),
    healthy(
        "A09",
        "a company's TLS inspection, its root in the system's store",
        steps.signed_by("inspection", canaries=True),
        steps.roots(system=("root", "inspection")),
        shows=("leaf portal", "store"),
        also=cause("intercept-trusted"),
        contacts=TROUBLE,
    ),
    healthy(
        "A11",
        "a proxy of the environment works, the direct way is blocked",
        boxes.tinyproxy(),
        boxes.proxy_for_programs(),
        steps.block("outgoing tcp dport { 80, 443 } reject with tcp reset", patient=True),
        shows=("surroundings", f"tcp {names.PORTAL_4}"),
        also=cause("proxy-active"),
        contacts=QUIET | {"neutral-dns"},
        shares_name=True,
    ),
    healthy(
        "A12",
        "a proxy named by a PAC file works, the direct way is blocked",
        boxes.tinyproxy(),
        boxes.pac(f'function FindProxyForURL(u, h) {{ return "PROXY {names.PROXY_4}:{names.PROXY_PORT}"; }}'),
        steps.block("outgoing tcp dport 443 reject with tcp reset", patient=True),
        shows=("home", f"tcp {names.PORTAL_4}"),
        also=cause("proxy-active"),
        contacts=QUIET | {"neutral-dns", "gateway"},
        shares_name=True,
    ),
    healthy(
        "A13",
        "a dead proxy is set, but not for the portal",
        boxes.proxy_for_programs(DEAD, without=".lab.example"),
        shows=("surroundings",),
        innocent=cause("proxy-down", "proxy-mismatch"),
    ),
    healthy(
        "A14",
        "a VPN with a full tunnel",
        boxes.openvpn(*boxes.FULL, dns=True),
        setting=(boxes.only_ipv4,),
        shows=("link", "routes"),
        also=cause("vpn-active"),
    ),
    healthy(
        "A15",
        "a VPN with a split tunnel, the portal outside it",
        boxes.openvpn("203.0.113.0/24"),
        setting=(boxes.only_ipv4,),
        shows=("link", "routes"),
        innocent=cause("vpn-breaks"),
    ),
    healthy(
        "A16",
        "idle tunnel interfaces",
        idle_tunnels,
        shows=("link",),
        innocent=cause("vpn-active", "vpn-breaks"),
    ),
    healthy(
        "A18",
        "the portal takes 6 s to answer",
        steps.application(names.IDENTITY, partial(slow_page, 6.0)),
        shows=("page identity",),
        also=cause("slow-network"),
    ),
    healthy(
        "A19",
        "every other connection is lost at first, and comes at the second try",
        steps.block(
            f"incoming iifname w0 tcp dport 443 tcp flags syn {steps.V4_PORTAL} numgen inc mod 2 == 0 drop",
        ),
        setting=(boxes.only_ipv4,),
        shows=(),
    ),
    healthy(
        "A20",
        "the server omits the intermediate certificate, whose address is known",
        steps.certificate(lambda world: world.pki.leaf(names.PORTAL, send_issuer=False)),
        shows=("tls portal",),
        also=cause("cert-chain-incomplete"),
        contacts=TROUBLE,
    ),
    healthy("A21", "the certificate and its key change all the time", renewed, shows=("leaf portal",)),
    healthy(
        "A19a",
        "one question to the DNS server is lost, and comes when the system repeats it",
        loses_a_question,
        shows=(),
        also=cause("slow-network"),
    ),
    healthy("A22", "the clock is 90 s ahead", steps.clock(90), shows=("clock",), also=cause("clock-off")),
    healthy(
        "A23",
        "the clock is 20 min behind, the certificate valid",
        steps.clock(-1200),
        shows=("clock",),
        cause=cause("clock-wrong"),
        innocent=cause("cert-expired", "cert-untrusted"),
        ref="step-7",
        contacts=TROUBLE,
    ),
    healthy(
        "A26",
        "the probe for Wi-Fi sign-in pages is blocked, all else works",
        steps.network(contact="always"),
        steps.block(f"incoming ip daddr {names.OPEN_4} drop"),
        shows=("open network",),
        contacts=ASKS_ALL,
    ),
    healthy(
        "A28",
        "DNS over HTTPS is blocked, the own DNS server works",
        steps.network(contact="always", resolvers=[f"https://{names.DOH}/dns-query"]),
        steps.block(f"incoming ip daddr {names.DOH_4} drop"),
        shows=(f"tcp {names.DOH_4}",),
        contacts=ASKS_ALL,
    ),
    healthy(
        "A29",
        "the independent DNS server is blocked, the own one works",
        steps.network(contact="always"),
        steps.block(f"incoming ip daddr {names.NEUTRAL_DNS_4} drop"),
        shows=(f"dns neutral {names.PORTAL} 1",),
        contacts=ASKS_ALL,
    ),
    healthy(
        "A30",
        "questions for IPv6 addresses fail, those for IPv4 do not",
        steps.tweak(steps.aaaa_fails),
        shows=(f"dns own {names.PORTAL} 28",),
    ),
    healthy(
        "A32",
        "a private authority that the profile expects",
        private_authority,
        shows=("tls portal",),
        innocent=cause("cert-untrusted", "intercept-trusted"),
    ),
    healthy(
        "A33a",
        "a wildcard certificate",
        steps.certificate(lambda w: w.pki.leaf("*.lab.example")),
        shows=("leaf portal",),
    ),
    healthy(
        "A33b",
        "a host name beyond ASCII",
        other_host("prüfung.lab.example", "xn--prfung-4ya.lab.example"),
        shows=("settings",),
    ),
    healthy(
        "A33c",
        "a host name with a trailing dot",
        other_host(f"{names.PORTAL}.", names.PORTAL),
        shows=("settings",),
    ),
    healthy(
        "A33d", "a host name in capitals", other_host(names.PORTAL.upper(), names.PORTAL), shows=("settings",)
    ),
    healthy("A33e", "a certificate with a thousand names", many_names, shows=("leaf portal",)),
    healthy(
        "A36a",
        "the portal answers 401",
        steps.application(names.PORTAL, status(401)),
        shows=("page portal",),
    ),
    healthy(
        "A36b",
        "the portal answers without a redirect",
        steps.application(names.PORTAL, sign_in),
        shows=("page portal",),
    ),
    healthy(
        "A37",
        "no ping comes through",
        steps.block("incoming icmp type echo-request drop\nincoming icmpv6 type echo-request drop"),
        shows=("ping",),
    ),
    healthy(
        "A38",
        "the computer is set to another time zone",
        steps.variables(TZ="Pacific/Kiritimati"),
        shows=("surroundings",),
    ),
)
