"""The facts of a run: found once, judged by what is proved, and asked of others only in trouble."""

from __future__ import annotations

import socket
import sys

import pytest

from portalcheck.api.proof import is_proven
from portalcheck.demo import practice
from portalcheck.demo.plan import OWN_DNS, PORTAL_4
from portalcheck.demo.servers import Peer, Serve
from portalcheck.facts import Failure, Route, TraceEnd
from portalcheck.probe.context import RunContext
from portalcheck.probe.deadline import Deadline
from portalcheck.probe.policy import Network, Role
from portalcheck.probe.threads import gather
from tests.probe.context_world import (
    AIA,
    AIA_ADDRESS,
    CANARIES,
    LOGIN,
    NORTH,
    Setting,
    context_of,
    dated,
    self_signed,
)
from tests.probe.dns_replies import dns_server, records
from tests.probe.test_doh import Answering
from tests.probe.world import ADDRESS, HOST, URL, Site, World, head, issued, redirect, response

# ---- the address -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "contactable", "host"),
    [
        ("", True, HOST),
        (f"https://{HOST}/x", True, HOST),
        (f"https://www.{HOST}/", True, f"www.{HOST}"),
        (f"HTTPS://{HOST.upper()}./x", True, HOST),
        ("https://unrelated.invalid/", True, "unrelated.invalid"),
        (f"https://{HOST}.evil.invalid/", False, f"{HOST}.evil.invalid"),
        (f"https://{HOST}@evil.invalid/", False, "evil.invalid"),
        ("https://[x/", False, ""),
        ("javascript:alert(1)", False, ""),
    ],
)
def test_an_address_is_judged_before_anybody_is_contacted(
    world: World, url: str, contactable: bool, host: str
) -> None:
    context = context_of(world, Setting(url=url))
    assert (context.contactable, context.host) == (contactable, host)
    assert context.portal_host == HOST
    assert context.ledger.contacts() == ()


def test_nothing_is_known_of_an_address_that_may_not_be_contacted(world: World) -> None:
    setting = Setting(
        url=f"https://{HOST}.evil.invalid/", network=Network(contact="always", share_portal_name=True)
    )
    context = context_of(world, setting)
    assert context.trace() is None
    assert context.names() is None
    assert context.third_parties.canaries() is None
    assert context.third_parties.names(HOST) is None
    assert context.true_time().skew_s is None
    assert not context.trouble()
    assert not is_proven(context, context.trace())
    assert context.ledger.contacts() == ()


# ---- ways ------------------------------------------------------------------------------------------


def test_a_way_is_walked_once_for_all_who_ask(world: World) -> None:
    site = Site({}, dated())
    context = context_of(world, Setting(portal=site))
    traces = gather([context.trace] * 8, 3)
    assert all(trace is traces[0] for trace in traces)
    own = traces[0]
    assert own is not None
    context.traces(own.beside)
    made = site.connections
    assert made <= 1 + len(own.beside)
    assert context.trace(Route(url=URL)) is own
    assert site.connections == made
    assert context.trace(Route(url=URL, family=4)) is not own
    assert site.connections == made + 1


@pytest.mark.parametrize(
    ("location", "end"),
    [
        (LOGIN, TraceEnd.PAGE),
        ("/elsewhere", TraceEnd.PAGE),
        (f"https://{NORTH}/", TraceEnd.PAGE),
        (f"https://{HOST}.evil.invalid/", TraceEnd.NOT_FOLLOWED),
        ("https://169.254.169.254/", TraceEnd.NOT_FOLLOWED),
        ("https://2852039166/", TraceEnd.NOT_FOLLOWED),
        (f"https://{ADDRESS}/", TraceEnd.NOT_FOLLOWED),
        ("https://[::1]/", TraceEnd.NOT_FOLLOWED),
        ("https://localhost/", TraceEnd.NOT_FOLLOWED),
        ("https://admin.localhost/", TraceEnd.NOT_FOLLOWED),
        ("https://intranet/", TraceEnd.NOT_FOLLOWED),
        ("https://[x/", TraceEnd.BAD_LOCATION),
        ("file:///etc/passwd", TraceEnd.BAD_LOCATION),
    ],
)
def test_a_redirect_leads_anywhere_but_to_imitations_addresses_and_this_computer(
    world: World, location: str, end: TraceEnd
) -> None:
    trace = context_of(world, Setting(portal=Site({"/": redirect(location)}, dated()))).trace()
    assert trace is not None
    assert trace.end is end


def test_an_address_literal_that_was_given_may_send_to_itself(world: World) -> None:
    site = Site({"/": redirect("/a")}, dated())
    trace = context_of(world, Setting(portal=site, url=f"https://{ADDRESS}/")).trace()
    assert trace is not None
    assert (trace.end, len(trace.hops)) == (TraceEnd.PAGE, 2)


def test_a_portal_that_sends_round_until_its_cookie_returns_is_walked_with_it(world: World) -> None:
    def serve(peer: Peer) -> None:
        while request := head(peer):
            again = response(302, b"", ("Location", "/"), ("Set-Cookie", "seen=1"))
            peer.socket.sendall(response() if b"seen=1" in request else again)

    trace = context_of(world, Setting(portal=serve)).trace()
    assert trace is not None
    assert trace.end is TraceEnd.PAGE
    assert trace.route.fresh_cookies


