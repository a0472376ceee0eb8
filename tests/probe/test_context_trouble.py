"""What is trouble, and whose clock counts."""

from __future__ import annotations

import msgspec
import pytest

from portalcheck.api.proof import is_proven
from portalcheck.demo.servers import Peer
from portalcheck.probe.context import RunContext
from portalcheck.probe.deadline import Deadline
from portalcheck.probe.policy import Network
from tests.probe.context_world import (
    LOGIN,
    PORTAL,
    QUIET,
    Setting,
    context_of,
    dated,
    machine_of,
    self_signed,
)
from tests.probe.world import HOST, URL, Site, World, issued, redirect, response, says, sends_without_end

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
        (Setting(certificate=self_signed()), True),
        (Setting(portal=Site({"/": redirect(LOGIN)}), login_certificate=issued("x.example")), True),
        (Setting(portal=Site({}, dated(status=403))), True),
        (Setting(portal=Site({}, dated(status=503))), True),
        (Setting(portal=Site({}, dated(-400))), True),
        (Setting(portal=Site({"/": redirect("/")})), True),
        (Setting(portal=Site({"/": redirect(f"http://{HOST}/")})), True),
        (Setting(portal=Site({"/": redirect(f"https://{HOST}.evil.invalid/")})), True),
        (Setting(portal=says(response(200, b"cut", length=99))), True),
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
    assert (context.third_parties.canaries() is not None) is expected


@pytest.mark.slow
def test_a_page_that_does_not_come_is_late_and_others_are_asked_before_it_is_given_up(world: World) -> None:
    context = context_of(world, Setting(portal=Peer.ignore, seconds=20))
    reached = context.late() and context.trouble()
    assert reached
    neutral = context.third_parties.canaries()
    assert neutral is not None
    assert neutral.internet_works


def test_a_run_too_short_for_the_end_of_a_page_asks_nobody_else(world: World) -> None:
    endless = sends_without_end(b"HTTP/1.1 200 X\r\n\r\n", b"x", pause_s=0.05)
    context = context_of(world, Setting(portal=endless, seconds=1))
    assert context.third_parties.canaries() is None


def test_a_page_that_comes_is_not_late_and_nobody_else_is_asked(world: World) -> None:
    context = context_of(world, Setting())
    assert not context.late()
    assert context.third_parties.canaries() is None


def test_a_certificate_that_only_the_system_knows_is_trouble(world: World) -> None:
    machine = msgspec.structs.replace(machine_of(world, Setting()), mozilla=())
    context = RunContext(PORTAL, machine, QUIET, Deadline(3))
    assert is_proven(context, context.trace())
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
