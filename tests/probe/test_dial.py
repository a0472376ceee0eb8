"""TCP connections as browsers open them (RFC 8305): who is tried when, who wins, and what is told of the rest."""

from __future__ import annotations

import contextlib
import gc
import socket
import sys
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portalcheck.demo.servers import Endpoint
from portalcheck.facts import ConnectStep, Failure
from portalcheck.probe.connect.happy_eyeballs import Race, dial, family_of, interleave, source_address
from portalcheck.probe.connect.socket_options import SMALLEST_SEGMENT
from portalcheck.probe.deadline import Deadline
from tests.probe.world import SECONDS, World, computer, in_time

A4, B4, C4 = "192.0.2.1", "192.0.2.2", "192.0.2.3"
A6, B6 = "2001:db8::1", "2001:db8::2"
PORT = 443


def _dial(
    ports: dict[str, Endpoint], *addresses: str, seconds: float = SECONDS, source: str = ""
) -> ConnectStep:
    """One race to port 443 of these addresses; its socket is closed."""
    machine = computer({(address, PORT): where for address, where in ports.items()})
    with in_time(seconds):
        sock, step = dial(machine, addresses, PORT, Deadline(seconds), interface=source)
    assert (sock is None) == (step.failure is not None)
    if sock is not None:
        assert sock.gettimeout() is None
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        sock.close()
    return step


def _accepting(world: World) -> Endpoint:
    return world.tcp(lambda peer: peer.ignore())


# ---- the order -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        ((), []),
        ((A4,), [A4]),
        ((A6, B6, A4, B4), [A6, A4, B6, B4]),
        ((A4, B4, A6), [A4, A6, B4]),
        ((A4, B4, C4), [A4, B4, C4]),
        ((A6, A4, B4, C4), [A6, A4, B4, C4]),
    ],
)
def test_families_take_turns_beginning_with_the_first(
    addresses: tuple[str, ...], expected: list[str]
) -> None:
    assert interleave(addresses) == expected


@given(st.lists(st.sampled_from([A4, B4, C4, A6, B6]), unique=True))
def test_no_address_is_lost_and_each_family_keeps_its_order(addresses: list[str]) -> None:
    mixed = interleave(addresses)
    for family in (4, 6):
        assert [a for a in mixed if family_of(a) == family] == [
            a for a in addresses if family_of(a) == family
        ]
    assert mixed[:1] == addresses[:1]


# ---- who wins --------------------------------------------------------------------------------------


def test_the_first_address_wins_when_it_answers_and_no_other_is_tried(world: World) -> None:
    where = _accepting(world)
    step = _dial({A4: where, B4: where}, A4, B4)
    assert (step.failure, step.address) == (None, A4)
    assert [attempt.address for attempt in step.attempts] == [A4]


def test_a_refusal_lets_the_next_address_be_tried_at_once(world: World) -> None:
    since = time.monotonic()
    step = _dial({A4: world.refusing(), B4: _accepting(world)}, A4, B4, seconds=10)
    assert time.monotonic() - since < 0.24
    assert (step.failure, step.address) == (None, B4)
    assert [(a.address, a.failure) for a in step.attempts] == [(A4, Failure.REFUSED), (B4, None)]


def test_an_address_without_route_lets_the_next_be_tried_at_once(world: World) -> None:
    step = _dial({B4: _accepting(world)}, A6, B4)
    assert step.address == B4
    assert step.attempts[0].failure is Failure.NETWORK_UNREACHABLE


def test_a_black_hole_is_overtaken_after_a_quarter_of_a_second_and_told(world: World) -> None:
    since = time.monotonic()
    step = _dial({A4: world.black_hole(), B4: _accepting(world)}, A4, B4, seconds=10)
    assert 0.2 < time.monotonic() - since < 1.0
    assert step.address == B4
    assert [(a.address, a.failure) for a in step.attempts] == [(B4, None), (A4, Failure.TIMED_OUT)]
    assert step.attempts[1].ms >= 240


def test_one_dead_address_of_three_costs_one_turn_only(world: World) -> None:
    where = _accepting(world)
    step = _dial({A4: world.black_hole(), B4: where, C4: where}, A4, B4, C4, seconds=10)
    assert step.address == B4
    assert C4 not in [attempt.address for attempt in step.attempts]


def test_a_late_answer_still_wins_while_others_hang(world: World) -> None:
    """The first address answers only after the second was started."""
    full = world.socket()
    full.bind(("127.0.0.1", 0))
    full.listen(0)
    waiting = [world.socket() for _ in range(3)]
    for sock in waiting:
        sock.setblocking(False)
        sock.connect_ex(full.getsockname())
    time.sleep(0.05)

    def make_room() -> None:
        time.sleep(0.4)
        with contextlib.suppress(OSError):
            for _ in range(4):
                full.accept()[0].close()

    threading.Thread(target=make_room, daemon=True).start()
    step = _dial({A4: full.getsockname(), B4: world.black_hole()}, A4, B4, seconds=10)
    assert (step.failure, step.address) == (None, A4)


