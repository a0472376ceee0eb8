"""After public bug reports. Names, and who falsifies them."""

from __future__ import annotations

import re
from functools import partial

import dns.message
import dns.rcode
import dns.rrset

from portalcheck.demo import tls
from portalcheck.demo.servers import Peer
from tests.lab import boxes, names, steps
from tests.lab.row import QUIET, TROUBLE, Row, cause
from tests.lab.servers import DnsServer, Site
from tests.lab.steps import answers_for, false_site, rcode
from tests.lab.world import World, sign_in

OWN = f"dns own {names.PORTAL} 1"
SHARES = steps.network(share_portal_name=True)
DOH_URL = f"https://{names.DOH}/dns-query"


def alias_without_address(response: dns.message.Message) -> dns.message.Message:
    """The portal's alias, and no address of what it stands for."""
    response.answer.clear()
    owner = response.question[0].name
    response.answer.append(dns.rrset.from_text(owner, 30, "IN", "CNAME", "edge.cdn.example."))
    return response


def second_server_knows(world: World) -> None:
    """Two DNS servers: the home's, asked first, denies the name; the second one, a VPN's, knows it."""
    world.servers.dns(names.SECOND_DNS_4, DnsServer("own-dns", dict(world.zone), world.log))
    steps.name_servers(names.OWN_DNS_4, names.SECOND_DNS_4)(world)
    steps.lie({names.PORTAL: None})(world)


def catches_all_dns(world: World) -> None:
    """The provider answers every question itself, whatever server it was sent to (UDP and TCP)."""
    world.shell(
        f"""nft -f - <<'END'
add table ip caught
add chain ip caught incoming {{ type nat hook prerouting priority dstnat; }}
add rule ip caught incoming iifname w0 udp dport 53 dnat to {names.OWN_DNS_4}
add rule ip caught incoming iifname w0 tcp dport 53 dnat to {names.OWN_DNS_4}
END"""
    )


def dns_over_https(world: World) -> None:
    """The independent server, over HTTPS as well (RFC 8484)."""

    def answer(peer: Peer) -> None:
        asked = b""
        while b"\r\n\r\n" not in asked or len(asked.partition(b"\r\n\r\n")[2]) < _length(asked):
            if not (more := peer.socket.recv(4096)):
                return
            asked += more
        body = world.neutral_dns.answer(asked.partition(b"\r\n\r\n")[2]) or b""
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/dns-message\r\nContent-Length: {len(body)}\r\n"
        peer.socket.sendall(f"{head}Connection: close\r\n\r\n".encode() + body)

    contexts = world.contexts(names.DOH)
    site = world.servers.sites[names.DOH_4] = Site(contexts, sign_in)
    site.around = lambda _: partial(tls.serve, contexts[names.DOH], answer)


def _length(asked: bytes) -> int:
    found = re.search(rb"content-length: *(\d+)", asked, re.IGNORECASE)
    return int(found[1]) if found else 0


def loses_the_first_question(world: World) -> None:
    """The first question for the portal's name is lost, for either family, and every later one answered."""
    lost: set[int] = set()

    def change(response: dns.message.Message) -> dns.message.Message | None:
        kind = response.question[0].rdtype
        if kind in lost:
            return response
        lost.add(kind)
        return None

    world.at_run.append(lost.clear)
    answers_for(names.PORTAL, change)(world)


