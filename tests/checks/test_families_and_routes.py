"""One family of addresses that is dead for everybody, and this computer's own routes."""

from __future__ import annotations

from typing import Any

import pytest

from portalcheck.api import (
    Failure,
    Interface,
    InterfaceKind,
    LocalRoute,
    Reach,
    Route,
    Trace,
)
from portalcheck.testing import (
    canaries,
    computer,
    context,
    egress,
    outcomes,
    third_parties,
    trace,
    unreachable,
)
from portalcheck_checks.network import check as network

DEAD, ALIVE = Reach(3, 0), Reach(3, 3)
PORTAL_4, PORTAL_6, BEHIND = "192.0.2.10", "2001:db8::10", "64:ff9b::c000:20a"
WORLD = Interface("eth0", InterfaceKind.ETHERNET, True, ("192.0.2.2",))
BRIDGE = Interface("docker0", InterfaceKind.VIRTUAL, True, ("172.17.0.1",))
TUNNEL = Interface("tun0", InterfaceKind.TUNNEL, True, ("10.8.0.2",))


@pytest.mark.parametrize(
    ("addresses", "reaches", "reason"),
    [
        ((PORTAL_4,), {"ipv4": DEAD, "ipv6": ALIVE}, "network.ipv4-dead"),
        ((PORTAL_4,), {"ipv4": ALIVE, "ipv6": ALIVE}, ""),
        ((PORTAL_4,), {"ipv4": Reach(1, 0), "ipv6": ALIVE}, ""),
        ((PORTAL_4, BEHIND), {"ipv4": DEAD, "translated": DEAD, "ipv6": ALIVE}, "network.ipv4-dead"),
        ((PORTAL_4,), {"ipv4": DEAD}, ""),
        ((PORTAL_4, BEHIND), {"ipv4": DEAD, "translated": ALIVE}, ""),
        ((BEHIND,), {"translated": DEAD, "ipv6": ALIVE}, "network.ipv4-dead"),
        ((PORTAL_6,), {"ipv4": ALIVE, "ipv6": DEAD}, "network.ipv6-dead"),
        ((PORTAL_6, PORTAL_4), {"ipv4": DEAD, "ipv6": DEAD}, ""),
        ((PORTAL_6, PORTAL_4), {"ipv4": DEAD, "ipv6": ALIVE}, ""),
    ],
)
def test_a_family_is_dead_where_neutral_hosts_are_silent_in_it_too(
    addresses: tuple[str, ...], reaches: dict[str, Any], reason: str
) -> None:
    walk = unreachable(Failure.TIMED_OUT, *addresses)
    found = network.judge_families(walk, canaries(**reaches), loaded=False, only_ipv4=False)
    assert [finding.reason for finding in found] == ([reason] if reason else [])


@pytest.mark.parametrize("failure", [Failure.REFUSED, Failure.RESET, Failure.DENIED])
def test_a_family_that_answers_is_not_dead(failure: Failure) -> None:
    walk = unreachable(failure, PORTAL_4)
    by = canaries(ipv4=DEAD, ipv6=ALIVE)
    assert list(network.judge_families(walk, by, loaded=False, only_ipv4=False)) == []


def _findings(way: LocalRoute | None, failure: Failure, *beside: Interface, works: bool = False) -> list[str]:
    """What the whole check says of a portal that fails over a way of its own; over others it `works`."""

    def walk(route: Route | None = None) -> Trace:
        return trace() if works and route is not None and route.interface else unreachable(failure)

    made = context(
        trace=walk,
        machine=computer(interfaces=(WORLD, *beside)),
        egress=egress(detour=way),
        third_parties=third_parties(canaries=canaries()),
    )
    return [reason for reason, status in outcomes(network.network(made)) if status == "fail"]


@pytest.mark.parametrize(
    ("way", "failure", "beside", "works", "named"),
    [
        (LocalRoute("docker0"), Failure.HOST_UNREACHABLE, BRIDGE, True, True),
        (LocalRoute("eth0", "192.0.2.7"), Failure.HOST_UNREACHABLE, BRIDGE, False, True),
        (LocalRoute("eth0", "192.0.2.7"), Failure.TIMED_OUT, BRIDGE, False, True),
        (LocalRoute(), Failure.DENIED, BRIDGE, False, True),
        (None, Failure.HOST_UNREACHABLE, BRIDGE, False, False),
        # A refusal is an answer: only the way beside shows that another should have given it.
        (LocalRoute("docker0"), Failure.REFUSED, BRIDGE, False, False),
        (LocalRoute("docker0"), Failure.REFUSED, BRIDGE, True, True),
        # What a tunnel carries: the check of VPNs tells whether it would work outside.
        (LocalRoute("tun0"), Failure.TIMED_OUT, TUNNEL, False, False),
        (LocalRoute("tun0"), Failure.TIMED_OUT, TUNNEL, True, False),
    ],
)
def test_own_routes_are_to_blame_where_they_lead_another_way_than_to_the_world(
    way: LocalRoute | None, failure: Failure, beside: Interface, works: bool, named: bool
) -> None:
    assert ("network.route-conflict" in _findings(way, failure, beside, works=works)) is named
