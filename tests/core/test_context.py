"""The facts of a run: found once, judged by what is proved, and asked of others only in trouble."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs7

from portalcheck.context import RunContext
from portalcheck.demo import practice
from portalcheck.demo.certificates import Issued, mint
from portalcheck.demo.plan import OWN_DNS, PORTAL_4
from portalcheck.demo.servers import Peer, Serve
from portalcheck.facts import Chain, Failure, ProxyPlan, ProxySettings, Route, TraceEnd
from portalcheck.path.policy import Network, Role
from portalcheck.path.waiting import Deadline, side_by_side
from tests.core.context_world import (
    AIA,
    AIA_ADDRESS,
    NORTH,
    PORTAL,
    Setting,
    context_of,
    dated,
    machine_of,
)
from tests.path.world import (
    ADDRESS,
    HOST,
    OTHER,
    URL,
    Site,
    World,
    authority,
    head,
    in_time,
    issued,
    minted,
    redirect,
    response,
    says,
    sends_without_end,
)

LOGIN = f"https://{OTHER}/login"
QUIET = Network()
"""Nobody to ask."""


@pytest.fixture
def world() -> Iterator[World]:
    """Servers on the loopback, ended with the test."""
    with ExitStack() as stack:
        yield World(stack)


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
    assert (context.contactable, context.host, context.given) == (contactable, host, bool(url))
    assert context.portal_host == HOST
    assert context.ledger.contacts() == ()


def test_nothing_is_known_of_an_address_that_may_not_be_contacted(world: World) -> None:
    setting = Setting(
        url=f"https://{HOST}.evil.invalid/", network=Network(contact="always", share_portal_name=True)
    )
    context = context_of(world, setting)
    assert context.trace() is None
    assert context.names() is None
    assert context.neutral() is None
    assert context.names_elsewhere() is None
    assert context.true_time().skew_s is None
    assert not context.trouble()
    assert not context.proven(context.trace())
    assert context.ledger.contacts() == ()


# ---- ways ------------------------------------------------------------------------------------------


def test_a_way_is_walked_once_for_all_who_ask(world: World) -> None:
    site = Site({}, dated())
    context = context_of(world, Setting(portal=site))
    traces = side_by_side([context.trace] * 8, 3)
    assert all(trace is traces[0] for trace in traces)
    assert site.connections == 1
    assert context.trace(Route(url=URL, family=4)) is not traces[0]
    assert site.connections == 2


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


# ---- proof -----------------------------------------------------------------------------------------


def _self_signed() -> Issued:
    return mint(minted("Nobody", HOST, (HOST, OTHER)))


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        (Setting(), True),
        (Setting(portal=Site({"/": redirect(LOGIN)})), True),
        (Setting(certificate=issued(HOST, days=(-90, -3))), True),
        (Setting(certificate=issued("other.example")), False),
        (Setting(certificate=_self_signed()), False),
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
    assert context.proven(context.trace()) is expected


def test_no_walk_proves_nothing(world: World) -> None:
    assert not context_of(world, Setting()).proven(None)


# ---- trouble ---------------------------------------------------------------------------------------

_ISSUERS = msgspec.structs.replace(PORTAL, issuers=("Good Authority",))
_OTHER_ISSUERS = msgspec.structs.replace(PORTAL, issuers=("Another Authority",))


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        (Setting(), False),
        (Setting(profile=_ISSUERS), False),
        (Setting(portal=Site({"/": redirect(LOGIN)}, dated())), False),
        (Setting(portal=Site({}, dated(status=401))), False),
        (Setting(portal=Site({}, response(200, b"no date"))), False),
        (Setting(portal=Site({}, dated(age_s=7200))), False),
        (Setting(portal=Site({}, dated(-200))), False),
        (Setting(profile=_OTHER_ISSUERS), True),
        (Setting(certificate=issued(HOST, days=(-90, -3))), True),
        (Setting(certificate=issued("other.example")), True),
        (Setting(certificate=_self_signed()), True),
        (Setting(portal=Site({"/": redirect(LOGIN)}), login_certificate=issued("x.example")), True),
        (Setting(portal=Site({}, dated(status=403))), True),
        (Setting(portal=Site({}, dated(status=503))), True),
        (Setting(portal=Site({}, dated(-400))), True),
        (Setting(portal=Site({"/": redirect("/")})), True),
        (Setting(portal=Site({"/": redirect(f"http://{HOST}/")})), True),
        (Setting(portal=Site({"/": redirect(f"https://{HOST}.evil.invalid/")})), True),
        (Setting(portal=says(response(200, b"cut", length=99))), True),
        (Setting(portal=sends_without_end(b"HTTP/1.1 200 X\r\n\r\n", b"x", pause_s=0.05), seconds=1), True),
        (Setting(portal=Peer.reset), True),
        (Setting(clock_s=86_400 * 100), True),
        (Setting(clock_s=200), False),
    ],
)
def test_trouble_is_what_fails_or_is_not_as_the_public_web_has_it(
    world: World, setting: Setting, expected: bool
) -> None:
    context = context_of(world, setting)
    assert context.trouble() is expected
    assert (context.neutral() is not None) is expected


def test_a_certificate_that_only_the_system_knows_is_trouble(world: World) -> None:
    machine = msgspec.structs.replace(machine_of(world, Setting()), mozilla=())
    context = RunContext(PORTAL, machine, QUIET, Deadline(3))
    assert context.proven(context.trace())
    assert context.trouble()


# ---- true time -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "skew_s", "source", "disputed"),
    [
        (Setting(), 0, "portal", False),
        (Setting(clock_s=150), 150, "portal", False),
        (Setting(clock_s=-1200), -1200, "portal", False),
        (Setting(clock_s=86_400 * 400), 86_400 * 400, "portal", False),
        (Setting(portal=Site({}, dated(age_s=7200))), 0, "portal", False),
        (Setting(portal=Site({}, dated(-3600))), 0, "neutral", True),
        (Setting(portal=Site({}, dated(-3600)), network=Network(contact="never")), 3600, "portal", False),
        (Setting(portal=Site({}, dated(-3600)), canary=response()), 3600, "portal", False),
        (Setting(portal=Site({}, dated(-3600)), certificate=issued("x.example")), 0, "neutral", False),
        (
            Setting(portal=Site({}, dated(-3600)), certificate=issued(HOST, days=(-90, -3))),
            0,
            "neutral",
            True,
        ),
        (Setting(portal=Peer.reset), 0, "neutral", False),
        (Setting(portal=Peer.reset, canary=response()), None, "none", False),
        (Setting(portal=Peer.reset, network=Network(contact="never")), None, "none", False),
        (Setting(portal=Site({}, response())), None, "none", False),
    ],
)
def test_the_true_time_is_that_of_servers_that_prove_themselves(
    world: World, setting: Setting, skew_s: int | None, source: str, disputed: bool
) -> None:
    found = context_of(world, setting).true_time()
    assert (found.source, found.disputed) == (source, disputed)
    assert (found.skew_s is None) == (skew_s is None)
    assert skew_s is None or abs((found.skew_s or 0) - skew_s) <= 2


def test_of_several_servers_the_middle_counts(world: World) -> None:
    """The portal is right before and after its login host, which is not."""
    portal = Site({"/": dated(0.0, ("Location", LOGIN), status=302)}, dated())
    login = Site({}, dated(-86_400, ("Location", f"{URL}page"), status=302))
    context = context_of(world, Setting(portal=portal, login=login, network=Network(contact="never")))
    trace = context.trace()
    assert trace is not None
    assert len(trace.hops) == 3
    assert context.true_time().skew_s in (0, 1, 2)


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


# ---- missing issuers -------------------------------------------------------------------------------


def _between() -> Issued:
    return mint(minted("Good Authority", "Good Intermediate", ()), authority(), send_issuer=False)


def _lonely(between: Issued) -> Issued:
    sort = msgspec.structs.replace(minted("Portal", HOST, (HOST,)), issuer_url=f"http://{AIA}/i.der")
    return mint(sort, between, send_issuer=False)


def _incomplete(
    world: World, between: Issued, answer: Serve, network: Network = QUIET
) -> tuple[RunContext, Chain]:
    """A portal that does not send its intermediate, which stands where the certificate says."""
    setting = Setting(
        certificate=_lonely(between), network=network, ports={(AIA_ADDRESS, 80): world.tcp(answer)}
    )
    context = context_of(world, setting)
    trace = context.trace()
    assert trace is not None
    with in_time(setting.seconds):
        chain = context.chain(trace.first)
    assert chain is not None
    return context, chain


def _forms(between: Issued) -> dict[str, bytes]:
    pem, der = serialization.Encoding.PEM, serialization.Encoding.DER
    return {
        "der": between.der,
        "pem": between.certificate.public_bytes(pem),
        "pkcs7": pkcs7.serialize_certificates([between.certificate], der),
        "pkcs7-pem": pkcs7.serialize_certificates([between.certificate], pem),
    }


@pytest.mark.parametrize("form", ["der", "pem", "pkcs7", "pkcs7-pem"])
def test_a_missing_intermediate_is_fetched_from_where_the_certificate_says(world: World, form: str) -> None:
    between = _between()
    site = Site({"/i.der": response(200, _forms(between)[form])})
    context, chain = _incomplete(world, between, site)
    assert (chain.incomplete, chain.completed, chain.trusted) == (True, True, True)
    assert [c.host for c in context.ledger.contacts() if c.role is Role.ISSUER] == [AIA]
    assert len(site.asked) == 1


def test_a_missing_intermediate_is_not_fetched_where_settings_say_never(world: World) -> None:
    between = _between()
    site = Site({"/i.der": response(200, between.der)})
    context, chain = _incomplete(world, between, site, Network(contact="never"))
    assert (chain.incomplete, chain.completed, chain.trusted) == (True, False, False)
    assert Role.ISSUER not in {contact.role for contact in context.ledger.contacts()}
    assert site.asked == []


@pytest.mark.parametrize(
    "answer",
    [
        Site({}, response(404, b"none")),
        Site({}, response(200, b"<html>no certificate</html>")),
        Site({}, response(200, b"")),
        Site({"/i.der": redirect("/other.der")}),
        says(response(200, b"cut", length=5000)),
        sends_without_end(b"HTTP/1.1 200 X\r\n\r\n", b"x" * 60_000),
        Peer.reset,
        Peer.ignore,
    ],
    ids=["missing", "page", "empty", "redirect", "cut", "endless", "reset", "silent"],
)
def test_an_intermediate_that_cannot_be_had_leaves_the_chain_incomplete(world: World, answer: Serve) -> None:
    _, chain = _incomplete(world, _between(), answer)
    assert (chain.incomplete, chain.completed, chain.trusted) == (True, False, False)


def test_an_intermediate_of_somebody_else_completes_nothing(world: World) -> None:
    other = mint(minted("Good Authority", "Good Intermediate", ()), authority(), send_issuer=False)
    _, chain = _incomplete(world, _between(), Site({"/i.der": response(200, other.der)}))
    assert not chain.trusted


def test_a_private_authority_of_the_profile_is_trusted(world: World, tmp_path: Path) -> None:
    private = mint(minted("Clinic", "Clinic Root", ()), send_issuer=False)
    certificate = mint(minted("Clinic", HOST, (HOST,)), private, send_issuer=False)
    file = tmp_path / "ca.pem"
    file.write_bytes(private.certificate.public_bytes(serialization.Encoding.PEM))
    profile = msgspec.structs.replace(PORTAL, ca_file=str(file))
    context = context_of(world, Setting(certificate=certificate, profile=profile))
    trace = context.trace()
    assert trace is not None
    chain = context.chain(trace.first)
    assert chain is not None
    assert chain.trusted_by == {"profile"}
    assert context.proven(trace)
    assert not context.trouble()


@pytest.mark.parametrize("content", [None, b"", b"nonsense"])
def test_a_file_of_authorities_that_cannot_be_read_trusts_nobody(
    world: World, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    profile = msgspec.structs.replace(PORTAL, ca_file=str(file))
    context = context_of(world, Setting(certificate=_self_signed(), profile=profile))
    assert not context.proven(context.trace())


# ---- proxies ---------------------------------------------------------------------------------------

_PAC = 'function FindProxyForURL(url, host) { return "PROXY proxy.example:3128; DIRECT"; }'


def _pac_plan(
    world: World, answer: Serve, path: str = "/x.pac", *, seconds: float = 3.0
) -> tuple[RunContext, ProxyPlan]:
    proxy = ProxySettings(pac_url=f"http://{AIA}{path}", browser_known=True)
    setting = Setting(proxy=proxy, ports={(AIA_ADDRESS, 80): world.tcp(answer)}, seconds=seconds)
    context = context_of(world, setting)
    with in_time(seconds):
        return context, context.proxy_plan()


def test_a_pac_file_is_fetched_once_and_read(world: World) -> None:
    site = Site({"/x.pac": response(200, _PAC.encode())})
    context, plan = _pac_plan(world, site)
    assert (plan.pac, plan.candidates) == ("read", ("http://proxy.example:3128", "direct"))
    assert context.proxy_plan() == plan
    assert len(site.asked) == 1
    assert [(c.role, c.host) for c in context.ledger.contacts()] == [(Role.PROXY, AIA)]


def test_a_long_pac_file_is_read_to_its_end(world: World) -> None:
    long = "// a list of hosts\n" * 20_000 + _PAC
    _, plan = _pac_plan(world, Site({"/x.pac": response(200, long.encode())}))
    assert plan.pac == "read"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Site({}, response(404, _PAC.encode())), "unreachable"),
        (says(response(200, b"cut", length=5000)), "unreachable"),
        (Peer.reset, "unreachable"),
        (Peer.ignore, "unreachable"),
        (Site({}, response(200, b"<html>sign in</html>")), "malformed"),
        (sends_without_end(b"HTTP/1.1 200 X\r\n\r\n", b"x" * 60_000), "malformed"),
    ],
    ids=["missing", "cut", "reset", "silent", "page", "endless"],
)
def test_a_pac_file_that_cannot_be_had_leaves_the_way_direct(
    world: World, answer: Serve, expected: str
) -> None:
    _, plan = _pac_plan(world, answer, seconds=1)
    assert (plan.pac, plan.candidates) == (expected, ("direct",))


def test_a_pac_file_on_this_computer_is_read_without_contacting_anybody(world: World, tmp_path: Path) -> None:
    file = tmp_path / "proxy.pac"
    file.write_text(_PAC, "utf-8")
    proxy = ProxySettings(pac_url=file.as_uri(), browser_known=True)
    context = context_of(world, Setting(proxy=proxy))
    assert context.proxy_plan().pac == "read"
    assert context.ledger.contacts() == ()


@pytest.mark.parametrize("url", ["", "https://[x/", "javascript:alert(1)"])
def test_an_invalid_address_has_a_plan_all_the_same(world: World, url: str) -> None:
    assert context_of(world, Setting(url=url)).proxy_plan().candidates == ("direct",)


# ---- ways out --------------------------------------------------------------------------------------


def test_ways_out_are_told_without_asking_for_a_name(world: World) -> None:
    listener = world.socket(socket.SOCK_DGRAM)
    listener.bind(("127.0.0.1", 0))
    listener.setblocking(False)
    network = Network(resolvers=(f"https://{NORTH}/dns-query", "203.0.113.53", "nonsense"))
    context = context_of(
        world, Setting(network=network, ports={("203.0.113.53", 53): listener.getsockname()})
    )
    assert context.ways_out() == {"127.0.0.1"}
    assert context.way_to("203.0.113.99") is Failure.NETWORK_UNREACHABLE
    assert context.ledger.contacts() == ()
    with pytest.raises(BlockingIOError):
        listener.recv(1)
