"""A practice portal: the world, the computer in it, and the settings of a run against it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from portalcheck.demo import plan
from portalcheck.demo.faults import FAULTS
from portalcheck.demo.machine import DemoMachine
from portalcheck.demo.plan import Plan
from portalcheck.demo.servers import Servers
from portalcheck.demo.world import World
from portalcheck.facts import DnsServer, InstalledBrowser, Interface, InterfaceKind, ProxySettings
from portalcheck.model import Portal

PRACTICE_PORTAL = Portal(
    profile="practice",
    name="Practice portal",
    url=f"https://{plan.PORTAL}{plan.SIGN_IN_PATH}",
    official=(plan.PORTAL,),
    identity=(plan.IDENTITY,),
    issuers=(plan.PUBLIC_CA,),
)


class Practice(msgspec.Struct, frozen=True, kw_only=True):
    """The computer to check with, the portal to check, and the network settings that belong to them."""

    machine: DemoMachine
    portal: Portal
    contact: str = "on-trouble"
    canaries: tuple[str, ...] = tuple(f"https://{host}/" for host in plan.CANARIES)
    captive: tuple[str, ...] = (
        f"http://{plan.OPEN}{plan.OPEN_PATH}",
        f"http://{plan.OPEN_ADDRESS}{plan.OPEN_PATH}",
    )
    resolvers: tuple[str, ...] = (plan.RESOLVER,)
    share_portal_name: bool = False


@contextmanager
def practice(fault: str) -> Iterator[Practice]:
    """Run the practice world of a fault until the context ends. Raises KeyError for an unknown fault."""
    chosen = FAULTS[fault].plan
    servers = Servers()
    try:
        world = World(chosen, servers)
        servers.start()
        yield Practice(
            machine=_machine(world),
            portal=PRACTICE_PORTAL,
            contact=chosen.contact,
            share_portal_name=chosen.share_portal_name,
        )
    finally:
        servers.close()


def _machine(world: World) -> DemoMachine:
    chosen = world.plan
    root, inspection, private = (
        one.der for one in (world.authorities.root, world.authorities.inspection, world.authorities.private)
    )
    linked = chosen.link != "none"
    return DemoMachine(
        ports=world.ports,
        links=_interfaces(chosen),
        resolvers=(DnsServer(plan.OWN_DNS),) if linked else (),
        hosts=chosen.hosts,
        proxy=_proxy_settings(chosen),
        trusted={"usual": (root,), "with-inspection": (root, inspection), "stale": (private,)}[chosen.trust],
        mozilla=(root,),
        clock_s=chosen.clock_s,
        installed=(InstalledBrowser(browser="firefox"),) if chosen.profiles or chosen.cookies else (),
        profiles=chosen.profiles,
        cookies=chosen.cookies,
    )


def _interfaces(chosen: Plan) -> tuple[Interface, ...]:
    """The practice computer's interfaces.

    Every connection of the practice world really leaves from 127.0.0.1. The interface that stands for the way
    out lists that address as its own, and the loopback does not, so that a look-up by local address finds it.
    """
    way_out = "127.0.0.1"
    loopback = Interface("practice-lo", InterfaceKind.LOOPBACK, True, ("::1",))
    if chosen.link == "none":
        return loopback, Interface("practice-eth", InterfaceKind.ETHERNET, False, ())
    own = (plan.LOCAL_4, plan.LOCAL_6)
    if not chosen.vpn:
        return loopback, Interface("practice-eth", InterfaceKind.ETHERNET, True, (*own, way_out))
    return (
        loopback,
        Interface("practice-eth", InterfaceKind.ETHERNET, True, own),
        Interface("practice-tun", InterfaceKind.TUNNEL, True, (plan.TUNNEL_4, way_out), "Practice VPN"),
    )


def _proxy_settings(chosen: Plan) -> ProxySettings:
    if chosen.proxy == "none":
        return ProxySettings(browser_known=True)
    url = f"http://{plan.PROXY}:{plan.PROXY_PORT}"
    return ProxySettings(programs=url, browser=url if chosen.proxy_for_browser else "", browser_known=True)
