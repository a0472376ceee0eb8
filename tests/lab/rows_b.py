"""Group B: names."""

from __future__ import annotations

import dns.message
import dns.rcode
import dns.rrset

from portalcheck.demo import web
from tests.lab import boxes, names, steps
from tests.lab.row import TROUBLE, Row, cause
from tests.lab.servers import DnsServer
from tests.lab.steps import false_site
from tests.lab.world import World, sign_in

OWN = f"dns own {names.PORTAL} 1"


def answer_of_another(response: dns.message.Message) -> bytes:
    """Every response has the wrong id, as a forger's that guesses (RFC 5452)."""
    response.id ^= 0xFFFF
    return response.to_wire()


def cut_short(response: dns.message.Message) -> bytes:
    """Half a message."""
    return response.to_wire()[:14]


def aliases_in_a_ring(response: dns.message.Message) -> dns.message.Message:
    """CNAME records that lead back to where they began."""
    asked = response.question[0].name
    response.answer.clear()
    response.set_rcode(dns.rcode.NOERROR)
    for owner, target in ((asked, "ring.lab.example."), ("ring.lab.example.", asked)):
        response.answer.append(dns.rrset.from_text(owner, 30, "IN", "CNAME", str(target)))
    return response


def first_server_dead(world: World) -> None:
    """Two DNS servers, of which the first says nothing."""
    world.servers.dns(names.SECOND_DNS_4, DnsServer("own-dns", world.zone, world.log))
    world.system_dns.mode = "silent"
    steps.name_servers(names.OWN_DNS_4, names.SECOND_DNS_4)(world)


def rewrites(world: World) -> None:
    """The network's DNS server has an address for every name that nobody has: a page to search with."""
    usual = world.system_dns.addresses
    world.system_dns.addresses = lambda host: usual(host) or (names.FALSE_4,)  # type: ignore[method-assign]  # the oddity is in the server
    world.servers.plain[names.FALSE_4] = lambda asked: web.page("Did you mean ...?")


def plain_block_page(world: World) -> None:
    """A filter's page that is there for plain HTTP alone."""
    world.servers.plain[names.BLOCK_4] = lambda asked: web.page("This site is blocked")
    world.nft(f"incoming ip daddr {names.BLOCK_4} tcp dport 443 reject with tcp reset")


