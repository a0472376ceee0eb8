"""What a walk never follows and never sends, and ways with one thing changed."""

from __future__ import annotations

import contextlib
import ipaddress

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portalcheck.address.nat64 import WELL_KNOWN, embedded
from portalcheck.demo.machine import DemoMachine
from portalcheck.demo.servers import Peer
from portalcheck.facts import DIRECT, Failure, ProxySettings, Route, TraceEnd
from portalcheck.model import Portal
from portalcheck.probe.connect.connection import is_inside
from portalcheck.probe.context import RunContext
from portalcheck.probe.deadline import Deadline
from portalcheck.probe.policy import Network, Role
from tests.probe.through import lets_through
from tests.probe.walks import LOGIN, ends, walk_one
from tests.probe.world import (
    ADDRESS,
    HOST,
    HOSTS,
    OTHER,
    OTHER_ADDRESS,
    PROXY,
    URL,
    Site,
    World,
    computer,
    head,
    issued,
    redirect,
    response,
    walk,
    walker,
)

# ---- where a redirect never leads ------------------------------------------------------------------


@pytest.mark.parametrize(
    "location",
    [
        "https://[x/",
        "https://a b/",
        "https://a%20b.example/",
        "https://a%00b/",
        "https://1.2.3.999/",
        "https://login.example:https/",
        "https://login.example:99999/",
        "https://xn--a/",
        "https://",
        "file:///etc/passwd",
        "data:text/html,hello",
        "javascript:alert(1)",
        "ftp://login.example/",
        "//",
    ],
)
def test_an_address_that_no_browser_opens_is_a_bad_location(world: World, location: str) -> None:
    trace = walk_one(world, Site({}, redirect(location)))
    assert trace.end is TraceEnd.BAD_LOCATION
    assert trace.last.failure is None
    assert len(trace.hops) == 1


def test_a_redirect_without_location_is_a_bad_one(world: World) -> None:
    assert walk_one(world, Site({}, response(302, b""))).end is TraceEnd.BAD_LOCATION


def test_two_different_locations_are_a_bad_one(world: World) -> None:
    two = response(302, b"", ("Location", "/a"), ("Location", "/b"))
    assert walk_one(world, Site({"/": two})).end is TraceEnd.BAD_LOCATION
    same = response(302, b"", ("Location", "/a"), ("Location", "/a"))
    assert walk_one(world, Site({"/": same})).end is TraceEnd.PAGE


@pytest.mark.parametrize("location", [f"http://{HOST}/", f"http://{OTHER}/", f"http:{OTHER}"])
def test_the_way_back_to_http_is_not_taken(world: World, location: str) -> None:
    plain = Site({})
    ports = {(ADDRESS, 443): world.tls(Site({}, redirect(location))), (ADDRESS, 80): world.tcp(plain)}
    assert walk(computer(ports)).end is TraceEnd.LEFT_HTTPS
    assert plain.asked == []


@pytest.mark.parametrize(
    ("location", "asked"),
    [
        (LOGIN, OTHER),
        ("https://169.254.169.254/latest/meta-data/", "169.254.169.254"),
        ("https://2852039166/latest/meta-data/", "169.254.169.254"),
        ("https://0xA9.0xFE.0xA9.0xFE/", "169.254.169.254"),
        ("https://127.1/", "127.0.0.1"),
        ("https://[::ffff:169.254.169.254]/", "::ffff:169.254.169.254"),
        ("https://[::1]/", "::1"),
        ("https://p\u043ertal.example/", "p\u043ertal.example".encode("idna").decode()),
        (f"https://user:secret@{OTHER}/", OTHER),
        (f"\\\\{OTHER}\\x", OTHER),
    ],
)
def test_the_policy_is_asked_for_the_host_that_would_be_contacted(
    world: World, location: str, asked: str
) -> None:
    hosts: list[str] = []

    def may_visit(host: str) -> bool:
        hosts.append(host)
        return False

    other = Site({})
    data = redirect("/").replace(b"Location: /", b"Location: " + location.encode())
    machine = computer({(ADDRESS, 443): world.tls(Site({}, data)), (OTHER_ADDRESS, 443): world.tls(other)})
    trace = walk(machine, may_visit=may_visit)
    assert ends(trace) == (TraceEnd.NOT_FOLLOWED, 1)
    assert [host.replace("a9fe:a9fe", "169.254.169.254") for host in hosts] == [asked]
    assert other.connections == 0


