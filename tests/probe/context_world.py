"""A run's context over a small world: a portal, its login host, two canaries and whatever a test adds."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from email.utils import formatdate

import msgspec

from portalcheck.demo.certificates import Issued, mint
from portalcheck.demo.machine import DemoMachine
from portalcheck.demo.servers import Endpoint, Serve
from portalcheck.facts import ProxySettings
from portalcheck.model import Portal
from portalcheck.probe.context import RunContext
from portalcheck.probe.deadline import Deadline
from portalcheck.probe.policy import Network
from tests.probe.world import (
    ADDRESS,
    HOST,
    HOSTS,
    OTHER,
    OTHER_ADDRESS,
    URL,
    Answer,
    Site,
    World,
    computer,
    good,
    issued,
    minted,
    response,
)

NORTH, SOUTH = "north.example", "south.example"
NORTH_ADDRESS, SOUTH_ADDRESS = "203.0.113.1", "203.0.113.2"
AIA, AIA_ADDRESS = "aia.example", "203.0.113.40"
ALL_HOSTS = {**HOSTS, NORTH: (NORTH_ADDRESS,), SOUTH: (SOUTH_ADDRESS,), AIA: (AIA_ADDRESS,)}
CANARIES = (f"https://{NORTH}/", f"https://{SOUTH}/")
LOGIN = f"https://{OTHER}/login"
QUIET = Network()
"""Nobody to ask."""

PORTAL = Portal(profile="lab", name="Lab", url=URL, official=(HOST,), identity=(OTHER,))


def dated(
    off_s: float = 0.0, *headers: tuple[str, str], status: int = 200, age_s: int = 0
) -> Callable[[], bytes]:
    """A page from a server whose clock is off by so much; it was kept in a cache for `age_s` seconds."""

    def make() -> bytes:
        date = formatdate(time.time() + off_s - age_s, usegmt=True)
        age = [("Age", str(age_s))] if age_s else []
        return response(status, b"hello", ("Date", date), *age, *headers)

    return make


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """What one context is made of; the default is a healthy portal."""

    portal: Serve | Endpoint | None = None
    certificate: Issued | None = None
    login: Serve | None = None
    login_certificate: Issued | None = None
    plain: Serve | None = None
    canary: Answer | None = None
    ports: Mapping[tuple[str, int], Endpoint] = {}
    proxy: ProxySettings = ProxySettings(browser_known=True)
    clock_s: float = 0.0
    profile: Portal = PORTAL
    network: Network = Network(canaries=CANARIES)
    url: str = ""
    seconds: float = 3.0


def machine_of(world: World, setting: Setting) -> DemoMachine:
    """The computer of a setting, with servers for everything it reaches."""
    canary = Site({}, dated() if setting.canary is None else setting.canary)
    portal = setting.portal or Site({}, dated())
    ports: dict[tuple[str, int], Endpoint] = {
        (ADDRESS, 443): portal
        if isinstance(portal, tuple)
        else world.tls(portal, setting.certificate or good()),
        (NORTH_ADDRESS, 443): world.tls(canary, issued(NORTH)),
        (SOUTH_ADDRESS, 443): world.tls(canary, issued(SOUTH)),
        (OTHER_ADDRESS, 443): world.tls(
            setting.login or Site({}, dated()), setting.login_certificate or good()
        ),
        (ADDRESS, 80): world.tcp(setting.plain or Site({}, dated())),
        **setting.ports,
    }
    return computer(ports, hosts=ALL_HOSTS, proxy=setting.proxy, clock_s=setting.clock_s)


def context_of(world: World, setting: Setting) -> RunContext:
    """A context over the computer of a setting."""
    machine = machine_of(world, setting)
    return RunContext(setting.profile, machine, setting.network, Deadline(setting.seconds), url=setting.url)


def self_signed() -> Issued:
    """A certificate for the portal that nobody vouches for."""
    return mint(minted("Nobody", HOST, (HOST, OTHER)))