ROWS: tuple[Row, ...] = (
    Row(
        id="N01",
        what="the router's cache holds the portal's alias without its address",
        setting=(SHARES,),
        fault=(answers_for(names.PORTAL, alias_without_address),),
        shows=(OWN, "name portal"),
        cause=cause("dns-filtered"),
        innocent=cause("name-wrong", "dns-broken"),
        ref="step-6",
        shares_name=True,
    ),
    Row(
        id="N03",
        what="ndots:5 and five search domains that deny everything",
        fault=(
            steps.resolv_options(
                "search a.example b.example c.example d.example e.example", "options ndots:5"
            ),
        ),
        shows=("dns-setting",),
        cause=cause("none"),
        ref="step-2",
        code=0,
        contacts=QUIET,
    ),
    Row(
        id="N05",
        what="the name service switch of this computer leaves DNS out",
        fault=(lambda world: setattr(world.patient, "name_sources", "files"),),
        shows=("name portal",),
        cause=cause("dns-broken"),
        innocent=cause("dns-down", "name-wrong", "dns-filtered"),
        ref="error-4",
        reasons=frozenset({"dns.system-fails"}),
    ),
    Row(
        id="N06",
        what="SERVFAIL that carries the address all the same",
        fault=(answers_for(names.PORTAL, rcode(dns.rcode.SERVFAIL, keeps_answer=True)),),
        shows=(OWN, "name portal"),
        cause=cause("dns-broken"),
        innocent=cause("dns-filtered", "name-wrong"),
        ref="error-4",
    ),
    Row(
        id="N07",
        what="a filter in blocking mode REFUSED, for the portal's name only",
        setting=(SHARES,),
        fault=(answers_for(names.PORTAL, rcode(dns.rcode.REFUSED)),),
        shows=(OWN, "name portal"),
        cause=cause("dns-broken"),
        innocent=cause("dns-filtered", "name-wrong"),
        ref="error-4",
        shares_name=True,
    ),
    Row(
        id="N10",
        what="the provider catches all DNS and denies the portal's name, to the independent server's address too",
        setting=(
            steps.network(share_portal_name=True, resolvers=[names.NEUTRAL_DNS_4, DOH_URL]),
            dns_over_https,
        ),
        fault=(catches_all_dns, steps.lie({names.PORTAL: None})),
        shows=(OWN, "name portal"),
        cause=cause("dns-filtered"),
        innocent=cause("name-wrong", "dns-broken"),
        ref="step-6",
        shares_name=True,
    ),
    Row(
        id="N13",
        what="after the Wi-Fi sign-in the resolver still gives the gateway's address for the portal's name alone",
        setting=(SHARES,),
        fault=(
            steps.lie({names.PORTAL: (names.FALSE_4,)}),
            false_site(
                names.FALSE_4, lambda w: w.pki.leaf(names.GATEWAY, signer=w.pki.private), boxes.login_page
            ),
        ),
        shows=(OWN, "tls portal"),
        cause=cause("dns-hijacked", "dns-filtered"),
        innocent=cause("cert-wrong-name", "cert-untrusted"),
        contacts=TROUBLE | {"false-host"},
        shares_name=True,
    ),
    Row(
        id="N15",
        what="the portal's own DNS is broken: SERVFAIL at every server",
        setting=(SHARES,),
        fault=(answers_for(names.PORTAL, rcode(dns.rcode.SERVFAIL), all_servers=True),),
        shows=(OWN, "name portal"),
        cause=cause("dns-broken"),
        innocent=cause("name-wrong", "dns-filtered"),
        ref="error-4",
        shares_name=True,
    ),
    Row(
        id="N77",
        what="the provider catches all DNS and gives 0.0.0.0 for the portal, to everybody's address",
        fault=(catches_all_dns, steps.lie({names.PORTAL: ("0.0.0.0",)})),
        shows=(OWN, "name portal"),
        cause=cause("dns-filtered"),
        innocent=cause("portal-unreachable", "name-wrong"),
        ref="step-6",
    ),
    Row(
        id="N107",
        what="the first DNS server denies the portal's name, the second one knows it",
        fault=(second_server_knows,),
        shows=(OWN, "name portal"),
        cause=cause("dns-broken"),
        innocent=cause("name-wrong"),
        ref="error-4",
    ),
    Row(
        id="N121",
        what="the first question for the portal's name goes unanswered, the second try works",
        fault=(loses_the_first_question,),
        shows=(),
        cause=cause("none", "slow"),
        innocent=cause("dns-down", "dns-broken"),
        code=None,
    ),
)