PUBLIC, INSIDE = "93.184.215.14", "inside.example"
OF_SOMEBODY = (
    "127.0.0.1",
    "169.254.169.254",
    "0.0.0.0",
    "::1",
    "::ffff:127.0.0.1",
    "10.9.9.9",
    "172.31.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "198.18.0.1",
    "240.0.0.1",
    "fd00::1",
    "fe80::1",
    "::ffff:10.9.9.9",
    "64:ff9b::a09:909",
    "64:ff9b:1::a09:909",
    "2002:a09:909::1",
)
"""Addresses of this computer, of its links, and of networks of homes, companies and providers."""


def led_inside(world: World, front: str, inside: str) -> tuple[RunContext, Site]:
    """A portal at an address, with a redirect to a name at another, where a site listens."""
    site = Site({})
    machine = computer(
        {
            (front, 443): world.tls(Site({"/": redirect(f"https://{INSIDE}/")})),
            (str(ipaddress.ip_address(inside)), 443): world.tls(site, issued(INSIDE)),
        },
        hosts={HOST: (front,), INSIDE: (inside,)},
    )
    portal = Portal(profile="lab", name="Lab", url=URL, official=(HOST,))
    return RunContext(portal, machine, Network(contact="never"), Deadline(3.0)), site


@pytest.mark.parametrize("inside", OF_SOMEBODY)
@pytest.mark.parametrize("front", [PUBLIC, ADDRESS])
def test_a_portal_of_the_internet_cannot_lead_inside_by_a_name(world: World, inside: str, front: str) -> None:
    context, site = led_inside(world, front, inside)
    trace = context.trace()
    assert trace is not None
    assert (len(trace.hops), trace.last.failure) == (2, Failure.NOT_PERMITTED)
    assert {contact.host for contact in context.ledger.contacts() if contact.role is Role.PORTAL} == {HOST}
    assert site.connections == 0


@pytest.mark.parametrize("addresses", [(), ("10.9.9.9",)])
def test_an_experiment_that_begins_where_a_redirect_led_is_kept_out_as_well(
    world: World, addresses: tuple[str, ...]
) -> None:
    context, site = led_inside(world, PUBLIC, "10.9.9.9")
    tried = context.trace(Route(url=f"https://{INSIDE}/", request=False, addresses=addresses))
    assert tried is not None
    assert (tried.last.failure, site.connections) == (Failure.NOT_PERMITTED, 0)


@pytest.mark.parametrize("inside", ["127.0.0.1", "10.9.9.9", "fd00::1"])
@pytest.mark.parametrize("front", ["10.1.2.3", "192.168.7.7", "fd00::7", "100.64.0.7"])
def test_a_portal_that_is_itself_inside_may_lead_there(world: World, inside: str, front: str) -> None:
    context, site = led_inside(world, front, inside)
    trace = context.trace()
    assert trace is not None
    assert (trace.end, site.connections > 0) == (TraceEnd.PAGE, True)


def test_a_host_that_the_profile_names_may_be_inside(world: World) -> None:
    site = Site({})
    machine = computer(
        {(PUBLIC, 443): world.tls(Site({"/": redirect(LOGIN)})), ("10.9.9.9", 443): world.tls(site)},
        hosts={HOST: (PUBLIC,), OTHER: ("10.9.9.9",)},
    )
    portal = Portal(profile="lab", name="Lab", url=URL, official=(HOST,), identity=(OTHER,))
    trace = RunContext(portal, machine, Network(contact="never"), Deadline(3.0)).trace()
    assert trace is not None
    assert trace.end is TraceEnd.PAGE


def test_who_sends_on_through_a_proxy_is_not_known_by_the_proxys_address(world: World) -> None:
    """The redirect's host is one that goes without the proxy."""
    front, site = world.tls(Site({"/": redirect(f"https://{INSIDE}/")})), Site({})
    plain = computer(
        {
            ("10.0.0.80", 3128): world.tcp(lets_through(front, [])),
            ("10.9.9.9", 443): world.tls(site, issued(INSIDE)),
        },
        hosts={HOST: (PUBLIC,), INSIDE: ("10.9.9.9",), PROXY: ("10.0.0.80",)},
        proxy=ProxySettings(browser=f"http://{PROXY}:3128", browser_known=True),
    )
    machine = GoesAround(**msgspec.structs.asdict(plain))
    portal = Portal(profile="lab", name="Lab", url=URL, official=(HOST,))
    trace = RunContext(portal, machine, Network(contact="never"), Deadline(3.0)).trace()
    assert trace is not None
    assert (trace.last.host, trace.last.failure, site.connections) == (INSIDE, Failure.NOT_PERMITTED, 0)