def test_a_loop_that_no_cookie_ends_is_a_loop(world: World) -> None:
    trace = context_of(world, Setting(portal=Site({}, redirect("/")))).trace()
    assert trace is not None
    assert trace.end is TraceEnd.LOOP
    assert not trace.route.fresh_cookies


def test_several_ways_are_walked_at_once_and_told_in_order(world: World) -> None:
    context = context_of(world, Setting())
    routes = [Route(url=URL, addresses=("192.0.2.99",)), Route(url=URL), Route(url=URL, repeat=2)]
    ends = [trace.end for trace in context.traces(routes) if trace is not None]
    assert ends == [TraceEnd.FAILED, TraceEnd.PAGE, TraceEnd.PAGE]
    assert context.traces([]) == ()


@pytest.mark.not_on_windows("linux", "the name lo")
@pytest.mark.skipif(sys.platform != "linux", reason="interfaces are called otherwise elsewhere")
@pytest.mark.parametrize(
    ("portal", "contact", "interface", "expected"),
    [
        (Peer.reset, "on-trouble", "lo", True),
        (Peer.reset, "on-trouble", "no-such-if0", False),
        (Peer.reset, "never", "lo", False),
        (None, "on-trouble", "lo", False),
    ],
)
def test_an_independent_server_is_asked_around_an_interface_only_in_trouble(
    world: World, portal: Serve | None, contact: str, interface: str, expected: bool
) -> None:
    resolver = dns_server(world, records(("203.0.113.1",)))
    network = Network(contact=contact, canaries=CANARIES, resolvers=("203.0.113.53",))
    setting = Setting(portal=portal, network=network, ports={("203.0.113.53", 53): resolver})
    context = context_of(world, setting)
    assert context.egress.dns_over(interface) is expected
    told = {contact.told for contact in context.ledger.contacts() if contact.role is Role.NEUTRAL_RESOLVER}
    assert told <= {NORTH}


# ---- proof -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        (Setting(), True),
        (Setting(portal=Site({"/": redirect(LOGIN)})), True),
        (Setting(certificate=issued(HOST, days=(-90, -3))), True),
        (Setting(certificate=issued("other.example")), False),
        (Setting(certificate=self_signed()), False),
        (Setting(portal=Site({"/": redirect(LOGIN)}), login_certificate=issued("x.example")), False),
        (Setting(portal=Site({"/": redirect("https://[x/")})), False),
        (Setting(portal=Peer.reset), False),
        (Setting(portal=Site({}, response(500))), True),
        (Setting(url=f"http://{HOST}/"), False),
        (Setting(url=f"http://{HOST}/", plain=Site({"/": redirect(URL)})), True),
        (Setting(url=f"http://{HOST}/", plain=Site({"/": redirect(LOGIN)})), False),
    ],
)
def test_a_page_is_proven_where_every_server_on_the_way_is(
    world: World, setting: Setting, expected: bool
) -> None:
    context = context_of(world, setting)
    assert is_proven(context, context.trace()) is expected


def test_no_walk_proves_nothing(world: World) -> None:
    assert not is_proven(context_of(world, Setting()), None)


# ---- names -----------------------------------------------------------------------------------------


def test_names_are_what_the_system_the_servers_and_the_hosts_file_say() -> None:
    with practice("hosts-override") as one:
        context = RunContext(one.portal, one.machine, Network(), Deadline(3))
        names = context.names()
    assert names is not None
    assert names.system.addresses == names.hosts_file
    assert [answer.server.address for answer in names.servers if answer.server] == [OWN_DNS]
    assert PORTAL_4 in names.servers[0].addresses


def test_an_address_is_asked_of_no_server(world: World) -> None:
    context = context_of(world, Setting(url=f"https://{ADDRESS}/"))
    names = context.names()
    assert names is not None
    assert (names.system.addresses, names.servers) == ((ADDRESS,), ())


def test_a_name_is_asked_over_https_of_an_independent_server_that_proves_itself(world: World) -> None:
    network = Network(resolvers=(f"https://{AIA}/dns-query",), share_portal_name=True)
    server = Answering(records((ADDRESS,)))
    ports = {(AIA_ADDRESS, 443): world.tls(server, issued(AIA))}
    context = context_of(world, Setting(portal=Peer.reset, network=network, ports=ports))
    answers = context.third_parties.names(HOST)
    assert answers is not None
    assert [answer.addresses for answer in answers] == [(ADDRESS,)]
    assert context.third_parties.names("stranger.example") is None


# ---- egress ----------------------------------------------------------------------------------------


def test_where_traffic_leaves_from_is_told_without_asking_for_a_name(world: World) -> None:
    listener = world.socket(socket.SOCK_DGRAM)
    listener.bind(("127.0.0.1", 0))
    listener.setblocking(False)
    network = Network(resolvers=(f"https://{NORTH}/dns-query", "203.0.113.53", "nonsense"))
    context = context_of(
        world, Setting(network=network, ports={("203.0.113.53", 53): listener.getsockname()})
    )
    assert context.egress.addresses() == {"127.0.0.1"}
    assert context.egress.source_address("203.0.113.99") is Failure.NETWORK_UNREACHABLE
    assert context.ledger.contacts() == ()
    with pytest.raises(BlockingIOError):
        listener.recv(1)


def test_where_traffic_leaves_from_is_known_where_every_server_is_asked_over_https(world: World) -> None:
    """The address of nobody is HOST's here, so that there is a way to it."""
    network = Network(resolvers=(f"https://{NORTH}/dns-query",))
    assert context_of(world, Setting(network=network)).egress.addresses() == {"127.0.0.1"}
