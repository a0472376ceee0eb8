"""Who is contacted, when, and that nobody is without standing in the ledger."""

from __future__ import annotations

import contextlib
import threading

import dns.message
import pytest

from portalcheck.demo import practice
from portalcheck.demo.machine import DemoMachine
from portalcheck.demo.plan import AIA, CANARIES, IDENTITY, OWN_DNS, PORTAL, RESOLVER, ZONE
from portalcheck.demo.portal import Practice
from portalcheck.facts import DIRECT, DnsServer, Route
from portalcheck.model import Portal
from portalcheck.probe.context import RunContext
from portalcheck.probe.deadline import Deadline
from portalcheck.probe.policy import Contact, Ledger, Network, Role
from tests.probe.dns_replies import Answer, Think, dns_server, rcode, records
from tests.probe.world import DNS_ADDRESS, HOST, URL, World, computer, in_time

NEUTRAL_ROLES = {Role.NEUTRAL, Role.NEUTRAL_RESOLVER, Role.ISSUER}


class Watched(DemoMachine, frozen=True, kw_only=True):
    """A practice computer that remembers every address that a packet was sent to."""

    touched: list[str]

    def endpoint(self, address: str, port: int) -> tuple[str, int]:
        self.touched.append(address)
        return super().endpoint(address, port)


class Run:
    """One run in a practice world: every fact asked for once."""

    def __init__(self, world: Practice, url: str = "", *, seconds: float = 3.0, **settings: object) -> None:
        plain = world.machine
        fields = {name: getattr(plain, name) for name in plain.__struct_fields__}
        self.machine = Watched(**fields, touched=[])
        given = {
            "contact": world.contact,
            "canaries": world.canaries,
            "captive": world.captive,
            "resolvers": world.resolvers,
            "share_portal_name": world.share_portal_name,
            **settings,
        }
        network = Network(**given)  # type: ignore[arg-type]  # each test gives settings of the right type
        self.context = RunContext(world.portal, self.machine, network, Deadline(seconds), url=url)
        with in_time(seconds):
            self._ask()

    def _ask(self) -> None:
        context = self.context
        context.proxy_plan()
        trace = context.trace()
        context.names()
        context.third_parties.canaries()
        context.true_time()
        context.third_parties.names(context.host)
        for hop in trace.hops if trace is not None else ():
            context.chain(hop)
        context.trace(Route(url=context.url, proxy=DIRECT, family=4))

    @property
    def contacts(self) -> tuple[Contact, ...]:
        return self.context.ledger.contacts()

    @property
    def roles(self) -> set[Role]:
        return {contact.role for contact in self.contacts}

    def unrecorded(self) -> set[str]:
        """Addresses that were contacted although nobody of the ledger has them."""
        recorded = {OWN_DNS}  # which the system itself asks for every name
        for contact in self.contacts:
            hosts_file = self.machine.hosts.get(contact.host, ())
            recorded |= {contact.host, *hosts_file, *ZONE.get(contact.host, ())}
            with contextlib.suppress(OSError):
                recorded.update(self.machine.resolve(contact.host, 0))
        return set(self.machine.touched) - recorded


# ---- the ledger ------------------------------------------------------------------------------------


def test_contacts_stand_in_the_ledger_in_order_and_are_counted() -> None:
    ledger = Ledger()
    ledger.record(Role.PORTAL, "a.example", "a.example")
    ledger.record(Role.RESOLVER, "192.0.2.53", "a.example")
    ledger.record(Role.PORTAL, "b.example")
    assert [contact.host for contact in ledger.contacts()] == ["a.example", "192.0.2.53", "b.example"]
    assert ledger.counts() == {"portal": 2, "resolver": 1}