ROWS = (
    Row(
        id="B01",
        what="the DNS server says nothing",
        fault=(steps.system_dns("silent"),),
        shows=(OWN, "name portal"),
        cause=cause("dns-down"),
        innocent=cause("no-internet", "portal-unreachable"),
        ref="error-4",
    ),
    Row(
        id="B02",
        what="nothing listens at the DNS server's address",
        fault=(steps.name_servers("192.0.2.1"),),
        shows=("dns-setting", "name portal"),
        cause=cause("dns-down"),
        ref="error-4",
    ),
    Row(
        id="B03",
        what="the DNS server answers SERVFAIL to everything",
        fault=(steps.system_dns("servfail"),),
        shows=(OWN,),
        cause=cause("dns-broken"),
        innocent=cause("name-wrong", "dns-filtered"),
        ref="error-4",
    ),
    Row(
        id="B05",
        what="the DNS server answers REFUSED to everything",
        fault=(steps.system_dns("refused"),),
        shows=(OWN,),
        cause=cause("dns-broken"),
        ref="error-4",
    ),
    Row(
        id="B05a",
        what="the DNS server sends half messages",
        fault=(steps.tweak(cut_short),),
        shows=(OWN,),
        cause=cause("dns-broken", "dns-down"),
        ref="error-4",
    ),
    Row(
        id="B05b",
        what="the DNS server's aliases go round in a ring",
        fault=(steps.tweak(aliases_in_a_ring),),
        shows=(OWN,),
        cause=cause("dns-broken"),
        ref="error-4",
    ),
    Row(
        id="B05c",
        what="every answer of the DNS server has a wrong id",
        fault=(steps.tweak(answer_of_another),),
        shows=("name portal",),
        cause=cause("dns-down"),
        ref="error-4",
    ),
    Row(
        id="B06",
        what="dnsmasq denies the portal's name, and the independent server may be asked",
        setting=(steps.network(share_portal_name=True),),
        fault=(steps.real_dnsmasq(f"--address=/{names.PORTAL}/"),),
        shows=("name portal",),
        cause=cause("dns-filtered"),
        innocent=cause("name-wrong", "dns-broken"),
        ref="step-6",
        shares_name=True,
    ),
    Row(
        id="B06a",
        what="the portal's name is denied, and the independent server may not be asked",
        fault=(steps.lie({names.PORTAL: None}),),
        shows=(OWN, "name portal"),
        cause=cause("inconclusive"),
        innocent=cause("name-wrong", "dns-filtered", "dns-broken"),
        ref="step-5",
        code=3,
    ),
    Row(
        id="B07",
        what="dnsmasq answers 0.0.0.0 and :: for the portal",
        fault=(steps.real_dnsmasq(f"--address=/{names.PORTAL}/0.0.0.0", f"--address=/{names.PORTAL}/::"),),
        shows=("name portal",),
        cause=cause("dns-filtered"),
        innocent=cause("portal-unreachable"),
        ref="step-6",
    ),
    Row(
        id="B07a",
        what="the own DNS server answers 127.0.0.1 for the portal",
        fault=(steps.lie({names.PORTAL: ("127.0.0.1",)}),),
        shows=(OWN, "name portal"),
        cause=cause("dns-filtered"),
        innocent=cause("portal-unreachable"),
        ref="step-6",
    ),
    Row(
        id="B09",
        what="the portal's name leads to a filter's page with the filter's own certificate",
        setting=(steps.network(share_portal_name=True),),
        fault=(
            steps.lie({names.PORTAL: (names.BLOCK_4,)}),
            false_site(names.BLOCK_4, lambda w: w.pki.leaf(names.BLOCK_PAGE), web.blocked),
        ),
        shows=(OWN, "tls portal"),
        cause=cause("dns-filtered"),
        innocent=cause("cert-wrong-name", "cert-untrusted"),
        ref="step-6",
        contacts=TROUBLE | {"false-host"},
        shares_name=True,
    ),
    Row(
        id="B10",
        what="the portal's name leads to an imitation",
        setting=(steps.network(share_portal_name=True),),
        fault=(
            steps.lie({names.PORTAL: (names.FALSE_4,)}),
            false_site(names.FALSE_4, lambda w: w.pki.self_signed(names.PORTAL), sign_in),
        ),
        shows=(OWN, "tls portal"),
        cause=cause("dns-hijacked"),
        innocent=cause("cert-wrong-name", "cert-untrusted"),
        ref="step-1",
        contacts=TROUBLE | {"false-host"},
        shares_name=True,
    ),
    Row(
        id="B14",
        what="the name exists nowhere",
        setting=(steps.network(share_portal_name=True),),
        fault=(steps.truth({names.PORTAL: None}),),
        shows=(OWN, "name portal"),
        cause=cause("name-wrong"),
        innocent=cause("dns-filtered", "dns-broken"),
        ref="step-1",
        shares_name=True,
    ),
    Row(
        id="B15",
        what="the name exists, without any address",
        setting=(steps.network(share_portal_name=True),),
        fault=(steps.truth({names.PORTAL: ()}),),
        shows=(OWN, "name portal"),
        cause=cause("name-wrong"),
        ref="step-1",
        shares_name=True,
    ),
    Row(
        id="B17",
        what="the first DNS server is dead, the second answers after the delay",
        fault=(first_server_dead,),
        shows=(OWN, "dns-setting"),
        cause=cause("none"),
        also=cause("slow-network"),
        innocent=cause("dns-down"),
        ref="step-2",
        code=0,
    ),
    Row(
        id="B17a",
        what="the DNS server answers everything, four and a half seconds late",
        fault=(steps.late_dns(4.5),),
        shows=(OWN,),
        cause=cause("inconclusive"),
        innocent=cause("dns-down", "dns-broken", "no-internet", "portal-unreachable"),
        ref="step-5",
        code=3,
        contacts=TROUBLE,
    ),
    Row(
        id="B01a",
        what="the DNS server says nothing, and the network lets nobody ask another",
        fault=(
            steps.system_dns("silent"),
            steps.block(f"incoming ip daddr {names.NEUTRAL_DNS_4} drop"),
        ),
        shows=(OWN, "name portal"),
        cause=cause("dns-down"),
        innocent=cause("no-internet", "portal-unreachable"),
        ref="error-4",
    ),
    Row(
        id="B07b",
        what="a filter answers 0.0.0.0 for the host that the portal redirects to",
        fault=(steps.lie({names.IDENTITY: names.SINKHOLES}),),
        shows=("page identity",),
        cause=cause("dns-filtered"),
        innocent=cause("portal-unreachable"),
        ref="step-6",
    ),
    Row(
        id="B09a",
        what="a filter's page with the filter's own certificate, and no independent server may be asked",
        fault=(
            steps.lie({names.PORTAL: (names.BLOCK_4,)}),
            false_site(
                names.BLOCK_4, lambda w: w.pki.leaf(names.BLOCK_PAGE, signer=w.pki.private), web.blocked
            ),
        ),
        shows=(OWN, "tls portal"),
        cause=cause("dns-filtered"),
        innocent=cause("cert-wrong-name", "cert-untrusted", "dns-hijacked"),
        ref="step-6",
        contacts=TROUBLE | {"false-host"},
    ),
    Row(
        id="B09b",
        what="a filter's page for plain HTTP, with nothing behind port 443",
        fault=(steps.lie({names.PORTAL: (names.BLOCK_4,)}), plain_block_page),
        shows=(OWN, "tls portal"),
        cause=cause("dns-filtered"),
        innocent=cause("portal-unreachable", "dns-hijacked"),
        ref="step-6",
        contacts=TROUBLE | {"false-host"},
    ),
    Row(
        id="B14a",
        what="the name exists nowhere, on a network that has an address for every name",
        setting=(rewrites, steps.network(share_portal_name=True)),
        fault=(steps.truth({names.PORTAL: None}),),
        shows=("name portal",),
        cause=cause("name-wrong"),
        innocent=cause("dns-hijacked", "cert-wrong-name", "portal-unreachable"),
        ref="step-1",
        contacts=TROUBLE | {"false-host"},
        shares_name=True,
    ),
    Row(
        id="B14b",
        what="the same, and no independent server may be asked",
        setting=(rewrites,),
        fault=(steps.truth({names.PORTAL: None}),),
        shows=("name portal",),
        cause=cause("inconclusive"),
        innocent=cause("dns-hijacked", "cert-wrong-name", "portal-unreachable", "name-wrong"),
        ref="step-5",
        code=3,
        contacts=TROUBLE | {"false-host"},
    ),
    Row(
        id="B18",
        what="the portal has an IPv6 address alone, and the network no IPv6",
        setting=(boxes.only_ipv4,),
        fault=(steps.truth({names.PORTAL: (names.PORTAL_6,)}),),
        shows=("name portal",),
        cause=cause("ipv6-broken"),
        innocent=cause("portal-unreachable"),
        ref="error-4",
    ),
    Row(
        id="B18a",
        what="the host that the portal redirects to has an IPv4 address alone, and the network IPv6 alone",
        setting=(boxes.only_ipv6,),
        fault=(steps.truth({names.IDENTITY: (names.IDENTITY_4,)}),),
        shows=("tls identity",),
        cause=cause("ipv4-broken"),
        innocent=cause("portal-unreachable"),
        ref="error-4",
        reasons=frozenset({"network.ipv4-missing"}),
    ),
)
