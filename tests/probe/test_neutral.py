"""Unrelated hosts: what a probe for a sign-in page met, and the whole picture, whatever hangs or lies."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.demo.certificates import Issued, mint
from portalcheck.demo.servers import Endpoint, Peer, Serve
from portalcheck.facts import Canaries, CaptiveAnswer, Chain, DnsServer, Hop, HttpStep, RootStore, Route
from portalcheck.model import Portal
from portalcheck.probe.deadline import Deadline
from portalcheck.probe.memo import Memo
from portalcheck.probe.policy import Ledger, Network, Role
from portalcheck.probe.third_parties.canaries import CanarySurvey, captive_answer, plain_answer
from portalcheck.probe.tls.trust import ChainVerifier
from tests.probe.dns_replies import Think, dns_server, rcode, records, silent
from tests.probe.world import (
    DNS_ADDRESS,
    Site,
    World,
    computer,
    in_time,
    issued,
    minted,
    redirect,
    response,
    says,
    walk,
    walker,
)

PROBE, PROBE_ADDRESS = "probe.example", "203.0.113.20"
NORTH, SOUTH = "north.example", "south.example"
ADDRESSES = {NORTH: "203.0.113.1", SOUTH: "203.0.113.2", PROBE: PROBE_ADDRESS}
RESOLVER = "203.0.113.53"
OPEN, CAPTIVE, SILENT, ODD = (
    CaptiveAnswer.OPEN,
    CaptiveAnswer.CAPTIVE,
    CaptiveAnswer.SILENT,
    CaptiveAnswer.ODD,
)

NETWORK = Network(
    canaries=(f"https://{NORTH}/", f"https://{SOUTH}/"),
    captive=(f"http://{PROBE}/generate_204", f"http://{PROBE_ADDRESS}/generate_204"),
    resolvers=(RESOLVER,),
)


@pytest.mark.parametrize(
    ("status", "location", "expected"),
    [
        (0, "", SILENT),
        (511, "", CAPTIVE),
        (302, "http://192.0.2.1/login", CAPTIVE),
        (302, "https://wifi.example/welcome", CAPTIVE),
        (307, "http://guest.hotel.example/splash?url=x", CAPTIVE),
        (302, "http://192.0.2.1/warning/blocked.html", ODD),
        (302, "https://safe-browsing.hotspot.example/blocked", ODD),
        (301, "https://portal.example/", ODD),
        (301, "https://www.portal.example/signin", ODD),
        (302, "https://login.new-portal.example/", ODD),
        (200, "", ODD),
        (503, "", ODD),
        (302, "", ODD),
    ],
)
def test_plain_http_of_other_hosts_shows_a_sign_in_page_by_its_address_alone(
    status: int, location: str, expected: CaptiveAnswer
) -> None:
    step = HttpStep(failure=None, status=status, location=location)

    assert plain_answer(Hop(host="portal.example", port=80, scheme="http", http=step)) is expected


# ---- one probe -------------------------------------------------------------------------------------


def _probe(world: World, serve: Serve, host: str = PROBE) -> CaptiveAnswer:
    machine = computer({(PROBE_ADDRESS, 80): world.tcp(serve)}, hosts={PROBE: (PROBE_ADDRESS,)})
    with in_time(1):
        route = Route(url=f"http://{host}/generate_204")
        return captive_answer(walker(machine, seconds=1).trace(route, Role.NEUTRAL, lambda _: False).first)


_NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"
_OPEN_NETWORK = says(_NO_CONTENT)
_ANSWERS = records(("203.0.113.1",))


@pytest.mark.parametrize(
    ("serve", "expected"),
    [
        (says(_NO_CONTENT), OPEN),
        (says(response(200, b"")), OPEN),
        (says(response(200, b"\n")), OPEN),
        (says(response(200, b"<html>Please sign in</html>")), CAPTIVE),
        (says(response(200, b"<html>Please sign in</html>", length=9999)), CAPTIVE),
        (says(response(511, b"")), CAPTIVE),
        (says(redirect("http://wifi.example/login")), CAPTIVE),
        (says(redirect("https://wifi.example/login")), CAPTIVE),
        (says(redirect("//wifi.example/login")), CAPTIVE),
        (says(redirect("http://10.0.0.1/login")), CAPTIVE),
        (says(redirect(f"http://{PROBE}/login")), CAPTIVE),
        (says(redirect("/login", 307)), CAPTIVE),
        (says(redirect(f"https://{PROBE}/generate_204", 301)), ODD),
        (says(redirect(f"https://{PROBE.upper()}/generate_204", 301)), ODD),
        (says(redirect("https://[x/")), ODD),
        (says(redirect("data:text/html,hello")), ODD),
        (says(redirect("https://xn--a/")), ODD),
        (says(response(302, b"")), ODD),
        (says(b"HTTP/1.1 304 Not Modified\r\n\r\n"), ODD),
        (says(response(403, b"blocked")), ODD),
        (says(response(404, b"none")), ODD),
        (says(response(503, b"")), ODD),
        (says(response(200, b"", length=500)), SILENT),
        (says(b"garbage\r\n\r\n"), SILENT),
        (says(b""), SILENT),
        (Peer.reset, SILENT),
        (Peer.ignore, SILENT),
    ],
)
def test_a_probe_for_204_is_read_by_status_and_aim(
    world: World, serve: Serve, expected: CaptiveAnswer
) -> None:
    assert _probe(world, serve) is expected


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        (f"https://{PROBE_ADDRESS}/", ODD),
        ("https://wifi.example/", CAPTIVE),
        ("http://203.0.113.21/", CAPTIVE),
        ("https://192.0.2.1/login", CAPTIVE),
    ],
)
def test_a_probe_of_a_bare_address_is_read_by_where_it_is_sent(
    world: World, location: str, expected: CaptiveAnswer
) -> None:
    assert _probe(world, says(redirect(location)), PROBE_ADDRESS) is expected


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        # A service with several addresses of the world sends to the same page, or its front page.
        ("https://1.1.1.1/", ODD),
        ("https://one.one.one.one/generate_204", ODD),
        # A gateway sends to a page of its own, and may pose at an address of the world.
        ("https://1.1.1.1/login.html", CAPTIVE),
        ("https://192.0.2.1/generate_204", CAPTIVE),
        ("https://10.1.0.1/", CAPTIVE),
        ("http://1.0.0.1/generate_204?login", CAPTIVE),
        ("", ODD),
    ],
)
def test_a_service_may_move_a_probe_to_https_and_a_gateway_leads_elsewhere(
    location: str, expected: CaptiveAnswer
) -> None:
    step = HttpStep(failure=None, status=302, location=location)
    hop = Hop(host="1.0.0.1", port=80, scheme="http", http=step)
    assert captive_answer(hop, "/generate_204") is expected


def test_a_probe_that_nobody_answers_is_silent() -> None:
    trace = walk(computer(), f"http://{PROBE_ADDRESS}/")
    assert captive_answer(trace.first) is SILENT


@settings(max_examples=200)
@given(
    st.text(max_size=80),
    st.sampled_from([PROBE, PROBE_ADDRESS, "2001:db8::1", ""]),
    st.sampled_from([301, 302, 308]),
)
def test_no_location_makes_the_reader_raise(location: str, host: str, status: int) -> None:
    hop = Hop(
        host=host, port=80, scheme="http", http=HttpStep(failure=None, status=status, location=location)
    )
    assert captive_answer(hop) in (CAPTIVE, ODD)


# ---- the whole picture -----------------------------------------------------------------------------


def _picture(
    world: World,
    *,
    north: Endpoint | None = None,
    south: Endpoint | None = None,
    probe: Serve = _OPEN_NETWORK,
    own: Think = _ANSWERS,
    other: Think = _ANSWERS,
    network: Network = NETWORK,
    portal_chain: Chain | None = None,
    seconds: float = 2.0,
) -> tuple[Canaries, Ledger]:
    """Ask everybody once; a canary that is not given is a good one."""
    plain = world.tcp(probe)
    ports = {
        (ADDRESSES[NORTH], 443): north or world.tls(Site({}), issued(NORTH)),
        (ADDRESSES[SOUTH], 443): south or world.tls(Site({}), issued(SOUTH)),
        (PROBE_ADDRESS, 80): plain,
        (DNS_ADDRESS, 53): dns_server(world, own),
        (RESOLVER, 53): dns_server(world, other),
    }
    hosts = {name: (address,) for name, address in ADDRESSES.items()}
    machine = computer(ports, hosts=hosts, resolvers=(DnsServer(DNS_ADDRESS),))
    one = walker(machine, seconds=seconds)
    room = ChainVerifier(
        machine,
        Portal(profile="x", name="x", url="https://portal.example/"),
        Memo(Deadline(5)),
        lambda _: None,
    )
    with in_time(seconds):
        asked = CanarySurvey(one, network, room.judge)
        asked.ask()
    return asked.beside(portal_chain), one.ledger


def test_an_open_network_is_seen_as_one(world: World) -> None:
    picture, ledger = _picture(world)
    assert (picture.asked, picture.verified, picture.tcp_ok) == (2, 2, 2)
    assert picture.captive == (OPEN, OPEN)
    assert (picture.system_dns, picture.other_dns) == ("answers", "answers")
    assert picture.internet_works
    assert not picture.is_captive
    assert not picture.same_issuer
    told = {(contact.role, contact.host) for contact in ledger.contacts()}
    assert told == {
        (Role.NEUTRAL, NORTH),
        (Role.NEUTRAL, SOUTH),
        (Role.NEUTRAL, PROBE),
        (Role.NEUTRAL, PROBE_ADDRESS),
        (Role.RESOLVER, DNS_ADDRESS),
        (Role.NEUTRAL_RESOLVER, RESOLVER),
    }


def test_a_canary_that_cannot_prove_itself_is_present_and_not_reached(world: World) -> None:
    picture, _ = _picture(world, north=world.tls(Site({}), issued("other.example")))
    assert (picture.verified, picture.tcp_ok) == (1, 2)


def test_an_expired_canary_proves_itself_whatever_the_clock_says(world: World) -> None:
    picture, _ = _picture(world, north=world.tls(Site({}), issued(NORTH, days=(-90, -3))))
    assert picture.verified == 2


@pytest.mark.parametrize("how", ["refuses", "ignores", "hole"])
def test_a_dead_canary_is_neither(world: World, how: str) -> None:
    where = {"refuses": world.refusing, "ignores": lambda: world.tcp(Peer.ignore), "hole": world.black_hole}[
        how
    ]()
    picture, _ = _picture(world, north=where, seconds=4.0)
    assert picture.verified == 1
    assert picture.tcp_ok == (2 if how == "ignores" else 1)


@pytest.mark.parametrize(
    ("think", "expected"),
    [
        (records(("203.0.113.1",)), "answers"),
        (rcode(2), "errors"),
        (rcode(5), "errors"),
        (rcode(3), "errors"),
        (records(), "errors"),
        (lambda _: b"\xff" * 20, "silent"),
        (silent, "silent"),
    ],
)
def test_dns_servers_are_told_apart_by_how_they_answer_neutral_names(
    world: World, think: Think, expected: str
) -> None:
    picture, _ = _picture(world, own=think)
    assert (picture.system_dns, picture.other_dns) == (expected, "answers")
    picture, _ = _picture(world, other=think)
    assert (picture.system_dns, picture.other_dns) == ("answers", expected)


def test_without_independent_servers_none_is_asked(world: World) -> None:
    picture, ledger = _picture(world, network=Network(canaries=NETWORK.canaries))
    assert picture.other_dns == "not-asked"
    assert picture.captive == ()
    assert Role.NEUTRAL_RESOLVER not in {contact.role for contact in ledger.contacts()}


def _chain(organisation: str, *, trusted: frozenset[RootStore] = frozenset()) -> Chain:
    return Chain(
        name_matches=True,
        trusted_by=trusted,
        not_before=0.0,
        not_after=1e12,
        issuer_organisation=organisation,
        issuer_name="Shield Root",
    )


def _inspected(name: str) -> Issued:
    shield = mint(minted("Shield", "Shield Root", ()), send_issuer=False)
    return mint(minted("Portal", name, (name,)), shield, send_issuer=False)


@pytest.mark.parametrize(
    ("portal_chain", "expected"),
    [
        (_chain("Shield"), True),
        (_chain("Another"), False),
        (_chain("Shield", trusted=frozenset({RootStore.MOZILLA})), False),
        (None, False),
    ],
)
def test_one_private_issuer_of_the_portal_and_a_canary_is_told(
    world: World, portal_chain: Chain | None, expected: bool
) -> None:
    where = world.tls(Site({}), _inspected(NORTH))
    picture, _ = _picture(world, north=where, portal_chain=portal_chain)
    assert picture.same_issuer is expected
    assert (picture.verified, picture.tcp_ok) == (1, 2)


def test_a_public_issuer_of_both_is_no_sign(world: World) -> None:
    chain = _chain("Good Authority", trusted=frozenset({RootStore.SYSTEM, RootStore.MOZILLA}))
    assert not _picture(world, portal_chain=chain)[0].same_issuer


def test_a_picture_of_nothing_but_silence_is_there_in_time(world: World) -> None:
    hole = world.black_hole()
    picture, _ = _picture(
        world,
        north=hole,
        south=world.tcp(Peer.ignore),
        probe=Peer.ignore,
        own=silent,
        other=silent,
        seconds=1,
    )
    assert (picture.verified, picture.captive) == (0, (SILENT, SILENT))
    assert (picture.system_dns, picture.other_dns) == ("silent", "silent")
    assert not picture.internet_works


@pytest.mark.parametrize(
    "network",
    [
        Network(
            canaries=("https://[x/", "nonsense"),
            captive=("http://[x/", ""),
            resolvers=("nonsense", "9.9.9.9:99999"),
        ),
        Network(resolvers=("https://[x/dns-query", "https://", "")),
        Network(),
    ],
)
def test_settings_that_are_none_are_passed_over(world: World, network: Network) -> None:
    picture, _ = _picture(world, network=network)
    assert picture.verified == 0
    assert picture.captive == (SILENT,) * len(network.captive)
    assert picture.other_dns == "not-asked"
