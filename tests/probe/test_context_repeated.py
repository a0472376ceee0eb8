"""Nobody is blamed for what fails once in a while: a cause that rests on a failed try needs it to fail again."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from functools import partial

import pytest

from portalcheck.api import Check
from portalcheck.demo import tls as tls_server
from portalcheck.demo.certificates import server_context
from portalcheck.demo.servers import Peer, Serve
from portalcheck.facts import ProxySettings
from portalcheck.probe.context import RunContext
from portalcheck_checks.proxy.check import CHECK as PROXY_CHECK
from portalcheck_checks.tls.check import CHECK as TLS_CHECK
from tests.probe.context_world import Setting, context_of, dated
from tests.probe.through import PORT, lets_through
from tests.probe.world import ADDRESS, HOST, PROXY, PROXY_ADDRESS, Site, World, good, in_time


class Busy:
    """A server that breaks off connections as `breaks_off` says by their number and whether they are the portal's."""

    def __init__(self, breaks_off: Callable[[int, bool], bool], inner: Serve) -> None:
        self._breaks_off, self._inner = breaks_off, inner
        self._lock = threading.Lock()
        self.portal_passed = self.connections = 0

    def __call__(self, peer: Peer) -> None:
        portal = HOST.encode() in tls_server.first_record(peer)
        with self._lock:
            number, self.connections = self.connections, self.connections + 1
            broken = self._breaks_off(number, portal)
            self.portal_passed += portal and not broken
        if broken:
            peer.reset()
        else:
            self._inner(peer)


def portal_of(breaks_off: Callable[[int, bool], bool]) -> Busy:
    return Busy(breaks_off, partial(tls_server.serve, server_context(good()), Site({}, dated())))


def reasons(check: Check, context: RunContext) -> set[str]:
    with in_time(8.0):
        return {finding.reason for finding in check.run(context)}


def of_portal(world: World, busy: Busy) -> set[str]:
    return reasons(TLS_CHECK, context_of(world, Setting(portal=world.tcp(busy), seconds=8.0)))


def test_a_portal_that_breaks_off_once_is_not_blocked(world: World) -> None:
    found = of_portal(world, portal_of(lambda number, portal: number == 0))
    assert found
    assert "tls.blocked" not in found


def test_a_portal_that_breaks_off_twice_while_other_names_pass_is_not_blocked(world: World) -> None:
    left = [2]

    def breaks_off(number: int, portal: bool) -> bool:
        left[0] -= portal
        return portal and left[0] >= 0

    assert "tls.blocked" not in of_portal(world, portal_of(breaks_off))


def test_a_name_that_is_broken_off_each_time_is_blocked(world: World) -> None:
    assert of_portal(world, portal_of(lambda number, portal: portal)) == {"tls.blocked"}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(30))
def test_a_name_that_passed_in_the_run_is_never_called_blocked(world: World, seed: int) -> None:
    chance = random.Random(seed)
    busy = portal_of(lambda number, portal: chance.random() < 0.5)
    if "tls.blocked" in of_portal(world, busy):
        assert busy.portal_passed == 0


@pytest.mark.parametrize(("broken", "reason"), [(2, "proxy.unsteady"), (1000, "proxy.down")])
def test_a_proxy_is_down_only_where_it_fails_each_time(world: World, broken: int, reason: str) -> None:
    site = world.tls(Site({}, dated()))
    passes = lets_through(site, [])
    tries = iter(range(1000))

    def serve(peer: Peer) -> None:
        (Peer.reset if next(tries) < broken else passes)(peer)

    setting = Setting(
        ports={(PROXY_ADDRESS, PORT): world.tcp(serve), (ADDRESS, 443): world.refusing()},
        proxy=ProxySettings(browser=f"http://{PROXY}:{PORT}", browser_known=True),
        seconds=8.0,
    )
    found = reasons(PROXY_CHECK, context_of(world, setting))
    assert reason in found
    assert len(found & {"proxy.unsteady", "proxy.down"}) == 1
