"""After public bug reports. Names, and who falsifies them."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from portalcheck.demo import tls, web
from portalcheck.demo.servers import Peer
from tests.lab import boxes, names, rows_b, steps
from tests.lab.row import QUIET, TROUBLE, Row, cause
from tests.lab.servers import Application, DnsServer, Site
from tests.lab.steps import Step, answers_for, false_site, rcode
from tests.lab.world import World, not_found, sign_in, status

DnsLies = dict[str, tuple[str, ...] | None]
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


def closed_tcp(world: World) -> None:
    """The own DNS server's answer for the portal does not fit into a datagram, and its TCP port is closed."""
    answers_for(names.PORTAL, too_long)(world)
    world.nft(f"incoming ip daddr {names.OWN_DNS_4} tcp dport 53 reject with tcp reset")


def too_long(response: dns.message.Message) -> dns.message.Message:
    """The beginning of an answer (TC)."""
    response.answer.clear()
    response.flags |= dns.flags.TC
    return response


def padded(response: dns.message.Message) -> dns.message.Message:
    """An answer with more than fits into a datagram, which is cut there and whole over TCP."""
    owner = response.question[0].name
    for i in range(60):
        response.additional.append(dns.rrset.from_text(f"{i}.{owner}", 30, "IN", "TXT", "x" * 20))
    return response


def wildcard(world: World) -> None:
    """Every name below the search domain leads to a page of somebody else's."""
    usual = world.system_dns.addresses

    def found(host: str) -> tuple[str, ...] | None:
        return (names.FALSE_4,) if host.endswith(".corp.example") else usual(host)

    world.system_dns.addresses = found  # type: ignore[method-assign]  # the fault is in the server
    false_site(names.FALSE_4, lambda w: w.pki.self_signed("www.corp.example"), not_found)(world)


def two_servers(first: DnsLies, second: DnsLies) -> Step:
    """Two own DNS servers, each with lies of its own."""

    def step(world: World) -> None:
        other = DnsServer("own-dns", dict(world.zone), world.log)
        other.lies.update(second)
        world.servers.dns(names.SECOND_DNS_4, other)
        steps.name_servers(names.OWN_DNS_4, names.SECOND_DNS_4)(world)
        steps.lie(first)(world)

    return step


def first_server_refuses(world: World) -> None:
    """Of two servers the first refuses the portal's name."""
    two_servers({}, {})(world)
    answers_for(names.PORTAL, rcode(dns.rcode.REFUSED))(world)


def old_server(host: str, answer: Application, **leaf: Any) -> Step:
    """What is still there at an address that the portal left."""
    return false_site(names.OLD_4, lambda w: w.pki.leaf(host, **leaf), answer)


def trusted_block_page(answer: Application) -> tuple[Step, ...]:
    """DNS leads to a filter, whose root is in this computer's store."""
    return (
        steps.lie({names.PORTAL: (names.BLOCK_4,)}),
        false_site(
            names.BLOCK_4, lambda w: w.pki.leaf(names.PORTAL, names.BLOCK_PAGE, signer=w.pki.private), answer
        ),
    )


FILTERS_ROOT = steps.roots(system=("root", "private"))
INSPECTED = (
    steps.signed_by("private", canaries=True),
    FILTERS_ROOT,
)
ON_THE_WAY = TROUBLE | {"false-host", "other"}
LEADS_ON_BY_SCRIPT = steps.application(names.PORTAL, sign_in)


def bad(row_id: str, what: str, named: str, *fault: Step, **more: Any) -> Row:
    """A row with a fault, which the settings let everybody be asked about."""
    usual: dict[str, Any] = {"shows": (), "contacts": ON_THE_WAY, "shares_name": True, "setting": (SHARES,)}
    return Row(id=row_id, what=what, cause=cause(named), fault=fault, **{**usual, **more})