class GoesAround(DemoMachine, frozen=True, kw_only=True):
    """A computer with a list of exceptions, on which INSIDE stands."""

    def proxies(self, url: str) -> ProxySettings:
        settings = super().proxies(url)
        if INSIDE not in url:
            return settings
        return msgspec.structs.replace(settings, browser="", browser_bypassed=True)


@given(st.ip_addresses(v=4))
def test_an_address_behind_a_translator_is_inside_as_the_one_that_it_stands_for(
    address: ipaddress.IPv4Address,
) -> None:
    inside = is_inside(str(address))
    for prefix in (WELL_KNOWN, "64:ff9b:1::/96", "::ffff:0:0/96"):
        assert is_inside(embedded(str(address), prefix)) is inside


def test_of_a_names_addresses_only_those_outside_are_tried(world: World) -> None:
    site = Site({})
    machine = computer(
        {(PUBLIC, 443): world.tls(Site({"/": redirect(LOGIN)})), (OTHER_ADDRESS, 443): world.tls(site)},
        hosts={HOST: (PUBLIC,), OTHER: ("127.0.0.1", OTHER_ADDRESS)},
    )
    trace = walk(machine)
    assert trace.last.connect is not None
    assert [attempt.address for attempt in trace.last.connect.attempts] == [OTHER_ADDRESS]


def test_a_route_that_does_not_follow_stops_at_the_first(world: World) -> None:
    trace = walk_one(world, Site({"/": redirect("/a")}), Route(url=URL, follow=False))
    assert ends(trace) == (TraceEnd.NOT_FOLLOWED, 1)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=60))
def test_no_location_makes_a_walk_raise(location: str) -> None:
    with contextlib.ExitStack() as stack:
        site = Site({"/": redirect(location)})
        machine = computer({(ADDRESS, 443): World(stack).tls(site)})
        trace = walk(machine, may_visit=lambda host: host == HOST)
    assert trace.hops
    assert isinstance(trace.end, TraceEnd)


@pytest.mark.parametrize("url", ["", "portal", "https://[x/", "file:///etc/passwd", "https://a b/", "\ud800"])
def test_a_route_without_a_url_is_one_failed_hop(url: str) -> None:
    trace = walk(computer(), url)
    assert trace.end is TraceEnd.FAILED
    assert trace.first.failure is not None


# ---- what is sent on the way -----------------------------------------------------------------------


def _cookie_site() -> Site:
    """Sends visitors round until they return its cookie, as some portals do."""
    return Site(
        {"/": response(302, b"", ("Location", "/a"), ("Set-Cookie", "seen=1; Path=/; Secure; HttpOnly"))}
    )


def test_cookies_are_never_sent(world: World) -> None:
    site = _cookie_site()
    walk_one(world, site)
    assert len(site.asked) == 2
    assert site.header("Cookie") == []


def test_fresh_cookies_are_given_back_on_this_very_walk(world: World) -> None:
    site = _cookie_site()
    walk_one(world, site, Route(url=URL, fresh_cookies=True))
    assert site.header("Cookie") == ["seen=1"]


def test_fresh_cookies_of_one_host_are_not_given_to_another(world: World) -> None:
    front = Site({"/": response(302, b"", ("Location", LOGIN), ("Set-Cookie", "seen=1"))})
    login = Site({})
    machine = computer({(ADDRESS, 443): world.tls(front), (OTHER_ADDRESS, 443): world.tls(login)})
    walk(machine, Route(url=URL, fresh_cookies=True))
    assert login.asked
    assert login.header("Cookie") == []


def test_a_walk_that_needs_its_cookie_ends_at_the_page(world: World) -> None:
    def serve(peer: Peer) -> None:
        while request := head(peer):
            again = response(302, b"", ("Location", "/"), ("Set-Cookie", "seen=1"))
            peer.socket.sendall(response() if b"seen=1" in request else again)

    assert ends(walk_one(world, serve, Route(url=URL, fresh_cookies=True))) == (TraceEnd.PAGE, 2)
    assert walk_one(world, serve).end is TraceEnd.LOOP