def test_no_contact_is_lost_where_many_are_made_at_once() -> None:
    ledger = Ledger()

    def record() -> None:
        for _ in range(500):
            ledger.record(Role.NEUTRAL, "x")

    threads = [threading.Thread(target=record) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ledger.counts() == {"neutral": 4000}


@pytest.mark.parametrize(
    ("contact", "trouble", "allowed"),
    [
        ("never", False, False),
        ("never", True, False),
        ("on-trouble", False, False),
        ("on-trouble", True, True),
        ("always", False, True),
        ("always", True, True),
    ],
)
def test_the_setting_decides_when_neutral_hosts_may_be_asked(
    contact: str, trouble: bool, allowed: bool
) -> None:
    assert Network(contact=contact).neutral_allowed(trouble) is allowed


# ---- whole runs ------------------------------------------------------------------------------------

_FAULTS = [
    "healthy",
    "dns-broken",
    "dns-filtered",
    "dns-hijacked",
    "hosts-override",
    "captive-portal",
    "proxy-active",
    "proxy-blocks",
    "tls-blocked",
    "intercept-untrusted",
    "cert-chain-incomplete",
    "cert-untrusted",
    "clock-wrong",
    "portal-unreachable",
    "redirect-problem",
]


@pytest.mark.parametrize("fault", _FAULTS)
def test_nobody_is_contacted_without_standing_in_the_ledger(fault: str) -> None:
    with practice(fault) as world:
        run = Run(world)
        assert run.machine.touched
        assert run.unrecorded() == set()


@pytest.mark.parametrize("fault", _FAULTS)
def test_the_portals_name_is_told_to_no_independent_server_unless_the_person_allows_it(fault: str) -> None:
    with practice(fault) as world:
        told = {
            c.told for c in Run(world, share_portal_name=False).contacts if c.role is Role.NEUTRAL_RESOLVER
        }
        assert not told & {PORTAL, IDENTITY}
        assert told <= set(CANARIES)


@pytest.mark.parametrize("fault", ["healthy", "ipv6-fallback", "vpn-active", "clock-off", "cookies-stale"])
def test_where_all_is_well_only_the_own_dns_server_and_the_portal_are_contacted(fault: str) -> None:
    with practice(fault) as world:
        run = Run(world)
        assert run.roles <= {Role.RESOLVER, Role.PORTAL}
        assert {c.host for c in run.contacts if c.role is Role.PORTAL} == {PORTAL, IDENTITY}
        assert {c.host for c in run.contacts if c.role is Role.RESOLVER} == {OWN_DNS}
        assert run.context.third_parties.canaries() is None
        assert run.context.third_parties.names(run.context.host) is None


@pytest.mark.parametrize(
    "fault", ["dns-broken", "cert-untrusted", "cert-chain-incomplete", "intercept-trusted"]
)
def test_a_setting_of_never_is_kept_whatever_is_wrong(fault: str) -> None:
    with practice(fault) as world:
        run = Run(world, contact="never", share_portal_name=True)
        assert not run.roles & NEUTRAL_ROLES
        assert run.unrecorded() == set()
        assert run.context.third_parties.canaries() is None


def test_a_setting_of_always_asks_although_all_is_well() -> None:
    with practice("healthy") as world:
        run = Run(world, contact="always")
        assert {Role.NEUTRAL, Role.NEUTRAL_RESOLVER} <= run.roles
        assert run.context.third_parties.canaries() is not None


def test_a_missing_issuer_is_asked_for_where_that_is_allowed_and_nobody_else() -> None:
    with practice("cert-chain-incomplete") as world:
        run = Run(world)
        assert [c.host for c in run.contacts if c.role in NEUTRAL_ROLES] == [AIA]


@pytest.mark.parametrize(
    "url",
    [
        f"https://{PORTAL}.evil.example/",
        f"https://{PORTAL}@evil.example/",
        "https://[x/",
        "file:///etc/passwd",
        "mailto:x",
    ],
)
def test_an_imitation_or_an_invalid_address_is_never_contacted(url: str) -> None:
    with practice("healthy") as world:
        run = Run(world, url, contact="always", share_portal_name=True)
        assert not run.context.contactable
        assert run.contacts == ()
        assert run.machine.touched == []


# ---- what independent servers really hear ------------------------------------------------------------


class Listening:
    """A DNS server that remembers the names it was asked for."""

    def __init__(self, think: Think) -> None:
        self._think = think
        self.names: set[str] = set()

    def __call__(self, question: dns.message.Message) -> Answer:
        """Answer one question."""
        self.names.add(question.question[0].name.to_text(omit_final_dot=True))
        return self._think(question)


@pytest.fixture
def listening(world: World) -> tuple[DemoMachine, Listening, Listening]:
    """A computer whose own DNS server fails, and an independent one that answers."""
    own, other = Listening(rcode(2)), Listening(records(("203.0.113.1",)))
    ports = {(DNS_ADDRESS, 53): dns_server(world, own), (RESOLVER, 53): dns_server(world, other)}
    return computer(ports, hosts={}, resolvers=(DnsServer(DNS_ADDRESS),)), own, other


@pytest.mark.parametrize("share", [False, True])
def test_what_an_independent_server_hears_is_what_the_person_allowed(
    listening: tuple[DemoMachine, Listening, Listening], share: bool
) -> None:
    machine, own, other = listening
    portal = Portal(profile="x", name="x", url=URL, official=(HOST,))
    network = Network(canaries=("https://north.example/",), resolvers=(RESOLVER,), share_portal_name=share)
    context = RunContext(portal, machine, network, Deadline(2))
    context.names()
    assert context.third_parties.canaries() is not None
    elsewhere = context.third_parties.names(HOST)
    assert (elsewhere is not None) is share
    assert other.names == ({"north.example", HOST} if share else {"north.example"})
    assert HOST in own.names