def well(row_id: str, what: str, *fault: Step, **more: Any) -> Row:
    """A healthy row: odd, but nothing is wrong."""
    return bad(row_id, what, "none", *fault, **{"setting": (), "ref": "step-2", "code": 0, **more})


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
    # ---- entries of the hosts file
    bad(
        "M01",
        "an entry for the identity host leads to its old server, whose certificate has run out",
        "hosts-override",
        steps.hosts(f"{names.OLD_4} {names.IDENTITY}"),
        old_server(names.IDENTITY, sign_in, days=(-90, -3)),
        shows=("hosts", "tls identity"),
        ref="step-1",
        setting=(),
    ),
    bad(
        "M02",
        "an entry leads to a server that is somebody else's by now",
        "hosts-override",
        steps.hosts(f"{names.OLD_4} {names.PORTAL}"),
        old_server("www.shop.example", sign_in),
        shows=("hosts", "tls portal"),
        innocent=cause("dns-hijacked"),
        ref="step-1",
        setting=(),
    ),
    bad(
        "M03",
        "an entry leads to the portal's old server, which has no such page",
        "hosts-override",
        steps.hosts(f"{names.OLD_4} {names.PORTAL}"),
        old_server(names.PORTAL, not_found),
        shows=("hosts", "page portal"),
        ref="step-1",
        setting=(),
    ),
    bad(
        "M04",
        "of two entries the first is stale; Chromium takes no other",
        "hosts-override",
        steps.hosts(f"{names.OLD_4} {names.PORTAL}", f"{names.PORTAL_4} {names.PORTAL}"),
        steps.block(f"incoming ip daddr {names.OLD_4} drop"),
        shows=("hosts",),
        ref="step-1",
        setting=(),
    ),
    well(
        "M05",
        "of two entries the second is stale",
        steps.hosts(f"{names.PORTAL_4} {names.PORTAL}", f"{names.OLD_4} {names.PORTAL}"),
        steps.block(f"incoming ip daddr {names.OLD_4} drop"),
        shows=("hosts",),
        contacts=QUIET,
    ),
    bad(
        "M06",
        "an entry has an IPv6 address that the portal left",
        "hosts-override",
        steps.hosts(f"2001:db8:2::99 {names.PORTAL}"),
        shows=("hosts", "name portal"),
        innocent=cause("ipv6-broken", "portal-unreachable"),
        ref="step-1",
        setting=(),
    ),
    well(
        "M07",
        "an entry has the portal's IPv6 address, written at length",
        steps.hosts(f"2001:DB8:2:0:0:0:0:10 {names.PORTAL}"),
        shows=("hosts", "name portal"),
        contacts=QUIET,
    ),
    bad(
        "M08",
        "entries that lead right, and a portal that is down",
        "portal-error",
        steps.hosts(f"{names.PORTAL_4} {names.PORTAL}", f"{names.IDENTITY_4} {names.IDENTITY}"),
        steps.application(names.IDENTITY, status(503)),
        shows=("hosts", "page identity"),
        innocent=cause("hosts-override"),
        ref="error-4",
        setting=(),
    ),
    well(
        "M09",
        "an entry has an address of the portal's that DNS does not give now",
        steps.hosts(f"{names.PORTAL_CDN_4[0]} {names.PORTAL}"),
        shows=("hosts", "name portal"),
        contacts=QUIET,
    ),
    bad(
        "M10",
        "the page leads on by script, and an entry has the identity host on this computer",
        "hosts-override",
        steps.hosts(f"127.0.0.1 {names.IDENTITY}"),
        setting=(LEADS_ON_BY_SCRIPT,),
        shows=("hosts", "tls identity"),
        ref="step-1",
    ),
    well(
        "M11",
        "the page leads on by script, and an entry for the identity host leads right",
        steps.hosts(f"{names.IDENTITY_4} {names.IDENTITY}"),
        setting=(LEADS_ON_BY_SCRIPT,),
        shows=("hosts",),
    ),
    bad(
        "M12",
        "a stale entry, and a DNS server that fails for the portal's name alone",
        "hosts-override",
        steps.hosts(f"{names.OLD_4} {names.PORTAL}"),
        steps.block(f"incoming ip daddr {names.OLD_4} reject with icmp type host-unreachable"),
        answers_for(names.PORTAL, rcode(dns.rcode.SERVFAIL)),
        shows=("hosts", OWN),
        also=cause("dns-broken"),
        ref="step-1",
    ),
    # ---- answers of DNS servers
    bad(
        "M20",
        "the answer does not fit into a datagram, and TCP 53 is closed",
        "dns-broken",
        closed_tcp,
        shows=(OWN, "name portal"),
        ref="error-4",
        setting=(),
    ),
    well(
        "M21",
        "the answer does not fit into a datagram, and comes over TCP",
        answers_for(names.PORTAL, padded),
        shows=(OWN,),
        contacts=QUIET,
    ),
    well(
        "M22",
        "a filter answers :: for the portal's IPv6 address, and the right one for IPv4",
        steps.lie({names.PORTAL: (names.PORTAL_4, "::")}),
        shows=("name portal",),
    ),
    well(
        "M23",
        "a filter answers 0.0.0.0 for the portal's IPv4 address, and the right one for IPv6",
        steps.lie({names.PORTAL: ("0.0.0.0", names.PORTAL_6)}),
        shows=(OWN, "name portal"),
    ),
    bad(
        "M24",
        "the IPv6 address alone leads to an imitation",
        "dns-hijacked",
        steps.lie({names.PORTAL: (names.PORTAL_4, names.OPEN_6)}),
        false_site(names.OPEN_6, lambda w: w.pki.self_signed(names.PORTAL), sign_in),
        shows=("name portal", "tls portal"),
        innocent=cause("cert-untrusted", "ipv6-broken"),
        ref="step-1",
    ),
    bad(
        "M25",
        "a search suffix captures the portal's name",
        "dns-hijacked",
        wildcard,
        steps.resolv_options("search corp.example", "options ndots:5"),
        shows=("name portal", "dns-setting"),
        innocent=cause("cert-untrusted", "cert-wrong-name"),
        ref="step-1",
        setting=(),
        reasons=frozenset({"dns.captured"}),
    ),
    bad(
        "M25a",
        "the same by a DNS server that has an address for every name that nobody has",
        "dns-hijacked",
        rows_b.rewrites,
        steps.resolv_options("search corp.example", "options ndots:5"),
        shows=("name portal", "dns-setting"),
        innocent=cause("captive-portal", "cert-untrusted", "cert-wrong-name"),
        ref="step-1",
        setting=(),
        reasons=frozenset({"dns.captured"}),
    ),
    well(
        "M26",
        "a search domain that has an address for everything, asked after the name itself",
        wildcard,
        steps.resolv_options("search corp.example"),
        shows=("dns-setting",),
        contacts=QUIET,
    ),
    well(
        "M27",
        "the first of two DNS servers refuses the portal's name, the second one knows it",
        first_server_refuses,
        shows=(OWN, "dns-setting"),
        contacts=QUIET,
    ),
    bad(
        "M28",
        "both of this computer's DNS servers deny the name, an independent one knows it",
        "dns-filtered",
        two_servers({names.PORTAL: None}, {names.PORTAL: None}),
        shows=(OWN, "name portal"),
        innocent=cause("name-wrong"),
        ref="step-6",
    ),
    bad(
        "M29",
        "the first DNS server denies the name, the second and an independent one know it",
        "dns-filtered",
        two_servers({names.PORTAL: None}, {}),
        shows=(OWN, "name portal"),
        innocent=cause("name-wrong"),
        ref="step-6",
    ),
    well(
        "M30",
        "the second of two DNS servers denies the portal's name",
        two_servers({}, {names.PORTAL: None}),
        shows=("dns-setting",),
        contacts=QUIET,
    ),
    bad(
        "M31",
        "the provider catches all DNS and denies the name, and no server can be asked over HTTPS",
        "inconclusive",
        catches_all_dns,
        steps.lie({names.PORTAL: None}),
        shows=(OWN, "name portal"),
        innocent=cause("name-wrong", "dns-filtered"),
        ref="step-5",
        code=3,
        reasons=frozenset({"dns.caught"}),
    ),
    bad(
        "M32",
        "the provider catches all DNS, and the name exists nowhere",
        "name-wrong",
        catches_all_dns,
        steps.truth({names.PORTAL: None}),
        setting=(
            steps.network(share_portal_name=True, resolvers=[names.NEUTRAL_DNS_4, DOH_URL]),
            dns_over_https,
        ),
        shows=(OWN, "name portal"),
        ref="step-1",
    ),
    well(
        "M33",
        "the provider catches all DNS, and answers rightly",
        catches_all_dns,
        setting=(steps.network(contact="always"),),
    ),
    # ---- a block page that is trusted
    bad(
        "N11",
        "DNS leads to a block page whose certificate this computer trusts: 403",
        "dns-filtered",
        *trusted_block_page(status(403)),
        setting=(SHARES, FILTERS_ROOT),
        shows=(OWN, "leaf portal"),
        innocent=cause("blocked-by-server"),
        ref="step-6",
    ),
    bad(
        "N12",
        "DNS leads to a block page whose certificate this computer trusts: 200",
        "dns-filtered",
        *trusted_block_page(lambda asked: web.page("Our family rules")),
        setting=(SHARES, FILTERS_ROOT),
        shows=(OWN, "leaf portal"),
        ref="step-6",
    ),
    bad(
        "M40",
        "the same with 503",
        "dns-filtered",
        *trusted_block_page(status(503)),
        setting=(SHARES, FILTERS_ROOT),
        shows=(OWN, "leaf portal"),
        innocent=cause("portal-error"),
        ref="step-6",
    ),
    bad(
        "M41",
        "the same, which sends on to the filter's own host",
        "dns-filtered",
        steps.lie({names.BLOCK_PAGE: (names.BLOCK_4,)}),
        *trusted_block_page(
            lambda asked: (
                web.blocked(asked)
                if asked.host == names.BLOCK_PAGE
                else web.redirect(f"https://{names.BLOCK_PAGE}/")
            )
        ),
        setting=(SHARES, FILTERS_ROOT),
        shows=(OWN, "leaf portal"),
        ref="step-6",
    ),
    bad(
        "M42",
        "a trusted block page that says so, and no independent server may be asked",
        "dns-filtered",
        *trusted_block_page(web.blocked),
        setting=(FILTERS_ROOT,),
        shows=(OWN, "leaf portal"),
        innocent=cause("blocked-by-server"),
        ref="step-6",
        shares_name=False,
    ),
    bad(
        "M43",
        "a trusted 403 that says nothing, and no independent server may be asked",
        "inconclusive",
        *trusted_block_page(status(403)),
        setting=(FILTERS_ROOT,),
        shows=(OWN, "leaf portal"),
        innocent=cause("blocked-by-server", "dns-filtered"),
        ref="step-5",
        code=3,
        shares_name=False,
        reasons=frozenset({"dns.unsettled"}),
    ),
    bad(
        "M44",
        "trusted inspection of everything, and the portal's own 403",
        "blocked-by-server",
        steps.application(names.PORTAL, status(403)),
        setting=(SHARES, *INSPECTED),
        shows=("page portal",),
        innocent=cause("dns-filtered"),
        ref="step-10",
    ),
    well(
        "M45",
        "trusted inspection of everything, where independent servers may be asked",
        *INSPECTED,
        setting=(SHARES,),
        shows=("leaf portal",),
    ),
    well(
        "M46",
        "inside, DNS gives another address of the portal's (split DNS)",
        steps.lie({names.PORTAL: (names.PORTAL_CDN_4[1],)}),
        setting=(SHARES,),
        shows=(OWN, "name portal"),
        contacts=QUIET,
    ),
    well(
        "M47",
        "inside, the portal has a certificate of the house's own authority, which this computer trusts",
        steps.signed_by("private", canaries=False),
        FILTERS_ROOT,
        setting=(SHARES,),
        shows=("leaf portal",),
    ),
    bad(
        "M48",
        "another address of the portal's than others give, and the portal's own 403",
        "blocked-by-server",
        steps.lie({names.PORTAL: (names.PORTAL_CDN_4[1],)}),
        steps.application(names.PORTAL, status(403)),
        shows=(OWN, "page portal"),
        innocent=cause("dns-filtered"),
        ref="step-10",
    ),
)