@pytest.mark.parametrize(
    "value", ["a=" + "x" * 60_000, "=;;;;", "\xff=\xfe; Expires=never", "a=1; Max-Age=" + "9" * 400]
)
def test_hostile_cookies_are_harmless(world: World, value: str) -> None:
    site = Site({"/": response(302, b"", ("Location", "/a"), ("Set-Cookie", value))})
    assert walk_one(world, site, Route(url=URL, fresh_cookies=True)).end is TraceEnd.PAGE


@pytest.mark.parametrize("size", [1, 19, 4096, 16_384])
def test_filler_cookies_have_the_length_that_was_asked_for(world: World, size: int) -> None:
    front, login = Site({"/": redirect(LOGIN)}), Site({})
    machine = computer({(ADDRESS, 443): world.tls(front), (OTHER_ADDRESS, 443): world.tls(login)})
    walk(machine, Route(url=URL, cookie_bytes=size))
    assert [len(value) for value in front.header("Cookie")] == [size]
    assert login.header("Cookie") == []


def test_no_credentials_of_an_address_are_sent(world: World) -> None:
    site = Site({"/": redirect(f"https://user:secret@{HOST}/a")})
    trace = walk_one(world, site, f"https://me:mine@{HOST}/")
    assert trace.end is TraceEnd.PAGE
    assert not any("uthorization" in request for request in site.asked)


# ---- routes with one thing changed -----------------------------------------------------------------


def test_other_addresses_count_for_the_portal_alone(world: World) -> None:
    front, login = Site({"/": redirect(LOGIN), "/b": response()}), Site({"/login": redirect(f"{URL}b")})
    elsewhere = "198.51.100.7"
    machine = computer({(elsewhere, 443): world.tls(front), (OTHER_ADDRESS, 443): world.tls(login)})
    trace = walk(machine, Route(url=URL, addresses=(elsewhere,)))
    assert [hop.connect.address for hop in trace.hops if hop.connect] == [elsewhere, OTHER_ADDRESS, elsewhere]
    assert trace.first.names is None


def test_another_server_name_is_told_and_the_host_is_still_asked_for(world: World) -> None:
    site = Site({})
    machine = computer({(ADDRESS, 443): world.tls(site)})
    one = walker(machine)
    one.trace(Route(url=URL, server_name="www.example.com", follow=False), Role.PORTAL, lambda _: True)
    assert site.header("Host") == [HOST]
    assert [contact.told for contact in one.ledger.contacts()] == ["www.example.com"]


@pytest.mark.parametrize(("family", "expected"), [(4, ADDRESS), (6, "2001:db8::1")])
def test_one_family_alone_can_be_tried(world: World, family: int, expected: str) -> None:
    where = world.tls(Site({}))
    six = "2001:db8::1"
    machine = computer({(ADDRESS, 443): where, (six, 443): where}, hosts={HOST: (six, ADDRESS)})
    for route in (
        Route(url=URL, family=family),
        Route(url=URL, family=family, addresses=(six, ADDRESS)),
    ):
        trace = walk(machine, route)
        assert trace.first.connect is not None
        assert trace.first.connect.address == expected


# ---- exception lists -------------------------------------------------------------------------------


def test_a_host_that_is_excepted_from_the_proxy_is_reached_directly(world: World) -> None:
    """The portal goes through the proxy, its login host does not, or the other way round."""
    from portalcheck.demo.machine import DemoMachine

    class Excepting(DemoMachine, frozen=True, kw_only=True):
        def proxies(self, url: str) -> ProxySettings:
            browser = "" if OTHER in url else "http://proxy.example:3128"
            return ProxySettings(browser=browser, browser_known=True, browser_bypassed=OTHER in url)

    front, login = world.tls(Site({"/": redirect(LOGIN)})), Site({})

    def proxy(peer: Peer) -> None:
        from tests.probe.world import relays_to

        head(peer)
        peer.socket.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        relays_to(front)(peer)

    plain = computer(
        {("192.0.2.80", 3128): world.tcp(proxy), (OTHER_ADDRESS, 443): world.tls(login)}, hosts=HOSTS
    )
    machine = Excepting(**{name: getattr(plain, name) for name in plain.__struct_fields__})
    trace = walk(machine)
    assert ends(trace) == (TraceEnd.PAGE, 2)
    assert [hop.proxy is not None for hop in trace.hops] == [True, False]
    assert walk(machine, Route(url=URL, proxy=DIRECT)).last.failure is Failure.NETWORK_UNREACHABLE