@pytest.mark.parametrize(("won", "told"), [(True, []), (False, [Failure.TIMED_OUT])])
def test_who_was_overtaken_before_its_turn_was_over_has_not_failed(
    world: World, won: bool, told: list[Failure]
) -> None:
    race = Race(computer({(A4, PORT): world.black_hole()}), PORT, "")
    assert race.start(A4) is None
    race.end(won=won)
    assert [attempt.failure for attempt in race.attempts] == told


# ---- when nobody answers ---------------------------------------------------------------------------


def test_refusals_everywhere_are_a_refusal(world: World) -> None:
    where = world.refusing()
    step = _dial({A4: where, B4: where}, A4, B4)
    assert step.failure is Failure.REFUSED
    assert [attempt.failure for attempt in step.attempts] == [Failure.REFUSED] * 2


def test_black_holes_everywhere_are_timed_out_in_time(world: World) -> None:
    where = world.black_hole()
    step = _dial({A4: where, B4: where}, A4, B4, seconds=2)
    assert step.failure is Failure.TIMED_OUT
    assert [attempt.failure for attempt in step.attempts] == [Failure.TIMED_OUT] * 2


def test_no_address_is_no_data() -> None:
    step = _dial({})
    assert (step.failure, step.attempts) == (Failure.NODATA, ())


def test_no_route_at_all_is_unreachable() -> None:
    assert _dial({}, A4, A6).failure is Failure.NETWORK_UNREACHABLE


def test_a_missing_family_does_not_hide_what_the_other_met(world: World) -> None:
    step = _dial({A4: world.refusing()}, A6, A4)
    assert step.failure is Failure.REFUSED
    assert len(step.attempts) == 2


def test_a_name_with_very_many_addresses_is_not_a_scan(world: World) -> None:
    where = world.refusing()
    many = [f"198.51.100.{at}" for at in range(1, 200)]
    assert len(_dial(dict.fromkeys(many, where), *many).attempts) == 6


def test_an_interface_that_is_not_there_fails_every_attempt(world: World) -> None:
    step = _dial({A4: _accepting(world)}, A4, source="no-such-if0")
    assert step.failure is not None
    assert len(step.attempts) == 1


@pytest.mark.not_on_windows("linux", "the name lo")
@pytest.mark.skipif(sys.platform != "linux", reason="interfaces are called otherwise elsewhere")
def test_an_interface_can_be_chosen(world: World) -> None:
    step = _dial({A4: _accepting(world)}, A4, source="lo")
    assert (step.failure, step.address) == (None, A4)


@pytest.mark.not_on_windows("posix", "TCP_MAXSEG")
@pytest.mark.skipif(not hasattr(socket, "TCP_MAXSEG"), reason="segments cannot be limited on this system")
def test_small_packets_are_small_both_ways(world: World) -> None:
    machine = computer({(A4, PORT): _accepting(world)})
    sock, step = dial(machine, (A4,), PORT, Deadline(SECONDS), small_packets=True)
    assert sock is not None
    with sock:
        assert step.failure is None
        assert 0 < sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG) <= SMALLEST_SEGMENT


def test_races_leave_no_socket_behind(world: World) -> None:
    hole, open_, closed = world.black_hole(), _accepting(world), world.refusing()
    gc.collect()
    for ports in ({A4: hole, B4: open_}, {A4: closed, B4: closed}, {A4: hole, B4: hole}):
        _dial(ports, A4, B4, seconds=1)
    # A socket that is left open is told of by a ResourceWarning, which is an error in the tests.
    gc.collect()


# ---- IPv6 ------------------------------------------------------------------------------------------


def _six(world: World) -> Endpoint:
    if not socket.has_ipv6:
        pytest.skip("no IPv6 in this Python")
    sock = world.socket(family=socket.AF_INET6)
    try:
        sock.bind(("::1", 0))
    except OSError:
        pytest.skip("no IPv6 loopback here")
    sock.listen()
    return "::1", sock.getsockname()[1]


def test_ipv6_is_connected_to(world: World) -> None:
    step = _dial({A6: _six(world)}, A6)
    assert step.address == A6


def test_ipv6_that_answers_is_preferred_where_it_stands_first(world: World) -> None:
    step = _dial({A6: _six(world), A4: _accepting(world)}, A6, A4)
    assert step.address == A6
    assert len(step.attempts) == 1


def test_ipv6_that_refuses_falls_back_to_ipv4(world: World) -> None:
    six = world.socket(family=socket.AF_INET6)
    try:
        six.bind(("::1", 0))
    except OSError:
        pytest.skip("no IPv6 loopback here")
    step = _dial({A6: ("::1", six.getsockname()[1]), A4: _accepting(world)}, A6, A4)
    assert [(a.address, a.failure) for a in step.attempts] == [(A6, Failure.REFUSED), (A4, None)]


# ---- the way without a packet ----------------------------------------------------------------------


def test_the_way_to_an_address_is_told_without_sending(world: World) -> None:
    listener = world.socket(socket.SOCK_DGRAM)
    listener.bind(("127.0.0.1", 0))
    listener.setblocking(False)
    machine = computer({(A4, 443): listener.getsockname()})
    assert source_address(machine, A4) == "127.0.0.1"
    with pytest.raises(BlockingIOError):
        listener.recv(1)


def test_no_way_is_a_code() -> None:
    assert source_address(computer(), A4) is Failure.NETWORK_UNREACHABLE
