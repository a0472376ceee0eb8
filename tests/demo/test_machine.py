"""The practice computer: it resolves as a computer does, and leads nowhere but to the loopback."""

from __future__ import annotations

import errno
import socket
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.api import Machine
from portalcheck.demo import FAULTS, practice
from portalcheck.demo.portal import Practice
from portalcheck.facts import InterfaceKind
from tests.demo.client import PORTAL

FOUR, SIX = "198.51.100.10", "2001:db8:2::10"


def reach(practice: Practice, address: str, port: int) -> tuple[str, int] | None:
    """Where an address leads, None where there is no route to it. Any other error is raised."""
    try:
        return practice.machine.endpoint(address, port)
    except OSError as error:
        if error.errno != errno.ENETUNREACH:
            raise
        return None


def test_it_is_a_machine(healthy: Practice) -> None:
    machine: Machine = healthy.machine
    assert machine.system().os in ("linux", "windows", "macos")
    assert abs(machine.now() - time.time()) < 1
    assert machine.system_trusts(machine.system_roots().certificates, PORTAL) is False


@pytest.mark.parametrize(
    ("family", "found"),
    [(0, (SIX, FOUR)), (4, (FOUR,)), (6, (SIX,)), (socket.AF_INET, (FOUR,)), (socket.AF_INET6, (SIX,))],
)
def test_names_resolve_by_family(healthy: Practice, family: int, found: tuple[str, ...]) -> None:
    assert healthy.machine.resolve(PORTAL, family) == found
    assert healthy.machine.resolve(f"{PORTAL.upper()}.", family) == found


def test_addresses_resolve_to_themselves(healthy: Practice) -> None:
    assert healthy.machine.resolve("192.0.2.7", 0) == ("192.0.2.7",)
    with pytest.raises(socket.gaierror):
        healthy.machine.resolve("192.0.2.7", 6)


@pytest.mark.parametrize(
    ("fault", "host", "code"),
    [
        ("healthy", "nothing.example", socket.EAI_NONAME),
        ("healthy", "a..b", socket.EAI_NONAME),
        ("healthy", "x" * 64 + ".example", socket.EAI_NONAME),
        ("name-wrong", PORTAL, socket.EAI_NONAME),
        ("dns-filtered-missing", PORTAL, socket.EAI_NONAME),
        ("dns-broken", PORTAL, socket.EAI_AGAIN),
        ("dns-refuses", PORTAL, socket.EAI_AGAIN),
        ("no-link", PORTAL, socket.EAI_AGAIN),
        ("dns-down", PORTAL, socket.EAI_AGAIN),
    ],
)
def test_failures_are_those_of_getaddrinfo(fault: str, host: str, code: int) -> None:
    with practice(fault) as running:
        since = time.monotonic()
        with pytest.raises(socket.gaierror) as caught:
            running.machine.resolve(host, 0)
        assert caught.value.errno == code
        assert time.monotonic() - since < 3.0


def test_the_hosts_file_comes_before_dns() -> None:
    with practice("hosts-override") as running:
        entry = running.machine.hosts_file(PORTAL.upper())
        assert entry
        assert running.machine.resolve(PORTAL, 0) == entry
        assert running.machine.hosts_file("canary.north.example") == ()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(running.machine.endpoint(entry[0], 443), 5)


@pytest.mark.parametrize("fault", FAULTS)
def test_every_address_leads_to_the_loopback_and_no_other_leads_anywhere(fault: str) -> None:
    with practice(fault) as running:
        assert {where for where, _ in running.machine.ports.values()} <= {"127.0.0.1"}
        for address in ("9.9.9.9", "127.0.0.1", "::1", "0.0.0.0", "2001:db8:ffff::1", "localhost", ""):
            assert reach(running, address, 443) is None


@settings(max_examples=50, deadline=None)
@given(address=st.one_of(st.ip_addresses().map(str), st.text(max_size=20)), port=st.integers(0, 65_535))
def test_an_endpoint_is_known_or_unreachable(healthy: Practice, address: str, port: int) -> None:
    where = reach(healthy, address, port)
    assert where is None or where[0] == "127.0.0.1"


@settings(max_examples=50, deadline=None)
@given(host=st.text(max_size=80))
def test_no_name_raises_anything_but_what_getaddrinfo_does(healthy: Practice, host: str) -> None:
    try:
        found = healthy.machine.resolve(host, 0)
    except socket.gaierror:
        return
    assert found


@pytest.mark.parametrize(
    ("fault", "kind"), [("healthy", InterfaceKind.ETHERNET), ("vpn-active", InterfaceKind.TUNNEL)]
)
def test_the_address_that_traffic_leaves_from_belongs_to_the_way_out(fault: str, kind: InterfaceKind) -> None:
    with practice(fault) as running, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(running.machine.endpoint(FOUR, 443))
        local = probe.getsockname()[0]
        owners = [one.kind for one in running.machine.interfaces() if one.up and local in one.addresses]
    assert owners == [kind]


def test_without_a_link_nothing_is_up_and_nothing_is_reached() -> None:
    with practice("no-link") as running:
        up = [one.kind for one in running.machine.interfaces() if one.up]
        assert up == [InterfaceKind.LOOPBACK]
        assert running.machine.dns_servers() == ()
        assert running.machine.ports == {}


def test_six_can_be_missing_or_silent_while_four_works() -> None:
    with practice("ipv6-fallback") as running:
        assert reach(running, SIX, 443) is None
        socket.create_connection(running.machine.endpoint(FOUR, 443), 5).close()
    with practice("ipv6-broken") as running:
        with socket.create_connection(running.machine.endpoint(SIX, 443), 0.3) as sock:
            sock.sendall(b"hello")
            with pytest.raises(TimeoutError):
                sock.recv(1)
        socket.create_connection(running.machine.endpoint(FOUR, 443), 5).close()


def test_without_a_way_out_nobody_answers() -> None:
    with practice("no-internet") as running:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(running.machine.endpoint("203.0.113.20", 80), 5)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
            datagrams.settimeout(0.2)
            datagrams.sendto(b"\0" * 12, running.machine.endpoint("203.0.113.53", 53))
            with pytest.raises(TimeoutError):
                datagrams.recv(100)
